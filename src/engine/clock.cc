// Time: docs/semantics.md, section 1.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "engine/state.h"

namespace tocsin {

constexpr Duration kMinute = std::chrono::minutes(1);

void Engine::State::Start(Time t) {
  now = t;
  started = true;
  closed = false;
  began.assign(layout.windows.size(), t);
  timers.Start(t);
  SetStandingTimers();
  // The groups that were there before any event.
  for (uint32_t grouping = 0; grouping < groups.size(); ++grouping) {
    if (!layout.groupings[grouping].keys.empty()) continue;
    Greet(grouping, 0);
  }
  std::swap(at_close, concerned);
}

// Those that ring at multiples, and when metrics are warmed up.
void Engine::State::SetStandingTimers() {
  auto set = [&](Duration period, Timer::Kind kind, uint32_t index, uint32_t row = 0) {
    Time first = RoundUp(now, period);
    if (first == now && closed) first = SaturatingAdd(first, period);
    timers.Set({first, kind, index, row, 0});
  };
  if (!layout.minute_rules.empty()) set(kMinute, Timer::Kind::kMinute, 0);
  for (uint32_t rule : layout.every_rules) set(*layout.rules[rule].every, Timer::Kind::kEvery, rule);
  for (uint32_t metric : layout.every_metrics) set(*layout.metrics[metric].every, Timer::Kind::kEveryMetric, metric);
  if (observer != nullptr && tick > Duration::zero()) set(tick, Timer::Kind::kTick, 0);
  for (uint32_t window = 0; window < layout.uses.size(); ++window) {
    if (layout.uses[window].warms) SetWarmTimer(window);
  }
  for (uint32_t r = 0; r < layout.rollups.size(); ++r) {
    if (layout.rollups[r].each_minute) set(kMinute, Timer::Kind::kMembers, r, 1);
    for (uint32_t window : layout.rollups[r].behind) {
      const Time whole = layout.windows[window].WholeAt(began[window]);
      if (whole > now) timers.Set({whole, Timer::Kind::kMembers, r, 0, 0});
    }
  }
}

Time Engine::State::WarmFrom(uint32_t window) const { return layout.windows[window].WholeAt(began[window]); }

// A rule that did not believe a metric may turn when it does, and one whose metric gets its first value.
void Engine::State::SetWarmTimer(uint32_t window) {
  const Time warm = WarmFrom(window);
  warm_from = std::max(warm_from, warm);
  if (warm > now) timers.Set({warm, Timer::Kind::kWarm, window, 0, 0});
}

void Engine::State::MoveTo(Time t) {
  if (!NothingWaits() || timers.AnyUntil(t - Duration(1))) [[unlikely]] {
    if (!closed) CloseInstant();
    while (timers.AnyUntil(t - Duration(1))) {
      now = *timers.Next();
      CloseInstant();
    }
  }
  now = t;
  closed = false;
  if (!layout.rollups.empty() && timers.AnyUntil(now)) LetGoOfMembers();
}

void Engine::State::CloseInstant() {
  closed = true;
  if (IsQuiet()) [[likely]]
    return;
  closing = true;
  due.clear();
  timers.TakeDue(now, &due);
  concerned.insert(concerned.end(), at_close.begin(), at_close.end());
  at_close.clear();
  for (const TermRow which : terms_at_close) {
    if (groups[layout.terms[which.term].grouping].alive(which.row)) AskTerm(which.term, which.row);
  }
  terms_at_close.clear();
  for (uint32_t number : awaited) {
    AlertRecord& record = alerts.At(number);
    if (!record.awaited) continue;  // it has gone, and the number may be another's
    record.awaited = false;
    concerned.push_back(record.which);
  }
  awaited.clear();
  deadlines.clear();
  bool ticked = false;
  // Metrics that are kept at multiples come first, in the order in which they read each other.
  std::sort(due.begin(), due.end(), [](const Timer& a, const Timer& b) {
    return std::make_tuple(a.kind, a.index, a.row) < std::make_tuple(b.kind, b.index, b.row);
  });
  for (const Timer& timer : due) {
    if (timer.kind == Timer::Kind::kTick) ticked = true;
    Ring(timer);
  }
  EvaluateConcerned();
  if (layout.derived.any()) {
    ApplyMade();
    ReleaseLanes();
  }
  closing = false;
  ReachDeadlines();
  if (layout.derived.any()) {
    CloseAttempts();
    ApplyMade();
  }
  for (const Timer& timer : due) {
    if (timer.kind == Timer::Kind::kGroup && IsCurrent(timer)) RingGroup(timer);
  }
  Expire();
  ApplyMade();
  if (any_limits) EndLimits();
  if (ticked && observer != nullptr) observer->OnTick(now);
}

bool Engine::State::IsCurrent(const Timer& timer) const {
  const GroupTable& table = groups[GroupingOf(timer)];
  return table.alive(timer.row) && table.generation(timer.row) == timer.generation;
}

uint32_t Engine::State::GroupingOf(const Timer& timer) const {
  switch (timer.kind) {
    case Timer::Kind::kExit:
      return layout.windows[timer.index].grouping;
    case Timer::Kind::kMember:
      return layout.rollups[timer.index].fine;
    case Timer::Kind::kGroup:
      return timer.index;
    case Timer::Kind::kSession:
      return layout.derived.sessions[timer.index].grouping;
    default:
      return layout.rules[timer.index].grouping;
  }
}

void Engine::State::Ring(const Timer& timer) {
  switch (timer.kind) {
    case Timer::Kind::kExit:
      if (IsCurrent(timer)) RingExit(timer);
      return;
    case Timer::Kind::kMember:
      if (IsCurrent(timer)) RingMember(timer);
      return;
    case Timer::Kind::kMembers:
      UpdateAllMembers(timer.index);
      if (timer.row != 0) timers.Set({SaturatingAdd(timer.time, kMinute), timer.kind, timer.index, timer.row, 0});
      return;
    case Timer::Kind::kFlip:
      if (IsCurrent(timer)) RingFlip(timer);
      return;
    case Timer::Kind::kAlert:
      if (IsCurrent(timer)) RingAlert(timer);
      return;
    case Timer::Kind::kWarm:
      return RingWarm(timer.index);
    case Timer::Kind::kEvery:
      AddAllRows(timer.index);
      timers.Set({SaturatingAdd(timer.time, *layout.rules[timer.index].every), timer.kind, timer.index, 0, 0});
      return;
    case Timer::Kind::kEveryMetric:
      StoreAll(timer.index);
      timers.Set({SaturatingAdd(timer.time, *layout.metrics[timer.index].every), timer.kind, timer.index, 0, 0});
      return;
    case Timer::Kind::kMinute:
      for (uint32_t rule : layout.minute_rules) AddAllRows(rule);
      timers.Set({SaturatingAdd(timer.time, kMinute), timer.kind, 0, 0, 0});
      return;
    case Timer::Kind::kTick:
      if (tick > Duration::zero()) timers.Set({SaturatingAdd(timer.time, tick), timer.kind, 0, 0, 0});
      return;
    case Timer::Kind::kGroup:
      return;  // when all else is decided
    case Timer::Kind::kPattern:
    case Timer::Kind::kSession:
    case Timer::Kind::kLane:
      return RingDerived(timer);
  }
}

void Engine::State::RingExit(const Timer& timer) {
  const WindowPlan& window = layout.windows[timer.index];
  WindowInRow state(window, groups[window.grouping].row(timer.row), pool, texts);
  // Another, earlier one was set since; or else somebody has looked already, and the window is empty.
  if (!state.empty() && !state.TimerIs(timer.time)) return;
  state.ClearTimer();
  state.AdvanceTo(now);
  touched.assign(1, {timer.index, timer.row});
  Cross(timer.index, timer.row, state);
  for (uint32_t i : layout.uses[timer.index].indices) {
    // What has left another of its windows unnoticed took it down, and this may have taken it up again.
    const ThresholdIndex& index = layout.groupings[window.grouping].indices[i];
    if (!index.of_several_windows) continue;
    ForHolding(window.grouping, index, timer.row, [&](uint32_t rule) { Concern(rule, timer.row); });
  }
  Spread();
  WatchExit(timer.index, timer.row, &state);
}

void Engine::State::WatchExit(uint32_t window, uint32_t row, WindowInRow* state) {
  const WindowUse& use = layout.uses[window];
  if (!use.read) return;
  const bool matters = use.timed || (use.timed_if_negative && state->has_negative()) ||
                       Head(layout.windows[window].grouping, row).alerts != 0;
  if (!matters || state->HasTimer()) return;
  std::optional<Time> exit = state->NextExit();
  if (!exit) return;
  state->SetTimer(*exit);
  const uint32_t grouping = layout.windows[window].grouping;
  timers.Set({*exit, Timer::Kind::kExit, window, row, groups[grouping].generation(row)});
}

void Engine::State::RingFlip(const Timer& timer) {
  const RulePlan& rule = layout.rules[timer.index];
  TimerMark mark(groups[rule.grouping].row(timer.row) + rule.flip_offset);
  if (!mark.IsSet() || mark.time() != timer.time) return;
  mark.Clear();
  // An event may have put it off, or away, since that was set.
  const TimerMark awaited_flip(groups[rule.grouping].row(timer.row) + rule.flip_offset + sizeof(int64_t));
  if (!awaited_flip.IsSet()) return;
  if (awaited_flip.time() > now) return SetFlipTimer({timer.index, timer.row}, awaited_flip.time());
  Concern(timer.index, timer.row);
}

void Engine::State::RingAlert(const Timer& timer) {
  AlertRecord* record = alerts.Find(Head(layout.rules[timer.index].grouping, timer.row).alerts, timer.index);
  if (record == nullptr || !record->has_timer || record->timer != timer.time) return;
  record->has_timer = false;
  deadlines.push_back({timer.index, timer.row});
}

void Engine::State::ReachDeadlines() {
  Order(&deadlines);
  std::vector<RuleRow> reached;
  std::swap(reached, deadlines);
  for (const RuleRow which : reached) {
    const RulePlan& rule = layout.rules[which.rule];
    AlertRecord* record = alerts.Find(Head(rule.grouping, which.row).alerts, which.rule);
    if (record == nullptr) continue;
    const AlertPhase before = record->state.phase;
    Act(ReachDeadline(record->state, now, rule.life, alerts.Turns(*record)), which, before);
  }
  std::swap(reached, deadlines);  // for its memory
  deadlines.clear();
}

// Whether all windows that the metric depends on have been fed for their length.
bool Engine::State::IsWarm(const Metric& metric) const {
  return std::all_of(metric.windows.begin(), metric.windows.end(),
                     [&](uint32_t window) { return now >= layout.windows[window].WholeAt(began[window]); });
}

// What a detector says of another metric; the first that asks at an instant has it look.
Value Engine::State::ReadSeries(uint32_t metric_index, uint32_t row) {
  const SeriesReading& reading = *layout.metrics[metric_index].reading;
  const SeriesPlan& series_plan = layout.series[reading.series];
  if (series_plan.sampler == metric_index && IsWarm(layout.metrics[series_plan.metric])) {
    const tocsin::Value value = Read(series_plan.metric, row);
    if (!value.absent()) series.Sample(reading.series, row, now, value.AsNumber());
  }
  std::optional<double> answer;
  if (reading.ahead) {
    answer = series.Forecast(reading.series, row, SaturatingAdd(now, *reading.ahead));
  } else if (std::optional<double> score = series.Score(reading.series, row, now)) {
    answer = std::abs(*score);
  }
  return answer && std::isfinite(*answer) ? tocsin::Value::Double(*answer) : tocsin::Value();
}

// Evaluates a metric that is kept at multiples of its `every`, for all its groups.
void Engine::State::StoreAll(uint32_t metric_index) {
  const Metric& metric = layout.metrics[metric_index];
  GroupTable& table = groups[metric.grouping];
  for (uint32_t row = 0; row < table.end(); ++row) {
    if (!table.alive(row)) continue;
    const tocsin::Value value = metric.reading ? ReadSeries(metric_index, row) : Compute(metric, row);
    StoredValue stored;
    stored.present = value.absent() ? 0 : 1;
    stored.bits = stored.present ? ToBits(value) : 0;
    StoredValue last;
    std::memcpy(&last, table.row(row) + metric.row_offset, sizeof(last));
    if (last.present == stored.present && last.bits == stored.bits) continue;
    std::memcpy(table.row(row) + metric.row_offset, &stored, sizeof(stored));
    for (uint32_t rule : layout.stored_readers[metric_index]) ConcernGroup(rule, metric.grouping, row);
    ForTerms(layout.stored_terms[metric_index], {metric.grouping, row},
             [&](TermRow which) { AskTerm(which.term, which.row); });
  }
  for (uint32_t r = 0; r < layout.rollups.size(); ++r) {
    const std::vector<uint32_t>& stored = layout.rollups[r].stored;
    if (std::find(stored.begin(), stored.end(), metric_index) != stored.end()) UpdateAllMembers(r);
  }
}

}  // namespace tocsin
