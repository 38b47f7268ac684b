#include "metric/group_table.h"

#include <cstring>

#include "absl/hash/hash.h"

namespace tocsin {

constexpr size_t kFirstSlots = 16;

GroupTable::GroupTable(size_t row_bytes)
    : stride_(kKeyBytes + (row_bytes + 7) / 8 * 8), mask_(kFirstSlots - 1), slots_(kFirstSlots) {}

uint64_t GroupTable::Hash(std::string_view key) { return absl::HashOf(key); }

std::string_view GroupTable::key(uint32_t index) const {
  const std::byte* base = Base(index);
  uint32_t size = 0;
  std::memcpy(&size, base, sizeof(size));
  const char* text = reinterpret_cast<const char*>(base + sizeof(size));
  if (size > kInlineBytes) std::memcpy(&text, base + sizeof(uint64_t), sizeof(text));
  return {text, size};
}

std::byte* GroupTable::PrefetchRow(uint64_t hash) const {
  const uint32_t half = Half(hash);
  for (size_t i = hash & mask_; slots_[i].row != 0; i = (i + 1) & mask_) {
    if (slots_[i].half != half) continue;
    std::byte* base = Base(slots_[i].row - 1);
    __builtin_prefetch(base, 1);
    __builtin_prefetch(base + 64, 1);
    return base + kKeyBytes;
  }
  return nullptr;
}

std::optional<uint32_t> GroupTable::Find(std::string_view key) const { return Find(key, Hash(key)); }

std::optional<uint32_t> GroupTable::Find(std::string_view wanted, uint64_t hash) const {
  const uint32_t half = Half(hash);
  for (size_t i = hash & mask_; slots_[i].row != 0; i = (i + 1) & mask_) {
    if (slots_[i].half == half && key(slots_[i].row - 1) == wanted) return slots_[i].row - 1;
  }
  return std::nullopt;
}

uint32_t GroupTable::FindOrAdd(std::string_view key, uint64_t hash) {
  if (std::optional<uint32_t> found = Find(key, hash)) return *found;
  return Add(key, hash);
}

uint32_t GroupTable::Add(std::string_view key, uint64_t hash) {
  const uint32_t index = size();
  if (index >> kRowBits == rows_.size()) rows_.push_back(std::make_unique<std::byte[]>(stride_ << kRowBits));
  std::byte* base = Base(index);
  const auto length = static_cast<uint32_t>(key.size());
  std::memcpy(base, &length, sizeof(length));
  if (key.size() <= kInlineBytes) {
    if (!key.empty()) std::memcpy(base + sizeof(length), key.data(), key.size());
  } else {
    long_keys_.push_back(std::make_unique<char[]>(key.size()));
    const char* text = long_keys_.back().get();
    std::memcpy(long_keys_.back().get(), key.data(), key.size());
    std::memcpy(base + sizeof(uint64_t), &text, sizeof(text));
  }
  hashes_.push_back(hash);
  if (hashes_.size() * 2 > slots_.size()) {
    Grow();
  } else {
    Occupy(hash, index);
  }
  return index;
}

void GroupTable::Occupy(uint64_t hash, uint32_t row) {
  size_t i = hash & mask_;
  while (slots_[i].row != 0) i = (i + 1) & mask_;
  slots_[i] = {Half(hash), row + 1};
}

void GroupTable::Grow() {
  slots_.assign(slots_.size() * 2, Slot());
  mask_ = slots_.size() - 1;
  for (uint32_t row = 0; row < hashes_.size(); ++row) Occupy(hashes_[row], row);
}

}  // namespace tocsin
