// Types from the leaves to the root, in one pass over the nodes. A node without a type was reported, and whatever it is
// part of stays silent.
#include "expr/check.h"

#include <fmt/format.h>

#include "expr/conversions.h"
#include "expr/functions.h"
#include "expr/mismatch.h"
#include "expr/resolve.h"
#include "tocsin/base/time.h"

namespace tocsin {
namespace {

bool Is(const Node& node, Kind kind) { return node.type.kind == kind; }
bool IsNumber(const Node& node) { return Is(node, Kind::kInt) || Is(node, Kind::kDouble); }
bool IsIntLiteral(const Node& node) { return node.op == Op::kLiteral && Is(node, Kind::kInt); }

void MakeDouble(Node* literal) {
  literal->number = static_cast<double>(literal->integer);
  literal->type = Kind::kDouble;
}

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

class Checker {
 public:
  Checker(std::string_view source, const Environment& environment, Tree* tree, Mistakes* mistakes)
      : source_(source), environment_(environment), tree_(*tree), mistakes_(*mistakes) {}

  void Run(Type expected) {
    list_places_.assign(tree_.nodes.size(), false);
    for (const Node& node : tree_.nodes) {
      if (node.op == Op::kIn) list_places_[tree_.children[node.first_child + 1]] = true;
    }
    for (size_t i = 0; i < tree_.nodes.size(); ++i) {
      Node& node = tree_.nodes[i];
      if (node.op == Op::kList && !list_places_[i]) {
        Wrong(node, "a list can only stand after 'in' so far", "write x in [\"a\", \"b\"]");
      } else {
        CheckNode(&node);
      }
    }
    CheckRoot(expected);
  }

 private:
  void Wrong(const Node& node, std::string message, std::string hint = {}) {
    mistakes_.push_back({node.offset, node.length, std::move(message), std::move(hint)});
  }
  std::string_view TextOf(const Node& node) const { return source_.substr(node.offset, node.length); }
  Operands OperandsOf(const Node& parent, const Node& left, const Node& right) const {
    return {source_, tree_, parent, left, right, environment_.strict()};
  }
  bool KnowsChildren(const Node& node) const {
    for (const uint32_t child : tree_.ChildrenOf(node)) {
      if (tree_.nodes[child].type == Kind::kNone) return false;
    }
    return true;
  }
  // Tocsin's first addition: an int literal next to a double is a double.
  void MixLiterals(Node* a, Node* b) {
    if (environment_.strict()) return;
    if (IsIntLiteral(*a) && Is(*b, Kind::kDouble)) MakeDouble(a);
    if (IsIntLiteral(*b) && Is(*a, Kind::kDouble)) MakeDouble(b);
  }

  void CheckNode(Node* node);
  void CheckLogic(Node* node);
  void CheckNot(Node* node);
  void CheckNegate(Node* node);
  void CheckConditional(Node* node);
  void CheckComparison(Node* node);
  void CheckIn(Node* node);
  void CheckArithmetic(Node* node);
  void CheckFunction(Node* node);
  bool CheckConstantArgument(const Node& node, const Node& argument);
  void CheckRoot(Type expected);
  bool WantBool(const Node& node, std::string_view who);

  std::string_view source_;
  const Environment& environment_;
  Tree& tree_;
  Mistakes& mistakes_;
  std::vector<bool> list_places_;  // nodes that stand after `in`
};

void Checker::CheckNode(Node* node) {
  switch (node->op) {
    case Op::kHas:
      if (KnowsChildren(*node)) node->type = Kind::kBool;
      return;
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
    default:
      break;
  }
  if (IsComparison(node->op)) return CheckComparison(node);
  if (IsArithmetic(node->op)) return CheckArithmetic(node);
}

// False when `node` is something else; who() wants it: "'&&'".
bool Checker::WantBool(const Node& node, std::string_view who) {
  if (Is(node, Kind::kBool) || Is(node, Kind::kNone)) return Is(node, Kind::kBool);
  std::string hint;
  if (IsNumber(node)) {
    hint = fmt::format("compare it, for example {} > 0", TextOf(node));
  } else if (Is(node, Kind::kString)) {
    hint = fmt::format("compare it, for example {} == \"...\"", TextOf(node));
  } else if (Is(node, Kind::kDuration)) {
    hint = fmt::format("compare it, for example {} > {}", TextOf(node),
                       environment_.strict() ? "duration(\"1h\")" : "hours(1)");
  }
  Wrong(node, fmt::format("{} needs true or false; {} is {}", who, Show(source_, node), WithArticle(node.type)),
        std::move(hint));
  return false;
}

void Checker::CheckLogic(Node* node) {
  const std::string who = fmt::format("'{}'", Spelling(node->op));
  for (const uint32_t child : tree_.ChildrenOf(*node)) WantBool(tree_.nodes[child], who);
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
  if (first.type == second.type) {
    node->type = first.type;
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
  // CEL orders numbers of different types; equality it defines for one type only.
  const bool ordering = node->op != Op::kEqual && node->op != Op::kNotEqual;
  if (left.type == right.type || (ordering && IsNumber(left) && IsNumber(right))) return;
  mistakes_.push_back(MismatchInComparison(OperandsOf(*node, left, right)));
}

void Checker::CheckIn(Node* node) {
  Node& left = tree_.Child(*node, 0);
  Node& right = tree_.Child(*node, 1);
  node->type = Kind::kBool;
  if (right.op != Op::kList) {
    if (Is(right, Kind::kNone)) return;
    const bool texts = Is(left, Kind::kString) && Is(right, Kind::kString);
    Wrong(right, fmt::format("'in' needs a list on its right; {} is {}", Show(source_, right), WithArticle(right.type)),
          texts ? fmt::format("write {}.contains({})", TextOf(right), TextOf(left))
                : fmt::format("write {} in [{}]", TextOf(left), TextOf(right)));
    return;
  }
  for (const uint32_t child : tree_.ChildrenOf(right)) {
    Node& item = tree_.nodes[child];
    if (Is(left, Kind::kNone) || Is(item, Kind::kNone)) continue;
    if (!environment_.strict() && IsIntLiteral(item) && Is(left, Kind::kDouble)) MakeDouble(&item);
    if (item.type != left.type) mistakes_.push_back(MismatchInList(OperandsOf(*node, left, item)));
  }
}

void Checker::CheckArithmetic(Node* node) {
  Node& left = tree_.Child(*node, 0);
  Node& right = tree_.Child(*node, 1);
  if (!KnowsChildren(*node)) return;
  MixLiterals(&left, &right);
  node->type = ArithmeticKind(node->op, left.type.kind, right.type.kind, environment_.strict());
  if (Is(*node, Kind::kNone)) mistakes_.push_back(MismatchInArithmetic(OperandsOf(*node, left, right)));
}

void Checker::CheckFunction(Node* node) {
  const Signature& signature = *FindFunction(Spelling(node->function));
  node->type = signature.result;
  for (size_t i = 0; i < node->child_count; ++i) {
    const Node& argument = tree_.Child(*node, i);
    if (Is(argument, Kind::kNone)) continue;
    if (((i == 0 ? signature.first : signature.second) & Bit(argument.type.kind)) == 0) {
      const bool number = node->function == Function::kDuration && IsNumber(argument) && !environment_.strict();
      Wrong(argument,
            fmt::format("{}() takes {}; {} is {}", Spelling(node->function), signature.takes, Show(source_, argument),
                        WithArticle(argument.type)),
            number ? fmt::format("did you mean days({0}), hours({0}) or minutes({0})?", TextOf(argument)) : "");
    } else if (!CheckConstantArgument(*node, argument)) {
      node->type = Kind::kNone;
    }
  }
}

// A constant that can never be converted is a mistake now, not a fault later.
bool Checker::CheckConstantArgument(const Node& node, const Node& argument) {
  if (argument.op != Op::kLiteral) return true;
  if (Is(argument, Kind::kString)) {
    const std::string& text = tree_.texts[argument.text];
    if (node.function == Function::kTimestamp && !TryParseTime(text)) {
      Wrong(argument, fmt::format("{} is not a time between the years 1678 and 2262", Show(source_, argument)),
            "write it as in \"2024-01-31T09:00:00Z\"");
      return false;
    }
    if (node.function == Function::kDuration && !ParseCelDuration(text, !environment_.strict())) {
      const std::string call = DurationCall(text);
      Wrong(argument, fmt::format("{} is not a duration", Show(source_, argument)),
            call.empty() || environment_.strict() ? "write it as in \"1h30m\" or \"1.5s\""
                                                  : fmt::format("did you mean {}?", call));
      return false;
    }
    return true;
  }
  const bool span =
      node.function == Function::kDays || node.function == Function::kHours || node.function == Function::kMinutes;
  if (!span) return true;
  const double minutes = node.function == Function::kDays ? 1440 : node.function == Function::kHours ? 60 : 1;
  const double count = Is(argument, Kind::kInt) ? static_cast<double>(argument.integer) : argument.number;
  constexpr double kLongest = 153'722'867;  // minutes in an int64 of nanoseconds
  if (count * minutes < kLongest && count * minutes > -kLongest) return true;
  Wrong(node, fmt::format("{} is longer than a duration can be", Show(source_, node)),
        "at most 106751 days, 292 years");
  return false;
}

void Checker::CheckRoot(Type expected) {
  Node& root = tree_.nodes.back();
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
  const std::string_view wanted = expected == Kind::kDouble ? "a number" : WithArticle(expected);
  Wrong(root, fmt::format("{} is needed here; {} is {}", wanted, Show(source_, root), WithArticle(root.type)));
}

}  // namespace

bool Check(std::string_view source, const Environment& environment, Type expected, Tree* tree, Mistakes* mistakes) {
  const size_t before = mistakes->size();
  Resolve(source, environment, tree, mistakes);
  Checker(source, environment, tree, mistakes).Run(expected);
  return mistakes->size() == before;
}

}  // namespace tocsin
