// The obvious window: keeps every event, and decides each question from the definition.
#ifndef TOCSIN_TESTS_SUPPORT_OBVIOUS_EVENTS_H_
#define TOCSIN_TESTS_SUPPORT_OBVIOUS_EVENTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "tocsin/base/time.h"

namespace tocsin::test {

struct ObviousEvent {
  Time held_as;  // its own time, or its slice's end
  Time time;
  int64_t x = 0;
};

// Events in order of (time, arrival), and what aggregates make of them.
class ObviousEvents {
 public:
  void Insert(ObviousEvent event) {
    auto place = std::upper_bound(events_.begin(), events_.end(), event.time,
                                  [](Time t, const ObviousEvent& e) { return t < e.time; });
    events_.insert(place, event);
  }
  std::vector<ObviousEvent>& events() { return events_; }
  bool empty() const { return events_.empty(); }
  size_t size() const { return events_.size(); }

  std::optional<int64_t> Least() const { return Extreme(false); }
  std::optional<int64_t> Greatest() const { return Extreme(true); }
  std::optional<int64_t> Last() const {
    if (empty()) return std::nullopt;
    return events_.back().x;
  }
  int64_t Sum() const {
    int64_t sum = 0;
    for (const ObviousEvent& e : events_) sum += e.x;
    return sum;
  }
  std::optional<double> ShareOfEven() const {
    if (empty()) return std::nullopt;
    auto even = std::count_if(events_.begin(), events_.end(), [](const ObviousEvent& e) { return e.x % 2 == 0; });
    return static_cast<double>(even) / static_cast<double>(events_.size());
  }
  std::optional<Duration> Since(Time now) const {
    if (empty()) return std::nullopt;
    return now - events_.back().time;
  }
  std::set<Time> Times() const {
    std::set<Time> times;
    for (const ObviousEvent& e : events_) times.insert(e.time);
    return times;
  }
  std::optional<Duration> MeanInterval() const {
    const std::set<Time> times = Times();
    if (times.size() < 2) return std::nullopt;
    return (*times.rbegin() - *times.begin()) / static_cast<int64_t>(times.size() - 1);
  }

 private:
  std::optional<int64_t> Extreme(bool greatest) const {
    if (empty()) return std::nullopt;
    int64_t extreme = events_[0].x;
    for (const ObviousEvent& e : events_) extreme = greatest ? std::max(extreme, e.x) : std::min(extreme, e.x);
    return extreme;
  }

  std::vector<ObviousEvent> events_;
};

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SUPPORT_OBVIOUS_EVENTS_H_
