// KeyedWindow against a map of windows that are never forgotten.
#include "tocsin/window/keyed_window.h"

#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/window/all_window.h"
#include "tocsin/window/last_window.h"
#include "tocsin/window/sliding_window.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

TEST_CASE("a key is forgotten at the instant its window is empty, and answers as before", "[window]") {
  KeyedWindow<std::string, SlidingWindow<Count>> windows(1h);
  CHECK(windows.Value("a", kStart) == 0);
  CHECK(windows.size() == 0);
  CHECK(windows.Add("a", kStart, 0));
  CHECK(windows.Add("a", kStart + 1s, 0));
  CHECK(windows.Add("b", kStart, 0));
  windows.AdvanceTo(kStart + 1h - 1ns);
  CHECK(windows.size() == 2);
  windows.AdvanceTo(kStart + 1h);
  CHECK(windows.size() == 1);
  CHECK(windows.Value("a", kStart + 1h) == 1);
  CHECK(windows.Value("b", kStart + 1h) == 0);
  windows.AdvanceTo(kStart + 1h + 1s);
  CHECK(windows.size() == 0);
  CHECK_FALSE(windows.Add("c", kStart, 0));
  CHECK(windows.size() == 0);
}

TEST_CASE("keys come in ascending order", "[window]") {
  KeyedWindow<int64_t, LastWindow<Last<std::string>>> windows(3);
  for (int64_t key : {5, -1, 40, 7}) windows.Add(key, kStart, "x" + std::to_string(key));
  std::vector<int64_t> keys;
  windows.ForEach([&](int64_t key, auto& window) {
    keys.push_back(key);
    CHECK(window.Value() == "x" + std::to_string(key));
  });
  CHECK(keys == std::vector<int64_t>{-1, 5, 7, 40});
  KeyedWindow<int64_t, AllWindow<Count>> all(Duration::zero());
  all.Add(1, kStart, 0);
  all.AdvanceTo(kStart + 24h * 10000);
  CHECK(all.Value(1, kStart) == 1);
}

TEST_CASE("randomised: keyed windows agree with windows that are never forgotten", "[window]") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
    KeyedWindow<int64_t, SlidingWindow<Max<int64_t>>> windows(1min);
    std::map<int64_t, SlidingWindow<Max<int64_t>>> obvious;
    Time now = kStart;
    for (int step = 0; step < 3000; ++step) {
      now += Duration(below(1000)) * 20'000'000;
      const int64_t key = below(20);
      const Time time = below(4) == 0 ? now - Duration(below(70)) * 1'000'000'000 : now;
      auto& window = obvious.try_emplace(key, 1min).first->second;
      window.AdvanceTo(now);
      windows.AdvanceTo(now);
      REQUIRE(windows.Add(key, time, step) == window.Add(time, step));
      size_t held = 0;
      for (auto& [other, its] : obvious) {
        REQUIRE(windows.Value(other, now) == its.Value(now));
        held += its.empty() ? 0 : 1;
      }
      REQUIRE(windows.size() == held);
    }
  }
}

}  // namespace
}  // namespace tocsin
