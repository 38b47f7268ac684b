// Metrics over the groups of a finer grouping, while a plan is made.
#ifndef TOCSIN_ENGINE_PLAN_ROLLUPS_H_
#define TOCSIN_ENGINE_PLAN_ROLLUPS_H_

#include <vector>

#include "engine/dictionary.h"
#include "engine/layout.h"
#include "engine/plan_groupings.h"

namespace tocsin {

// Plans one; what it reads must be in the dictionary. False, with mistakes added, when it cannot be planned, or not
// yet. REQUIRES: !spec.over.empty().
bool PlanRollup(const MetricSpec& spec, Plan::Layout* layout, Groupings* groupings, const Dictionary& names,
                std::vector<Diagnostic>* diagnostics);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_PLAN_ROLLUPS_H_
