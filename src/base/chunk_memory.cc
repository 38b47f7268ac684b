#include "base/chunk_memory.h"

#include <cstdint>
#include <cstring>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace tocsin {
namespace {

constexpr std::align_val_t kLine{64};

#ifdef __linux__
constexpr size_t kMapped = size_t{256} << 10;  // below it a mapping of its own is not worth its price
constexpr size_t kPage = size_t{4} << 10;
constexpr size_t kHugePage = size_t{2} << 20;

size_t PageBytes(size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

// Null when the system has none.
std::byte* Map(size_t bytes, ChunkMemory::Pages pages) {
  const bool huge = pages == ChunkMemory::Pages::kHuge;
  const size_t wanted = PageBytes(bytes);
  const size_t taken = huge ? wanted + kHugePage : wanted;
  void* got = mmap(nullptr, taken, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (got == MAP_FAILED) return nullptr;
  auto* begin = static_cast<std::byte*>(got);
  if (!huge) return begin;
  // What was taken more, to be able to align it, goes back.
  const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(begin) % kHugePage) % kHugePage;
  if (before != 0) munmap(begin, before);
  begin += before;
  if (before != kHugePage) munmap(begin + wanted, kHugePage - before);
  madvise(begin, wanted, MADV_HUGEPAGE);  // a wish: without it everything works, slower
  return begin;
}
#endif

}  // namespace

ChunkMemory::ChunkMemory(size_t bytes, [[maybe_unused]] Pages pages) : size_(bytes) {
#ifdef __linux__
  if (bytes >= kMapped) {
    data_ = Map(bytes, pages);
    mapped_ = data_ != nullptr;
    if (mapped_) return;
  }
#endif
  data_ = static_cast<std::byte*>(::operator new(bytes, kLine));
  std::memset(data_, 0, bytes);
}

ChunkMemory::~ChunkMemory() {
  if (data_ == nullptr) return;
#ifdef __linux__
  if (mapped_) {
    munmap(data_, PageBytes(size_));
    return;
  }
#endif
  ::operator delete(data_, kLine);
}

}  // namespace tocsin
