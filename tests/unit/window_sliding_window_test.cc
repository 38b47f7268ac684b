// SlidingWindow against the obvious: keep every event, add up those in the window.
#include "tocsin/window/sliding_window.h"

#include <chrono>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

// Keeps everything and decides each question from the definition (docs/semantics.md 3.1 and 3.10).
template <typename Number>
class ObviousWindow {
 public:
  explicit ObviousWindow(WindowShape shape) : shape_(shape), sliced_(shape.slice_at_once) {}

  bool Add(Time time, Number x) {
    AdvanceTo(time);
    Time held_as = sliced_ ? RoundUp(time, shape_.slice) : time;
    if (held_as + shape_.length <= now_) return false;
    events_.emplace(held_as, x);
    if (!sliced_ && shape_.slice != 0ns && DistinctTimes() > 1024) {
      sliced_ = true;
      std::multimap<Time, Number> rounded;
      for (const auto& [at, y] : events_) rounded.emplace(RoundUp(at, shape_.slice), y);
      events_ = rounded;
    }
    return true;
  }
  void AdvanceTo(Time now) {
    now_ = std::max(now_, now);
    while (!events_.empty() && events_.begin()->first + shape_.length <= now_) events_.erase(events_.begin());
    if (events_.empty()) sliced_ = shape_.slice_at_once;
  }
  int64_t Count() const { return static_cast<int64_t>(events_.size()); }
  long double Sum() const {
    long double sum = 0;
    for (const auto& [at, x] : events_) sum += static_cast<long double>(x);
    return sum;
  }
  long double AbsoluteSum() const {
    long double sum = 0;
    for (const auto& [at, x] : events_) sum += std::fabs(static_cast<long double>(x));
    return sum;
  }
  bool sliced() const { return sliced_; }

 private:
  size_t DistinctTimes() const {
    std::set<Time> times;
    for (const auto& [at, x] : events_) times.insert(at);
    return times.size();
  }
  WindowShape shape_;
  bool sliced_;
  Time now_ = Time::min();
  std::multimap<Time, Number> events_;
};

TEST_CASE("a window holds (t - W, t]", "[window]") {
  SlidingWindow<Sum<int64_t>> window(1h);
  window.Add(kStart, 5);
  CHECK(window.Value(kStart) == 5);
  CHECK(window.Value(kStart + 1h - 1ns) == 5);
  CHECK(window.Value(kStart + 1h) == 0);
  CHECK(window.panes() == 0);
}

TEST_CASE("values of nothing", "[window]") {
  CHECK(SlidingWindow<Count>(1h).Value(kStart) == 0);
  CHECK(SlidingWindow<Sum<double>>(1h).Value(kStart) == 0.0);
  CHECK(SlidingWindow<Mean<double>>(1h).Value(kStart) == std::nullopt);
}

TEST_CASE("a late event amends its pane while that is held, and no longer", "[window]") {
  SlidingWindow<Count> window(1h);
  CHECK(window.Add(kStart, 0));
  CHECK(window.Add(kStart + 30min, 0));
  CHECK(window.Add(kStart + 10min, 0));
  CHECK(window.Value(kStart + 30min) == 3);
  CHECK(window.Value(kStart + 70min) == 1);  // 10min left too, exactly now
  CHECK_FALSE(window.Add(kStart + 10min, 0));
  CHECK(window.Add(kStart + 10min + 1ns, 0));
  CHECK(window.Value(kStart + 70min) == 2);
}

TEST_CASE("1,024 distinct times are exact, one more are slices until the window is empty", "[window]") {
  SlidingWindow<Count> window(24h);
  for (int i = 0; i < 1024; ++i) window.Add(kStart + i * 1s, 0);
  window.Add(kStart + 1023s, 0);  // a repeated time is no further one
  CHECK_FALSE(window.sliced());
  window.Add(kStart + 1024s, 0);
  CHECK(window.sliced());
  CHECK(window.panes() <= 19);  // 1,024 s in slices of a minute
  // Never less than it should be, and at most one slice more.
  Time after = kStart + 24h + 30s;
  CHECK(*window.Value(after) >= 1026 - 31);
  CHECK(*window.Value(after) <= 1026 - 31 + 60);
  CHECK(window.Value(kStart + 26h) == 0);
  CHECK_FALSE(window.sliced());
}

TEST_CASE("slices are aligned and right-closed, and exact at their own borders", "[window]") {
  SlidingWindow<Count> window(WindowShape::Fixed(10min, 1min));
  Time aligned = RoundUp(kStart, 1min);
  window.Add(aligned, 0);        // the last instant of the slice that ends here
  window.Add(aligned + 1ns, 0);  // the first of the next
  CHECK(window.panes() == 2);
  CHECK(window.Value(aligned + 10min - 1ns) == 2);
  CHECK(window.Value(aligned + 10min) == 1);
  CHECK(window.Value(aligned + 11min - 1ns) == 1);
  CHECK(window.Value(aligned + 11min) == 0);
}

TEST_CASE("the automatic slice of a window", "[window]") {
  CHECK(AutomaticSlice(24h) == 1min);
  CHECK(AutomaticSlice(7 * 24h) == 5min);
  CHECK(AutomaticSlice(400 * 24h) == 6h);
  CHECK(AutomaticSlice(1min) == 50ms);
  CHECK(AutomaticSlice(24h, 64) == 15min);
  CHECK(AutomaticSlice(1500us) == 0ns);  // no step divides it: such a window stays exact
}

template <typename Shape>
void CompareWithTheObvious(uint64_t seed, Shape make_shape) {
  std::mt19937_64 random(tocsin::test::Seed(seed));
  auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  Duration length = std::vector<Duration>{1s, 1min, 1h, 7ms}[static_cast<size_t>(below(4))];
  WindowShape shape = make_shape(length);
  SlidingWindow<Sum<int64_t>> sum(shape);
  SlidingWindow<Count> count(shape);
  SlidingWindow<Mean<int64_t>> mean(shape);
  ObviousWindow<int64_t> obvious(shape);
  Time now = kStart + Duration(below(1'000'000'000));
  int64_t density = below(2) == 0 ? 20 : 3000;  // few events a window, or enough for slices
  for (int step = 0; step < 4000; ++step) {
    if (below(200) == 0) now += length * below(3);
    now += Duration(below(2 * ToNanos(length) / density + 1));
    Time at = below(4) == 0 ? now - Duration(below(ToNanos(length) + ToNanos(length) / 8)) : now;
    int64_t x = below(2000) - 1000;
    bool taken = obvious.Add(at, x);
    REQUIRE(sum.Add(at, x) == taken);
    REQUIRE(count.Add(at, 0) == taken);
    REQUIRE(mean.Add(at, x) == taken);
    Time asked = below(3) == 0 ? now + Duration(below(ToNanos(length) / 4)) : now;
    now = asked;
    obvious.AdvanceTo(asked);
    REQUIRE(sum.Value(asked) == static_cast<int64_t>(obvious.Sum()));
    REQUIRE(count.Value(asked) == obvious.Count());
    REQUIRE(mean.Value(asked).has_value() == (obvious.Count() > 0));
    REQUIRE(count.sliced() == obvious.sliced());
  }
}

TEST_CASE("randomised: windows agree with the obvious ones", "[window]") {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    CompareWithTheObvious(seed, [](Duration length) { return WindowShape::Automatic(length); });
    CompareWithTheObvious(seed, [](Duration length) { return WindowShape::Exact(length); });
    CompareWithTheObvious(
        seed, [](Duration length) { return WindowShape::Fixed(length, length % 1s == 0ns ? length / 10 : 1ms); });
  }
}

TEST_CASE("a sum of doubles does not drift, whatever came and went", "[window]") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(tocsin::test::Seed(seed));
    std::uniform_real_distribution<double> exponent(-20, 20);
    WindowShape shape = WindowShape::Exact(1min);
    SlidingWindow<Sum<double>> window(shape);
    ObviousWindow<double> obvious(shape);
    Time now = kStart;
    for (int step = 0; step < 3000; ++step) {
      now += Duration(random() % 2'000'000'000);
      double x = std::pow(10.0, exponent(random)) * (random() % 2 == 0 ? 1 : -1);
      window.Add(now, x);
      obvious.Add(now, x);
      // The obvious sum errs by itself: 2^-64 for each of at most a few hundred additions.
      double allowed = 1e-12 * static_cast<double>(obvious.AbsoluteSum());
      REQUIRE(std::fabs(*window.Value(now) - static_cast<double>(obvious.Sum())) <= allowed);
    }
    CHECK(window.Value(now + 1min) == 0.0);
  }
}

TEST_CASE("a giant that leaves takes nothing with it", "[window]") {
  SlidingWindow<Sum<double>> window(1min);
  window.Add(kStart, 1e20);
  window.Add(kStart + 30s, 1e-5);
  CHECK(window.Value(kStart + 1min) == 1e-5);
}

}  // namespace
}  // namespace tocsin
