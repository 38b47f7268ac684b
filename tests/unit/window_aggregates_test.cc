// Every aggregate over SlidingWindow, against the obvious; window_sliding_window_test.cc holds counts, sums and means.
#include <chrono>
#include <cmath>
#include <random>
#include <vector>

#include "support/catch.h"
#include "support/obvious_events.h"
#include "support/seed.h"
#include "tocsin/window/sliding_window.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
using test::ObviousEvent;
using test::ObviousEvents;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

class ObviousSliding : public ObviousEvents {
 public:
  explicit ObviousSliding(WindowShape shape) : shape_(shape), sliced_(shape.slice_at_once) {}

  bool Add(Time now, Time time, int64_t x) {
    AdvanceTo(now);
    const Time held_as = sliced_ ? RoundUp(time, shape_.slice) : time;
    if (held_as + shape_.length <= now) return false;
    Insert({held_as, time, x});
    if (!sliced_ && shape_.slice != 0ns && size() > 1024 && Times().size() > 1024) {
      sliced_ = true;
      for (ObviousEvent& e : events()) e.held_as = RoundUp(e.time, shape_.slice);
    }
    return true;
  }
  void AdvanceTo(Time now) {
    while (!empty() && events().front().held_as + shape_.length <= now) events().erase(events().begin());
    if (empty()) sliced_ = shape_.slice_at_once;
  }

 private:
  WindowShape shape_;
  bool sliced_;
};

struct Sliding {
  explicit Sliding(WindowShape shape)
      : least(shape),
        greatest(shape),
        least_double(shape),
        share(shape),
        rate(shape),
        sums(shape),
        last(shape),
        since(shape),
        interval(shape) {}

  SlidingWindow<Min<int64_t>> least;
  SlidingWindow<Max<int64_t>> greatest;
  SlidingWindow<Min<double>> least_double;
  SlidingWindow<Share> share;
  SlidingWindow<Rate<>> rate;
  SlidingWindow<Rate<Sum<int64_t>>> sums;
  SlidingWindow<Last<int64_t>> last;
  SlidingWindow<TimeSince> since;
  SlidingWindow<MeanInterval> interval;

  void AdvanceTo(Time now) {
    least.AdvanceTo(now);
    greatest.AdvanceTo(now);
    least_double.AdvanceTo(now);
    share.AdvanceTo(now);
    rate.AdvanceTo(now);
    sums.AdvanceTo(now);
    last.AdvanceTo(now);
    since.AdvanceTo(now);
    interval.AdvanceTo(now);
  }
  void Add(Time time, int64_t x, bool taken) {
    REQUIRE(least.Add(time, x) == taken);
    REQUIRE(greatest.Add(time, x) == taken);
    REQUIRE(least_double.Add(time, static_cast<double>(x)) == taken);
    REQUIRE(share.Add(time, x % 2 == 0) == taken);
    REQUIRE(rate.Add(time, 0) == taken);
    REQUIRE(sums.Add(time, x) == taken);
    REQUIRE(last.Add(time, x) == taken);
    REQUIRE(since.Add(time, 0) == taken);
    REQUIRE(interval.Add(time, 0) == taken);
  }
  void Compare(Time now, const ObviousEvents& obvious, double seconds, bool exact_times) {
    REQUIRE(least.Value(now) == obvious.Least());
    REQUIRE(greatest.Value(now) == obvious.Greatest());
    REQUIRE(least_double.Value(now) == obvious.Least());
    REQUIRE(share.Value(now) == obvious.ShareOfEven());
    REQUIRE(rate.Value(now) == static_cast<double>(obvious.size()) / seconds);
    REQUIRE(sums.Value(now) == static_cast<double>(obvious.Sum()) / seconds);
    REQUIRE(last.Value(now) == obvious.Last());
    REQUIRE(since.Value(now) == obvious.Since(now));
    if (exact_times) REQUIRE(interval.Value(now) == obvious.MeanInterval());
  }
};

void CompareWithTheObvious(uint64_t seed, int resolution) {
  std::mt19937_64 random(test::Seed(seed));
  auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  const Duration length = std::vector<Duration>{1s, 1min, 1h}[static_cast<size_t>(below(3))];
  const WindowShape shape = resolution == 0   ? WindowShape::Automatic(length)
                            : resolution == 1 ? WindowShape::Exact(length)
                                              : WindowShape::Fixed(length, length / 10);
  Sliding windows(shape);
  ObviousSliding obvious(shape);
  // On a grid, where times repeat and exits meet events; or so dense that slices and summaries come in.
  const bool grid = seed % 2 == 0;
  const Duration tick = grid ? length / 40 : 1ns;
  const int64_t density = grid ? 20 : 1500;
  const int64_t trend = below(3) - 1;
  Time now = RoundUp(kStart, length);
  for (int step = 0; step < 3500; ++step) {
    if (below(500) == 0) now += length * below(3);
    now += tick * below(2 * (length / tick) / density + 1);
    const Time time = below(4) == 0 ? now - tick * below(length / tick + length / tick / 8) : now;
    const int64_t x = trend * step + below(200) - 100;
    windows.AdvanceTo(now);
    windows.Add(time, x, obvious.Add(now, time, x));
    if (below(3) == 0) now += tick * below(length / tick / 4);
    obvious.AdvanceTo(now);
    // Late events of a time that their slice has seen are counted again.
    if (grid || step % 10 == 0) {
      windows.Compare(now, obvious, static_cast<double>(ToNanos(length)) / 1e9, resolution != 2 || !grid);
    }
  }
}

TEST_CASE("randomised: aggregates over time agree with the obvious ones", "[window]") {
  for (uint64_t seed = 0; seed < 24; ++seed) {
    CAPTURE(seed);
    CompareWithTheObvious(seed, static_cast<int>(seed / 2 % 3));
  }
}

TEST_CASE("an extreme leaves exactly when its event does", "[window]") {
  SlidingWindow<Max<double>> window(1h);
  CHECK_FALSE(window.Value(kStart));
  window.Add(kStart, 5);
  window.Add(kStart + 1s, 2);
  CHECK(window.Value(kStart + 1h - 1ns) == 5.0);
  CHECK(window.Value(kStart + 1h) == 2.0);
  CHECK(window.Value(kStart + 1h + 1s - 1ns) == 2.0);
  CHECK_FALSE(window.Value(kStart + 1h + 1s));
}

TEST_CASE("codes grow with the values", "[window]") {
  const double numbers[] = {-1e300, -2.5, -1e-300, 0, 5e-324, 1, 1.5, 1e300};
  for (size_t i = 0; i + 1 < std::size(numbers); ++i) {
    CHECK(CodeOf(numbers[i]) < CodeOf(numbers[i + 1]));
    CHECK(DoubleOf(CodeOf(numbers[i])) == numbers[i]);
  }
  CHECK(CodeOf(-0.0) == CodeOf(0.0));
  for (int64_t i : {INT64_MIN + 1, int64_t{-1}, int64_t{0}, int64_t{1}, INT64_MAX - 1}) CHECK(IntOf(CodeOf(i)) == i);
  CHECK(IntOf(CodeOf(INT64_MAX)) == INT64_MAX - 1);
  CHECK(IntOf(CodeOf(INT64_MIN)) == INT64_MIN + 1);
}

TEST_CASE("a mean interval needs two distinct times", "[window]") {
  SlidingWindow<MeanInterval> window(1h);
  window.Add(kStart, 0);
  window.Add(kStart, 0);
  CHECK_FALSE(window.Value(kStart));
  window.Add(kStart + 10s, 0);
  window.Add(kStart + 20s, 0);
  CHECK(window.Value(kStart + 1h - 1ns) == Duration(10s));
  CHECK(window.Value(kStart + 1h) == Duration(10s));
  CHECK_FALSE(window.Value(kStart + 1h + 10s));
}

TEST_CASE("panes whose extreme always leaves, with late ones among them", "[window]") {
  SlidingWindow<Max<int64_t>> window(WindowShape::Exact(20'000s));
  for (int64_t i = 0; i < 60'000; ++i) {
    const Time t = kStart + Duration(std::chrono::seconds(i));
    window.Add(t, -i);
    if (i % 16 == 0) window.Add(t - 100s + 1ns, -i - 1);
    if (i % 997 == 0) REQUIRE(window.Value(t) == -std::max<int64_t>(0, i - 19'999));
  }
}

// The output of three parts, put together in two ways and in another order.
template <typename Aggregate, typename Draw>
void CheckMerges(std::mt19937_64& random, Draw draw) {
  typename Aggregate::Partial parts[3] = {};
  typename Aggregate::Partial all{};
  for (uint64_t n = random() % 40; n > 0; --n) {
    const typename Aggregate::Input x = draw();
    Aggregate::Add(parts[random() % 3], x);
    Aggregate::Add(all, x);
  }
  const auto merged = [](typename Aggregate::Partial a, const typename Aggregate::Partial& b) {
    Aggregate::Merge(a, b);
    return a;
  };
  const auto output = [](const typename Aggregate::Partial& part) {
    typename Aggregate::Total total{};
    Aggregate::Merge(total, part);
    return Aggregate::Get(total);
  };
  const auto expected = output(all);
  const auto nothing = typename Aggregate::Partial{};
  REQUIRE(output(merged(merged(parts[0], parts[1]), parts[2])) == expected);
  REQUIRE(output(merged(parts[0], merged(parts[1], parts[2]))) == expected);
  REQUIRE(output(merged(parts[2], merged(parts[0], parts[1]))) == expected);
  REQUIRE(output(merged(nothing, merged(all, nothing))) == expected);
}

TEST_CASE("randomised: parts of every aggregate merge in any order", "[window]") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    const auto whole = [&] { return static_cast<int64_t>(random() % 2000) - 1000; };
    const auto number = [&] { return static_cast<double>(whole()) / 8; };  // added up without rounding
    CheckMerges<Count>(random, whole);
    CheckMerges<Sum<int64_t>>(random, [&] { return static_cast<int64_t>(random()); });  // wraps alike
    CheckMerges<Sum<double>>(random, number);
    CheckMerges<Mean<int64_t>>(random, whole);
    CheckMerges<Mean<double>>(random, number);
    CheckMerges<Share>(random, [&] { return random() % 3 == 0; });
    CheckMerges<Min<int64_t>>(random, whole);
    CheckMerges<Max<int64_t>>(random, whole);
    CheckMerges<Min<double>>(random, number);
    CheckMerges<Max<double>>(random, number);
  }
}

}  // namespace
}  // namespace tocsin
