#include "metric/pane_pool.h"

#include <algorithm>
#include <bit>

namespace tocsin {

size_t PanePool::SizeClass(size_t bytes) {
  return static_cast<size_t>(std::countr_zero(std::bit_ceil(std::max(bytes, kUnit)) / kUnit));
}

uint32_t PanePool::NewChunk(size_t bytes) {
  chunks_.push_back(std::make_unique<std::byte[]>(bytes));
  bytes_ += bytes;
  return static_cast<uint32_t>(chunks_.size() - 1);
}

uint32_t PanePool::Allocate(size_t bytes, size_t* got) {
  const size_t size_class = SizeClass(bytes);
  *got = kUnit << size_class;
  if (std::vector<uint32_t>& free = free_[size_class]; !free.empty()) {
    uint32_t block = free.back();
    free.pop_back();
    return block;
  }
  if (*got > kChunk) return NewChunk(*got) << kUnitBits;
  if (open_used_ + *got > kChunk) {
    // What is left of the old chunk stays unused: at most the size of one block, once a chunk.
    open_chunk_ = NewChunk(kChunk);
    open_used_ = 0;
  }
  uint32_t block = (open_chunk_ << kUnitBits) | static_cast<uint32_t>(open_used_ / kUnit);
  open_used_ += *got;
  return block;
}

void PanePool::Free(uint32_t block, size_t bytes) { free_[SizeClass(bytes)].push_back(block); }

}  // namespace tocsin
