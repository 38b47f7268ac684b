// ChunkMemory: one large piece of memory, all zero, which is never moved and goes back to the system at once.
//
// From a few hundred KiB on the system gives the pages only when they are touched, so that a piece may be much larger
// than what is used of it. Huge pages save the big tables a fifth to two fifths of their time (docs/performance.md),
// but the first touch of one takes 2 MiB: small pages are right for what may stay small.
#ifndef TOCSIN_BASE_CHUNK_MEMORY_H_
#define TOCSIN_BASE_CHUNK_MEMORY_H_

#include <cstddef>
#include <utility>

namespace tocsin {

class ChunkMemory {
 public:
  enum class Pages { kSmall, kHuge };

  ChunkMemory() = default;
  // Aligned to a cache line, huge pages to their own size.
  ChunkMemory(size_t bytes, Pages pages);
  ~ChunkMemory();
  ChunkMemory(ChunkMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)), mapped_(other.mapped_) {}
  ChunkMemory& operator=(ChunkMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(mapped_, other.mapped_);
    return *this;
  }
  ChunkMemory(const ChunkMemory&) = delete;
  ChunkMemory& operator=(const ChunkMemory&) = delete;

  std::byte* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  std::byte* data_ = nullptr;
  size_t size_ = 0;
  bool mapped_ = false;  // straight from the system, by whole pages
};

}  // namespace tocsin

#endif  // TOCSIN_BASE_CHUNK_MEMORY_H_
