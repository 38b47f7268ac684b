#include "ingest/time_format.h"

#include <ctime>
#include <random>
#include <string>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

// The time as text, or why there is none.
std::string Read(std::string_view format, std::string_view text) {
  TimeFormat reader;
  const TimeFormat::Problem problem = reader.Parse(format);
  if (!problem.message.empty()) return problem.message;
  Time time;
  switch (reader.Read(text, &time)) {
    case TimeProblem::kNone:
      return FormatTime(time);
    case TimeProblem::kOutOfRange:
      return "out of range";
    default:
      return "no";
  }
}

TEST_CASE("Texts are read as their format says") {
  struct Case {
    const char* format;
    const char* text;
    const char* expected;
  };
  const Case cases[] = {
      {"%Y-%m-%d", "1997-01-01", "1997-01-01T00:00:00Z"},
      {"%Y-%m-%d", "1997-1-1", "1997-01-01T00:00:00Z"},
      {"%Y-%m-%d", "97-01-01", "no"},
      {"%Y-%m-%d", "1997-02-29", "no"},
      {"%Y-%m-%d", "1996-02-29", "1996-02-29T00:00:00Z"},
      {"%Y-%m-%d", "1997-00-01", "no"},
      {"%Y-%m-%d", "1997-13-01", "no"},
      {"%Y-%m-%d", "1997-01-00", "no"},
      {"%Y-%m-%d", "1997-01-01 ", "no"},
      {"%Y-%m-%d", "1997-01-", "no"},
      {"%Y-%m-%d", "", "no"},
      {"%Y-%m-%d", "1677-12-31", "out of range"},
      {"%Y-%m-%d", "1678-01-01", "1678-01-01T00:00:00Z"},
      {"%Y-%m-%d", "2262-04-11", "2262-04-11T00:00:00Z"},
      {"%Y-%m-%d", "2262-04-12", "out of range"},
      {"%Y-%m-%d", "0000-01-01", "out of range"},
      {"%Y%m%dT%H%M%S", "20101201T094100", "2010-12-01T09:41:00Z"},
      {"%d/%m/%y %H:%M", "1/12/10 9:41", "2010-12-01T09:41:00Z"},
      {"%d/%m/%y", "1/12/68", "2068-12-01T00:00:00Z"},
      {"%d/%m/%y", "1/12/69", "1969-12-01T00:00:00Z"},
      {"%m/%d/%Y %I:%M %p", "12/01/2010 12:05 AM", "2010-12-01T00:05:00Z"},
      {"%m/%d/%Y %I:%M %p", "12/01/2010 12:05 pm", "2010-12-01T12:05:00Z"},
      {"%m/%d/%Y %I:%M %p", "12/01/2010 1:05 PM", "2010-12-01T13:05:00Z"},
      {"%m/%d/%Y %I:%M %p", "12/01/2010 13:05 PM", "no"},
      {"%m/%d/%Y %I:%M %p", "12/01/2010 0:05 PM", "no"},
      {"%d-%b-%Y", "05-AUG-2012", "2012-08-05T00:00:00Z"},
      {"%d-%b-%Y", "05-Aub-2012", "no"},
      {"%Y-%m-%d %H:%M:%S.%f", "2010-12-01 09:41:00.5", "2010-12-01T09:41:00.5Z"},
      {"%Y-%m-%d %H:%M:%S.%f", "2010-12-01 09:41:00.123456789", "2010-12-01T09:41:00.123456789Z"},
      {"%Y-%m-%d %H:%M:%S.%f", "2010-12-01 09:41:00.1234567891", "no"},
      {"%Y-%m-%d %H:%M:%S%z", "2010-12-01 09:41:00+0530", "2010-12-01T04:11:00Z"},
      {"%Y-%m-%d %H:%M:%S %z", "2010-12-01 09:41:00 -05:30", "2010-12-01T15:11:00Z"},
      {"%Y-%m-%d %H:%M:%S%z", "2010-12-01 09:41:00Z", "2010-12-01T09:41:00Z"},
      {"%Y-%m-%d %H:%M:%S%z", "2010-12-01 09:41:00", "no"},
      {"%Y-%m-%d %H:%M:%S%z", "2010-12-01 09:41:00+2400", "no"},
      {"%Y-%m-%d %H:%M:%S", "2010-12-01 24:00:00", "no"},
      {"%Y-%m-%d %H:%M:%S", "2010-12-01 23:60:00", "no"},
      {"%Y-%m-%d %H:%M:%S", "2010-12-31 23:59:60", "2011-01-01T00:00:00Z"},
      {"%Y-%m-%d %H:%M:%S", "2010-12-31 22:59:60", "no"},
      {"100%% %Y %m %d", "100% 2010 12 1", "2010-12-01T00:00:00Z"},
  };
  for (const Case& c : cases) {
    INFO(c.format << " of " << c.text);
    CHECK(Read(c.format, c.text) == c.expected);
  }
}

TEST_CASE("A format that cannot be says why and where") {
  struct Case {
    const char* format;
    size_t offset;
    size_t length;
  };
  const Case cases[] = {
      {"", 0, 0},
      {"%Y-%m", 0, 5},
      {"%Y-%m-%d %Y", 9, 2},
      {"%Y-%m-%d %y", 9, 2},
      {"%Y-%m-%d %b", 9, 2},
      {"%Y-%m-%d %", 9, 1},
      {"%Y-%m-%d %q", 9, 2},
      {"%Y-%m-%d %I", 0, 11},
      {"%Y-%m-%d %H %p", 0, 14},
      {"%Y-%m-%d %M", 0, 11},
      {"%Y-%m-%d %H %S", 0, 14},
      {"%Y-%m-%d %H:%M.%f", 0, 17},
  };
  for (const Case& c : cases) {
    INFO(c.format);
    const TimeFormat::Problem problem = TimeFormat().Parse(c.format);
    CHECK(!problem.message.empty());
    CHECK(problem.offset == c.offset);
    CHECK(problem.length == c.length);
  }
}

TEST_CASE("What the C library writes is read back") {
  std::mt19937_64 random(test::Seed(7));
  const char* formats[] = {"%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H.%M.%S", "%Y%m%d%H%M%S", "%b %d, %Y %I:%M:%S %p",
                           "%S:%M:%H %d-%m-%y"};
  for (int i = 0; i < 2000; ++i) {
    const char* format = formats[random() % std::size(formats)];
    // %y knows the years 1969 to 2068 only.
    const std::time_t seconds = static_cast<std::time_t>(random() % 3'000'000'000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[64];
    REQUIRE(std::strftime(text, sizeof(text), format, &parts) > 0);
    INFO(format << " of " << text);
    CHECK(Read(format, text) == FormatTime(FromNanos(seconds * 1'000'000'000)));
  }
}

}  // namespace
}  // namespace tocsin
