// The last stages of a plan: where everything stands in a row, what an empty group answers, what each event reaches.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "engine/plan_stages.h"
#include "engine/rank_tree.h"
#include "engine/read.h"
#include "engine/rollup.h"
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
    if (!rule.flips.empty() || !rule.falls.empty())
      rule.flip_offset = Place(&layout->groupings[rule.grouping], 2 * sizeof(int64_t), 8);
  }
  for (Metric& metric : layout->metrics) {
    if (metric.every) metric.row_offset = Place(&layout->groupings[metric.grouping], sizeof(StoredValue), 8);
  }
  for (GroupingPlan& grouping : layout->groupings) {
    if (grouping.expire_after || grouping.counted) grouping.timer_offset = Place(&grouping, sizeof(int64_t), 8);
    if (layout->spec.limits.max_memory) grouping.charge_offset = Place(&grouping, sizeof(uint64_t), 8);
    for (ParentPlan& parent : grouping.parents) parent.row_offset = Place(&grouping, sizeof(ParentLink), 4);
    for (SelectorPlan& selector : grouping.selectors) selector.row_offset = Place(&grouping, sizeof(uint32_t), 4);
    for (ThresholdIndex& index : grouping.indices) {
      uint32_t longest = 0;
      for (const ThresholdList& list : index.lists) longest = std::max({longest, list.above, list.below});
      index.width = longest <= UINT8_MAX ? 1 : longest <= UINT16_MAX ? 2 : 4;
      index.row_offset = Place(&grouping, uint32_t{index.width} * 2, index.width);
    }
  }
  for (RollupPlan& rollup : layout->rollups) {
    GroupingPlan& fine = layout->groupings[rollup.fine];
    rollup.member_offset = Place(&fine, sizeof(RollupMember), 8);
    if (!rollup.flips.empty()) rollup.flip_offset = Place(&fine, sizeof(int64_t), 8);
    if (rollup.IsRanked()) rollup.node_offset = Place(&fine, sizeof(RankNode), 8);
  }
  for (WindowPlan& window : layout->windows) {
    window.row_offset = Place(&layout->groupings[window.grouping], window.handles() * sizeof(uint32_t), 4);
  }
  for (PatternPlan& pattern : layout->derived.patterns)
    pattern.row_offset = Place(&layout->groupings[pattern.grouping], pattern.lists() * uint32_t{sizeof(uint32_t)}, 4);
  for (SessionPlan& session : layout->derived.sessions)
    session.row_offset = Place(&layout->groupings[session.grouping], sizeof(uint32_t), 4);
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
    if (!grouping.empty_after) continue;
    // What is over at an instant is decided when that is closed.
    const auto keep = [&](Duration a, Duration b) {
      const Time end = SaturatingAdd(SaturatingAdd(SaturatingAdd(Time(), a), b), Duration(1));
      grouping.empty_after = std::max(*grouping.empty_after, end - Time());
    };
    for (const uint32_t p : grouping.patterns)
      keep(layout->derived.patterns[p].within, layout->derived.patterns[p].reorder);
    for (const uint32_t s : grouping.sessions)
      keep(layout->derived.sessions[s].gap, layout->derived.sessions[s].lateness);
  }
}

// Whether an empty group alone says what the metric is there.
bool IsOwn(const Plan::Layout& layout, const Variable& variable) {
  if (variable.source != Variable::Source::kMetric || variable.parent != 0) return false;
  const Metric& metric = layout.metrics[variable.index];
  return std::all_of(metric.reads.begin(), metric.reads.end(),
                     [&](const Variable& part) { return IsOwn(layout, part); });
}

class GreetingPlanner {
 public:
  explicit GreetingPlanner(Plan::Layout* layout) : layout_(*layout), empty_(layout->metrics.size()) {}

  void PlanOne(GroupingPlan* grouping) {
    for (ThresholdIndex& index : grouping->indices) index.holds_empty = HoldsEmpty(index);
    bool any = false;
    std::vector<std::vector<std::pair<uint32_t, uint32_t>>> selected(grouping->selectors.size());
    for (uint32_t r : grouping->rules) {
      const RulePlan& rule = layout_.rules[r];
      if (!MightHold(rule)) continue;
      any = true;
      if (rule.indexed) continue;  // its thresholds are crossed
      if (rule.selector == 0) {
        grouping->greeting.push_back(r);
      } else {
        selected[rule.selector - 1].emplace_back(rule.number, r);
      }
    }
    for (auto& pairs : selected) {
      std::sort(pairs.begin(), pairs.end());
      grouping->greeting_of.emplace_back();
      for (const auto& [number, r] : pairs) grouping->greeting_of.back().Add(number, r);
    }
    // A coarser group is there as long as finer ones may read it.
    grouping->may_free = grouping->finer_rules.empty() && !any && grouping->stored.empty() && !grouping->keys.empty();
  }

 private:
  const Value& Empty(uint32_t metric) {
    std::optional<Value>& value = empty_[metric];
    if (!value) value = ReadEmpty(layout_, layout_.metrics[metric]);
    return *value;
  }

  bool HoldsEmpty(const ThresholdIndex& index) {
    const Value& value = Empty(index.metric);
    if (value.absent()) return false;
    double number = value.AsNumber();
    if (index.minus != ThresholdIndex::kNothing) {
      const Value& minus = Empty(index.minus);
      if (minus.absent()) return false;
      number -= minus.AsNumber();
    }
    return std::any_of(index.lists.begin(), index.lists.end(), [&](const ThresholdList& list) {
      const std::span<const double> numbers = std::span(index.numbers).subspan(list.begin, list.above + list.below);
      return CountAbove(numbers.first(list.above), 0, number) + CountBelow(numbers.last(list.below), 0, number) > 0;
    });
  }

  // What a rule would answer for a group that holds nothing. True also where it cannot be known.
  bool MightHold(const RulePlan& rule) {
    if (rule.looks_at_events) return false;
    if (rule.each_minute || !rule.flips.empty() || rule.on_no_data == OnNoData::kAlerting) return true;
    variables_.assign(rule.reads.size(), Value());
    bool all_known = true;
    for (uint32_t slot : rule.condition_slots) {
      const Variable& variable = rule.reads[slot];
      if (IsOwn(layout_, variable)) {
        variables_[slot] = Empty(variable.index);
        continue;
      }
      all_known = false;
      for (const LevelPlan& level : rule.levels) {
        if (AsksPresence(level.when, slot)) return true;
      }
    }
    auto might = [&] {
      return std::any_of(rule.levels.begin(), rule.levels.end(), [&](const LevelPlan& level) {
        const Result result = level.when.Evaluate(variables_, Time(), scratch_);
        return result.IsTrue() || (result.outcome != Outcome::kValue && !all_known);
      });
    };
    if (might()) return true;
    for (const WarmingPlan& warming : rule.warming) variables_[warming.slot] = Value();
    for (uint32_t slot : rule.condition_slots) {
      if (rule.reads[slot].source != Variable::Source::kMetric) continue;
      const std::vector<uint32_t>& windows = layout_.metrics[rule.reads[slot].index].windows;
      if (std::any_of(windows.begin(), windows.end(), [&](uint32_t w) { return layout_.windows[w].behind(); }))
        variables_[slot] = Value();
    }
    return (!rule.warming.empty() || !rule.behind.empty()) && might();
  }

  Plan::Layout& layout_;
  std::vector<std::optional<Value>> empty_;  // by metric: what it is for a group that holds nothing
  std::vector<Value> variables_;
  Scratch scratch_;
};

}  // namespace

void PlanRows(Plan::Layout* layout) {
  PlaceAll(layout);
  PlanEmptiness(layout);
  GreetingPlanner greeting(layout);
  for (GroupingPlan& grouping : layout->groupings) greeting.PlanOne(&grouping);
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
      for (uint32_t event : rule.resolve_events) {
        EventGrouping& place = PlaceOf(event, rule.grouping);
        if (rule.resolve_lane == 0) {
          place.resolving_rules.push_back(r);
        } else {
          place.derived.push_back({DerivedUse::Kind::kResolve, r, rule.resolve_lane});
        }
      }
    }
    PlaceDerived();
    for (uint32_t type = 0; type < layout_.events.size(); ++type) {
      EventPlan& event = layout_.events[type];
      // In an order that is not that of definitions.
      std::sort(event.groupings.begin(), event.groupings.end(), [&](const EventGrouping& a, const EventGrouping& b) {
        return layout_.groupings[a.grouping].keys < layout_.groupings[b.grouping].keys;
      });
      // What is known of somebody may come with the event.
      std::stable_partition(event.groupings.begin(), event.groupings.end(),
                            [](const EventGrouping& place) { return place.profile_keys.empty(); });
      event.attributes = static_cast<uint32_t>(layout_.catalog.event(type).attributes.size());
      for (EventGrouping& place : event.groupings) FindSelected(&place);
      for (const EventGrouping& place : event.groupings)
        event.simple = event.simple && place.rules.empty() && place.resolving_rules.empty();
    }
  }

 private:
  void PlaceDerived() {
    DerivedPlan& derived = layout_.derived;
    for (uint32_t p = 0; p < derived.patterns.size(); ++p) {
      const PatternPlan& pattern = derived.patterns[p];
      for (const EventReactions& to : pattern.events)
        PlaceOf(to.event, pattern.grouping).derived.push_back({DerivedUse::Kind::kPattern, p, pattern.lane});
    }
    for (uint32_t s = 0; s < derived.sessions.size(); ++s) {
      const SessionPlan& session = derived.sessions[s];
      for (const SessionSource& source : session.sources)
        PlaceOf(source.event, session.grouping).derived.push_back({DerivedUse::Kind::kSession, s, 0});
    }
    for (EventPlan& event : layout_.events) {
      std::set<uint32_t> lanes;
      for (const EventGrouping& place : event.groupings) {
        event.derives = event.derives || !place.derived.empty();
        for (const DerivedUse& use : place.derived) {
          if (use.lane != 0) lanes.insert(use.lane - 1);
        }
      }
      event.lanes.assign(lanes.begin(), lanes.end());
    }
    for (DerivedType& type : derived.types) type.read = !layout_.events[type.type].groupings.empty();
  }

  EventGrouping& PlaceOf(uint32_t type, uint32_t grouping) {
    EventPlan& event = layout_.events[type];
    for (EventGrouping& place : event.groupings) {
      if (place.grouping == grouping) return place;
    }
    EventGrouping made;
    made.grouping = grouping;
    made.evidence = !layout_.groupings[grouping].rules.empty();
    for (const std::string& key : layout_.groupings[grouping].keys) {
      if (std::optional<uint32_t> slot = layout_.catalog.FindSlot(type, key)) {
        made.key_slots.push_back(*slot);
        continue;
      }
      made.key_slots.push_back(kProfileSlot);
      made.profile_keys.push_back(ProfileKeyOf(type, key));
    }
    event.groupings.push_back(std::move(made));
    return event.groupings.back();
  }

  void FindSelected(EventGrouping* place) const {
    const GroupingPlan& grouping = layout_.groupings[place->grouping];
    std::set<uint32_t> fed;
    for (const EventWindow& window : place->windows) {
      const std::vector<uint32_t>& indices = layout_.uses[window.window].indices;
      fed.insert(indices.begin(), indices.end());
    }
    for (uint32_t i : fed) {
      if (const uint32_t selector = grouping.indices[i].selector; selector != 0)
        place->selected.push_back({i, grouping.selectors[selector - 1].row_offset});
    }
  }

  ProfileKey ProfileKeyOf(uint32_t type, const std::string& key) const {
    ProfileKey profile;
    while (layout_.metrics[profile.metric].name != key) ++profile.metric;
    profile.grouping = layout_.metrics[profile.metric].grouping;
    profile.slot = *layout_.catalog.FindSlot(type, layout_.groupings[profile.grouping].keys[0]);
    return profile;
  }

  Plan::Layout& layout_;
};

}  // namespace

void PlanEvents(Plan::Layout* layout) { EventPlanner(layout).Run(); }

}  // namespace tocsin
