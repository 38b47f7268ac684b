// Whether an event's time is one that has not been seen, for windows that never let go and so hold no panes.
//
// Panes without partials keep the distinct times of the last `lateness`, 1,024 of them at most. So the answer is exact
// for events in order, and for late ones while no more than that many distinct times lie within the lateness; beyond, a
// late event is taken for a time of its own.
#ifndef TOCSIN_WINDOW_RECENT_TIMES_H_
#define TOCSIN_WINDOW_RECENT_TIMES_H_

#include <cstdint>

#include "tocsin/base/time.h"
#include "tocsin/window/pane_ring.h"
#include "tocsin/window/slices.h"

namespace tocsin {

// Remembers the time. An event earlier than `now - lateness` is too late to be known again.
template <typename Operations, typename Memory>
bool IsNewTime(Panes<Operations, Memory>& panes, Time now, Time time, Duration lateness) {
  const Time edge = SaturatingSubtract(now, lateness);
  while (!panes.empty() && panes.time(0) < edge) panes.PopOldest();
  if (time < edge) return true;
  const uint32_t before = panes.size();
  panes.Touch(time);
  const bool is_new = panes.size() != before;
  if (panes.size() > kMaxExactTimes) panes.PopOldest();
  return is_new;
}

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_RECENT_TIMES_H_
