// Rollups: values of the groups of a finer grouping, put together as they change (docs/semantics.md 3.8).
#include "engine/rollup.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/rank_tree.h"
#include "engine/state.h"
#include "metric/group_key.h"
#include "metric/window_block.h"
#include "tocsin/window/extremes.h"

namespace tocsin {
namespace {

RollupMember& MemberIn(const RollupPlan& rollup, std::byte* row) {
  return *reinterpret_cast<RollupMember*>(row + rollup.member_offset);
}
RollupTotals& TotalsIn(const WindowBlock& block) { return *reinterpret_cast<RollupTotals*>(block.totals()); }
ExactSum& SumIn(const WindowBlock& block) {
  return *reinterpret_cast<ExactSum*>(block.totals() + sizeof(RollupTotals));
}

uint64_t CodeOfBits(const RollupPlan& rollup, int64_t bits) {
  return rollup.kind == Kind::kDouble ? CodeOf(std::bit_cast<double>(bits)) : CodeOf(bits);
}

// What an aggregate needs of it. Nothing where it is no number, or one without bounds.
std::optional<int64_t> BitsOf(const RollupPlan& rollup, const Value& value, Time now) {
  if (!rollup.NeedsValues()) return 0;
  if (rollup.kind == Kind::kDouble) {
    const double number = value.AsDouble();
    if (!std::isfinite(number)) return std::nullopt;
    return std::bit_cast<int64_t>(number + 0.0);
  }
  return ToNanos(value.AsDuration()) - (rollup.elapsed ? ToNanos(now) : 0);
}

// Of a sum: the field that says how many events had what is added up. One that lacks it is in the window, which others
// may share, and not in the metric. Null of all others.
const FieldPlan* AddendsOf(const Metric& metric, const WindowPlan& window) {
  if (!metric.aggregate || metric.rollup || !metric.aggregate->has_sum || MayBeAbsent(*metric.aggregate))
    return nullptr;
  const uint16_t argument = window.fields[metric.aggregate->field].argument;
  const auto found = std::find_if(window.fields.begin(), window.fields.end(), [&](const FieldPlan& field) {
    return field.kind == FieldPlan::Kind::kArguments && field.argument == argument;
  });
  return found == window.fields.end() ? nullptr : &*found;
}

void ApplyTo(const RollupPlan& rollup, const WindowBlock& block, int64_t bits, bool adds) {
  if (!rollup.HasSum()) return;
  ExactSum& sum = SumIn(block);
  if (rollup.kind == Kind::kDouble) {
    adds ? sum.Add(std::bit_cast<double>(bits)) : sum.Subtract(std::bit_cast<double>(bits));
  } else {
    adds ? sum.Add(bits) : sum.Subtract(bits);
  }
}

}  // namespace

bool Engine::State::IsHeld(const RollupPlan& rollup, uint32_t row) {
  std::byte* const bytes = groups[rollup.fine].row(row);
  const auto holds = [&](uint32_t index, const Metric* metric) {
    const WindowPlan& window = layout.windows[index];
    WindowInRow state(window, bytes, pool, texts);
    state.AdvanceTo(now);
    const FieldPlan* const addends = metric == nullptr ? nullptr : AddendsOf(*metric, window);
    if (addends != nullptr) return state.Word(*addends) != 0;
    return WindowBlock(window, bytes, pool).exists();  // now, whatever waits to be in it
  };
  // An expression is held by its parts; what is kept at multiples of a duration, by windows as they are.
  const auto is_held = [&](auto&& self, const Metric& metric) -> bool {
    if (metric.grouping != rollup.fine) return false;
    if (metric.aggregate) return holds(metric.aggregate->window, &metric);
    if (metric.every) {
      return std::any_of(metric.windows.begin(), metric.windows.end(), [&](uint32_t window) {
        return layout.windows[window].grouping == rollup.fine && holds(window, nullptr);
      });
    }
    return std::any_of(metric.reads.begin(), metric.reads.end(), [&](const Variable& read) {
      return read.source == Variable::Source::kMetric && self(self, layout.metrics[read.index]);
    });
  };
  if (is_held(is_held, layout.metrics[rollup.metric])) return true;
  const auto is_own = [&](uint32_t window) {
    const auto& windows = layout.metrics[rollup.metric].windows;
    return std::find(windows.begin(), windows.end(), window) != windows.end();
  };
  return std::any_of(rollup.held_by.begin(), rollup.held_by.end(),
                     [&](uint32_t window) { return !is_own(window) && holds(window, nullptr); });
}

// The group that this one is a part of; made where there is none.
std::optional<uint32_t> Engine::State::CoarseRow(const RollupPlan& rollup, uint32_t row) {
  if (rollup.keys.empty()) return 0;
  std::string bytes;
  for (uint32_t key : rollup.keys) AppendKey(KeyOf(rollup.fine, row, key), &bytes);
  return Reach(rollup.coarse, bytes, GroupTable::Hash(bytes));
}

// What the group contributes now; sets the timer for what time alone will change.
RollupMember Engine::State::AskMember(uint32_t index, uint32_t row) {
  const RollupPlan& rollup = layout.rollups[index];
  RollupMember member;
  if (!IsHeld(rollup, row)) return member;
  const size_t base = value_stack.size();
  value_stack.resize(base + rollup.reads.size());
  for (size_t slot = 0; slot < rollup.reads.size(); ++slot) {
    const tocsin::Value value = ReadVariable(rollup.reads[slot], rollup.fine, row);
    value_stack[base + slot] = value;
  }
  const std::span<tocsin::Value> values = std::span(value_stack).subspan(base);
  if (!values[rollup.slot].absent()) {
    if (const std::optional<int64_t> bits = BitsOf(rollup, values[rollup.slot], now)) {
      const RollupMember& before = MemberIn(rollup, groups[rollup.fine].row(row));
      const std::optional<uint32_t> coarse = before.coarse != 0 ? before.coarse - 1 : CoarseRow(rollup, row);
      if (coarse) {
        member.coarse = *coarse + 1;
        member.counted = !rollup.where || rollup.where->Test(values, now, scratch) == Answer::kTrue ? 1 : 0;
        if (member.counted != 0) member.bits = *bits;
        if (member.counted != 0 && rollup.share)
          member.truth = rollup.share->Test(values, now, scratch) == Answer::kTrue ? 1 : 0;
      }
    }
  }
  if (!rollup.flips.empty() && member.coarse != 0) WatchMember(index, row, values);
  value_stack.resize(base);
  return member;
}

void Engine::State::WatchMember(uint32_t index, uint32_t row, std::span<tocsin::Value> values) {
  const RollupPlan& rollup = layout.rollups[index];
  std::optional<Time> next;
  for (const LinearTerm& term : rollup.flips) {
    const std::optional<Time> flip = term.NextFlip(values, now, scratch);
    if (flip && (!next || *flip < *next)) next = flip;
  }
  if (!next || *next == Time::max()) return;
  const GroupTable& table = groups[rollup.fine];
  TimerMark mark(table.row(row) + rollup.flip_offset);
  if (mark.IsSet() && mark.time() <= *next) return;
  mark.Set(*next);
  timers.Set({*next, Timer::Kind::kMember, index, row, table.generation(row)});
}

// Brings what a group contributes up to date; where that changes the rollup, it is added to `touched`.
void Engine::State::UpdateMember(uint32_t index, uint32_t row) {
  const RollupPlan& rollup = layout.rollups[index];
  const RollupMember next = AskMember(index, row);
  RollupMember& member = MemberIn(rollup, groups[rollup.fine].row(row));
  if (next.coarse != 0)
    MarkTaken(rollup.coarse, next.coarse - 1, FromNanos(Head(rollup.fine, row).newest), /*by_metric=*/true);
  if (next == member) return;
  const uint32_t coarse = std::max(next.coarse, member.coarse) - 1;
  // First what is new: a block that nobody holds any more goes.
  const RollupMember before = member;
  ReplaceMember(rollup, row, coarse, before, next);
  MemberIn(rollup, groups[rollup.fine].row(row)) = next;
  TouchRollup(rollup, coarse);
}

// Its thresholds turn; what reads it is concerned when all of this has been brought up to date.
void Engine::State::TouchRollup(const RollupPlan& rollup, uint32_t coarse) {
  const WindowPlan& window = layout.windows[rollup.window];
  Cross(rollup.window, coarse, WindowInRow(window, groups[rollup.coarse].row(coarse), pool, texts));
  if (touched.empty() || touched.back().window != rollup.window || touched.back().row != coarse)
    touched.push_back({rollup.window, coarse});
}

void Engine::State::ReplaceMember(const RollupPlan& rollup, uint32_t row, uint32_t coarse, const RollupMember& before,
                                  const RollupMember& next) {
  const WindowPlan& window = layout.windows[rollup.window];
  WindowBlock block(window, groups[rollup.coarse].row(coarse), pool);
  if (!block.exists()) block.Create();
  RollupTotals& totals = TotalsIn(block);
  RankTree tree(groups[rollup.fine], rollup.node_offset);
  if (before.coarse != 0) {
    --totals.known;
    if (before.counted != 0) {
      --totals.counted;
      totals.truths -= before.truth;
      ApplyTo(rollup, block, before.bits, false);
      if (rollup.IsRanked()) tree.Erase(&totals.root, row);
    }
  }
  if (next.coarse != 0) {
    ++totals.known;
    if (next.counted != 0) {
      ++totals.counted;
      totals.truths += next.truth;
      ApplyTo(rollup, block, next.bits, true);
      if (rollup.IsRanked()) tree.Insert(&totals.root, row, CodeOfBits(rollup, next.bits));
    }
  }
  if (totals.known != 0) return;
  WindowInRow(window, groups[rollup.coarse].row(coarse), pool, texts).Release();
  if (layout.groupings[rollup.coarse].counted) SetGroupTimer(rollup.coarse, coarse);
}

// A group goes: it contributes nothing more.
void Engine::State::RemoveMember(uint32_t grouping, uint32_t row) {
  for (uint32_t index : layout.groupings[grouping].rollups) {
    const RollupPlan& rollup = layout.rollups[index];
    RollupMember& member = MemberIn(rollup, groups[grouping].row(row));
    if (member.coarse == 0) continue;
    const RollupMember before = member;
    ReplaceMember(rollup, row, before.coarse - 1, before, {});
    member = {};
    TouchRollup(rollup, before.coarse - 1);
  }
}

// The windows in `touched` have changed, and thresholds have been crossed: what is put together of them changes too.
void Engine::State::UpdateRollups() {
  if (layout.rollups.empty()) [[likely]]
    return;
  for (size_t i = 0; i < touched.size(); ++i) {
    const WindowRow changed = touched[i];
    if (!groups[layout.windows[changed.window].grouping].alive(changed.row)) continue;
    for (uint32_t rollup : layout.uses[changed.window].rollups) UpdateMember(rollup, changed.row);
  }
}

// The group that it is put together with others to, where it counts there.
std::optional<uint32_t> Engine::State::RowOfMember(uint32_t rollup, uint32_t row) {
  const RollupPlan& plan_of_rollup = layout.rollups[rollup];
  const RollupMember& member = MemberIn(plan_of_rollup, groups[plan_of_rollup.fine].row(row));
  if (member.coarse == 0) return std::nullopt;
  return member.coarse - 1;
}

// The same, and who reads what has changed is concerned.
void Engine::State::Spread() {
  UpdateRollups();
  for (const WindowRow& changed : touched) ConcernReaders(changed.window, changed.row);
}

// What leaves in this very instant has left before its first event is applied, though its timers ring at the end: so
// much is put together of groups at once, and rules are asked when the instant is closed.
void Engine::State::LetGoOfMembers() {
  due.clear();
  timers.TakeDue(now, &due);
  touched.clear();
  for (const Timer& timer : due) timers.Set(timer);
  for (const Timer& timer : due) {
    if (timer.kind == Timer::Kind::kMember && IsCurrent(timer)) UpdateMember(timer.index, timer.row);
    if (timer.kind != Timer::Kind::kExit || !IsCurrent(timer)) continue;
    for (uint32_t rollup : layout.uses[timer.index].rollups) UpdateMember(rollup, timer.row);
  }
  letting_go = true;
  Spread();
  letting_go = false;
  at_close.insert(at_close.end(), concerned.begin(), concerned.end());
  concerned.clear();
}

void Engine::State::RingMember(const Timer& timer) {
  const RollupPlan& rollup = layout.rollups[timer.index];
  TimerMark mark(groups[rollup.fine].row(timer.row) + rollup.flip_offset);
  if (!mark.IsSet() || mark.time() != timer.time) return;
  mark.Clear();
  touched.clear();
  UpdateMember(timer.index, timer.row);
  Spread();
}

void Engine::State::UpdateAllMembers(uint32_t index) {
  const GroupTable& table = groups[layout.rollups[index].fine];
  touched.clear();
  for (uint32_t row = 0; row < table.end(); ++row) {
    if (table.alive(row)) UpdateMember(index, row);
  }
  Spread();
}

Value Engine::State::ReadRollup(const RollupPlan& rollup, uint32_t coarse) {
  const WindowPlan& window = layout.windows[rollup.window];
  const WindowBlock block(window, groups[rollup.coarse].row(coarse), pool);
  if (!block.exists()) return ReadEmptyRollup(rollup);
  const RollupTotals& totals = TotalsIn(block);
  const auto count = static_cast<int64_t>(totals.counted);
  switch (rollup.aggregate) {
    case RollupPlan::Aggregate::kCount:
      return tocsin::Value::Double(static_cast<double>(count));
    case RollupPlan::Aggregate::kSum:
      return tocsin::Value::Double(SumIn(block).Value());
    default:
      break;
  }
  if (count == 0) return {};
  const auto value_of = [&](int64_t bits) {
    if (rollup.kind == Kind::kDouble) return tocsin::Value::Double(std::bit_cast<double>(bits));
    return tocsin::Value::Span(Duration(bits + (rollup.elapsed ? ToNanos(now) : 0)));
  };
  const auto at_rank = [&](int64_t rank) {
    const uint64_t code =
        RankTree(groups[rollup.fine], rollup.node_offset).At(totals.root, static_cast<uint32_t>(rank));
    return rollup.kind == Kind::kDouble ? value_of(std::bit_cast<int64_t>(DoubleOf(code))) : value_of(IntOf(code));
  };
  switch (rollup.aggregate) {
    case RollupPlan::Aggregate::kMean:
      if (rollup.kind == Kind::kDouble) return tocsin::Value::Double(SumIn(block).Value() / static_cast<double>(count));
      return value_of(SumIn(block).MeanOfIntegers(count));
    case RollupPlan::Aggregate::kShare:
      return tocsin::Value::Double(static_cast<double>(totals.truths) / static_cast<double>(count));
    case RollupPlan::Aggregate::kMin:
      return at_rank(0);
    case RollupPlan::Aggregate::kMax:
      return at_rank(count - 1);
    default: {
      // The nearest rank; q * n is a whole number more often than it looks.
      const double rank = std::ceil(rollup.quantile * static_cast<double>(count) - 1e-9);
      return at_rank(std::clamp<int64_t>(static_cast<int64_t>(rank) - 1, 0, count - 1));
    }
  }
}

Value ReadEmptyRollup(const RollupPlan& rollup) {
  const bool counts =
      rollup.aggregate == RollupPlan::Aggregate::kCount || rollup.aggregate == RollupPlan::Aggregate::kSum;
  return counts ? Value::Double(0) : Value();
}

// Whether what rows of a snapshot say they contribute is what rollups hold.
bool Engine::State::AreSoundRollups() {
  for (const RollupPlan& rollup : layout.rollups) {
    const WindowPlan& window = layout.windows[rollup.window];
    GroupTable& fine = groups[rollup.fine];
    GroupTable& coarse = groups[rollup.coarse];
    std::vector<RollupTotals> totals(coarse.end());
    std::vector<ExactSum> sums(rollup.HasSum() ? coarse.end() : 0);
    for (uint32_t row = 0; row < fine.end(); ++row) {
      if (!fine.alive(row)) continue;
      const RollupMember& member = MemberIn(rollup, fine.row(row));
      if (member.counted > 1 || member.truth > member.counted || member.unused != 0) return false;
      if (member.coarse == 0) {
        if (member != RollupMember()) return false;
        continue;
      }
      if (member.coarse > coarse.end() || !coarse.alive(member.coarse - 1)) return false;
      RollupTotals& expected = totals[member.coarse - 1];
      ++expected.known;
      if (member.counted == 0) continue;
      ++expected.counted;
      expected.truths += member.truth;
      if (!rollup.HasSum()) continue;
      ExactSum& sum = sums[member.coarse - 1];
      if (rollup.kind != Kind::kDouble) {
        sum.Add(member.bits);
      } else if (std::isfinite(std::bit_cast<double>(member.bits))) {
        sum.Add(std::bit_cast<double>(member.bits));
      } else {
        return false;
      }
    }
    for (uint32_t row = 0; row < coarse.end(); ++row) {
      if (!coarse.alive(row)) continue;
      const WindowBlock block(window, coarse.row(row), pool);
      if (block.exists() != (totals[row].known != 0)) return false;
      if (!block.exists()) continue;
      const RollupTotals& said = TotalsIn(block);
      if (said.known != totals[row].known || said.counted != totals[row].counted || said.truths != totals[row].truths)
        return false;
      if (rollup.HasSum() && !(SumIn(block) == sums[row])) return false;
      if (rollup.IsRanked() ? !IsSoundTree(rollup, row, said) : said.root != 0) return false;
    }
  }
  return true;
}

// Its tree has just the members that count, with the values that they have.
bool Engine::State::IsSoundTree(const RollupPlan& rollup, uint32_t coarse, const RollupTotals& totals) {
  const GroupTable& fine = groups[rollup.fine];
  std::vector<uint32_t> ranked;
  const RankTree tree(fine, rollup.node_offset);
  if (!tree.Collect(totals.root, totals.counted, &ranked) || ranked.size() != totals.counted) return false;
  return std::all_of(ranked.begin(), ranked.end(), [&](uint32_t row) {
    const RollupMember& member = MemberIn(rollup, fine.row(row));
    const auto& node = *reinterpret_cast<const RankNode*>(fine.row(row) + rollup.node_offset);
    return member.coarse == coarse + 1 && member.counted != 0 && node.code == CodeOfBits(rollup, member.bits);
  });
}

}  // namespace tocsin
