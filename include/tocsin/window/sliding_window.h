// SlidingWindow: an aggregate over the last `length` of time. Headers only, useful without the rest of the library.
//
//   using namespace std::chrono_literals;
//   tocsin::SlidingWindow<tocsin::Sum<double>> window(1h);
//   window.Add(t, 27.5);
//   double sum = *window.Value(t + 30min);      // events in (t - 30min, t + 30min]
//
// Time: the window's clock is the latest time it was given and never goes back. An event behind the clock amends the
// pane that holds its time, as long as that is in the window; Add says whether it was. Exactness: exact until the
// window holds more than 1,024 distinct event times, then, until it is empty, slices of at most a thousandth of its
// length, so that it can hold up to one slice more than it should, never less. WindowShape::Exact takes the bound away,
// WindowShape::Fixed sets the slice. Cost: O(1) amortised for events in order, whatever the length; Min and Max at most
// a few hundred steps more when an extreme leaves. Memory for one pane a distinct time or slice. Threads: externally
// synchronised.
#ifndef TOCSIN_WINDOW_SLIDING_WINDOW_H_
#define TOCSIN_WINDOW_SLIDING_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "tocsin/base/time.h"
#include "tocsin/window/aggregate.h"
#include "tocsin/window/aggregate_panes.h"
#include "tocsin/window/time_aggregate.h"
#include "tocsin/window/window_clock.h"

namespace tocsin {

template <typename Aggregate>
class SlidingWindow {
 public:
  using Input = typename Aggregate::Input;
  using Output = typename Aggregate::Output;
  using Shape = WindowShape;

  // REQUIRES: length > 0.
  explicit SlidingWindow(Duration length) : shape_(WindowShape::Automatic(length)) {}
  explicit SlidingWindow(WindowShape shape) : shape_(shape) {}

  // True when the event is in the window; false when it came too late for it, and nothing has changed.
  bool Add(Time time, const Input& input) {
    AdvanceTo(time);
    const Time pane = PaneTime(shape_, ring_.sliced, time);
    if (HasLeft(shape_, now_, pane)) return false;
    AllPanes panes(ring_, memory_, kOperations);
    AddToPane<Aggregate>(panes, panes.Touch(pane), total_, time, input);
    SliceIfCrowded(shape_, panes);
    return true;
  }

  // Moves the clock; earlier than it: no effect.
  void AdvanceTo(Time now) {
    if (now > now_) now_ = now;
    AllPanes panes(ring_, memory_, kOperations);
    LetGo(shape_, now_, panes, AggregateTotals<Aggregate>{total_});
  }

  // The aggregate at `now`, or at the clock when that is later; nothing where there is no value.
  std::optional<Output> Value(Time now) {
    AdvanceTo(now);
    Moment moment{now_, LengthAt(shape_, now_), Time{}};
    if constexpr (CountsTimes<Aggregate>) {
      AllPanes panes(ring_, memory_, kOperations);
      if (!panes.empty()) moment.oldest = PaneOperations<Aggregate>::At(panes.partial(0)).first;
    }
    if constexpr (AsksOldest<Aggregate>) {
      AllPanes panes(ring_, memory_, kOperations);
      Aggregate::Oldest(total_, panes.empty() ? nullptr : &Operations::At(panes.partial(0)));
    }
    return GetAt<Aggregate>(total_, moment);
  }

  // When the oldest, and when the newest of what it holds leaves; nothing when it is empty.
  std::optional<Time> NextExit() { return ExitOf(0); }
  std::optional<Time> LastExit() { return ExitOf(ring_.size - 1); }

  bool empty() const { return ring_.size == 0; }
  size_t panes() const { return ring_.size; }
  // It keeps slices now instead of exact times.
  bool sliced() const { return shape_.slice_at_once || ring_.sliced; }

 private:
  using Operations = PaneOperations<Aggregate>;
  using AllPanes = Panes<Operations, HeapMemory<Operations>>;
  static constexpr Operations kOperations{};

  std::optional<Time> ExitOf(uint32_t pane) {
    if (empty()) return std::nullopt;
    return ExitTime(shape_, AllPanes(ring_, memory_, kOperations).time(pane));
  }

  WindowShape shape_;
  Time now_ = Time::min();
  typename Aggregate::Total total_{};
  PaneRing ring_;
  HeapMemory<Operations> memory_;
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_SLIDING_WINDOW_H_
