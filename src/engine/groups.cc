// Groups begin with their first event, are freed when they hold nothing, forgotten when they expire, and limited.
#include <algorithm>

#include "engine/state.h"
#include "metric/group_key.h"
#include "metric/window_bytes.h"

namespace tocsin {

// How many groups are looked at, when one begins, for one that can be freed: the table then stays below about twice
// what it needs.
constexpr int kSweepStep = 2;

std::optional<uint32_t> Engine::State::Reach(uint32_t grouping, std::string_view key, uint64_t hash) {
  GroupTable& table = groups[grouping];
  const GroupingPlan& plan_of_grouping = layout.groupings[grouping];
  if (plan_of_grouping.counted && !plan_of_grouping.keys.empty()) {
    const std::optional<uint32_t> known = table.Find(key, hash);
    if ((!known || !Head(grouping, *known).occupied) && !MakeRoom(grouping)) return std::nullopt;
  }
  bool added = false;
  const uint32_t row = table.FindOrAdd(key, hash, &added);
  if (added) {
    ListUnderCoarser(grouping, row);
    Sweep(grouping, row);
  }
  return row;
}

void Engine::State::ListUnderCoarser(uint32_t grouping, uint32_t row) {
  std::string key;
  for (const ParentPlan& parent : layout.groupings[grouping].parents) {
    if (parent.list == 0) continue;
    key.clear();
    for (uint32_t k : parent.keys) AppendKey(KeyOf(grouping, row, k), &key);
    finer[parent.list - 1].Add(row, key);
  }
}

void Engine::State::MarkTaken(uint32_t grouping, uint32_t row, Time time, bool by_metric) {
  const GroupingPlan& plan_of_grouping = layout.groupings[grouping];
  RowHead& head = Head(grouping, row);
  const int64_t nanos = ToNanos(time);
  const bool begins = !head.seen;
  // Whether the group was freed in between or not: what is long past is behind no alert.
  if (!begins && plan_of_grouping.may_free && IsLongEmpty(plan_of_grouping, head)) head.evidence = 0;
  if (begins || nanos > head.newest) head.newest = nanos;
  head.seen = true;
  if (plan_of_grouping.counted) {
    const bool counts = head.occupied;
    Occupy(grouping, row);
    if (!counts) SetGroupTimer(grouping, row);
  }
  if (begins && plan_of_grouping.expire_after) SetGroupTimer(grouping, row);
  if (head.greeted || !by_metric) [[likely]]
    return;
  head.greeted = true;
  if (!plan_of_grouping.keys.empty()) Greet(grouping, row);  // that of everything has been there from the beginning
}

// A group has begun: what holds of one that holds nothing holds of it.
void Engine::State::Greet(uint32_t grouping, uint32_t row) {
  const GroupingPlan& plan_of_grouping = layout.groupings[grouping];
  for (const ThresholdIndex& index : plan_of_grouping.indices) {
    if (index.holds_empty) CrossIndex(grouping, index, row);
  }
  for (uint32_t rule : plan_of_grouping.greeting) Concern(rule, row);
  for (uint32_t s = 0; s < plan_of_grouping.greeting_of.size(); ++s) {
    if (plan_of_grouping.greeting_of[s].empty()) continue;
    for (uint32_t rule : plan_of_grouping.greeting_of[s].Of(NumberOf(grouping, s, row))) Concern(rule, row);
  }
}

bool Engine::State::IsFull(uint32_t grouping) const {
  const std::optional<int64_t>& most = layout.groupings[grouping].max_groups;
  return most && limits[grouping].occupied >= static_cast<uint64_t>(*most);
}

// Whether one more group may be occupied.
bool Engine::State::MakeRoom(uint32_t grouping) {
  const std::optional<int64_t>& memory = layout.spec.limits.max_memory;
  const auto is_taken = [&] { return memory && TakenMemory() >= static_cast<uint64_t>(*memory); };
  if (IsFull(grouping) || is_taken()) VacateEmpty();
  const bool is_full = IsFull(grouping);
  if (!is_full && !is_taken()) return true;
  ++limits[grouping].skipped;
  AlertState& state = is_full ? limits[grouping].state : memory_limit.state;
  if (state.phase == AlertPhase::kFiring) return false;
  state = AlertState();
  state.phase = AlertPhase::kFiring;
  state.active_at = state.fired_at = now;
  ++firing;
  is_full ? TellLimit(grouping, Change::kFiring) : TellMemoryLimit(Change::kFiring);
  return false;
}

// What leaves in this very instant has left before the event is applied, though its timer rings at the end; and in an
// instant that is closed, a late event may have begun a group whose windows hold it no more. Such groups have timers.
void Engine::State::VacateEmpty() {
  if (vacated_at == now || !timers.AnyUntil(now)) return;
  vacated_at = now;
  timers.ForEachUntil(now, [&](const Timer& timer) {
    if (timer.kind != Timer::Kind::kGroup || !IsCurrent(timer) || !Head(timer.index, timer.row).occupied) return;
    if (IsEmpty(timer.index, timer.row)) Vacate(timer.index, timer.row);
  });
}

// Whether all its windows have let go of everything. Never of a group that keeps something for ever.
bool Engine::State::IsEmpty(uint32_t grouping, uint32_t row) {
  for (uint32_t window : layout.groupings[grouping].windows) {
    WindowInRow state(layout.windows[window], groups[grouping].row(row), pool, texts);
    state.AdvanceTo(now);
    if (!state.empty()) return false;
  }
  return !HoldsOpen(grouping, row);
}

// The same, from the head of the row alone: some time after it is empty.
bool Engine::State::IsLongEmpty(const GroupingPlan& grouping, const RowHead& head) const {
  const std::optional<Duration>& after = grouping.empty_after;
  return !head.seen || (after && SaturatingAdd(FromNanos(head.newest), *after) <= now);
}

// Each of its windows has to let go of what is oldest there; one that never does keeps the group for ever.
Time Engine::State::NotEmptyBefore(uint32_t grouping, uint32_t row) {
  Time earliest = now;
  for (uint32_t window : layout.groupings[grouping].windows) {
    const WindowInRow state(layout.windows[window], groups[grouping].row(row), pool, texts);
    if (!state.empty()) earliest = std::max(earliest, state.NextExit().value_or(Time::max()));
  }
  return std::max(earliest, OpenUntil(grouping, row));
}

void Engine::State::SetGroupTimer(uint32_t grouping, uint32_t row) {
  const GroupingPlan& plan_of_grouping = layout.groupings[grouping];
  const RowHead& head = Head(grouping, row);
  Time earliest = Time::max();
  if (head.occupied) earliest = NotEmptyBefore(grouping, row);
  if (plan_of_grouping.expire_after)
    earliest = std::min(earliest, std::max(SaturatingAdd(FromNanos(head.newest), *plan_of_grouping.expire_after),
                                           OpenUntil(grouping, row)));
  if (earliest == Time::max()) return;
  earliest = std::max(earliest, now);
  if (earliest == now) vacated_at.reset();
  TimerMark mark(groups[grouping].row(row) + plan_of_grouping.timer_offset);
  if (mark.IsSet() && mark.time() <= earliest) return;
  mark.Set(earliest);
  timers.Set({earliest, Timer::Kind::kGroup, grouping, row, groups[grouping].generation(row)});
}

void Engine::State::RingGroup(const Timer& timer) {
  const uint32_t grouping = timer.index;
  const uint32_t row = timer.row;
  const GroupingPlan& plan_of_grouping = layout.groupings[grouping];
  TimerMark mark(groups[grouping].row(row) + plan_of_grouping.timer_offset);
  if (!mark.IsSet() || mark.time() != timer.time) return;
  mark.Clear();
  const RowHead& head = Head(grouping, row);
  // What is open keeps its group.
  if (plan_of_grouping.expire_after && SaturatingAdd(FromNanos(head.newest), *plan_of_grouping.expire_after) <= now &&
      !HoldsOpen(grouping, row)) {
    expired.push_back({grouping, row});
    return;
  }
  if (IsEmpty(grouping, row)) {
    if (head.occupied) Vacate(grouping, row);
    if (plan_of_grouping.may_free && head.alerts == 0 && !Remembers(grouping, row)) {
      Release(grouping, row);
      return;
    }
  }
  SetGroupTimer(grouping, row);
}

// Groups whose time has come, all of this instant: their alerts end in order, then finer groups that read them are
// asked again.
void Engine::State::Expire() {
  if (expired.empty()) return;
  RemoveGroups(expired, EndReason::kGroupExpired);
  expired.clear();
  EvaluateConcerned();
  ReachDeadlines();
}

void Engine::State::RemoveGroups(const std::vector<GroupRow>& going, EndReason reason) {
  std::vector<RuleRow> ending;
  for (const GroupRow& which : going) {
    for (uint32_t number = Head(which.grouping, which.row).alerts; number != 0; number = alerts.At(number).next)
      ending.push_back(alerts.At(number).which);
  }
  Order(&ending);
  for (const RuleRow which : ending) End(which, reason);
  for (const RuleRow which : ending)  // what it remembers
    alerts.Remove(&Head(layout.rules[which.rule].grouping, which.row).alerts, which.rule);
  touched.clear();
  for (const GroupRow& which : going) RemoveMember(which.grouping, which.row);
  Spread();
  std::vector<TermRow> terms;
  for (const GroupRow& which : going) {
    const GroupingPlan& plan_of_grouping = layout.groupings[which.grouping];
    for (uint32_t rule : plan_of_grouping.finer_rules) ConcernGroup(rule, which.grouping, which.row);
    ForTerms(plan_of_grouping.finer_terms, which, [&](TermRow term) { terms.push_back(term); });
    if (Head(which.grouping, which.row).occupied) Vacate(which.grouping, which.row);
    Release(which.grouping, which.row);
  }
  for (const TermRow which : terms) {
    if (groups[layout.terms[which.term].grouping].alive(which.row)) AskTerm(which.term, which.row);
  }
  // Groups that go at once are asked no more.
  auto is_gone = [&](RuleRow which) { return !groups[layout.rules[which.rule].grouping].alive(which.row); };
  std::erase_if(concerned, is_gone);
  std::erase_if(at_close, is_gone);
  std::erase_if(terms_at_close,
                [&](TermRow which) { return !groups[layout.terms[which.term].grouping].alive(which.row); });
}

// A group that has taken an event counts.
void Engine::State::Occupy(uint32_t grouping, uint32_t row) {
  RowHead& head = Head(grouping, row);
  if (!head.occupied) ++limits[grouping].occupied;
  head.occupied = true;
  if (layout.spec.limits.max_memory) Recharge(grouping, row);
}

// A group counts no more: where there was no room, there is, and it is told when the instant has been decided.
void Engine::State::Vacate(uint32_t grouping, uint32_t row) {
  Head(grouping, row).occupied = false;
  --limits[grouping].occupied;
  if (!layout.spec.limits.max_memory) return;
  charged -= Charge(grouping, row);
  Charge(grouping, row) = 0;
}

// By what the group holds, not by how that lies in memory: it is the same whenever somebody has looked at it, and after
// a snapshot.
void Engine::State::Recharge(uint32_t grouping, uint32_t row) {
  std::byte* const bytes = groups[grouping].row(row);
  uint64_t charge = groups[grouping].BytesOf(row) + series.bytes(grouping, row);
  for (const ParentPlan& parent : layout.groupings[grouping].parents)
    charge += parent.list != 0 ? FinerGroups::kBytes : 0;
  for (const uint32_t window : layout.groupings[grouping].windows) {
    WindowInRow(layout.windows[window], bytes, pool, texts).AdvanceTo(now);
    charge += HeldBytes(layout.windows[window], bytes, pool, texts);
  }
  charged += charge - Charge(grouping, row);
  Charge(grouping, row) = charge;
}

uint64_t Engine::State::TakenMemory() const {
  uint64_t bytes = charged + alerts.size() * (sizeof(AlertRecord) + sizeof(AlertWords));
  for (const auto& attempts : derived.attempts) bytes += attempts->held_bytes();
  for (const auto& sessions : derived.sessions) bytes += sessions->held_bytes();
  return bytes;
}

void Engine::State::EndLimits() {
  std::vector<uint32_t> ending;
  for (uint32_t grouping = 0; grouping < limits.size(); ++grouping) {
    if (limits[grouping].state.phase == AlertPhase::kFiring && !IsFull(grouping)) ending.push_back(grouping);
  }
  std::sort(ending.begin(), ending.end(),
            [&](uint32_t a, uint32_t b) { return layout.groupings[a].keys < layout.groupings[b].keys; });
  for (const uint32_t grouping : ending) {
    limits[grouping].state.phase = AlertPhase::kInactive;
    --firing;
    TellLimit(grouping, Change::kResolved);
  }
  if (memory_limit.state.phase != AlertPhase::kFiring) return;
  if (TakenMemory() >= static_cast<uint64_t>(*layout.spec.limits.max_memory)) return;
  memory_limit.state.phase = AlertPhase::kInactive;
  --firing;
  TellMemoryLimit(Change::kResolved);
}

void Engine::State::Release(uint32_t grouping, uint32_t row) {
  RemoveMember(grouping, row);
  for (uint32_t window : layout.groupings[grouping].windows)
    WindowInRow(layout.windows[window], groups[grouping].row(row), pool, texts).Release();
  series.Release(grouping, row);
  if (layout.derived.any()) DropDerived(grouping, row);
  for (const ParentPlan& parent : layout.groupings[grouping].parents) {
    if (parent.list != 0) finer[parent.list - 1].Remove(row);
  }
  groups[grouping].Remove(row);
}

// `added` has not taken its event yet.
void Engine::State::Sweep(uint32_t grouping, uint32_t added) {
  if (!layout.groupings[grouping].may_free) return;
  GroupTable& table = groups[grouping];
  uint32_t& hand = sweeps[grouping];
  for (int i = 0; i < kSweepStep; ++i) {
    hand = hand + 1 < table.end() ? hand + 1 : 0;
    if (hand == added || !table.alive(hand)) continue;
    // One that counts for a limit has a timer.
    const RowHead& head = Head(grouping, hand);
    if (head.alerts == 0 && !head.occupied && IsLongEmpty(layout.groupings[grouping], head)) Release(grouping, hand);
  }
}

}  // namespace tocsin
