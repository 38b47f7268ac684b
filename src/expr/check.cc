// Types from the leaves to the root, in one pass over the nodes. A node without a type was reported, and whatever it is
// part of stays silent.
#include "expr/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "expr/checker.h"
#include "expr/resolve.h"

namespace tocsin {
namespace {

constexpr int kDeepestList = 16;

// The type of `left op right`, or kNone when there is none.
Kind ArithmeticKind(Op op, Kind left, Kind right, bool strict) {
  const bool add = op == Op::kAdd;
  const bool subtract = op == Op::kSubtract;
  if (left == right) {
    switch (left) {
      case Kind::kInt:
        return Kind::kInt;
      case Kind::kDouble:
        return op == Op::kModulo ? Kind::kNone : Kind::kDouble;
      case Kind::kString:
        return add ? Kind::kString : Kind::kNone;
      case Kind::kDuration:
        return add || subtract ? Kind::kDuration : Kind::kNone;
      case Kind::kTimestamp:
        return subtract ? Kind::kDuration : Kind::kNone;
      default:
        return Kind::kNone;
    }
  }
  if (left == Kind::kTimestamp && right == Kind::kDuration) return add || subtract ? Kind::kTimestamp : Kind::kNone;
  if (left == Kind::kDuration && right == Kind::kTimestamp) return add ? Kind::kTimestamp : Kind::kNone;
  if (op == Op::kMultiply && !strict) {
    if (left == Kind::kDuration && (right == Kind::kInt || right == Kind::kDouble)) return Kind::kDuration;
    if (right == Kind::kDuration && (left == Kind::kInt || left == Kind::kDouble)) return Kind::kDuration;
  }
  return Kind::kNone;
}

}  // namespace

void Checker::Run(Type expected) {
  FindPlaces();
  for (uint32_t i = 0; i < tree_.nodes.size(); ++i) {
    CheckNode(i);
    if (tree_.nodes[i].type.lists > kDeepestList) {
      Wrong(tree_.nodes[i], fmt::format("lists are nested more than {} deep here", kDeepestList));
      return;
    }
  }
  CheckRoot(expected);
}

// An int literal where a double is wanted, and such a list.
void Checker::MakeLike(Node* node, ExprType type) {
  if (type == Kind::kDouble && IsIntLiteral(*node)) return MakeDouble(node);
  if (node->op != Op::kList || type != ExprType::ListOf(Kind::kDouble) || node->type != ExprType::ListOf(Kind::kInt)) {
    return;
  }
  const auto items = tree_.ChildrenOf(*node);
  if (!std::all_of(items.begin(), items.end(), [&](uint32_t item) { return IsIntLiteral(tree_.nodes[item]); })) return;
  for (const uint32_t item : items) MakeDouble(&tree_.nodes[item]);
  node->type = type;
}

void Checker::FindPlaces() {
  list_places_.assign(tree_.nodes.size(), false);
  sources_.assign(tree_.nodes.size(), 0);
  bound_.assign(tree_.nodes.size(), false);
  for (const Node& node : tree_.nodes) {
    if (node.op == Op::kIn) list_places_[tree_.children[node.first_child + 1]] = true;
    if (node.op != Op::kMacro) continue;
    const auto children = tree_.ChildrenOf(node);
    for (size_t ordinal = 2; ordinal < children.size(); ++ordinal) {
      for (uint32_t i = tree_.FirstOf(children[ordinal]); i <= children[ordinal]; ++i) {
        const Node& item = tree_.nodes[i];
        if (item.op != Op::kItem || item.slot != node.slot) continue;
        sources_[i] = children[RangeOrdinal(node)];
        bound_[i] = node.function == Function::kBind;
      }
    }
  }
}

void Checker::CheckNode(uint32_t i) {
  Node* const node = &tree_.nodes[i];
  switch (node->op) {
    case Op::kHas:
      return CheckHas(node);
    case Op::kAnd:
    case Op::kOr:
      return CheckLogic(node);
    case Op::kNot:
      return CheckNot(node);
    case Op::kNegate:
      return CheckNegate(node);
    case Op::kConditional:
      return CheckConditional(node);
    case Op::kIn:
      return CheckIn(node);
    case Op::kFunction:
      return CheckFunction(node);
    case Op::kList:
      return CheckList(i);
    case Op::kIndex:
      return CheckIndex(node);
    case Op::kMacro:
      return CheckMacro(node);
    case Op::kItem:
      return CheckItem(i);
    case Op::kDyn:
      node->type = tree_.Child(*node, 0).type;
      node->type.relaxed = true;
      return;
    default:
      break;
  }
  if (IsComparison(node->op)) return CheckComparison(node);
  if (IsArithmetic(node->op)) return CheckArithmetic(node);
}

void Checker::CheckHas(Node* node) {
  const Node& child = tree_.Child(*node, 0);
  if (Is(child, Kind::kNone) && child.op != Op::kItem) return;
  node->type = Kind::kBool;
  if (child.op == Op::kVariable) return;
  Wrong(child, fmt::format("has() asks whether a {} has a value; {} always has one", environment_.noun(),
                           Show(source_, child)));
}

// False when `node` is something else; who() wants it: "'&&'".
bool Checker::WantBool(const Node& node, std::string_view who) {
  if (Is(node, Kind::kBool) || Is(node, Kind::kNone)) return Is(node, Kind::kBool);
  std::string hint;
  if (IsNumber(node)) {
    hint = fmt::format("compare it, for example {} > 0", TextOf(node));
  } else if (Is(node, Kind::kString)) {
    hint = fmt::format("compare it, for example {} == \"...\"", TextOf(node));
  } else if (node.type.IsList()) {
    hint = fmt::format("ask something of it, for example size({}) > 0", TextOf(node));
  } else if (Is(node, Kind::kDuration)) {
    hint = fmt::format("compare it, for example {} > {}", TextOf(node),
                       environment_.strict() ? "duration(\"1h\")" : "hours(1)");
  }
  Wrong(node, fmt::format("{} needs true or false; {} is {}", who, Show(source_, node), WithArticle(node.type)),
        std::move(hint));
  return false;
}

// `x == 'a' || 'b'`: true, and reported, when it is that.
bool Checker::CheckAlternative(const Node& before, const Node& node) {
  if (before.op != Op::kEqual || node.op != Op::kLiteral || Is(node, Kind::kBool)) return false;
  const Node& first = tree_.Child(before, 1);
  const bool alike = first.type.kind() == node.type.kind() || (IsNumber(first) && IsNumber(node));
  if (first.op != Op::kLiteral || !alike) return false;
  Wrong(node, fmt::format("{} alone is no comparison", Show(source_, node)),
        fmt::format("did you mean {} in [{}, {}]?", TextOf(tree_.Child(before, 0)), TextOf(first), TextOf(node)));
  return true;
}

void Checker::CheckLogic(Node* node) {
  const std::string who = fmt::format("'{}'", Spelling(node->op));
  const auto children = tree_.ChildrenOf(*node);
  bool alternatives = false;  // it was said what they are meant to be
  for (size_t i = 0; i < children.size(); ++i) {
    const Node& child = tree_.nodes[children[i]];
    alternatives =
        node->op == Op::kOr && i > 0 &&
        ((alternatives && child.op == Op::kLiteral) || CheckAlternative(tree_.nodes[children[i - 1]], child));
    if (!alternatives) WantBool(child, who);
  }
  // Of type bool even where a term is wrong, so that what surrounds it is still checked.
  node->type = Kind::kBool;
}

void Checker::CheckNot(Node* node) {
  WantBool(tree_.Child(*node, 0), "'!'");
  node->type = Kind::kBool;
}

void Checker::CheckNegate(Node* node) {
  const Node& operand = tree_.Child(*node, 0);
  if (IsNumber(operand)) {
    node->type = operand.type;
  } else if (!Is(operand, Kind::kNone)) {
    const bool duration = Is(operand, Kind::kDuration) && !environment_.strict();
    Wrong(*node, fmt::format("'-' needs a number; {} is {}", Show(source_, operand), WithArticle(operand.type)),
          duration ? fmt::format("write -1 * {}", TextOf(operand)) : "");
  }
}

void Checker::CheckConditional(Node* node) {
  Node& first = tree_.Child(*node, 1);
  Node& second = tree_.Child(*node, 2);
  WantBool(tree_.Child(*node, 0), "the condition before '?'");
  MixLiterals(&first, &second);
  if (Is(first, Kind::kNone) || Is(second, Kind::kNone)) return;
  if (const std::optional<ExprType> joined = Join(first.type, second.type)) {
    node->type = *joined;
    return;
  }
  std::string hint;
  if (IsNumber(first) && IsNumber(second)) {
    const Node& integer = Is(first, Kind::kInt) ? first : second;
    hint = integer.op == Op::kLiteral ? fmt::format("write {}.0", integer.integer)
                                      : fmt::format("write double({})", TextOf(integer));
  }
  Wrong(*node,
        fmt::format("both values of '?:' must have one type; {} is {}, {} is {}", Show(source_, first),
                    WithArticle(first.type), Show(source_, second), WithArticle(second.type)),
        std::move(hint));
}

void Checker::CheckComparison(Node* node) {
  Node& left = tree_.Child(*node, 0);
  Node& right = tree_.Child(*node, 1);
  node->type = Kind::kBool;
  if (!KnowsChildren(*node)) return;
  MixLiterals(&left, &right);
  if (!CanBeCompared(*node, left.type, right.type)) {
    mistakes_.push_back(MismatchInComparison(OperandsOf(*node, left, right)));
  }
}

// CEL orders numbers of different types; equality it defines for one type only, unless dyn() says otherwise.
bool Checker::CanBeCompared(const Node& node, ExprType left, ExprType right) const {
  const auto number = [](ExprType type) { return type == Kind::kInt || type == Kind::kDouble; };
  if (node.op == Op::kEqual || node.op == Op::kNotEqual) {
    return left.relaxed || right.relaxed || Join(left, right).has_value();
  }
  if (left.IsList() || left == kNullKind || left == kTypeKind) return false;
  return left == right || (number(left) && number(right));
}

void Checker::CheckArithmetic(Node* node) {
  Node& left = tree_.Child(*node, 0);
  Node& right = tree_.Child(*node, 1);
  if (!KnowsChildren(*node)) return;
  MixLiterals(&left, &right);
  if (node->op == Op::kAdd && left.type.IsList() && right.type.IsList()) {
    node->type = Join(left.type, right.type).value_or(Kind::kNone);
  } else {
    node->type = ArithmeticKind(node->op, left.type.kind(), right.type.kind(), environment_.strict());
  }
  if (Is(*node, Kind::kNone)) mistakes_.push_back(MismatchInArithmetic(OperandsOf(*node, left, right)));
}

void Checker::CheckRoot(Type expected) {
  Node& root = tree_.nodes.back();
  const bool strange = root.type.IsList() || root.type == kNullKind || root.type == kTypeKind;
  if (expected == Kind::kNone && strange && !any_type_) {
    Wrong(root, fmt::format("{} cannot be the result; {} is one", WithArticle(root.type), Show(source_, root)),
          root.type.IsList() ? "write size(...) of it, an item [0] of it, or join() it" : "");
  }
  if (expected == Kind::kNone || Is(root, Kind::kNone)) return;
  if (expected.kind == Kind::kDecimal) expected = Kind::kDouble;
  if (root.type == expected) return;
  if (expected == Kind::kDouble && IsIntLiteral(root)) return MakeDouble(&root);
  if (expected == Kind::kDouble && Is(root, Kind::kInt)) {
    Node conversion = root;
    conversion.op = Op::kFunction;
    conversion.function = Function::kDouble;
    conversion.method = false;
    conversion.type = Kind::kDouble;
    conversion.first_child = static_cast<uint32_t>(tree_.children.size());
    conversion.child_count = 1;
    tree_.children.push_back(static_cast<uint32_t>(tree_.nodes.size() - 1));
    tree_.nodes.push_back(conversion);
    return;
  }
  if (expected == Kind::kBool) {
    WantBool(root, "a condition");
    return;
  }
  const std::string wanted = expected == Kind::kDouble ? "a number" : WithArticle(expected);
  Wrong(root, fmt::format("{} is needed here; {} is {}", wanted, Show(source_, root), WithArticle(root.type)));
}

bool Check(std::string_view source, const Environment& environment, Type expected, Tree* tree, Mistakes* mistakes,
           bool any_type) {
  const size_t before = mistakes->size();
  Resolve(source, environment, tree, mistakes);
  Checker(source, environment, tree, mistakes, any_type).Run(expected);
  return mistakes->size() == before;
}

}  // namespace tocsin
