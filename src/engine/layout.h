// Plan::Layout: everything an engine runs, resolved to indices and offsets. Made once by the files plan*.cc, then
// immutable.
#ifndef TOCSIN_ENGINE_LAYOUT_H_
#define TOCSIN_ENGINE_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/derived_plan.h"
#include "expr/condition.h"
#include "metric/metric_plan.h"
#include "metric/window_plan.h"
#include "rule/wording.h"
#include "tocsin/engine/plan.h"
#include "tocsin/expr/expression.h"
#include "tocsin/rule/alert_state.h"

namespace tocsin {

// --- groupings -------------------------------------------------------------------------------------------------------

// The beginning of every row, before what the plan places in it. All zero is a new group.
struct RowHead {
  int64_t newest = 0;     // the largest event time that reached the group, in nanoseconds; valid where `seen`
  uint64_t evidence = 0;  // position of its newest event in the evidence ring
  uint32_t alerts = 0;    // its first alert record, plus one
  bool seen = false;      // an event has reached it
  bool occupied = false;  // counted by the grouping's limit
  bool greeted = false;   // a metric has taken an event: rules look at it
  uint8_t pocket = 0;     // which units of its windows' pocket are taken
};

// A coarser grouping whose metrics something reads in this one.
struct ParentPlan {
  uint32_t grouping = 0;
  std::vector<uint32_t> keys;  // which of the own keys, in the order of the parent's
  uint32_t row_offset = 0;     // of the link (ParentLink)
  uint32_t list = 0;           // plus one, of what lists the own groups by those of the parent; 0: nobody asks for them
};
struct ParentLink {
  uint32_t row = 0;  // plus one; 0: not looked up yet
  uint32_t generation = 0;
};

// Something to look up by number, many of them empty.
class Lists {
 public:
  // REQUIRES: numbers that do not descend.
  void Add(uint32_t number, uint32_t item) {
    begins_.resize(number + 1, static_cast<uint32_t>(items_.size()));
    items_.push_back(item);
  }
  bool empty() const { return items_.empty(); }
  std::span<const uint32_t> Of(uint32_t number) const {
    if (number >= begins_.size()) return {};
    const uint32_t end = number + 1 < begins_.size() ? begins_[number + 1] : static_cast<uint32_t>(items_.size());
    return {items_.data() + begins_[number], end - begins_[number]};
  }

 private:
  std::vector<uint32_t> begins_;
  std::vector<uint32_t> items_;
};

// `tenant == "acme"`: rules about one value of a key, or of a profile's attribute, hang under that value. Values have
// numbers from 1 on; 0 is every other value, and none.
struct SelectorPlan {
  bool is_key = false;
  uint32_t index = 0;                                 // of the key in the grouping, or the metric
  std::unordered_map<std::string, uint32_t> numbers;  // by the value's bytes (AppendKey)
  Lists always;                                       // by number: rules that nothing else leads to
  uint32_t row_offset = 0;  // of four bytes: the group's number, plus one; 0: not looked up yet
};

// `metric > number`, a term of a rule.
struct Atom {
  static constexpr uint32_t kFree = ~uint32_t{0};
  static constexpr uint32_t kWhileActive = kFree - 1;
  uint32_t rule = 0;
  // When the rule is asked because this has turned: always, while its alert is active (a term of resolve_when), or
  // while another of its terms holds, which is the number of a Guard.
  uint32_t guard = kFree;
};

// That a term holds, a rule's most selective one or the next: its number has this place in its list.
struct Guard {
  uint32_t index = 0;
  uint32_t place = 0;
  bool above = false;
};

// The numbers of one value of a selector: `above` of them from `begin` on, ascending, then `below`, descending. So
// those beyond which a value lies come first. Never in two lines of memory.
struct alignas(16) ThresholdList {
  uint32_t begin = 0;
  uint32_t above = 0;
  uint32_t below = 0;
};

// Beyond how many numbers of its ThresholdList a group lies.
struct ThresholdPosition {
  uint32_t above = 0;
  uint32_t below = 0;
};

// The thresholds of one metric of a grouping, or of the difference of two. Beyond how many of them a group lies is kept
// in its row. Rules often agree in a number, so that a search looks at few of them however many rules there are.
struct ThresholdIndex {
  static constexpr uint32_t kNothing = ~uint32_t{0};
  uint32_t metric = 0;
  uint32_t minus = kNothing;     // what is taken from it: `refunds > profile.limit` is a difference above 0
  uint32_t selector = 0;         // in the grouping, plus one; 0: of every group
  uint32_t row_offset = 0;       // of its ThresholdPosition
  uint8_t width = 4;             // bytes of each of its two numbers there: as many as the longest list needs
  std::vector<double> numbers;   // an atom holds beyond its number, not at it; none is twice in a list
  std::vector<uint32_t> firsts;  // by number, and one more: its first atom, those of the next number following
  std::vector<Atom> atoms;
  std::vector<ThresholdList> lists;  // by the selector's number; one where there is none
  bool holds_empty = false;          // some atom holds for a group that holds nothing
  bool warms = false;                // of a rule that does not believe a metric at first
  bool partial = false;              // of a rule that also reads what is no threshold, or metrics of coarser groups
  bool while_active = false;         // its atoms count only while an alert is active
  bool plain = false;                // it is about a metric that one window tells at once
  // Its value can fall by what leaves one window, without notice, and rise again by what leaves another: exits are
  // waited for only where they can make a condition true.
  bool of_several_windows = false;
  // Where each of its atoms counts only while another one of its rule holds: the indices of those.
  std::vector<uint32_t> leaders;

  // Those of the numbers from one on, up to another.
  std::span<const Atom> AtomsOf(uint32_t begin, uint32_t end) const {
    return std::span(atoms).subspan(firsts[begin], firsts[end] - firsts[begin]);
  }

  // Some atom holds.
  bool AnyIn(const std::byte* row) const {
    if (width == sizeof(uint8_t)) return (row[row_offset] | row[row_offset + 1]) != std::byte{};
    const ThresholdPosition position = PositionIn(row);
    return position.above != 0 || position.below != 0;
  }

  ThresholdPosition PositionIn(const std::byte* row) const {
    return {NumberAt(row + row_offset), NumberAt(row + row_offset + width)};
  }
  void SetPosition(ThresholdPosition position, std::byte* row) const {
    SetNumber(row + row_offset, position.above);
    SetNumber(row + row_offset + width, position.below);
  }

  // Has what tells the next threshold above fetched, in two steps. REQUIRES: it has a selector, at `selector_offset`.
  void PrefetchList(const std::byte* row, uint32_t selector_offset) const {
    if (const ThresholdList* list = ListOf(row, selector_offset)) PrefetchShared(list);
  }
  void PrefetchNumbers(const std::byte* row, uint32_t selector_offset) const {
    if (const ThresholdList* list = ListOf(row, selector_offset))
      PrefetchShared(numbers.data() + list->begin + NumberAt(row + row_offset));
  }

 private:
  const ThresholdList* ListOf(const std::byte* row, uint32_t selector_offset) const {
    const uint32_t mark = *reinterpret_cast<const uint32_t*>(row + selector_offset);
    return mark == 0 || mark > lists.size() ? nullptr : &lists[mark - 1];
  }
  uint32_t NumberAt(const std::byte* at) const {
    if (width == sizeof(uint8_t)) return std::to_integer<uint32_t>(*at);
    if (width == sizeof(uint16_t)) return *reinterpret_cast<const uint16_t*>(at);
    return *reinterpret_cast<const uint32_t*>(at);
  }
  void SetNumber(std::byte* at, uint32_t number) const {
    if (width == sizeof(uint8_t)) {
      *at = static_cast<std::byte>(number);
    } else if (width == sizeof(uint16_t)) {
      *reinterpret_cast<uint16_t*>(at) = static_cast<uint16_t>(number);
    } else {
      *reinterpret_cast<uint32_t*>(at) = number;
    }
  }
};

// One set of keys. Keys are sorted by name, so that nothing depends on how they were written down.
struct GroupingPlan {
  std::vector<std::string> keys;
  std::vector<Kind> kinds;
  std::vector<ParentPlan> parents;
  std::vector<uint32_t> windows;
  std::vector<uint32_t> patterns;
  std::vector<uint32_t> sessions;
  std::vector<uint32_t> stored;   // metrics with a place in the row
  std::vector<uint32_t> rollups;  // that put its groups together
  std::vector<SelectorPlan> selectors;
  std::vector<ThresholdIndex> indices;
  std::vector<Guard> guards;
  std::vector<uint32_t> rules;        // by name
  std::vector<uint32_t> finer_rules;  // of finer groupings, that read metrics of this one
  std::vector<uint32_t> finer_terms;  // the same of coarse terms
  std::vector<uint32_t> greeting;     // rules without thresholds that might hold for a group that has just become known
  std::vector<Lists> greeting_of;     // by selector, then by its number: the same
  uint32_t row_bytes = sizeof(RowHead);
  std::optional<Duration> empty_after;  // its longest window; nothing: it keeps something for ever
  std::optional<Duration> expire_after;
  std::optional<int64_t> max_groups;
  bool counted = false;        // its groups are, for a limit: how many there may be, or how much memory
  uint32_t timer_offset = 0;   // of a TimerMark, where it is counted or expires
  uint32_t charge_offset = 0;  // of eight bytes, what a group takes, where memory is limited
  bool may_free = false;       // no rule could hold for an empty group
};

// --- metrics ---------------------------------------------------------------------------------------------------------

// What an expression reads: a slot is the index in the list.
struct Variable {
  enum class Source : uint8_t { kKey, kMetric, kEvent, kLabel, kRuleName, kSeverity };  // the last three: templates
  std::string name;
  Type type;
  Source source = Source::kKey;
  uint32_t index = 0;   // of the key in the reader's grouping, the metric, the rule's event attribute, the label
  uint32_t parent = 0;  // of a metric: which of the reader's grouping's parents has it, plus one; 0: its own
};
using Reads = std::vector<Variable>;

// A series that detectors watch: a metric of every group, sampled at multiples of a step.
struct SeriesPlan {
  uint32_t metric = 0;
  uint32_t grouping = 0;
  Duration season{};
  uint32_t sampler = 0;  // the first of the metrics that read it: when that is stored, samples are taken
  std::string identity;  // all that the values depend on
};
// Of a metric that a detector gives: how unusual another is, or what is expected of it.
struct SeriesReading {
  uint32_t series = 0;
  std::optional<Duration> ahead;  // of what is expected
};

// A metric as an engine reads it: from a window, by evaluating an expression, or from a detector.
struct Metric {
  std::string name;
  Type type = Kind::kDouble;
  uint32_t grouping = 0;
  std::string past_of;                   // of previous(metric, D): the metric
  std::optional<MetricPlan> aggregate;   // over the window aggregate->window
  std::optional<uint32_t> rollup;        // its window is one
  std::optional<Expression> value;       // or
  std::optional<SeriesReading> reading;  // or: with `every`
  Reads reads;                           // of the value
  std::vector<std::string> words;        // of the value, where it stands for a text: by its number
  std::optional<Duration> every;         // of the value: kept in the row, evaluated at multiples of it
  uint32_t row_offset = 0;               // of a StoredValue
  std::vector<uint32_t> windows;         // all that it depends on
  std::vector<uint32_t> stored;          // the metrics with `every` that it depends on
};
struct StoredValue {
  int64_t bits = 0;
  uint64_t present = 0;  // 1: it has a value
};

// How the values of a metric are put together over the groups of its grouping, into those of a coarser one.
struct RollupPlan {
  enum class Aggregate : uint8_t { kCount, kSum, kMean, kMin, kMax, kQuantile, kShare };
  Aggregate aggregate = Aggregate::kCount;
  double quantile = 0;
  uint32_t metric = 0;
  Kind kind = Kind::kDouble;  // of the metric
  bool elapsed = false;       // it grows with time
  uint32_t fine = 0;          // groupings
  uint32_t coarse = 0;
  std::vector<uint32_t> keys;  // which of the finer grouping's keys, in the order of the coarser's
  uint32_t window = 0;         // what it holds, in the coarser grouping
  std::optional<Expression> where;
  std::optional<Expression> share;  // the condition of a share
  Reads reads;                      // of both, and of the metric
  uint32_t slot = 0;                // the metric's
  std::vector<uint32_t> windows;    // of the finer grouping, whose changes change what a group contributes
  std::vector<uint32_t> held_by;    // a group counts while one of these holds an event
  std::vector<uint32_t> behind;     // of these windows: those that have no value before they are whole
  std::vector<uint32_t> stored;     // metrics with `every` that it depends on
  std::vector<LinearTerm> flips;    // terms that time alone turns, at exact instants
  bool each_minute = false;
  uint32_t member_offset = 0;  // in the finer grouping's rows: of a RollupMember
  uint32_t flip_offset = 0;    // of a TimerMark, where there are flips
  uint32_t node_offset = 0;    // of a RankNode, where values are ranked

  bool NeedsValues() const { return aggregate != Aggregate::kCount && aggregate != Aggregate::kShare; }
  bool HasSum() const { return aggregate == Aggregate::kSum || aggregate == Aggregate::kMean; }
  bool IsRanked() const { return NeedsValues() && !HasSum(); }
};

// --- rules -----------------------------------------------------------------------------------------------------------

struct LevelPlan {
  std::string severity;
  Expression when;
};

// A metric that a rule does not believe until it has been fed for the length of its window.
struct WarmingPlan {
  uint32_t slot = 0;
  std::vector<uint32_t> windows;
};

// `p_alive < 0.3`, where the metric is of the rule's own grouping: it turns when the probability has fallen.
struct FallPlan {
  uint32_t slot = 0;
  Op op = Op::kLess;
  double number = 0;
};

// What a rule that looks at single events takes from one event type.
struct EventSlots {
  uint32_t event = 0;
  std::vector<uint32_t> slots;  // of each event.<attribute> that the rule reads; kEventType and so on
};
inline constexpr uint32_t kEventTypeSlot = ~uint32_t{0};
inline constexpr uint32_t kEventTimeSlot = kEventTypeSlot - 1;
inline constexpr uint32_t kEventIdSlot = kEventTypeSlot - 2;

struct RulePlan {
  std::string name;
  uint32_t grouping = 0;
  Reads reads;                    // shared by all its expressions and templates
  std::vector<LevelPlan> levels;  // highest severity first; none: any event matches
  std::string severity_alone;     // where there is no level
  std::optional<Expression> resolve_when;
  std::optional<Expression> scope;
  std::vector<uint32_t> condition_slots;  // of levels, resolve_when and scope
  std::vector<uint32_t> value_slots;      // those of the metrics in `when` and `resolve_when`, by name
  std::vector<uint32_t> all_slots;        // everything but what follows
  std::vector<uint32_t> severity_slots;   // {severity} in a text
  AlertLife life;
  OnNoData on_no_data = OnNoData::kOk;
  std::vector<std::pair<std::string, std::string>> labels;
  Wording wording;
  std::string version;

  // Of a rule that looks at single events.
  bool looks_at_events = false;
  std::vector<EventSlots> events;
  std::vector<uint32_t> resolve_events;
  bool ends_by_itself = false;  // keep_firing_for after the last match
  bool tell_again = true;
  uint32_t resolve_lane = 0;  // by which resolve_events come late, plus one; 0: at once

  // When it is evaluated.
  std::vector<uint32_t> windows;         // of its own grouping, that its conditions read
  std::vector<uint32_t> coarse_windows;  // of coarser ones
  std::vector<uint32_t> coarse_terms;    // of its conditions
  std::vector<uint32_t> open_windows;    // of its own, that are to be noticed while the term that leads to it holds
  uint32_t selector = 0;                 // of its grouping, plus one; 0: it is for every group
  uint32_t number = 0;                   // of the value that it is about
  bool indexed = false;                  // thresholds lead to it, one a level
  bool calm = false;                     // while its alert is active, too
  bool each_minute = false;
  std::optional<Duration> every;
  std::vector<LinearTerm> flips;  // terms that time alone turns, at exact instants
  std::vector<FallPlan> falls;    // and those about a p_alive
  uint32_t flip_offset = 0;       // in the row, as TimerMark: for when a timer is set, and which turn is awaited
  bool warms_up = true;
  std::vector<WarmingPlan> warming;
  std::vector<uint32_t> behind;  // windows that it depends on and that have no value before they are whole
};

inline constexpr std::string_view kLimitRule = "TocsinLimitReached";

// A term that reads only metrics of coarser groupings than its rules': when its truth changes, they are asked again.
struct CoarseTerm {
  uint32_t grouping = 0;  // the finest that it reads
  Expression expression;
  Reads reads;
  std::vector<uint32_t> rules;
  bool timed = false;        // time alone turns it too, which its groups do not notice
  bool nested = false;       // it reads what is coarser still
  bool same_unseen = false;  // of all groups that are not there, at any time, it says the same
  uint32_t row_offset = 0;   // of its last outcome, one byte; 0: not asked yet
};

// --- events ----------------------------------------------------------------------------------------------------------

struct EventWindow {
  uint32_t window = 0;
  uint32_t source = 0;      // which of the window's event types
  uint32_t row_offset = 0;  // the window's
};

// A key that is what is known of somebody when the event comes.
struct ProfileKey {
  uint32_t metric = 0;    // the profile's attribute
  uint32_t grouping = 0;  // its grouping: that of the profile's key
  uint32_t slot = 0;      // the event's slot of that key
};
inline constexpr uint32_t kProfileSlot = ~uint32_t{0};

// A ThresholdIndex whose thresholds hang under values: those of two groups seldom lie together.
struct SelectedIndex {
  uint32_t index = 0;
  uint32_t selector_offset = 0;  // in the row
};

// What one event type means to one grouping.
struct EventGrouping {
  uint32_t grouping = 0;
  std::vector<uint32_t> key_slots;       // the event's slot of each key; kProfileSlot: one of the next list
  std::vector<ProfileKey> profile_keys;  // in order; such keys are made when the event is applied, after all others
  std::vector<EventWindow> windows;
  std::vector<SelectedIndex> selected;    // that these windows feed
  std::vector<uint32_t> rules;            // that look at this event
  std::vector<uint32_t> resolving_rules;  // that it ends
  std::vector<DerivedUse> derived;        // patterns and sessions that take it
  bool evidence = false;                  // the grouping has rules, which may tell of it
};

struct EventPlan {
  std::vector<EventGrouping> groupings;
  uint32_t attributes = 0;      // how many it has
  bool simple = true;           // no rule looks at it
  bool derives = false;         // some pattern or session takes it
  std::vector<uint32_t> lanes;  // that hold it for patterns
};

// Rules about one value.
struct SelectedRules {
  uint32_t selector = 0;
  Lists rules;  // by number
};

// What passing or changing concerns, by window.
struct WindowUse {
  std::vector<uint32_t> always;         // rules of its grouping that are evaluated whenever it changes
  std::vector<SelectedRules> selected;  // the same, of those about one value
  std::vector<uint32_t> indices;        // of its grouping's ThresholdIndex, that it feeds
  std::vector<uint32_t> exact;          // of these, where every rise must be seen: what left before counts
  std::vector<uint32_t> open;           // of all, those that lead to rules which it is open to
  std::vector<uint32_t> selectors;      // whose value it holds
  std::vector<uint32_t> terms;          // coarse terms that read it
  std::vector<uint32_t> rollups;        // that depend on it
  std::vector<uint32_t> warm_rules;     // without thresholds, that do not believe it at first
  bool warms = false;                   // some rule does not believe it at first
  bool restless = false;                // a rule reads it that is asked again while its alert is active
  bool read = false;                    // some rule reads it
  bool timed = false;                   // what leaves must be noticed, for every group
  bool timed_if_negative = false;       // only where a sum may rise when something leaves
};

struct Plan::Layout {
  // Plan::Create. Without indices every rule is evaluated whenever anything that it reads changes, and all groups are
  // looked at for those of a coarser one: slow and obvious, for tests.
  static absl::StatusOr<std::shared_ptr<const Plan>> Make(const EngineSpec& spec, bool use_indices);

  EngineSpec spec;
  Catalog catalog;  // of all events
  Catalog outer;    // of those that may arrive; numbers are the same
  DerivedPlan derived;
  std::vector<DerivedInfo> derived_infos;  // by name
  std::vector<GroupingPlan> groupings;
  std::vector<WindowPlan> windows;
  std::vector<WindowUse> uses;                                 // by window
  uint32_t finer_lists = 0;                                    // of all groupings and their parents
  std::vector<uint32_t> behind;                                // windows that have no value before they are whole
  std::vector<Metric> metrics;                                 // profile attributes too
  std::vector<std::string> mistaken_metrics;                   // left out: who reads one is not blamed for it
  std::vector<std::pair<std::string, std::string>> forbidden;  // previous() of what has no past, and why
  std::vector<RulePlan> rules;                                 // by name, as rule_infos
  std::vector<CoarseTerm> terms;
  std::vector<SeriesPlan> series;
  std::vector<EventPlan> events;         // by event type
  std::vector<MetricInfo> metric_infos;  // by name
  std::vector<uint32_t> metric_of_info;
  std::vector<RuleInfo> rule_infos;
  std::vector<uint32_t> minute_rules;
  std::vector<uint32_t> every_rules;
  std::vector<RollupPlan> rollups;
  std::vector<uint32_t> every_metrics;                // each after those that it reads
  std::vector<std::vector<uint32_t>> stored_readers;  // by metric with `every`: rules that read it
  std::vector<std::vector<uint32_t>> stored_terms;    // the same of coarse terms
  uint64_t fingerprint = 0;                           // of all that a snapshot's bytes depend on
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_LAYOUT_H_
