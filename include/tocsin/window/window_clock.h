// The part of a window over time that does not depend on what it aggregates: which pane an event goes to, what has
// left, when exact times give way to slices. Shared by SlidingWindow and the engine, so that both decide every boundary
// alike.
#ifndef TOCSIN_WINDOW_WINDOW_CLOCK_H_
#define TOCSIN_WINDOW_WINDOW_CLOCK_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "tocsin/base/time.h"
#include "tocsin/window/calendar_periods.h"
#include "tocsin/window/pane_ring.h"
#include "tocsin/window/slices.h"

namespace tocsin {

// The length of a window and how it may round time.
struct WindowShape {
  Duration length{};           // of a calendar period: none is longer
  Duration slice{};            // zero: always exact
  bool slice_at_once = false;  // a fixed resolution: slices from the start
  // The window holds the present one of these periods, borrowed; its slices never reach over the border of two.
  // Null: the last `length`.
  const CalendarPeriods* calendar = nullptr;

  static constexpr WindowShape Automatic(Duration length) { return {length, AutomaticSlice(length), false}; }
  static constexpr WindowShape Exact(Duration length) { return {length, Duration::zero(), false}; }
  // REQUIRES: slice > 0 divides length.
  static constexpr WindowShape Fixed(Duration length, Duration slice) { return {length, slice, true}; }
  // `keep_times`: exact times until they are too many, for what depends on them; then slices of that width, aligned to
  // UTC and left-closed. Slices as wide as can be are whole periods.
  static WindowShape Calendar(const CalendarPeriods& periods, bool keep_times = false,
                              Duration slice = Duration::max()) {
    return {CalendarPeriods::Longest(periods.unit()), slice, !keep_times, &periods};
  }
};

// What is at this time or earlier has left at `now`: the window at t holds (t - length, t], or what came since the
// period began.
constexpr Time EdgeTime(const WindowShape& shape, Time now) {
  if (shape.calendar != nullptr) [[unlikely]]
    return SaturatingSubtract(shape.calendar->Start(now), Duration(1));
  return SaturatingSubtract(now, shape.length);
}

// When a pane at `time` leaves.
constexpr Time ExitTime(const WindowShape& shape, Time time) {
  if (shape.calendar != nullptr) [[unlikely]]
    return shape.calendar->Next(time);
  return SaturatingAdd(time, shape.length);
}

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
  if (panes.empty()) return false;
  const Time edge = EdgeTime(shape, now);
  if (panes.time(0) > edge) [[likely]]
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

// What rates are taken over: the window's length, of a calendar period its own.
constexpr Duration LengthAt(const WindowShape& shape, Time now) {
  if (shape.calendar == nullptr) return shape.length;
  return shape.calendar->Next(now) - shape.calendar->Start(now);
}

// The pane to which an event of `time` belongs.
constexpr Time PaneTime(const WindowShape& shape, bool sliced, Time time) {
  if (!shape.slice_at_once && !sliced) return time;
  if (shape.calendar == nullptr) return RoundUp(time, shape.slice);
  return std::max(shape.calendar->Start(time), RoundDown(time, shape.slice));
}

// A pane at that time has left already at `now`.
constexpr bool HasLeft(const WindowShape& shape, Time now, Time pane) { return pane <= EdgeTime(shape, now); }

// After an event: exact times that have become too many make way for slices.
template <typename Operations, typename Memory>
void SliceIfCrowded(const WindowShape& shape, Panes<Operations, Memory>& panes) {
  if (panes.size() <= kMaxExactTimes || panes.ring().sliced || shape.slice_at_once || shape.slice == Duration::zero())
      [[likely]]
    return;
  panes.Slice([&](Time time) { return PaneTime(shape, true, time); });
}

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_WINDOW_CLOCK_H_
