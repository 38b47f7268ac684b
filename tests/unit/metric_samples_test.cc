// Windows of single values against the obvious: keep every event, and decide each question from the definition. While
// there are few values the answers are exact; beyond, they are those of a sketch of exactly what the slices hold.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "metric/claim_window.h"
#include "metric/metric_plan.h"
#include "metric/samples.h"
#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/window/dd_sketch.h"
#include "tocsin/window/hyper_log_log.h"
#include "tocsin/window/stable_hash.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

EventSpec MakeEvent() {
  EventSpec event;
  event.name = "visit";
  event.attributes.resize(2);
  event.attributes[0].name = "amount";
  event.attributes[0].type = Kind::kDouble;
  event.attributes[1].name = "page";
  event.attributes[1].type = Kind::kString;
  return event;
}

struct Fixture {
  Fixture(WindowPlan::Kind kind, WindowShape shape, uint32_t last, bool exact, const std::string& aggregate) {
    plan.kind = kind;
    plan.shape = shape;
    plan.last = last;
    plan.exact_samples = exact;
    plan.sources.resize(1);
    MetricSpec spec;
    spec.name = "m";
    spec.aggregate = SourceText(aggregate);
    CheckedAggregate checked;
    std::vector<Diagnostic> mistakes;
    const bool good = CheckAggregate(spec, {&event}, false, &checked, &mistakes);
    INFO(Render(mistakes));
    REQUIRE(good);
    PlaceAggregate(checked, &plan, &metric);
  }
  WindowInRow window() { return WindowInRow(plan, row, pool, texts); }
  bool Add(Time now, Time time, const Value& value) {
    const std::vector<Value> arguments = {value};
    return window().Add(now, time, arguments);
  }
  Value Read(Time now) {
    window().AdvanceTo(now);
    return ReadMetric(metric, plan, window(), now, texts);
  }
  // Goes on from a snapshot.
  void Restart() {
    ByteWriter out;
    pool.Save(&out);
    texts.Save(&out);
    const std::string bytes = out.Take();
    ByteReader in(bytes);
    REQUIRE(pool.Load(&in));
    REQUIRE(texts.Load(&in));
    REQUIRE(ClaimWindow(plan, row, pool, texts));
    REQUIRE(pool.EndClaims());
    REQUIRE(texts.EndClaims());
  }

  EventSpec event = MakeEvent();
  WindowPlan plan;
  MetricPlan metric;
  PanePool pool;
  TextPool texts;
  alignas(8) std::byte row[16] = {};
};

struct Event {
  Time as;
  Time time;
  double amount = 0;
  std::string page;
};

// All that the window holds.
struct Obvious {
  const WindowPlan& plan;
  std::vector<Event> held;
  bool sliced = false;

  void AdvanceTo(Time now) {
    if (plan.kind != WindowPlan::Kind::kTime) return;
    std::erase_if(held, [&](const Event& e) { return e.as + plan.shape.length <= now; });
    if (held.empty()) sliced = false;
  }
  bool Add(Time now, Time time, double amount, const std::string& page) {
    AdvanceTo(now);
    Event event{time, time, amount, page};
    if (plan.kind == WindowPlan::Kind::kTime) {
      event.as = PaneTime(plan.shape, sliced, time);
      if (event.as + plan.shape.length <= now) return false;
    }
    if (plan.kind == WindowPlan::Kind::kLast && held.size() == plan.last) {
      if (time < held.front().time) return false;
      held.erase(held.begin());
    }
    auto place = std::upper_bound(held.begin(), held.end(), time, [](Time t, const Event& e) { return t < e.time; });
    held.insert(place, event);
    if (!sliced && plan.may_sketch() && Size() > kMostSamples) {
      sliced = true;
      for (Event& e : held) e.as = PaneTime(plan.shape, true, e.time);
    }
    return true;
  }
  size_t Size() const { return plan.samples == Samples::kDistinct ? Pages().size() : held.size(); }
  std::map<std::string, uint64_t> Pages() const {
    std::map<std::string, uint64_t> pages;
    for (const Event& e : held) ++pages[e.page];
    return pages;
  }

  double Quantile(double q) const {
    std::vector<double> numbers;
    for (const Event& e : held) numbers.push_back(e.amount);
    std::sort(numbers.begin(), numbers.end());
    const double exact = numbers[NearestRank(q, numbers.size()) - 1];
    return sliced ? DdValue(DdBin(exact)) : exact;
  }
  double Distinct() const {
    if (!sliced) return static_cast<double>(Pages().size());
    HyperLogLog sketch;
    for (const auto& [page, count] : Pages()) sketch.Add(StableHash(page));
    return std::round(sketch.Estimate());
  }
  std::string Top(size_t k) const {
    std::vector<std::pair<int64_t, std::string>> pages;
    for (const auto& [page, count] : Pages()) pages.emplace_back(-static_cast<int64_t>(count), page);
    std::sort(pages.begin(), pages.end());
    std::string text;
    for (size_t i = 0; i < std::min(k, pages.size()); ++i)
      text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", pages[i].second, -pages[i].first);
    return text;
  }
};

void Compare(uint64_t seed, const std::string& aggregate) {
  std::mt19937_64 random(test::Seed(seed));
  auto below = [&](uint64_t n) { return static_cast<int64_t>(random() % n); };
  const auto kind = std::vector<WindowPlan::Kind>{WindowPlan::Kind::kTime, WindowPlan::Kind::kTime,
                                                  WindowPlan::Kind::kLast, WindowPlan::Kind::kAll}[seed % 4];
  const bool exact = seed % 3 == 0;
  WindowShape shape = exact ? WindowShape::Exact(1h) : WindowShape{1h, AutomaticSlice(1h, 64), false};
  if (seed % 8 == 1) shape = WindowShape::Fixed(1h, 6min);
  Fixture fixture(kind, shape, seed % 8 < 4 ? 20 : 600, exact, aggregate);
  Obvious obvious{fixture.plan, {}};
  const bool dense = seed % 5 < 3;
  const uint64_t variety = dense ? 1500 : 12;
  Time now = kStart;
  for (int step = 0; step < 1500; ++step) {
    now += dense ? below(6) * 1s : below(6) * 1min;
    if (below(300) == 0) now += 1h * below(3);
    const Time time = below(4) == 0 ? now - below(66) * 1min : now;
    const double amount = static_cast<double>(below(20'000)) / 16 - 100;
    // For a top-k no more than a slice counts, so that it stays exact.
    const std::string page = fmt::format("/page/{}", std::min(below(variety), below(variety)) % 200);
    const std::string name = aggregate.find("topk") == 0 ? page : fmt::format("{}-{}", page, below(variety));
    const Value value = aggregate.find("quantile") == 0 ? Value::Double(amount) : Value::String(name);
    REQUIRE(fixture.Add(now, time, value) == obvious.Add(now, time, amount, name));
    if (below(3) == 0) now += dense ? below(20) * 1s : below(10) * 1min;
    obvious.AdvanceTo(now);
    if (below(200) == 0) fixture.Restart();
    if (dense && step % 7 != 0) continue;
    const Value got = fixture.Read(now);
    REQUIRE(fixture.window().empty() == obvious.held.empty());
    if (obvious.held.empty()) {
      REQUIRE((aggregate.find("distinct") == 0 ? got == Value::Double(0) : got.absent()));
      continue;
    }
    CAPTURE(step, obvious.sliced, obvious.held.size());
    if (aggregate == "quantile(0.95, amount)") REQUIRE(ToText(got) == ToText(Value::Double(obvious.Quantile(0.95))));
    if (aggregate == "quantile(0.1, amount)") REQUIRE(ToText(got) == ToText(Value::Double(obvious.Quantile(0.1))));
    if (aggregate == "distinct(page)") REQUIRE(got == Value::Double(obvious.Distinct()));
    if (aggregate == "topk(3, page)") REQUIRE(ToText(got) == obvious.Top(3));
    if (kind == WindowPlan::Kind::kTime && aggregate != "distinct(page)") {
      Time oldest = obvious.held.front().as;
      for (const Event& e : obvious.held) oldest = std::min(oldest, e.as);
      REQUIRE(fixture.window().NextExit() == oldest + 1h);
    }
  }
  fixture.window().Release();
  CHECK(fixture.texts.size() == 0);
  CHECK(fixture.window().empty());
  fixture.Restart();  // nothing is held
}

TEST_CASE("randomised: quantiles agree with the obvious ones", "[metric]") {
  for (uint64_t seed = 0; seed < 24; ++seed) {
    CAPTURE(seed);
    Compare(seed, seed % 2 == 0 ? "quantile(0.95, amount)" : "quantile(0.1, amount)");
  }
}

TEST_CASE("randomised: numbers of different values agree with the obvious ones", "[metric]") {
  for (uint64_t seed = 0; seed < 24; ++seed) {
    CAPTURE(seed);
    Compare(seed, "distinct(page)");
  }
}

TEST_CASE("randomised: the most frequent values agree with the obvious ones", "[metric]") {
  for (uint64_t seed = 0; seed < 24; ++seed) {
    CAPTURE(seed);
    Compare(seed, "topk(3, page)");
  }
}

// What "a (1204 ±16)" says of a page.
bool Says(const std::string& shown, const std::string& page, uint64_t* count, uint64_t* error) {
  const size_t place = shown.find(page + " (");
  if (place == std::string::npos) return false;
  const size_t number = place + page.size() + 2;
  *count = std::stoull(shown.substr(number));
  const size_t sign = shown.find("±", number);
  const size_t end = shown.find(')', number);
  *error = sign < end ? std::stoull(shown.substr(sign + std::string("±").size())) : 0;
  return true;
}

TEST_CASE("where more values come than are counted, the error that is shown holds", "[metric]") {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    const auto kind = seed % 2 == 0 ? WindowPlan::Kind::kTime : WindowPlan::Kind::kAll;
    Fixture fixture(kind, WindowShape{1h, AutomaticSlice(1h, 64), false}, 0, false, "topk(5, page)");
    Obvious obvious{fixture.plan, {}};
    Time now = kStart;
    uint64_t largest_error = 0;
    for (int step = 0; step < 12'000; ++step) {
      if (step % 40 == 0) now += 1s;
      const uint64_t page = random() % 3 == 0 ? random() % 6 : 10 + random() % 3000;
      const std::string name = fmt::format("/p{}/", page);
      fixture.Add(now, now, Value::String(name));
      obvious.Add(now, now, 0, name);
      if (step % 1000 != 999) continue;
      const std::string shown = ToText(fixture.Read(now));
      obvious.AdvanceTo(now);
      for (const auto& [one, exact] : obvious.Pages()) {
        uint64_t count = 0;
        uint64_t error = 0;
        if (!Says(shown, one, &count, &error)) continue;
        INFO(shown << ", of " << one << " " << exact);
        REQUIRE(count + error >= exact);
        REQUIRE(exact + error >= count);
        largest_error = std::max(largest_error, error);
      }
      for (int i = 0; i < 5; ++i) {  // six that are a third of all are all found, but one
        uint64_t ignored = 0;
        int found = 0;
        for (int p = 0; p < 6; ++p) found += Says(shown, fmt::format("/p{}/", p), &ignored, &ignored) ? 1 : 0;
        REQUIRE(found == 5);
      }
    }
    CHECK(largest_error > 0);
    fixture.window().Release();
    CHECK(fixture.texts.size() == 0);
  }
}

TEST_CASE("a window of samples costs a small block while it has few events", "[metric]") {
  for (const char* aggregate : {"quantile(0.95, amount)", "distinct(page)", "topk(3, page)"}) {
    CAPTURE(aggregate);
    Fixture fixture(WindowPlan::Kind::kTime, WindowShape{24h, AutomaticSlice(24h, 64), false}, 0, false, aggregate);
    CHECK(fixture.plan.stride() == 16);
    CHECK(fixture.plan.total_bytes == 8);
    CHECK(8 + 8 + 3 * fixture.plan.stride() <= 64);
  }
}

TEST_CASE("damaged samples are refused or harmless", "[metric]") {
  for (const char* aggregate : {"quantile(0.95, amount)", "distinct(page)", "topk(3, page)"}) {
    Fixture fixture(WindowPlan::Kind::kTime, WindowShape{1h, AutomaticSlice(1h, 64), false}, 0, false, aggregate);
    for (int i = 0; i < 2000; ++i) {
      const Value value = std::string(aggregate).find("quantile") == 0 ? Value::Double(i * 1.5) : Value();
      const std::string page = std::to_string(i % 700);
      fixture.Add(kStart + i * 1s, kStart + i * 1s, value.absent() ? Value::String(page) : value);
    }
    ByteWriter out;
    fixture.pool.Save(&out);
    const std::string pool_bytes = out.Take();
    ByteWriter text_out;
    fixture.texts.Save(&text_out);
    const std::string text_bytes = text_out.Take();
    int loaded = 0;
    for (uint64_t seed = 0; seed < 400; ++seed) {
      CAPTURE(aggregate, seed);
      std::mt19937_64 random(test::Seed(seed));
      std::string bad = pool_bytes;
      for (uint64_t n = random() % 4; n > 0; --n) bad[random() % bad.size()] = static_cast<char>(random());
      Fixture other(WindowPlan::Kind::kTime, WindowShape{1h, AutomaticSlice(1h, 64), false}, 0, false, aggregate);
      std::memcpy(other.row, fixture.row, sizeof(other.row));
      ByteReader in(bad);
      ByteReader text_in(text_bytes);
      REQUIRE(other.texts.Load(&text_in));
      if (!other.pool.Load(&in) || !ClaimWindow(other.plan, other.row, other.pool, other.texts) ||
          !other.pool.EndClaims() || !other.texts.EndClaims())
        continue;
      ++loaded;
      for (int i = 0; i < 50; ++i) {
        const Time t = kStart + 2000s + i * 3min;
        other.Add(t, t, std::string(aggregate).find("quantile") == 0 ? Value::Double(5) : Value::String("x"));
        other.Read(t);
      }
      other.window().Release();
    }
    CHECK(loaded > 50);
  }
}

}  // namespace
}  // namespace tocsin
