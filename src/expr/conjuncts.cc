// What must all hold, and which of it is a variable against a constant.
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

std::optional<Sides> SidesOf(const Tree& tree) {
  const Node& root = tree.root();
  if (!IsComparison(root.op)) return std::nullopt;
  Sides sides = {&tree.Child(root, 0), &tree.Child(root, 1), root.op};
  if (sides.variable->op == Op::kLiteral) {
    std::swap(sides.variable, sides.constant);
    sides.op = Flip(sides.op);
  }
  if (sides.variable->op != Op::kVariable || sides.constant->op != Op::kLiteral) return std::nullopt;
  return sides;
}

Value ValueOf(const Tree& tree, const Node& literal) {
  switch (literal.type.kind) {
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

std::optional<Equality> AsEquality(const Tree& tree) {
  const Node& root = tree.root();
  if (root.op == Op::kVariable) return Equality{root.slot, Value::Bool(true)};
  if (root.op == Op::kNot && tree.Child(root, 0).op == Op::kVariable) {
    return Equality{tree.Child(root, 0).slot, Value::Bool(false)};
  }
  const std::optional<Sides> sides = SidesOf(tree);
  if (!sides || sides->op != Op::kEqual) return std::nullopt;
  return Equality{sides->variable->slot, ValueOf(tree, *sides->constant)};
}

}  // namespace

std::optional<Threshold> AsThreshold(const Expression& condition) {
  const std::optional<Sides> sides = SidesOf(condition.checked().folded);
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

std::vector<Conjunct> Conjuncts(const Expression& condition) {
  const Tree& tree = condition.checked().tree;
  std::vector<bool> reached(tree.nodes.size());
  reached.back() = true;
  for (size_t i = tree.nodes.size(); i-- > 0;) {
    if (!reached[i] || tree.nodes[i].op != Op::kAnd) continue;
    for (const uint32_t child : tree.ChildrenOf(tree.nodes[i])) reached[child] = true;
    reached[i] = false;
  }
  std::vector<Conjunct> conjuncts;
  for (uint32_t i = 0; i < tree.nodes.size(); ++i) {
    if (!reached[i]) continue;
    const bool whole = i + 1 == tree.nodes.size();
    Conjunct conjunct = {whole ? condition : Part(condition, i), std::nullopt, std::nullopt};
    conjunct.threshold = AsThreshold(conjunct.term);
    conjunct.equality = AsEquality(conjunct.term.checked().folded);
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
