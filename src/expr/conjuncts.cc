// What must all hold, and which of it is a variable against a constant.
#include <algorithm>
#include <utility>

#include "expr/checked.h"
#include "expr/condition.h"

namespace tocsin {
namespace {

// A comparison whose one side is a variable and the other a constant, as `variable op constant`.
struct Sides {
  const Node* variable;
  const Node* constant;
  Op op;
};

std::optional<Sides> SidesOf(const Tree& tree, const Node& root) {
  if (!IsComparison(root.op)) return std::nullopt;
  Sides sides = {&tree.Child(root, 0), &tree.Child(root, 1), root.op};
  if (sides.variable->op == Op::kLiteral) {
    std::swap(sides.variable, sides.constant);
    sides.op = Flip(sides.op);
  }
  if (sides.variable->op != Op::kVariable || sides.constant->op != Op::kLiteral) return std::nullopt;
  // dyn() brings others together, which are never equal.
  const auto number = [](const Node& node) { return node.type == Kind::kInt || node.type == Kind::kDouble; };
  const bool alike =
      sides.variable->type == sides.constant->type || (number(*sides.variable) && number(*sides.constant));
  if (!alike) return std::nullopt;
  return sides;
}

Value ValueOf(const Tree& tree, const Node& literal) {
  switch (literal.type.kind()) {
    case Kind::kBool:
      return Value::Bool(literal.integer != 0);
    case Kind::kDouble:
      return Value::Double(literal.number);
    case Kind::kString:
      return Value::String(tree.texts[literal.text]);
    case Kind::kTimestamp:
      return Value::Timestamp(FromNanos(literal.integer));
    case Kind::kDuration:
      return Value::Span(Duration(literal.integer));
    default:
      return Value::Int(literal.integer);
  }
}

std::optional<Equality> AsEquality(const Tree& tree, const Node& root) {
  if (root.op == Op::kVariable) return Equality{root.slot, Value::Bool(true)};
  if (root.op == Op::kNot && tree.Child(root, 0).op == Op::kVariable) {
    return Equality{tree.Child(root, 0).slot, Value::Bool(false)};
  }
  const std::optional<Sides> sides = SidesOf(tree, root);
  if (!sides || sides->op != Op::kEqual || sides->variable->type != sides->constant->type) return std::nullopt;
  return Equality{sides->variable->slot, ValueOf(tree, *sides->constant)};
}

std::optional<Threshold> AsThreshold(const Tree& tree, const Node& root) {
  const std::optional<Sides> sides = SidesOf(tree, root);
  if (!sides) return std::nullopt;
  const Node& constant = *sides->constant;
  if (constant.type == Kind::kDouble) return Threshold{sides->variable->slot, sides->op, constant.number};
  if (constant.type == Kind::kString || constant.type == Kind::kBool) return std::nullopt;
  // Strict CEL keeps an int an int beside a double; compared they are as doubles.
  if (sides->variable->type == Kind::kDouble) {
    return Threshold{sides->variable->slot, sides->op, static_cast<double>(constant.integer)};
  }
  return Threshold{sides->variable->slot, sides->op, constant.integer};
}

std::optional<ConjunctShape::Pair> AsPair(const Tree& tree, const Node& root) {
  if (!IsComparison(root.op) || root.op == Op::kEqual || root.op == Op::kNotEqual) return std::nullopt;
  const Node& left = tree.Child(root, 0);
  const Node& right = tree.Child(root, 1);
  if (left.op != Op::kVariable || right.op != Op::kVariable) return std::nullopt;
  return ConjunctShape::Pair{left.slot, right.slot, root.op};
}

std::vector<uint32_t> SlotsOf(const Tree& tree, uint32_t root) {
  std::vector<uint32_t> slots;
  for (uint32_t i = tree.FirstOf(root); i <= root; ++i) {
    if (tree.nodes[i].op == Op::kVariable) slots.push_back(tree.nodes[i].slot);
  }
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return slots;
}

// The nodes below the outermost &&, in their order.
std::vector<uint32_t> RootsOf(const Tree& tree) {
  std::vector<bool> reached(tree.nodes.size());
  reached.back() = true;
  for (size_t i = tree.nodes.size(); i-- > 0;) {
    if (!reached[i] || tree.nodes[i].op != Op::kAnd) continue;
    for (const uint32_t child : tree.ChildrenOf(tree.nodes[i])) reached[child] = true;
    reached[i] = false;
  }
  std::vector<uint32_t> roots;
  for (uint32_t i = 0; i < tree.nodes.size(); ++i) {
    if (reached[i]) roots.push_back(i);
  }
  return roots;
}

}  // namespace

std::optional<Threshold> ThresholdOf(const Tree& tree, const Node& node) { return AsThreshold(tree, node); }

std::optional<Threshold> AsThreshold(const Expression& condition) {
  const Tree& tree = condition.checked().folded;
  return AsThreshold(tree, tree.root());
}

std::vector<ConjunctShape> ConjunctShapes(const Expression& condition) {
  const Tree& tree = condition.checked().folded;
  std::vector<ConjunctShape> shapes;
  for (const uint32_t i : RootsOf(tree)) {
    const Node& root = tree.nodes[i];
    shapes.push_back({SlotsOf(tree, i), AsThreshold(tree, root), AsEquality(tree, root), AsPair(tree, root)});
  }
  return shapes;
}

std::vector<Conjunct> Conjuncts(const Expression& condition) {
  const Tree& tree = condition.checked().tree;
  std::vector<Conjunct> conjuncts;
  for (const uint32_t i : RootsOf(tree)) {
    const bool whole = i + 1 == tree.nodes.size();
    Conjunct conjunct = {whole ? condition : Part(condition, i), std::nullopt, std::nullopt};
    conjunct.threshold = AsThreshold(conjunct.term);
    conjunct.equality = AsEquality(conjunct.term.checked().folded, conjunct.term.checked().folded.root());
    conjuncts.push_back(std::move(conjunct));
  }
  return conjuncts;
}

std::optional<std::vector<CompiledThreshold>> AsThresholds(const Expression& condition) {
  std::vector<CompiledThreshold> thresholds;
  for (const Conjunct& conjunct : Conjuncts(condition)) {
    if (!conjunct.threshold) return std::nullopt;
    thresholds.emplace_back(*conjunct.threshold);
  }
  return thresholds;
}

}  // namespace tocsin
