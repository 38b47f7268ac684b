// Plan::Create: the stages in their order. Metrics, rules, rows and events have a file each.
#include "tocsin/engine/plan.h"

#include <algorithm>

#include "engine/layout.h"
#include "tocsin/base/diagnostic.h"

namespace tocsin {

Plan::Plan() = default;
Plan::~Plan() = default;

absl::StatusOr<std::shared_ptr<const Plan>> Plan::Create(const EngineSpec& spec) {
  std::vector<Diagnostic> diagnostics;
  auto layout = std::make_unique<Layout>();
  layout->spec = spec;
  layout->catalog = Catalog::Create(spec.events, &diagnostics);
  if (spec.allowed_lateness < Duration::zero()) {
    diagnostics.push_back(SourceText().Error("allowed_lateness is negative", "", "engine"));
  }
  PlanMetrics(layout.get(), &diagnostics);
  PlanRules(layout.get(), &diagnostics);
  if (!diagnostics.empty()) return ToStatus(diagnostics);
  PlanRows(layout.get());
  PlanEvents(layout.get());
  std::shared_ptr<Plan> plan(new Plan);
  plan->layout_ = std::move(layout);
  return std::shared_ptr<const Plan>(std::move(plan));
}

const Catalog& Plan::catalog() const { return layout_->catalog; }
const EngineSpec& Plan::spec() const { return layout_->spec; }
const std::vector<MetricInfo>& Plan::metrics() const { return layout_->metric_infos; }
const std::vector<RuleInfo>& Plan::rules() const { return layout_->rule_infos; }

const MetricInfo* Plan::FindMetric(std::string_view name) const {
  const auto& infos = layout_->metric_infos;
  auto found = std::lower_bound(infos.begin(), infos.end(), name,
                                [](const MetricInfo& info, std::string_view wanted) { return info.name < wanted; });
  return found != infos.end() && found->name == name ? &*found : nullptr;
}

std::optional<uint32_t> Plan::Slot(std::string_view event, std::string_view attribute) const {
  std::optional<uint32_t> type = catalog().FindEvent(event);
  return type ? catalog().FindSlot(*type, attribute) : std::nullopt;
}

// Rows: first the windows of a grouping, then the alerts of its rules; everything is a multiple of eight bytes.
void PlanRows(Plan::Layout* layout) {
  for (WindowPlan& window : layout->windows) {
    GroupingPlan& grouping = layout->groupings[window.grouping];
    window.row_offset = grouping.row_bytes;
    grouping.row_bytes += static_cast<uint32_t>(sizeof(RowWindow) + window.total_bytes);
  }
  for (RulePlan& rule : layout->rules) {
    GroupingPlan& grouping = layout->groupings[rule.grouping];
    rule.row_offset = grouping.row_bytes;
    grouping.row_bytes += static_cast<uint32_t>(sizeof(AlertState));
  }
}

namespace {

EventGrouping MakeEventGrouping(const Plan::Layout& layout, uint32_t type, uint32_t grouping) {
  EventGrouping made;
  made.grouping = grouping;
  for (const std::string& key : layout.groupings[grouping].keys) {
    made.key_slots.push_back(*layout.catalog.FindSlot(type, key));
  }
  return made;
}

// The rules of an event type: those that read one of its windows, each with the windows that concern it.
void PlanEventRules(const Plan::Layout& layout, EventPlan* event) {
  for (uint32_t rule = 0; rule < layout.rules.size(); ++rule) {
    uint32_t position = 0;
    for (uint32_t place = 0; place < event->groupings.size(); ++place) {
      EventRule entry{rule, place, {}};
      for (uint32_t window : event->groupings[place].windows) {
        const auto& readers = layout.window_rules[window];
        if (std::find(readers.begin(), readers.end(), rule) != readers.end()) entry.touched_by.push_back(position);
        ++position;
      }
      if (!entry.touched_by.empty()) event->rules.push_back(std::move(entry));
    }
  }
}

}  // namespace

void PlanEvents(Plan::Layout* layout) {
  layout->events.resize(layout->catalog.events().size());
  for (uint32_t window = 0; window < layout->windows.size(); ++window) {
    const WindowPlan& plan = layout->windows[window];
    EventPlan& event = layout->events[plan.event];
    auto place = std::find_if(event.groupings.begin(), event.groupings.end(),
                              [&](const EventGrouping& g) { return g.grouping == plan.grouping; });
    if (place == event.groupings.end()) {
      event.groupings.push_back(MakeEventGrouping(*layout, plan.event, plan.grouping));
      place = event.groupings.end() - 1;
    }
    place->windows.push_back(window);
    ++event.window_count;
  }
  for (EventPlan& event : layout->events) PlanEventRules(*layout, &event);
}

}  // namespace tocsin
