// What a rule that looks at single events reads of them.
#ifndef TOCSIN_ENGINE_PLAN_RULE_EVENTS_H_
#define TOCSIN_ENGINE_PLAN_RULE_EVENTS_H_

#include <optional>
#include <vector>

#include "engine/dictionary.h"
#include "engine/plan_groupings.h"
#include "tocsin/rule/rule_spec.h"

namespace tocsin {

// Finds the events and the grouping of `spec`, and gives `reader` the names event.<attribute> that all its events have
// with one type, besides event.type, event.time and event.id. Nothing, with mistakes added, when something is wrong.
std::optional<uint32_t> PlanRuleEvents(const RuleSpec& spec, Plan::Layout* layout, Groupings* groupings, Reader* reader,
                                       RulePlan* rule, std::vector<Diagnostic>* diagnostics);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_PLAN_RULE_EVENTS_H_
