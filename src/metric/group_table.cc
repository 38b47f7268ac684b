#include "metric/group_table.h"

#include <cstring>

namespace tocsin {

uint32_t GroupTable::FindOrAdd(std::string_view key) {
  auto found = by_key_.find(key);
  if (found != by_key_.end()) return found->second;
  uint32_t index = size();
  std::string_view kept = Keep(key);
  by_key_.emplace(kept, index);
  keys_.push_back(kept);
  if (index >> kRowBits == rows_.size()) rows_.push_back(std::make_unique<std::byte[]>(row_bytes_ << kRowBits));
  return index;
}

std::optional<uint32_t> GroupTable::Find(std::string_view key) const {
  auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  return found->second;
}

std::string_view GroupTable::Keep(std::string_view key) {
  if (key.empty()) return {};
  if (key.size() > kTextBlock / 4) {
    // A block of its own, behind the one that is being filled.
    auto block = std::make_unique<char[]>(key.size());
    std::memcpy(block.get(), key.data(), key.size());
    std::string_view kept(block.get(), key.size());
    text_.insert(text_.empty() ? text_.end() : text_.end() - 1, std::move(block));
    return kept;
  }
  if (text_left_ < key.size()) {
    text_.push_back(std::make_unique<char[]>(kTextBlock));
    text_left_ = kTextBlock;
  }
  char* place = text_.back().get() + (kTextBlock - text_left_);
  std::memcpy(place, key.data(), key.size());
  text_left_ -= key.size();
  return {place, key.size()};
}

}  // namespace tocsin
