// Calendar periods against the obvious: look at the zone's clocks minute by minute.
#include "tocsin/window/calendar_periods.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "metric/calendar_zone.h"
#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/window/sliding_window.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

Time At(std::string_view text) { return *TryParseTime(text); }

CalendarPeriods Periods(CalendarUnit unit, std::string_view zone) {
  auto offsets = LoadZone(zone);
  REQUIRE(offsets);
  return CalendarPeriods(unit, *std::move(offsets));
}

absl::CivilSecond FloorTo(CalendarUnit unit, absl::CivilSecond shown) {
  switch (unit) {
    case CalendarUnit::kHour:
      return absl::CivilSecond(absl::CivilHour(shown));
    case CalendarUnit::kDay:
      return absl::CivilSecond(absl::CivilDay(shown));
    case CalendarUnit::kWeek:
      return absl::CivilSecond(absl::PrevWeekday(absl::CivilDay(shown) + 1, absl::Weekday::monday));
    default:
      return absl::CivilSecond(absl::CivilMonth(shown));
  }
}

// From some days before: the instants at which clocks first show a later period than ever before.
class ObviousPeriods {
 public:
  ObviousPeriods(CalendarUnit unit, const std::string& name, Time from, Time to) {
    absl::TimeZone zone;
    REQUIRE(absl::LoadTimeZone(name, &zone));
    absl::CivilSecond latest = absl::CivilSecond::min();
    for (Time t = RoundDown(from, 1min); t <= to; t += 1min) {
      const absl::CivilSecond period = FloorTo(unit, zone.At(absl::FromUnixNanos(ToNanos(t))).cs);
      if (period <= latest) continue;
      latest = period;
      starts_.push_back(t);
    }
  }
  Time Start(Time t) const { return *(std::upper_bound(starts_.begin(), starts_.end(), t) - 1); }
  Time Next(Time t) const { return *std::upper_bound(starts_.begin(), starts_.end(), t); }

 private:
  std::vector<Time> starts_;
};

TEST_CASE("Days of a zone begin at its midnight") {
  const CalendarPeriods days = Periods(CalendarUnit::kDay, "Asia/Shanghai");
  CHECK(days.Start(At("2026-01-01T15:59:59.999999999Z")) == At("2025-12-31T16:00:00Z"));
  CHECK(days.Start(At("2026-01-01T16:00:00Z")) == At("2026-01-01T16:00:00Z"));
  CHECK(days.Next(At("2026-01-01T16:00:00Z")) == At("2026-01-02T16:00:00Z"));
}

TEST_CASE("An hour that is shown twice is one period, and one that is skipped is none") {
  const CalendarPeriods hours = Periods(CalendarUnit::kHour, "America/New_York");
  CHECK(hours.Start(At("2026-11-01T06:59:59Z")) == At("2026-11-01T05:00:00Z"));
  CHECK(hours.Next(At("2026-11-01T05:00:00Z")) == At("2026-11-01T07:00:00Z"));
  CHECK(hours.Start(At("2026-03-08T07:10:00Z")) == At("2026-03-08T07:00:00Z"));
  CHECK(hours.Next(At("2026-03-08T06:10:00Z")) == At("2026-03-08T07:00:00Z"));
}

TEST_CASE("A day that a zone skipped is none") {
  const CalendarPeriods days = Periods(CalendarUnit::kDay, "Pacific/Apia");  // had no 30 December 2011
  const Time begin = days.Start(At("2011-12-30T09:00:00Z"));
  CHECK(begin == At("2011-12-29T10:00:00Z"));
  CHECK(days.Next(begin) == At("2011-12-30T10:00:00Z"));
  CHECK(days.Next(days.Next(begin)) == At("2011-12-31T10:00:00Z"));
}

TEST_CASE("What is shown again after a later period has begun belongs to that one") {
  // One minute past midnight clocks there went back to 23:01.
  const CalendarPeriods days = Periods(CalendarUnit::kDay, "America/St_Johns");
  const Time midnight = At("2006-10-29T02:30:00Z");
  CHECK(days.Start(midnight + 30min) == midnight);
  CHECK(days.Start(midnight - 1ns) == midnight - 24h);
  CHECK(days.Next(midnight) == midnight + 25h);
}

TEST_CASE("The ends of time hold") {
  for (const CalendarUnit unit : {CalendarUnit::kHour, CalendarUnit::kDay, CalendarUnit::kWeek, CalendarUnit::kMonth}) {
    const CalendarPeriods periods = Periods(unit, "Europe/London");
    CHECK(periods.Start(Time::min()) == Time::min());
    CHECK(periods.Next(Time::max()) == Time::max());
    CHECK(periods.Start(Time::max()) <= Time::max());
    CHECK(periods.Next(Time::min()) > Time::min());
  }
}

TEST_CASE("randomised: periods agree with the clocks, looked at minute by minute") {
  const std::vector<std::string> zones = {
      "Europe/London", "America/New_York",  "America/St_Johns", "Asia/Kathmandu",    "Australia/Lord_Howe",
      "Pacific/Apia",  "America/Sao_Paulo", "Asia/Tehran",      "Africa/Casablanca", "UTC"};
  for (uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
    const std::string& zone = zones[below(zones.size())];
    const auto unit = static_cast<CalendarUnit>(below(4));
    CAPTURE(zone, static_cast<int>(unit));
    const CalendarPeriods periods = Periods(unit, zone);
    // Around a change of the zone's clocks, or anywhere from 1975 to 2035.
    Time middle =
        FromNanos(157'766'400'000'000'000) + Duration(86'400'000'000'000) * static_cast<int64_t>(below(21'915));
    if (below(4) != 0 && periods.offsets().size() > 1) {
      const auto& change = periods.offsets()[1 + below(periods.offsets().size() - 1)];
      if (change.from > 157'766'400 && change.from < 2'051'222'400) middle = FromNanos(change.from * 1'000'000'000);
    }
    const bool is_month = unit == CalendarUnit::kMonth;
    const ObviousPeriods obvious(unit, zone, middle - (is_month ? 40 : 12) * 24h, middle + (is_month ? 70 : 20) * 24h);
    for (int i = 0; i < 200; ++i) {
      Time t = middle + std::chrono::seconds(static_cast<int64_t>(below(4 * 86'400))) - 48h;
      if (below(2) == 0) t = obvious.Next(t) - Duration(static_cast<int64_t>(below(2)));
      CAPTURE(FormatTime(t));
      REQUIRE(periods.Start(t) == obvious.Start(t));
      REQUIRE(periods.Next(t) == obvious.Next(t));
    }
  }
}

TEST_CASE("A window alone holds a calendar period") {
  const CalendarPeriods days = Periods(CalendarUnit::kDay, "Europe/London");
  SlidingWindow<Sum<int64_t>> window(WindowShape::Calendar(days));
  const Time midnight = At("2026-03-29T00:00:00Z");  // a day of 23 hours
  CHECK(window.Add(midnight, 1));
  CHECK(window.Add(midnight + 10h, 2));
  CHECK_FALSE(window.Add(midnight - 1ns, 4));
  CHECK(window.Value(midnight + 23h - 1ns) == 3);
  CHECK(window.panes() == 1);
  CHECK(window.NextExit() == midnight + 23h);
  CHECK(window.Value(midnight + 23h) == 0);
}

TEST_CASE("A wrong zone has a nearest name") {
  CHECK_FALSE(LoadZone("Asia/Shangai"));
  CHECK_FALSE(LoadZone(""));
  CHECK(ClosestZone("Asia/Shangai") == "Asia/Shanghai");
  CHECK(ClosestZone("london") == "Europe/London");
  CHECK(ClosestZone("Middle/Earth").empty());
}

}  // namespace
}  // namespace tocsin
