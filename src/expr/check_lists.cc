// Lists, what is in them, and the macros that go over them.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "expr/checker.h"

namespace tocsin {

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

}  // namespace tocsin
