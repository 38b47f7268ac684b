// LastWindow and AllWindow against the obvious: keep every event.
#include "tocsin/window/last_window.h"

#include <chrono>
#include <random>
#include <vector>

#include "support/catch.h"
#include "support/obvious_events.h"
#include "support/seed.h"
#include "tocsin/window/all_window.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
using test::ObviousEvents;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

TEST_CASE("the newest N by time, then by arrival", "[window]") {
  LastWindow<Sum<int64_t>> window(2);
  CHECK(window.Value() == 0);
  CHECK(window.Add(kStart, 1));
  CHECK(window.Add(kStart, 2));
  CHECK_FALSE(window.Add(kStart - 1ns, 4));
  CHECK(window.Value() == 3);
  CHECK(window.Add(kStart, 8));  // arrived later than both: the first goes
  CHECK(window.Value() == 10);
  CHECK(window.Add(kStart + 1ns, 16));
  CHECK(window.Value() == 24);
}

TEST_CASE("randomised: windows of the last N agree with the obvious one", "[window]") {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
    const auto count = static_cast<uint32_t>(std::vector<int>{1, 2, 20, 200, 5000}[seed % 5]);
    const int64_t trend = below(3) - 1;
    LastWindow<Sum<int64_t>> sum(count);
    LastWindow<Mean<double>> mean(count);
    LastWindow<Min<int64_t>> least(count);
    LastWindow<Max<int64_t>> greatest(count);
    LastWindow<Share> share(count);
    LastWindow<Last<int64_t>> last(count);
    LastWindow<MeanInterval> interval(count);
    ObviousEvents obvious;
    Time now = kStart;
    const int steps = count == 5000 ? 8000 : 1000;
    for (int step = 0; step < steps; ++step) {
      now += Duration(below(3));
      const Time time = below(3) == 0 ? now - Duration(below(60)) : now;
      const int64_t x = trend * step + below(100);
      const bool taken = obvious.size() < count || time >= obvious.events().front().time;
      if (taken) obvious.Insert({time, time, x});
      if (obvious.size() > count) obvious.events().erase(obvious.events().begin());
      REQUIRE(sum.Add(time, x) == taken);
      REQUIRE(mean.Add(time, static_cast<double>(x)) == taken);
      REQUIRE(least.Add(time, x) == taken);
      REQUIRE(greatest.Add(time, x) == taken);
      REQUIRE(share.Add(time, x % 2 == 0) == taken);
      REQUIRE(last.Add(time, x) == taken);
      REQUIRE(interval.Add(time, 0) == taken);
      if (count == 5000 && step % 50 != 0) continue;
      REQUIRE(sum.Value() == obvious.Sum());
      REQUIRE(*mean.Value() == Approx(static_cast<double>(obvious.Sum()) / static_cast<double>(obvious.size())));
      REQUIRE(least.Value() == obvious.Least());
      REQUIRE(greatest.Value() == obvious.Greatest());
      REQUIRE(share.Value() == obvious.ShareOfEven());
      REQUIRE(last.Value() == obvious.Last());
      REQUIRE(interval.Value() == obvious.MeanInterval());
    }
    CHECK(sum.size() == obvious.size());
  }
}

TEST_CASE("randomised: a window of all events agrees with the obvious one", "[window]") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
    const Duration lateness(seed % 2 == 0 ? 0 : 50);
    AllWindow<Count> count;
    AllWindow<Min<int64_t>> least;
    AllWindow<Last<int64_t>> last;
    AllWindow<TimeSince> since;
    AllWindow<MeanInterval> interval(lateness);
    ObviousEvents obvious;
    Time now = kStart;
    CHECK(count.empty());
    CHECK(count.Value(now) == 0);
    for (int step = 0; step < 500; ++step) {
      now += Duration(below(6));
      const Time time = now - Duration(below(ToNanos(lateness) + 1));
      const int64_t x = below(1000) - 500;
      obvious.Insert({time, time, x});
      count.Add(time, 0);
      least.Add(time, x);
      last.Add(time, x);
      since.Add(time, 0);
      interval.Add(time, 0);
      const Time asked = now + Duration(below(9));
      REQUIRE(count.Value(asked) == static_cast<int64_t>(obvious.size()));
      REQUIRE(least.Value(asked) == obvious.Least());
      REQUIRE(last.Value(asked) == obvious.Last());
      REQUIRE(since.Value(asked) == obvious.Since(asked));
      REQUIRE(interval.Value(asked) == obvious.MeanInterval());
    }
  }
}

TEST_CASE("a time is known again as long as the lateness, and no longer", "[window]") {
  AllWindow<MeanInterval> window(10s);
  window.Add(kStart, 0);
  window.Add(kStart + 10s, 0);
  window.Add(kStart, 0);  // known
  CHECK(window.Value(kStart + 10s) == Duration(10s));
  window.Add(kStart + 10s + 1ns, 0);
  window.Add(kStart, 0);  // too late to be known: one more
  CHECK(window.Value(kStart + 10s) == Duration(10s + 1ns) / 3);
}

}  // namespace
}  // namespace tocsin
