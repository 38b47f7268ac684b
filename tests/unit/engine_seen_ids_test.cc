// The fingerprints against a list that keeps every id and forgets by the definition.
#include "engine/seen_ids.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <random>
#include <set>
#include <string>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

std::string Saved(const SeenIds& seen) {
  ByteWriter out;
  seen.Save(&out);
  return out.Take();
}

bool Loads(SeenIds* seen, const std::string& bytes) {
  ByteReader in(bytes);
  return seen->Load(&in);
}

// docs/semantics.md 2.3, word by word.
class ObviousIds {
 public:
  ObviousIds(Duration remembered, size_t max_ids) : remembered_(remembered), max_ids_(max_ids) {}
  bool Insert(const std::string& source, const std::string& id, std::optional<Time> clock) {
    if (clock) Expire(*clock);
    for (const Entry& entry : entries_)
      if (entry.source == source && entry.id == id) return false;
    entries_.push_back({source, id, clock});
    if (entries_.size() > max_ids_) {
      entries_.pop_front();
      ++forgotten_;
    }
    return true;
  }
  void Expire(Time clock) {
    for (Entry& entry : entries_)
      if (!entry.clock) entry.clock = clock;
    while (!entries_.empty() && *entries_.front().clock + remembered_ <= clock) entries_.pop_front();
  }
  uint64_t forgotten() const { return forgotten_; }

 private:
  struct Entry {
    std::string source;
    std::string id;
    std::optional<Time> clock;
  };
  Duration remembered_;
  size_t max_ids_;
  std::deque<Entry> entries_;
  uint64_t forgotten_ = 0;
};

TEST_CASE("an id is remembered until the clock has moved W past its arrival", "[engine]") {
  for (Duration later : {Duration(0), Duration(1h - 1ns)}) {
    SeenIds seen(1h, 100);
    CHECK(seen.Insert("", "a", kStart));
    CHECK_FALSE(seen.Insert("", "a", kStart + later));
  }
  for (Duration later : {Duration(1h), Duration(1h + 1ns)}) {
    SeenIds seen(1h, 100);
    CHECK(seen.Insert("", "a", kStart));
    CHECK(seen.Insert("", "a", kStart + later));
    CHECK_FALSE(seen.Insert("", "a", kStart + later + 1h - 1ns));  // a duplicate does not prolong it, an arrival does
    CHECK(seen.Insert("", "a", kStart + later + 1h));
    CHECK(seen.forgotten() == 0);
  }
}

TEST_CASE("before there is a clock, ids are remembered from its first instant", "[engine]") {
  SeenIds seen(1h, 100);
  CHECK(seen.Insert("", "a", std::nullopt));
  CHECK_FALSE(seen.Insert("", "a", std::nullopt));
  seen.Expire(kStart);
  CHECK_FALSE(seen.Insert("", "a", kStart + 1h - 1ns));
  CHECK(seen.Insert("", "a", kStart + 1h));
}

TEST_CASE("the source belongs to the id", "[engine]") {
  SeenIds seen(1h, 100);
  CHECK(seen.Insert("shop", "1", kStart));
  CHECK(seen.Insert("desk", "1", kStart));
  CHECK(seen.Insert("sho", "p1", kStart));
  CHECK(seen.Insert("", "shop1", kStart));
  CHECK_FALSE(seen.Insert("shop", "1", kStart));
}

TEST_CASE("beyond max_ids the oldest are forgotten, and counted", "[engine]") {
  SeenIds seen(1h, 2);
  CHECK(seen.Insert("", "a", kStart));
  CHECK(seen.Insert("", "b", kStart));
  CHECK(seen.forgotten() == 0);
  CHECK(seen.Insert("", "c", kStart));
  CHECK(seen.forgotten() == 1);
  CHECK_FALSE(seen.Insert("", "b", kStart));
  CHECK(seen.Insert("", "a", kStart));
  CHECK(seen.forgotten() == 2);
  CHECK(seen.size() == 2);
  CHECK(seen.Insert("", "d", kStart + 1h));  // there is room: all are past
  CHECK(seen.forgotten() == 2);
}

TEST_CASE("the ends of time are no way round", "[engine]") {
  SeenIds seen(Duration::max(), 10);
  CHECK(seen.Insert("", "a", Time::min()));
  CHECK(seen.Insert("", "b", kStart));
  CHECK_FALSE(seen.Insert("", "b", Time::max() - 1ns));
}

TEST_CASE("fingerprints of near texts differ", "[engine]") {
  std::set<std::pair<uint64_t, uint64_t>> prints;
  std::set<uint64_t> halves;
  size_t count = 0;
  for (int length = 0; length < 40; ++length) {
    for (int at = 0; at <= length; ++at) {
      for (char c : {'\0', 'a', 'b'}) {
        std::string text(static_cast<size_t>(length) + 1, '\0');
        text[static_cast<size_t>(at)] = c;
        if (c == '\0' && at != 0) continue;
        const Fingerprint print = FingerprintOf("s", text);
        prints.emplace(print.a, print.b);
        halves.insert(print.a);
        halves.insert(print.b);
        ++count;
      }
    }
  }
  CHECK(prints.size() == count);
  CHECK(halves.size() == 2 * count);
}

TEST_CASE("randomised: the same duplicates as a list of all ids, through snapshots too", "[engine]") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(tocsin::test::Seed(seed));
    const size_t max_ids = seed % 2 == 0 ? 1'000'000 : 1 + random() % 200;
    const Duration remembered = std::chrono::milliseconds(random() % 500);
    SeenIds seen(remembered, max_ids);
    ObviousIds obvious(remembered, max_ids);
    std::optional<Time> now;
    for (int step = 0; step < 10000; ++step) {
      if (step > 50) {
        Time moved = now.value_or(kStart) + std::chrono::milliseconds(random() % 3);
        if (random() % 1000 == 0) moved += 300ms;
        now = moved;
      }
      const std::string source = random() % 2 == 0 ? "a" : "b";
      const std::string id = std::to_string(random() % 300);
      REQUIRE(seen.Insert(source, id, now) == obvious.Insert(source, id, now));
      REQUIRE(seen.forgotten() == obvious.forgotten());
      REQUIRE(seen.size() <= max_ids);
      if (now && random() % 10 == 0) {
        seen.Expire(*now);
        obvious.Expire(*now);
      }
      if (random() % 2000 != 0) continue;
      const std::string bytes = Saved(seen);
      SeenIds loaded(remembered, max_ids);
      REQUIRE(Loads(&loaded, bytes));
      REQUIRE(Saved(loaded) == bytes);
      std::swap(seen, loaded);
    }
  }
}

TEST_CASE("many ids through a ring that grows and comes round, and memory that stays", "[engine]") {
  SeenIds seen(1s, 1'000'000);
  Time now = kStart;
  size_t settled = 0;
  for (int i = 0; i < 300'000; ++i) {
    now += i % 100'000 < 50'000 ? 20us : 40us;
    REQUIRE(seen.Insert("", std::to_string(i), now));
    REQUIRE_FALSE(seen.Insert("", std::to_string(i), now));
    if (i >= 25'000) REQUIRE_FALSE(seen.Insert("", std::to_string(i - 20'000), now));
    seen.Expire(now);
    if (i == 150'000) settled = seen.bytes();
  }
  CHECK(seen.bytes() <= settled + settled / 10);
}

TEST_CASE("damaged ids are refused or harmless", "[engine]") {
  SeenIds seen(1h, 100);
  for (int i = 0; i < 50; ++i) seen.Insert("", std::to_string(i), kStart + i * 1min);
  const std::string good = Saved(seen);
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    std::mt19937_64 random(tocsin::test::Seed(seed));
    std::string bad = good;
    for (uint64_t n = 1 + random() % 3; n > 0; --n) bad[random() % bad.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bad.resize(random() % bad.size());
    SeenIds loaded(1h, 20);
    if (!Loads(&loaded, bad)) REQUIRE(loaded.size() == 0);
    for (int i = 0; i < 100; ++i) loaded.Insert("", std::to_string(i), kStart + i * 1min);
    REQUIRE(loaded.size() <= 20);
  }
}

}  // namespace
}  // namespace tocsin
