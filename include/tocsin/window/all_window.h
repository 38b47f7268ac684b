// AllWindow: an aggregate over all events there ever were. Headers only.
//
//   tocsin::AllWindow<tocsin::TimeSince> idle;
//   idle.Add(t, 0);
//   std::optional<tocsin::Duration> since = idle.Value(now);
//
// Memory: the total alone. MeanInterval, which counts distinct times, knows the times of the last `lateness` again
// (recent_times.h). Cost: O(1). Threads: externally synchronised.
#ifndef TOCSIN_WINDOW_ALL_WINDOW_H_
#define TOCSIN_WINDOW_ALL_WINDOW_H_

#include <algorithm>
#include <optional>

#include "tocsin/base/time.h"
#include "tocsin/window/aggregate.h"
#include "tocsin/window/aggregate_panes.h"
#include "tocsin/window/recent_times.h"
#include "tocsin/window/time_aggregate.h"

namespace tocsin {

template <typename Aggregate>
class AllWindow {
 public:
  using Input = typename Aggregate::Input;
  using Output = typename Aggregate::Output;
  using Shape = Duration;

  // `lateness`: how far behind the newest an event may be and still have its time known again.
  explicit AllWindow(Duration lateness = Duration::zero()) : lateness_(lateness) {}

  // Always true: nothing is too late.
  bool Add(Time time, const Input& input) {
    now_ = std::max(now_, time);
    empty_ = false;
    if constexpr (CountsTimes<Aggregate>) {
      Panes<Operations, HeapMemory<Operations>> times(ring_, memory_, kOperations);
      if (!IsNewTime(times, now_, time, lateness_)) return true;
    }
    AddEvent<Aggregate>(nullptr, total_, time, input);
    return true;
  }

  // The aggregate at `now`, or at the newest event when that is later; nothing where there is no value.
  std::optional<Output> Value(Time now) {
    Moment moment{std::max(now, now_), Duration::zero(), Time{}};
    if constexpr (CountsTimes<Aggregate>) moment.oldest = total_.first;
    return GetAt<Aggregate>(total_, moment);
  }

  bool empty() const { return empty_; }

 private:
  // Times alone.
  struct NoAggregate {
    struct Partial {};
    struct Total {};
  };
  using Operations = PaneOperations<NoAggregate>;
  static constexpr Operations kOperations{};

  Duration lateness_;
  Time now_ = Time::min();
  bool empty_ = true;
  typename Aggregate::Total total_{};
  PaneRing ring_;
  HeapMemory<Operations> memory_;
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_ALL_WINDOW_H_
