// Timers: which instants the clock must stop at, and what for. Setting a timer is cheap and nothing is ever taken out:
// who set one compares, when it rings, whether it still means anything.
//
// A hierarchical wheel (G. Varghese, T. Lauck, "Hashed and hierarchical timing wheels", SOSP 1987) over whole
// nanoseconds: eleven wheels, of which each has 64 slots for six bits of the time, twice: for the present turn and for
// the next. A timer stands in the lowest wheel whose present or next turn holds its time; the lowest wheel holds one
// exact time a slot. What stands in a slot moves down, at most ten times in all, when the wheels' own time gets there.
// Slots of high wheels may hold millions by then. So that no call moves all these at once, each call moves a few timers
// of a slot that comes next down beforehand: the next turn of the wheel below is theirs.
// Setting is O(1), and so is taking; a slot's timers lie in blocks of a pool: 24 bytes each, nothing is allocated once
// the pool is large enough.
#ifndef TOCSIN_ENGINE_TIMERS_H_
#define TOCSIN_ENGINE_TIMERS_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/byte_io.h"
#include "metric/pane_pool.h"
#include "tocsin/base/time.h"

namespace tocsin {

struct Timer {
  // What rings at one instant is seen to in this order.
  enum class Kind : uint8_t {
    kExit,         // something leaves a window: index is the window's
    kMember,       // time alone turns what a group contributes to a rollup: index is the rollup's
    kMembers,      // so it may for every group; row is 1 where it comes again at the next full minute
    kFlip,         // time alone turns a comparison: index is the rule's
    kAlert,        // an alert waits no longer: index is the rule's
    kWarm,         // a metric has been fed for its window's length: index is the rule's that reads it
    kEveryMetric,  // a metric is evaluated at multiples of a duration: index is the metric's
    kEvery,        // a rule is: index is the rule's
    kMinute,       // conditions that read time in ways that cannot be foreseen are evaluated
    kGroup,        // a group may be empty or expired: index is the grouping's
    kTick,         // an observer is told
    kPattern,      // an attempt is over: index is the pattern's
    kSession,      // a session is over, or need not be remembered: index is the session's
    kLane,         // an event has been held for long enough: index is the lane's
  };
  static constexpr Kind kLastKind = Kind::kLane;

  Time time{};
  Kind kind = Kind::kExit;
  uint32_t index = 0;
  uint32_t row = 0;
  uint16_t generation = 0;  // of the row, when it was set
};
static_assert(sizeof(Timer) == 24);

class Timers {
 public:
  // Nothing will be set before `now`. Optional; without it the first timers all stand in one slot, and are moved at
  // once. REQUIRES: size() == 0, and not before the time of the last TakeDue.
  void Start(Time now) { turned_to_ = Bits(now); }
  // REQUIRES: not before the time of the last TakeDue that took something.
  void Set(const Timer& timer);
  // The earliest of all that are set.
  std::optional<Time> Next() const {
    if (size_ == 0) return std::nullopt;
    return next_;
  }
  // Whether any rings at `t` or before.
  bool AnyUntil(Time t) const { return size_ != 0 && next_ <= t; }
  // Visits some of those that ring at `t` or before, `most` at most, and none that is set later: for what they will
  // need.
  template <typename Visit>
  void VisitSoon(Time t, size_t most, Visit visit) const;
  // Moves every timer due at or before `now` into `due`, in no particular order.
  void TakeDue(Time now, std::vector<Timer>* due);
  size_t size() const { return size_; }
  // Whether timers may be set from `now` on.
  bool MayStartAt(Time now) const { return turned_to_ <= Bits(now); }
  size_t bytes() const { return sizeof(*this) + pool_.bytes(); }
  // As new.
  void Reset() { *this = Timers(); }

  // Those that ring at `t` or before, in no particular order; nothing is set meanwhile. Looks at the slots in which one
  // of them stands.
  template <typename Visit>
  void ForEachUntil(Time t, Visit visit) const;
  // Whether test(timer) is true of all that are set.
  template <typename Test>
  bool AllOf(Test test) const;

  void Save(ByteWriter* out) const;
  // False when the bytes are not those of timers; there are then none. What index and row say is for the caller to
  // check.
  bool Load(ByteReader* in);

 private:
  static constexpr size_t kSlotBits = 6;
  static constexpr size_t kSlots = size_t{2} << kSlotBits;  // two turns
  static constexpr size_t kWheels = 11;                     // 66 bits

  struct Block {
    uint32_t next;  // one more than its number; 0: the last
    uint32_t size;
    std::array<Timer, 21> timers;
  };
  static_assert(sizeof(Block) == 512);
  struct Slot {
    uint32_t first = 0;  // one more than the number of a block; all behind it are full
    // The earliest since it was empty. That one may have moved down, and stands there until the whole slot has.
    Time earliest{};
  };
  struct Wheel {
    std::array<uint64_t, 2> occupied{};  // by slot
    std::array<Slot, kSlots> slots;

    bool Has(size_t slot) const { return (occupied[slot / 64] >> slot % 64 & 1) != 0; }
    void Mark(size_t slot) { occupied[slot / 64] |= uint64_t{1} << slot % 64; }
    void Unmark(size_t slot) { occupied[slot / 64] &= ~(uint64_t{1} << slot % 64); }
    // The first occupied one from `slot` on, around; null where there is none.
    const Slot* FirstFrom(size_t slot) const;
  };

  // Times as unsigned numbers of the same order.
  static uint64_t Bits(Time t) { return static_cast<uint64_t>(ToNanos(t)) ^ (uint64_t{1} << 63); }
  // How many slots of the wheel begin up to a time. There is one turn of the highest.
  static uint64_t Count(uint64_t bits, size_t wheel) { return wheel == kWheels ? 0 : bits >> (wheel * kSlotBits); }
  static size_t SlotOf(uint64_t bits, size_t wheel) { return Count(bits, wheel) % kSlots; }
  Block* At(uint32_t link) const { return reinterpret_cast<Block*>(pool_.At(link - 1)); }
  void Place(const Timer& timer);
  void TurnTo(Time t, std::vector<Timer>* due);
  void MoveSome();
  // Takes the first block off the slot and calls visit for what is in it.
  template <typename Visit>
  void EmptyBlock(size_t wheel, size_t slot, Visit visit);
  Time Earliest() const;

  std::array<Wheel, kWheels> wheels_;
  uint64_t turned_to_ = 0;  // the wheels' own time
  Time next_{};
  size_t size_ = 0;
  size_t turn_ = 1;  // of the wheels: whose slot MoveSome looks at
  PanePool pool_;
};

template <typename Visit>
void Timers::VisitSoon(Time t, size_t most, Visit visit) const {
  if (!AnyUntil(t)) return;
  for (size_t wheel = 0; wheel < kWheels; ++wheel) {
    const size_t begin = SlotOf(turned_to_, wheel);
    for (size_t i = 0; i < kSlots / 2; ++i) {
      const size_t slot = (begin + i) % kSlots;
      if (!wheels_[wheel].Has(slot)) continue;
      if (wheels_[wheel].slots[slot].earliest > t) break;
      const Block& block = *At(wheels_[wheel].slots[slot].first);
      for (uint32_t n = 0; n < block.size; ++n) {
        if (most-- == 0) return;
        if (block.timers[n].time <= t) visit(block.timers[n]);
      }
    }
  }
}

template <typename Test>
bool Timers::AllOf(Test test) const {
  for (const Wheel& wheel : wheels_) {
    for (const Slot& slot : wheel.slots) {
      for (uint32_t link = slot.first; link != 0; link = At(link)->next) {
        for (uint32_t i = 0; i < At(link)->size; ++i) {
          if (!test(At(link)->timers[i])) return false;
        }
      }
    }
  }
  return true;
}

template <typename Visit>
void Timers::ForEachUntil(Time t, Visit visit) const {
  for (const Wheel& wheel : wheels_) {
    for (const Slot& slot : wheel.slots) {
      if (slot.first == 0 || slot.earliest > t) continue;
      for (uint32_t link = slot.first; link != 0; link = At(link)->next) {
        for (uint32_t i = 0; i < At(link)->size; ++i) {
          if (At(link)->timers[i].time <= t) visit(At(link)->timers[i]);
        }
      }
    }
  }
}

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_TIMERS_H_
