// RowWindow: the state of one window for one group, inside the group's row, and what happens to it.
#ifndef TOCSIN_METRIC_ROW_WINDOW_H_
#define TOCSIN_METRIC_ROW_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "metric/pane_pool.h"
#include "metric/window_plan.h"
#include "tocsin/base/time.h"
#include "tocsin/event/value.h"
#include "tocsin/window/pane_ring.h"

namespace tocsin {

// In the row at plan.row_offset, followed by plan.total_bytes of totals. All zero is an empty window.
struct RowWindow {
  PaneRing ring;
  int64_t timer = 0;  // nanoseconds after Time::min() of the earliest timer set, to learn what leaves; 0: none
};

// One argument of one event.
struct Argument {
  bool present = false;
  int64_t units = 0;  // where the plan says exact
  double number = 0;  // otherwise
};

// Windows of one plan in one row, for the length of a call.
class WindowInRow {
 public:
  WindowInRow(const WindowPlan& plan, std::byte* row, PanePool& pool)
      : plan_(plan),
        pool_(pool),
        state_(*reinterpret_cast<RowWindow*>(row + plan.row_offset)),
        totals_(row + plan.row_offset + sizeof(RowWindow)) {}

  // Has the newest pane fetched, which the next event will probably touch.
  void Prefetch() const {
    if (state_.ring.size == 0) return;
    uint32_t newest = state_.ring.head + state_.ring.size - 1;
    if (newest >= state_.ring.capacity) newest -= state_.ring.capacity;
    __builtin_prefetch(pool_.At(state_.ring.block) + newest * plan_.stride(), 1);
  }

  // One event, at `now` >= time. False when the window has let go of that time already.
  bool Add(Time now, Time time, std::span<const Argument> arguments);
  // Lets go of what has left at `now`. False when nothing had.
  bool AdvanceTo(Time now);
  // When the oldest of what it holds leaves.
  std::optional<Time> NextExit() const;

  // The earliest instant for which the caller has set a timer.
  std::optional<Time> timer() const {
    if (state_.timer == 0) return std::nullopt;
    return FromNanos(static_cast<int64_t>(static_cast<uint64_t>(state_.timer) ^ kSignBit));
  }
  void SetTimer(Time t) { state_.timer = static_cast<int64_t>(static_cast<uint64_t>(ToNanos(t)) ^ kSignBit); }
  void ClearTimer() { state_.timer = 0; }
  // The running results. REQUIRES: AdvanceTo(now) before.
  int64_t Count(const FieldPlan& field) const;
  int64_t ExactSum(const FieldPlan& field) const;
  double Sum(const FieldPlan& field) const;

 private:
  static constexpr uint64_t kSignBit = uint64_t{1} << 63;

  const WindowPlan& plan_;
  PanePool& pool_;
  RowWindow& state_;
  std::byte* totals_;
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_ROW_WINDOW_H_
