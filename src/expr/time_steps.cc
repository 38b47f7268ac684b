#include "expr/time_steps.h"

#include <chrono>

namespace tocsin {

int64_t FindOffset(const Zone& zone, int64_t instant, Scratch::Memory::KnownZone* known) {
  if (known->key != zone.key()) *known = {zone.key(), {}, 0};
  ZoneOffset& offset = known->offsets[known->next++ % known->offsets.size()];
  offset = zone.At(instant);
  return offset.nanos;
}

int64_t DateFieldOf(Function getter, int64_t day) {
  const std::chrono::sys_days date{std::chrono::days(day)};
  const std::chrono::year_month_day parts(date);
  switch (getter) {
    case Function::kGetFullYear:
      return static_cast<int>(parts.year());
    case Function::kGetMonth:
      return static_cast<int64_t>(static_cast<unsigned>(parts.month())) - 1;
    case Function::kGetDate:
      return static_cast<unsigned>(parts.day());
    case Function::kGetDayOfMonth:
      return static_cast<int64_t>(static_cast<unsigned>(parts.day())) - 1;
    default:  // of the year
      return (date - std::chrono::sys_days(parts.year() / std::chrono::January / 1)).count();
  }
}

}  // namespace tocsin
