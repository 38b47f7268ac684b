#include "engine/plan_rollups.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "engine/rollup.h"
#include "expr/aggregate_call.h"
#include "metric/aggregate_words.h"

namespace tocsin {
namespace {

using Aggregate = RollupPlan::Aggregate;

struct Known {
  std::string_view name;
  Aggregate aggregate;
};
constexpr std::array<Known, 7> kKnown = {{{"count", Aggregate::kCount},
                                          {"sum", Aggregate::kSum},
                                          {"mean", Aggregate::kMean},
                                          {"min", Aggregate::kMin},
                                          {"max", Aggregate::kMax},
                                          {"quantile", Aggregate::kQuantile},
                                          {"share", Aggregate::kShare}}};

class RollupPlanner {
 public:
  RollupPlanner(const MetricSpec& spec, Plan::Layout* layout, Groupings* groupings, const Dictionary& names,
                std::vector<Diagnostic>* diagnostics)
      : spec_(spec), layout_(*layout), groupings_(*groupings), names_(names), diagnostics_(*diagnostics) {}

  bool Run() {
    std::optional<AggregateCall> call = ParseAggregateCall(spec_.aggregate, Part("aggregate"), &diagnostics_);
    if (!call || !FindAggregate(*call) || !Compile(*call)) return false;
    const Metric& over = layout_.metrics[rollup_.metric];
    return CheckValues(over, *call) && FindGroups() && Finish();
  }

 private:
  std::string Part(std::string_view part) const { return Describe("metric", spec_.name, part); }
  bool Complain(const SourceText& text, size_t offset, size_t length, std::string_view part, std::string message,
                std::string hint = {}) {
    diagnostics_.push_back(text.Error(offset, length, std::move(message), std::move(hint), Part(part)));
    return false;
  }
  bool Complain(const AggregateCall& call, std::string message, std::string hint = {}) {
    return Complain(spec_.aggregate, call.place.offset, call.place.length, "aggregate", std::move(message),
                    std::move(hint));
  }

  bool FindAggregate(const AggregateCall& call) {
    std::vector<std::string> names;
    for (const Known& known : kKnown) names.emplace_back(known.name);
    const auto found = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.name == call.name; });
    if (found == kKnown.end()) {
      const std::string hint = HintForAggregate(call.name, names, "");
      return Complain(call, fmt::format("groups are not put together by '{}'", call.name),
                      hint.empty() ? fmt::format("there are {}", fmt::join(names, ", ")) : hint);
    }
    rollup_.aggregate = found->aggregate;
    const bool wants_argument = rollup_.aggregate == Aggregate::kQuantile || rollup_.aggregate == Aggregate::kShare;
    if (call.arguments.size() == (wants_argument ? 1 : 0)) {
      return rollup_.aggregate != Aggregate::kQuantile || ReadQuantile(call);
    }
    if (rollup_.aggregate == Aggregate::kQuantile)
      return Complain(call, "'quantile' over groups takes one number", "write quantile(0.95)");
    if (rollup_.aggregate == Aggregate::kShare) {
      const Dictionary::Entry* over = names_.Find(spec_.over.text());
      const bool is_span = over != nullptr && over->type.kind == Kind::kDuration;
      return Complain(call, "'share' over groups takes one condition",
                      fmt::format("write share({} > {})", spec_.over.text(), is_span ? "days(10)" : "10"));
    }
    return Complain(
        call, fmt::format("'{}' over groups takes no argument: it is taken of '{}'", call.name, spec_.over.text()),
        fmt::format("write {}", call.name));
  }

  bool ReadQuantile(const AggregateCall& call) {
    const SourceSlice& place = call.arguments[0];
    const std::string text = spec_.aggregate.text().substr(place.offset, place.length);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rollup_.quantile);
    if (error == std::errc() && end == text.data() + text.size() && rollup_.quantile > 0 && rollup_.quantile < 1)
      return true;
    return Complain(spec_.aggregate, place.offset, place.length, "aggregate", "a quantile is a number between 0 and 1",
                    "write quantile(0.95)");
  }

  // What is taken, and the conditions, all read in the finer groups.
  bool Compile(const AggregateCall& call) {
    const Dictionary::Entry* over = names_.Find(spec_.over.text());
    if (over != nullptr && over->mistaken) return false;  // told where it is declared
    const bool is_metric = over != nullptr && over->source == Variable::Source::kMetric;
    if (over != nullptr && !is_metric) {
      return Complain(spec_.over, 0, spec_.over.text().size(), "over",
                      fmt::format("'{}' is a key, and 'over' names a metric of the groups", spec_.over.text()));
    }
    if (over == nullptr) {  // for its message
      Reader reader(&layout_, names_, &diagnostics_);
      std::vector<Wanted> wanted = {{spec_.over, Kind::kNone, Part("over")}};
      if (reader.Compile(&wanted, std::nullopt)) {
        return Complain(spec_.over, 0, spec_.over.text().size(), "over", "'over' names a single metric",
                        "declare the expression as a metric");
      }
      return false;
    }
    rollup_.metric = over->index;
    rollup_.fine = over->grouping;
    Reader reader(&layout_, names_, &diagnostics_);
    std::vector<Wanted> wanted = {{spec_.over, Kind::kNone, Part("over")}};
    if (!spec_.where.empty()) wanted.push_back({spec_.where, Kind::kBool, Part("where")});
    if (rollup_.aggregate == Aggregate::kShare) {
      const SourceSlice& place = call.arguments[0];
      wanted.push_back({spec_.aggregate.Sub(place.offset, place.length), Kind::kBool, Part("aggregate")});
    }
    if (!reader.Compile(&wanted, rollup_.fine)) return false;
    rollup_.reads = reader.TakeReads();
    rollup_.slot = *wanted[0].compiled->AsVariable();
    if (!spec_.where.empty()) rollup_.where = wanted[1].compiled;
    if (rollup_.aggregate == Aggregate::kShare) rollup_.share = wanted.back().compiled;
    return true;
  }

  bool CheckValues(const Metric& over, const AggregateCall& call) {
    rollup_.kind = over.type.kind;
    rollup_.elapsed = over.aggregate && over.aggregate->aggregate == AggregateKind::kTimeSince && !over.rollup;
    rollup_.elapsed = rollup_.elapsed || (over.rollup && layout_.rollups[*over.rollup].elapsed);
    if (!rollup_.NeedsValues()) return true;
    const bool is_span = rollup_.kind == Kind::kDuration;
    if (rollup_.kind != Kind::kDouble && !is_span) {
      return Complain(
          call,
          fmt::format("'{}' needs numbers or durations, and '{}' is a {}", call.name, over.name, TypeName(over.type)),
          "count says how many groups there are");
    }
    if (rollup_.aggregate == Aggregate::kSum && is_span)
      return Complain(call, fmt::format("'{}' is a duration, and durations of groups are not summed", over.name),
                      "take the mean");
    return true;
  }

  bool FindGroups() {
    const GroupingPlan& fine = layout_.groupings[rollup_.fine];
    std::vector<std::pair<std::string, uint32_t>> keys;
    for (const SourceText& key : spec_.by) {
      const auto found = std::find(fine.keys.begin(), fine.keys.end(), key.text());
      if (found == fine.keys.end()) {
        const std::string closest = ClosestName(key.text(), fine.keys);
        return Complain(key, 0, key.text().size(), "by",
                        fmt::format("'{}' is no key of '{}', which is kept by {}", key.text(), spec_.over.text(),
                                    KeyList(fine.keys)),
                        closest.empty() ? "" : fmt::format("did you mean '{}'?", closest));
      }
      const auto index = static_cast<uint32_t>(found - fine.keys.begin());
      const bool twice = std::any_of(keys.begin(), keys.end(), [&](const auto& k) { return k.second == index; });
      if (twice) return Complain(key, 0, key.text().size(), "by", fmt::format("'{}' is named twice", key.text()));
      keys.emplace_back(key.text(), index);
    }
    if (keys.size() == fine.keys.size()) {
      const bool none = fine.keys.empty();
      return Complain(spec_.over, 0, spec_.over.text().size(), "over",
                      none ? fmt::format("'{}' has one group, and there is nothing to put together", spec_.over.text())
                           : fmt::format("'{}' is kept by these keys already: a rollup has fewer", spec_.over.text()));
    }
    std::sort(keys.begin(), keys.end());
    std::vector<std::string> names;
    std::vector<Kind> kinds;
    for (const auto& [name, index] : keys) {
      names.push_back(name);
      kinds.push_back(fine.kinds[index]);
      rollup_.keys.push_back(index);
    }
    rollup_.coarse = groupings_.Of(std::move(names), std::move(kinds));
    return true;
  }

  // Whether the value of a metric changes while only time passes, other than by growing with it.
  bool HidesTime(const Metric& metric) const {
    if (metric.aggregate) return MovesWithTime(*metric.aggregate);
    if (!metric.value || metric.every) return false;
    return IsTimed(*metric.value) || std::any_of(metric.reads.begin(), metric.reads.end(), [&](const Variable& read) {
             return read.source == Variable::Source::kMetric && HidesTime(layout_.metrics[read.index]);
           });
  }

  void PlanTime() {
    for (const Variable& read : rollup_.reads) {
      if (read.source != Variable::Source::kMetric) continue;
      const Metric& metric = layout_.metrics[read.index];
      // What is kept by fewer keys is looked at with the group's own events and at every full minute.
      if (read.parent != 0 || HidesTime(metric)) rollup_.each_minute = true;
      for (uint32_t window : metric.windows) {
        if (layout_.windows[window].grouping != rollup_.fine) {
          rollup_.each_minute = true;
          continue;
        }
        Add(window, &rollup_.windows);
        if (layout_.windows[window].behind()) Add(window, &rollup_.behind);
      }
      for (uint32_t stored : metric.stored) Add(stored, &rollup_.stored);
    }
    for (const auto* condition : {&rollup_.where, &rollup_.share}) {
      if (!*condition || !IsTimed(**condition)) continue;
      TimeTerms terms = TimedTerms(**condition);
      if (terms.other) rollup_.each_minute = true;
      for (LinearTerm& term : terms.linear) rollup_.flips.push_back(std::move(term));
    }
    const Metric& over = layout_.metrics[rollup_.metric];
    for (uint32_t window : over.windows) {
      if (layout_.windows[window].grouping == rollup_.fine) rollup_.held_by.push_back(window);
    }
    PlaceAddends(over);
    // A value that is kept at multiples of a duration depends on no window: all of the group's say whether it is there.
    if (rollup_.held_by.empty()) rollup_.held_by = layout_.groupings[rollup_.fine].windows;
    for (uint32_t window : rollup_.held_by) Add(window, &rollup_.windows);
  }
  static void Add(uint32_t item, std::vector<uint32_t>* list) {
    if (std::find(list->begin(), list->end(), item) == list->end()) list->push_back(item);
  }

  // An event that lacks what is added up is in the window, which others may share, and not in the metric: the window
  // counts those that have it (IsHeld).
  void PlaceAddends(const Metric& over) {
    for (const Variable& read : over.reads) {
      if (read.source == Variable::Source::kMetric) PlaceAddends(layout_.metrics[read.index]);
    }
    if (!over.aggregate || over.rollup || !over.aggregate->has_sum || MayBeAbsent(*over.aggregate)) return;
    WindowPlan& window = layout_.windows[over.aggregate->window];
    if (window.kind == WindowPlan::Kind::kLast || window.grouping != rollup_.fine) return;
    PlaceField(FieldPlan::Kind::kArguments, window.fields[over.aggregate->field].argument, &window);
  }

  bool Finish() {
    PlanTime();
    const auto index = static_cast<uint32_t>(layout_.rollups.size());
    WindowPlan window;
    window.kind = WindowPlan::Kind::kRollup;
    window.grouping = rollup_.coarse;
    window.description = "metric " + spec_.name;
    window.identity = "rollup " + spec_.name;
    window.total_bytes = static_cast<uint16_t>(sizeof(RollupTotals) + (rollup_.HasSum() ? sizeof(ExactSum) : 0));
    rollup_.window = static_cast<uint32_t>(layout_.windows.size());
    Metric metric;
    metric.name = spec_.name;
    metric.grouping = rollup_.coarse;
    metric.windows = {rollup_.window};
    metric.rollup = index;
    const bool of_its_kind = rollup_.NeedsValues() && rollup_.kind == Kind::kDuration;
    metric.type = of_its_kind ? Type(Kind::kDuration) : Type(Kind::kDouble);
    metric.aggregate.emplace();
    metric.aggregate->name = spec_.name;
    metric.aggregate->type = metric.type;
    metric.aggregate->grouping = rollup_.coarse;
    metric.aggregate->window = rollup_.window;
    layout_.groupings[rollup_.coarse].windows.push_back(rollup_.window);
    layout_.groupings[rollup_.fine].rollups.push_back(index);
    layout_.windows.push_back(std::move(window));
    layout_.metrics.push_back(std::move(metric));
    layout_.rollups.push_back(std::move(rollup_));
    return true;
  }

  const MetricSpec& spec_;
  Plan::Layout& layout_;
  Groupings& groupings_;
  const Dictionary& names_;
  std::vector<Diagnostic>& diagnostics_;
  RollupPlan rollup_;
};

}  // namespace

bool PlanRollup(const MetricSpec& spec, Plan::Layout* layout, Groupings* groupings, const Dictionary& names,
                std::vector<Diagnostic>* diagnostics) {
  return RollupPlanner(spec, layout, groupings, names, diagnostics).Run();
}

}  // namespace tocsin
