// Times and durations of a record, as its source writes them: RFC 3339, a format, or a number of units.
#ifndef TOCSIN_INGEST_TIME_READER_H_
#define TOCSIN_INGEST_TIME_READER_H_

#include <cstdint>
#include <string>

#include "ingest/time_format.h"
#include "ingest/token.h"
#include "tocsin/event/reason.h"
#include "tocsin/ingest/source_spec.h"

namespace tocsin {

class TimeReader {
 public:
  // RFC 3339, and durations such as "1h30m".
  TimeReader() = default;
  // A format that cannot be (CheckSource) reads no time.
  explicit TimeReader(const FieldSpec& field);

  // Whether the token is of a kind that can be read at all: text, or a number where there is a unit.
  bool Accepts(const Token& token) const {
    return token.is_text() || (unit_ != TimeUnit::kNone && token.kind == Token::Kind::kNumber);
  }
  // What a time should be: "a string in RFC 3339 (such as …)", "a number of seconds since 1970".
  std::string Expected() const;

  // Each gives kNone; kBadTime for what is none; or kOutOfRange. `detail` (may be null) says why: "time '2010-13-01T…'
  // is not RFC 3339 (such as …)". REQUIRES: Accepts(token).
  Reason ReadTime(const Token& token, Time* time, std::string* detail) const;
  Reason ReadDuration(const Token& token, Duration* duration, std::string* detail) const;

 private:
  // A number of units as nanoseconds.
  Reason ReadUnits(const Token& token, int64_t* nanos, std::string* detail) const;

  TimeUnit unit_ = TimeUnit::kNone;
  bool formatted_ = false;
  std::string format_text_;
  TimeFormat format_;
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_TIME_READER_H_
