// Timers: which instants the clock must stop at, and what for. Setting a timer is cheap and nothing is ever taken out: who set
// one compares, when it rings, whether it still means anything.
#ifndef TOCSIN_ENGINE_TIMERS_H_
#define TOCSIN_ENGINE_TIMERS_H_

#include <algorithm>
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
  void Set(const Timer& timer) {
    heap_.push_back(timer);
    std::push_heap(heap_.begin(), heap_.end(), Later);
  }
  std::optional<Time> Next() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front().time;
  }
  // Moves every timer due at or before `now` into `due`, in no particular order.
  void TakeDue(Time now, std::vector<Timer>* due) {
    while (!heap_.empty() && heap_.front().time <= now) {
      due->push_back(heap_.front());
      std::pop_heap(heap_.begin(), heap_.end(), Later);
      heap_.pop_back();
    }
  }

 private:
  static bool Later(const Timer& a, const Timer& b) { return a.time > b.time; }
  std::vector<Timer> heap_;  // earliest first
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_TIMERS_H_
