// The kinds of calendar periods.
#ifndef TOCSIN_WINDOW_CALENDAR_UNIT_H_
#define TOCSIN_WINDOW_CALENDAR_UNIT_H_

#include <cstdint>

namespace tocsin {

enum class CalendarUnit : uint8_t { kHour, kDay, kWeek, kMonth };  // weeks begin on Monday

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_CALENDAR_UNIT_H_
