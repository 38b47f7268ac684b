// ObviousMetric: a metric that keeps every event it took, by group, and works its value out from the definition when it
// is asked for: what the engine's metrics are held to. Which events count is decided here from docs/semantics.md 3,
// what an aggregate makes of them in obvious_aggregate.h.
#ifndef TOCSIN_TESTS_SUPPORT_OBVIOUS_METRICS_H_
#define TOCSIN_TESTS_SUPPORT_OBVIOUS_METRICS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "support/obvious_aggregate.h"
#include "tocsin/base/time.h"
#include "tocsin/window/calendar_unit.h"

namespace tocsin::test {

// The periods of a zone between two instants, found by looking at its clocks every quarter of an hour.
class ObviousPeriods {
 public:
  ObviousPeriods(CalendarUnit unit, const std::string& zone_name, Time from, Time until) {
    absl::TimeZone zone;
    absl::LoadTimeZone(zone_name, &zone);
    constexpr Duration kStep = std::chrono::minutes(15);
    std::optional<int64_t> shown;
    for (Time t = FloorTo(from, kStep); t <= until; t += kStep) {
      const int64_t period = Shown(unit, zone.At(absl::FromUnixNanos(ToNanos(t))).cs);
      if (shown && period <= *shown) continue;
      if (shown) starts_.push_back(t);  // where the first began is not known
      shown = period;
    }
  }

  // REQUIRES: inside of what was looked at.
  size_t Of(Time t) const {
    return static_cast<size_t>(std::upper_bound(starts_.begin(), starts_.end(), t) - starts_.begin()) - 1;
  }
  Time Start(size_t period) const { return starts_.at(period); }

 private:
  static Time FloorTo(Time t, Duration step) { return FromNanos(ToNanos(t) / ToNanos(step) * ToNanos(step)); }
  static int64_t Shown(CalendarUnit unit, absl::CivilSecond at) {
    const int64_t day = absl::CivilDay(at) - absl::CivilDay(1970, 1, 5);  // a Monday, long ago
    switch (unit) {
      case CalendarUnit::kHour:
        return absl::CivilHour(at) - absl::CivilHour(1970, 1, 1);
      case CalendarUnit::kDay:
        return day;
      case CalendarUnit::kWeek:
        return day / 7;
      default:
        return absl::CivilMonth(at) - absl::CivilMonth(1970, 1);
    }
  }

  std::vector<Time> starts_;
};

struct ObviousWindow {
  enum class Kind { kTime, kLast, kCalendar, kAll };
  Kind kind = Kind::kAll;
  Duration length{};                        // of kTime
  Duration slice{};                         // of kTime: zero where it is always exact
  bool slice_at_once = false;               // or when it is crowded
  size_t last = 0;                          // of kLast
  const ObviousPeriods* periods = nullptr;  // of kCalendar
  bool closed = false;
  Duration back{};             // what it was so long ago
  size_t most = 0;             // values, or distinct times, of which it keeps each; 0: of all
  bool counts_values = false;  // of the former
};

class ObviousMetric {
 public:
  using Group = std::vector<std::string>;  // the values of its keys

  ObviousMetric(ObviousWindow window, ObviousAggregate aggregate) : window_(window), aggregate_(std::move(aggregate)) {}

  const ObviousWindow& window() const { return window_; }

  // An event that its `where` let through, when the clock is `now`.
  void Take(const Group& group, const ObviousVisit& visit, Time now) {
    if (!aggregate_.HasArgument(visit)) return;  // 2.5: skipped
    Kept& kept = groups_[group];
    Entry entry{&visit, visit.time, true};
    if (window_.kind == ObviousWindow::Kind::kTime && window_.back == Duration::zero()) {
      std::erase_if(kept.entries, [&](const Entry& e) { return e.as + window_.length <= now; });
      if (kept.entries.empty()) kept.sliced = window_.slice_at_once;
      if (kept.sliced) entry.as = RoundUp(entry.as, window_.slice);
      if (entry.as + window_.length <= now) return;
    } else if (window_.slice_at_once) {
      entry.as = RoundUp(entry.as, window_.slice);
    }
    if (window_.slice_at_once || kept.sliced) entry.is_new_time = IsNewInSlice(kept, entry);
    // One like another makes no crowd.
    const bool is_more = std::none_of(kept.entries.begin(), kept.entries.end(), [&](const Entry& e) {
      return window_.counts_values ? aggregate_.IsSameValue(*e.visit, visit) : e.visit->time == visit.time;
    });
    kept.entries.push_back(entry);
    const bool ends = window_.kind == ObviousWindow::Kind::kCalendar;  // as a whole: asked when it is read
    if (!kept.sliced && !ends && is_more && IsCrowded(VisitsOf(kept))) Slice(&kept);
  }

  bool Knows(const Group& group) const { return groups_.count(group) != 0; }
  // The window holds an event.
  bool Holds(const Group& group, Time now) const { return !Held(group, now).empty(); }
  // It is behind the clock and has not been fed for long enough to have a value.
  bool IsUnknown(Time began, Time now) const {
    if (window_.periods == nullptr)
      return window_.back > Duration::zero() && now < began + window_.length + window_.back;
    if (!window_.closed && window_.back == Duration::zero()) return false;
    size_t first = window_.periods->Of(began);
    if (window_.periods->Start(first) < began) ++first;
    return now < window_.periods->Start(window_.closed ? first + 1 : first) + window_.back;
  }
  Expected Read(const Group& group, Time began, Time now) const {
    if (IsUnknown(began, now)) return {};
    ObviousSample sample;
    sample.now = now;
    sample.length = LengthAt(now);
    sample.held = Held(group, now);
    sample.is_sketched = IsSketched(group, sample.held);
    return aggregate_.Of(sample);
  }
  // Of rfm: all groups are scored together.
  Expected ReadRank(const Group& group, Time began, Time now) const {
    if (IsUnknown(began, now)) return {};
    std::vector<std::vector<ObviousHeld>> all;
    std::optional<size_t> own;
    for (const auto& [other, kept] : groups_) {
      std::vector<ObviousHeld> held = Held(other, now);
      if (held.empty()) continue;
      if (other == group) own = all.size();
      all.push_back(std::move(held));
    }
    return own ? aggregate_.Rank(all, *own) : Expected();
  }

 private:
  struct Entry {
    const ObviousVisit* visit;
    Time as;           // its own time, or its slice's end
    bool is_new_time;  // of a window of slices: counted as a time of its own
  };
  struct Kept {
    std::vector<Entry> entries;
    bool sliced = false;
  };

  static Time RoundUp(Time t, Duration step) {
    const int64_t remainder = ToNanos(t) % ToNanos(step);
    return remainder == 0 ? t : t + step - Duration(remainder);
  }

  // 3.6: unless it is its slice's first or the window's newest.
  static bool IsNewInSlice(const Kept& kept, const Entry& entry) {
    std::optional<Time> first;
    std::optional<Time> newest;
    for (const Entry& e : kept.entries) {
      newest = newest ? std::max(*newest, e.visit->time) : e.visit->time;
      if (e.as == entry.as) first = first ? std::min(*first, e.visit->time) : e.visit->time;
    }
    return entry.visit->time != first && entry.visit->time != newest;
  }
  bool IsCrowded(const std::vector<const ObviousVisit*>& visits) const {
    if (window_.most == 0 || visits.size() <= window_.most) return false;
    if (window_.counts_values) return aggregate_.CountValues(visits) > window_.most;
    std::vector<Time> times;
    for (const ObviousVisit* visit : visits) times.push_back(visit->time);
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    return times.size() > window_.most;
  }
  void Slice(Kept* kept) const {
    kept->sliced = true;
    std::set<Time> times;
    for (Entry& e : kept->entries) {
      e.is_new_time = times.insert(e.visit->time).second;
      if (window_.slice != Duration::zero()) e.as = RoundUp(e.as, window_.slice);
    }
  }
  static std::vector<const ObviousVisit*> VisitsOf(const Kept& kept) {
    std::vector<const ObviousVisit*> visits;
    for (const Entry& e : kept.entries) visits.push_back(e.visit);
    return visits;
  }

  bool Counts(const Entry& entry, Time now) const {
    const Time then = now - window_.back;
    switch (window_.kind) {
      case ObviousWindow::Kind::kTime:
        return entry.as > then - window_.length && (window_.back == Duration::zero() || entry.as <= then);
      case ObviousWindow::Kind::kCalendar: {
        const size_t period = window_.periods->Of(then);
        const size_t own = window_.periods->Of(entry.visit->time);
        return window_.closed ? own + 1 == period : own == period && entry.visit->time <= then;
      }
      default:
        return true;
    }
  }
  // In order of (time, arrival).
  std::vector<ObviousHeld> Held(const Group& group, Time now) const {
    std::vector<ObviousHeld> held;
    const auto found = groups_.find(group);
    if (found == groups_.end()) return held;
    const bool sliced = window_.slice_at_once || found->second.sliced;
    for (const Entry& entry : found->second.entries) {
      if (Counts(entry, now)) held.push_back({entry.visit, entry.is_new_time});
    }
    std::stable_sort(held.begin(), held.end(),
                     [](const ObviousHeld& a, const ObviousHeld& b) { return a.visit->time < b.visit->time; });
    if (window_.kind == ObviousWindow::Kind::kLast && held.size() > window_.last)
      held.erase(held.begin(), held.end() - static_cast<std::ptrdiff_t>(window_.last));
    for (size_t i = 0; i < held.size() && !sliced; ++i)
      held[i].is_new_time = i == 0 || held[i].visit->time != held[i - 1].visit->time;
    return held;
  }
  bool IsSketched(const Group& group, const std::vector<ObviousHeld>& held) const {
    if (held.empty() || !window_.counts_values) return false;
    if (window_.kind != ObviousWindow::Kind::kCalendar) return groups_.at(group).sliced && !window_.slice_at_once;
    std::vector<const ObviousVisit*> visits;
    for (const ObviousHeld& one : held) visits.push_back(one.visit);
    return IsCrowded(visits);
  }
  Duration LengthAt(Time now) const {
    if (window_.periods == nullptr) return window_.length;
    const size_t period = window_.periods->Of(now - window_.back) - (window_.closed ? 1 : 0);
    return window_.periods->Start(period + 1) - window_.periods->Start(period);
  }

  ObviousWindow window_;
  ObviousAggregate aggregate_;
  std::map<Group, Kept> groups_;
};

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SUPPORT_OBVIOUS_METRICS_H_
