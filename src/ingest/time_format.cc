#include "ingest/time_format.h"

#include <chrono>

#include "fmt/format.h"

namespace tocsin {
namespace {

constexpr std::string_view kDirectives = "YymdHIMSpbfz%";

constexpr bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }
constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Takes `least` to `most` digits from the front.
bool TakeDigits(std::string_view* text, size_t least, size_t most, int* number) {
  size_t count = 0;
  for (*number = 0; count < most && count < text->size() && IsDigit((*text)[count]); ++count) {
    *number = *number * 10 + ((*text)[count] - '0');
  }
  text->remove_prefix(count);
  return count >= least;
}

bool TakeOne(std::string_view* text, char c) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

// The index of the word that stands at the front, in any case.
bool TakeWord(std::string_view* text, std::string_view words, size_t size, int* index) {
  for (size_t at = 0; at < words.size() && text->size() >= size; at += size) {
    size_t same = 0;
    while (same < size && Lower((*text)[same]) == words[at + same]) ++same;
    if (same < size) continue;
    text->remove_prefix(size);
    *index = static_cast<int>(at / size);
    return true;
  }
  return false;
}

// The same part in two ways counts as that part twice.
char PartOf(char directive) {
  if (directive == 'y') return 'Y';
  if (directive == 'b') return 'm';
  if (directive == 'I') return 'H';
  return directive;
}

}  // namespace

struct TimeFormat::Parts {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int nanos = 0;
  int offset_minutes = 0;
  bool twelve_hours = false;
  int afternoon = 0;
};

TimeFormat::Problem TimeFormat::Parse(std::string_view format) {
  steps_.clear();
  std::string seen;
  const auto has = [&seen](char part) { return seen.find(part) != std::string::npos; };
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      steps_.push_back({0, format[i]});
      continue;
    }
    if (i + 1 == format.size()) return {i, 1, "a '%' is followed by nothing"};
    const char directive = format[++i];
    if (kDirectives.find(directive) == std::string_view::npos) {
      // A name of several bytes is pointed at by its first; what it is can be seen in the file.
      return {i - 1, 2, "only %Y %y %m %b %d %H %I %p %M %S %f %z and %% are known in a format"};
    }
    if (directive == '%') {
      steps_.push_back({0, '%'});
      continue;
    }
    const char part = PartOf(directive);
    if (has(part)) return {i - 1, 2, fmt::format("%{} says again what has been said before it", directive)};
    seen += part;
    if (directive == 'I') seen += 'I';
    steps_.push_back({directive, 0});
  }
  if (!has('Y') || !has('m') || !has('d')) {
    return {0, format.size(), "a format needs the year, the month and the day, such as %Y-%m-%d"};
  }
  if (has('I') != has('p')) return {0, format.size(), "%I and %p go together; the hour of 24 is %H"};
  if ((has('M') && !has('H')) || (has('S') && !has('M')) || (has('f') && !has('S'))) {
    return {0, format.size(), "a format that has minutes needs the hour, one that has seconds the minutes"};
  }
  return {};
}

bool TimeFormat::ReadStep(const Step& step, std::string_view* text, Parts* parts) {
  switch (step.directive) {
    case 0:
      return TakeOne(text, step.literal);
    case 'Y':
      return TakeDigits(text, 4, 4, &parts->year);
    case 'y':
      if (!TakeDigits(text, 2, 2, &parts->year)) return false;
      parts->year += parts->year >= 69 ? 1900 : 2000;
      return true;
    case 'm':
      return TakeDigits(text, 1, 2, &parts->month);
    case 'b':
      if (!TakeWord(text, "janfebmaraprmayjunjulaugsepoctnovdec", 3, &parts->month)) return false;
      ++parts->month;
      return true;
    case 'd':
      return TakeDigits(text, 1, 2, &parts->day);
    case 'H':
      return TakeDigits(text, 1, 2, &parts->hour);
    case 'I':
      parts->twelve_hours = true;
      return TakeDigits(text, 1, 2, &parts->hour) && parts->hour >= 1 && parts->hour <= 12;
    case 'p':
      return TakeWord(text, "ampm", 2, &parts->afternoon);
    case 'M':
      return TakeDigits(text, 1, 2, &parts->minute);
    case 'S':
      return TakeDigits(text, 1, 2, &parts->second);
    case 'f': {
      const size_t before = text->size();
      if (!TakeDigits(text, 1, 9, &parts->nanos)) return false;
      for (size_t digits = before - text->size(); digits < 9; ++digits) parts->nanos *= 10;
      return true;
    }
    default:
      break;
  }
  // %z
  if (TakeOne(text, 'Z') || TakeOne(text, 'z')) return true;
  const bool west = TakeOne(text, '-');
  if (!west && !TakeOne(text, '+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!TakeDigits(text, 2, 2, &hours)) return false;
  TakeOne(text, ':');
  if (!TakeDigits(text, 2, 2, &minutes) || hours > 23 || minutes > 59) return false;
  parts->offset_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
  return true;
}

TimeProblem TimeFormat::Read(std::string_view text, Time* time) const {
  Parts parts;
  for (const Step& step : steps_) {
    if (!ReadStep(step, &text, &parts)) return TimeProblem::kNotRfc3339;
  }
  if (!text.empty()) return TimeProblem::kNotRfc3339;
  if (parts.twelve_hours) parts.hour = parts.hour % 12 + 12 * parts.afternoon;
  const std::chrono::year_month_day date{std::chrono::year(parts.year),
                                         std::chrono::month(static_cast<unsigned>(parts.month)),
                                         std::chrono::day(static_cast<unsigned>(parts.day))};
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return TimeProblem::kNotRfc3339;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t seconds = days * 86'400 + parts.hour * 3600 + (parts.minute - parts.offset_minutes) * 60 + parts.second;
  // As in RFC 3339, a leap second is one at the end of a day of UTC only.
  if (parts.second == 60 && seconds % 86'400 != 0) return TimeProblem::kNotRfc3339;
  return SinceEpoch(seconds, parts.nanos, time) ? TimeProblem::kNone : TimeProblem::kOutOfRange;
}

}  // namespace tocsin
