// The pool against a map of counts.
#include "metric/text_pool.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

std::string Saved(const TextPool& pool) {
  ByteWriter out;
  pool.Save(&out);
  return out.Take();
}

bool Loads(TextPool* pool, const std::string& bytes) {
  ByteReader in(bytes);
  return pool->Load(&in);
}

TEST_CASE("a text is kept once, as long as somebody holds it", "[metric]") {
  TextPool pool;
  const uint32_t france = pool.Acquire("France");
  const uint32_t nothing = pool.Acquire("");
  CHECK(france != 0);
  CHECK(nothing != 0);
  CHECK(nothing != france);
  CHECK(pool.Text(nothing).empty());
  CHECK(pool.Acquire("France") == france);
  pool.AddRef(france);
  pool.Release(france);
  pool.Release(france);
  CHECK(pool.Text(france) == "France");
  pool.Release(france);
  CHECK_FALSE(pool.contains(france));
  CHECK(Saved(pool).find("France") == std::string::npos);
  CHECK(pool.Acquire("Spain") == france);  // its number
  CHECK(pool.size() == 2);
}

TEST_CASE("numbers that no text has are known", "[metric]") {
  TextPool pool;
  CHECK_FALSE(pool.contains(0));
  CHECK_FALSE(pool.contains(1));
  CHECK(pool.Acquire("a") == 1);
  CHECK(pool.contains(1));
  CHECK_FALSE(pool.contains(0));
  CHECK_FALSE(pool.contains(2));
  CHECK_FALSE(pool.contains(UINT32_MAX));
}

TEST_CASE("randomised: the pool agrees with a map of counts, through snapshots too", "[metric]") {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(tocsin::test::Seed(seed));
    TextPool pool;
    std::map<uint32_t, std::pair<std::string, int>> held;
    for (int step = 0; step < 5000; ++step) {
      std::string text(random() % 30, static_cast<char>('a' + random() % 3));
      const uint32_t number = pool.Acquire(text);
      auto& [kept, count] = held[number];
      REQUIRE((count == 0 || kept == text));
      kept = text;
      ++count;
      while (random() % 2 == 0 && !held.empty()) {
        auto it = held.lower_bound(static_cast<uint32_t>(random() % 60));
        if (it == held.end()) break;
        pool.Release(it->first);
        if (--it->second.second == 0) held.erase(it);
      }
      REQUIRE(pool.size() == held.size());
      if (step % 1000 != 999) continue;
      TextPool loaded;
      REQUIRE(Loads(&loaded, Saved(pool)));
      CHECK(loaded.EndClaims() == held.empty());
      for (const auto& [holding, text_and_count] : held) {
        REQUIRE(loaded.Text(holding) == text_and_count.first);
        for (int n = 0; n < text_and_count.second; ++n) REQUIRE(loaded.Claim(holding));
      }
      CHECK(loaded.EndClaims());
      CHECK_FALSE(loaded.Claim(0));
      REQUIRE(Saved(loaded) == Saved(pool));
      std::swap(pool, loaded);
    }
  }
}

}  // namespace
}  // namespace tocsin
