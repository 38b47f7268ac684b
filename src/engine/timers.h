// Timers: which instants the clock must stop at, and what for. Setting a timer is cheap and nothing is ever taken out:
// who set one compares, when it rings, whether it still means anything.
//
// A hierarchical wheel (G. Varghese, T. Lauck, "Hashed and hierarchical timing wheels", SOSP 1987) over whole
// nanoseconds: eleven wheels of 64 slots, one for each six bits of the time. A timer stands in the wheel of the highest
// bits in which it differs from the wheel's own time, so the lowest wheel holds one exact time a slot, and a timer
// moves down at most ten times in all. Setting is O(1), and so is taking, amortised.
#ifndef TOCSIN_ENGINE_TIMERS_H_
#define TOCSIN_ENGINE_TIMERS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tocsin/base/time.h"

namespace tocsin {

struct Timer {
  enum class Kind : uint8_t {
    kExit,      // something leaves a window: index is the window's
    kDeadline,  // a pending alert is due: index is the rule's
    kMinute,    // conditions that read `now` are evaluated
    kTick,      // an observer is told
  };
  Time time{};
  Kind kind = Kind::kExit;
  uint32_t index = 0;
  uint32_t row = 0;
};

class Timers {
 public:
  // REQUIRES: not before the time of the last TakeDue that took something.
  void Set(const Timer& timer);
  // The earliest of all that are set.
  std::optional<Time> Next() const {
    if (size_ == 0) return std::nullopt;
    return next_;
  }
  // Moves every timer due at or before `now` into `due`, in no particular order.
  void TakeDue(Time now, std::vector<Timer>* due);
  size_t size() const { return size_; }

 private:
  static constexpr int kSlotBits = 6;
  static constexpr size_t kSlots = size_t{1} << kSlotBits;
  static constexpr size_t kWheels = 11;  // 66 bits

  struct Wheel {
    uint64_t occupied = 0;  // by slot
    std::array<std::vector<Timer>, kSlots> slots;
  };

  // Times as unsigned numbers of the same order.
  static uint64_t Bits(Time t) { return static_cast<uint64_t>(ToNanos(t)) ^ (uint64_t{1} << 63); }
  void Place(const Timer& timer);
  // The first occupied slot: in the lowest wheel that has one. REQUIRES: size() > 0.
  std::pair<size_t, size_t> First() const;
  void FindNext();
  // Turns the wheels to `next_`, so that everything due then stands in the lowest one.
  void Turn();

  std::array<Wheel, kWheels> wheels_;
  uint64_t turned_to_ = 0;  // the wheels' own time
  Time next_{};
  size_t size_ = 0;
  std::vector<Timer> moving_;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_TIMERS_H_
