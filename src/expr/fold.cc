// A constant part is compiled and run like any other expression, so that folding cannot disagree with evaluation.
#include "expr/fold.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "expr/compile.h"
#include "expr/evaluate.h"

namespace tocsin {
namespace {

class Folder {
 public:
  Folder(const Tree& tree, bool strict) : tree_(tree), strict_(strict) {}

  Tree Run() {
    FindConstants();
    places_.resize(tree_.nodes.size());
    for (uint32_t i = 0; i < tree_.nodes.size(); ++i) {
      // The largest constant part that starts here, and so all of it at once.
      const uint32_t root = ends_[i];
      if (root != i && FoldPart(root)) {
        i = root;
      } else {
        places_[i] = Copy(tree_.nodes[i]);
      }
    }
    return std::move(result_);
  }

 private:
  void FindConstants() {
    const uint32_t count = static_cast<uint32_t>(tree_.nodes.size());
    std::vector<bool> constant(count);
    ends_.resize(count);
    for (uint32_t i = 0; i < count; ++i) {
      const Node& node = tree_.nodes[i];
      constant[i] = node.op != Op::kVariable && node.op != Op::kNow && node.op != Op::kHas && node.op != Op::kList;
      for (const uint32_t child : tree_.ChildrenOf(node)) constant[i] = constant[i] && constant[child];
      ends_[i] = i;
      if (constant[i]) ends_[tree_.FirstOf(i)] = i;  // a larger one comes later and replaces a smaller
    }
  }

  uint32_t Copy(Node node) {
    const auto children = tree_.ChildrenOf(node);
    node.first_child = static_cast<uint32_t>(result_.children.size());
    for (const uint32_t child : children) result_.children.push_back(places_[child]);
    if (node.op == Op::kLiteral && node.type == Kind::kString) node.text = AddText(tree_.texts[node.text]);
    if (node.op == Op::kVariable) node.name = AddText(tree_.texts[node.name]);
    result_.nodes.push_back(node);
    return static_cast<uint32_t>(result_.nodes.size() - 1);
  }

  uint32_t AddText(std::string text) {
    result_.texts.push_back(std::move(text));
    return static_cast<uint32_t>(result_.texts.size() - 1);
  }

  // The subtree of `root`, evaluated and put down as a literal. False when that has no value.
  bool FoldPart(uint32_t root) {
    Scratch::Memory memory;
    const Program program = CompileTree(Subtree(tree_, root), strict_);
    const Result result = tocsin::Run(program, {}, Time(), &memory);
    if (result.outcome != Outcome::kValue) return false;
    Node literal = tree_.nodes[root];
    literal.op = Op::kLiteral;
    literal.child_count = 0;
    switch (result.value.kind()) {
      case Kind::kString:
        literal.text = AddText(std::string(result.value.AsString()));
        break;
      case Kind::kDouble:
        literal.number = result.value.AsDouble();
        break;
      default:
        literal.integer = result.value.AsInt();
        break;
    }
    result_.nodes.push_back(literal);
    places_[root] = static_cast<uint32_t>(result_.nodes.size() - 1);
    return true;
  }

  const Tree& tree_;
  const bool strict_;
  Tree result_;
  std::vector<uint32_t> ends_;    // of the node that starts the largest constant part: its root; else the node itself
  std::vector<uint32_t> places_;  // in the result
};

}  // namespace

Tree Fold(const Tree& tree, bool strict) { return Folder(tree, strict).Run(); }

}  // namespace tocsin
