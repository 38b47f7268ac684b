#include "tocsin/base/time.h"

#include <array>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/time_read.h"
#include "base/utf8.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kSecondsPerDay = 86'400;
constexpr int kFirstYear = 1678;
constexpr int kLastYear = 2262;

constexpr bool IsLeap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr int DaysInMonth(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[month - 1];
}

// Days since 1970-01-01. Years are counted from March, so that the leap day is the last of its year and the days before
// a month are a straight line.
constexpr int64_t DaysFromCivil(int year, int month, int day) {
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t month_from_march = (month + 9) % 12;
  const int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719'468;
}

struct Civil {
  int64_t year = 0;
  int month = 0;
  int day = 0;
};

// The inverse. REQUIRES: the year is positive.
constexpr Civil CivilFromDays(int64_t days) {
  const int64_t z = days + 719'468;
  const int64_t era = z / 146'097;
  const int64_t day_of_era = z % 146'097;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  Civil civil;
  civil.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  civil.month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
  return civil;
}

constexpr bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

// Two digits as a number, or a negative one.
inline int TwoDigits(const char* p) {
  const int tens = static_cast<unsigned char>(p[0] - '0');
  const int ones = static_cast<unsigned char>(p[1] - '0');
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : -1;
}

// The fraction and the offset: what follows the seconds.
struct Tail {
  int64_t nanos = 0;
  int64_t offset_seconds = 0;
};

TimeProblem ReadTail(std::string_view text, Tail* tail) {
  if (!text.empty() && text[0] == '.') {
    size_t digits = 1;
    int64_t scale = kNanosPerSecond;
    for (; digits < text.size() && IsDigit(text[digits]); ++digits) {
      if (digits > 9) return TimeProblem::kTooPrecise;
      scale /= 10;
      tail->nanos += (text[digits] - '0') * scale;
    }
    if (digits == 1) return TimeProblem::kNotRfc3339;
    text.remove_prefix(digits);
  }
  if (text == "Z" || text == "z") return TimeProblem::kNone;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return TimeProblem::kNotRfc3339;
  const int hours = TwoDigits(text.data() + 1);
  const int minutes = TwoDigits(text.data() + 4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return TimeProblem::kNotRfc3339;
  tail->offset_seconds = (hours * 60 + minutes) * 60;
  if (text[0] == '-') tail->offset_seconds = -tail->offset_seconds;
  return TimeProblem::kNone;
}

}  // namespace

TimeProblem ReadTime(std::string_view text, Time* time) {
  constexpr size_t kDateAndTime = std::string_view("2010-12-01T09:41:00").size();
  if (text.size() <= kDateAndTime) return TimeProblem::kNotRfc3339;
  const char* p = text.data();
  const int century = TwoDigits(p);
  const int year_of_century = TwoDigits(p + 2);
  const int month = TwoDigits(p + 5);
  const int day = TwoDigits(p + 8);
  const int hour = TwoDigits(p + 11);
  const int minute = TwoDigits(p + 14);
  const int second = TwoDigits(p + 17);
  // One test for all signs: a negative part makes the whole negative.
  if ((century | year_of_century | month | day | hour | minute | second) < 0) return TimeProblem::kNotRfc3339;
  const bool separated =
      p[4] == '-' && p[7] == '-' && (p[10] == 'T' || p[10] == 't' || p[10] == ' ') && p[13] == ':' && p[16] == ':';
  const int year = century * 100 + year_of_century;
  if (!separated || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month) || hour > 23 || minute > 59 ||
      second > 60) {
    return TimeProblem::kNotRfc3339;
  }
  Tail tail;
  const TimeProblem problem = ReadTail(text.substr(kDateAndTime), &tail);
  if (problem != TimeProblem::kNone) return problem;

  // A year too many on each side, so that the offset may still bring it into the range; nothing overflows before the
  // check.
  if (year < kFirstYear - 1 || year > kLastYear + 1) return TimeProblem::kOutOfRange;
  const int64_t seconds =
      DaysFromCivil(year, month, day) * kSecondsPerDay + hour * 3600 + minute * 60 + second - tail.offset_seconds;
  // Leap seconds are inserted at the end of a day of UTC only; the second after one is then a midnight.
  if (second == 60 && seconds % kSecondsPerDay != 0) return TimeProblem::kNotRfc3339;
  return SinceEpoch(seconds, tail.nanos, time) ? TimeProblem::kNone : TimeProblem::kOutOfRange;
}

bool SinceEpoch(int64_t seconds, int64_t nanos, Time* time) {
  constexpr int64_t kFirstSecond = DaysFromCivil(kFirstYear, 1, 1) * kSecondsPerDay;
  int64_t since_epoch = 0;
  if (seconds < kFirstSecond || __builtin_mul_overflow(seconds, kNanosPerSecond, &since_epoch) ||
      __builtin_add_overflow(since_epoch, nanos, &since_epoch)) {
    return false;
  }
  *time = FromNanos(since_epoch);
  return true;
}

std::string_view Describe(TimeProblem problem) {
  switch (problem) {
    case TimeProblem::kNone:
      return "is a time";
    case TimeProblem::kNotRfc3339:
      return "is not RFC 3339 (such as 2010-12-01T09:41:00Z)";
    case TimeProblem::kTooPrecise:
      return "has more than nine fraction digits";
    case TimeProblem::kOutOfRange:
      return "is outside the years 1678 to 2262";
  }
  return "is not a time";
}

std::optional<Time> TryParseTime(std::string_view text) {
  Time time;
  if (ReadTime(text, &time) != TimeProblem::kNone) return std::nullopt;
  return time;
}

absl::StatusOr<Time> ParseTime(std::string_view text) {
  Time time;
  const TimeProblem problem = ReadTime(text, &time);
  if (problem == TimeProblem::kNone) return time;
  const std::string shown(Utf8Prefix(text, 64));
  return absl::InvalidArgumentError(
      fmt::format("time '{}{}' {}", shown, shown.size() < text.size() ? "…" : "", Describe(problem)));
}

std::string FormatTime(Time t) {
  const int64_t since_epoch = ToNanos(t);
  int64_t nanos = since_epoch % kNanosPerSecond;
  int64_t seconds = since_epoch / kNanosPerSecond;
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  }
  int64_t second_of_day = seconds % kSecondsPerDay;
  int64_t days = seconds / kSecondsPerDay;
  if (second_of_day < 0) {
    second_of_day += kSecondsPerDay;
    --days;
  }
  const Civil civil = CivilFromDays(days);
  std::array<char, 32> text;
  char* p = text.data();
  const auto put = [&p](int64_t number, int digits) {
    for (int i = digits - 1; i >= 0; --i, number /= 10) p[i] = static_cast<char>('0' + number % 10);
    p += digits;
  };
  put(civil.year, 4);
  *p++ = '-';
  put(civil.month, 2);
  *p++ = '-';
  put(civil.day, 2);
  *p++ = 'T';
  put(second_of_day / 3600, 2);
  *p++ = ':';
  put(second_of_day / 60 % 60, 2);
  *p++ = ':';
  put(second_of_day % 60, 2);
  if (nanos != 0) {
    *p++ = '.';
    put(nanos, 9);
    while (p[-1] == '0') --p;
  }
  *p++ = 'Z';
  return std::string(text.data(), p);
}

}  // namespace tocsin
