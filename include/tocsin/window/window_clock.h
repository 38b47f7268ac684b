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

// `Totals` keeps the running result: Remove(const std::byte* partial), Suspect(), Rebuild(panes) and Reset().
//
// Lets go of every pane that has left at `now`. False when nothing had.
template <typename Operations, typename Pool, typename Totals>
bool LetGo(const WindowShape& shape, Time now, PaneRing& ring, Panes<Operations, Pool>& panes, Totals&& totals) {
  const Time edge = SaturatingSubtract(now, shape.length);
  if (panes.empty() || panes.time(0) > edge) [[likely]]
    return false;
  do {
    totals.Remove(panes.partial(0));
    panes.PopOldest();
    // Decided after each pane, so that the result does not depend on when it is asked for.
    if (ring.head == 0 || totals.Suspect()) totals.Rebuild(panes);
  } while (!panes.empty() && panes.time(0) <= edge);
  if (panes.empty()) {
    totals.Reset();
    panes.Release();  // and with it exact times again
  }
  return true;
}

// The partial to which an event of `time` belongs, at `now` >= time; null when it has left already.
// REQUIRES: LetGo at `now` has been called.
template <typename Operations, typename Pool>
std::byte* PartialFor(const WindowShape& shape, Time now, Time time, const PaneRing& ring,
                      Panes<Operations, Pool>& panes) {
  Time pane = shape.slice_at_once || ring.sliced ? RoundUp(time, shape.slice) : time;
  if (pane <= SaturatingSubtract(now, shape.length)) [[unlikely]]
    return nullptr;
  return panes.Touch(pane);
}

// After an event: exact times that have become too many make way for slices.
template <typename Operations, typename Pool>
void SliceIfCrowded(const WindowShape& shape, const PaneRing& ring, Panes<Operations, Pool>& panes) {
  if (ring.size <= kMaxExactTimes || ring.sliced || shape.slice_at_once || shape.slice == Duration::zero()) [[likely]]
    return;
  panes.Slice(shape.slice);
}

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_WINDOW_CLOCK_H_
