#include "engine/timers.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace tocsin {

const Timers::Slot* Timers::Wheel::FirstFrom(size_t slot) const {
  const size_t half = slot / 64;
  const uint64_t from = ~uint64_t{0} << slot % 64;
  const uint64_t parts[] = {occupied[half] & from, occupied[1 - half], occupied[half] & ~from};
  for (size_t i = 0; i < std::size(parts); ++i) {
    if (parts[i] == 0) continue;
    const size_t in_half = static_cast<size_t>(std::countr_zero(parts[i]));
    return &slots[(i == 1 ? 1 - half : half) * 64 + in_half];
  }
  return nullptr;
}

void Timers::Set(const Timer& timer) {
  Place(timer);
  if (size_ == 0 || timer.time < next_) next_ = timer.time;
  ++size_;
  MoveSome();
}

void Timers::Place(const Timer& timer) {
  const uint64_t bits = Bits(timer.time);
  const uint64_t difference = bits ^ turned_to_;
  size_t wheel = difference == 0 ? 0 : static_cast<size_t>(std::bit_width(difference) - 1) / kSlotBits;
  while (wheel > 0 && Count(bits, wheel) - Count(turned_to_, wheel) <= 1) --wheel;
  const size_t number = SlotOf(bits, wheel);
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
  wheels_[wheel].Mark(number);
}

template <typename Visit>
void Timers::EmptyBlock(size_t wheel, size_t number, Visit visit) {
  Slot& slot = wheels_[wheel].slots[number];
  const uint32_t link = slot.first;
  const Block block = *At(link);  // its place may be given to another while its timers move
  slot.first = block.next;
  if (slot.first == 0) wheels_[wheel].Unmark(number);
  pool_.Free(link - 1, sizeof(Block));
  for (uint32_t i = 0; i < block.size; ++i) visit(block.timers[i]);
}

// The slots in which `t` lies move down, from the highest wheel on. Those in which the wheels' time lay before are
// empty already.
void Timers::TurnTo(Time t, std::vector<Timer>* due) {
  const uint64_t difference = Bits(t) ^ turned_to_;
  turned_to_ = Bits(t);
  size_t wheel = difference == 0 ? 0 : static_cast<size_t>(std::bit_width(difference) - 1) / kSlotBits;
  for (;; --wheel) {
    const size_t slot = SlotOf(turned_to_, wheel);
    while (wheels_[wheel].Has(slot)) {
      EmptyBlock(wheel, slot, [&](const Timer& timer) {
        if (timer.time > t) return Place(timer);
        due->push_back(timer);
        --size_;
      });
    }
    if (wheel == 0) return;
  }
}

// Moves a block of the slot that comes next in one of the wheels, another wheel at each call. The slots of high wheels
// have full blocks, and there are at least two calls for each timer: they are empty long before their time.
void Timers::MoveSome() {
  turn_ = turn_ % (kWheels - 1) + 1;
  const size_t slot = (SlotOf(turned_to_, turn_) + 1) % kSlots;
  if (!wheels_[turn_].Has(slot)) return;
  EmptyBlock(turn_, slot, [&](const Timer& timer) { Place(timer); });
}

// A wheel's present turn comes before all that stands in higher ones; its next turn may be theirs too.
Time Timers::Earliest() const {
  Time earliest = Time::max();
  for (size_t wheel = 0; wheel < kWheels; ++wheel) {
    const Slot* const first = wheels_[wheel].FirstFrom(SlotOf(turned_to_, wheel));
    if (first == nullptr) continue;
    earliest = std::min(earliest, first->earliest);
    if (Count(Bits(first->earliest), wheel + 1) == Count(turned_to_, wheel + 1)) break;
  }
  return earliest;
}

void Timers::TakeDue(Time now, std::vector<Timer>* due) {
  while (size_ != 0 && next_ <= now) {
    TurnTo(next_, due);
    MoveSome();
    if (size_ != 0) next_ = Earliest();
  }
}

void Timers::Save(ByteWriter* out) const {
  std::vector<Timer> timers;
  timers.reserve(size_);
  AllOf([&](const Timer& timer) {
    timers.push_back(timer);
    return true;
  });
  // In which slots they stand depends on what was called; what is saved depends on what is set.
  auto key = [](const Timer& t) { return std::make_tuple(t.time, t.kind, t.index, t.row, t.generation); };
  std::sort(timers.begin(), timers.end(), [&](const Timer& a, const Timer& b) { return key(a) < key(b); });
  out->Put(turned_to_);
  out->Put<uint64_t>(size_);
  for (const Timer& timer : timers) {
    out->Put(ToNanos(timer.time));
    out->Put(timer.index);
    out->Put(timer.row);
    out->Put(timer.generation);
    out->Put(timer.kind);
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
