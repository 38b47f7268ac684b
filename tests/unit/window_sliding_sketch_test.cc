// Sketches of the most frequent values within their error over many seeds, merged in any order, and sketches over time.
#include "tocsin/window/sliding_sketch.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/window/dd_sketch.h"
#include "tocsin/window/hyper_log_log.h"
#include "tocsin/window/keyed_window.h"
#include "tocsin/window/space_saving.h"
#include "tocsin/window/stable_hash.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

using Counts = std::map<int, uint64_t>;

// A few frequent ones among many rare ones, or all alike.
int Draw(uint64_t kind, std::mt19937_64& random) {
  const auto wide = static_cast<int>(random() % 400);
  switch (kind % 3) {
    case 0:
      return wide;
    case 1:
      return random() % 3 == 0 ? static_cast<int>(random() % 5) : wide;
    default:
      return static_cast<int>(std::pow(static_cast<double>(wide), 1.7) / 100);
  }
}

void CheckBounds(const SpaceSaving<int>& sketch, const Counts& counts, size_t counters) {
  uint64_t total = 0;
  for (const auto& [value, count] : counts) total += count;
  REQUIRE(sketch.total() == total);
  REQUIRE(sketch.size() <= counters);
  REQUIRE(sketch.error() * (counters + 1) <= total);
  std::set<int> seen;
  for (const auto& top : sketch.Top(counters)) {
    seen.insert(top.value);
    const auto found = counts.find(top.value);
    REQUIRE(found != counts.end());
    REQUIRE(found->second <= top.count);
    REQUIRE(found->second + top.error >= top.count);
  }
  for (const auto& [value, count] : counts) {
    if (seen.count(value) == 0) REQUIRE(count <= sketch.error());
  }
}

TEST_CASE("frequent values are counted within the error that is shown, over a thousand seeds", "[window]") {
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    const size_t counters = 1 + random() % 40;
    SpaceSaving<int> sketch(counters);
    Counts counts;
    for (uint64_t n = random() % 600; n > 0; --n) {
      const int value = Draw(seed, random);
      const uint64_t times = random() % 10 == 0 ? random() % 20 : 1;
      sketch.Add(value, times);
      if (times != 0) counts[value] += times;
    }
    CheckBounds(sketch, counts, counters);
  }
}

TEST_CASE("the error holds in whatever order parts are merged", "[window]") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    const size_t counters = 1 + random() % 40;
    std::vector<SpaceSaving<int>> parts(2 + random() % 6, SpaceSaving<int>(counters));
    Counts counts;
    for (int i = 0; i < 800; ++i) {
      const int value = Draw(seed, random);
      parts[random() % parts.size()].Add(value);
      ++counts[value];
    }
    while (parts.size() > 1) {
      std::shuffle(parts.begin(), parts.end(), random);
      parts[0].Merge(parts.back());
      parts.pop_back();
    }
    CheckBounds(parts[0], counts, counters);
  }
}

TEST_CASE("while they are few, counts are exact and merge in any order", "[window]") {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    std::mt19937_64 random(test::Seed(seed));
    SpaceSaving<std::string> parts[3] = {SpaceSaving<std::string>(20), SpaceSaving<std::string>(20),
                                         SpaceSaving<std::string>(20)};
    SpaceSaving<std::string> all(20);
    for (int i = 0; i < 200; ++i) {
      const std::string value = "page " + std::to_string(random() % 20);
      parts[random() % 3].Add(value);
      all.Add(value);
    }
    SpaceSaving<std::string> left = parts[0];
    left.Merge(parts[1]);
    left.Merge(parts[2]);
    SpaceSaving<std::string> right = parts[2];
    right.Merge(parts[1]);
    SpaceSaving<std::string> other = parts[0];
    other.Merge(right);
    REQUIRE(left.error() == 0);
    REQUIRE(left.Top(20) == all.Top(20));
    REQUIRE(other.Top(20) == all.Top(20));
    left = left;
    left.Merge(left);
    REQUIRE(left.Top(1)[0].count == 2 * all.Top(1)[0].count);
  }
}

struct Happened {
  Time time;
  double amount = 0;
  int page = 0;
};

TEST_CASE("randomised: sketches over time hold what is in the slices of their window", "[window]") {
  constexpr Duration kLength = 64min;
  constexpr Duration kSlice = 1min;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    SlidingSketch<DdSketch> amounts(kLength);
    SlidingSketch<HyperLogLog> pages(WindowShape::Fixed(kLength, kSlice));
    SlidingSketch<SpaceSaving<int>> top(kLength);
    std::vector<Happened> all;
    Time now = kStart;
    for (int step = 0; step < 400; ++step) {
      now += Duration(static_cast<int64_t>(random() % 60'000'000'000));
      if (random() % 100 == 0) now += 1h;
      Happened event{random() % 3 == 0 ? now - Duration(static_cast<int64_t>(random() % 5'000'000'000'000)) : now};
      event.amount = static_cast<double>(random() % 1000);
      event.page = static_cast<int>(random() % 50);
      const bool held = RoundUp(event.time, kSlice) + kLength > now;
      amounts.AdvanceTo(now);
      REQUIRE(amounts.Add(event.time, event.amount) == held);
      pages.AdvanceTo(now);
      REQUIRE(pages.Add(event.time, StableHash(static_cast<uint64_t>(event.page))) == held);
      top.AdvanceTo(now);
      REQUIRE(top.Add(event.time, event.page) == held);
      all.push_back(event);
      if (step % 10 != 0) continue;
      const Time then = now + Duration(static_cast<int64_t>(random() % 1'000'000'000'000));
      now = then;
      DdSketch expected;
      HyperLogLog expected_pages;
      SpaceSaving<int> expected_top;
      for (const Happened& one : all) {
        if (RoundUp(one.time, kSlice) + kLength <= then) continue;
        expected.Add(one.amount);
        expected_pages.Add(StableHash(static_cast<uint64_t>(one.page)));
        expected_top.Add(one.page);
      }
      REQUIRE(*amounts.Value(then) == expected);
      REQUIRE(*pages.Value(then) == expected_pages);
      REQUIRE(top.Value(then)->Top(50) == expected_top.Top(50));
      REQUIRE(amounts.empty() == (expected.count() == 0));
    }
  }
}

TEST_CASE("a sketch for each key is forgotten when its window is empty", "[window]") {
  KeyedWindow<std::string, SlidingSketch<HyperLogLog>> pages(24h);
  pages.Add("a", kStart, StableHash("x"));
  pages.Add("a", kStart + 1h, StableHash("y"));
  pages.Add("b", kStart + 2h, StableHash("x"));
  CHECK(std::round(pages.Value("a", kStart + 2h)->Estimate()) == 2);
  CHECK(pages.size() == 2);
  CHECK(std::round(pages.Value("b", kStart + 26h)->Estimate()) == 1);
  CHECK(pages.size() == 1);
  CHECK(pages.Value("b", kStart + 27h)->Estimate() == 0);
  CHECK(pages.size() == 0);
}

}  // namespace
}  // namespace tocsin
