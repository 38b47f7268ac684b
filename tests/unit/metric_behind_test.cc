// Windows of calendar periods, and windows as they were some time ago, in rows against the obvious: keep every event,
// and ask for each whether it counts.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "metric/calendar_zone.h"
#include "metric/metric_plan.h"
#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAggregates[] = {"count",       "rate",         "sum(amount)", "sum(score)",
                                            "mean(score)", "min(amount)",  "max(amount)", "share(late)",
                                            "last(state)", "last(amount)", "time_since",  "mean_interval"};

struct Happened {
  Time time;
  std::optional<int64_t> cents;
  std::optional<double> score;
  std::optional<bool> late;
  std::optional<std::string> state;
};

// Which day or hour of a zone, as a number that grows.
int64_t PeriodOf(CalendarUnit unit, absl::TimeZone zone, Time t) {
  const absl::CivilSecond shown = zone.At(absl::FromUnixNanos(ToNanos(t))).cs;
  if (unit == CalendarUnit::kHour) return absl::CivilHour(shown) - absl::CivilHour(1970, 1, 1);
  return absl::CivilDay(shown) - absl::CivilDay(1970, 1, 1);
}

double LengthOf(CalendarUnit unit, absl::TimeZone zone, int64_t period) {
  const auto begins = [&](int64_t number) {
    return unit == CalendarUnit::kHour ? zone.At(absl::CivilSecond(absl::CivilHour(1970, 1, 1) + number)).pre
                                       : zone.At(absl::CivilSecond(absl::CivilDay(1970, 1, 1) + number)).pre;
  };
  return absl::ToDoubleSeconds(begins(period + 1) - begins(period));
}

Value Text(const std::string& text) { return Value::String(text); }

// The one before the period of `t`: clocks that go forward skip one.
int64_t PeriodBefore(CalendarUnit unit, absl::TimeZone zone, Time t) {
  const int64_t present = PeriodOf(unit, zone, t);
  while (PeriodOf(unit, zone, t) == present) t -= 30min;
  return PeriodOf(unit, zone, t);
}
int64_t PeriodAfter(CalendarUnit unit, absl::TimeZone zone, Time t) {
  const int64_t present = PeriodOf(unit, zone, t);
  while (PeriodOf(unit, zone, t) == present) t += 30min;
  return PeriodOf(unit, zone, t);
}

// The value of an aggregate over these events, in order of (time, arrival).
Value Obvious(std::string_view aggregate, const std::vector<Happened>& held, Time now, double length) {
  const auto count = static_cast<double>(held.size());
  if (aggregate == "count") return Value::Double(count);
  if (aggregate == "rate") return Value::Double(count / length);
  if (aggregate == "time_since") return held.empty() ? Value() : Value::Span(now - held.back().time);
  if (aggregate == "mean_interval") {
    std::set<Time> times;
    for (const Happened& event : held) times.insert(event.time);
    if (times.size() < 2) return Value();
    return Value::Span((*times.rbegin() - *times.begin()) / static_cast<int64_t>(times.size() - 1));
  }
  int64_t cents = 0;
  int64_t least = std::numeric_limits<int64_t>::max();
  int64_t most = std::numeric_limits<int64_t>::min();
  double score = 0;
  double scores = 0;
  double late = 0;
  double asked = 0;
  Value state;
  Value amount;
  bool any = false;
  for (const Happened& event : held) {
    if (event.cents) {
      any = true;
      cents += *event.cents;
      least = std::min(least, *event.cents);
      most = std::max(most, *event.cents);
      amount = Value::Double(Value::Decimal(*event.cents, 2).AsNumber());
    }
    if (event.score) {
      score += *event.score;
      ++scores;
    }
    if (event.late) {
      ++asked;
      late += *event.late ? 1 : 0;
    }
    if (event.state) state = Text(*event.state);
  }
  const auto money = [](int64_t units) { return Value::Double(Value::Decimal(units, 2).AsNumber()); };
  if (aggregate == "sum(amount)") return money(cents);
  if (aggregate == "sum(score)") return Value::Double(score);
  if (aggregate == "mean(score)") return scores == 0 ? Value() : Value::Double(score / scores);
  if (aggregate == "min(amount)") return any ? money(least) : Value();
  if (aggregate == "max(amount)") return any ? money(most) : Value();
  if (aggregate == "share(late)") return asked == 0 ? Value() : Value::Double(late / asked);
  return aggregate == "last(state)" ? state : amount;
}

bool Agree(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.kind() == Kind::kDouble) return std::fabs(a.AsDouble() - b.AsDouble()) <= 1e-9;
  return a == b;
}

struct Fixture {
  Fixture() {
    const Type types[] = {Type::Decimal(2), Kind::kDouble, Kind::kBool, Kind::kString};
    const char* const names[] = {"amount", "score", "late", "state"};
    event.name = "visit";
    for (size_t slot = 0; slot < 4; ++slot) {
      event.attributes.emplace_back();
      event.attributes.back().name = names[slot];
      event.attributes.back().type = types[slot];
    }
    plan.sources.resize(1);
    plan.row_offset = 4;
  }
  Fixture(CalendarUnit unit, const std::string& zone, bool closed, bool keep_times) : Fixture() {
    plan.kind = closed ? WindowPlan::Kind::kClosed : WindowPlan::Kind::kTime;
    plan.closed = closed;
    plan.calendar = std::make_shared<const CalendarPeriods>(unit, *LoadZone(zone));
    plan.shape = WindowShape::Calendar(*plan.calendar, keep_times);
  }
  void AddMetric(std::string_view aggregate) {
    MetricSpec spec;
    spec.name = "m";
    spec.aggregate = SourceText(std::string(aggregate));
    spec.calendar.emplace();
    CheckedAggregate checked;
    std::vector<Diagnostic> mistakes;
    const bool good = CheckAggregate(spec, {&event}, false, &checked, &mistakes);
    INFO(aggregate << ": " << Render(mistakes));
    REQUIRE(good);
    MetricPlan metric;
    metric.name = aggregate;
    PlaceAggregate(checked, &plan, &metric);
    metrics.push_back(metric);
  }
  bool Add(Time now, const Happened& happened) {
    std::vector<Value> attributes(4);
    if (happened.cents) attributes[0] = Value::Decimal(*happened.cents, 2);
    if (happened.score) attributes[1] = Value::Double(*happened.score);
    if (happened.late) attributes[2] = Value::Bool(*happened.late);
    if (happened.state) attributes[3] = Text(*happened.state);
    EventView view;
    view.time = happened.time;
    view.attributes = attributes;
    std::vector<Argument> arguments;
    for (const ArgumentPlan& argument : plan.sources[0].arguments)
      arguments.push_back(TakeArgument(argument, view, now, scratch));
    return window().Add(now, happened.time, arguments);
  }
  WindowInRow window() { return WindowInRow(plan, row, pool, texts); }

  EventSpec event;
  WindowPlan plan;
  std::vector<MetricPlan> metrics;
  PanePool pool;
  TextPool texts;
  Scratch scratch;
  alignas(8) std::byte row[16] = {};
};

void Compare(uint64_t seed) {
  std::mt19937_64 random(test::Seed(seed));
  auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  const auto unit = below(2) == 0 ? CalendarUnit::kHour : CalendarUnit::kDay;
  const std::string zone_name = std::vector<std::string>{"UTC", "Europe/London", "Asia/Kathmandu"}[below(3)];
  absl::TimeZone zone;
  REQUIRE(absl::LoadTimeZone(zone_name, &zone));
  const bool closed = below(2) == 0;
  // The interval between events depends on each of their times, the rest on their period alone.
  const bool keep_times = below(2) == 0;
  Fixture fixture(unit, zone_name, closed, keep_times);
  for (const std::string_view aggregate : kAggregates) {
    if (aggregate == "mean_interval" && !keep_times) continue;
    if (below(3) != 0 || fixture.metrics.empty()) fixture.AddMetric(aggregate);
  }
  // From a day before clocks in London go forward; on a grid, so that events meet the borders of periods.
  const Duration tick = unit == CalendarUnit::kHour ? 5min : 2h;
  Time now = FromNanos(1'774'656'000'000'000'000);
  std::vector<Happened> all;
  auto compare = [&] {
    const int64_t period = closed ? PeriodBefore(unit, zone, now) : PeriodOf(unit, zone, now);
    std::vector<Happened> held;
    bool any = false;
    for (const Happened& event : all) {
      const int64_t its = PeriodOf(unit, zone, event.time);
      if (its == period) held.push_back(event);
      any = any || its >= period;
    }
    std::stable_sort(held.begin(), held.end(), [](const Happened& a, const Happened& b) { return a.time < b.time; });
    fixture.window().AdvanceTo(now);
    for (const MetricPlan& metric : fixture.metrics) {
      const Value got = ReadMetric(metric, fixture.plan, fixture.window(), now, fixture.texts);
      const Value expected = Obvious(metric.name, held, now, LengthOf(unit, zone, period));
      INFO(metric.name << " is " << ToText(got) << " instead of " << ToText(expected) << " at " << FormatTime(now));
      REQUIRE(Agree(got, expected));
    }
    REQUIRE(fixture.window().empty() == !any);
    // What it holds changes at the next border of periods.
    const std::optional<Time> exit = fixture.window().NextExit();
    REQUIRE(exit.has_value() == any);
    if (!any) return;
    REQUIRE(PeriodOf(unit, zone, *exit) == PeriodAfter(unit, zone, now));
    REQUIRE(PeriodOf(unit, zone, *exit - 1ns) == PeriodOf(unit, zone, now));
  };
  for (int step = 0; step < 400; ++step) {
    if (below(100) == 0) now += tick * (below(60) + 1);
    now += tick * below(3);
    Happened event;
    event.time = below(3) == 0 ? now - tick * below(40) : now;
    if (below(4) != 0) event.cents = below(2000) - 1000;
    if (below(4) != 0) event.score = static_cast<double>(below(1000)) / 8;
    if (below(4) != 0) event.late = below(3) == 0;
    if (below(4) != 0)
      event.state = std::vector<std::string>{"open", "closed", "a state that no small buffer holds"}[below(3)];
    const bool taken =
        PeriodOf(unit, zone, event.time) >= (closed ? PeriodBefore(unit, zone, now) : PeriodOf(unit, zone, now));
    REQUIRE(fixture.Add(now, event) == taken);
    all.push_back(event);
    compare();
    if (below(3) == 0) {
      now += tick * below(6);
      compare();
    }
  }
  fixture.window().Release();
  CHECK(fixture.window().empty());
  CHECK(fixture.texts.size() == 0);
}

TEST_CASE("randomised: calendar periods, present and complete, agree with the obvious ones", "[metric]") {
  for (uint64_t seed = 0; seed < 80; ++seed) {
    CAPTURE(seed);
    Compare(seed);
  }
}

// Events on a grid, early and late, at windows that are `delay` behind; `counts`: whether the event counts at `now`,
// `waits`: whether it will.
template <typename Counts, typename Waits>
void CompareDelayed(std::mt19937_64& random, Fixture& fixture, Duration tick, double length, Counts counts,
                    Waits waits) {
  auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  for (const std::string_view aggregate : kAggregates) {
    if (aggregate == "last(state)" || aggregate == "last(amount)" || aggregate == "time_since") continue;
    if (aggregate == "mean_interval" && fixture.plan.shape.slice_at_once) continue;
    if (below(3) != 0 || fixture.metrics.empty()) fixture.AddMetric(aggregate);
  }
  Time now = FromNanos(1'774'656'000'000'000'000);
  std::vector<Happened> all;
  auto compare = [&] {
    std::vector<Happened> held;
    bool any = false;
    for (const Happened& event : all) {
      if (counts(event.time, now)) held.push_back(event);
      any = any || counts(event.time, now) || waits(event.time, now);
    }
    std::stable_sort(held.begin(), held.end(), [](const Happened& a, const Happened& b) { return a.time < b.time; });
    fixture.window().AdvanceTo(now);
    for (const MetricPlan& metric : fixture.metrics) {
      const Value got = ReadMetric(metric, fixture.plan, fixture.window(), now, fixture.texts);
      const Value expected = Obvious(metric.name, held, now, length);
      INFO(metric.name << " is " << ToText(got) << " instead of " << ToText(expected) << " at " << FormatTime(now));
      REQUIRE(Agree(got, expected));
    }
    REQUIRE(fixture.window().empty() == !any);
    // Nothing comes or goes before the instant that is told, and something does at it.
    const std::optional<Time> next = fixture.window().NextExit();
    REQUIRE(next.has_value() == any);
    if (!any) return;
    REQUIRE(*next > now);
    bool changes = false;
    for (const Happened& event : all) {
      REQUIRE(counts(event.time, *next - 1ns) == counts(event.time, now));
      changes = changes || counts(event.time, *next) != counts(event.time, now);
    }
    REQUIRE(changes);
  };
  for (int step = 0; step < 300; ++step) {
    if (below(100) == 0) now += tick * (below(100) + 1);
    now += tick * below(3);
    Happened event;
    event.time = below(3) == 0 ? now - tick * below(60) : now;
    if (below(4) != 0) event.cents = below(2000) - 1000;
    if (below(4) != 0) event.score = static_cast<double>(below(1000)) / 8;
    if (below(4) != 0) event.late = below(3) == 0;
    fixture.window().AdvanceTo(now);
    REQUIRE(fixture.Add(now, event) == (counts(event.time, now) || waits(event.time, now)));
    all.push_back(event);
    compare();
    if (below(3) == 0) {
      now += tick * below(6);
      compare();
    }
  }
  fixture.window().Release();
  CHECK(fixture.window().empty());
}

TEST_CASE("randomised: windows as they were agree with the obvious ones", "[metric]") {
  constexpr Duration kTick = 1s;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
    const Duration length = kTick * 10 * (1 + below(4));
    const Duration delay = kTick * (1 + below(50)) + (below(2) == 0 ? 0ns : 1ns);
    Fixture fixture;
    fixture.plan.kind = WindowPlan::Kind::kDelayed;
    fixture.plan.delay = delay;
    const Duration slice = below(2) == 0 ? 5 * kTick : 0ns;
    fixture.plan.shape = slice != 0ns ? WindowShape::Fixed(length, slice) : WindowShape::Automatic(length);
    auto as = [&](Time t) { return slice == 0ns ? t : RoundUp(t, slice); };
    CompareDelayed(
        random, fixture, kTick, static_cast<double>(ToNanos(length)) / 1e9,
        [&](Time t, Time now) { return as(t) > now - delay - length && as(t) <= now - delay; },
        [&](Time t, Time now) { return as(t) > now - delay; });
  }
}

TEST_CASE("randomised: calendar periods as they were agree with the obvious ones", "[metric]") {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
    const bool closed = below(2) == 0;
    const Duration delay = 20min * (1 + below(20));
    Fixture fixture(CalendarUnit::kHour, "Asia/Kathmandu", closed, !closed || below(2) == 0);
    fixture.plan.kind = WindowPlan::Kind::kDelayed;
    fixture.plan.delay = delay;
    const CalendarPeriods& hours = *fixture.plan.calendar;  // held to clocks elsewhere
    CompareDelayed(
        random, fixture, 5min, 3600.0,
        [&](Time t, Time now) {
          const Time end = closed ? hours.Start(now - delay) - 1ns : now - delay;
          return t <= end && t >= hours.Start(end);
        },
        [&](Time t, Time now) { return t > (closed ? hours.Start(now - delay) - 1ns : now - delay); });
  }
}

TEST_CASE("A window that was crowded is exact at the borders of its slices", "[metric]") {
  Fixture fixture;
  fixture.plan.kind = WindowPlan::Kind::kDelayed;
  fixture.plan.delay = 2h;
  fixture.plan.shape = WindowShape::Automatic(1h);
  fixture.AddMetric("count");
  fixture.AddMetric("sum(score)");
  fixture.AddMetric("max(amount)");
  std::mt19937_64 random(test::Seed(7));
  std::vector<Happened> all;
  Time now = RoundUp(FromNanos(1'774'656'000'000'000'000), 1h);
  const Duration slice = fixture.plan.shape.slice;
  for (int step = 0; step < 12'000; ++step) {
    now += Duration(static_cast<int64_t>(random() % 4'000'000'000));
    Happened event;
    event.time = now;
    event.score = static_cast<double>(random() % 1000) / 8;
    event.cents = static_cast<int64_t>(random() % 2000);
    fixture.Add(now, event);
    all.push_back(event);
    if (step % 500 != 0) continue;
    now = RoundUp(now, slice);
    std::vector<Happened> held;
    for (const Happened& one : all) {
      if (one.time > now - 3h && one.time <= now - 2h) held.push_back(one);
    }
    fixture.window().AdvanceTo(now);
    for (const MetricPlan& metric : fixture.metrics) {
      const Value got = ReadMetric(metric, fixture.plan, fixture.window(), now, fixture.texts);
      REQUIRE(Agree(got, Obvious(metric.name, held, now, 3600)));
    }
  }
}

}  // namespace
}  // namespace tocsin
