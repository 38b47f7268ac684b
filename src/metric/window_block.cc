#include "metric/window_block.h"

#include <algorithm>
#include <cstring>

namespace tocsin {

void WindowBlock::Create() {
  uint32_t capacity = 0;
  uint32_t block = 0;
  base_ = Make(&capacity, &block);
  handle_ = block + 1;
  PaneRing ring;
  ring.capacity = capacity;
  Save(ring);
  Point(capacity);
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
  std::memset(made, 0, HeaderBytes(is_large) + plan_.total_bytes);
  auto& new_header = *reinterpret_cast<Header*>(made);
  if (is_large) {
    new_header.bits = kLarge;
    reinterpret_cast<LargeRing*>(made + sizeof(Header))->units = static_cast<uint32_t>(got / kUnit);
  } else {
    new_header.units = static_cast<uint8_t>(got / kUnit);
  }
  return made;
}

void WindowBlock::Grow(PaneRing& ring) {
  std::byte* old = base_;
  const size_t old_bytes = old == nullptr ? 0 : BlockBytes();
  uint32_t capacity = ring.capacity + std::max<uint32_t>(1, ring.capacity / 2);
  if (plan_.kind == WindowPlan::Kind::kLast) capacity = std::min(capacity, plan_.last);
  uint32_t block = 0;
  std::byte* made = Make(&capacity, &block);
  const std::byte* old_totals = old == nullptr ? nullptr : totals();
  const std::byte* old_panes = panes_;
  const uint32_t old_bits = old == nullptr ? 0 : header().bits;
  base_ = made;
  header().bits |= old_bits & ~uint32_t{kLarge};
  Point(capacity);
  if (old != nullptr) {
    std::memcpy(totals(), old_totals, plan_.total_bytes);
    MoveInOrder(ring, plan_.stride(), old_panes, panes_);
    pool_.Free(handle_ - 1, old_bytes);
  }
  handle_ = block + 1;
  ring.head = 0;
  ring.capacity = capacity;
  ClearPanes(ring);
}

void WindowBlock::ClearPanes(const PaneRing& ring) {
  if (plan_.extreme_codes.count == 0) return;
  std::memset(panes_ + ring.size * plan_.stride(), 0, (ring.capacity - ring.size) * plan_.stride());
  std::memset(summaries_, 0xff, SummaryBytes(ring.capacity));
}

void WindowBlock::Release(PaneRing& ring) {
  pool_.Free(handle_ - 1, BlockBytes());
  handle_ = 0;
  base_ = panes_ = nullptr;
  summaries_ = nullptr;
  ring = PaneRing();
}

bool WindowBlock::Claim(const WindowPlan& plan, uint32_t& handle, PanePool& pool) {
  if (handle == 0) return true;
  if (!pool.Has(handle - 1)) return false;
  WindowBlock block(plan, handle, pool);
  const bool is_large = block.flag(kLarge);
  const size_t bytes = block.BlockBytes();
  if (bytes < HeaderBytes(is_large) + plan.total_bytes || !pool.Claim(handle - 1, bytes)) return false;
  const uint32_t head = is_large ? block.large().head : block.header().head;
  const uint32_t size = is_large ? block.large().size : block.header().size;
  const uint32_t capacity = is_large ? block.large().capacity : block.header().capacity;
  const bool has_panes = plan.kind != WindowPlan::Kind::kAll;
  if (has_panes && (capacity == 0 || size == 0)) return false;
  if (block.flag(kSliced) && plan.shape.slice == Duration::zero()) return false;
  return size <= capacity && (head < capacity || capacity == 0) && block.BytesFor(capacity, is_large) <= bytes;
}

}  // namespace tocsin
