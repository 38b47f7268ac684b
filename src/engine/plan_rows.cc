// The last stages of a plan: where everything stands in a row, what an empty group answers, what each event reaches.
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "engine/plan_stages.h"
#include "engine/read.h"
#include "engine/thresholds.h"
#include "metric/group_table.h"

namespace tocsin {
namespace {

// Places things in the rows of a grouping, each aligned to its size.
uint32_t Place(GroupingPlan* grouping, uint32_t bytes, uint32_t alignment) {
  const uint32_t offset = (grouping->row_bytes + alignment - 1) / alignment * alignment;
  grouping->row_bytes = offset + bytes;
  return offset;
}

// What is left of the row's last line of memory, if that is room for a pane or two; else one more line.
void PlacePocket(Plan::Layout* layout, GroupingPlan* grouping) {
  constexpr uint32_t kLine = 64;
  constexpr uint32_t kLeast = 32;
  auto has_few = [&](uint32_t window) { return layout->windows[window].totals_from != 0; };
  if (std::none_of(grouping->windows.begin(), grouping->windows.end(), has_few)) return;
  PocketPlan pocket;
  pocket.taken_offset = offsetof(RowHead, pocket);
  pocket.offset = grouping->row_bytes;
  uint32_t bytes = kLine - (GroupTable::kHeadBytes + grouping->row_bytes) % kLine;
  if (bytes < kLeast) bytes += kLine;
  pocket.units = std::min(bytes / PocketPlan::kUnit, PocketPlan::kUnits);
  grouping->row_bytes += bytes;
  for (uint32_t window : grouping->windows) layout->windows[window].pocket = pocket;
}

void PlaceAll(Plan::Layout* layout) {
  for (RulePlan& rule : layout->rules) {
    if (!rule.flips.empty()) rule.flip_offset = Place(&layout->groupings[rule.grouping], sizeof(int64_t), 8);
  }
  for (Metric& metric : layout->metrics) {
    if (metric.every) metric.row_offset = Place(&layout->groupings[metric.grouping], sizeof(StoredValue), 8);
  }
  for (GroupingPlan& grouping : layout->groupings) {
    if (grouping.expire_after || grouping.max_groups) grouping.timer_offset = Place(&grouping, sizeof(int64_t), 8);
    for (ParentPlan& parent : grouping.parents) parent.row_offset = Place(&grouping, sizeof(ParentLink), 4);
    for (ThresholdIndex& index : grouping.indices) {
      index.row_offset = Place(&grouping, sizeof(ThresholdPosition), 4);
    }
  }
  for (WindowPlan& window : layout->windows) {
    window.row_offset = Place(&layout->groupings[window.grouping], window.handles() * sizeof(uint32_t), 4);
  }
  for (CoarseTerm& term : layout->terms) term.row_offset = Place(&layout->groupings[term.grouping], 1, 1);
  for (GroupingPlan& grouping : layout->groupings) {
    grouping.row_bytes = (grouping.row_bytes + 7) / 8 * 8;
    PlacePocket(layout, &grouping);
  }
}

void PlanEmptiness(Plan::Layout* layout) {
  for (GroupingPlan& grouping : layout->groupings) {
    grouping.empty_after = Duration::zero();
    for (uint32_t w : grouping.windows) {
      const WindowPlan& window = layout->windows[w];
      if (!window.over_time()) {
        grouping.empty_after.reset();
        break;
      }
      grouping.empty_after = std::max(*grouping.empty_after, window.EmptyAfter());
    }
  }
}

// Whether an empty group alone says what the metric is there.
bool IsOwn(const Plan::Layout& layout, const Variable& variable) {
  if (variable.source != Variable::Source::kMetric || variable.parent != 0) return false;
  const Metric& metric = layout.metrics[variable.index];
  return std::all_of(metric.reads.begin(), metric.reads.end(),
                     [&](const Variable& part) { return IsOwn(layout, part); });
}

// What a rule would answer for a group that holds nothing. True also where it cannot be known.
bool MightHold(const Plan::Layout& layout, const RulePlan& rule) {
  if (rule.looks_at_events) return false;
  if (rule.each_minute || !rule.flips.empty() || rule.on_no_data == OnNoData::kAlerting) return true;
  std::vector<Value> variables(rule.reads.size());
  bool all_known = true;
  for (uint32_t slot : rule.condition_slots) {
    const Variable& variable = rule.reads[slot];
    if (IsOwn(layout, variable)) {
      variables[slot] = ReadEmpty(layout, layout.metrics[variable.index]);
      continue;
    }
    all_known = false;
    for (const LevelPlan& level : rule.levels) {
      if (AsksPresence(level.when, slot)) return true;
    }
  }
  Scratch scratch;
  auto might = [&] {
    return std::any_of(rule.levels.begin(), rule.levels.end(), [&](const LevelPlan& level) {
      const Result result = level.when.Evaluate(variables, Time(), scratch);
      return result.IsTrue() || (result.outcome != Outcome::kValue && !all_known);
    });
  };
  if (might()) return true;
  for (const WarmingPlan& warming : rule.warming) variables[warming.slot] = Value();
  for (uint32_t slot : rule.condition_slots) {
    if (rule.reads[slot].source != Variable::Source::kMetric) continue;
    const std::vector<uint32_t>& windows = layout.metrics[rule.reads[slot].index].windows;
    if (std::any_of(windows.begin(), windows.end(), [&](uint32_t w) { return layout.windows[w].behind(); }))
      variables[slot] = Value();
  }
  return (!rule.warming.empty() || !rule.behind.empty()) && might();
}

}  // namespace

void PlanRows(Plan::Layout* layout) {
  PlaceAll(layout);
  PlanEmptiness(layout);
  for (GroupingPlan& grouping : layout->groupings) {
    for (ThresholdIndex& index : grouping.indices) {
      const Value empty = ReadEmpty(*layout, layout->metrics[index.metric]);
      index.holds_empty = CountHolding(index.above, 0, empty) + CountHolding(index.below, 0, empty) > 0;
    }
    for (uint32_t rule : grouping.rules) {
      if (MightHold(*layout, layout->rules[rule])) grouping.greeting.push_back(rule);
    }
    // A coarser group is there as long as finer ones may read it.
    grouping.may_free =
        grouping.finer_rules.empty() && grouping.greeting.empty() && grouping.stored.empty() && !grouping.keys.empty();
  }
}

namespace {

class EventPlanner {
 public:
  explicit EventPlanner(Plan::Layout* layout) : layout_(*layout) {}

  void Run() {
    layout_.events.resize(layout_.catalog.events().size());
    for (uint32_t w = 0; w < layout_.windows.size(); ++w) {
      WindowPlan& window = layout_.windows[w];
      for (uint32_t s = 0; s < window.sources.size(); ++s) {
        FindSlots(&window.sources[s]);
        PlaceOf(window.sources[s].event, window.grouping).windows.push_back({w, s, window.row_offset});
      }
    }
    for (uint32_t r = 0; r < layout_.rules.size(); ++r) {
      const RulePlan& rule = layout_.rules[r];
      for (const EventSlots& event : rule.events) PlaceOf(event.event, rule.grouping).rules.push_back(r);
      for (uint32_t event : rule.resolve_events) PlaceOf(event, rule.grouping).resolving_rules.push_back(r);
    }
    for (uint32_t type = 0; type < layout_.events.size(); ++type) {
      EventPlan& event = layout_.events[type];
      event.attributes = static_cast<uint32_t>(layout_.catalog.event(type).attributes.size());
      for (const EventGrouping& place : event.groupings)
        event.simple = event.simple && place.rules.empty() && place.resolving_rules.empty();
    }
  }

 private:
  EventGrouping& PlaceOf(uint32_t type, uint32_t grouping) {
    EventPlan& event = layout_.events[type];
    for (EventGrouping& place : event.groupings) {
      if (place.grouping == grouping) return place;
    }
    EventGrouping made;
    made.grouping = grouping;
    made.evidence = !layout_.groupings[grouping].rules.empty();
    for (const std::string& key : layout_.groupings[grouping].keys)
      made.key_slots.push_back(*layout_.catalog.FindSlot(type, key));
    event.groupings.push_back(std::move(made));
    return event.groupings.back();
  }

  Plan::Layout& layout_;
};

}  // namespace

void PlanEvents(Plan::Layout* layout) { EventPlanner(layout).Run(); }

}  // namespace tocsin
