#include "metric/pane_pool.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace tocsin {

// In units: 1 2 3 4, 5 6 7 8, 10 12 14 16, 20 24 28 32 and so on.
size_t PanePool::SizeClass(size_t bytes) {
  const size_t last = (std::max<size_t>(bytes, 1) - 1) / kUnit;  // the last unit of the block
  if (last < 4) return last;
  const auto shift = static_cast<size_t>(std::bit_width(last)) - 3;
  return 4 * shift + (last >> shift);
}

size_t PanePool::ClassBytes(size_t size_class) {
  if (size_class < 4) return (size_class + 1) * kUnit;
  const size_t shift = size_class / 4 - 1;
  return (size_class % 4 + 5) * kUnit << shift;
}

uint32_t PanePool::NewChunk(size_t bytes) {
  // The first takes small pages, so that an engine that stays small does.
  ChunkMemory chunk(bytes, chunks_.empty() ? ChunkMemory::Pages::kSmall : ChunkMemory::Pages::kHuge);
  bytes_ += bytes;
  if (free_numbers_.empty()) {
    chunks_.push_back(std::move(chunk));
    free_numbers_.reserve(chunks_.capacity());
    return static_cast<uint32_t>(chunks_.size() - 1);
  }
  const uint32_t number = free_numbers_.back();
  free_numbers_.pop_back();
  chunks_[number] = std::move(chunk);
  return number;
}

uint32_t PanePool::NextFree(uint32_t block) const {
  uint32_t next = 0;
  std::memcpy(&next, At(block), sizeof(next));
  return next;
}

void PanePool::PutFree(uint32_t block, size_t size_class) {
  std::memcpy(At(block), &free_[size_class], sizeof(uint32_t));
  free_[size_class] = block;
}

void PanePool::CloseChunk() {
  if (open_chunk_ == kNone) return;
  while (open_used_ < kChunk) {
    size_t size_class = SizeClass(kChunk - open_used_);
    if (ClassBytes(size_class) > kChunk - open_used_) --size_class;
    PutFree(open_chunk_ << kUnitBits | static_cast<uint32_t>(open_used_ / kUnit), size_class);
    open_used_ += ClassBytes(size_class);
  }
}

uint32_t PanePool::Allocate(size_t bytes, size_t* got) {
  const size_t size_class = SizeClass(bytes);
  *got = ClassBytes(size_class);
  if (*got > kChunk) return NewChunk(*got) << kUnitBits;
  if (const uint32_t block = free_[size_class]; block != kNone) {
    free_[size_class] = NextFree(block);
    return block;
  }
  if (open_chunk_ == kNone || open_used_ + *got > kChunk) {
    CloseChunk();
    open_chunk_ = NewChunk(kChunk);
    open_used_ = 0;
  }
  if (*got % kLine == 0 && open_used_ % kLine != 0) PutFree(CutOpen(kUnit), SizeClass(kUnit));
  return CutOpen(*got);
}

uint32_t PanePool::CutOpen(size_t bytes) {
  const uint32_t block = open_chunk_ << kUnitBits | static_cast<uint32_t>(open_used_ / kUnit);
  open_used_ += bytes;
  return block;
}

void PanePool::Free(uint32_t block, size_t bytes) {
  const size_t size_class = SizeClass(bytes);
  if (ClassBytes(size_class) <= kChunk) {
    PutFree(block, size_class);
    return;
  }
  // A large ring grows by steps: its old blocks, kept, would be several times what it needs.
  ChunkMemory& chunk = chunks_[block >> kUnitBits];
  bytes_ -= chunk.size();
  chunk = ChunkMemory();
  free_numbers_.push_back(block >> kUnitBits);
}

size_t PanePool::CutBytes(uint32_t chunk) const { return chunk == open_chunk_ ? open_used_ : chunks_[chunk].size(); }

void PanePool::Save(ByteWriter* out) const {
  out->Put<uint64_t>(chunks_.size());
  out->Put(open_chunk_);
  out->PutVector(free_numbers_);
  out->Put(free_);
  for (uint32_t number = 0; number < chunks_.size(); ++number) {
    out->PutText({reinterpret_cast<const char*>(chunks_[number].data()), CutBytes(number)});
  }
}

// A chunk that takes more memory than its bytes in the snapshot can only be the open one: hostile bytes cannot make
// the pool much larger than they are.
bool PanePool::LoadChunks(ByteReader* in) {
  const uint64_t count = in->Get<uint64_t>();
  open_chunk_ = in->Get<uint32_t>();
  size_t empty = 0;
  if (!in->GetVector(&free_numbers_)) return false;
  free_ = in->Get<decltype(free_)>();
  if (count > in->left() / sizeof(uint64_t) || count > (kNone >> kUnitBits)) return false;
  if (open_chunk_ != kNone && open_chunk_ >= count) return false;
  for (uint64_t number = 0; number < count; ++number) {
    std::string_view bytes = in->GetText();
    if (!in->good()) return false;
    const bool open = number == open_chunk_;
    if (open) {
      if (bytes.size() > kChunk || bytes.size() % kUnit != 0) return false;
      open_used_ = bytes.size();
    } else if (bytes.empty()) {
      ++empty;
    } else if (bytes.size() < kChunk || bytes.size() > kMaxBytes ||
               bytes.size() != ClassBytes(SizeClass(bytes.size()))) {
      return false;
    }
    const size_t size = open ? kChunk : bytes.size();
    chunks_.push_back(size == 0
                          ? ChunkMemory()
                          : ChunkMemory(size, number == 0 ? ChunkMemory::Pages::kSmall : ChunkMemory::Pages::kHuge));
    if (!bytes.empty()) std::memcpy(chunks_.back().data(), bytes.data(), bytes.size());
    bytes_ += size;
  }
  std::vector<bool> listed(chunks_.size());
  for (uint32_t number : free_numbers_) {
    if (number >= count || number == open_chunk_ || chunks_[number].size() != 0 || listed[number]) return false;
    listed[number] = true;
  }
  return empty == free_numbers_.size();
}

bool PanePool::ClaimFree() {
  for (uint32_t number = 0; number < chunks_.size(); ++number) unclaimed_.emplace_back(CutBytes(number) / kUnit, true);
  for (size_t size_class = 0; size_class < kClasses; ++size_class) {
    // A claim fails where a list comes back to itself, so each of them ends.
    for (uint32_t block = free_[size_class]; block != kNone; block = NextFree(block)) {
      if (ClassBytes(size_class) > kChunk || !Claim(block, ClassBytes(size_class))) return false;
    }
  }
  return true;
}

bool PanePool::Load(ByteReader* in) {
  *this = PanePool();
  if (LoadChunks(in) && ClaimFree()) return true;
  *this = PanePool();
  in->Fail();
  return false;
}

bool PanePool::Claim(uint32_t block, size_t bytes) {
  const uint32_t chunk = block >> kUnitBits;
  if (bytes == 0 || bytes > kMaxBytes || chunk >= unclaimed_.size()) return false;
  const size_t size = ClassBytes(SizeClass(bytes));
  if (size > kChunk && ((block & kUnitMask) != 0 || chunks_[chunk].size() != size)) return false;
  if (size <= kChunk && chunks_[chunk].size() != kChunk) return false;
  std::vector<bool>& units = unclaimed_[chunk];
  const size_t first = block & kUnitMask;
  if (first + size / kUnit > units.size()) return false;
  const auto begin = units.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = begin + static_cast<std::ptrdiff_t>(size / kUnit);
  if (std::find(begin, end, false) != end) return false;
  std::fill(begin, end, false);
  return true;
}

bool PanePool::Has(uint32_t block) const {
  const uint32_t chunk = block >> kUnitBits;
  return chunk < unclaimed_.size() && (block & kUnitMask) < unclaimed_[chunk].size();
}

bool PanePool::EndClaims() {
  const bool all = std::none_of(unclaimed_.begin(), unclaimed_.end(), [](const std::vector<bool>& units) {
    return std::find(units.begin(), units.end(), true) != units.end();
  });
  unclaimed_ = {};
  return all;
}

}  // namespace tocsin
