// GroupTable: the groups of one grouping. From canonical key bytes (group_key.h) to a dense row, and from the row to
// its state: `row_bytes` bytes of a layout that the plan computed. Rows are never moved.
//
//   bool added = false;
//   uint32_t row = table.FindOrAdd(key, GroupTable::Hash(key), &added);
//   std::byte* state = table.row(row);   // all zero when it was added
//
// A look-up is one cache line of the index (row_index.h) and one of the row, which begins with its key and is needed
// anyway. Callers with many keys hide the latency of both: PrefetchSlot for all of them, then PrefetchRow, then
// PrefetchKey, then FindOrAdd. A removed row's number is given to the next new group, the last removed first; a
// generation tells a row from what had its number before.
//
// One thread at a time. A row takes 32 bytes and its state (rounded up to 8), and 11 to 22 in the index. Nothing is
// allocated but chunks of 2 MiB or more and, seldom, a larger index, which is filled a little at each addition.
#ifndef TOCSIN_METRIC_GROUP_TABLE_H_
#define TOCSIN_METRIC_GROUP_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "base/byte_io.h"
#include "base/chunk_memory.h"
#include "base/hash_bytes.h"
#include "base/prefetch.h"
#include "base/row_index.h"
#include "metric/pane_pool.h"

namespace tocsin {

class GroupTable {
 public:
  static constexpr uint32_t kNone = RowIndex::kNone;
  static constexpr uint32_t kHeadBytes = 32;  // of a row, before its state

  explicit GroupTable(size_t row_bytes);

  // Differs from process to process, so that nobody can choose keys that collide; nothing that is told depends on it.
  static uint64_t Hash(std::string_view key) { return HashBytes(key); }

  // The row of that key; a new one's bytes are zero. REQUIRES: hash == Hash(key), key.size() < 2^32.
  uint32_t FindOrAdd(std::string_view key, uint64_t hash, bool* added = nullptr);
  uint32_t FindOrAdd(std::string_view key) { return FindOrAdd(key, Hash(key)); }
  std::optional<uint32_t> Find(std::string_view key, uint64_t hash) const;
  std::optional<uint32_t> Find(std::string_view key) const { return Find(key, Hash(key)); }
  // Forgets key and state, whose bytes become zero. REQUIRES: alive(row).
  void Remove(uint32_t row);

  void PrefetchSlot(uint64_t hash) const { index_.Prefetch(TagOf(hash)); }
  // The row that the key probably has, with its first lines on their way; kNone when it has none.
  uint32_t PrefetchRow(uint64_t hash) const;
  // The first lines of a row. REQUIRES: row < end().
  void PrefetchLines(uint32_t row) const;
  // The rest of that row's key, where the row is too short for it: for a step after PrefetchRow.
  void PrefetchKey(uint32_t row) const {
    const Head& head = *HeadOf(row);
    if (head.size == kLong) PrefetchLine(long_keys_.At(head.far.block));
  }

  // Live rows, and one more than the highest number of any.
  uint32_t size() const { return static_cast<uint32_t>(index_.size()); }
  uint32_t end() const { return end_; }
  bool alive(uint32_t row) const { return (generation(row) & 1) != 0; }
  // Whether it is that key's.
  bool IsOf(uint32_t row, std::string_view key) const;
  // Another for each group that has the number (for 32,768 of them; then they come again), and for none.
  // REQUIRES: row < end().
  uint16_t generation(uint32_t row) const { return HeadOf(row)->generation; }
  // REQUIRES: row < end(). The state; while it is not alive, all zero.
  std::byte* row(uint32_t index) const { return Base(index) + sizeof(Head); }
  // Valid as long as the row; empty when it is not alive.
  std::string_view key(uint32_t index) const;
  // In order of row numbers.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (uint32_t row = 0; row < end_; ++row)
      if (alive(row)) visit(row);
  }

  // What a row takes, its part of the index included. Depends on the key and nothing else.
  size_t BytesOf(uint32_t row) const {
    constexpr size_t kIndexBytes = 16;
    const size_t key_bytes = HeadOf(row)->size == kLong ? key(row).size() : 0;
    return stride_ + kIndexBytes + key_bytes;
  }
  // What it takes of the process's memory: rows that were given, not what chunks still hold.
  size_t bytes() const { return size_t{end_} * stride_ + index_.bytes() + long_keys_.bytes(); }

  // Keys, states and generations as they are; the index is made anew.
  void Save(ByteWriter* out) const;
  // False when the bytes are not those of a table with rows of this size; it is then empty. What states and keys say
  // is for the caller to check.
  bool Load(ByteReader* in);

 private:
  // What a row begins with. A key in the row spares a cache miss: most ids of 26 characters and fewer are.
  struct Head {
    uint16_t generation;  // odd: alive
    uint16_t size;        // of the key; kLong: it is in long_keys_
    union {
      char text[28];
      struct {
        uint32_t size;
        uint32_t block;
      } far;
      uint32_t next_free;  // not alive: one more than the next such row
    };
  };
  static_assert(sizeof(Head) == kHeadBytes);
  static constexpr uint16_t kLong = UINT16_MAX;

  static bool SameShort(const char* a, const char* b, size_t size);
  static uint32_t TagOf(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }

  std::byte* Base(uint32_t index) const {
    return chunks_[index >> chunk_bits_].data() + (index & chunk_mask_) * stride_;
  }
  Head* HeadOf(uint32_t index) const { return reinterpret_cast<Head*>(Base(index)); }
  size_t LiveBytes(size_t chunk) const;
  uint32_t NewRow();
  bool LoadRows(ByteReader* in);
  bool IndexRows(uint32_t alive);
  bool CheckFree(uint32_t dead) const;

  size_t stride_;
  uint32_t chunk_bits_ = 0;  // rows in a chunk
  size_t chunk_mask_;
  std::vector<ChunkMemory> chunks_;
  uint32_t end_ = 0;
  uint32_t first_free_ = 0;  // one more than the row's number
  RowIndex index_;
  PanePool long_keys_;
};

// By words, the last of which looks at some bytes again.
inline bool GroupTable::SameShort(const char* a, const char* b, size_t size) {
  auto differ = [&](size_t at) {
    uint64_t x = 0;
    uint64_t y = 0;
    std::memcpy(&x, a + at, sizeof(x));
    std::memcpy(&y, b + at, sizeof(y));
    return x ^ y;
  };
  if (size < sizeof(uint64_t)) return std::memcmp(a, b, size) == 0;
  uint64_t difference = differ(size - sizeof(uint64_t));
  for (size_t at = 0; at + sizeof(uint64_t) < size; at += sizeof(uint64_t)) difference |= differ(at);
  return difference == 0;
}

inline bool GroupTable::IsOf(uint32_t row, std::string_view wanted) const {
  const Head& head = *HeadOf(row);
  if ((head.generation & 1) == 0) return false;
  if (wanted.size() <= sizeof(head.text)) [[likely]]
    return head.size == wanted.size() && SameShort(head.text, wanted.data(), wanted.size());
  return head.size == kLong && key(row) == wanted;
}

}  // namespace tocsin

#endif  // TOCSIN_METRIC_GROUP_TABLE_H_
