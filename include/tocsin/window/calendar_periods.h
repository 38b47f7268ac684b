// CalendarPeriods: the hours, days, weeks or months of one time zone, as instants.
//
//   CalendarPeriods days(CalendarUnit::kDay, {{CalendarPeriods::kAlways, 8 * 3600}});   // Shanghai, without history
//   days.Start(t);   // midnight there at or before t
//   days.Next(t);    // the next one
//
// A zone is what its clocks were ahead of UTC, and since when. A period begins at the first instant at which the
// clocks show it or something later, and ends where the next one begins. So an hour that the clocks show twice is one
// period, a midnight that they skip is the instant after it, a day that they skip is none, and what is shown again
// after a later period has begun belongs to that one.
//
// Times are in nanoseconds; outside the years 1678 to 2262 they are held at the ends. Immutable, hence safe from any
// thread. Cost: a binary search over the zone's changes (about 600 in 300 years), no allocation.
#ifndef TOCSIN_WINDOW_CALENDAR_PERIODS_H_
#define TOCSIN_WINDOW_CALENDAR_PERIODS_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "tocsin/base/time.h"
#include "tocsin/window/calendar_unit.h"

namespace tocsin {

class CalendarPeriods {
 public:
  // From that second since 1970 (UTC) on, clocks are so many seconds ahead of UTC.
  struct Offset {
    int64_t from = 0;
    int32_t ahead = 0;
    bool operator==(const Offset&) const = default;
  };
  static constexpr int64_t kAlways = std::numeric_limits<int64_t>::min();

  // REQUIRES: `offsets` ascend, and the first is from kAlways on.
  CalendarPeriods(CalendarUnit unit, std::vector<Offset> offsets) : unit_(unit), offsets_(std::move(offsets)) {}

  CalendarUnit unit() const { return unit_; }
  const std::vector<Offset>& offsets() const { return offsets_; }

  // When the period that holds `t` begins: at or before t.
  Time Start(Time t) const {
    const Place place = Find(t);
    return Reached(place.offset, FloorLocal(place.local));
  }
  // When the next period begins: after t.
  Time Next(Time t) const {
    const Place place = Find(t);
    return Reached(offsets_.size() - 1, CeilLocal(FloorLocal(place.local)));
  }

  // No period is longer, whatever the clocks do.
  static constexpr Duration Longest(CalendarUnit unit) {
    constexpr Duration kShift = std::chrono::hours(26);
    switch (unit) {
      case CalendarUnit::kHour:
        return kShift + std::chrono::hours(1);
      case CalendarUnit::kDay:
        return kShift + std::chrono::hours(24);
      case CalendarUnit::kWeek:
        return kShift + std::chrono::hours(7 * 24);
      default:
        return kShift + std::chrono::hours(31 * 24);
    }
  }

 private:
  static constexpr int64_t kMostAhead = 26 * 3600;  // no clock has ever been further from UTC
  static constexpr int64_t kHour = 3600;
  static constexpr int64_t kDay = 24 * kHour;

  // Where an instant stands: which offset is in force, and the latest that the clocks have shown until then.
  struct Place {
    size_t offset = 0;
    int64_t local = 0;
  };

  static constexpr int64_t FloorTo(int64_t seconds, int64_t step) {
    const int64_t remainder = seconds % step;
    return seconds - remainder - (remainder < 0 ? step : 0);
  }
  static int64_t SecondsOf(Time t) { return ToNanos(t) / 1'000'000'000 - (ToNanos(t) % 1'000'000'000 < 0 ? 1 : 0); }
  static Time TimeOf(int64_t seconds) {
    constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 1'000'000'000;
    if (seconds > kMost) return Time::max();
    if (seconds < -kMost) return Time::min();
    return FromNanos(seconds * 1'000'000'000);
  }

  Place Find(Time t) const {
    const int64_t seconds = SecondsOf(t);
    auto after = std::upper_bound(offsets_.begin(), offsets_.end(), seconds,
                                  [](int64_t s, const Offset& offset) { return s < offset.from; });
    const auto found = static_cast<size_t>(after - offsets_.begin()) - 1;
    int64_t local = seconds + offsets_[found].ahead;
    // Clocks that were set back lately have shown something later before.
    for (size_t i = found; i > 0 && offsets_[i].from > seconds - 2 * kMostAhead; --i) {
      local = std::max(local, offsets_[i].from + offsets_[i - 1].ahead - 1);
    }
    return {found, local};
  }

  // The first instant at which clocks show `local` or later; not after `last` has begun, unless it is the last.
  Time Reached(size_t last, int64_t local) const {
    // Offsets that begin later than this cannot be the first to show it.
    auto after = std::upper_bound(offsets_.begin(), offsets_.begin() + static_cast<std::ptrdiff_t>(last) + 1,
                                  local + kMostAhead, [](int64_t s, const Offset& offset) { return s < offset.from; });
    size_t first = static_cast<size_t>(after - offsets_.begin()) - 1;
    for (size_t i = first; i > 0 && offsets_[i].from > local - kMostAhead; --i) {
      if (offsets_[i].from + offsets_[i - 1].ahead > local) first = i - 1;
    }
    // One that ends before the clocks get there is followed by one that begins with something later.
    while (first + 1 < offsets_.size() && offsets_[first + 1].from + offsets_[first].ahead <= local) ++first;
    return TimeOf(std::max(offsets_[first].from, local - offsets_[first].ahead));
  }

  int64_t FloorLocal(int64_t local) const {
    switch (unit_) {
      case CalendarUnit::kHour:
        return FloorTo(local, kHour);
      case CalendarUnit::kDay:
        return FloorTo(local, kDay);
      case CalendarUnit::kWeek:
        return FloorTo(local + 3 * kDay, 7 * kDay) - 3 * kDay;  // 1970 began on a Thursday
      default: {
        const std::chrono::year_month_day date(std::chrono::sys_days(std::chrono::days(FloorTo(local, kDay) / kDay)));
        return SecondsOfMonth(date.year() / date.month());
      }
    }
  }
  // The beginning of the period after the one that begins with `local`.
  int64_t CeilLocal(int64_t local) const {
    switch (unit_) {
      case CalendarUnit::kHour:
        return local + kHour;
      case CalendarUnit::kDay:
        return local + kDay;
      case CalendarUnit::kWeek:
        return local + 7 * kDay;
      default: {
        const std::chrono::year_month_day date(std::chrono::sys_days(std::chrono::days(local / kDay)));
        return SecondsOfMonth(date.year() / date.month() + std::chrono::months(1));
      }
    }
  }
  static int64_t SecondsOfMonth(std::chrono::year_month month) {
    return std::chrono::sys_days(month / std::chrono::day(1)).time_since_epoch().count() * kDay;
  }

  CalendarUnit unit_;
  std::vector<Offset> offsets_;
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_CALENDAR_PERIODS_H_
