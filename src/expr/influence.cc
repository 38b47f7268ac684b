// Which way a variable moves a condition. One walk from the root to the leaves: each node learns which way it must move
// for the condition to become true, and hands that on to its operands by what its operator does to them. A variable's
// turn is the union over the places where it stands.
//
// Why that is right although && and || take terms without answer: were the condition false with such a term, it would
// be false whatever that term's answer, so moving the others against their turn cannot make it true either.
#include <algorithm>

#include "expr/checked.h"
#include "expr/condition.h"

namespace tocsin {
namespace {

Turn Opposite(Turn turn) {
  const auto bits = static_cast<unsigned>(turn);
  return static_cast<Turn>((bits & 1) << 1 | bits >> 1);
}

Turn Union(Turn a, Turn b) { return static_cast<Turn>(static_cast<unsigned>(a) | static_cast<unsigned>(b)); }

// Of a number or duration that is a constant: -1, 0, 1. Of anything else 0, which is to say: not known.
int SignOf(const Node& node) {
  if (node.op != Op::kLiteral) return 0;
  if (node.type == Kind::kDouble) return node.number > 0 ? 1 : node.number < 0 ? -1 : 0;
  return node.integer > 0 ? 1 : node.integer < 0 ? -1 : 0;
}

Turn Scaled(Turn turn, const Node& factor) {
  const int sign = SignOf(factor);
  return sign > 0 ? turn : sign < 0 ? Opposite(turn) : Turn::kBoth;
}

// Conversions between numbers and times keep the order, those of text do not.
Turn ThroughFunction(Turn turn, const Node& node, const Node& argument) {
  switch (node.function) {
    case Function::kInt:
    case Function::kDouble:
    case Function::kTimestamp:
    case Function::kDuration:
    case Function::kDays:
    case Function::kHours:
    case Function::kMinutes:
      return argument.type == Kind::kString ? Turn::kBoth : turn;
    default:
      return Turn::kBoth;
  }
}

// Which way the operand `ordinal` must move for `node` to move as `turn` says.
Turn OfOperand(const Tree& tree, const Node& node, size_t ordinal, Turn turn) {
  switch (node.op) {
    case Op::kAnd:
    case Op::kOr:
      return turn;
    case Op::kNot:
    case Op::kNegate:
      return Opposite(turn);
    case Op::kConditional:
      return ordinal == 0 ? Turn::kBoth : turn;
    case Op::kGreater:
    case Op::kGreaterEqual:
    case Op::kSubtract:
      return ordinal == 0 ? turn : Opposite(turn);
    case Op::kLess:
    case Op::kLessEqual:
      return ordinal == 0 ? Opposite(turn) : turn;
    case Op::kAdd:
      return node.type == Kind::kString ? Turn::kBoth : turn;
    case Op::kMultiply:
      return Scaled(turn, tree.Child(node, 1 - ordinal));
    case Op::kDivide:
      return ordinal == 0 ? Scaled(turn, tree.Child(node, 1)) : Turn::kBoth;
    case Op::kFunction:
      return ThroughFunction(turn, node, tree.Child(node, ordinal));
    default:  // == != in [] has() %
      return Turn::kBoth;
  }
}

}  // namespace

std::vector<Turn> Influence(const Expression& condition) {
  const Tree& tree = condition.checked().folded;
  std::vector<Turn> by_slot(condition.slots().empty() ? 0 : condition.slots().back() + 1, Turn::kNever);
  std::vector<Turn> by_node(tree.nodes.size(), Turn::kUp);
  for (size_t i = tree.nodes.size(); i-- > 0;) {
    const Node& node = tree.nodes[i];
    if (node.op == Op::kVariable) by_slot[node.slot] = Union(by_slot[node.slot], by_node[i]);
    const auto children = tree.ChildrenOf(node);
    for (size_t ordinal = 0; ordinal < children.size(); ++ordinal) {
      by_node[children[ordinal]] = OfOperand(tree, node, ordinal, by_node[i]);
    }
  }
  return by_slot;
}

bool AsksPresence(const Expression& expression, uint32_t slot) {
  const Tree& tree = expression.checked().tree;
  return std::any_of(tree.nodes.begin(), tree.nodes.end(),
                     [&](const Node& node) { return node.op == Op::kHas && tree.Child(node, 0).slot == slot; });
}

}  // namespace tocsin
