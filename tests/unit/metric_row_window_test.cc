// Windows in rows against the obvious: keep every event, and decide each question from the definition.
#include "metric/row_window.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "metric/metric_plan.h"
#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

constexpr std::pair<const char*, Duration> kHalfLives[] = {{"1h", 1h},   {"1m", 1min},   {"50ms", 50ms},
                                                           {"1us", 1us}, {"30ns", 30ns}, {"7ns", 7ns}};

constexpr std::string_view kNames[] = {"amount", "score", "late", "state", "due", "items"};

EventSpec MakeEvent() {
  const Type types[] = {Type::Decimal(2), Kind::kDouble, Kind::kBool, Kind::kString, Kind::kTimestamp, Kind::kInt};
  EventSpec event;
  event.name = "visit";
  for (size_t slot = 0; slot < 6; ++slot) {
    AttributeSpec attribute;
    attribute.name = kNames[slot];
    attribute.type = types[slot];
    event.attributes.push_back(attribute);
  }
  return event;
}

// One window with metrics over it, in a row of its own.
struct Fixture {
  explicit Fixture(WindowPlan::Kind kind) {
    plan.kind = kind;
    plan.sources.resize(1);
    plan.row_offset = 4;
  }
  void AddMetric(const std::string& aggregate) {
    MetricSpec spec;
    spec.name = "m";
    spec.aggregate = SourceText(aggregate);
    if (plan.kind == WindowPlan::Kind::kTime) spec.window = plan.shape.length;
    if (plan.kind == WindowPlan::Kind::kLast) spec.last = plan.last;
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
  WindowInRow window() { return WindowInRow(plan, row, pool, texts); }
  bool Add(Time now, Time time, const std::vector<Value>& attributes) {
    EventView view;
    view.time = time;
    view.attributes = attributes;
    std::vector<Argument> arguments;
    for (const ArgumentPlan& argument : plan.sources[0].arguments) {
      arguments.push_back(TakeArgument(argument, view, now, scratch));
    }
    return window().Add(now, time, arguments);
  }
  Value Read(const MetricPlan& metric, Time now) { return ReadMetric(metric, plan, window(), now, texts); }
  Value Read(Time now) { return Read(metrics[0], now); }

  EventSpec event = MakeEvent();
  WindowPlan plan;
  std::vector<MetricPlan> metrics;
  PanePool pool;
  TextPool texts;
  Scratch scratch;
  alignas(8) std::byte row[16] = {};
};

std::vector<Value> NoAttributes() { return std::vector<Value>(6); }
std::vector<Value> Amount(int64_t cents) {
  std::vector<Value> attributes(6);
  attributes[0] = Value::Decimal(cents, 2);
  return attributes;
}
std::vector<Value> State(std::string_view state) {
  std::vector<Value> attributes(6);
  attributes[3] = Value::String(state);
  return attributes;
}

// Keeps everything.
class ObviousGroup {
 public:
  explicit ObviousGroup(const WindowPlan& plan) : plan_(plan), sliced_(plan.shape.slice_at_once) {}

  struct Held {
    Time as;  // its own time, or its slice's end
    Time time;
    std::vector<Value> attributes;
    std::string state;
  };

  bool Add(Time now, Time time, const std::vector<Value>& attributes, int needed) {
    AdvanceTo(now);
    Held event{time, time, attributes, ""};
    if (!attributes[3].absent()) event.state = attributes[3].AsString();
    if (plan_.kind == WindowPlan::Kind::kTime) {
      if (sliced_) event.as = RoundUp(time, plan_.shape.slice);
      if (event.as + plan_.shape.length <= now) return false;
    }
    if (plan_.kind == WindowPlan::Kind::kLast) {
      if (needed >= 0 && attributes[static_cast<size_t>(needed)].absent()) return false;
      if (held.size() == plan_.last && time < held.front().time) return false;
    }
    auto place = std::upper_bound(held.begin(), held.end(), time, [](Time t, const Held& h) { return t < h.time; });
    held.insert(place, event);
    if (plan_.kind == WindowPlan::Kind::kLast && held.size() > plan_.last) held.erase(held.begin());
    if (plan_.kind == WindowPlan::Kind::kTime && !sliced_ && plan_.shape.slice != 0ns && held.size() > 1024 &&
        Times().size() > 1024) {
      sliced_ = true;
      for (Held& h : held) h.as = RoundUp(h.time, plan_.shape.slice);
    }
    return true;
  }
  void AdvanceTo(Time now) {
    if (plan_.kind != WindowPlan::Kind::kTime) return;
    while (!held.empty() && held.front().as + plan_.shape.length <= now) held.erase(held.begin());
    if (held.empty()) sliced_ = plan_.shape.slice_at_once;
  }
  std::set<Time> Times() const {
    std::set<Time> times;
    for (const Held& h : held) times.insert(h.time);
    return times;
  }

  Value Read(const std::string& metric, Time now) const {
    if (metric == "count") return Value::Double(static_cast<double>(held.size()));
    if (metric == "rate") return Value::Double(static_cast<double>(held.size()) / Seconds());
    if (metric == "time_since") return held.empty() ? Value() : Value::Span(now - held.back().time);
    if (metric == "mean_interval") {
      std::set<Time> times = Times();
      if (times.size() < 2) return Value();
      return Value::Span((*times.rbegin() - *times.begin()) / static_cast<int64_t>(times.size() - 1));
    }
    const std::string name = metric.substr(0, metric.find('('));
    const std::string argument = metric.substr(name.size() + 1, metric.find_first_of(",)") - name.size() - 1);
    if (name == "ewma") return DecayedMean(metric, argument);
    std::vector<Value> values;
    std::string state;
    size_t slot = 0;
    while (kNames[slot] != argument) ++slot;
    for (const Held& h : held) {
      if (h.attributes[slot].absent()) continue;
      if (name == "nps" && (h.attributes[slot].AsNumber() < 0 || h.attributes[slot].AsNumber() > 10)) continue;
      values.push_back(h.attributes[slot]);
      if (name != "first" || values.size() == 1) state = h.state;
    }
    return Reduce(name, values, state);
  }

  std::vector<Held> held;

 private:
  double Seconds() const { return static_cast<double>(ToNanos(plan_.shape.length)) / 1e9; }

  Value Reduce(const std::string& name, const std::vector<Value>& values, const std::string& state) const {
    if (name == "sum" || name == "rate") return Value::Double(SumOf(values) / (name == "rate" ? Seconds() : 1));
    if (values.empty()) return Value();
    if (name == "stddev") return Deviation(values);
    if (name == "delta") return Difference(values.back(), values.front());
    if (name == "csat" || name == "nps") {
      double points = 0;
      for (const Value& v : values) {
        const double x = v.AsNumber();
        points += name == "csat" ? (x >= 4 ? 1 : 0) : x >= 9 ? 100 : x < 7 ? -100 : 0;
      }
      return Value::Double(points / static_cast<double>(values.size()));
    }
    if (name == "mean" || name == "ces") return Value::Double(SumOf(values) / static_cast<double>(values.size()));
    if (name == "share") {
      auto held_for = std::count_if(values.begin(), values.end(), [](const Value& v) { return v.AsBool(); });
      return Value::Double(static_cast<double>(held_for) / static_cast<double>(values.size()));
    }
    if (name == "last" || name == "first") {
      const Value& value = name == "last" ? values.back() : values.front();
      if (value.kind() == Kind::kString) {
        shown_ = state;
        return Value::String(shown_);
      }
      return value.kind() == Kind::kDecimal ? Value::Double(value.AsNumber()) : value;
    }
    if (values[0].kind() == Kind::kTimestamp) {
      Time extreme = values[0].AsTime();
      for (const Value& v : values)
        extreme = name == "min" ? std::min(extreme, v.AsTime()) : std::max(extreme, v.AsTime());
      return Value::Timestamp(extreme);
    }
    double extreme = values[0].AsNumber();
    for (const Value& v : values) {
      extreme = name == "min" ? std::min(extreme, v.AsNumber()) : std::max(extreme, v.AsNumber());
    }
    return Value::Double(extreme);
  }
  static Value Deviation(const std::vector<Value>& values) {
    if (values.size() < 2) return Value();
    long double mean = 0;
    for (const Value& v : values) mean += v.AsNumber();
    mean /= static_cast<long double>(values.size());
    long double squares = 0;
    for (const Value& v : values) squares += (v.AsNumber() - mean) * (v.AsNumber() - mean);
    return Value::Double(static_cast<double>(std::sqrt(squares / static_cast<long double>(values.size() - 1))));
  }
  static Value Difference(const Value& newest, const Value& oldest) {
    if (newest.kind() == Kind::kTimestamp) return Value::Span(newest.AsTime() - oldest.AsTime());
    if (newest.kind() == Kind::kDecimal) {
      return Value::Double(Value::Decimal(newest.AsInt() - oldest.AsInt(), newest.digits()).AsNumber());
    }
    return Value::Double(newest.AsNumber() - oldest.AsNumber());
  }
  // "ewma(score, duration('1m'))"
  Value DecayedMean(const std::string& metric, const std::string& argument) const {
    long double half_life = 0;
    for (const auto& [text, length] : kHalfLives) {
      if (metric.find("'" + std::string(text) + "'") != std::string::npos) half_life = ToNanos(length);
    }
    size_t slot = 0;
    while (kNames[slot] != argument) ++slot;
    long double weights = 0;
    long double amount = 0;
    Time newest{};
    for (const Held& h : held) newest = h.attributes[slot].absent() ? newest : h.time;
    for (const Held& h : held) {
      if (h.attributes[slot].absent()) continue;
      const long double age = static_cast<long double>(ToNanos(newest - h.time)) / half_life;
      const long double weight = std::exp2(-age);
      weights += weight;
      amount += weight * static_cast<long double>(h.attributes[slot].AsNumber());
    }
    return weights == 0 ? Value() : Value::Double(static_cast<double>(amount / weights));
  }
  static double SumOf(const std::vector<Value>& values) {
    if (values.empty()) return 0;
    if (values[0].kind() == Kind::kDouble) {
      long double sum = 0;
      for (const Value& v : values) sum += v.AsDouble();
      return static_cast<double>(sum);
    }
    int64_t units = 0;
    for (const Value& v : values) units += v.AsInt();
    return Value::Decimal(units, values[0].digits()).AsNumber();
  }

  const WindowPlan& plan_;
  bool sliced_;
  mutable std::string shown_;
};

bool Agree(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.kind() == Kind::kDouble) return std::fabs(a.AsDouble() - b.AsDouble()) <= 1e-9;
  return a == b;
}

const char* const kTexts[] = {"open", "closed", "a much longer state that no small buffer holds", ""};

struct Generator {
  std::mt19937_64 random;
  int64_t Below(int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); }
  std::vector<Value> Attributes() {
    std::vector<Value> attributes(6);
    // Rising, falling and random values in turn: extremes that leave at every step, or never.
    const int64_t base = trend * step++;
    if (Below(8) != 0) attributes[0] = Value::Decimal(base + Below(2000) - 1000, 2);
    if (Below(8) != 0) attributes[1] = Value::Double(static_cast<double>(base) + static_cast<double>(Below(1000)) / 8);
    if (Below(4) != 0) attributes[2] = Value::Bool(Below(3) == 0);
    if (Below(4) != 0) attributes[3] = Value::String(kTexts[Below(4)]);
    if (Below(4) != 0) attributes[4] = Value::Timestamp(kStart + Duration(base * 1000 + Below(1000)));
    if (Below(4) != 0) attributes[5] = Value::Int(base + Below(100) - 50);
    return attributes;
  }
  int64_t trend = 0;
  int64_t step = 0;
};

void Compare(Fixture& fixture, const ObviousGroup& obvious, Time now, bool counts_times) {
  for (const MetricPlan& metric : fixture.metrics) {
    if (metric.name == "mean_interval" && !counts_times) continue;
    const Value got = fixture.Read(metric, now);
    const Value expected = obvious.Read(metric.name, now);
    if (Agree(got, expected)) continue;
    INFO(metric.name << " is " << ToText(got) << " instead of " << ToText(expected));
    REQUIRE(false);
  }
  const WindowInRow window = fixture.window();
  REQUIRE(window.empty() == obvious.held.empty());
  if (fixture.plan.kind == WindowPlan::Kind::kTime && !obvious.held.empty()) {
    REQUIRE(window.NextExit() == obvious.held.front().as + fixture.plan.shape.length);
  }
}

void CompareOverTime(uint64_t seed, int resolution) {
  Generator generator{std::mt19937_64(test::Seed(seed))};
  generator.trend = generator.Below(3) - 1;
  Fixture fixture(WindowPlan::Kind::kTime);
  const Duration length = std::vector<Duration>{1s, 1min, 1h}[static_cast<size_t>(generator.Below(3))];
  fixture.plan.shape = resolution == 0   ? WindowShape::Automatic(length)
                       : resolution == 1 ? WindowShape::Exact(length)
                                         : WindowShape::Fixed(length, length / 10);
  std::vector<std::string> aggregates = {"count",
                                         "rate",
                                         "rate(amount)",
                                         "sum(amount)",
                                         "mean(amount)",
                                         "sum(score)",
                                         "mean(score)",
                                         "min(amount)",
                                         "max(amount)",
                                         "min(score)",
                                         "max(score)",
                                         "min(due)",
                                         "max(due)",
                                         "share(late)",
                                         "last(state)",
                                         "last(items)",
                                         "last(score)",
                                         "time_since",
                                         "mean_interval",
                                         "last(amount)",
                                         "first(state)",
                                         "first(items)",
                                         "first(amount)",
                                         "delta(amount)",
                                         "delta(due)",
                                         "delta(items)",
                                         "stddev(amount)",
                                         "stddev(score)",
                                         "csat(score, 4)",
                                         "nps(items)",
                                         "ces(items)",
                                         "ewma(score, duration('1m'))",
                                         "ewma(amount, duration('1h'))",
                                         "ewma(items, duration('50ms'))"};
  std::shuffle(aggregates.begin(), aggregates.end(), generator.random);
  aggregates.resize(static_cast<size_t>(1 + generator.Below(static_cast<int64_t>(aggregates.size()))));
  for (const std::string& aggregate : aggregates) fixture.AddMetric(aggregate);
  ObviousGroup obvious(fixture.plan);
  // Few events a window on a grid, so that times repeat and exits meet events; or very many, for slices and summaries.
  const bool grid = seed % 4 != 0;
  const int64_t density = grid ? 20 : 1500;
  const Duration tick = grid ? length / 40 : 1ns;
  Time now = RoundUp(kStart, length);
  const int steps = grid ? 1000 : 4500;
  for (int step = 0; step < steps; ++step) {
    if (generator.Below(300) == 0) now += length * generator.Below(3);
    now += tick * generator.Below(2 * ToNanos(length) / ToNanos(tick) / density + 1);
    const Time time = generator.Below(4) == 0
                          ? now - tick * generator.Below((ToNanos(length) + ToNanos(length) / 8) / ToNanos(tick))
                          : now;
    const std::vector<Value> attributes = generator.Attributes();
    const bool taken = obvious.Add(now, time, attributes, -1);
    REQUIRE(fixture.Add(now, time, attributes) == taken);
    if (generator.Below(3) == 0) {
      now += tick * generator.Below(ToNanos(length) / 4 / ToNanos(tick));
      obvious.AdvanceTo(now);
      fixture.window().AdvanceTo(now);
    }
    // A late event of a time that its slice has seen is counted again.
    if (step % (grid ? 3 : 25) == 0) Compare(fixture, obvious, now, resolution != 2 || !grid);
  }
  fixture.window().Release();
  CHECK(fixture.texts.size() == 0);
  CHECK(fixture.window().empty());
}

TEST_CASE("randomised: windows over time agree with the obvious ones", "[metric]") {
  for (uint64_t seed = 0; seed < 36; ++seed) {
    CAPTURE(seed);
    CompareOverTime(seed, static_cast<int>(seed % 3));
  }
}

TEST_CASE("randomised: windows of the last N agree with the obvious ones", "[metric]") {
  const std::vector<std::vector<std::string>> sets = {
      {"count", "mean_interval"},
      {"count", "sum(amount)", "mean(amount)", "min(amount)", "max(amount)", "last(amount)"},
      {"mean(score)", "min(score)", "max(score)", "mean_interval"},
      {"share(late)", "count"},
      {"last(state)", "count", "first(state)"},
      {"stddev(amount)", "first(amount)", "delta(amount)", "ewma(amount, duration('30ns'))"},
      {"stddev(score)", "delta(score)", "ewma(score, duration('1us'))"},
      {"delta(due)", "first(due)"}};
  const int needed[] = {-1, 0, 1, 2, 3, 0, 1, 4};
  for (uint64_t seed = 0; seed < 36; ++seed) {
    CAPTURE(seed);
    Generator generator{std::mt19937_64(test::Seed(seed))};
    generator.trend = generator.Below(3) - 1;
    Fixture fixture(WindowPlan::Kind::kLast);
    fixture.plan.last = static_cast<uint32_t>(std::vector<int>{1, 2, 20, 300}[seed % 4]);
    const size_t set = static_cast<size_t>(generator.Below(8));
    for (const std::string& aggregate : sets[set]) fixture.AddMetric(aggregate);
    ObviousGroup obvious(fixture.plan);
    Time now = kStart;
    for (int step = 0; step < 1500; ++step) {
      now += Duration(generator.Below(3));
      const Time time = generator.Below(3) == 0 ? now - Duration(generator.Below(40)) : now;
      const std::vector<Value> attributes = generator.Attributes();
      const bool taken = obvious.Add(now, time, attributes, needed[set]);
      REQUIRE(fixture.Add(now, time, attributes) == taken);
      Compare(fixture, obvious, now, true);
    }
    fixture.window().Release();
    CHECK(fixture.texts.size() == 0);
  }
}

TEST_CASE("randomised: windows that never let go agree with the obvious ones", "[metric]") {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    Generator generator{std::mt19937_64(test::Seed(seed))};
    Fixture fixture(WindowPlan::Kind::kAll);
    fixture.plan.lateness = Duration(seed % 3 == 0 ? 0 : 40);
    for (const char* aggregate :
         {"count", "sum(amount)", "mean(score)", "min(score)", "max(amount)", "max(due)", "share(late)", "last(state)",
          "time_since", "mean_interval", "first(state)", "first(due)", "delta(amount)", "delta(due)", "stddev(score)",
          "stddev(amount)", "ewma(score, duration('7ns'))", "csat(items, 4)", "nps(items)"}) {
      fixture.AddMetric(aggregate);
    }
    ObviousGroup obvious(fixture.plan);
    Time now = kStart;
    for (int step = 0; step < 400; ++step) {
      now += Duration(generator.Below(6));
      const Time time = now - Duration(generator.Below(ToNanos(fixture.plan.lateness) + 1));
      const std::vector<Value> attributes = generator.Attributes();
      obvious.Add(now, time, attributes, -1);
      REQUIRE(fixture.Add(now, time, attributes));
      Compare(fixture, obvious, now + Duration(generator.Below(10)), true);
    }
  }
}

TEST_CASE("a customer with two events costs two small blocks at most", "[metric]") {
  Fixture fixture(WindowPlan::Kind::kTime);
  fixture.plan.shape = WindowShape::Automatic(24h);
  fixture.AddMetric("count");
  CHECK(fixture.window().empty());
  CHECK_FALSE(fixture.window().NextExit());
  REQUIRE(fixture.Add(kStart, kStart, NoAttributes()));
  REQUIRE(fixture.Add(kStart + 1s, kStart + 1s, NoAttributes()));
  // Header, total, and two panes of a time and a count.
  uint32_t handle = 0;
  std::memcpy(&handle, fixture.row + 4, sizeof(handle));
  CHECK(handle != 0);
  CHECK(8 + 8 + 2 * (8 + fixture.plan.partial_bytes) <= 48);
  CHECK(fixture.window().AdvanceTo(kStart + 24h + 1s));
  std::memcpy(&handle, fixture.row + 4, sizeof(handle));
  CHECK(handle == 0);
}

TEST_CASE("an event leaves at its time plus the window, not before", "[metric]") {
  Fixture fixture(WindowPlan::Kind::kTime);
  fixture.plan.shape = WindowShape::Automatic(1h);
  fixture.AddMetric("max(amount)");
  fixture.Add(kStart, kStart, Amount(500));
  fixture.Add(kStart + 1s, kStart + 1s, Amount(200));
  CHECK_FALSE(fixture.window().AdvanceTo(kStart + 1h - 1ns));
  CHECK(fixture.Read(kStart + 1h - 1ns) == Value::Double(5));
  CHECK(fixture.window().AdvanceTo(kStart + 1h));
  CHECK(fixture.Read(kStart + 1h) == Value::Double(2));
  CHECK(fixture.window().NextExit() == kStart + 1s + 1h);
  CHECK(fixture.window().AdvanceTo(kStart + 2h));
  CHECK(fixture.Read(kStart + 2h).absent());
}

TEST_CASE("the last value leaves with its own event, though newer ones without it stay", "[metric]") {
  Fixture fixture(WindowPlan::Kind::kTime);
  fixture.plan.shape = WindowShape::Automatic(1h);
  fixture.AddMetric("last(state)");
  fixture.AddMetric("count");
  fixture.Add(kStart, kStart, State("open"));
  fixture.Add(kStart + 1s, kStart + 1s, NoAttributes());
  fixture.window().AdvanceTo(kStart + 1h - 1ns);
  CHECK(ToText(fixture.Read(kStart + 1h - 1ns)) == "open");
  fixture.window().AdvanceTo(kStart + 1h);
  CHECK(fixture.Read(kStart + 1h).absent());
  CHECK_FALSE(fixture.window().empty());
  fixture.window().AdvanceTo(kStart + 1h + 1s);
  CHECK(fixture.window().empty());
  CHECK(fixture.texts.size() == 0);
}

TEST_CASE("at one time the last to arrive is the last", "[metric]") {
  Fixture fixture(WindowPlan::Kind::kAll);
  fixture.AddMetric("last(state)");
  fixture.Add(kStart, kStart, State("a"));
  fixture.Add(kStart, kStart, State("b"));
  CHECK(ToText(fixture.Read(kStart)) == "b");
  fixture.Add(kStart, kStart - 1ns, State("c"));
  CHECK(ToText(fixture.Read(kStart)) == "b");
  CHECK(fixture.texts.size() == 1);
}

TEST_CASE("a timer rings for the oldest pane, and again when an older one comes", "[metric]") {
  Fixture fixture(WindowPlan::Kind::kTime);
  fixture.plan.shape = WindowShape::Automatic(1h);
  fixture.AddMetric("count");
  CHECK_FALSE(fixture.window().HasTimer());
  fixture.Add(kStart, kStart, NoAttributes());
  CHECK_FALSE(fixture.window().HasTimer());
  fixture.window().SetTimer(kStart + 1h);
  CHECK(fixture.window().HasTimer());
  CHECK(fixture.window().TimerIs(kStart + 1h));
  CHECK_FALSE(fixture.window().TimerIs(kStart + 1h - 1ns));
  fixture.Add(kStart + 1s, kStart + 1s, NoAttributes());
  CHECK(fixture.window().HasTimer());
  fixture.Add(kStart + 1s, kStart - 1s, NoAttributes());
  CHECK_FALSE(fixture.window().HasTimer());
  fixture.window().SetTimer(*fixture.window().NextExit());
  CHECK(fixture.window().TimerIs(kStart - 1s + 1h));
  CHECK_FALSE(fixture.window().TimerIs(kStart + 1h));
  fixture.window().ClearTimer();
  CHECK_FALSE(fixture.window().HasTimer());
  CHECK_FALSE(fixture.window().TimerIs(kStart - 1s + 1h));
}

TEST_CASE("a negative argument is remembered until the window is empty", "[metric]") {
  Fixture fixture(WindowPlan::Kind::kTime);
  fixture.plan.shape = WindowShape::Automatic(1h);
  fixture.AddMetric("sum(amount)");
  fixture.Add(kStart, kStart, Amount(5));
  CHECK_FALSE(fixture.window().has_negative());
  fixture.Add(kStart, kStart, Amount(-1));
  CHECK(fixture.window().has_negative());
  for (int i = 1; i < 400; ++i) fixture.Add(kStart + i * 1s, kStart + i * 1s, Amount(1));
  CHECK(fixture.window().has_negative());  // in a larger block, too
  fixture.Add(kStart + 3h, kStart + 3h, Amount(5));
  CHECK_FALSE(fixture.window().has_negative());
}

TEST_CASE("a hundred thousand exact panes whose extreme always leaves", "[metric]") {
  Fixture fixture(WindowPlan::Kind::kTime);
  fixture.plan.shape = WindowShape::Exact(100'000s);
  fixture.AddMetric("max(amount)");
  fixture.AddMetric("min(amount)");
  for (int64_t i = 0; i < 300'000; ++i) {
    const Time t = kStart + Duration(std::chrono::seconds(i));
    fixture.Add(t, t, Amount(-i * 100));
    if (i % 9973 != 0) continue;
    REQUIRE(fixture.Read(fixture.metrics[0], t) ==
            Value::Double(static_cast<double>(-std::max<int64_t>(0, i - 99'999))));
    REQUIRE(fixture.Read(fixture.metrics[1], t) == Value::Double(static_cast<double>(-i)));
  }
}

TEST_CASE("what only newer events have is found when older ones without it are many", "[metric]") {
  Fixture fixture(WindowPlan::Kind::kTime);
  fixture.plan.shape = WindowShape::Exact(100'000s);
  fixture.AddMetric("first(state)");
  fixture.AddMetric("delta(amount)");
  for (int64_t i = 0; i < 250'000; ++i) {
    const Time t = kStart + Duration(std::chrono::seconds(i));
    const std::string name = std::to_string(i);
    std::vector<Value> attributes = i % 25'000 == 7 ? State(name) : NoAttributes();
    if (i % 25'000 == 9) attributes[0] = Value::Decimal(i, 2);
    fixture.Add(t, t, attributes);
    if (i % 997 != 0 || i < 100'000) continue;
    const int64_t oldest = std::max<int64_t>(0, i - 99'999);
    const int64_t first = (oldest - 8 + 25'000) / 25'000 * 25'000 + 7;
    REQUIRE(ToText(fixture.Read(fixture.metrics[0], t)) == std::to_string(first));
    REQUIRE_FALSE(fixture.Read(fixture.metrics[1], t).absent());
  }
  fixture.window().Release();
  CHECK(fixture.texts.size() == 0);
}

TEST_CASE("equal values have no deviation, near ones a right one", "[metric]") {
  Fixture fixture(WindowPlan::Kind::kTime);
  fixture.plan.shape = WindowShape::Automatic(1h);
  fixture.AddMetric("stddev(score)");
  std::vector<Value> attributes = NoAttributes();
  attributes[1] = Value::Double(0.1);
  for (int i = 0; i < 3000; ++i) fixture.Add(kStart + i * 1ms, kStart + i * 1ms, attributes);
  CHECK(ToText(fixture.Read(kStart + 3s)) == "0");
  attributes[1] = Value::Double(1e8);
  fixture.Add(kStart + 5h, kStart + 5h, attributes);
  CHECK(fixture.Read(kStart + 5h).absent());
  for (int i = 1; i < 1000; ++i) {
    attributes[1] = Value::Double(1e8 + (i % 2 == 0 ? 1 : -1) * 1e-3);
    fixture.Add(kStart + 5h + i * 1ms, kStart + 5h + i * 1ms, attributes);
  }
  CHECK(std::fabs(fixture.Read(kStart + 5h + 1s).AsDouble() - 1e-3) < 1e-8);
}

TEST_CASE("what overflows is no value, and leaves", "[metric]") {
  Fixture fixture(WindowPlan::Kind::kTime);
  fixture.plan.shape = WindowShape::Exact(1h);
  for (const char* aggregate : {"stddev(score)", "ewma(score, hours(1))", "sum(score)"}) fixture.AddMetric(aggregate);
  std::vector<Value> attributes = NoAttributes();
  for (const double x : {1e308, 1e308, 1e308, 1.0, 3.0}) {
    attributes[1] = Value::Double(x);
    const Time t = kStart + (x == 1.0 ? 1s : x == 3.0 ? 2s : 0s);
    fixture.Add(t, t, attributes);
  }
  CHECK(fixture.Read(fixture.metrics[0], kStart + 2s).absent());
  fixture.window().AdvanceTo(kStart + 1h);
  CHECK(std::fabs(fixture.Read(fixture.metrics[0], kStart + 1h).AsDouble() - std::sqrt(2.0)) < 1e-12);
  CHECK(std::fabs(fixture.Read(fixture.metrics[1], kStart + 1h).AsDouble() - 2) < 1e-3);
  CHECK(fixture.Read(fixture.metrics[2], kStart + 1h) == Value::Double(4));
}

TEST_CASE("one zero", "[metric]") {
  Fixture fixture(WindowPlan::Kind::kAll);
  fixture.AddMetric("max(score)");
  std::vector<Value> attributes = NoAttributes();
  attributes[1] = Value::Double(-0.0);
  fixture.Add(kStart, kStart, attributes);
  CHECK(ToText(fixture.Read(kStart)) == "0");
}

}  // namespace
}  // namespace tocsin
