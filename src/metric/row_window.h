// WindowInRow: the state of one window for one group, and what happens to it.
//
// The group's row holds a handle of four bytes at plan.row_offset; the rest lives in a block of the pool
// (window_block.h). A window that is empty has no block, so that a group costs what its events cost. A window that is
// behind the clock (the last complete calendar period) has a second handle and block, for what will be in it later:
// behind.cc.
#ifndef TOCSIN_METRIC_ROW_WINDOW_H_
#define TOCSIN_METRIC_ROW_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "metric/field_access.h"
#include "metric/pane_pool.h"
#include "metric/row_operations.h"
#include "metric/text_pool.h"
#include "metric/window_block.h"
#include "metric/window_plan.h"
#include "tocsin/base/time.h"
#include "tocsin/window/double_double.h"

namespace tocsin {

// One window in one row, for the length of a call. All-zero row bytes are an empty window.
class WindowInRow {
 public:
  // Touches the row only.
  WindowInRow(const WindowPlan& plan, std::byte* row, PanePool& pool, TextPool& texts)
      : plan_(plan), texts_(texts), operations_{plan, texts}, block_(plan, row, pool) {}

  // One event, at `now` >= time. False, and nothing has changed but what has left, when the window has let go of that
  // time already, holds newer events only, or the event lacks all that it is about.
  bool Add(Time now, Time time, const Arguments& arguments);
  // Lets go of what has left at `now`. False when nothing had.
  bool AdvanceTo(Time now);
  // When the oldest of what it holds leaves; nothing for an empty window and one not over time.
  std::optional<Time> NextExit() const;
  bool empty() const { return !block_.exists() && !SomethingIsLater(); }
  // Gives its memory back, references to text too: an empty window again.
  void Release();
  // Since it was last empty an argument below zero was added to a sum. While it is false no sum rises when events
  // leave.
  bool has_negative() const { return block_.exists() && block_.flag(WindowBlock::kNegative); }

  // The caller's timer, to learn what leaves. It is known by a few bits of its instant: TimerIs may be true of another
  // instant, once in 2^21, so that a timer that is out of date rings for nothing.
  // There is one that rings no later than NextExit().
  bool HasTimer() const {
    if (SomethingIsLater()) [[unlikely]]
      return Later().HasTimer();
    return block_.exists() && block_.tag() != 0 && !block_.flag(WindowBlock::kEarlier);
  }
  bool TimerIs(Time t) const {
    if (SomethingIsLater()) [[unlikely]]
      return Later().TimerIs(t);
    return block_.exists() && block_.tag() == TimerTag(t);
  }
  // REQUIRES: !empty(). The one set before, if any, is forgotten.
  void SetTimer(Time t) {
    if (SomethingIsLater()) [[unlikely]]
      return Later().SetTimer(t);
    block_.SetTag(TimerTag(t));
    block_.ClearFlag(WindowBlock::kEarlier);
  }
  void ClearTimer() {
    if (SomethingIsLater()) [[unlikely]]
      Later().ClearTimer();
    if (block_.exists()) block_.SetTag(0);
  }

  // row_window_values.cc: the running results; zero or nothing over an empty window. REQUIRES: AdvanceTo(now) before.
  int64_t Word(const FieldPlan& field) const;
  DoubleDouble Sum(const FieldPlan& field) const;
  std::optional<double> DecayedMean(const FieldPlan& field) const;
  // The greatest code (extremes.h), 0 over nothing.
  uint64_t Extreme(const FieldPlan& field) const;
  // Of a window of samples (samples.h): the quantile, how many different ones, the k most frequent as a text's number.
  std::optional<double> Quantile(double q) const;
  double Distinct() const;
  std::optional<uint32_t> Top(uint32_t k) const;
  // The oldest event's value.
  std::optional<uint64_t> OldestValue(const FieldPlan& field) const;
  // The newest event's value, nothing once that has left.
  std::optional<uint64_t> NewestValue(const FieldPlan& field, Time now) const;
  std::optional<Time> Newest(const FieldPlan& field) const;
  // From the first to the newest event time and how many distinct ones there are; nothing below two.
  struct Span {
    Duration length{};
    int64_t distinct = 0;
  };
  std::optional<Span> Times(const FieldPlan& times, const FieldPlan& newest) const;

 private:
  // One of the two blocks of a window that is behind, as a window of its own.
  WindowInRow(const WindowPlan& plan, std::byte* row, uint32_t index, PanePool& pool, TextPool& texts)
      : plan_(plan), texts_(texts), operations_{plan, texts}, block_(plan, row, pool, index), is_part_(true) {}

  using RowPanes = Panes<RowOperations, WindowBlock>;
  struct Totals;

  static uint32_t TimerTag(Time t);
  Totals TotalsOf(RowPanes& panes) const;
  std::byte* TotalsOrNull() const { return block_.has_totals() ? block_.totals() : nullptr; }
  void ResetTotals(PaneRing& ring);
  template <typename Operations>
  bool AddOverTime(const Operations& operations, Time now, Time time, const Arguments& arguments);
  bool BeginAnew(PaneRing& ring, Time now, Time time);
  template <typename Operations>
  bool AdvanceOverTime(const Operations& operations, Time now);
  bool AddPlain(Time now, Time time, const Arguments& arguments);
  bool AdvancePlain(Time now);
  void ReleasePlain();
  // The oldest and the newest pane. REQUIRES: the block exists.
  Time OldestPane() const;
  Time NewestPane() const;
  bool AddToLast(Time time, const Arguments& arguments);
  void AddToAll(Time now, Time time, const Arguments& arguments);
  bool AddSample(Time now, Time time, const Argument& argument);
  void MakeRoom(RowPanes& panes);
  // `partial` is null where there is no pane.
  void AddWords(std::byte* partial, const Arguments& arguments);
  // `counted`: the event's time is counted already.
  void AddOthers(RowPanes& panes, std::byte* partial, Time time, bool counted, const Arguments& arguments);
  void AddOther(const FieldPlan& field, RowPanes& panes, std::byte* partial, Time time, const Argument& argument);
  void CountTime(const FieldPlan& field, std::byte* partial, Time time);

  // behind.cc
  uint32_t& HandleOfLater() const { return (&block_.handle())[1]; }
  WindowInRow Later() const { return WindowInRow(plan_, block_.row(), 1, block_.pool(), texts_); }
  // Something waits to be in the window; the timer is then kept with it, because it moves first.
  bool SomethingIsLater() const { return plan_.behind() && !is_part_ && HandleOfLater() != 0; }
  bool AddBehind(Time now, Time time, const Arguments& arguments);
  bool AdvanceBehind(Time now);
  bool AdvanceClosed(Time now);
  bool AdvanceDelayed(Time now);
  std::optional<Time> NextExitBehind() const;
  // Into the block for later.
  void AddWaiting(Time time, const Arguments& arguments);
  // A pane of that block, as its time comes.
  void Enter(Time pane, const std::byte* partial);
  void EnterOther(const FieldPlan& field, RowPanes& panes, std::byte* into, const std::byte* partial);

  const WindowPlan& plan_;
  TextPool& texts_;
  const RowOperations operations_;
  // A reading opens the block: that changes what this object knows, not the window.
  mutable WindowBlock block_;
  bool is_part_ = false;
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_ROW_WINDOW_H_
