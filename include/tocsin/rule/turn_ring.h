// TurnRing: when a condition last turned, to tell whether it flaps (docs/semantics.md 5.6): more than `changes` turns
// within `within`. Header only, trivially copyable, no memory and no clock of its own. Every call costs O(1).
//
//   tocsin::TurnRing turns;
//   turns.Add(now, /*changes=*/4, /*within=*/1h);                // it turned, from false to true or back
//   if (turns.flapping()) calm = turns.End(1h);                  // an hour after the last turn
#ifndef TOCSIN_RULE_TURN_RING_H_
#define TOCSIN_RULE_TURN_RING_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "tocsin/base/time.h"

namespace tocsin {

class TurnRing {
 public:
  // The most that `changes` may be.
  static constexpr int64_t kMost = 20;

  // A turn at `now`, not before the one added last. REQUIRES: 1 <= changes <= kMost, the same in every call.
  void Add(Time now, int64_t changes, Duration within) {
    if (count_ > 0 && now > End(within)) flapping_ = false;
    // The turn so many before this one: where it is still within reach, this one is one too many.
    if (count_ >= changes && Ago(changes) > SaturatingSubtract(now, within)) flapping_ = true;
    turns_[next_] = now;
    next_ = static_cast<uint8_t>((next_ + 1) % kMost);
    if (count_ < kMost) ++count_;
  }

  // False for bytes that are no such ring, such as a snapshot that somebody wrote by hand.
  bool IsSound() const {
    return next_ < kMost && count_ <= kMost && *reinterpret_cast<const uint8_t*>(&flapping_) <= 1;
  }

  bool empty() const { return count_ == 0; }
  // Whether the last turn was one too many. It flaps until End, if it does not turn again before or at it.
  bool flapping() const { return flapping_; }
  // When the last turn is forgotten. REQUIRES: !empty().
  Time End(Duration within) const { return SaturatingAdd(Ago(1), within); }

 private:
  // The turn `n` turns ago; 1 is the last.
  Time Ago(int64_t n) const { return turns_[static_cast<size_t>((next_ + kMost - n) % kMost)]; }

  std::array<Time, kMost> turns_{};
  uint8_t next_ = 0;
  uint8_t count_ = 0;
  bool flapping_ = false;
  [[maybe_unused]] std::array<uint8_t, 5> unused_{};
};
// No byte of it is left unset, so that a snapshot may copy it.
static_assert(std::has_unique_object_representations_v<TurnRing>);

}  // namespace tocsin

#endif  // TOCSIN_RULE_TURN_RING_H_
