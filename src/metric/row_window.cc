#include "metric/row_window.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "metric/rounded_field.h"
#include "metric/samples.h"
#include "metric/stamped_value.h"
#include "tocsin/window/aggregate.h"
#include "tocsin/window/decayed_mean.h"
#include "tocsin/window/recent_times.h"

namespace tocsin {
namespace {

using Field = FieldPlan::Kind;
using DoubleSum = Sum<double>;

uint64_t ExtremeCode(const Argument& argument) {
  switch (argument.kind()) {
    case Kind::kTimestamp:
      return CodeOf(ToNanos(argument.AsTime()));
    case Kind::kDuration:
      return CodeOf(ToNanos(argument.AsDuration()));
    default:
      return CodeOf(argument.AsNumber());
  }
}

// Nearly all windows keep words alone: counts and exact sums. What is done for each event and pane is compiled for them
// apart, without a look at the plan's fields.
struct WordsOnly {
  explicit WordsOnly(const WindowPlan& plan) : words(plan.words.size()) {}

  size_t stride() const { return sizeof(int64_t) + words * sizeof(uint64_t); }
  static constexpr ExtremeFields extremes() { return {}; }
  void Clear(std::byte* partial) const {
    for (size_t i = 0; i < words; ++i) FieldAt<uint64_t>(partial, i * sizeof(uint64_t)) = 0;
  }
  void Merge(std::byte* into, const std::byte* partial) const {
    for (size_t i = 0; i < words; ++i) {
      FieldAt<uint64_t>(into, i * sizeof(uint64_t)) += FieldAt<uint64_t>(partial, i * sizeof(uint64_t));
    }
  }

  size_t words;
};

struct WordTotals {
  size_t words;
  std::byte* totals;  // null: there are none

  void Remove(const std::byte* partial) const {
    if (totals == nullptr) return;
    for (size_t i = 0; i < words; ++i) {
      FieldAt<uint64_t>(totals, i * sizeof(uint64_t)) -= FieldAt<uint64_t>(partial, i * sizeof(uint64_t));
    }
  }
  static constexpr bool Doubtful(bool) { return false; }
  template <typename AllPanes>
  static void Rebuild(const AllPanes&) {}
  template <typename AllPanes>
  static void Settle(const AllPanes&) {}
  static void Reset() {}  // the block goes
};

}  // namespace

// The running results in the block, as LetGo asks for them.
struct WindowInRow::Totals {
  const WindowPlan& plan;
  std::byte* totals;
  TextPool& texts;
  RowPanes& panes;
  PanePool& pool;
  bool extreme_left = false;
  bool oldest_left = false;

  void Remove(const std::byte* partial) {
    for (size_t i = 0; i < plan.words.size(); ++i) {
      FieldAt<uint64_t>(totals, i * sizeof(uint64_t)) -= FieldAt<uint64_t>(partial, i * sizeof(uint64_t));
    }
    for (uint16_t index : plan.others) RemoveOther(plan.fields[index], partial);
  }
  void RemoveOther(const FieldPlan& field, const std::byte* partial) {
    switch (field.kind) {
      case Field::kSum:
      case Field::kSquares:
      case Field::kDecayed:
        RemoveRounded(field, totals, partial);
        return;
      case Field::kSample:
        return Samples().Remove(partial);
      case Field::kOldestValue:
        oldest_left |= RemoveOldest(field, totals, partial, texts);
        return;
      case Field::kLeast:
      case Field::kGreatest: {
        const uint64_t code = FieldAt<uint64_t>(partial, field.partial_offset);
        extreme_left |= code != 0 && code == FieldAt<uint64_t>(totals, field.total_offset);
        return;
      }
      case Field::kTimes:
        FieldAt<TimesTotal>(totals, field.total_offset).distinct -=
            FieldAt<TimesPartial>(partial, field.partial_offset).distinct;
        return;
      default:
        return;  // of what is newest nothing leaves while something stays
    }
  }
  bool Doubtful(bool wrapped) const {
    if (!plan.rounds) return false;
    if (wrapped) return true;
    for (uint16_t index : plan.others) {
      if (IsRounded(plan.fields[index].kind) && IsSuspect(plan.fields[index], totals)) return true;
    }
    return false;
  }
  void Rebuild(const RowPanes&) {
    for (uint16_t index : plan.others) {
      const FieldPlan& field = plan.fields[index];
      if (!IsRounded(field.kind)) continue;
      ClearTotal(field, totals);
      for (uint32_t i = 0; i < panes.size(); ++i) AddToTotal(field, totals, panes.partial(i));
    }
  }
  void Settle(const RowPanes&) {
    if (oldest_left) FindOldest();
    if (!extreme_left) return;
    Extremes extremes = panes.extremes();
    for (uint16_t i = 0; i < plan.extreme_codes.count; ++i) {
      FieldAt<uint64_t>(totals, plan.extreme_totals + i * sizeof(uint64_t)) = extremes.Greatest(i);
    }
  }
  // The panes before the next that has it are looked at once: they leave before it does.
  void FindOldest() {
    for (uint16_t index : plan.others) {
      const FieldPlan& field = plan.fields[index];
      if (field.kind != Field::kOldestValue) continue;
      auto& oldest = FieldAt<StampedValue>(totals, field.total_offset);
      for (uint32_t i = 0; i < panes.size() && oldest.time == 0; ++i)
        oldest = FieldAt<StampedValue>(panes.partial(i), field.partial_offset);
    }
  }
  SampleWindow Samples() { return SampleWindow(plan, panes, totals, pool, texts); }
  void Reset() {
    if (plan.samples != Samples::kNone) Samples().Reset();
    for (uint16_t index : plan.others) {
      const FieldPlan& field = plan.fields[index];
      if (!field.text) continue;
      if (field.kind == Field::kOldestValue && plan.holds_texts) {
        for (uint32_t i = 0; i < panes.size(); ++i) RemoveOldest(field, totals, panes.partial(i), texts);
        continue;
      }
      const auto& held = FieldAt<StampedValue>(totals, field.total_offset);
      if (held.time != 0) texts.Release(static_cast<uint32_t>(held.bits));
    }
    std::memset(totals, 0, plan.total_bytes);
  }
};

WindowInRow::Totals WindowInRow::TotalsOf(RowPanes& panes) const {
  return {plan_, block_.totals(), texts_, panes, block_.pool()};
}

bool WindowInRow::Add(Time now, Time time, const Arguments& arguments) {
  switch (plan_.kind) {
    case WindowPlan::Kind::kTime:
      return AddPlain(now, time, arguments);
    case WindowPlan::Kind::kClosed:
    case WindowPlan::Kind::kDelayed:
      return AddBehind(now, time, arguments);
    case WindowPlan::Kind::kLast:
      return AddToLast(time, arguments);
    case WindowPlan::Kind::kAll:
      if (plan_.samples != Samples::kNone) return AddSample(now, time, arguments[0]);
      AddToAll(now, time, arguments);
      return true;
    case WindowPlan::Kind::kRollup:
      return false;
  }
  return false;
}

bool WindowInRow::AddPlain(Time now, Time time, const Arguments& arguments) {
  if (plan_.samples != Samples::kNone) [[unlikely]]
    return AddSample(now, time, arguments[0]);
  if (plan_.others.empty()) [[likely]]
    return AddOverTime(WordsOnly(plan_), now, time, arguments);
  return AddOverTime(operations_, now, time, arguments);
}

bool WindowInRow::AdvanceTo(Time now) {
  if (plan_.kind == WindowPlan::Kind::kTime) [[likely]]
    return AdvancePlain(now);
  return plan_.behind() && AdvanceBehind(now);
}

bool WindowInRow::AdvancePlain(Time now) {
  if (!block_.exists()) return false;
  return plan_.others.empty() ? AdvanceOverTime(WordsOnly(plan_), now) : AdvanceOverTime(operations_, now);
}

template <typename Operations>
bool WindowInRow::AddOverTime(const Operations& operations, Time now, Time time, const Arguments& arguments) {
  constexpr bool kWordsOnly = std::is_same_v<Operations, WordsOnly>;
  PaneRing ring = block_.Open();
  Panes<Operations, WindowBlock> panes(ring, block_, operations);
  if (block_.exists() && !(HasLeft(plan_.shape, now, panes.newest()) && BeginAnew(ring, now, time))) {
    if constexpr (kWordsOnly) {
      LetGo(plan_.shape, now, panes, WordTotals{operations.words, TotalsOrNull()});
    } else {
      LetGo(plan_.shape, now, panes, TotalsOf(panes));
    }
  }
  const Time pane = PaneTime(plan_.shape, ring.sliced, time);
  const bool held = !HasLeft(plan_.shape, now, pane);
  if (held) [[likely]] {
    const bool earlier = !panes.empty() && pane < panes.time(0);
    std::byte* partial = panes.Touch(pane);
    if (earlier) [[unlikely]]
      block_.SetFlag(WindowBlock::kEarlier);
    AddWords(partial, arguments);
    if constexpr (!kWordsOnly) AddOthers(panes, partial, time, false, arguments);
    SliceIfCrowded(plan_.shape, panes);
  }
  if (block_.exists()) block_.Save(ring);
  return held;
}

// All that the window holds leaves as an event comes: a small block is used again in its place.
bool WindowInRow::BeginAnew(PaneRing& ring, Time now, Time time) {
  if (!block_.IsSmall() || HasLeft(plan_.shape, now, PaneTime(plan_.shape, false, time))) return false;
  if (block_.has_totals()) ResetTotals(ring);
  block_.Restart(ring);
  return true;
}

template <typename Operations>
bool WindowInRow::AdvanceOverTime(const Operations& operations, Time now) {
  PaneRing ring = block_.Open();
  Panes<Operations, WindowBlock> panes(ring, block_, operations);
  bool left = false;
  if constexpr (std::is_same_v<Operations, WordsOnly>) {
    left = LetGo(plan_.shape, now, panes, WordTotals{operations.words, TotalsOrNull()});
  } else {
    left = LetGo(plan_.shape, now, panes, TotalsOf(panes));
  }
  if (left && block_.exists()) block_.Save(ring);
  return left;
}

bool WindowInRow::AddToLast(Time time, const Arguments& arguments) {
  if (arguments.size() != 0 && arguments[0].absent()) return false;
  PaneRing ring = block_.Open();
  RowPanes panes(ring, block_, operations_);
  if (panes.size() == plan_.last) {
    if (time < panes.time(0)) return false;
    MakeRoom(panes);
  }
  const uint32_t place = panes.Insert(time);
  const bool counted = place != 0 && panes.time(place - 1) == time;
  AddWords(panes.partial(place), arguments);
  AddOthers(panes, panes.partial(place), time, counted, arguments);
  block_.Save(ring);
  return true;
}

bool WindowInRow::AddSample(Time now, Time time, const Argument& argument) {
  if (argument.absent()) return false;
  PaneRing ring = block_.Open();
  RowPanes panes(ring, block_, operations_);
  const bool over_time = plan_.kind != WindowPlan::Kind::kAll;
  if (over_time && block_.exists()) LetGo(plan_.shape, now, panes, TotalsOf(panes));
  const Time pane = over_time ? PaneTime(plan_.shape, ring.sliced, time) : Time();
  const bool held = !over_time || !HasLeft(plan_.shape, now, pane);
  if (held) {
    const bool earlier = !panes.empty() && pane < panes.time(0);
    const uint64_t word = SampleWindow::WordOf(plan_.samples, argument, texts_);
    if (!block_.exists()) panes.Reserve();
    SampleWindow samples(plan_, panes, block_.totals(), block_.pool(), texts_);
    if (ring.sliced) {
      samples.AddToSlice(pane, word);
    } else {
      samples.AddValue(pane, word);
      if (samples.IsCrowded()) samples.Slice(ring);
    }
    if (earlier) block_.SetFlag(WindowBlock::kEarlier);
  }
  if (block_.exists()) block_.Save(ring);
  return held;
}

// Lets the oldest of the last N go.
void WindowInRow::MakeRoom(RowPanes& panes) {
  Totals totals = TotalsOf(panes);
  if (plan_.counts_times && panes.size() > 1 && panes.time(1) == panes.time(0)) {
    // Of events at one time the oldest is counted.
    for (uint16_t index : plan_.others) {
      const FieldPlan& field = plan_.fields[index];
      if (field.kind != Field::kTimes) continue;
      std::swap(FieldAt<TimesPartial>(panes.partial(0), field.partial_offset).distinct,
                FieldAt<TimesPartial>(panes.partial(1), field.partial_offset).distinct);
    }
  }
  totals.Remove(panes.partial(0));
  panes.PopOldest();
  if (totals.Doubtful(panes.empty() || panes.ring().head == 0)) totals.Rebuild(panes);
  totals.Settle(panes);
}

void WindowInRow::AddToAll(Time now, Time time, const Arguments& arguments) {
  PaneRing ring = block_.Open();
  if (!block_.exists()) {
    block_.Create();
    ring = block_.Open();
  }
  RowPanes panes(ring, block_, operations_);
  const bool counted = !plan_.counts_times || !IsNewTime(panes, now, time, plan_.lateness);
  AddWords(nullptr, arguments);
  AddOthers(panes, nullptr, time, counted, arguments);
  block_.Save(ring);
}

void WindowInRow::AddWords(std::byte* partial, const Arguments& arguments) {
  std::byte* const totals = TotalsOrNull();
  size_t offset = 0;
  for (const WordPlan& word : plan_.words) {
    uint64_t x = 1;
    if (word.kind != Field::kEvents) {
      const Argument& argument = arguments[word.argument];
      if (argument.absent()) {
        x = 0;
      } else if (word.kind == Field::kTrue) {
        x = argument.AsBool() ? 1 : 0;
      } else if (word.kind == Field::kExactSum) {
        x = static_cast<uint64_t>(argument.AsInt());
        if (argument.AsInt() < 0) block_.SetFlag(WindowBlock::kNegative);
      }
    }
    if (totals != nullptr) FieldAt<uint64_t>(totals, offset) += x;
    if (partial != nullptr) FieldAt<uint64_t>(partial, offset) += x;
    offset += sizeof(uint64_t);
  }
}

void WindowInRow::AddOthers(RowPanes& panes, std::byte* partial, Time time, bool counted, const Arguments& arguments) {
  for (uint16_t index : plan_.others) {
    const FieldPlan& field = plan_.fields[index];
    if (field.kind == Field::kNewest) {
      uint64_t& newest = FieldAt<uint64_t>(block_.totals(), field.total_offset);
      newest = std::max(newest, TimeCode(time));
      if (plan_.kind == WindowPlan::Kind::kDelayed) {
        uint64_t& of_pane = FieldAt<uint64_t>(partial, field.partial_offset);
        of_pane = std::max(of_pane, TimeCode(time));
      }
    } else if (field.kind == Field::kTimes) {
      if (!counted) CountTime(field, partial, time);
    } else if (const Argument& argument = arguments[field.argument]; !argument.absent()) {
      AddOther(field, panes, partial, time, argument);
    }
  }
}

void WindowInRow::AddOther(const FieldPlan& field, RowPanes& panes, std::byte* partial, Time time,
                           const Argument& argument) {
  if (field.kind == Field::kSample) {
    FieldAt<uint64_t>(partial, field.partial_offset) = SampleWindow::WordOf(plan_.samples, argument, texts_);
    return;
  }
  if (field.kind == Field::kNewestValue) return AddNewest(field, block_.totals(), time, argument, texts_);
  if (field.kind == Field::kOldestValue) return AddOldest(field, block_.totals(), partial, time, argument, texts_);
  if (IsRounded(field.kind)) {
    const double x = argument.AsNumber();
    AddRounded(field, block_.totals(), partial, time, x);
    if (x < 0) block_.SetFlag(WindowBlock::kNegative);
    return;
  }
  const uint64_t code = field.kind == Field::kLeast ? ~ExtremeCode(argument) : ExtremeCode(argument);
  uint64_t& total = FieldAt<uint64_t>(block_.totals(), field.total_offset);
  total = std::max(total, code);
  if (partial == nullptr) return;
  uint64_t& held = FieldAt<uint64_t>(partial, field.partial_offset);
  if (code <= held) return;
  held = code;
  const size_t number = (field.partial_offset - plan_.extreme_codes.offset) / sizeof(uint64_t);
  panes.extremes().Raise(partial, static_cast<uint16_t>(number), code);
}

// The event's time, which is not known to be another event's too.
void WindowInRow::CountTime(const FieldPlan& field, std::byte* partial, Time time) {
  auto& total = FieldAt<TimesTotal>(block_.totals(), field.total_offset);
  if (partial == nullptr) {
    if (total.distinct++ == 0 || ToNanos(time) < total.first) total.first = ToNanos(time);
    return;
  }
  auto& pane = FieldAt<TimesPartial>(partial, field.partial_offset);
  if (pane.distinct == 0) {
    pane.first = ToNanos(time);
  } else {
    // Where times are exact the pane's first is the only one.
    const uint64_t newest = FieldAt<uint64_t>(block_.totals(), plan_.fields[plan_.others.back()].total_offset);
    if (ToNanos(time) == pane.first || TimeCode(time) == newest) return;
    pane.first = std::min(pane.first, ToNanos(time));
  }
  ++pane.distinct;
  ++total.distinct;
}

std::optional<Time> WindowInRow::NextExit() const {
  if (plan_.behind()) return NextExitBehind();
  if (plan_.kind != WindowPlan::Kind::kTime || !block_.exists()) return std::nullopt;
  PaneRing ring = block_.Open();
  return ExitTime(plan_.shape, RowPanes(ring, block_, operations_).time(0));
}

Time WindowInRow::OldestPane() const {
  PaneRing ring = block_.Open();
  return RowPanes(ring, block_, operations_).time(0);
}

Time WindowInRow::NewestPane() const {
  PaneRing ring = block_.Open();
  return RowPanes(ring, block_, operations_).newest();
}

void WindowInRow::Release() {
  if (SomethingIsLater()) Later().ReleasePlain();
  ReleasePlain();
}

void WindowInRow::ReleasePlain() {
  if (!block_.exists()) return;
  PaneRing ring = block_.Open();
  if (block_.has_totals()) ResetTotals(ring);
  block_.Release(ring);
}

void WindowInRow::ResetTotals(PaneRing& ring) {
  RowPanes panes(ring, block_, operations_);
  TotalsOf(panes).Reset();
}

// Never 0, which is no timer.
uint32_t WindowInRow::TimerTag(Time t) {
  const uint64_t mixed = static_cast<uint64_t>(ToNanos(t)) * 0x9E3779B97F4A7C15u;
  return static_cast<uint32_t>(mixed >> (64 - WindowBlock::kTagBits)) | 1u;
}

}  // namespace tocsin
