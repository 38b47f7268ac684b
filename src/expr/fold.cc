// A constant part is compiled and run like any other expression, so that folding cannot disagree with evaluation.
#include "expr/fold.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "expr/compile.h"
#include "expr/evaluate.h"

namespace tocsin {
namespace {

constexpr uint64_t kMostSteps = 1'000'000;  // of all parts of one tree together
constexpr uint64_t kMostItems = 4096;       // of what is put down; 16 bytes of text are one

// A macro over a list that is always empty: what it says of the items has no types, and is never asked.
bool IsOverNothing(const Tree& tree, const Node& node) {
  return node.op == Op::kMacro && node.function != Function::kBind && tree.Child(node, 0).type.IsEmptyList();
}

// A tree that is made node by node from another.
class Copier {
 public:
  explicit Copier(const Tree& tree) : tree_(tree), places_(tree.nodes.size()) {}

  const Tree& tree() const { return tree_; }
  Tree Take() { return std::move(result_); }

  // With what its children have become.
  void Copy(uint32_t i) {
    Node node = tree_.nodes[i];
    const auto children = tree_.ChildrenOf(node);
    node.first_child = static_cast<uint32_t>(result_.children.size());
    for (const uint32_t child : children) result_.children.push_back(places_[child]);
    if (HasText(node)) node.text = AddText(tree_.texts[node.text]);
    if (HasName(node)) node.name = AddText(tree_.texts[node.name]);
    places_[i] = Add(node);
  }

  // A value in the place of the node `i`.
  void PutDown(uint32_t i, ExprType type, const Register& value) { places_[i] = Literal(tree_.nodes[i], type, value); }

 private:
  uint32_t Add(const Node& node) {
    result_.nodes.push_back(node);
    return static_cast<uint32_t>(result_.nodes.size() - 1);
  }
  uint32_t AddText(std::string text) {
    result_.texts.push_back(std::move(text));
    return static_cast<uint32_t>(result_.texts.size() - 1);
  }

  // Recursive by the depth of the type, which the checker bounds.
  uint32_t Literal(const Node& place, ExprType type, const Register& value) {
    Node node = place;
    node.type = type;
    node.function = Function::kNone;
    node.method = false;
    std::vector<uint32_t> items;
    if (type.IsList()) {
      for (uint32_t i = 0; i < value.size; ++i) items.push_back(Literal(place, type.Item(), value.items[i]));
      node.op = Op::kList;
    } else {
      node.op = Op::kLiteral;
      if (IsText(type.base)) {
        node.text = AddText(std::string(value.AsText()));
      } else if (type == Kind::kDouble) {
        node.number = value.number;
      } else {
        node.integer = value.integer;
      }
    }
    node.first_child = static_cast<uint32_t>(result_.children.size());
    node.child_count = static_cast<uint32_t>(items.size());
    result_.children.insert(result_.children.end(), items.begin(), items.end());
    return Add(node);
  }

  const Tree& tree_;
  Tree result_;
  std::vector<uint32_t> places_;  // in the result
};

// The same tree, with `false` for all that macros over nothing say of their items.
Tree Prune(const Tree& tree) {
  constexpr uint32_t kNone = UINT32_MAX;
  std::vector<uint32_t> ends(tree.nodes.size(), kNone);  // of the node that starts such a body, the outermost: its root
  for (const Node& node : tree.nodes) {
    if (!IsOverNothing(tree, node)) continue;
    for (const uint32_t body : tree.ChildrenOf(node).subspan(2)) ends[tree.FirstOf(body)] = body;
  }
  Copier copier(tree);
  for (uint32_t i = 0; i < tree.nodes.size(); ++i) {
    if (ends[i] == kNone) {
      copier.Copy(i);
    } else {
      i = ends[i];
      copier.PutDown(i, Kind::kBool, {});
    }
  }
  return copier.Take();
}

class Folder {
 public:
  Folder(const Tree& tree, const CompileContext& context) : copier_(tree), tree_(tree), context_(context) {}

  Tree Run() {
    FindConstants();
    for (uint32_t i = 0; i < tree_.nodes.size(); ++i) {
      // The largest constant part that starts here, and so all of it at once.
      const uint32_t root = ends_[i];
      if (root != i && FoldPart(root)) {
        i = root;
      } else {
        copier_.Copy(i);
      }
    }
    return copier_.Take();
  }

 private:
  // A macro's variable is as constant as what the macro goes over. It stands in the way only of what is smaller than
  // the macro. A host's functions are left alone until there is an event.
  void FindConstants() {
    constexpr uint32_t kNone = UINT32_MAX;
    const uint32_t count = static_cast<uint32_t>(tree_.nodes.size());
    std::vector<bool> constant(count);
    std::vector<uint32_t> outermost(count,
                                    kNone);  // the least level of a variable that is read and not declared inside
    ends_.resize(count);
    for (uint32_t i = 0; i < count; ++i) {
      const Node& node = tree_.nodes[i];
      constant[i] =
          node.op != Op::kVariable && node.op != Op::kNow && node.op != Op::kHas && node.function != Function::kHost;
      if (node.op == Op::kItem) outermost[i] = node.slot;
      for (const uint32_t child : tree_.ChildrenOf(node)) {
        constant[i] = constant[i] && constant[child];
        outermost[i] = std::min(outermost[i], outermost[child]);
      }
      if (node.op == Op::kMacro && outermost[i] == node.slot) outermost[i] = kNone;
      ends_[i] = i;
      // A larger one comes later and replaces a smaller.
      if (constant[i] && outermost[i] == kNone && node.op != Op::kBinder) ends_[tree_.FirstOf(i)] = i;
    }
  }

  // The subtree of `root`, evaluated and put down. False when that has no value.
  bool FoldPart(uint32_t root) {
    CompileContext context = context_;
    context.max_steps = std::min(context_.max_steps, kMostSteps - std::min(steps_, kMostSteps));
    Scratch::Memory memory;
    const Program program = CompileTree(Subtree(tree_, root), context);
    tocsin::Run(program, {}, Time(), &memory);
    steps_ += memory.steps;
    const Register& value = ResultOf(program, memory);
    if (value.state != kHasValue || CountItems(value, tree_.nodes[root].type) > kMostItems) return false;
    copier_.PutDown(root, tree_.nodes[root].type, value);
    return true;
  }

  // Up to a few more than kMostItems: a list may hold the same list many times, and that one too.
  static uint64_t CountItems(const Register& value, ExprType type) {
    uint64_t count = 1;
    if (!type.IsList()) return IsText(type.base) ? count + value.size / 16 : count;
    for (uint32_t i = 0; i < value.size && count <= kMostItems; ++i) count += CountItems(value.items[i], type.Item());
    return count;
  }

  Copier copier_;
  const Tree& tree_;
  const CompileContext& context_;
  std::vector<uint32_t> ends_;  // of the node that starts the largest constant part: its root; else the node itself
  uint64_t steps_ = 0;
};

}  // namespace

Tree Fold(const Tree& tree, const CompileContext& context) {
  const bool nothing =
      std::any_of(tree.nodes.begin(), tree.nodes.end(), [&](const Node& node) { return IsOverNothing(tree, node); });
  if (!nothing) return Folder(tree, context).Run();
  const Tree pruned = Prune(tree);
  return Folder(pruned, context).Run();
}

}  // namespace tocsin
