// The stages of Plan::Create, in this order. Each adds its mistakes to `diagnostics` and leaves out what is mistaken,
// so that the next can go on and find its own; those without that parameter run only when there are none.
#ifndef TOCSIN_ENGINE_PLAN_STAGES_H_
#define TOCSIN_ENGINE_PLAN_STAGES_H_

#include <vector>

#include "engine/dictionary.h"
#include "engine/layout.h"
#include "engine/plan_groupings.h"

namespace tocsin {

// plan_funnels.cc: writes out what funnels are short for.
void ExpandFunnels(EngineSpec* spec, std::vector<Diagnostic>* diagnostics);
// plan_scores.cc: the same of scores.
void ExpandScores(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics);
// plan_derive.cc: patterns, sessions and alert changes as events. Adds them to the catalog, and leaves out of the spec
// what takes those that are mistaken.
void PlanDerived(Plan::Layout* layout, Groupings* groupings, std::vector<Diagnostic>* diagnostics);
// The keys of events that are all derived, and of one grouping; else none.
std::vector<SourceText> KeysOfDerived(const Plan::Layout& layout, const std::vector<uint32_t>& events);
// plan_metrics.cc: metrics over events, and profiles.
void PlanAggregates(Plan::Layout* layout, Groupings* groupings, std::vector<Diagnostic>* diagnostics);
// plan_values.cc: metrics that are expressions over other metrics, or put groups together. Fills the dictionary.
void PlanValues(Plan::Layout* layout, Groupings* groupings, Dictionary* names, std::vector<Diagnostic>* diagnostics);
// plan_rules.cc: rules, without when they are evaluated.
void PlanRules(Plan::Layout* layout, Groupings* groupings, const Dictionary& names,
               std::vector<Diagnostic>* diagnostics);
// plan_derive.cc: what rules and derived events have to do with each other.
void LinkDerived(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics);
// plan_keys.cc: what is said of keys, and limits.
void PlanKeys(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics);
// plan_watch.cc: when each rule is evaluated: exits, exact instants, warming up, coarser metrics.
void PlanWatching(Plan::Layout* layout);
// plan_index.cc: how the rules are found that a change concerns. Without indices, only by what they read: slow and
// obvious, for tests.
void PlanIndices(Plan::Layout* layout, bool use_indices);
// plan_finer.cc: which groups are found by the coarser ones that they are a part of.
void PlanFinerLists(Plan::Layout* layout);
// plan_rows.cc: where everything stands in a row, and what each event type reaches.
void PlanRows(Plan::Layout* layout);
void PlanEvents(Plan::Layout* layout);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_PLAN_STAGES_H_
