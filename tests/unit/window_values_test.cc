// Deviations, first values, differences and decayed means, over windows of every kind, against the obvious.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <random>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/window/all_window.h"
#include "tocsin/window/decayed_mean.h"
#include "tocsin/window/last_window.h"
#include "tocsin/window/sliding_window.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);
constexpr Duration kHalfLife = 10min;

struct Event {
  Time as;  // its time, or its slice's end
  Time time;
  double x = 0;
};

std::optional<double> Deviation(const std::vector<Event>& events) {
  if (events.size() < 2) return std::nullopt;
  const auto n = static_cast<long double>(events.size());
  long double mean = 0;
  for (const Event& e : events) mean += e.x / n;
  long double squares = 0;
  for (const Event& e : events) squares += (e.x - mean) * (e.x - mean);
  return static_cast<double>(std::sqrt(squares / (n - 1)));
}

std::optional<double> Decayed(const std::vector<Event>& events) {
  long double weights = 0;
  long double amount = 0;
  for (const Event& e : events) {
    const long double age = static_cast<long double>(ToNanos(events.back().time - e.time)) / ToNanos(kHalfLife);
    weights += std::exp2(-age);
    amount += std::exp2(-age) * e.x;
  }
  return weights == 0 ? std::nullopt : std::optional(static_cast<double>(amount / weights));
}

bool IsNear(std::optional<double> a, std::optional<double> b, double scale) {
  return a.has_value() == b.has_value() && (!a || std::fabs(*a - *b) <= 1e-10 * scale);
}

template <template <typename> typename Window>
struct Four {
  template <typename Shape>
  explicit Four(Shape shape) : deviation(shape), first(shape), delta(shape), decayed(shape) {}

  Window<StdDev> deviation;
  Window<First<double>> first;
  Window<Delta<double>> delta;
  Window<DecayedMean<ToNanos(kHalfLife)>> decayed;

  bool Add(Time time, double x) {
    const bool taken = deviation.Add(time, x);
    REQUIRE(first.Add(time, x) == taken);
    REQUIRE(delta.Add(time, x) == taken);
    REQUIRE(decayed.Add(time, x) == taken);
    return taken;
  }
  void Compare(Time now, const std::vector<Event>& events) {
    double scale = 1e-9;
    for (const Event& e : events) scale = std::max(scale, std::fabs(e.x));
    CAPTURE(events.size());
    REQUIRE(IsNear(deviation.Value(now), Deviation(events), scale));
    REQUIRE(IsNear(decayed.Value(now), Decayed(events), scale));
    REQUIRE(first.Value(now) == (events.empty() ? std::nullopt : std::optional(events.front().x)));
    REQUIRE(delta.Value(now) == (events.empty() ? std::nullopt : std::optional(events.back().x - events.front().x)));
  }
};

void Insert(const Event& event, std::vector<Event>* events) {
  auto place =
      std::upper_bound(events->begin(), events->end(), event.time, [](Time t, const Event& e) { return t < e.time; });
  events->insert(place, event);
}

// Values of very different size, so that what leaves takes most of the sums along.
double Number(std::mt19937_64& random) {
  const double x = static_cast<double>(random() % 2000) / 8 - 100;
  return random() % 40 == 0 ? x * 1e9 : x;
}

void CompareOverTime(uint64_t seed) {
  std::mt19937_64 random(test::Seed(seed));
  auto below = [&](uint64_t n) { return static_cast<int64_t>(random() % n); };
  const WindowShape shape = seed % 3 == 0   ? WindowShape::Automatic(1h)
                            : seed % 3 == 1 ? WindowShape::Exact(1h)
                                            : WindowShape::Fixed(1h, 6min);
  const bool is_dense = seed % 4 == 0;
  Four<SlidingWindow> windows(shape);
  std::vector<Event> events;
  bool sliced = shape.slice_at_once;
  Time now = kStart;
  for (int step = 0; step < (is_dense ? 6000 : 1500); ++step) {
    now += is_dense ? below(2000) * 1ms : below(10) * 1min;
    if (below(400) == 0) now += 1h * below(3);
    const Time time = below(4) == 0 ? now - below(66) * 1min : now;
    auto let_go = [&] {
      std::erase_if(events, [&](const Event& e) { return e.as + 1h <= now; });
      if (events.empty()) sliced = shape.slice_at_once;
    };
    let_go();
    const Event event{sliced ? RoundUp(time, shape.slice) : time, time, Number(random)};
    windows.deviation.AdvanceTo(now);
    windows.first.AdvanceTo(now);
    windows.delta.AdvanceTo(now);
    windows.decayed.AdvanceTo(now);
    REQUIRE(windows.Add(time, event.x) == (event.as + 1h > now));
    if (event.as + 1h > now) Insert(event, &events);
    if (!sliced && windows.deviation.sliced()) {
      sliced = true;
      for (Event& e : events) e.as = RoundUp(e.time, shape.slice);
    }
    if (below(3) == 0) now += below(10) * 1min;
    let_go();
    if (!is_dense || step % 20 == 0) windows.Compare(now, events);
  }
}

TEST_CASE("randomised: deviations, first values, differences and decayed means over time", "[window]") {
  for (uint64_t seed = 0; seed < 24; ++seed) {
    CAPTURE(seed);
    CompareOverTime(seed);
  }
}

TEST_CASE("randomised: the same over the last N", "[window]") {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    const size_t count = std::vector<size_t>{1, 2, 20, 300}[seed % 4];
    Four<LastWindow> windows(static_cast<uint32_t>(count));
    std::vector<Event> events;
    Time now = kStart;
    for (int step = 0; step < 1200; ++step) {
      now += static_cast<int64_t>(random() % 3) * 1min;
      const Time time = random() % 3 == 0 ? now - static_cast<int64_t>(random() % 40) * 1min : now;
      const double x = Number(random);
      const bool taken = windows.Add(time, x);
      REQUIRE(taken == (events.size() < count || time >= events.front().time));
      if (taken && events.size() == count) events.erase(events.begin());
      if (taken) Insert({time, time, x}, &events);
      windows.Compare(now, events);
    }
  }
}

TEST_CASE("randomised: the same over all", "[window]") {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    Four<AllWindow> windows(1h);
    std::vector<Event> events;
    Time now = kStart;
    for (int step = 0; step < 300; ++step) {
      now += static_cast<int64_t>(random() % 3) * 1min;
      const Time time = now - static_cast<int64_t>(random() % 40) * 1min;
      const double x = Number(random);
      REQUIRE(windows.Add(time, x));
      Insert({time, time, x}, &events);
      windows.Compare(now, events);
    }
  }
}

TEST_CASE("a decayed mean does not change while only time passes, nor overflow in centuries", "[window]") {
  AllWindow<DecayedMean<ToNanos(1ms)>> mean;
  CHECK_FALSE(mean.Value(kStart));
  mean.Add(kStart, 10);
  mean.Add(kStart + 1ms, 20);
  const double expected = (10.0 * 1 + 20.0 * 2) / 3;
  CHECK(std::fabs(*mean.Value(kStart + 1ms) - expected) < 1e-12);
  CHECK(mean.Value(kStart + 100h) == mean.Value(kStart + 1ms));
  mean.Add(kStart + 24h * 36500, 7);
  CHECK(mean.Value(kStart + 24h * 36500) == 7.0);
  mean.Add(FromNanos(INT64_MIN + 1), 1e9);  // too old to count
  CHECK(mean.Value(kStart + 24h * 36500) == 7.0);
}

TEST_CASE("parts of a deviation and of a decayed mean merge in any order", "[window]") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(test::Seed(seed));
    StdDev::Partial a, b, c;
    DecayedPartial x, y, z;
    for (int i = 0; i < 60; ++i) {
      const double value = Number(random);
      StdDev::Add(i % 3 == 0 ? a : i % 3 == 1 ? b : c, value);
      MergeDecayed(i % 3 == 0 ? x : i % 3 == 1 ? y : z, DecayedEvent(kStart + i * 7min, kHalfLife, value));
    }
    auto merged = [](auto p, auto q, auto r) {
      StdDev::Merge(p, q);
      StdDev::Merge(p, r);
      return *StdDev::Of(p.sum, p.squares, p.count);
    };
    const double left = merged(a, b, c);
    StdDev::Partial right = b;
    StdDev::Merge(right, c);
    StdDev::Partial all = a;
    StdDev::Merge(all, right);
    REQUIRE(IsNear(left, *StdDev::Of(all.sum, all.squares, all.count), left));
    REQUIRE(IsNear(left, merged(c, a, b), left));
    auto mean = [](const DecayedPartial& p, const DecayedPartial& q, const DecayedPartial& r) {
      DecayedTotal total;
      for (const DecayedPartial* part : {&p, &q, &r}) MergeDecayed(total, *part);
      return *MeanOf(total);
    };
    REQUIRE(IsNear(mean(x, y, z), mean(z, y, x), 1e9 * 0.01));
  }
}

}  // namespace
}  // namespace tocsin
