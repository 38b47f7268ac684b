// LastWindow: an aggregate over the newest N events, by (time, arrival). Headers only.
//
//   tocsin::LastWindow<tocsin::Mean<double>> scores(20);
//   scores.Add(t, 4.5);
//   std::optional<double> mean = scores.Value();
//
// Time lets nothing go: only newer events do. A late event takes its place among the others, or is refused when N newer
// ones are held. Cost: O(1) amortised for events in order, O(distance from the nearer end) for late ones; memory for N
// panes at most. Threads: externally synchronised.
#ifndef TOCSIN_WINDOW_LAST_WINDOW_H_
#define TOCSIN_WINDOW_LAST_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "tocsin/base/time.h"
#include "tocsin/window/aggregate.h"
#include "tocsin/window/aggregate_panes.h"
#include "tocsin/window/time_aggregate.h"

namespace tocsin {

template <typename Aggregate>
class LastWindow {
 public:
  using Input = typename Aggregate::Input;
  using Output = typename Aggregate::Output;
  using Shape = uint32_t;

  // REQUIRES: count > 0.
  explicit LastWindow(uint32_t count) : count_(count) {}

  // True when the event is among the newest N; false when it is not, and nothing has changed.
  bool Add(Time time, const Input& input) {
    AllPanes panes(ring_, memory_, kOperations);
    if (panes.size() == count_) {
      if (time < panes.time(0)) return false;
      PopOldest(panes);
    }
    const uint32_t place = panes.Insert(time);
    if constexpr (CountsTimes<Aggregate>) {
      if (place != 0 && panes.time(place - 1) == time) return true;  // counted with the one before
    }
    AddToPane<Aggregate>(panes, panes.partial(place), total_, time, input);
    return true;
  }

  // The aggregate over what it holds; nothing where there is no value. The instant does not matter.
  std::optional<Output> Value(Time = {}) {
    Moment moment;
    if constexpr (CountsTimes<Aggregate>) {
      if (ring_.size != 0) moment.oldest = AllPanes(ring_, memory_, kOperations).time(0);
    }
    if constexpr (AsksOldest<Aggregate>) {
      AllPanes panes(ring_, memory_, kOperations);
      Aggregate::Oldest(total_, panes.empty() ? nullptr : &Operations::At(panes.partial(0)));
    }
    return GetAt<Aggregate>(total_, moment);
  }

  bool empty() const { return ring_.size == 0; }
  size_t size() const { return ring_.size; }

 private:
  using Operations = PaneOperations<Aggregate>;
  using AllPanes = Panes<Operations, HeapMemory<Operations>>;
  static constexpr Operations kOperations{};

  void PopOldest(AllPanes& panes) {
    if constexpr (CountsTimes<Aggregate>) {
      // Of events at one time the oldest is counted.
      if (panes.size() > 1 && panes.time(1) == panes.time(0)) {
        std::swap(Operations::At(panes.partial(0)), Operations::At(panes.partial(1)));
      }
    }
    AggregateTotals<Aggregate> totals{total_};
    totals.Remove(panes.partial(0));
    panes.PopOldest();
    if (totals.Doubtful(panes.empty() || ring_.head == 0)) totals.Rebuild(panes);
    totals.Settle(panes);
  }

  uint32_t count_;
  typename Aggregate::Total total_{};
  PaneRing ring_;
  HeapMemory<Operations> memory_;
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_LAST_WINDOW_H_
