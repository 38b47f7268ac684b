// GroupTable: the groups of one grouping. From canonical key bytes (group_key.h) to a dense row, and from the row to
// its state: `row_bytes` bytes of a layout that the plan computed. Rows are never moved.
//
// Open addressing over slots of eight bytes - half of the key's hash and the row - so that a look-up is one cache line
// of slots, and one of the row, which begins with its key and is needed anyway. Callers with many keys hide the latency
// of both: PrefetchSlot for all of them, then PrefetchRow, then FindOrAdd.
#ifndef TOCSIN_METRIC_GROUP_TABLE_H_
#define TOCSIN_METRIC_GROUP_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace tocsin {

class GroupTable {
 public:
  explicit GroupTable(size_t row_bytes);

  // Differs from process to process, so that nobody can choose keys that collide; nothing that is told depends on it.
  static uint64_t Hash(std::string_view key);

  // The row of that key; a new one's bytes are zero.
  uint32_t FindOrAdd(std::string_view key, uint64_t hash);
  uint32_t FindOrAdd(std::string_view key) { return FindOrAdd(key, Hash(key)); }
  std::optional<uint32_t> Find(std::string_view key) const;

  void PrefetchSlot(uint64_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }
  // The row that the key probably has, with its first lines on their way; null when it has none.
  std::byte* PrefetchRow(uint64_t hash) const;

  uint32_t size() const { return static_cast<uint32_t>(hashes_.size()); }
  std::byte* row(uint32_t index) const { return Base(index) + kKeyBytes; }
  // Valid as long as the table.
  std::string_view key(uint32_t index) const;

 private:
  static constexpr int kRowBits = 8;  // a chunk holds 256 rows
  static constexpr uint32_t kRowMask = (1u << kRowBits) - 1;
  // A row begins with its key: the length, then the bytes themselves or, where they are longer, a pointer to them.
  static constexpr size_t kKeyBytes = 24;
  static constexpr size_t kInlineBytes = kKeyBytes - sizeof(uint32_t);

  struct Slot {
    uint32_t half = 0;  // the upper half of the hash
    uint32_t row = 0;   // plus one; 0: free
  };
  static uint32_t Half(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }

  std::byte* Base(uint32_t index) const { return rows_[index >> kRowBits].get() + size_t{index & kRowMask} * stride_; }
  std::optional<uint32_t> Find(std::string_view key, uint64_t hash) const;
  uint32_t Add(std::string_view key, uint64_t hash);
  void Occupy(uint64_t hash, uint32_t row);
  void Grow();

  size_t stride_;
  size_t mask_;
  std::vector<Slot> slots_;       // at most half of them occupied
  std::vector<uint64_t> hashes_;  // by row
  std::vector<std::unique_ptr<std::byte[]>> rows_;
  std::vector<std::unique_ptr<char[]>> long_keys_;
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_GROUP_TABLE_H_
