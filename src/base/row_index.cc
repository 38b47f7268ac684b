#include "base/row_index.h"

#include <utility>

namespace tocsin {

RowIndex::Table::Table(size_t count)
    : memory(count * sizeof(Bucket), ChunkMemory::Pages::kHuge),
      buckets(reinterpret_cast<Bucket*>(memory.data())),
      mask(static_cast<uint32_t>(count - 1)) {}

void RowIndex::Table::Add(uint32_t tag, uint32_t row) {
  for (uint32_t at = tag & mask;; at = (at + 1) & mask) {
    if (const uint32_t free = buckets[at].Lanes(0); free != 0) {
      const auto lane = static_cast<uint32_t>(std::countr_zero(free));
      buckets[at].tag(lane) = tag;
      buckets[at].row(lane) = row;
      return;
    }
    ++buckets[at].passed_on();
  }
}

bool RowIndex::Table::Remove(uint32_t tag, uint32_t row) {
  const uint32_t home = tag & mask;
  uint32_t at = home;
  do {
    for (uint32_t lanes = buckets[at].Lanes(tag); lanes != 0; lanes &= lanes - 1) {
      const auto lane = static_cast<uint32_t>(std::countr_zero(lanes));
      if (buckets[at].row(lane) != row) continue;
      buckets[at].tag(lane) = 0;
      for (uint32_t passed = home; passed != at; passed = (passed + 1) & mask) --buckets[passed].passed_on();
      return true;
    }
    if (buckets[at].passed_on() == 0) return false;
    at = (at + 1) & mask;
  } while (at != home);
  return false;
}

void RowIndex::Add(uint32_t tag, uint32_t row) {
  if (old_.mask != kNoTable) MoveSome();
  if (size_ >= (size_t{now_.mask} + 1) * kFull) {
    // The old table has been empty for long: the new one took twice as many rows, at a few buckets for each.
    old_ = std::exchange(now_, Table((size_t{now_.mask} + 1) * 2));
    moved_ = 0;
  }
  now_.Add(Tag(tag), row);
  ++size_;
}

bool RowIndex::Remove(uint32_t tag, uint32_t row) {
  const bool removed = now_.Remove(Tag(tag), row) || (old_.mask != kNoTable && old_.Remove(Tag(tag), row));
  if (removed) --size_;
  return removed;
}

void RowIndex::MoveSome() {
  for (uint32_t n = 0; n < kMoved && moved_ <= old_.mask; ++n, ++moved_) {
    // Its counts stay: they tell a look-up where to go on, past what is already empty.
    Bucket& bucket = old_.buckets[moved_];
    for (uint32_t lane = 1; lane < 8; ++lane) {
      if (bucket.tag(lane) == 0) continue;
      now_.Add(bucket.tag(lane), bucket.row(lane));
      bucket.tag(lane) = 0;
    }
  }
  if (moved_ > old_.mask) old_ = Table();
}

}  // namespace tocsin
