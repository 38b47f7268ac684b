// Rules answer, alerts change.
#include <algorithm>
#include <tuple>

#include "engine/state.h"

namespace tocsin {
namespace {

// No data means `ok`: the condition does not hold, the clear condition does (docs/semantics.md 4.2).
Verdict ToVerdict(const Result& when) {
  Verdict verdict;
  verdict.fault = when.outcome == Outcome::kFault;
  verdict.holds = when.IsTrue();
  verdict.clear = !verdict.holds;
  return verdict;
}

}  // namespace

AlertState& Engine::State::Alert(RuleRow which) {
  const RulePlan& rule = layout.rules[which.rule];
  return *reinterpret_cast<AlertState*>(groups[rule.grouping].row(which.row) + rule.row_offset);
}

Verdict Engine::State::Judge(const RulePlan& rule, const AlertState& alert, uint32_t row) {
  Fill(rule.grouping, row, rule.condition_slots);
  Result when = rule.when->Evaluate(variables, now, scratch);
  Verdict verdict = ToVerdict(when);
  const bool when_answered = when.outcome == Outcome::kValue;
  if (!rule.resolve_when || alert.phase != AlertPhase::kFiring || !verdict.clear || !when_answered) return verdict;
  Result resolve = rule.resolve_when->Evaluate(variables, now, scratch);
  verdict.fault = resolve.outcome == Outcome::kFault;
  verdict.clear = resolve.IsTrue();
  return verdict;
}

void Engine::State::Evaluate(RuleRow which) {
  const RulePlan& rule = layout.rules[which.rule];
  AlertState& alert = Alert(which);
  const Verdict verdict = Judge(rule, alert, which.row);
  if (verdict.fault) ++faults;
  const bool was_pending = alert.phase == AlertPhase::kPending;
  switch (Decide(alert, verdict, now, rule.hold, closed ? Instant::kClosed : Instant::kOpen)) {
    case AlertStep::kNothing:
      return;
    case AlertStep::kBegin:
      ++pending;
      timers.Set({SaturatingAdd(now, rule.hold), Timer::Kind::kDeadline, which.rule, which.row});
      return Tell(which, Change::kPending);
    case AlertStep::kFire:
      if (was_pending) --pending;
      ++firing;
      return Tell(which, Change::kFiring);
    case AlertStep::kResolve:
      --firing;
      return Tell(which, Change::kResolved);
    case AlertStep::kCancel:
      --pending;
      return Tell(which, Change::kCancelled);
    case AlertStep::kAskAgain:
      if (!alert.awaited) awaited.push_back(which);
      alert.awaited = true;
      return;
  }
}

void Engine::State::Order(std::vector<RuleRow>* list) const {
  // Rules are numbered by name.
  auto rank = [&](RuleRow which) {
    return std::make_tuple(which.rule, groups[layout.rules[which.rule].grouping].key(which.row));
  };
  std::sort(list->begin(), list->end(), [&](RuleRow a, RuleRow b) { return rank(a) < rank(b); });
  list->erase(std::unique(list->begin(), list->end()), list->end());
}

void Engine::State::Tell(RuleRow which, Change change) {
  ++seq;
  if (sink == nullptr) return;
  const RulePlan& rule = layout.rules[which.rule];
  const GroupingPlan& grouping = layout.groupings[rule.grouping];
  const AlertState& alert = Alert(which);
  AlertChange told;
  told.time = now;
  told.change = change;
  told.rule = rule.name;
  told.severity = rule.severity;
  told.active_at = alert.active_at;
  if (change == Change::kFiring || change == Change::kResolved) told.fired_at = alert.fired_at;
  if (change == Change::kResolved) told.resolved_at = now;
  told.seq = seq;
  told.version = rule.version;
  KeysOf(rule.grouping, which.row, &keys);
  told.labels = rule.labels;
  for (size_t k = 0; k < keys.size(); ++k) told.labels.emplace_back(grouping.keys[k], ToText(keys[k]));
  std::sort(told.labels.begin(), told.labels.end());
  Fill(rule.grouping, which.row, rule.condition_metrics);
  for (uint32_t slot : rule.condition_metrics)
    told.values.emplace_back(grouping.variables[slot].name, OwnedValue(variables[slot]));
  std::vector<uint32_t> slots;
  for (uint32_t slot : rule.summary_slots) {
    if (slot < grouping.variables.size()) slots.push_back(slot);
  }
  Fill(rule.grouping, which.row, slots);
  size_t extra = grouping.variables.size();
  for (const auto& [name, value] : rule.labels) variables[extra++] = tocsin::Value::String(value);
  variables[extra++] = tocsin::Value::String(rule.name);
  variables[extra++] = tocsin::Value::String(rule.severity);
  told.summary = rule.summary.Write(variables);
  sink->OnAlert(told);
}

}  // namespace tocsin
