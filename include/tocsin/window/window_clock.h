// The part of a window over time that does not depend on what it aggregates: which pane an event goes to, what has
// left, when exact times give way to slices. Shared by SlidingWindow and the engine, so that both decide every boundary
// alike.
#ifndef TOCSIN_WINDOW_WINDOW_CLOCK_H_
#define TOCSIN_WINDOW_WINDOW_CLOCK_H_

#include <cstddef>
#include <cstdint>

#include "tocsin/base/time.h"
#include "tocsin/window/pane_ring.h"
#include "tocsin/window/slices.h"

namespace tocsin {

// The length of a window and how it may round time.
struct WindowShape {
  Duration length{};
  Duration slice{};            // zero: always exact
  bool slice_at_once = false;  // a fixed resolution: slices from the start

  static constexpr WindowShape Automatic(Duration length) { return {length, AutomaticSlice(length), false}; }
  static constexpr WindowShape Exact(Duration length) { return {length, Duration::zero(), false}; }
  // REQUIRES: slice > 0 divides length.
  static constexpr WindowShape Fixed(Duration length, Duration slice) { return {length, slice, true}; }
};

// When a pane at `time` leaves: the window at t holds (t - length, t].
constexpr Time ExitTime(const WindowShape& shape, Time time) { return SaturatingAdd(time, shape.length); }

// `Totals` keeps the running result:
//
//   void Remove(const std::byte* partial)   that pane leaves
//   bool Doubtful(bool wrapped)             rounding may have cost precision; `wrapped`: the ring begins anew
//   void Rebuild(panes)                     adds all panes up
//   void Settle(panes)                      after the last Remove: finds the extremes that have left
//   void Reset()                            the result of nothing
//
// Lets go of every pane that has left at `now`. False when nothing had.
template <typename Operations, typename Memory, typename Totals>
bool LetGo(const WindowShape& shape, Time now, Panes<Operations, Memory>& panes, Totals&& totals) {
  const Time edge = SaturatingSubtract(now, shape.length);
  if (panes.empty() || panes.time(0) > edge) [[likely]]
    return false;
  if (panes.newest() <= edge) {
    totals.Reset();
    panes.Release();  // and with it exact times again
    return true;
  }
  do {
    totals.Remove(panes.partial(0));
    panes.PopOldest();
    // Decided after each pane, so that the result does not depend on when it is asked for.
    if (totals.Doubtful(panes.ring().head == 0)) totals.Rebuild(panes);
  } while (panes.time(0) <= edge);
  totals.Settle(panes);
  panes.Gather();
  return true;
}

// The pane to which an event of `time` belongs.
constexpr Time PaneTime(const WindowShape& shape, bool sliced, Time time) {
  return shape.slice_at_once || sliced ? RoundUp(time, shape.slice) : time;
}

// A pane at that time has left already at `now`.
constexpr bool HasLeft(const WindowShape& shape, Time now, Time pane) {
  return pane <= SaturatingSubtract(now, shape.length);
}

// After an event: exact times that have become too many make way for slices.
template <typename Operations, typename Memory>
void SliceIfCrowded(const WindowShape& shape, Panes<Operations, Memory>& panes) {
  if (panes.size() <= kMaxExactTimes || panes.ring().sliced || shape.slice_at_once || shape.slice == Duration::zero())
      [[likely]]
    return;
  panes.Slice(shape.slice);
}

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_WINDOW_CLOCK_H_
