// PaneRing: the panes of one window, oldest first, in a ring of bytes that grows by doubling.
//
// A pane is a time and one partial result: the exact time of its events, or the end of the slice that it stands for.
// The ring knows nothing of what a partial is; `Operations` does:
//
//   size_t stride() const;                                        // bytes of a pane: 8 for its time, then the partial
//   void Clear(std::byte* partial) const;                         // makes it the identity
//   void Merge(std::byte* into, const std::byte* partial) const;  // one more partial into another
//
// so that one algorithm serves windows whose aggregate is known when they are compiled (SlidingWindow: everything
// inlines) and windows whose aggregates a plan lays out (the engine). Memory comes from `Pool`:
//
//   std::byte* At(uint32_t block) const;
//   uint32_t Allocate(size_t bytes, size_t* got);    // at least `bytes`, 8-byte aligned; `got`: how many there are
//   void Free(uint32_t block, size_t bytes);         // `bytes`: more than half of what was got, so that its size class
//   is known
//
// A block is a number, not a pointer, and the ring itself is trivially copyable: a copy of rings and pool is a
// snapshot.
//
// Cost: appending, letting go and finding the newest pane are O(1); a late event's pane is found in O(log n) and, where
// it is new, put in its place in O(distance from the nearer end).
#ifndef TOCSIN_WINDOW_PANE_RING_H_
#define TOCSIN_WINDOW_PANE_RING_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tocsin/base/time.h"

namespace tocsin {

struct PaneRing {
  uint32_t block = 0;     // meaningful while capacity > 0
  uint32_t capacity = 0;  // in panes
  uint32_t head = 0;      // index of the oldest pane
  uint32_t size : 31 = 0;
  uint32_t sliced : 1 = 0;  // its panes are slices
};
static_assert(sizeof(PaneRing) == 16);

// One ring with its memory and operations at hand, for the length of a call.
template <typename Operations, typename Pool>
class Panes {
 public:
  Panes(PaneRing& ring, Pool& pool, const Operations& operations) : ring_(ring), pool_(pool), operations_(operations) {
    base_ = ring.capacity == 0 ? nullptr : pool.At(ring.block);
  }

  bool empty() const { return ring_.size == 0; }
  uint32_t size() const { return ring_.size; }
  // REQUIRES of both: i < size(). 0 is the oldest.
  Time time(uint32_t i) const {
    int64_t nanos;
    std::memcpy(&nanos, Pane(i), sizeof(nanos));
    return FromNanos(nanos);
  }
  std::byte* partial(uint32_t i) const { return Pane(i) + sizeof(int64_t); }

  void PopOldest() {
    ring_.head = ring_.head + 1 == ring_.capacity ? 0 : ring_.head + 1;
    --ring_.size;
  }

  // The partial of the pane at `time`, made (cleared) where there is none. Valid until the next call that makes a pane.
  std::byte* Touch(Time time_of_pane) {
    if (ring_.size != 0) [[likely]] {
      Time newest = time(ring_.size - 1);
      if (newest == time_of_pane) return partial(ring_.size - 1);
      if (newest > time_of_pane) return TouchLate(time_of_pane);
    }
    return MakeAt(ring_.size, time_of_pane);
  }

  // Makes slices of width `width` of panes with exact times: panes of one slice become one.
  void Slice(Duration width) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < ring_.size; ++i) {
      Time end = RoundUp(time(i), width);
      if (kept != 0 && time(kept - 1) == end) {
        operations_.Merge(partial(kept - 1), partial(i));
        continue;
      }
      if (kept != i) std::memmove(Pane(kept), Pane(i), operations_.stride());
      SetTime(kept, end);
      ++kept;
    }
    ring_.size = kept & 0x7fffffff;
    ring_.sliced = 1;
  }

  // Gives the memory back. REQUIRES: empty().
  void Release() {
    if (ring_.capacity != 0) pool_.Free(ring_.block, BlockBytes());
    ring_ = PaneRing{};
    base_ = nullptr;
  }

 private:
  size_t BlockBytes() const { return size_t{ring_.capacity} * operations_.stride(); }

  std::byte* Pane(uint32_t i) const {
    uint32_t index = ring_.head + i;
    if (index >= ring_.capacity) index -= ring_.capacity;
    return base_ + size_t{index} * operations_.stride();
  }
  void SetTime(uint32_t i, Time t) {
    int64_t nanos = ToNanos(t);
    std::memcpy(Pane(i), &nanos, sizeof(nanos));
  }

  std::byte* TouchLate(Time time_of_pane) {
    uint32_t low = 0;
    uint32_t high = ring_.size - 1;  // the newest is later
    while (low < high) {
      uint32_t middle = low + (high - low) / 2;
      if (time(middle) < time_of_pane) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (time(low) == time_of_pane) return partial(low);
    return MakeAt(low, time_of_pane);
  }

  // A cleared pane before the one that was at `place`.
  std::byte* MakeAt(uint32_t place, Time time_of_pane) {
    if (ring_.size == ring_.capacity) Grow();
    const size_t stride = operations_.stride();
    ++ring_.size;
    if (place < ring_.size / 2) {
      ring_.head = ring_.head == 0 ? ring_.capacity - 1 : ring_.head - 1;
      for (uint32_t i = 0; i < place; ++i) std::memcpy(Pane(i), Pane(i + 1), stride);
    } else {
      for (uint32_t i = ring_.size - 1; i > place; --i) std::memcpy(Pane(i), Pane(i - 1), stride);
    }
    SetTime(place, time_of_pane);
    operations_.Clear(partial(place));
    return partial(place);
  }

  void Grow() {
    const size_t stride = operations_.stride();
    size_t got = 0;
    size_t wanted =
        ring_.capacity == 0 ? 2 * stride : BlockBytes() + BlockBytes() / 2;  // the next class of a pool by doubling
    uint32_t block = pool_.Allocate(wanted, &got);
    std::byte* moved = pool_.At(block);
    if (ring_.capacity != 0) {
      base_ = pool_.At(ring_.block);  // an allocation may move the pool
      for (uint32_t i = 0; i < ring_.size; ++i) std::memcpy(moved + i * stride, Pane(i), stride);
      pool_.Free(ring_.block, BlockBytes());
    }
    ring_.block = block;
    ring_.capacity = static_cast<uint32_t>(got / stride);
    ring_.head = 0;
    base_ = moved;
  }

  PaneRing& ring_;
  Pool& pool_;
  const Operations& operations_;
  std::byte* base_;
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_PANE_RING_H_
