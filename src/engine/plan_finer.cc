// Which groups are listed by the coarser ones that they are a part of: those that are asked when these change or go.
#include <set>
#include <utility>

#include "engine/plan_stages.h"

namespace tocsin {

void PlanFinerLists(Plan::Layout* layout) {
  std::set<std::pair<uint32_t, uint32_t>> asked;  // finer, coarser
  auto ask = [&](uint32_t rule, uint32_t coarser) { asked.emplace(layout->rules[rule].grouping, coarser); };
  for (uint32_t g = 0; g < layout->groupings.size(); ++g) {
    for (uint32_t rule : layout->groupings[g].finer_rules) ask(rule, g);
    for (uint32_t term : layout->groupings[g].finer_terms) asked.emplace(layout->terms[term].grouping, g);
  }
  for (uint32_t m = 0; m < layout->metrics.size(); ++m) {
    for (uint32_t rule : layout->stored_readers[m]) ask(rule, layout->metrics[m].grouping);
  }
  for (const CoarseTerm& term : layout->terms) {
    for (uint32_t rule : term.rules) ask(rule, term.grouping);
  }
  for (uint32_t g = 0; g < layout->groupings.size(); ++g) {
    for (ParentPlan& parent : layout->groupings[g].parents) {
      // All groups are those of everything.
      if (!parent.keys.empty() && asked.count({g, parent.grouping}) != 0) parent.list = ++layout->finer_lists;
    }
  }
}

}  // namespace tocsin
