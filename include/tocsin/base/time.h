// Time as Tocsin counts it: 64-bit nanoseconds since 1970-01-01T00:00:00Z, years 1678 to 2262.
//
//   absl::StatusOr<tocsin::Time> t = tocsin::ParseTime("2010-12-01T09:41:00Z");
//   std::string text = tocsin::FormatTime(*t + std::chrono::hours(1));   // "2010-12-01T10:41:00Z"
//   absl::StatusOr<tocsin::Duration> d = tocsin::ParseDuration("1h30m");
//
// Both types are std::chrono's, so literals (`24h`) and clocks work with them. Their arithmetic wraps silently at the
// ends of the range; code that adds a user's duration to a user's time goes through SaturatingAdd.
#ifndef TOCSIN_BASE_TIME_H_
#define TOCSIN_BASE_TIME_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tocsin {

using Duration = std::chrono::duration<int64_t, std::nano>;
using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;

constexpr int64_t ToNanos(Time t) { return t.time_since_epoch().count(); }
constexpr int64_t ToNanos(Duration d) { return d.count(); }
constexpr Time FromNanos(int64_t nanos) { return Time(Duration(nanos)); }

// t + d, held at Time::min() and Time::max() instead of wrapping.
constexpr Time SaturatingAdd(Time t, Duration d) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(ToNanos(t), ToNanos(d), &sum)) return FromNanos(sum);
  return ToNanos(d) > 0 ? Time::max() : Time::min();
}

// t - d, held at Time::min() and Time::max() instead of wrapping.
constexpr Time SaturatingSubtract(Time t, Duration d) {
  int64_t difference = 0;
  if (!__builtin_sub_overflow(ToNanos(t), ToNanos(d), &difference)) return FromNanos(difference);
  return ToNanos(d) > 0 ? Time::min() : Time::max();
}

// The multiple of `step` at or before t, and the one at or after it. REQUIRES: step > 0.
constexpr Time RoundDown(Time t, Duration step) {
  int64_t remainder = ToNanos(t) % ToNanos(step);
  if (remainder < 0) remainder += ToNanos(step);
  return SaturatingSubtract(t, Duration(remainder));
}
constexpr Time RoundUp(Time t, Duration step) {
  int64_t remainder = ToNanos(t) % ToNanos(step);
  if (remainder < 0) remainder += ToNanos(step);
  return remainder == 0 ? t : SaturatingAdd(t, step - Duration(remainder));
}

// Reads RFC 3339 ("2010-12-01T09:41:00Z", with up to nine fraction digits, with an offset, "t" or " " for "T").
// A leap second (":60") is read as the second after it. An error says what was expected. Allocates only on error.
absl::StatusOr<Time> ParseTime(std::string_view text);

// The same for hot paths: nothing instead of an error message.
std::optional<Time> TryParseTime(std::string_view text);

// RFC 3339 in UTC, with as many fraction digits as are needed (none, or up to nine without trailing zeros).
std::string FormatTime(Time t);

// Reads a duration of one or more (number, unit) pairs, largest unit first: "500ms", "30s", "5m", "1h", "24h", "7d",
// "2w", "1h30m". Whole numbers only; never negative; "0s" is allowed.
absl::StatusOr<Duration> ParseDuration(std::string_view text);

// The shortest text that ParseDuration reads back: "1h30m", "7d", "0s". Weeks are written as days. A remainder below a
// millisecond, which ParseDuration has no unit for, is written in "us" and "ns"; a negative duration with a leading
// "-".
std::string FormatDuration(Duration d);

}  // namespace tocsin

#endif  // TOCSIN_BASE_TIME_H_
