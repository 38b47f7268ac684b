// Windows that are behind the clock: the last complete calendar period.
//
// Such a window has two blocks. The first is the window: it goes by a clock of its own (WindowPlan::ClockAt), and all
// that is known of windows holds for it. The second is for what has happened since and will be in the window later.
// When a period is complete its block becomes the window as it stands, whatever it holds, so that a midnight costs a
// group no more than one event, and nothing before somebody looks at it.
#include "metric/row_window.h"

namespace tocsin {

bool WindowInRow::AddClosed(Time now, Time time, std::span<const Argument> arguments) {
  AdvanceClosed(now);
  const Time begin = plan_.shape.calendar->Start(now);
  if (time >= begin) return Later().AddPlain(now, time, arguments);
  return AddPlain(SaturatingSubtract(begin, Duration(1)), time, arguments);
}

bool WindowInRow::AdvanceClosed(Time now) {
  if (empty()) return false;
  bool changed = false;
  const Time begin = plan_.shape.calendar->Start(now);
  uint32_t& later = HandleOfLater();
  if (later != 0 && Later().NewestPane() < begin) {
    ReleasePlain();
    block_.handle() = later;
    later = 0;
    block_.Reopen();
    changed = true;
  }
  // It may have been complete for longer than a period.
  return AdvancePlain(SaturatingSubtract(begin, Duration(1))) || changed;
}

// When the period that is going on is complete, or the window lets go of one that nothing followed.
std::optional<Time> WindowInRow::NextExitClosed() const {
  if (empty()) return std::nullopt;
  const CalendarPeriods& periods = *plan_.shape.calendar;
  if (SomethingIsLater()) return periods.Next(Later().NewestPane());
  return periods.Next(periods.Next(NewestPane()));
}

}  // namespace tocsin
