// PanePool: the memory of an engine's windows, in blocks. Sizes are multiples of 32 bytes in four steps a doubling, so
// that at most a fifth of a block is unused. Blocks are cut from chunks of 2 MiB; a larger one has a chunk of its own,
// which goes back to the system when it is freed.
//
//   size_t got = 0;
//   uint32_t block = pool.Allocate(100, &got);   // got == 128
//   std::byte* bytes = pool.At(block);           // not zeroed
//   pool.Free(block, 100);                       // or got
//
// A block is a number that stays the same in a snapshot; memory is never moved. Freed blocks of a size are used again,
// the last first. Nothing here allocates but new chunks.
#ifndef TOCSIN_METRIC_PANE_POOL_H_
#define TOCSIN_METRIC_PANE_POOL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/byte_io.h"
#include "base/chunk_memory.h"

namespace tocsin {

class PanePool {
 public:
  PanePool() { free_.fill(kNone); }

  // Aligned to 32 bytes. REQUIRES: a block that was given.
  std::byte* At(uint32_t block) const { return chunks_[block >> kUnitBits].data() + size_t{block & kUnitMask} * kUnit; }
  // A block of at least that many bytes; `got`: how many. What they hold is anything. REQUIRES: 0 < bytes <= 2^36.
  uint32_t Allocate(size_t bytes, size_t* got);
  // REQUIRES: the bytes it was allocated with, or what was got.
  void Free(uint32_t block, size_t bytes);

  // What chunks take of the process's memory, free blocks included.
  size_t bytes() const { return bytes_; }

  void Save(ByteWriter* out) const;
  // False when the bytes are not a pool's; the pool is then empty. After it, whoever holds blocks claims them.
  bool Load(ByteReader* in);
  // Says, once for each block that is held after Load, that it is; `bytes` as for Free. False when there is no such
  // block, or when a part of it is free or claimed already: then the snapshot must be refused, because two that write
  // into one block would spoil what each believes of it.
  bool Claim(uint32_t block, size_t bytes);
  // Whether there is memory at this block, of at least one unit: to find out, between Load and EndClaims, how large a
  // block says it is.
  bool Has(uint32_t block) const;
  // The last was claimed. False when something is neither free nor claimed, and so lost for ever.
  bool EndClaims();

 private:
  static constexpr size_t kUnit = 32;
  static constexpr size_t kLine = 64;
  static constexpr int kUnitBits = 16;
  static constexpr uint32_t kUnitMask = (1u << kUnitBits) - 1;
  static constexpr size_t kChunk = kUnit << kUnitBits;
  static constexpr size_t kMaxBytes = size_t{1} << 36;
  static constexpr size_t kClasses = 4 * (36 - 5);
  static constexpr uint32_t kNone = UINT32_MAX;  // ends a list; the unit of that number is never cut

  static size_t SizeClass(size_t bytes);
  static size_t ClassBytes(size_t size_class);

  uint32_t NewChunk(size_t bytes);
  uint32_t NextFree(uint32_t block) const;
  void PutFree(uint32_t block, size_t size_class);
  // The next bytes of the open chunk.
  uint32_t CutOpen(size_t bytes);
  // Cuts what is left of the open chunk into free blocks.
  void CloseChunk();
  size_t CutBytes(uint32_t chunk) const;
  bool LoadChunks(ByteReader* in);
  bool ClaimFree();

  std::vector<ChunkMemory> chunks_;        // by number; empty where a large block was freed
  std::vector<uint32_t> free_numbers_;     // of such chunks
  std::array<uint32_t, kClasses> free_{};  // by size class: the first free block, which holds the number of the next
  uint32_t open_chunk_ = kNone;            // blocks are cut from here
  size_t open_used_ = 0;
  size_t bytes_ = 0;
  std::vector<std::vector<bool>> unclaimed_;  // by chunk and unit, between Load and EndClaims
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_PANE_POOL_H_
