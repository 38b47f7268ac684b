#include "metric/window_block.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tocsin {

void WindowBlock::Create() {
  PaneRing ring;
  MoveToBlock(ring, 0);
  Save(ring);
}

std::byte* WindowBlock::Make(uint32_t* capacity, uint32_t* block) {
  const bool is_large = *capacity > kSmallPanes || BytesFor(*capacity, false) > kSmallBytes;
  size_t got = 0;
  *block = pool_.Allocate(BytesFor(*capacity, is_large), &got);
  std::byte* made = pool_.At(*block);
  // What the pool gives beyond what was wanted is used.
  size_t room = *capacity + (got - BytesFor(*capacity, is_large)) / plan_.stride();
  room = std::min<size_t>(room, is_large ? UINT32_MAX : kSmallPanes);
  if (plan_.kind == WindowPlan::Kind::kLast) room = std::min<size_t>(room, std::max(*capacity, plan_.last));
  while (room > *capacity && BytesFor(static_cast<uint32_t>(room), is_large) > got) --room;
  *capacity = static_cast<uint32_t>(room);
  std::memset(made, 0, HeaderBytes(is_large) + TotalBytes(*capacity, is_large));
  auto& new_header = *reinterpret_cast<Header*>(made);
  if (is_large) {
    new_header.bits = kLarge;
    reinterpret_cast<LargeRing*>(made + sizeof(Header))->units = static_cast<uint32_t>(got / kUnit);
  } else {
    new_header.capacity = static_cast<uint8_t>(*capacity);
    new_header.units = static_cast<uint8_t>(got / kUnit);
  }
  return made;
}

// Two panes, where a second one takes no more than a unit: most that come once come again.
uint32_t WindowBlock::FirstCapacity() const {
  const size_t units = (BytesFor(1, false) + kUnit - 1) / kUnit;
  return units > 1 && BytesFor(2, false) <= (units + 1) * kUnit ? 2 : 1;
}

uint64_t WindowBlock::AddUp(size_t offset) const {
  PaneRing ring{0, PocketPanes(handle_), PocketPanes(handle_), false};
  const std::byte* words = base_ + sizeof(int64_t) + offset;
  if (!in_pocket()) {
    ring = {header().head, header().size, header().capacity, false};
    words += HeaderBytes(false);
  }
  uint64_t sum = 0;
  for (uint32_t i = 0, place = ring.head; i < ring.size; ++i, place = place + 1 == ring.capacity ? 0 : place + 1)
    sum += FieldAt<uint64_t>(words, place * plan_.stride());
  return sum;
}

void WindowBlock::Grow(PaneRing& ring) {
  if ((!exists() || in_pocket()) && GrowInPocket(ring)) return;
  uint32_t capacity = ring.capacity + std::max<uint32_t>(1, ring.capacity / 2);
  if (ring.capacity == 0) capacity = FirstCapacity();
  if (plan_.kind == WindowPlan::Kind::kLast) capacity = std::min(capacity, plan_.last);
  MoveToBlock(ring, capacity);
}

void WindowBlock::MoveToBlock(PaneRing& ring, uint32_t capacity) {
  std::byte* const old = base_;
  const uint32_t old_handle = handle_;
  const std::byte* const old_panes = panes_;
  const std::byte* const old_totals = old != nullptr && has_totals() ? totals() : nullptr;
  const uint32_t old_bits = old == nullptr ? 0 : bits();
  uint32_t block = 0;
  base_ = Make(&capacity, &block);
  handle_ = HandleOf(block);
  header().bits |= old_bits & ~uint32_t{kLarge};
  Point(capacity);
  if (old != nullptr) {
    MoveInOrder(ring, plan_.stride(), old_panes, panes_);
    if (old_totals != nullptr) {
      std::memcpy(totals(), old_totals, plan_.total_bytes);
    } else if (has_totals()) {
      for (uint32_t i = 0; i < ring.size; ++i) plan_.Merge(totals(), panes_ + i * plan_.stride() + sizeof(int64_t));
    }
    Free(old, old_handle);
  }
  ring.head = 0;
  ring.capacity = capacity;
  ClearPanes(ring);
}

void WindowBlock::ClearPanes(const PaneRing& ring) {
  if (plan_.extreme_codes.count == 0) return;
  std::memset(panes_ + ring.size * plan_.stride(), 0, (ring.capacity - ring.size) * plan_.stride());
  std::memset(summaries_, 0xff, SummaryBytes(ring.capacity));
}

void WindowBlock::Free(std::byte* base, uint32_t handle) {
  if ((handle & 1) != 0) {
    pocket_taken() &= static_cast<uint8_t>(~PocketMask(PocketUnit(handle), PocketPanes(handle)));
    return;
  }
  const auto& old = *reinterpret_cast<const Header*>(base);
  const size_t units =
      (old.bits & kLarge) != 0 ? reinterpret_cast<const LargeRing*>(base + sizeof(Header))->units : old.units;
  pool_.Free(BlockOf(handle), units * kUnit);
}

void WindowBlock::Release(PaneRing& ring) {
  Free(base_, handle_);
  handle_ = 0;
  base_ = panes_ = nullptr;
  summaries_ = nullptr;
  ring = PaneRing();
}

bool WindowBlock::IsSmall() const {
  if (in_pocket()) return true;
  if (flag(kLarge) || (header().units > kSmallUnits && BlockBytes() - BytesFor(1, false) >= kUnit)) return false;
  return !FindInPocket(1);
}

// --- the pocket ------------------------------------------------------------------------------------------------------

std::optional<uint32_t> WindowBlock::FindInPocket(uint32_t panes) const {
  const uint32_t units = PocketUnits(panes);
  if (panes >= plan_.totals_from || units > plan_.pocket.units) return std::nullopt;
  const uint32_t own = in_pocket() ? PocketMask(PocketUnit(handle_), PocketPanes(handle_)) : 0;
  const uint32_t taken = pocket_taken() & ~own;
  // Where it is, if it can stay there.
  if (own != 0 && PocketUnit(handle_) + units <= plan_.pocket.units &&
      (taken & PocketMask(PocketUnit(handle_), panes)) == 0)
    return PocketUnit(handle_);
  for (uint32_t unit = 0; unit + units <= plan_.pocket.units; ++unit) {
    if ((taken & PocketMask(unit, panes)) == 0) return unit;
  }
  return std::nullopt;
}

void WindowBlock::SetPocket(uint32_t unit, uint32_t panes, uint32_t bits) {
  if (in_pocket()) Free(base_, handle_);
  pocket_taken() |= static_cast<uint8_t>(PocketMask(unit, panes));
  handle_ = 1 | unit << 1 | panes << 5 | bits << kPocketBits;
  base_ = panes_ = InPocket(unit);
}

bool WindowBlock::GrowInPocket(PaneRing& ring) {
  const std::optional<uint32_t> unit = FindInPocket(ring.capacity + 1);
  if (!unit) return false;
  const std::byte* const old = base_;
  SetPocket(*unit, ring.capacity + 1, exists() ? bits() : 0);
  if (old != nullptr && old != base_) std::memmove(base_, old, ring.size * plan_.stride());
  ++ring.capacity;
  return true;
}

// Its panes begin with the oldest, and take no more than they need.
void WindowBlock::SaveInPocket(PaneRing& ring) {
  const size_t stride = plan_.stride();
  std::rotate(panes_, panes_ + ring.head * stride, panes_ + ring.capacity * stride);
  SetPocket(PocketUnit(handle_), ring.size, bits());
  ring.head = 0;
  ring.capacity = ring.size;
}

// --- snapshots and reloads -------------------------------------------------------------------------------------------

bool WindowBlock::Claim() {
  if (handle_ == 0) return true;
  if (in_pocket()) {
    const uint32_t panes = PocketPanes(handle_);
    const uint32_t unit = PocketUnit(handle_);
    if (panes == 0 || panes >= plan_.totals_from || unit + PocketUnits(panes) > plan_.pocket.units) return false;
    if ((pocket_taken() & PocketMask(unit, panes)) != 0) return false;
    pocket_taken() |= static_cast<uint8_t>(PocketMask(unit, panes));
    return true;
  }
  const bool is_large = flag(kLarge);
  const size_t bytes = BlockBytes();
  if (bytes < HeaderBytes(is_large) || !pool_.Claim(BlockOf(handle_), bytes)) return false;
  const uint32_t head = is_large ? large().head : header().head;
  const uint32_t size = is_large ? large().size : header().size;
  const uint32_t capacity = is_large ? large().capacity : header().capacity;
  const bool has_panes = (plan_.kind != WindowPlan::Kind::kAll && plan_.kind != WindowPlan::Kind::kRollup) ||
                         plan_.samples != Samples::kNone;
  if (has_panes && (capacity == 0 || size == 0)) return false;
  const bool may_slice = plan_.samples != Samples::kNone ? plan_.may_sketch() : plan_.shape.slice != Duration::zero();
  if (flag(kSliced) && !may_slice) return false;
  return size <= capacity && (head < capacity || capacity == 0) && BytesFor(capacity, is_large) <= bytes;
}

void WindowBlock::TakeFrom(WindowBlock& other) {
  if (!other.in_pocket()) {
    handle_ = std::exchange(other.handle_, 0);
    return;
  }
  PaneRing ring = other.Open();
  const uint32_t bits = other.bits();
  if (const std::optional<uint32_t> unit = FindInPocket(ring.size)) {
    SetPocket(*unit, ring.size, bits);
    std::memcpy(base_, other.base_, ring.size * plan_.stride());
  } else {
    PaneRing moved;
    MoveToBlock(moved, ring.size);
    SetBits(bits);
    std::memcpy(panes_, other.panes_, ring.size * plan_.stride());
    // The pool may give room for so many panes that there are totals.
    for (uint32_t i = 0; i < ring.size && has_totals(); ++i)
      plan_.Merge(totals(), panes_ + i * plan_.stride() + sizeof(int64_t));
    moved.size = ring.size;
    Save(moved);
  }
  other.Release(ring);
}

}  // namespace tocsin
