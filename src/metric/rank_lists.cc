#include "metric/rank_lists.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <vector>

namespace tocsin {

void RankLists::Point() {
  if (handle_ == 0) {
    head_ = nullptr;
    return;
  }
  std::byte* const block = pool_.At(handle_ - 1);
  head_ = reinterpret_cast<Head*>(block);
  entries_ = reinterpret_cast<Entry*>(block + sizeof(Head));
}

void RankLists::Grow() {
  const uint32_t before = head_ == nullptr ? 0 : head_->capacity;
  size_t got = 0;
  const uint32_t block = pool_.Allocate(Bytes(std::max<size_t>(512, before + before / 2)), &got);
  std::byte* const made = pool_.At(block);
  if (head_ == nullptr) {
    auto* head = new (made) Head();
    head->histogram[0] = kHllRegisters;
  } else {
    std::memcpy(made, head_, Bytes(before));
    pool_.Free(handle_ - 1, Bytes(before));
  }
  handle_ = block + 1;
  Point();
  head_->capacity = static_cast<uint32_t>(std::min<size_t>((got - sizeof(Head)) / sizeof(Entry), UINT32_MAX));
}

uint16_t RankLists::Take() {
  if (head_->free != 0) {
    const auto entry = static_cast<uint16_t>(head_->free);
    head_->free = entries_[entry - 1].next;
    return entry;
  }
  if (head_->used == kMostEntries) return 0;
  if (head_->used == head_->capacity) Grow();
  return static_cast<uint16_t>(++head_->used);
}

void RankLists::Give(uint16_t entry) {
  entries_[entry - 1] = {0, static_cast<uint16_t>(head_->free), 0};
  head_->free = entry;
}

void RankLists::SetLargest(uint32_t reg, uint8_t rank) {
  uint8_t& largest = head_->largest[reg];
  if (largest == rank) return;
  --head_->histogram[largest];
  ++head_->histogram[rank];
  largest = rank;
  head_->known = 0;
}

void RankLists::Add(uint64_t hash, int64_t slice) {
  if (head_ == nullptr) {
    Grow();
    head_->newest = slice;
  }
  head_->newest = std::max(head_->newest, slice);
  const auto age = static_cast<unsigned>(std::min<int64_t>(head_->newest - slice, kSliceMask));
  const uint32_t reg = HllRegister(hash);
  const auto rank = static_cast<uint8_t>(HllRank(hash));
  const uint16_t first = head_->first[reg];
  if (first != 0 && Age(entries_[first - 1].slice) <= age && entries_[first - 1].rank >= rank) [[likely]]
    return;
  Insert(reg, rank, age);
}

void RankLists::Insert(uint32_t reg, uint8_t rank, unsigned age) {
  uint16_t before = 0;
  uint16_t at = head_->first[reg];
  for (; at != 0 && Age(entries_[at - 1].slice) < age; at = entries_[at - 1].next) {
    if (entries_[at - 1].rank >= rank) return;
    before = at;
  }
  if (at != 0 && Age(entries_[at - 1].slice) == age && entries_[at - 1].rank >= rank) return;
  while (at != 0 && entries_[at - 1].rank <= rank) {  // as old or older, and not larger
    const uint16_t next = entries_[at - 1].next;
    Give(at);
    at = next;
  }
  const uint16_t made = Take();
  const uint16_t next = made == 0 ? at : made;
  if (made != 0) {
    const auto slice = static_cast<uint16_t>(static_cast<unsigned>(head_->newest) - age);
    entries_[made - 1] = {slice, at, rank};
  }
  (before == 0 ? head_->first[reg] : entries_[before - 1].next) = next;
  if (rank > head_->largest[reg]) SetLargest(reg, rank);
}

void RankLists::Forget(int64_t slice) {
  if (head_ == nullptr) return;
  const auto least = static_cast<unsigned>(std::clamp<int64_t>(head_->newest - slice, 0, kSliceMask));
  for (uint32_t reg = 0; reg < kHllRegisters; ++reg) {
    uint16_t* link = &head_->first[reg];
    uint8_t largest = 0;
    while (*link != 0 && Age(entries_[*link - 1].slice) < least) {
      largest = entries_[*link - 1].rank;
      link = &entries_[*link - 1].next;
    }
    while (*link != 0) {
      const uint16_t gone = *link;
      *link = entries_[gone - 1].next;
      Give(gone);
    }
    SetLargest(reg, largest);
  }
}

double RankLists::Estimate() {
  if (head_ == nullptr) return 0;
  if (head_->known == 0) {
    head_->estimate = HllEstimate(head_->histogram);
    head_->known = 1;
  }
  return head_->estimate;
}

void RankLists::Release() {
  if (handle_ == 0) return;
  pool_.Free(handle_ - 1, Bytes(head_->capacity));
  handle_ = 0;
  head_ = nullptr;
}

bool RankLists::Claim(uint32_t* handle, PanePool* pool) {
  if (*handle == 0) return true;
  if (!pool->Has(*handle - 1)) return false;
  uint32_t capacity = 0;
  static_assert(offsetof(Head, capacity) + sizeof(capacity) <= 32);
  std::memcpy(&capacity, pool->At(*handle - 1) + offsetof(Head, capacity), sizeof(capacity));
  if (!pool->Claim(*handle - 1, Bytes(capacity))) return false;
  return RankLists(handle, pool).IsSound();
}

// Every entry is in one list, and lists are as they must be. What follows from them is worked out anew.
bool RankLists::IsSound() {
  if (head_->used > head_->capacity || head_->used > kMostEntries) return false;
  std::vector<bool> seen(head_->used + size_t{1});
  auto visit = [&](uint32_t entry) {
    if (entry > head_->used || seen[entry]) return false;
    seen[entry] = true;
    return true;
  };
  for (uint32_t at = head_->free; at != 0; at = entries_[at - 1].next) {
    if (!visit(at)) return false;
  }
  head_->histogram = {};
  head_->known = 0;
  for (uint32_t reg = 0; reg < kHllRegisters; ++reg) {
    int largest = 0;
    unsigned age = 0;
    for (uint16_t at = head_->first[reg]; at != 0; at = entries_[at - 1].next) {
      if (!visit(at)) return false;
      const Entry& entry = entries_[at - 1];
      if (entry.rank > kHllMaxRank || entry.rank <= largest || (largest != 0 && Age(entry.slice) <= age)) return false;
      largest = entry.rank;
      age = Age(entry.slice);
    }
    head_->largest[reg] = static_cast<uint8_t>(largest);
    ++head_->histogram[static_cast<size_t>(largest)];
  }
  return std::count(seen.begin(), seen.end(), true) == static_cast<std::ptrdiff_t>(head_->used);
}

}  // namespace tocsin
