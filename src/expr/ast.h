// The tree that all stages after the lexer share. Parse builds it, Check decides types and meaning in place, Fold
// computes what is constant, Compile reads it.
//
// Invariants:
//   1. A node stands after its children and the nodes of a subtree stand together (post-order), so that every stage is
//   a loop
//      over `nodes` and none recurses however long the expression is.
//   2. The root is the last node.
//   3. After Check without a mistake no kName, kCall or kBroken is left, and every node has a type but kBinder and what
//   stands inside a macro over a list that is always empty. Fold takes the latter away.
//   4. A macro's children are what it goes over, its kBinder, and one or two bodies; of cel.bind the kBinder, the value
//   and the body. A kItem names the macro around it by how many macros' bodies that one stands in (`slot`).
#ifndef TOCSIN_EXPR_AST_H_
#define TOCSIN_EXPR_AST_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expr_type.h"

namespace tocsin {

enum class Op : uint8_t {
  kBroken,    // something that was reported already
  kLiteral,   // bool, int, timestamp, duration, null: `integer`; double: `number`; string, type: `text`
  kName,      // parsed only: `name`, with its dots
  kCall,      // parsed only: the function's `name`; a method's receiver is the first child
  kVariable,  // `name`, `slot`
  kNow,
  kHas,  // the child is a kVariable, which is asked for and not read
  kList,
  kFunction,  // `function`; of kHost, `slot` says which
  kNot,
  kNegate,
  kAnd,  // two or more children
  kOr,
  kConditional,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kIndex,   // a list, a place in it
  kDyn,     // its child, to be compared with everything
  kMacro,   // `function` says which, `name` is the variable's, `slot` how many macros' bodies it stands in
  kBinder,  // says where a macro's variable is declared
  kItem,    // a macro's variable: `name`, `slot` of its macro
};

constexpr bool IsComparison(Op op) { return op >= Op::kEqual && op <= Op::kGreaterEqual; }
// The comparison that `b op a` is, for `a op b`.
constexpr Op Flip(Op op) {
  switch (op) {
    case Op::kLess:
      return Op::kGreater;
    case Op::kLessEqual:
      return Op::kGreaterEqual;
    case Op::kGreater:
      return Op::kLess;
    case Op::kGreaterEqual:
      return Op::kLessEqual;
    default:
      return op;
  }
}
constexpr bool IsArithmetic(Op op) { return op >= Op::kAdd && op <= Op::kModulo; }

enum class Function : uint8_t {
  kNone,
  kSize,
  kStartsWith,
  kEndsWith,
  kContains,
  kInt,
  kDouble,
  kString,
  kTimestamp,
  kDuration,
  kDays,
  kHours,
  kMinutes,
  kBool,
  kType,
  kDyn,
  kMatches,
  kCharAt,
  kIndexOf,
  kLastIndexOf,
  kJoin,
  kLowerAscii,
  kUpperAscii,
  kReplace,
  kReverse,
  kSplit,
  kSubstring,
  kTrim,
  kGetFullYear,
  kGetMonth,
  kGetDate,
  kGetDayOfMonth,
  kGetDayOfWeek,
  kGetDayOfYear,
  kGetHours,
  kGetMinutes,
  kGetSeconds,
  kGetMilliseconds,
  kGreatest,
  kLeast,
  kCeil,
  kFloor,
  kRound,
  kTrunc,
  kAbs,
  kSign,
  kSqrt,
  kIsNan,
  kIsInf,
  kIsFinite,
  kBitAnd,
  kBitOr,
  kBitXor,
  kBitNot,
  kBitShiftLeft,
  kBitShiftRight,
  kHost,  // registered by the host
  kAll,   // macros from here on
  kExists,
  kExistsOne,
  kMap,
  kFilter,
  kBind,
};
constexpr Function kFirstMacro = Function::kAll;
// getFullYear() and the like.
constexpr bool IsGetter(Function function) {
  return function >= Function::kGetFullYear && function <= Function::kGetMilliseconds;
}
constexpr Function kLastFunction = Function::kBind;

struct Node {
  Op op = Op::kBroken;
  Function function = Function::kNone;
  bool method = false;         // kCall, kFunction: written as x.f(…); kName, kVariable: with a dot before it, .x
  bool parenthesized = false;  // stood in parentheses of its own
  ExprType type;               // kNone: not known, or wrong and reported
  uint32_t offset = 0;         // of the whole expression, parentheses included
  uint32_t length = 0;
  uint32_t mark = 0;  // of the operator or function name
  uint32_t mark_length = 0;
  uint32_t first_child = 0;  // in Tree::children
  uint32_t child_count = 0;
  uint32_t name = 0;  // of kName, kCall, kVariable, kMacro, kItem and a host's kFunction: in Tree::texts
  union {
    int64_t integer = 0;
    double number;
    uint32_t text;  // in Tree::texts
    uint32_t slot;
  };

  uint32_t end() const { return offset + length; }
};

// Which child of a macro its variable goes over, or is.
constexpr uint32_t RangeOrdinal(const Node& macro) { return macro.function == Function::kBind ? 1 : 0; }

// Whether the node makes a truth of truths, as && || ! and ?: do: the terms of a condition stand below these.
inline bool JoinsTruths(const Node& node) {
  return node.op == Op::kAnd || node.op == Op::kOr || node.op == Op::kNot ||
         (node.op == Op::kConditional && node.type == Kind::kBool);
}

// Whether `text` is an index of Tree::texts.
inline bool HasText(const Node& node) { return node.op == Op::kLiteral && IsText(node.type.kind()); }
// Whether `name` is one after Check.
inline bool HasName(const Node& node) {
  return node.op == Op::kVariable || node.op == Op::kMacro || node.op == Op::kItem || node.op == Op::kBinder ||
         (node.op == Op::kFunction && node.function == Function::kHost);
}

struct Tree {
  std::vector<Node> nodes;
  std::vector<uint32_t> children;
  std::vector<std::string> texts;

  std::span<const uint32_t> ChildrenOf(const Node& node) const {
    if (node.child_count == 0) return {};
    return {children.data() + node.first_child, node.child_count};
  }
  Node& Child(const Node& node, size_t i) { return nodes[children[node.first_child + i]]; }
  const Node& Child(const Node& node, size_t i) const { return nodes[children[node.first_child + i]]; }
  const Node& root() const { return nodes.back(); }
  // The first node of the subtree whose root is `i`.
  uint32_t FirstOf(uint32_t i) const {
    while (nodes[i].child_count > 0) i = children[nodes[i].first_child];
    return i;
  }
};

// The subtree whose root is `root` as a tree of its own, with the texts that it uses.
Tree Subtree(const Tree& tree, uint32_t root);

// "==", "&&"; for messages and the printer.
std::string_view Spelling(Op op);
// The function's name.
std::string_view Spelling(Function function);

// How tightly an operator binds: a higher one first. What is no operator binds tightest.
int Precedence(Op op);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_AST_H_
