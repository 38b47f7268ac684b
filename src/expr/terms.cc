// The leaves of a condition.
#include "expr/checked.h"
#include "expr/condition.h"

namespace tocsin {

std::vector<Expression> Terms(const Expression& condition) {
  const Tree& tree = condition.checked().tree;
  std::vector<bool> reached(tree.nodes.size());
  reached.back() = true;
  for (size_t i = tree.nodes.size(); i-- > 0;) {
    if (!reached[i] || !JoinsTruths(tree.nodes[i])) continue;
    for (const uint32_t child : tree.ChildrenOf(tree.nodes[i])) reached[child] = true;
    reached[i] = false;
  }
  std::vector<Expression> terms;
  for (uint32_t i = 0; i < tree.nodes.size(); ++i) {
    if (!reached[i]) continue;
    Expression term = Part(condition, i);
    if (term.checked().folded.root().op != Op::kLiteral) terms.push_back(std::move(term));
  }
  return terms;
}

}  // namespace tocsin
