// Windows that are behind the clock: the last complete calendar period, and windows as they were some time ago.
//
// Such a window has two blocks. The first is the window: it goes by a clock of its own (WindowPlan::ClockAt), and all
// that is known of windows holds for it. The second is for what has happened since and will be in the window later.
//
// A period that is complete becomes the window as it stands, whatever it holds, so that a midnight costs a group no
// more than one event, and nothing before somebody looks at it. What waits for a delayed window comes to it pane by
// pane, each at its own instant and in order, so that the result does not depend on when it is asked for.
#include <algorithm>

#include "metric/rounded_field.h"
#include "metric/row_window.h"

namespace tocsin {
namespace {

using Field = FieldPlan::Kind;

}  // namespace

bool WindowInRow::AddBehind(Time now, Time time, const Arguments& arguments) {
  AdvanceBehind(now);
  const Time clock = plan_.ClockAt(now);
  WindowInRow later = Later();
  const bool sliced = later.block_.exists() && later.block_.flag(WindowBlock::kSliced);
  if (PaneTime(plan_.shape, sliced, time) > clock) {
    if (plan_.samples != Samples::kNone) return later.AddSample(now, time, arguments[0]);
    later.AddWaiting(time, arguments);
    return true;
  }
  const bool held = AddPlain(clock, time, arguments);
  // It may leave before the instant for which a timer is set.
  if (held && SomethingIsLater()) Later().block_.SetFlag(WindowBlock::kEarlier);
  return held;
}

bool WindowInRow::AdvanceBehind(Time now) {
  if (empty()) return false;
  return plan_.kind == WindowPlan::Kind::kClosed ? AdvanceClosed(now) : AdvanceDelayed(now);
}

bool WindowInRow::AdvanceClosed(Time now) {
  const Time clock = plan_.ClockAt(now);
  bool changed = false;
  uint32_t& later = HandleOfLater();
  if (later != 0 && Later().NewestPane() <= clock) {
    ReleasePlain();
    block_.handle() = later;
    later = 0;
    block_.Reopen();
    changed = true;
  }
  // It may have been complete for longer than a period.
  return AdvancePlain(clock) || changed;
}

bool WindowInRow::AdvanceDelayed(Time now) {
  const Time clock = plan_.ClockAt(now);
  bool changed = false;
  if (SomethingIsLater()) {
    WindowInRow later = Later();
    PaneRing ring = later.block_.Open();
    RowPanes waiting(ring, later.block_, operations_);
    while (!waiting.empty() && waiting.time(0) <= clock) {
      Enter(waiting.time(0), waiting.partial(0));
      waiting.PopOldest();
      changed = true;
    }
    if (changed && waiting.empty()) {
      // The timer that was kept there goes on.
      const uint32_t tag = later.block_.tag();
      later.ReleasePlain();
      if (block_.exists()) block_.SetTag(tag);
    } else if (changed) {
      waiting.Gather();
      later.block_.Save(ring);
    }
  }
  return AdvancePlain(clock) || changed;
}

// When something comes to the window or leaves it.
std::optional<Time> WindowInRow::NextExitBehind() const {
  if (empty()) return std::nullopt;
  Time next = Time::max();
  if (block_.exists()) next = plan_.InstantOf(ExitTime(plan_.shape, OldestPane()));
  if (SomethingIsLater()) next = std::min(next, plan_.InstantOf(Later().OldestPane()));
  return next;
}

void WindowInRow::AddWaiting(Time time, const Arguments& arguments) {
  PaneRing ring = block_.Open();
  RowPanes panes(ring, block_, operations_);
  const Time pane = PaneTime(plan_.shape, ring.sliced, time);
  const bool earlier = !panes.empty() && pane < panes.time(0);
  std::byte* partial = panes.Touch(pane);
  if (earlier) block_.SetFlag(WindowBlock::kEarlier);
  AddWords(partial, arguments);
  AddOthers(panes, partial, time, false, arguments);
  SliceIfCrowded(plan_.shape, panes);
  block_.Save(ring);
}

void WindowInRow::Enter(Time pane, const std::byte* partial) {
  AdvancePlain(pane);
  PaneRing ring = block_.Open();
  RowPanes panes(ring, block_, operations_);
  std::byte* into = panes.Touch(PaneTime(plan_.shape, ring.sliced, pane));
  for (size_t i = 0; i < plan_.words.size(); ++i) {
    const uint64_t x = FieldAt<uint64_t>(partial, i * sizeof(uint64_t));
    FieldAt<uint64_t>(into, i * sizeof(uint64_t)) += x;
    FieldAt<uint64_t>(block_.totals(), i * sizeof(uint64_t)) += x;
  }
  for (uint16_t index : plan_.others) EnterOther(plan_.fields[index], panes, into, partial);
  SliceIfCrowded(plan_.shape, panes);
  block_.Save(ring);
}

void WindowInRow::EnterOther(const FieldPlan& field, RowPanes& panes, std::byte* into, const std::byte* partial) {
  std::byte* const totals = block_.totals();
  switch (field.kind) {
    case Field::kSum:
    case Field::kSquares:
    case Field::kDecayed:
      MergeRounded(field, into, partial);
      return AddToTotal(field, totals, partial);
    case Field::kLeast:
    case Field::kGreatest: {
      const uint64_t code = FieldAt<uint64_t>(partial, field.partial_offset);
      uint64_t& total = FieldAt<uint64_t>(totals, field.total_offset);
      total = std::max(total, code);
      uint64_t& held = FieldAt<uint64_t>(into, field.partial_offset);
      if (code <= held) return;
      held = code;
      const size_t number = (field.partial_offset - plan_.extreme_codes.offset) / sizeof(uint64_t);
      panes.extremes().Raise(into, static_cast<uint16_t>(number), code);
      return;
    }
    case Field::kTimes: {
      const auto& times = FieldAt<TimesPartial>(partial, field.partial_offset);
      auto& held = FieldAt<TimesPartial>(into, field.partial_offset);
      held.first = held.distinct == 0 ? times.first : std::min(held.first, times.first);
      held.distinct += times.distinct;
      FieldAt<TimesTotal>(totals, field.total_offset).distinct += times.distinct;
      return;
    }
    case Field::kNewest: {
      const uint64_t code = FieldAt<uint64_t>(partial, field.partial_offset);
      for (uint64_t* newest :
           {&FieldAt<uint64_t>(into, field.partial_offset), &FieldAt<uint64_t>(totals, field.total_offset)})
        *newest = std::max(*newest, code);
      return;
    }
    default:
      return;  // refused when the plan is made
  }
}

}  // namespace tocsin
