#include "ingest/time_reader.h"

#include <utility>

#include "fmt/format.h"
#include "ingest/number.h"
#include "ingest/token_value.h"

namespace tocsin {
namespace {

Reason Refuse(Reason reason, std::string sentence, std::string* detail) {
  if (detail != nullptr) *detail = std::move(sentence);
  return reason;
}

// How many digits of the number are nanoseconds.
int Digits(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSeconds:
      return 9;
    case TimeUnit::kMilliseconds:
      return 6;
    case TimeUnit::kMicroseconds:
      return 3;
    default:
      return 0;
  }
}

const char* Plural(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSeconds:
      return "seconds";
    case TimeUnit::kMilliseconds:
      return "milliseconds";
    case TimeUnit::kMicroseconds:
      return "microseconds";
    default:
      return "nanoseconds";
  }
}

}  // namespace

TimeReader::TimeReader(const FieldSpec& field)
    : unit_(field.unit), formatted_(!field.format.empty()), format_text_(field.format.text()) {
  if (formatted_ && !format_.Parse(format_text_).message.empty()) format_ = TimeFormat();
}

std::string TimeReader::Expected() const {
  if (unit_ != TimeUnit::kNone) return fmt::format("a number of {} since 1970", Plural(unit_));
  if (formatted_) return fmt::format("a string of the format '{}'", format_text_);
  return "a string in RFC 3339 (such as 2010-12-01T09:41:00Z)";
}

Reason TimeReader::ReadUnits(const Token& token, int64_t* nanos, std::string* detail) const {
  NumberText number;
  if (!SplitNumber(token.text, &number)) {
    return Refuse(Reason::kBadTime, fmt::format("'{}' is not a number of {}", Shortened(token.text), Plural(unit_)),
                  detail);
  }
  bool exact = false;
  if (!ScaleNumber(number, Digits(unit_), nanos, &exact)) {
    return Refuse(Reason::kOutOfRange,
                  fmt::format("{} {} are more than can be held", Shortened(token.text), Plural(unit_)), detail);
  }
  if (exact) return Reason::kNone;
  return Refuse(Reason::kBadTime, fmt::format("{} {} are no whole nanoseconds", Shortened(token.text), Plural(unit_)),
                detail);
}

Reason TimeReader::ReadTime(const Token& token, Time* time, std::string* detail) const {
  TimeProblem problem = TimeProblem::kNone;
  if (unit_ != TimeUnit::kNone) {
    int64_t nanos = 0;
    const Reason reason = ReadUnits(token, &nanos, detail);
    if (reason != Reason::kNone) return reason;
    *time = FromNanos(nanos);
    static const Time kFirst = *TryParseTime("1678-01-01T00:00:00Z");
    if (*time < kFirst) problem = TimeProblem::kOutOfRange;
  } else {
    problem = formatted_ ? format_.Read(token.text, time) : tocsin::ReadTime(token.text, time);
  }
  if (problem == TimeProblem::kNone) return Reason::kNone;
  if (problem == TimeProblem::kOutOfRange || !formatted_) {
    return Refuse(problem == TimeProblem::kOutOfRange ? Reason::kOutOfRange : Reason::kBadTime,
                  fmt::format("time '{}' {}", Shortened(token.text), Describe(problem)), detail);
  }
  return Refuse(Reason::kBadTime,
                fmt::format("time '{}' is not of the format '{}'", Shortened(token.text), format_text_), detail);
}

Reason TimeReader::ReadDuration(const Token& token, Duration* duration, std::string* detail) const {
  if (unit_ != TimeUnit::kNone) {
    int64_t nanos = 0;
    const Reason reason = ReadUnits(token, &nanos, detail);
    if (reason == Reason::kNone) *duration = Duration(nanos);
    return reason;
  }
  const absl::StatusOr<Duration> read = ParseDuration(token.text);
  if (!read.ok()) return Refuse(Reason::kBadTime, std::string(read.status().message()), detail);
  *duration = *read;
  return Reason::kNone;
}

}  // namespace tocsin
