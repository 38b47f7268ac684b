#include "expr/cost.h"

#include <algorithm>
#include <vector>

namespace tocsin {
namespace {

constexpr uint64_t kMost = uint64_t{1} << 62;

uint64_t Add(uint64_t a, uint64_t b) { return std::min(kMost, a + b); }
uint64_t Times(uint64_t a, uint64_t b) { return b != 0 && a > kMost / b ? kMost : a * b; }

struct Estimate {
  uint64_t steps = 0;  // with those of the children
  uint64_t items = 1;  // of a list
  uint64_t inner = 1;  // of each of its items, where these are lists; deeper ones are taken to be as long
};

class Estimator {
 public:
  explicit Estimator(const Tree& tree) : tree_(tree), estimates_(tree.nodes.size()), sources_(tree.nodes.size()) {
    for (const Node& node : tree.nodes) {
      if (node.op == Op::kMacro) FindItems(node);
    }
  }

  uint64_t Run(uint32_t* dearest) {
    uint64_t most = 0;
    for (uint32_t i = 0; i < tree_.nodes.size(); ++i) {
      estimates_[i] = Of(i);
      if (tree_.nodes[i].op != Op::kMacro || estimates_[i].steps < most) continue;
      most = estimates_[i].steps;
      *dearest = i;
    }
    return estimates_.back().steps;
  }

 private:
  struct Source {
    uint32_t node = 0;
    bool bound = false;
  };

  // Where the variable of a macro comes from.
  void FindItems(const Node& macro) {
    const auto children = tree_.ChildrenOf(macro);
    for (size_t ordinal = 2; ordinal < children.size(); ++ordinal) {
      for (uint32_t i = tree_.FirstOf(children[ordinal]); i <= children[ordinal]; ++i) {
        const Node& item = tree_.nodes[i];
        if (item.op != Op::kItem || item.slot != macro.slot) continue;
        sources_[i] = {children[RangeOrdinal(macro)], macro.function == Function::kBind};
      }
    }
  }

  const Estimate& Child(const Node& node, size_t i) const { return estimates_[tree_.children[node.first_child + i]]; }

  Estimate Of(uint32_t i) const {
    const Node& node = tree_.nodes[i];
    Estimate estimate;
    for (const uint32_t child : tree_.ChildrenOf(node)) {
      estimate.steps = Add(estimate.steps, estimates_[child].steps);
      estimate.items = std::max(estimate.items, estimates_[child].items);
      estimate.inner = std::max(estimate.inner, estimates_[child].inner);
    }
    switch (node.op) {
      case Op::kItem: {
        const Estimate& source = estimates_[sources_[i].node];
        return {0, sources_[i].bound ? source.items : source.inner, source.inner};
      }
      case Op::kList:
        return {Add(estimate.steps, node.child_count), node.child_count, std::max(estimate.items, estimate.inner)};
      case Op::kIndex:
        return {estimate.steps, Child(node, 0).inner, Child(node, 0).inner};
      case Op::kAdd:
        if (!node.type.IsList()) return estimate;
        estimate.items = Add(Child(node, 0).items, Child(node, 1).items);
        estimate.steps = Add(estimate.steps, estimate.items);
        return estimate;
      case Op::kIn:
        return {Add(estimate.steps, Child(node, 1).items), 1, 1};
      case Op::kConditional:
        estimate.steps = Add(Child(node, 0).steps, std::max(Child(node, 1).steps, Child(node, 2).steps));
        return estimate;
      case Op::kMacro:
        return OfMacro(node);
      default:
        return estimate;
    }
  }

  Estimate OfMacro(const Node& node) const {
    const Estimate& last = Child(node, node.child_count - 1);
    if (node.function == Function::kBind) return {Add(Child(node, 1).steps, last.steps), last.items, last.inner};
    const Estimate& range = Child(node, 0);
    uint64_t body = 1;
    for (size_t ordinal = 2; ordinal < node.child_count; ++ordinal) body = Add(body, Child(node, ordinal).steps);
    const bool map = node.function == Function::kMap;
    const bool list = map || node.function == Function::kFilter;
    if (list) body = Add(body, 1);
    return {Add(range.steps, Times(range.items, body)), list ? range.items : 1, map ? last.items : range.inner};
  }

  const Tree& tree_;
  std::vector<Estimate> estimates_;
  std::vector<Source> sources_;  // of a kItem
};

}  // namespace

uint64_t EstimateSteps(const Tree& tree, uint32_t* dearest) { return Estimator(tree).Run(dearest); }

}  // namespace tocsin
