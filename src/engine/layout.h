// Plan::Layout: everything an engine runs, resolved to indices and offsets. Made once by the files plan*.cc, then
// immutable.
#ifndef TOCSIN_ENGINE_LAYOUT_H_
#define TOCSIN_ENGINE_LAYOUT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "metric/metric_plan.h"
#include "metric/window_plan.h"
#include "rule/summary.h"
#include "tocsin/engine/plan.h"
#include "tocsin/expr/expression.h"
#include "tocsin/rule/alert_state.h"

namespace tocsin {

// What a rule can read in a group: a key or a metric of its grouping. A slot is the index in GroupingPlan::variables.
struct GroupVariable {
  std::string name;
  Type type;
  bool is_key = false;
  uint32_t index = 0;  // of a metric, or of a key in the grouping
};

// One set of keys. Keys are sorted by name, so that nothing depends on how they were written down.
struct GroupingPlan {
  std::vector<std::string> keys;
  std::vector<Kind> kinds;
  std::vector<GroupVariable> variables;  // its keys, then its metrics by name
  std::vector<uint32_t> rules;           // by name
  uint32_t row_bytes = 0;
};

struct RulePlan {
  std::string name;
  uint32_t grouping = 0;
  std::optional<Expression> when;
  std::optional<Expression> resolve_when;
  std::vector<uint32_t> condition_slots;    // what its conditions read
  std::vector<uint32_t> condition_metrics;  // those of them that are metrics, by name: an alert's values
  Duration hold{};
  std::string severity;
  std::vector<std::pair<std::string, std::string>> labels;
  Summary summary;
  std::vector<uint32_t> summary_slots;  // beyond the grouping's variables: the labels, the rule's name, its severity
  std::string version;
  bool reads_now = false;
  uint32_t row_offset = 0;  // of its AlertState in a row of its grouping
};

// What one event type means to one grouping.
struct EventGrouping {
  uint32_t grouping = 0;
  std::vector<uint32_t> key_slots;  // the event's slot of each key
  std::vector<uint32_t> windows;
};

// A rule that an event type can change.
struct EventRule {
  uint32_t rule = 0;
  uint32_t place = 0;                // index of its EventGrouping
  std::vector<uint32_t> touched_by;  // positions in EventPlan's windows, counted over all its groupings
};

struct EventPlan {
  std::vector<EventGrouping> groupings;
  uint32_t window_count = 0;
  std::vector<EventRule> rules;  // by name
};

struct Plan::Layout {
  EngineSpec spec;
  Catalog catalog;
  std::vector<GroupingPlan> groupings;
  std::vector<WindowPlan> windows;
  std::vector<MetricPlan> metrics;                  // by name, as metric_infos
  std::vector<std::string> mistaken_metrics;        // left out: a rule that reads one is not blamed for it
  std::vector<RulePlan> rules;                      // by name, as rule_infos
  std::vector<std::vector<uint32_t>> window_rules;  // by window: the rules that read it
  std::vector<EventPlan> events;                    // by event type
  std::vector<MetricInfo> metric_infos;
  std::vector<RuleInfo> rule_infos;
  bool any_rule_reads_now = false;
};

// The stages of Plan::Create, in this order. Each adds its mistakes and leaves out what is mistaken.
void PlanMetrics(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics);
void PlanRules(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics);
void PlanRows(Plan::Layout* layout);
void PlanEvents(Plan::Layout* layout);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_LAYOUT_H_
