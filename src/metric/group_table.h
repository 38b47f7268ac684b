// GroupTable: the groups of one grouping. From canonical key bytes (group_key.h) to a dense row, and from the row to its state:
// `row_bytes` bytes of a layout that the plan computed. Rows are never moved.
#ifndef TOCSIN_METRIC_GROUP_TABLE_H_
#define TOCSIN_METRIC_GROUP_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace tocsin {

class GroupTable {
 public:
  explicit GroupTable(size_t row_bytes) : row_bytes_(row_bytes) {}

  // The row of that key; a new one's bytes are zero.
  uint32_t FindOrAdd(std::string_view key);
  std::optional<uint32_t> Find(std::string_view key) const;

  uint32_t size() const { return static_cast<uint32_t>(keys_.size()); }
  std::byte* row(uint32_t index) const {
    return rows_[index >> kRowBits].get() + size_t{index & kRowMask} * row_bytes_;
  }
  // Valid as long as the table.
  std::string_view key(uint32_t index) const { return keys_[index]; }

 private:
  static constexpr int kRowBits = 8;
  static constexpr uint32_t kRowMask = (1u << kRowBits) - 1;
  static constexpr size_t kTextBlock = 1 << 16;

  std::string_view Keep(std::string_view key);

  size_t row_bytes_;
  absl::flat_hash_map<std::string_view, uint32_t> by_key_;  // views of keys_' text
  std::vector<std::string_view> keys_;                      // by row
  std::vector<std::unique_ptr<std::byte[]>> rows_;
  std::vector<std::unique_ptr<char[]>> text_;
  size_t text_left_ = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_GROUP_TABLE_H_
