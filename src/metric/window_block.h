// WindowBlock: where one window of one group lives, found by a handle of four bytes in the group's row:
//
//   in the row's pocket (PocketPlan): a few panes and nothing else. The row is fetched anyway, so that the events of a
//   usual customer cost no further line of memory.
//   in a block of the engine's pool, of up to 64 GiB: header | totals | summaries of extremes | panes
//
// A handle of 0 is an empty window. One in the pocket tells all that a header would: where, how many panes, flags.
//
// Where nothing but words is kept, a few panes have no totals (WindowPlan::totals_from), in the pocket never. The
// totals stand beside the header and the first panes behind them, because a line of memory is what an event costs. The
// header has eight bytes while the ring is small, and 24 when it is not. Blocks and handles hold numbers and offsets,
// never pointers: a copy of pool and rows is a snapshot.
#ifndef TOCSIN_METRIC_WINDOW_BLOCK_H_
#define TOCSIN_METRIC_WINDOW_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/prefetch.h"
#include "metric/field_access.h"
#include "metric/pane_pool.h"
#include "metric/window_plan.h"
#include "tocsin/window/pane_ring.h"

namespace tocsin {

class WindowBlock {
 public:
  enum Flag : uint32_t {
    kNegative = 1,       // an argument below zero has been added to a sum
    kEarlier = 2,        // a pane has come that leaves before the instant for which a timer is set
    kLarge = 1u << 24,   // 24 bytes of header. In a block of the pool alone, as is:
    kSliced = 1u << 25,  // panes are slices
  };

  // `index`: which of the window's handles.
  WindowBlock(const WindowPlan& plan, std::byte* row, PanePool& pool, uint32_t index = 0)
      : plan_(plan), row_(row), handle_(reinterpret_cast<uint32_t*>(row + plan.row_offset)[index]), pool_(pool) {
    Reopen();
  }

  bool exists() const { return base_ != nullptr; }
  uint32_t& handle() const { return handle_; }
  std::byte* row() const { return row_; }
  PanePool& pool() const { return pool_; }
  // After the handle was set by somebody else.
  void Reopen() {
    base_ = nullptr;
    if (in_pocket()) {
      base_ = InPocket(PocketUnit(handle_));
    } else if (handle_ != 0) {
      base_ = pool_.At(BlockOf(handle_));
    }
  }

  // Whether there is memory where a handle from a snapshot says, so that the window may be looked at.
  static bool IsIn(uint32_t handle, const PanePool& pool) {
    return (handle & 1) != 0 || handle == 0 || pool.Has(BlockOf(handle));
  }
  // Has the first lines of its block fetched. What is in the pocket comes with the row.
  static void Prefetch(const std::byte* handle_in_row, const PanePool& pool) {
    const uint32_t handle = *reinterpret_cast<const uint32_t*>(handle_in_row);
    if (handle == 0 || (handle & 1) != 0) return;
    const std::byte* const base = pool.At(BlockOf(handle));
    PrefetchLine(base);
    PrefetchLine(base + kLine);
  }
  // For such a handle: claims its block of the pool, or its part of the pocket, of which nothing is marked as
  // taken before the first window of a row claims. False when there is none, it is another's, or what its header says
  // does not fit.
  bool Claim();
  // Takes the window of another row, which is empty afterwards, whose plan has the same fields.
  void TakeFrom(WindowBlock& other);

  // The ring as the header has it: a new one where there is no block. To be called before anything is asked of panes.
  PaneRing Open();
  // Puts the ring into the header. REQUIRES: exists().
  void Save(PaneRing& ring);

  // REQUIRES of all below: exists().
  bool flag(Flag flag) const { return (bits() & flag) != 0; }
  void SetFlag(Flag flag) { SetBits(bits() | flag); }
  void ClearFlag(Flag flag) { SetBits(bits() & ~uint32_t{flag}); }
  // So many bits for the caller; 0 in a new window.
  static constexpr int kTagBits = 22;
  uint32_t tag() const { return bits() >> kTagShift & kTagMask; }
  void SetTag(uint32_t tag) { SetBits((bits() & ~(kTagMask << kTagShift)) | tag << kTagShift); }
  bool has_totals() const { return !in_pocket() && HasTotals(header().capacity, flag(kLarge)); }
  // REQUIRES: has_totals().
  std::byte* totals() const { return base_ + HeaderBytes(flag(kLarge)); }
  // The word at that offset of the totals, which may not be there.
  uint64_t Word(size_t offset) const { return has_totals() ? FieldAt<uint64_t>(totals(), offset) : AddUp(offset); }

  // For a window without panes.
  void Create();

  // What PaneRing asks of its memory.
  std::byte* panes() const { return panes_; }
  uint64_t* summaries() const { return summaries_; }
  void Grow(PaneRing& ring);
  void Release(PaneRing& ring);

  // Whether its place is good for a window with one pane. REQUIRES: exists().
  bool IsSmall() const;
  // As released, with the place kept for the pane that comes now. REQUIRES: IsSmall(), totals of zero.
  void Restart(PaneRing& ring) {
    SetBits(0);
    ring = PaneRing{0, 0, ring.capacity, false};
    ClearPanes(ring);
  }

 private:
  static constexpr int kTagShift = 2;
  static constexpr uint32_t kTagMask = (uint32_t{1} << kTagBits) - 1;
  static constexpr size_t kUnit = 32;  // of the pool
  static constexpr size_t kLine = 64;
  static constexpr uint32_t kSmallPanes = 255;  // what one byte counts
  static constexpr size_t kSmallBytes = 4096;   // less than 255 units, however the pool rounds
  static constexpr size_t kSmallUnits = 3;

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

  // A handle of the pool: the block's number, times two, plus two. One of the pocket: 1, the first unit (four bits),
  // how many panes (three), flags and tag.
  static constexpr uint32_t HandleOf(uint32_t block) { return (block + 1) << 1; }
  static constexpr uint32_t BlockOf(uint32_t handle) { return (handle >> 1) - 1; }
  static constexpr uint32_t PocketUnit(uint32_t handle) { return handle >> 1 & 15; }
  static constexpr uint32_t PocketPanes(uint32_t handle) { return handle >> 5 & 7; }
  static constexpr int kPocketBits = 8;
  bool in_pocket() const { return (handle_ & 1) != 0; }
  std::byte* InPocket(uint32_t unit) const { return row_ + plan_.pocket.offset + unit * PocketPlan::kUnit; }
  uint8_t& pocket_taken() const { return reinterpret_cast<uint8_t&>(row_[plan_.pocket.taken_offset]); }
  // The units that so many panes take from that one on.
  uint32_t PocketMask(uint32_t unit, uint32_t panes) const { return ((uint32_t{1} << PocketUnits(panes)) - 1) << unit; }
  uint32_t PocketUnits(uint32_t panes) const {
    return static_cast<uint32_t>(panes * plan_.stride() / PocketPlan::kUnit);
  }
  // Units of the pocket for so many panes, where they are free or this window's: the first of them, or nothing.
  std::optional<uint32_t> FindInPocket(uint32_t panes) const;
  void SetPocket(uint32_t unit, uint32_t panes, uint32_t bits);
  bool GrowInPocket(PaneRing& ring);

  uint32_t bits() const { return in_pocket() ? handle_ >> kPocketBits : header().bits; }
  void SetBits(uint32_t bits) {
    if (in_pocket()) {
      handle_ = (handle_ & ((1u << kPocketBits) - 1)) | bits << kPocketBits;
    } else {
      header().bits = bits;
    }
  }

  static constexpr size_t HeaderBytes(bool large) { return sizeof(Header) + (large ? sizeof(LargeRing) : 0); }
  bool HasTotals(uint32_t capacity, bool large) const { return large || capacity >= plan_.totals_from; }
  size_t TotalBytes(uint32_t capacity, bool large) const { return HasTotals(capacity, large) ? plan_.total_bytes : 0; }
  size_t SummaryBytes(uint32_t capacity) const {
    return Extremes::SummaryWords(capacity, plan_.extreme_codes.count) * sizeof(uint64_t);
  }
  size_t BytesFor(uint32_t capacity, bool large) const {
    return HeaderBytes(large) + TotalBytes(capacity, large) + SummaryBytes(capacity) +
           size_t{capacity} * plan_.stride();
  }

  Header& header() const { return *reinterpret_cast<Header*>(base_); }
  LargeRing& large() const { return *reinterpret_cast<LargeRing*>(base_ + sizeof(Header)); }
  size_t BlockBytes() const { return size_t{flag(kLarge) ? large().units : header().units} * kUnit; }
  // How many panes the first block has room for.
  uint32_t FirstCapacity() const;
  // A word of all panes.
  uint64_t AddUp(size_t offset) const;
  // A new block with a cleared header, its totals and room for `capacity` panes or, as the pool has it, more.
  std::byte* Make(uint32_t* capacity, uint32_t* block);
  // Moves to a new block of the pool with room for so many panes.
  void MoveToBlock(PaneRing& ring, uint32_t capacity);
  // Gives back what the window has of the pool or the pocket.
  void Free(std::byte* base, uint32_t handle);
  // Places without a pane hold nothing, where extremes are kept; their summaries are made when they are read.
  void ClearPanes(const PaneRing& ring);
  void Point(uint32_t capacity) {
    const bool is_large = flag(kLarge);
    std::byte* behind_totals = base_ + HeaderBytes(is_large) + TotalBytes(capacity, is_large);
    summaries_ = reinterpret_cast<uint64_t*>(behind_totals);
    panes_ = behind_totals + SummaryBytes(capacity);
  }
  void SaveInPocket(PaneRing& ring);

  const WindowPlan& plan_;
  std::byte* row_;
  uint32_t& handle_;
  PanePool& pool_;
  std::byte* base_ = nullptr;
  std::byte* panes_ = nullptr;
  uint64_t* summaries_ = nullptr;
};

inline PaneRing WindowBlock::Open() {
  PaneRing ring;
  if (!exists()) return ring;
  if (in_pocket()) {
    panes_ = base_;
    return {0, PocketPanes(handle_), PocketPanes(handle_), false};
  }
  if (flag(kLarge)) [[unlikely]] {
    ring = {large().head, large().size, large().capacity, false};
  } else {
    ring = {header().head, header().size, header().capacity, false};
  }
  ring.sliced = flag(kSliced);
  Point(ring.capacity);
  return ring;
}

inline void WindowBlock::Save(PaneRing& ring) {
  if (in_pocket()) {
    if (ring.size != PocketPanes(handle_) || ring.head != 0) SaveInPocket(ring);
    return;
  }
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
