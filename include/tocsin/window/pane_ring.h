// PaneRing: the panes of one window, oldest first, in a ring of bytes.
//
// A pane is a time and one partial result: the exact time of its events, or the end of the slice that it stands for.
// The ring knows nothing of what a partial is; `Operations` does:
//
//   size_t stride() const;                                        // bytes of a pane: 8 for its time, then the partial
//   ExtremeFields extremes() const;                               // where in a partial extremes stand (extremes.h)
//   void Clear(std::byte* partial) const;                         // makes it the identity
//   void Merge(std::byte* into, const std::byte* partial) const;  // one more, later partial into another
//
// so that one algorithm serves windows whose aggregate is known when they are compiled (SlidingWindow: everything
// inlines) and windows whose aggregates a plan lays out (the engine). Bytes come from `Memory`:
//
//   std::byte* panes() const;          // the first place of the ring
//   uint64_t* summaries() const;       // Extremes::SummaryWords of them
//   void Grow(PaneRing& ring);         // at least one place more; moves the panes by MoveInOrder
//   void Release(PaneRing& ring);      // gives the bytes back; the ring is a new one
//
// Cost: appending, letting go and finding the newest pane are O(1); a late event's pane is found in O(log n) and, where
// it is new, put in its place in O(distance from the nearer end).
#ifndef TOCSIN_WINDOW_PANE_RING_H_
#define TOCSIN_WINDOW_PANE_RING_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "tocsin/base/time.h"
#include "tocsin/window/extremes.h"

namespace tocsin {

struct PaneRing {
  uint32_t head = 0;  // place of the oldest pane
  uint32_t size = 0;
  uint32_t capacity = 0;  // in panes
  bool sliced = false;    // its panes are slices
};

// Copies the panes, oldest first, from the places at `from` to those at `to`, which begin with the oldest.
inline void MoveInOrder(const PaneRing& ring, size_t stride, const std::byte* from, std::byte* to) {
  if (ring.size == 0) return;
  const uint32_t to_end = ring.size < ring.capacity - ring.head ? ring.size : ring.capacity - ring.head;
  std::memcpy(to, from + ring.head * stride, to_end * stride);
  std::memcpy(to + to_end * stride, from, (ring.size - to_end) * stride);
}

// One ring with its memory and operations at hand, for the length of a call.
template <typename Operations, typename Memory>
class Panes {
 public:
  Panes(PaneRing& ring, Memory& memory, const Operations& operations)
      : ring_(ring), memory_(memory), operations_(operations), base_(memory.panes()) {}

  bool empty() const { return ring_.size == 0; }
  uint32_t size() const { return ring_.size; }
  const PaneRing& ring() const { return ring_; }
  // REQUIRES of both: i < size(). 0 is the oldest.
  Time time(uint32_t i) const {
    int64_t nanos;
    std::memcpy(&nanos, Pane(i), sizeof(nanos));
    return FromNanos(nanos);
  }
  std::byte* partial(uint32_t i) const { return Pane(i) + sizeof(int64_t); }
  Time newest() const { return time(ring_.size - 1); }

  Extremes extremes() const {
    return Extremes(operations_.extremes(), operations_.stride(), ring_.capacity, base_, memory_.summaries());
  }

  void PopOldest() {
    if (operations_.extremes().count != 0) extremes().Leave(ring_.head);
    ring_.head = ring_.head + 1 == ring_.capacity ? 0 : ring_.head + 1;
    --ring_.size;
  }

  // After panes were popped: few panes move to the front of their memory, beside what else a window touches, instead of
  // wandering through all of it.
  void Gather() {
    constexpr size_t kFewBytes = 160;
    const size_t bytes = ring_.size * operations_.stride();
    if (bytes > kFewBytes || ring_.head == 0 || ring_.head + ring_.size > ring_.capacity) return;
    if (operations_.extremes().count != 0) return;  // their places are known elsewhere
    std::memmove(base_, Pane(0), bytes);
    ring_.head = 0;
  }

  // The partial of the pane at `time`, made (cleared) where there is none. Valid until the next call that makes a pane.
  std::byte* Touch(Time time_of_pane) {
    if (ring_.size == 0 || newest() < time_of_pane) [[likely]]
      return MakeAt(ring_.size, time_of_pane);
    if (newest() == time_of_pane) return partial(ring_.size - 1);
    const uint32_t place = CountUntil(time_of_pane);
    if (place != 0 && time(place - 1) == time_of_pane) return partial(place - 1);
    return MakeAt(place, time_of_pane);
  }
  // A new pane behind all of its time or earlier; its index. `partial` of it is cleared.
  uint32_t Insert(Time time_of_pane) {
    const uint32_t place = ring_.size == 0 || newest() <= time_of_pane ? ring_.size : CountUntil(time_of_pane);
    MakeAt(place, time_of_pane);
    return place;
  }

  // The pane at i goes; those behind it move up. REQUIRES: no extremes.
  void Erase(uint32_t i) {
    for (; i + 1 < ring_.size; ++i) std::memcpy(Pane(i), Pane(i + 1), operations_.stride());
    --ring_.size;
  }

  // Makes slices of panes with exact times: panes of one slice become one. `slice_of`: the slice's time, of a time.
  template <typename SliceOf>
  void Slice(const SliceOf& slice_of) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < ring_.size; ++i) {
      const Time end = slice_of(time(i));
      if (kept != 0 && time(kept - 1) == end) {
        operations_.Merge(partial(kept - 1), partial(i));
        continue;
      }
      if (kept != i) std::memmove(Pane(kept), Pane(i), operations_.stride());
      SetTime(kept, end);
      ++kept;
    }
    if (operations_.extremes().count != 0) {
      for (uint32_t i = kept; i < ring_.size; ++i) operations_.Clear(partial(i));
      extremes().Spoil(0, ring_.capacity - 1);
    }
    ring_.size = kept;
    ring_.sliced = true;
  }

  // Has memory made where there is none yet.
  void Reserve() {
    if (ring_.capacity != 0) return;
    memory_.Grow(ring_);
    base_ = memory_.panes();
  }

  // Gives the memory back, whatever it holds.
  void Release() {
    memory_.Release(ring_);
    base_ = memory_.panes();
  }

 private:
  uint32_t Place(uint32_t i) const {
    const uint32_t place = ring_.head + i;
    return place >= ring_.capacity ? place - ring_.capacity : place;
  }
  std::byte* Pane(uint32_t i) const { return base_ + size_t{Place(i)} * operations_.stride(); }
  void SetTime(uint32_t i, Time t) {
    int64_t nanos = ToNanos(t);
    std::memcpy(Pane(i), &nanos, sizeof(nanos));
  }

  // How many panes are at `t` or earlier.
  uint32_t CountUntil(Time t) const {
    uint32_t low = 0;
    uint32_t high = ring_.size;
    while (low < high) {
      const uint32_t middle = low + (high - low) / 2;
      if (time(middle) <= t) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  // A cleared pane before the one that was at `place`.
  std::byte* MakeAt(uint32_t place, Time time_of_pane) {
    if (ring_.size == ring_.capacity) {
      memory_.Grow(ring_);
      base_ = memory_.panes();
    }
    ++ring_.size;
    if (place == ring_.size - 1) {
      // Nothing is behind it.
    } else if (place < ring_.size / 2) {
      ring_.head = ring_.head == 0 ? ring_.capacity - 1 : ring_.head - 1;
      ShiftDown(place);
      Spoil(0, place);
    } else {
      ShiftUp(place);
      Spoil(place, ring_.size - 1);
    }
    SetTime(place, time_of_pane);
    operations_.Clear(partial(place));
    return partial(place);
  }

  // The panes [1, last] become [0, last - 1].
  void ShiftDown(uint32_t last) {
    const size_t stride = operations_.stride();
    if (last == 0) return;
    const uint32_t before_end = ring_.capacity - ring_.head - 1;  // panes 1 to this stand before the ring's end
    if (last <= before_end) {
      std::memmove(Pane(0), Pane(1), last * stride);
      return;
    }
    std::memmove(Pane(0), Pane(0) + stride, before_end * stride);
    std::memcpy(Pane(before_end), base_, stride);
    std::memmove(base_, base_ + stride, (last - before_end - 1) * stride);
  }
  // The panes [first, size - 2] become [first + 1, size - 1].
  void ShiftUp(uint32_t first) {
    const size_t stride = operations_.stride();
    const uint32_t from = Place(first);
    const uint32_t to = Place(ring_.size - 1);
    if (from <= to) {
      std::memmove(Pane(first) + stride, Pane(first), (to - from) * stride);
      return;
    }
    std::memmove(base_ + stride, base_, to * stride);
    std::memcpy(base_, base_ + (ring_.capacity - 1) * stride, stride);
    std::memmove(Pane(first) + stride, Pane(first), (ring_.capacity - 1 - from) * stride);
  }

  // The panes [first, last] have been moved.
  void Spoil(uint32_t first, uint32_t last) {
    if (operations_.extremes().count == 0) return;
    const uint32_t from = Place(first);
    const uint32_t to = Place(last);
    if (from <= to) return extremes().Spoil(from, to);
    extremes().Spoil(from, ring_.capacity - 1);
    extremes().Spoil(0, to);
  }

  PaneRing& ring_;
  Memory& memory_;
  const Operations& operations_;
  std::byte* base_;
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_PANE_RING_H_
