#include "tocsin/base/time.h"

#include <random>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// The slow way: the calendar of the standard library, and wide integers.
std::string SlowFormat(Time t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<nanoseconds> clock(t - day);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) {
    text += fmt::format(".{:09}", clock.subseconds().count());
    while (text.back() == '0') text.pop_back();
  }
  return text + "Z";
}

TEST_CASE("RFC 3339 is read") {
  struct Example {
    const char* text;
    int64_t seconds;
    int64_t nanos;
  };
  const Example examples[] = {
      {"1970-01-01T00:00:00Z", 0, 0},
      {"2010-12-01T09:41:00Z", 1291196460, 0},
      {"2010-12-01t09:41:00z", 1291196460, 0},
      {"2010-12-01 09:41:00Z", 1291196460, 0},
      {"2010-12-01T09:41:00+00:00", 1291196460, 0},
      {"2010-12-01T09:41:00-00:00", 1291196460, 0},
      {"2010-12-01T10:41:00+01:00", 1291196460, 0},
      {"2010-12-01T04:11:00-05:30", 1291196460, 0},
      {"2010-12-01T09:41:00.5Z", 1291196460, 500000000},
      {"2010-12-01T09:41:00.123456789Z", 1291196460, 123456789},
      {"2010-12-01T09:41:00.000000001+01:00", 1291192860, 1},
      {"1969-12-31T23:59:59.9Z", -1, 900000000},
      {"2000-02-29T00:00:00Z", 951782400, 0},
      {"2016-12-31T23:59:60Z", 1483228800, 0},
      {"2017-01-01T05:29:60.25+05:30", 1483228800, 250000000},
      {"1678-01-01T00:00:00Z", -9214560000, 0},
      {"1677-12-31T23:00:00-01:00", -9214560000, 0},
      {"2262-04-11T23:47:16.854775807Z", 9223372036, 854775807},
  };
  for (const Example& example : examples) {
    INFO(example.text);
    const auto read = ParseTime(example.text);
    REQUIRE(read.ok());
    CHECK(ToNanos(*read) == example.seconds * 1'000'000'000 + example.nanos);
    CHECK(TryParseTime(example.text) == *read);
  }
}

TEST_CASE("What is not RFC 3339 is refused with a sentence") {
  struct Example {
    const char* text;
    const char* problem;
  };
  const char* const shape = "is not RFC 3339";
  const Example examples[] = {
      {"", shape},
      {"2010", shape},
      {"2010-12-01", shape},
      {"2010-12-01T09:41:00", shape},
      {"2010-12-01T09:41Z", shape},
      {"2010-12-01T09:41:00 Z", shape},
      {"2010-12-01T09:41:00Zx", shape},
      {" 2010-12-01T09:41:00Z", shape},
      {"2010-12-01T09:41:00.Z", shape},
      {"2010-12-01T09:41:00,5Z", shape},
      {"2010-12-01T09:41:00+0100", shape},
      {"2010-12-01T09:41:00+01", shape},
      {"2010-12-01T09:41:00+24:00", shape},
      {"2010-12-01T09:41:00+01:60", shape},
      {"2010/12/01T09:41:00Z", shape},
      {"2010-12-01T09.41.00Z", shape},
      {"2010-12-01_09:41:00Z", shape},
      {"2010-13-01T09:41:00Z", shape},
      {"2010-00-01T09:41:00Z", shape},
      {"2010-12-00T09:41:00Z", shape},
      {"2010-04-31T09:41:00Z", shape},
      {"2010-02-29T09:41:00Z", shape},
      {"1900-02-29T09:41:00Z", shape},
      {"2010-12-01T24:00:00Z", shape},
      {"2010-12-01T09:60:00Z", shape},
      {"2010-12-01T09:41:61Z", shape},
      {"2010-12-01T09:41:60Z", shape},
      {"2010-12-31T23:59:60+01:00", shape},
      {"+010-12-01T09:41:00Z", shape},
      {"2o10-12-01T09:41:00Z", shape},
      {"2010-12-01T09:41:00.1234567890Z", "more than nine fraction digits"},
      {"1677-12-31T23:59:59Z", "outside the years 1678 to 2262"},
      {"1678-01-01T00:00:00+00:01", "outside the years 1678 to 2262"},
      {"2262-04-11T23:47:16.854775808Z", "outside the years 1678 to 2262"},
      {"2262-04-11T23:47:17Z", "outside the years 1678 to 2262"},
      {"2263-01-01T00:00:00Z", "outside the years 1678 to 2262"},
      {"0000-01-01T00:00:00Z", "outside the years 1678 to 2262"},
      {"9999-12-31T23:59:59Z", "outside the years 1678 to 2262"},
  };
  for (const Example& example : examples) {
    INFO(example.text);
    const auto read = ParseTime(example.text);
    REQUIRE_FALSE(read.ok());
    const std::string message(read.status().message());
    CHECK(message.find(example.problem) != std::string::npos);
    CHECK(message.find(example.text) != std::string::npos);
    CHECK_FALSE(TryParseTime(example.text).has_value());
  }
}

TEST_CASE("Times are written with as many digits as they need") {
  CHECK(FormatTime(FromNanos(0)) == "1970-01-01T00:00:00Z");
  CHECK(FormatTime(FromNanos(-1)) == "1969-12-31T23:59:59.999999999Z");
  CHECK(FormatTime(FromNanos(1'500'000'000)) == "1970-01-01T00:00:01.5Z");
  CHECK(FormatTime(Time::max()) == "2262-04-11T23:47:16.854775807Z");
  CHECK(FormatTime(Time::min()) == "1677-09-21T00:12:43.145224192Z");
}

TEST_CASE("Any time is written as the calendar says, and read back") {
  std::mt19937_64 random(tocsin::test::Seed(20101201));
  const int64_t first = ToNanos(*ParseTime("1678-01-01T00:00:00Z"));
  std::uniform_int_distribution<int64_t> any(first, INT64_MAX);
  const int64_t steps[] = {1, 1000, 1'000'000, 1'000'000'000, 86'400'000'000'000};
  for (int i = 0; i < 20000; ++i) {
    int64_t nanos = any(random);
    nanos -= nanos % steps[i % 5];
    const Time t = FromNanos(std::max(nanos, first));
    const std::string text = FormatTime(t);
    REQUIRE(text == SlowFormat(t));
    REQUIRE(TryParseTime(text) == t);
  }
}

TEST_CASE("Every day of the range is a day of the calendar, and no other") {
  const auto last = std::chrono::sys_days(std::chrono::year(2262) / 4 / 11);
  int checked = 0;
  for (auto day = std::chrono::sys_days(std::chrono::year(1678) / 1 / 1); day <= last; day += std::chrono::days(1)) {
    const Time t = day;
    if (TryParseTime(SlowFormat(t)) != t || FormatTime(t) != SlowFormat(t)) FAIL(SlowFormat(t));
    ++checked;
  }
  CHECK(checked == 213'402);
}

TEST_CASE("A text with one byte changed or dropped is read as the time it says or not at all") {
  const std::string text = "2012-02-29T23:59:58.125+05:30";
  for (size_t i = 0; i < text.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[i] = static_cast<char>(byte);
      const auto read = TryParseTime(changed);
      // What was read means the same when it is written and read again.
      if (read.has_value()) REQUIRE(TryParseTime(FormatTime(*read)) == read);
    }
    CHECK_FALSE(TryParseTime(text.substr(0, i)).has_value());
  }
}

TEST_CASE("Sums and differences are held at the ends of the range") {
  CHECK(SaturatingAdd(Time::max(), seconds(1)) == Time::max());
  CHECK(SaturatingAdd(Time::min(), seconds(-1)) == Time::min());
  CHECK(SaturatingSubtract(Time::min(), seconds(1)) == Time::min());
  CHECK(SaturatingSubtract(Time::max(), seconds(-1)) == Time::max());
  CHECK(SaturatingAdd(FromNanos(5), nanoseconds(-7)) == FromNanos(-2));
  CHECK(SaturatingSubtract(FromNanos(5), nanoseconds(7)) == FromNanos(-2));
}

TEST_CASE("Rounding goes to the multiples of a step on both sides of 1970") {
  struct Example {
    int64_t nanos, step, down, up;
  };
  const Example examples[] = {{0, 10, 0, 0}, {1, 10, 0, 10}, {10, 10, 10, 10}, {-1, 10, -10, 0}, {-10, 10, -10, -10}};
  for (const Example& example : examples) {
    INFO(example.nanos);
    CHECK(ToNanos(RoundDown(FromNanos(example.nanos), nanoseconds(example.step))) == example.down);
    CHECK(ToNanos(RoundUp(FromNanos(example.nanos), nanoseconds(example.step))) == example.up);
  }
  CHECK(RoundDown(Time::min(), hours(1)) == Time::min());
  CHECK(RoundUp(Time::max(), hours(1)) == Time::max());
}

TEST_CASE("Durations are read") {
  struct Example {
    const char* text;
    Duration duration;
  };
  const Example examples[] = {
      {"500ms", milliseconds(500)},
      {"30s", seconds(30)},
      {"5m", seconds(300)},
      {"1h", hours(1)},
      {"24h", hours(24)},
      {"7d", hours(168)},
      {"2w", hours(336)},
      {"1h30m", seconds(5400)},
      {"1w2d3h4m5s6ms", hours(219) + seconds(245) + milliseconds(6)},
      {"0s", Duration(0)},
      {"0w", Duration(0)},
      {"007s", seconds(7)},
      {"106751d", hours(24 * 106751)},
      {"9223372036854ms", milliseconds(9223372036854)},
  };
  for (const Example& example : examples) {
    INFO(example.text);
    const auto read = ParseDuration(example.text);
    REQUIRE(read.ok());
    CHECK(*read == example.duration);
  }
}

TEST_CASE("What is no duration is refused with a sentence") {
  struct Example {
    const char* text;
    const char* problem;
  };
  const Example examples[] = {
      {"", "is empty"},
      {"5", "has no unit"},
      {"1h30", "has no unit"},
      {"s", "is not one"},
      {"5 m", "is not one"},
      {" 5m", "is not one"},
      {"5m ", "is not one"},
      {"5y", "is not one"},
      {"5us", "is not one"},
      {"5ns", "is not one"},
      {"5M", "is not one"},
      {"+5m", "is not one"},
      {"-5m", "is negative"},
      {"1.5h", "has a fraction"},
      {"30m1h", "out of order"},
      {"1h1h", "out of order"},
      {"106752d", "longer than 292 years"},
      {"106751d24h", "longer than 292 years"},
      {"99999999999999999999s", "longer than 292 years"},
  };
  for (const Example& example : examples) {
    INFO(example.text);
    const auto read = ParseDuration(example.text);
    REQUIRE_FALSE(read.ok());
    CHECK(std::string(read.status().message()).find(example.problem) != std::string::npos);
  }
}

TEST_CASE("Durations are written in the largest units first") {
  struct Example {
    Duration duration;
    const char* text;
  };
  const Example examples[] = {
      {Duration(0), "0s"},
      {seconds(5400), "1h30m"},
      {hours(24 * 7), "7d"},
      {hours(36), "1d12h"},
      {milliseconds(1500), "1s500ms"},
      {nanoseconds(1'001'001), "1ms1us1ns"},
      {seconds(-90), "-1m30s"},
      {Duration::max(), "106751d23h47m16s854ms775us807ns"},
      {Duration::min(), "-106751d23h47m16s854ms775us808ns"},
  };
  for (const Example& example : examples) CHECK(FormatDuration(example.duration) == example.text);
}

TEST_CASE("A duration of whole milliseconds is read back") {
  std::mt19937_64 random(tocsin::test::Seed(7));
  for (int i = 0; i < 20000; ++i) {
    const int64_t limit = int64_t{1} << (1 + i % 43);
    const Duration d = milliseconds(std::uniform_int_distribution<int64_t>(0, limit)(random));
    const auto read = ParseDuration(FormatDuration(d));
    REQUIRE(read.ok());
    REQUIRE(*read == d);
  }
}

}  // namespace
}  // namespace tocsin
