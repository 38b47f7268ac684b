// Rules answer, alerts live.
#include <algorithm>

#include "engine/state.h"

namespace tocsin {

Value Engine::State::ReadForRule(const RulePlan& rule, uint32_t slot, uint32_t row) {
  const Variable& variable = rule.reads[slot];
  switch (variable.source) {
    case Variable::Source::kKey:
    case Variable::Source::kMetric:
      return ReadVariable(variable, rule.grouping, row);
    case Variable::Source::kEvent:
      return ReadEvent(rule, variable.index);
    case Variable::Source::kLabel:
      return tocsin::Value::String(rule.labels[variable.index].second);
    case Variable::Source::kRuleName:
      return tocsin::Value::String(rule.name);
    case Variable::Source::kSeverity:
      return {};  // known only when a change is told
  }
  return {};
}

// An attribute of the event that is being applied, where the rule looks at it.
Value Engine::State::ReadEvent(const RulePlan& rule, uint32_t index) {
  if (event == nullptr) return {};
  for (const EventSlots& slots : rule.events) {
    if (slots.event != event->type) continue;
    switch (const uint32_t slot = slots.slots[index]) {
      case kEventTypeSlot:
        return tocsin::Value::String(layout.catalog.event(event->type).name);
      case kEventTimeSlot:
        return tocsin::Value::Timestamp(event->time);
      case kEventIdSlot:
        return event->id.empty() ? tocsin::Value() : tocsin::Value::String(event->id);
      default: {
        const tocsin::Value& value = event->attributes[slot];
        return value.kind() == Kind::kDecimal ? tocsin::Value::Double(value.AsNumber()) : value;
      }
    }
  }
  return {};
}

void Engine::State::Fill(const RulePlan& rule, uint32_t row, std::span<const uint32_t> slots) {
  if (variables.size() < rule.reads.size()) variables.resize(rule.reads.size());
  for (uint32_t slot : slots) {
    const tocsin::Value value = ReadForRule(rule, slot, row);
    variables[slot] = value;
  }
  if (now >= warm_from) return;
  for (const WarmingPlan& warming : rule.warming) {
    for (uint32_t window : warming.windows) {
      if (now < layout.windows[window].WholeAt(began[window])) variables[warming.slot] = tocsin::Value();
    }
  }
}

// No data and faults: docs/semantics.md 4.2. The highest severity that holds decides; what has no answer above it
// leaves everything as it is.
Verdict Engine::State::Judge(const RulePlan& rule, bool is_firing) {
  Verdict verdict;
  bool any_answer = false;
  for (size_t level = 0; level < rule.levels.size() && verdict.level < 0; ++level) {
    const Answer when = rule.levels[level].when.Test(variables, now, scratch);
    any_answer = any_answer || when < Answer::kNoData;
    const bool no_data = when == Answer::kNoData;
    if (when == Answer::kFault) ++faults;
    verdict.frozen = when == Answer::kFault || (no_data && rule.on_no_data == OnNoData::kKeep);
    if (verdict.frozen) return verdict;
    if (when == Answer::kTrue || (no_data && rule.on_no_data == OnNoData::kAlerting))
      verdict.level = static_cast<int>(level);
  }
  verdict.clear = verdict.level < 0;
  if (!rule.resolve_when || !is_firing || !verdict.clear || !any_answer) return verdict;
  const Answer resolve = rule.resolve_when->Test(variables, now, scratch);
  verdict.frozen = resolve == Answer::kFault;
  if (verdict.frozen) ++faults;
  verdict.clear = resolve == Answer::kTrue;
  return verdict;
}

Engine::State::Scope Engine::State::AskScope(const RulePlan& rule) {
  if (!rule.scope) return Scope::kInside;
  const Answer answer = rule.scope->Test(variables, now, scratch);
  if (answer == Answer::kFault) {
    ++faults;
    return Scope::kFault;
  }
  return answer == Answer::kTrue ? Scope::kInside : Scope::kOutside;
}

void Engine::State::Evaluate(RuleRow which) {
  const RulePlan& rule = layout.rules[which.rule];
  if (rule.every && !(closing && RoundUp(now, *rule.every) == now)) return;
  if (!closed && timers.AnyUntil(now) && !rule.coarse_terms.empty()) [[unlikely]]
    AskTermsOf(rule, which.row);
  Fill(rule, which.row, rule.condition_slots);
  uint32_t& first = Head(rule.grouping, which.row).alerts;
  AlertRecord* record = alerts.Find(first, which.rule);
  switch (AskScope(rule)) {
    case Scope::kFault:
      if (record != nullptr) record->state.frozen = true;
      return;
    case Scope::kOutside:
      if (record == nullptr) return;
      if (!closed) return AskAgain(record);
      return End(which, EndReason::kOutOfScope);
    case Scope::kInside:
      break;
  }
  if (rule.looks_at_events) return;  // it was looked at for its scope alone
  if (!rule.flips.empty() || !rule.falls.empty()) WatchFlips(rule, which);
  const Verdict verdict = Judge(rule, record != nullptr && record->state.phase == AlertPhase::kFiring);
  if (record == nullptr) {
    if (verdict.frozen || verdict.level < 0) return;
    record = &Begin(which);
  }
  const AlertPhase before = record->state.phase;
  const Instant instant = closing ? Instant::kClosing : closed ? Instant::kClosed : Instant::kOpen;
  const AlertStep step = Decide(record->state, verdict, now, rule.life, instant, alerts.Turns(*record));
  if (step == AlertStep::kAskAgain) return AskAgain(record);
  // A deadline in this very instant is decided on what holds at its end.
  if (step == AlertStep::kNothing && !closed && record->has_timer && record->timer <= now) AskAgain(record);
  Act(step, which, before);
}

// An event that a rule looks at: it matches, or ends what an earlier one began.
void Engine::State::EvaluateMatch(RuleRow which) {
  const RulePlan& rule = layout.rules[which.rule];
  const bool looks = std::any_of(rule.events.begin(), rule.events.end(),
                                 [&](const EventSlots& slots) { return slots.event == event->type; });
  if (looks) {
    Fill(rule, which.row, rule.condition_slots);
    if (AskScope(rule) != Scope::kInside) return;
    const Verdict verdict = rule.levels.empty() ? Verdict{0, false, false} : Judge(rule, false);
    if (verdict.level < 0) return;
    MarkTaken(rule.grouping, which.row, event->time, /*by_metric=*/false);
    AlertRecord* record = alerts.Find(Head(rule.grouping, which.row).alerts, which.rule);
    if (record == nullptr) record = &Begin(which);
    const AlertPhase before = record->state.phase;
    return Act(Match(record->state, event->time, now, verdict.level), which, before);
  }
  if (std::find(rule.resolve_events.begin(), rule.resolve_events.end(), event->type) != rule.resolve_events.end()) {
    // It begins no group, but it is an event of one that is known.
    RowHead& head = Head(rule.grouping, which.row);
    if (head.seen) head.newest = std::max(head.newest, ToNanos(event->time));
    return End(which, EndReason::kNone);
  }
  Evaluate(which);
}

// When the term turns by time alone.
std::optional<Time> Engine::State::NextFall(const FallPlan& fall, const RulePlan& rule, uint32_t row) {
  const MetricPlan& metric = *layout.metrics[rule.reads[fall.slot].index].aggregate;
  const WindowPlan& window = layout.windows[metric.window];
  const WindowInRow state(window, groups[rule.grouping].row(row), pool, texts);
  const std::optional<PurchaseTimes> times = ReadPurchases(metric, window, state);
  if (!times) return std::nullopt;
  return NextTurn(*metric.model, *times, fall.op, fall.number, now);
}

void Engine::State::WatchFlips(const RulePlan& rule, RuleRow which) {
  std::optional<Time> next;
  for (const LinearTerm& term : rule.flips) {
    const std::optional<Time> flip = term.NextFlip(std::span(variables).first(rule.reads.size()), now, scratch);
    if (flip && (!next || *flip < *next)) next = flip;
  }
  for (const FallPlan& fall : rule.falls) {
    const std::optional<Time> turn = NextFall(fall, rule, which.row);
    if (turn && (!next || *turn < *next)) next = turn;
  }
  GroupTable& table = groups[rule.grouping];
  TimerMark awaited_flip(table.row(which.row) + rule.flip_offset + sizeof(int64_t));
  awaited_flip.Clear();
  if (!next || *next == Time::max()) return;
  awaited_flip.Set(*next);
  SetFlipTimer(which, *next);
}

// A timer that is set for earlier is kept: when it rings, the next is set.
void Engine::State::SetFlipTimer(RuleRow which, Time flip) {
  const RulePlan& rule = layout.rules[which.rule];
  GroupTable& table = groups[rule.grouping];
  TimerMark mark(table.row(which.row) + rule.flip_offset);
  if (mark.IsSet() && mark.time() <= flip) return;
  mark.Set(flip);
  timers.Set({flip, Timer::Kind::kFlip, which.rule, which.row, table.generation(which.row)});
}

AlertRecord& Engine::State::Begin(RuleRow which) {
  const RulePlan& rule = layout.rules[which.rule];
  AlertRecord& record = alerts.Add(&Head(rule.grouping, which.row).alerts, which, rule.life.flap_changes > 0);
  // From now on what leaves its windows must be noticed.
  for (uint32_t window : rule.windows) {
    WindowInRow state(layout.windows[window], groups[rule.grouping].row(which.row), pool, texts);
    state.AdvanceTo(now);
    WatchExit(window, which.row, &state);
  }
  return record;
}

void Engine::State::AskAgain(AlertRecord* record) {
  if (!record->awaited) awaited.push_back(record->number);
  record->awaited = true;
}

void Engine::State::End(RuleRow which, EndReason reason) {
  AlertRecord* record = alerts.Find(Head(layout.rules[which.rule].grouping, which.row).alerts, which.rule);
  if (record == nullptr) return;
  const AlertPhase before = record->state.phase;
  Act(tocsin::End(record->state), which, before, reason);
}

void Engine::State::Act(AlertStep step, RuleRow which, AlertPhase before, EndReason reason) {
  const RulePlan& rule = layout.rules[which.rule];
  switch (step) {
    case AlertStep::kNothing:
    case AlertStep::kAskAgain:
      break;
    case AlertStep::kBegin:
      ++pending;
      Tell(which, Change::kPending);
      break;
    case AlertStep::kFire:
      if (before == AlertPhase::kPending) --pending;
      ++firing;
      Tell(which, Change::kFiring);
      break;
    case AlertStep::kAgain:
      if (rule.tell_again) Tell(which, Change::kAgain);
      break;
    case AlertStep::kSeverity:
      Tell(which, Change::kSeverity);
      break;
    case AlertStep::kResolve:
      --firing;
      Tell(which, Change::kResolved, reason);
      break;
    case AlertStep::kCancel:
      --pending;
      Tell(which, Change::kCancelled, reason);
      break;
  }
  SetDeadline(which);
}

// Sets the timer that the alert waits for next; frees its record when there is nothing more to wait for.
void Engine::State::SetDeadline(RuleRow which) {
  const RulePlan& rule = layout.rules[which.rule];
  uint32_t& first = Head(rule.grouping, which.row).alerts;
  AlertRecord& record = *alerts.Find(first, which.rule);
  const TurnRing* turns = alerts.Turns(record);
  if (Forgettable(record.state, now, rule.life, turns)) {
    alerts.Remove(&first, which.rule);
    return;
  }
  if (rule.looks_at_events && !rule.ends_by_itself) return;
  std::optional<Time> deadline = NextDeadline(record.state, rule.life, turns);
  if (record.state.phase == AlertPhase::kInactive) deadline = turns->End(rule.life.flap_within);  // to be forgotten
  if (!deadline || (record.has_timer && record.timer == *deadline)) return;
  if (closing && *deadline <= now) return deadlines.push_back(which);  // they are next
  record.timer = std::max(*deadline, now);
  record.has_timer = true;
  timers.Set({record.timer, Timer::Kind::kAlert, which.rule, which.row, groups[rule.grouping].generation(which.row)});
}

}  // namespace tocsin
