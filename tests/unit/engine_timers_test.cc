// The wheel against a sorted multimap.
#include "engine/timers.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

TEST_CASE("timers are taken at their instant, not before", "[engine]") {
  Timers timers;
  std::vector<Timer> due;
  CHECK_FALSE(timers.Next());
  timers.Set({FromNanos(-5), Timer::Kind::kTick, 1, 2});
  timers.Set({Time::max(), Timer::Kind::kExit, 3, 4});
  CHECK(timers.Next() == FromNanos(-5));
  timers.TakeDue(FromNanos(-6), &due);
  CHECK(due.empty());
  timers.TakeDue(FromNanos(-5), &due);
  REQUIRE(due.size() == 1);
  CHECK(due[0].row == 2);
  CHECK(timers.Next() == Time::max());
  timers.TakeDue(Time::max(), &due);
  CHECK(due.size() == 2);
  CHECK(timers.size() == 0);
}

TEST_CASE("timers that ring soon are seen before", "[engine]") {
  Timers timers;
  timers.Start(FromNanos(0));
  for (int64_t t = 1; t <= 1000; t += 3) timers.Set({FromNanos(t), Timer::Kind::kExit, 0, static_cast<uint32_t>(t)});
  auto seen = [&](int64_t until, size_t most) {
    std::vector<uint32_t> rows;
    timers.VisitSoon(FromNanos(until), most, [&](const Timer& timer) { rows.push_back(timer.row); });
    return rows;
  };
  CHECK(seen(0, 10).empty());
  CHECK(seen(7, 10) == std::vector<uint32_t>{1, 4, 7});
  CHECK(seen(7, 2) == std::vector<uint32_t>{1, 4});
  for (uint32_t row : seen(500, 1000)) CHECK(row <= 500);
  CHECK(timers.size() == 334);
}

std::string Saved(const Timers& timers) {
  ByteWriter out;
  timers.Save(&out);
  return out.Take();
}

TEST_CASE("timers are saved with all that they say", "[engine]") {
  Timers timers;
  std::vector<Timer> due;
  timers.Set({FromNanos(10), Timer::Kind::kMinute, 0, 0});
  timers.TakeDue(FromNanos(10), &due);
  timers.Set({FromNanos(10), Timer::Kind::kAlert, 1, 2, 3});
  timers.Set({FromNanos(1000), Timer::Kind::kGroup, 4, 5, 65535});
  Timers loaded;
  const std::string bytes = Saved(timers);
  ByteReader in(bytes);
  REQUIRE(loaded.Load(&in));
  CHECK(Saved(loaded) == bytes);
  CHECK(loaded.Next() == FromNanos(10));
  due.clear();
  loaded.TakeDue(FromNanos(999), &due);
  REQUIRE(due.size() == 1);
  CHECK(due[0].kind == Timer::Kind::kAlert);
  CHECK(due[0].index == 1);
  CHECK(due[0].row == 2);
  CHECK(due[0].generation == 3);
  loaded.TakeDue(FromNanos(1000), &due);
  REQUIRE(due.size() == 2);
  CHECK(due[1].generation == 65535);
  timers.Reset();
  CHECK(timers.size() == 0);
  CHECK_FALSE(timers.Next());
  timers.Set({FromNanos(-10), Timer::Kind::kExit, 0, 0});
  CHECK(timers.Next() == FromNanos(-10));
}

TEST_CASE("damaged timers are refused or harmless", "[engine]") {
  Timers timers;
  for (int64_t i = 0; i < 30; ++i) timers.Set({FromNanos(i * i * i * 1000), Timer::Kind::kExit, 0, 0});
  std::vector<Timer> due;
  timers.TakeDue(FromNanos(5000), &due);
  const std::string good = Saved(timers);
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    std::mt19937_64 random(tocsin::test::Seed(seed));
    std::string bad = good;
    for (uint64_t n = 1 + random() % 3; n > 0; --n) bad[random() % bad.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bad.resize(random() % bad.size());
    Timers loaded;
    ByteReader in(bad);
    const bool good_enough = loaded.Load(&in);
    if (!good_enough) REQUIRE(loaded.size() == 0);
    const size_t held = loaded.size();
    due.clear();
    loaded.TakeDue(Time::max(), &due);
    REQUIRE(due.size() == held);
    REQUIRE(loaded.size() == 0);
  }
}

TEST_CASE("randomised: the wheel agrees with a sorted list", "[engine]") {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(tocsin::test::Seed(seed));
    Timers timers;
    std::multimap<Time, uint32_t> obvious;
    int64_t now = seed % 2 == 0 ? -1'000'000 : 1'700'000'000'000'000'000;
    uint32_t number = 0;
    if (seed % 3 == 0) timers.Start(FromNanos(now));
    for (int step = 0; step < 3000; ++step) {
      for (uint64_t n = random() % 4; n > 0; --n) {
        // From nanoseconds to years ahead, many at the same instant.
        int64_t ahead = static_cast<int64_t>(random() & ((uint64_t{1} << (random() % 55)) - 1));
        if (random() % 3 == 0) ahead = 1000;
        obvious.emplace(FromNanos(now + ahead), number);
        timers.Set({FromNanos(now + ahead), Timer::Kind::kExit, number++, 0});
      }
      REQUIRE(timers.Next().has_value() == !obvious.empty());
      if (!obvious.empty()) REQUIRE(*timers.Next() == obvious.begin()->first);
      if (random() % 3 == 0 && timers.Next()) {
        now = ToNanos(*timers.Next());
      } else {
        now += static_cast<int64_t>(random() & ((uint64_t{1} << (random() % 50)) - 1));
      }
      std::vector<Timer> due;
      timers.TakeDue(FromNanos(now), &due);
      std::multimap<Time, uint32_t> taken;
      for (const Timer& timer : due) taken.emplace(timer.time, timer.index);
      std::multimap<Time, uint32_t> expected(obvious.begin(), obvious.upper_bound(FromNanos(now)));
      obvious.erase(obvious.begin(), obvious.upper_bound(FromNanos(now)));
      auto sorted = [](const std::multimap<Time, uint32_t>& map) {
        std::vector<std::pair<Time, uint32_t>> list(map.begin(), map.end());
        std::sort(list.begin(), list.end());
        return list;
      };
      REQUIRE(sorted(taken) == sorted(expected));
      REQUIRE(timers.size() == obvious.size());
      if (step % 500 != 0) continue;
      const std::string bytes = Saved(timers);
      ByteReader in(bytes);
      REQUIRE(timers.Load(&in));
    }
  }
}

}  // namespace
}  // namespace tocsin
