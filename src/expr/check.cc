// Types from the leaves to the root, in one pass over the nodes. A node without a type was reported, and whatever it is
// part of stays silent.
#include "expr/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "expr/conversions.h"
#include "expr/functions.h"
#include "expr/mismatch.h"
#include "expr/resolve.h"
#include "expr/zone.h"
#include "tocsin/base/time.h"
#include "tocsin/expr/host_functions.h"
#include "tocsin/expr/regex.h"

namespace tocsin {
namespace {

constexpr int kDeepestList = 16;

bool Is(const Node& node, Kind kind) { return node.type.kind() == kind; }
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
  Checker(std::string_view source, const Environment& environment, Tree* tree, Mistakes* mistakes, bool any_type)
      : source_(source), environment_(environment), tree_(*tree), mistakes_(*mistakes), any_type_(any_type) {}

  void Run(Type expected) {
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
    MakeLike(a, b->type);
    MakeLike(b, a->type);
  }
  void MakeLike(Node* node, ExprType type);

  void FindPlaces();
  void CheckNode(uint32_t i);
  void CheckHas(Node* node);
  void CheckItem(uint32_t i);
  void CheckMacro(Node* node);
  void CheckList(uint32_t i);
  void CheckIndex(Node* node);
  void CheckLogic(Node* node);
  void CheckNot(Node* node);
  void CheckNegate(Node* node);
  void CheckConditional(Node* node);
  void CheckComparison(Node* node);
  bool CanBeCompared(const Node& node, ExprType left, ExprType right) const;
  void CheckIn(Node* node);
  void CheckInComputed(const Node& left, const Node& right);
  void CheckArithmetic(Node* node);
  void CheckFunction(Node* node);
  void CheckVariadic(Node* node);
  void CheckHost(Node* node);
  void RefuseArgument(const Node& node, size_t ordinal, std::span<const Overload> overloads);
  bool CheckConstantArgument(const Node& node, size_t ordinal);
  bool CheckPattern(const Node& argument);
  void CheckRoot(Type expected);
  bool WantBool(const Node& node, std::string_view who);

  std::string_view source_;
  const Environment& environment_;
  Tree& tree_;
  Mistakes& mistakes_;
  const bool any_type_;
  std::vector<bool> list_places_;  // nodes that stand after `in`
  std::vector<uint32_t> sources_;  // of a kItem: what its macro goes over
  std::vector<bool> bound_;        // or binds it to
};

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

void Checker::CheckItem(uint32_t i) {
  const ExprType source = tree_.nodes[sources_[i]].type;
  if (bound_[i]) {
    tree_.nodes[i].type = source;
  } else if (source.IsList()) {
    tree_.nodes[i].type = source.Item();
  }
}

// What the macro makes of its list. A list that is always empty has items of no type, and whatever is said of them is
// right.
void Checker::CheckMacro(Node* node) {
  const Function macro = node->function;
  Node& last = tree_.Child(*node, node->child_count - 1);
  if (macro == Function::kBind) {
    node->type = last.type;
    return;
  }
  const std::string_view name = Spelling(macro);
  const Node& range = tree_.Child(*node, 0);
  const bool truth = macro != Function::kMap && macro != Function::kFilter;
  if (truth) node->type = Kind::kBool;
  if (!range.type.IsList()) {
    if (Is(range, Kind::kNone)) return;
    Wrong(range, fmt::format("{}() goes over a list; {} is {}", name, Show(source_, range), WithArticle(range.type)));
    return;
  }
  if (macro == Function::kFilter) node->type = range.type;
  if (macro == Function::kMap && (!Is(last, Kind::kNone) || range.type.IsEmptyList())) {
    node->type = ExprType::ListOf(last.type);
  }
  const bool condition = macro != Function::kMap || node->child_count == 4;
  if (condition) WantBool(tree_.Child(*node, 2), fmt::format("the condition of {}()", name));
}

void Checker::CheckList(uint32_t i) {
  Node& node = tree_.nodes[i];
  const auto children = tree_.ChildrenOf(node);
  if (!environment_.strict()) {
    const bool doubles = std::any_of(children.begin(), children.end(),
                                     [&](uint32_t child) { return tree_.nodes[child].type == Kind::kDouble; });
    for (const uint32_t child : children) {
      if (doubles && !list_places_[i]) MakeLike(&tree_.nodes[child], Kind::kDouble);
    }
  }
  std::optional<ExprType> type = ExprType(Kind::kNone);
  const Node* first = nullptr;
  for (const uint32_t child : children) {
    const Node& item = tree_.nodes[child];
    if (Is(item, Kind::kNone)) return;
    if (first == nullptr) {
      first = &item;
      type = item.type;
      continue;
    }
    const std::optional<ExprType> joined = Join(*type, item.type);
    if (joined) {
      type = joined;
    } else if (!list_places_[i]) {  // else it is said of each item what it is beside what is looked for
      mistakes_.push_back(MismatchInList(OperandsOf(node, *first, item)));
      return;
    } else {
      return;
    }
  }
  node.type = ExprType::ListOf(*type);
}

void Checker::CheckIndex(Node* node) {
  const Node& list = tree_.Child(*node, 0);
  const Node& index = tree_.Child(*node, 1);
  if (!KnowsChildren(*node)) return;
  if (!list.type.IsList()) {
    Wrong(*node, fmt::format("only a list has items; {} is {}", Show(source_, list), WithArticle(list.type)),
          Is(list, Kind::kString) ? fmt::format("write {}.charAt({})", TextOf(list), TextOf(index)) : "");
  } else if (list.type.IsEmptyList()) {
    Wrong(*node, "this list is empty and has no items");
  } else if (!Is(index, Kind::kInt)) {
    Wrong(index, fmt::format("the place of an item is an int; {} is {}", Show(source_, index), WithArticle(index.type)),
          Is(index, Kind::kDouble) ? fmt::format("write int({})", TextOf(index)) : "");
  } else {
    node->type = list.type.Item();
  }
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

void Checker::CheckIn(Node* node) {
  Node& left = tree_.Child(*node, 0);
  Node& right = tree_.Child(*node, 1);
  node->type = Kind::kBool;
  if (right.op != Op::kList) {
    if (Is(right, Kind::kNone)) return;
    if (right.type.IsList()) return CheckInComputed(left, right);
    const bool texts = Is(left, Kind::kString) && Is(right, Kind::kString);
    Wrong(right, fmt::format("'in' needs a list on its right; {} is {}", Show(source_, right), WithArticle(right.type)),
          texts ? fmt::format("write {}.contains({})", TextOf(right), TextOf(left))
                : fmt::format("write {} in [{}]", TextOf(left), TextOf(right)));
    return;
  }
  if (left.type.relaxed || right.type.relaxed || Is(left, Kind::kNone)) return;
  for (const uint32_t child : tree_.ChildrenOf(right)) {
    Node& item = tree_.nodes[child];
    if (Is(item, Kind::kNone)) continue;
    if (!environment_.strict()) MakeLike(&item, left.type);
    if (!Join(item.type, left.type)) mistakes_.push_back(MismatchInList(OperandsOf(*node, left, item)));
  }
  if (right.child_count > 0) right.type = ExprType::ListOf(left.type);
}

// `in` with a list that is computed.
void Checker::CheckInComputed(const Node& left, const Node& right) {
  if (Is(left, Kind::kNone) || left.type.relaxed || right.type.relaxed) return;
  if (right.type.IsEmptyList() || Join(left.type, right.type.Item())) return;
  Wrong(left, fmt::format("{} cannot be in {}: {} is {}", WithArticle(left.type), WithArticle(right.type),
                          Show(source_, left), WithArticle(left.type)));
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

void Checker::CheckFunction(Node* node) {
  if (node->function == Function::kHost) return CheckHost(node);
  if (IsVariadic(node->function)) return CheckVariadic(node);
  const std::span<const Overload> overloads = OverloadsOf(node->function);
  if (std::all_of(overloads.begin(), overloads.end(),
                  [&](const Overload& overload) { return overload.result == overloads.front().result; })) {
    node->type = TypeOfLetter(overloads.front().result);  // whatever its arguments are
  }
  if (!KnowsChildren(*node)) return;
  std::vector<const Overload*> left;
  for (const Overload& overload : overloads) {
    if (overload.parameters.size() == node->child_count) left.push_back(&overload);
  }
  for (size_t i = 0; i < node->child_count; ++i) {
    std::vector<const Overload*> fitting;
    for (const Overload* const overload : left) {
      if (Accepts(overload->parameters[i], tree_.Child(*node, i).type)) fitting.push_back(overload);
    }
    if (fitting.empty()) return RefuseArgument(*node, i, overloads);
    left = std::move(fitting);
  }
  node->type = TypeOfLetter(left.front()->result);
  for (size_t i = 0; i < node->child_count; ++i) {
    if (!CheckConstantArgument(*node, i)) node->type = Kind::kNone;
  }
}

void Checker::RefuseArgument(const Node& node, size_t ordinal, std::span<const Overload> overloads) {
  const Node& argument = tree_.Child(node, ordinal);
  std::string takes(ordinal == 0 || IsVariadic(node.function) ? overloads.front().takes : "");
  const bool stated = !takes.empty();
  for (const Overload& overload : overloads) {
    if (stated) break;
    if (overload.parameters.size() != node.child_count) continue;
    const std::string type = WithArticle(TypeOfLetter(overload.parameters[ordinal]));
    if (takes.find(type) != std::string::npos) continue;
    takes.append(takes.empty() ? "" : " or ").append(type);
  }
  std::string hint;
  if (node.function == Function::kDuration && IsNumber(argument) && !environment_.strict()) {
    hint = fmt::format("did you mean days({0}), hours({0}) or minutes({0})?", TextOf(argument));
  } else if (takes == "a double" && Is(argument, Kind::kInt)) {
    hint = argument.op == Op::kLiteral ? fmt::format("write {}.0", argument.integer)
                                       : fmt::format("write double({})", TextOf(argument));
  } else if (takes == "an int" && Is(argument, Kind::kDouble)) {
    hint = fmt::format("write int({})", TextOf(argument));
  } else if (takes == "a string" && (IsNumber(argument) || Is(argument, Kind::kBool))) {
    hint = fmt::format("write string({})", TextOf(argument));
  }
  Wrong(argument,
        fmt::format("{}() takes {}{}; {} is {}", Spelling(node.function), takes,
                    stated || node.child_count - (node.method ? 1 : 0) < 2 ? "" : " there", Show(source_, argument),
                    WithArticle(argument.type)),
        std::move(hint));
}

// Of numbers of both types the result is a double that can be compared with both.
void Checker::CheckVariadic(Node* node) {
  const std::span<const Overload> overloads = OverloadsOf(node->function);
  if (!KnowsChildren(*node)) return;
  const auto children = tree_.ChildrenOf(*node);
  const Node& first = tree_.nodes[children[0]];
  if (children.size() == 1 && first.type.IsList()) {
    for (const Overload& overload : overloads) {
      if (!Accepts(overload.parameters[0], first.type)) continue;
      node->type = TypeOfLetter(overload.result);
      return;
    }
  }
  bool doubles = false;
  bool ints = false;
  for (size_t i = 0; i < children.size(); ++i) {
    const Node& argument = tree_.nodes[children[i]];
    if (!IsNumber(argument)) return RefuseArgument(*node, i, overloads);
    doubles |= Is(argument, Kind::kDouble);
  }
  for (const uint32_t child : children) {
    if (doubles && !environment_.strict()) MakeLike(&tree_.nodes[child], Kind::kDouble);
    ints |= Is(tree_.nodes[child], Kind::kInt);
  }
  node->type = doubles ? Kind::kDouble : Kind::kInt;
  node->type.relaxed = doubles && ints;
}

void Checker::CheckHost(Node* node) {
  const std::string& name = tree_.texts[node->name];
  const HostFunction& function = *environment_.functions()->Find(name);
  node->type = function.result;
  for (size_t i = 0; i < node->child_count; ++i) {
    Node& argument = tree_.Child(*node, i);
    if (Is(argument, Kind::kNone)) continue;
    const ExprType wanted = function.parameters[i];
    if (!environment_.strict()) MakeLike(&argument, wanted);
    if (argument.type == wanted) continue;
    const bool number = wanted == Kind::kDouble && Is(argument, Kind::kInt);
    Wrong(argument,
          fmt::format("{}() takes {} there; {} is {}", name, WithArticle(wanted), Show(source_, argument),
                      WithArticle(argument.type)),
          number ? fmt::format("write double({})", TextOf(argument)) : "");
  }
}

// A constant that can never be converted is a mistake now, not a fault later.
bool Checker::CheckConstantArgument(const Node& node, size_t ordinal) {
  const Node& argument = tree_.Child(node, ordinal);
  if (node.function == Function::kMatches && ordinal == 1) return CheckPattern(argument);
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
    if (IsGetter(node.function) && ordinal == 1 && !Zone::Find(text)) {
      Wrong(argument, fmt::format("{} is not a time zone", Show(source_, argument)),
            "write a name such as \"Europe/London\", or an offset such as \"+02:00\"");
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

bool Checker::CheckPattern(const Node& argument) {
  if (environment_.regex() == nullptr) {
    Wrong(argument, "there are no regular expressions here: matches() needs an engine for them",
          "contains(), startsWith() and endsWith() need none; the host sets `regex`");
    return false;
  }
  if (argument.op != Op::kLiteral) return true;
  const auto compiled = environment_.regex()->Compile(tree_.texts[argument.text]);
  if (compiled.ok()) return true;
  Wrong(argument, fmt::format("{} is not a regular expression: {}", Show(source_, argument),
                              std::string(compiled.status().message())));
  return false;
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

}  // namespace

bool Check(std::string_view source, const Environment& environment, Type expected, Tree* tree, Mistakes* mistakes,
           bool any_type) {
  const size_t before = mistakes->size();
  Resolve(source, environment, tree, mistakes);
  Checker(source, environment, tree, mistakes, any_type).Run(expected);
  return mistakes->size() == before;
}

}  // namespace tocsin
