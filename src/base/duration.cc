// Durations as people write them: "1h30m".
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/utf8.h"
#include "fmt/format.h"
#include "tocsin/base/time.h"

namespace tocsin {
namespace {

struct Unit {
  std::string_view name;
  int64_t nanos;
};

// Largest first, as they are written. The last two can be printed but not read.
constexpr Unit kUnits[] = {
    {"w", 604'800'000'000'000},
    {"d", 86'400'000'000'000},
    {"h", 3'600'000'000'000},
    {"m", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"us", 1'000},
    {"ns", 1},
};
constexpr size_t kReadableUnits = 6;

absl::Status Mistake(std::string_view text, std::string_view what) {
  const std::string_view shown = Utf8Prefix(text, 64);
  return absl::InvalidArgumentError(
      fmt::format("duration '{}{}' {}", shown, shown.size() < text.size() ? "…" : "", what));
}

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

absl::StatusOr<Duration> ParseDuration(std::string_view text) {
  constexpr std::string_view kShape = "is not one (such as 30s, 5m, 1h30m, 7d; the units are w d h m s ms)";
  if (text.empty()) return Mistake(text, "is empty; it is written like 30s, 5m, 1h30m or 7d");
  int64_t total = 0;
  size_t next_unit = 0;  // units before it are used up: each stands once, larger ones first
  size_t i = 0;
  while (i < text.size()) {
    if (text[i] == '-') return Mistake(text, "is negative; a duration cannot be");
    if (!IsDigit(text[i])) return Mistake(text, kShape);
    int64_t number = 0;
    for (; i < text.size() && IsDigit(text[i]); ++i) {
      if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, text[i] - '0', &number)) {
        return Mistake(text, "is longer than 292 years, the longest there can be");
      }
    }
    if (i < text.size() && text[i] == '.') return Mistake(text, "has a fraction; use a smaller unit, such as 1h30m");
    const size_t begin = i;
    while (i < text.size() && text[i] >= 'a' && text[i] <= 'z') ++i;
    const std::string_view name = text.substr(begin, i - begin);
    if (name.empty() && i == text.size()) return Mistake(text, "has no unit at its end; the units are w d h m s ms");
    size_t unit = 0;
    while (unit < kReadableUnits && kUnits[unit].name != name) ++unit;
    if (unit == kReadableUnits) return Mistake(text, kShape);
    if (unit < next_unit) return Mistake(text, "has its units out of order; each is written once, larger ones first");
    next_unit = unit + 1;
    if (__builtin_mul_overflow(number, kUnits[unit].nanos, &number) || __builtin_add_overflow(total, number, &total)) {
      return Mistake(text, "is longer than 292 years, the longest there can be");
    }
  }
  return Duration(total);
}

std::string FormatDuration(Duration d) {
  if (d == Duration::zero()) return "0s";
  std::string text;
  uint64_t rest = static_cast<uint64_t>(ToNanos(d));
  if (d < Duration::zero()) {
    text = "-";
    rest = ~rest + 1;  // right for the smallest duration too, which has no positive twin
  }
  for (const Unit& unit : kUnits) {
    if (unit.name == "w") continue;
    const uint64_t nanos = static_cast<uint64_t>(unit.nanos);
    if (rest < nanos) continue;
    text += fmt::format("{}{}", rest / nanos, unit.name);
    rest %= nanos;
  }
  return text;
}

}  // namespace tocsin
