// RowIndex: from hashes to row numbers, for tables that keep their keys in rows. Whoever owns the rows compares keys.
//
//   uint32_t row = index.Find(tag, [&](uint32_t row) { return KeyOf(row) == key; });
//   if (row == RowIndex::kNone) index.Add(tag, new_row);
//
// A hash table of buckets, a cache line each: seven tags (32 bits of hash) beside seven rows, so that one comparison
// looks at all of them. A bucket that is full passes keys on to the next and counts them; a look-up goes on only where
// the count is not zero, and a removal leaves nothing behind (the counts are those of F14: N. Bronson, X. Shi, "Open-
// sourcing F14", 2019). It grows without a pause: each addition moves a few buckets of the old half to the new table,
// and until that is done both are looked into.
//
// One thread at a time. 11 to 22 bytes a row. What is in it, not where, decides every answer.
#ifndef TOCSIN_BASE_ROW_INDEX_H_
#define TOCSIN_BASE_ROW_INDEX_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/chunk_memory.h"
#include "base/prefetch.h"

namespace tocsin {

class RowIndex {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  RowIndex() : now_(kFirstBuckets) {}

  // The row with that tag for which same(row) is true, or kNone.
  template <typename Same>
  uint32_t Find(uint32_t tag, Same same) const {
    const uint32_t row = now_.Find(Tag(tag), same);
    return row != kNone || old_.mask == kNoTable ? row : old_.Find(Tag(tag), same);
  }
  // REQUIRES: that row is not in it.
  void Add(uint32_t tag, uint32_t row);
  // False when it is not there.
  bool Remove(uint32_t tag, uint32_t row);

  // Has the line on its way that Find will look at first.
  void Prefetch(uint32_t tag) const {
    PrefetchLine(&now_.Home(Tag(tag)));
    if (old_.mask != kNoTable) PrefetchLine(&old_.Home(Tag(tag)));
  }

  size_t size() const { return size_; }
  size_t bytes() const { return now_.memory.size() + old_.memory.size(); }

 private:
  static constexpr size_t kFirstBuckets = 4;
  static constexpr size_t kFull = 6;     // rows for each bucket, of seven
  static constexpr uint32_t kMoved = 4;  // buckets for each addition while it grows
  static constexpr uint32_t kNoTable = UINT32_MAX;
  static constexpr uint32_t kTags = 0xFE;  // the lanes of a bucket's first half that are tags

  struct alignas(64) Bucket {
    // words[1…7]: tags, 0 where free; words[9…15]: their rows.
    std::array<uint32_t, 16> words{};
    uint32_t& passed_on() { return words[0]; }
    uint32_t passed_on() const { return words[0]; }
    uint32_t& tag(uint32_t lane) { return words[lane]; }
    uint32_t& row(uint32_t lane) { return words[lane + 8]; }
    uint32_t row(uint32_t lane) const { return words[lane + 8]; }
    // One bit for each lane with that tag.
    uint32_t Lanes(uint32_t tag) const;
  };

  struct Table {
    Table() = default;
    explicit Table(size_t buckets);
    Bucket& Home(uint32_t tag) const { return buckets[tag & mask]; }
    template <typename Same>
    uint32_t Find(uint32_t tag, Same same) const;
    void Add(uint32_t tag, uint32_t row);
    bool Remove(uint32_t tag, uint32_t row);

    ChunkMemory memory;
    Bucket* buckets = nullptr;
    uint32_t mask = kNoTable;
  };

  // A tag that is not 0.
  static uint32_t Tag(uint32_t tag) { return tag == 0 ? 1 : tag; }
  void MoveSome();

  Table now_;
  Table old_;           // while it grows
  uint32_t moved_ = 0;  // of its buckets
  size_t size_ = 0;
};

inline uint32_t RowIndex::Bucket::Lanes(uint32_t tag) const {
#ifdef __SSE2__
  const auto* half = reinterpret_cast<const __m128i*>(words.data());
  const __m128i wanted = _mm_set1_epi32(static_cast<int>(tag));
  const __m128i low = _mm_cmpeq_epi32(_mm_load_si128(half), wanted);
  const __m128i high = _mm_cmpeq_epi32(_mm_load_si128(half + 1), wanted);
  const __m128i both = _mm_packs_epi16(_mm_packs_epi32(low, high), _mm_setzero_si128());
  return static_cast<uint32_t>(_mm_movemask_epi8(both)) & kTags;
#else
  uint32_t lanes = 0;
  for (uint32_t lane = 1; lane < 8; ++lane) lanes |= static_cast<uint32_t>(words[lane] == tag) << lane;
  return lanes;
#endif
}

template <typename Same>
uint32_t RowIndex::Table::Find(uint32_t tag, Same same) const {
  const uint32_t home = tag & mask;
  uint32_t at = home;
  do {
    const Bucket& bucket = buckets[at];
    for (uint32_t lanes = bucket.Lanes(tag); lanes != 0; lanes &= lanes - 1) {
      const uint32_t row = bucket.row(static_cast<uint32_t>(std::countr_zero(lanes)));
      if (same(row)) return row;
    }
    if (bucket.passed_on() == 0) return kNone;
    at = (at + 1) & mask;
  } while (at != home);
  return kNone;
}

}  // namespace tocsin

#endif  // TOCSIN_BASE_ROW_INDEX_H_
