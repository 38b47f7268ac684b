// PanePool: the memory of an engine's pane rings. Blocks of power-of-two sizes from 64 bytes, cut from chunks and kept
// in one free list a size. A block is a number that stays the same when chunks are saved and loaded; memory is never
// moved.
#ifndef TOCSIN_METRIC_PANE_POOL_H_
#define TOCSIN_METRIC_PANE_POOL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tocsin {

class PanePool {
 public:
  std::byte* At(uint32_t block) const { return chunks_[block >> kUnitBits].get() + size_t{block & kUnitMask} * kUnit; }
  uint32_t Allocate(size_t bytes, size_t* got);
  void Free(uint32_t block, size_t bytes);

  // What chunks take of the process's memory, free blocks included.
  size_t bytes() const { return bytes_; }

 private:
  static constexpr size_t kUnit = 64;
  static constexpr int kUnitBits = 14;  // a chunk of 1 MiB; a larger block has a chunk of its own
  static constexpr uint32_t kUnitMask = (1u << kUnitBits) - 1;
  static constexpr size_t kChunk = kUnit << kUnitBits;

  static size_t SizeClass(size_t bytes);
  uint32_t NewChunk(size_t bytes);

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::array<std::vector<uint32_t>, 40> free_;  // by size class
  uint32_t open_chunk_ = 0;                     // blocks are cut from here
  size_t open_used_ = kChunk;
  size_t bytes_ = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_PANE_POOL_H_
