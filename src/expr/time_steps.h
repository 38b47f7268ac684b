// Where the hands and leaves of a zone's clock and calendar stand.
#ifndef TOCSIN_EXPR_TIME_STEPS_H_
#define TOCSIN_EXPR_TIME_STEPS_H_

#include <cstdint>

#include "expr/ast.h"
#include "expr/evaluate.h"
#include "expr/zone.h"

namespace tocsin {

// What `zone` adds to UTC at `instant`, by what the scratch knows of it.
[[gnu::noinline]] int64_t FindOffset(const Zone& zone, int64_t instant, Scratch::Memory::KnownZone* known);
inline int64_t OffsetAt(const Zone& zone, int64_t instant, Scratch::Memory* memory) {
  const uint64_t key = zone.key();
  Scratch::Memory::KnownZone& known = memory->zones[(key >> 4 ^ key >> 9) % 8];
  if (known.key == key) [[likely]] {
    for (const ZoneOffset& offset : known.offsets) {
      if (offset.Covers(instant)) return offset.nanos;
    }
  }
  return FindOffset(zone, instant, &known);
}

constexpr int64_t FloorDivide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// A date's part, of days since 1970.
int64_t DateFieldOf(Function getter, int64_t day);

// As CEL counts: months, days of the month and of the year from 0, but getDate() from 1; Sunday is 0.
inline int64_t FieldOf(Function getter, int64_t instant, int64_t offset) {
  constexpr int64_t kSecond = 1'000'000'000;
  // An offset is made of whole seconds, so that what lies below them is not touched.
  const int64_t second = FloorDivide(instant, kSecond) + offset / kSecond;
  const int64_t day = FloorDivide(second, 86'400);
  switch (getter) {
    case Function::kGetHours:
      return (second - day * 86'400) / 3'600;
    case Function::kGetMinutes:
      return (second - day * 86'400) / 60 % 60;
    case Function::kGetSeconds:
      return (second - day * 86'400) % 60;
    case Function::kGetMilliseconds:
      return (instant % kSecond + kSecond) % kSecond / 1'000'000;
    case Function::kGetDayOfWeek:
      return ((day + 4) % 7 + 7) % 7;  // 1970 began on a Thursday
    default:
      return DateFieldOf(getter, day);
  }
}

// Of a duration: whole hours, minutes, seconds of all of it, and its milliseconds within a second.
constexpr int64_t FieldOfSpan(Function getter, int64_t nanos) {
  switch (getter) {
    case Function::kGetHours:
      return nanos / 3'600'000'000'000;
    case Function::kGetMinutes:
      return nanos / 60'000'000'000;
    case Function::kGetSeconds:
      return nanos / 1'000'000'000;
    default:
      return nanos % 1'000'000'000 / 1'000'000;
  }
}

}  // namespace tocsin

#endif  // TOCSIN_EXPR_TIME_STEPS_H_
