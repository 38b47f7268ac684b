// The pool against blocks that are remembered by hand: none overlap, all keep what was written, saved and loaded too.
#include "metric/pane_pool.h"

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

struct Held {
  uint32_t block = 0;
  size_t asked = 0;
  size_t got = 0;
  uint8_t mark = 0;
};

Held Take(PanePool* pool, size_t bytes, uint8_t mark) {
  Held held{0, bytes, 0, mark};
  held.block = pool->Allocate(bytes, &held.got);
  std::memset(pool->At(held.block), mark, held.got);
  return held;
}

bool Unspoilt(const PanePool& pool, const Held& held) {
  const std::string expected(held.got, static_cast<char>(held.mark));
  return std::memcmp(pool.At(held.block), expected.data(), held.got) == 0;
}

std::string Saved(const PanePool& pool) {
  ByteWriter out;
  pool.Save(&out);
  return out.Take();
}

bool Loads(PanePool* pool, const std::string& bytes) {
  ByteReader in(bytes);
  return pool->Load(&in);
}

TEST_CASE("sizes come in four steps a doubling", "[metric]") {
  PanePool pool;
  size_t got = 0;
  for (auto [asked, expected] : std::vector<std::pair<size_t, size_t>>{{1, 32},
                                                                       {32, 32},
                                                                       {33, 64},
                                                                       {128, 128},
                                                                       {129, 160},
                                                                       {256, 256},
                                                                       {257, 320},
                                                                       {321, 384},
                                                                       {449, 512},
                                                                       {513, 640},
                                                                       {1u << 20, 1u << 20},
                                                                       {(1u << 20) + 1, 5u << 18},
                                                                       {7u << 18, 7u << 18},
                                                                       {2u << 20, 2u << 20},
                                                                       {(2u << 20) + 1, 5u << 19}}) {
    CAPTURE(asked);
    pool.Allocate(asked, &got);
    CHECK(got == expected);
  }
}

TEST_CASE("a freed block is used again for its size, and a large one goes back to the system", "[metric]") {
  PanePool pool;
  size_t got = 0;
  const uint32_t a = pool.Allocate(100, &got);
  const uint32_t b = pool.Allocate(100, &got);
  pool.Free(a, 100);
  pool.Free(b, got);
  CHECK(pool.Allocate(128, &got) == b);
  CHECK(pool.Allocate(97, &got) == a);
  const size_t before = pool.bytes();
  const uint32_t large = pool.Allocate(10'000'000, &got);
  CHECK(pool.bytes() == before + got);
  pool.Free(large, 10'000'000);
  CHECK(pool.bytes() == before);
  CHECK(pool.Allocate(3'000'000, &got) == large);
}

TEST_CASE("randomised: blocks keep what is written, through a snapshot too", "[metric]") {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(tocsin::test::Seed(seed));
    PanePool pool;
    std::vector<Held> held;
    for (int step = 0; step < 3000; ++step) {
      if (held.empty() || random() % 5 < 3) {
        const size_t bytes =
            random() % 500 == 0 ? 2'000'000 + random() % 3'000'000 : 1 + random() % (1 << random() % 16);
        held.push_back(Take(&pool, bytes, static_cast<uint8_t>(random())));
      } else {
        std::swap(held[random() % held.size()], held.back());
        REQUIRE(Unspoilt(pool, held.back()));
        pool.Free(held.back().block, random() % 2 == 0 ? held.back().asked : held.back().got);
        held.pop_back();
      }
      if (step % 1000 != 999) continue;
      const std::string bytes = Saved(pool);
      PanePool loaded;
      REQUIRE(Loads(&loaded, bytes));
      for (const Held& block : held) REQUIRE(loaded.Claim(block.block, block.asked));
      if (!held.empty()) REQUIRE_FALSE(loaded.Claim(held[0].block, held[0].asked));
      REQUIRE(Saved(loaded) == bytes);
      REQUIRE(loaded.bytes() == pool.bytes());
      REQUIRE(loaded.EndClaims());
      std::swap(pool, loaded);
    }
    for (const Held& block : held) REQUIRE(Unspoilt(pool, block));
  }
}

TEST_CASE("a block that is free, none or in the middle cannot be claimed", "[metric]") {
  PanePool pool;
  size_t got = 0;
  const uint32_t a = pool.Allocate(64, &got);
  const uint32_t b = pool.Allocate(64, &got);
  pool.Free(b, 64);
  PanePool loaded;
  REQUIRE(Loads(&loaded, Saved(pool)));
  CHECK_FALSE(loaded.Claim(b, 64));
  CHECK_FALSE(loaded.Claim(a, 128));
  CHECK_FALSE(loaded.Claim(a + 100, 32));
  CHECK_FALSE(loaded.Claim(UINT32_MAX, 32));
  CHECK_FALSE(loaded.Claim(a, 0));
  CHECK_FALSE(loaded.Claim(a, SIZE_MAX));
  CHECK_FALSE(loaded.Claim(a, size_t{4} << 20));
  CHECK(loaded.Claim(a + 1, 32));
  CHECK_FALSE(loaded.EndClaims());  // the first half of `a` is nobody's
}

TEST_CASE("damaged pools are refused or harmless", "[metric]") {
  PanePool pool;
  std::vector<uint32_t> blocks;
  size_t got = 0;
  for (size_t i = 1; i < 30; ++i) blocks.push_back(pool.Allocate(i * 40, &got));
  for (size_t i = 1; i < 30; i += 2) pool.Free(blocks[i - 1], i * 40);
  const std::string good = Saved(pool);
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    std::mt19937_64 random(tocsin::test::Seed(seed));
    std::string bad = good;
    // The head of the pool, or the numbers at the beginnings of free blocks.
    const size_t within = random() % 2 == 0 ? 600 : bad.size();
    for (uint64_t n = 1 + random() % 3; n > 0; --n) bad[random() % within] = static_cast<char>(random());
    if (random() % 4 == 0) bad.resize(random() % bad.size());
    PanePool loaded;
    if (!Loads(&loaded, bad)) {
      REQUIRE(loaded.bytes() == 0);
      continue;
    }
    for (size_t i = 0; i < 100; ++i) std::memset(loaded.At(loaded.Allocate(1 + i * 30, &got)), 1, 1 + i * 30);
  }
}

}  // namespace
}  // namespace tocsin
