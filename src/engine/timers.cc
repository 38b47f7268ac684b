#include "engine/timers.h"

#include <algorithm>

namespace tocsin {

void Timers::Set(const Timer& timer) {
  Place(timer);
  if (size_ == 0 || timer.time < next_) next_ = timer.time;
  ++size_;
}

void Timers::Place(const Timer& timer) {
  const uint64_t bits = Bits(timer.time);
  const uint64_t difference = bits ^ turned_to_;
  const size_t wheel = difference == 0 ? 0 : static_cast<size_t>(std::bit_width(difference) - 1) / kSlotBits;
  const size_t number = (bits >> (wheel * kSlotBits)) & (kSlots - 1);
  Slot& slot = wheels_[wheel].slots[number];
  slot.earliest = slot.first == 0 ? timer.time : std::min(slot.earliest, timer.time);
  if (slot.first == 0 || At(slot.first)->size == At(slot.first)->timers.size()) {
    size_t got = 0;
    const uint32_t block = pool_.Allocate(sizeof(Block), &got) + 1;
    At(block)->next = slot.first;
    At(block)->size = 0;
    slot.first = block;
  }
  Block* block = At(slot.first);
  block->timers[block->size++] = timer;
  wheels_[wheel].occupied |= uint64_t{1} << number;
}

template <typename Visit>
void Timers::Empty(size_t wheel, size_t number, Visit visit) {
  uint32_t link = std::exchange(wheels_[wheel].slots[number].first, 0);
  wheels_[wheel].occupied &= ~(uint64_t{1} << number);
  while (link != 0) {
    const Block* block = At(link);
    for (uint32_t i = 0; i < block->size; ++i) visit(block->timers[i]);
    const uint32_t next = block->next;
    pool_.Free(link - 1, sizeof(Block));
    link = next;
  }
}

std::pair<size_t, size_t> Timers::First() const {
  size_t wheel = 0;
  while (wheels_[wheel].occupied == 0) ++wheel;
  return {wheel, static_cast<size_t>(std::countr_zero(wheels_[wheel].occupied))};
}

void Timers::TakeDue(Time now, std::vector<Timer>* due) {
  while (size_ != 0 && next_ <= now) {
    // The wheels turn to `next_`. Only the slot that holds it stands for times near it: what is not due there moves to
    // lower wheels, and the other slots keep their places.
    turned_to_ = Bits(next_);
    auto [wheel, slot] = First();
    Empty(wheel, slot, [&](const Timer& timer) {
      if (timer.time > now) return Place(timer);
      due->push_back(timer);
      --size_;
    });
    if (size_ == 0) return;
    auto [next_wheel, next_slot] = First();
    next_ = wheels_[next_wheel].slots[next_slot].earliest;
  }
}

void Timers::Save(ByteWriter* out) const {
  out->Put(turned_to_);
  out->Put<uint64_t>(size_);
  std::vector<uint32_t> links;
  for (const Wheel& wheel : wheels_) {
    for (const Slot& slot : wheel.slots) {
      // In the order in which they were set, so that they come to stand in the same blocks.
      links.clear();
      for (uint32_t link = slot.first; link != 0; link = At(link)->next) links.push_back(link);
      for (auto link = links.rbegin(); link != links.rend(); ++link) {
        for (uint32_t i = 0; i < At(*link)->size; ++i) {
          const Timer& timer = At(*link)->timers[i];
          out->Put(ToNanos(timer.time));
          out->Put(timer.index);
          out->Put(timer.row);
          out->Put(timer.generation);
          out->Put(timer.kind);
        }
      }
    }
  }
}

bool Timers::Load(ByteReader* in) {
  Reset();
  turned_to_ = in->Get<uint64_t>();
  for (uint64_t left = in->Get<uint64_t>(); left > 0 && in->good(); --left) {
    Timer timer;
    timer.time = FromNanos(in->Get<int64_t>());
    timer.index = in->Get<uint32_t>();
    timer.row = in->Get<uint32_t>();
    timer.generation = in->Get<uint16_t>();
    timer.kind = in->Get<Timer::Kind>();
    if (timer.kind > Timer::kLastKind || Bits(timer.time) < turned_to_) in->Fail();
    if (in->good()) Set(timer);
  }
  if (in->good()) return true;
  Reset();
  return false;
}

}  // namespace tocsin
