#include "engine/timers.h"

#include <algorithm>
#include <bit>
#include <utility>

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
  const size_t slot = (bits >> (wheel * kSlotBits)) & (kSlots - 1);
  wheels_[wheel].slots[slot].push_back(timer);
  wheels_[wheel].occupied |= uint64_t{1} << slot;
}

std::pair<size_t, size_t> Timers::First() const {
  size_t wheel = 0;
  while (wheels_[wheel].occupied == 0) ++wheel;
  return {wheel, static_cast<size_t>(std::countr_zero(wheels_[wheel].occupied))};
}

void Timers::FindNext() {
  if (size_ == 0) return;
  auto [wheel, slot] = First();
  const std::vector<Timer>& timers = wheels_[wheel].slots[slot];
  next_ = std::min_element(timers.begin(), timers.end(), [](const Timer& a, const Timer& b) {
            return a.time < b.time;
          })->time;
}

void Timers::Turn() {
  turned_to_ = Bits(next_);
  auto [wheel, slot] = First();
  if (wheel == 0) return;
  // Only the slot that holds `next_` stands for times near it; the others keep their places.
  moving_.clear();
  std::swap(moving_, wheels_[wheel].slots[slot]);
  wheels_[wheel].occupied &= ~(uint64_t{1} << slot);
  for (const Timer& timer : moving_) Place(timer);
  // Its memory goes back, unless it was large: a rare burst should not be kept for ever.
  constexpr size_t kKept = 64;
  moving_.clear();
  if (moving_.capacity() <= kKept && wheels_[wheel].slots[slot].capacity() == 0)
    std::swap(moving_, wheels_[wheel].slots[slot]);
}

void Timers::TakeDue(Time now, std::vector<Timer>* due) {
  while (size_ != 0 && next_ <= now) {
    Turn();
    auto [wheel, slot] = First();
    std::vector<Timer>& timers = wheels_[wheel].slots[slot];
    due->insert(due->end(), timers.begin(), timers.end());
    size_ -= timers.size();
    timers.clear();
    wheels_[wheel].occupied &= ~(uint64_t{1} << slot);
    FindNext();
  }
}

}  // namespace tocsin
