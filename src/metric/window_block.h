// WindowBlock: where one window of one group lives: a block of the engine's pool, found by a handle of four bytes in
// the group's row. A handle of 0 is an empty window, which has no block.
//
//   header | totals | summaries of extremes | panes
//
// The totals stand beside the header and the first panes behind them, because a line of memory is what an event costs.
// The header has eight bytes while the ring is small, as nearly all are, and 24 when it is not. A block holds numbers
// and offsets, never pointers: a copy of pool and rows is a snapshot.
#ifndef TOCSIN_METRIC_WINDOW_BLOCK_H_
#define TOCSIN_METRIC_WINDOW_BLOCK_H_

#include <cstddef>
#include <cstdint>

#include "base/prefetch.h"
#include "metric/pane_pool.h"
#include "metric/window_plan.h"
#include "tocsin/window/pane_ring.h"

namespace tocsin {

class WindowBlock {
 public:
  enum Flag : uint32_t {
    kLarge = 1,     // 24 bytes of header
    kSliced = 2,    // panes are slices
    kNegative = 4,  // an argument below zero has been added to a sum
    kEarlier = 8,   // a pane has come that leaves before the instant for which a timer is set
  };

  WindowBlock(const WindowPlan& plan, uint32_t& handle, PanePool& pool)
      : plan_(plan), handle_(handle), pool_(pool), base_(handle == 0 ? nullptr : pool.At(handle - 1)) {}

  bool exists() const { return base_ != nullptr; }
  uint32_t& handle() const { return handle_; }
  PanePool& pool() const { return pool_; }
  // After the handle was set by somebody else.
  void Reopen() { base_ = handle_ == 0 ? nullptr : pool_.At(handle_ - 1); }

  // For a handle from a snapshot: claims its block of the pool. False when there is none, it is another's, or what its
  // header says does not fit.
  static bool Claim(const WindowPlan& plan, uint32_t& handle, PanePool& pool);

  // The ring as the header has it: a new one where there is no block. To be called before anything is asked of panes.
  PaneRing Open();
  // Puts the ring into the header. REQUIRES: exists().
  void Save(const PaneRing& ring);

  // REQUIRES of all below: exists().
  bool flag(Flag flag) const { return (header().bits & flag) != 0; }
  void SetFlag(Flag flag) { header().bits |= flag; }
  void ClearFlag(Flag flag) { header().bits &= ~uint32_t{flag}; }
  // 28 bits for the caller; 0 in a new block.
  uint32_t tag() const { return header().bits >> kFlagBits; }
  void SetTag(uint32_t tag) { header().bits = (header().bits & kFlagMask) | tag << kFlagBits; }
  std::byte* totals() const { return base_ + HeaderBytes(flag(kLarge)); }
  // The first two lines: of most windows, all that there is.
  static void Prefetch(const std::byte* base) {
    PrefetchLine(base);
    PrefetchLine(base + 64);
  }

  // For a window without panes.
  void Create();

  // What PaneRing asks of its memory.
  std::byte* panes() const { return panes_; }
  uint64_t* summaries() const { return summaries_; }
  void Grow(PaneRing& ring);
  void Release(PaneRing& ring);

  // Whether a window with one pane needs a block as large as this. REQUIRES: exists().
  bool IsSmallest() const { return !flag(kLarge) && BlockBytes() - BytesFor(1, false) < kUnit; }
  // As released, with the block kept for the pane that comes now. REQUIRES: IsSmallest(), totals of zero.
  void Restart(PaneRing& ring) {
    header().bits = 0;
    ring = PaneRing{0, 0, ring.capacity, false};
    ClearPanes(ring);
  }

 private:
  static constexpr uint32_t kFlagBits = 4;
  static constexpr uint32_t kFlagMask = (1u << kFlagBits) - 1;
  static constexpr size_t kUnit = 32;           // of the pool
  static constexpr uint32_t kSmallPanes = 255;  // what one byte counts
  static constexpr size_t kSmallBytes = 4096;   // less than 255 units, however the pool rounds

  struct Header {
    uint8_t head = 0;
    uint8_t size = 0;
    uint8_t capacity = 0;
    uint8_t units = 0;  // of the block
    uint32_t bits = 0;  // flags, tag
  };
  struct LargeRing {
    uint32_t head = 0;
    uint32_t size = 0;
    uint32_t capacity = 0;
    uint32_t units = 0;
  };
  static_assert(sizeof(Header) == 8 && sizeof(LargeRing) == 16);

  static constexpr size_t HeaderBytes(bool large) { return sizeof(Header) + (large ? sizeof(LargeRing) : 0); }
  size_t SummaryBytes(uint32_t capacity) const {
    return Extremes::SummaryWords(capacity, plan_.extreme_codes.count) * sizeof(uint64_t);
  }
  size_t BytesFor(uint32_t capacity, bool large) const {
    return HeaderBytes(large) + plan_.total_bytes + SummaryBytes(capacity) + size_t{capacity} * plan_.stride();
  }

  Header& header() const { return *reinterpret_cast<Header*>(base_); }
  LargeRing& large() const { return *reinterpret_cast<LargeRing*>(base_ + sizeof(Header)); }
  size_t BlockBytes() const { return size_t{flag(kLarge) ? large().units : header().units} * kUnit; }
  // A new block with a cleared header, its totals and room for `capacity` panes or, as the pool has it, more.
  std::byte* Make(uint32_t* capacity, uint32_t* block);
  // Places without a pane hold nothing, where extremes are kept; their summaries are made when they are read.
  void ClearPanes(const PaneRing& ring);
  void Point(uint32_t capacity) {
    std::byte* behind_totals = totals() + plan_.total_bytes;
    summaries_ = reinterpret_cast<uint64_t*>(behind_totals);
    panes_ = behind_totals + SummaryBytes(capacity);
  }

  const WindowPlan& plan_;
  uint32_t& handle_;
  PanePool& pool_;
  std::byte* base_;
  std::byte* panes_ = nullptr;
  uint64_t* summaries_ = nullptr;
};

inline PaneRing WindowBlock::Open() {
  PaneRing ring;
  if (!exists()) return ring;
  if (flag(kLarge)) [[unlikely]] {
    ring = {large().head, large().size, large().capacity, false};
  } else {
    ring = {header().head, header().size, header().capacity, false};
  }
  ring.sliced = flag(kSliced);
  Point(ring.capacity);
  return ring;
}

inline void WindowBlock::Save(const PaneRing& ring) {
  if (flag(kLarge)) [[unlikely]] {
    large() = {ring.head, ring.size, ring.capacity, large().units};
  } else {
    header().head = static_cast<uint8_t>(ring.head);
    header().size = static_cast<uint8_t>(ring.size);
    header().capacity = static_cast<uint8_t>(ring.capacity);
  }
  if (ring.sliced) SetFlag(kSliced);
}

}  // namespace tocsin

#endif  // TOCSIN_METRIC_WINDOW_BLOCK_H_
