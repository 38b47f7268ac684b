// Events are made of events: patterns, sessions, alert changes (docs/semantics.md, section 6).
//
// What an event makes is applied behind it: first its own windows and rules, then, in order of rule and pattern names,
// what was made, each with all that it makes in turn. A lane holds the events of patterns that want them in order.
#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/derived_host.h"
#include "engine/state.h"
#include "metric/group_key.h"

namespace tocsin {

// --- what an event means ---------------------------------------------------------------------------------------------

// What passed before the present instant, or with it where it is closed, has been decided.
Time Engine::State::DecidedUntil(Duration delay) const {
  const Time until = closed && !closing ? now : SaturatingSubtract(now, Duration(1));
  return SaturatingSubtract(until, delay);
}

void Engine::State::Derive(const EventView& view, std::span<PreparedKey> reached) {
  for (PreparedKey& key : reached) {
    if (!key.present) continue;
    for (const DerivedUse& use : key.place->derived) {
      if (use.lane != 0) {
        LinkForLater(use, view, &key);
      } else if (use.kind == DerivedUse::Kind::kPattern) {
        TakeForPattern(use.index, view, &key);
      } else {
        TakeForSession(use.index, view, &key);
      }
    }
  }
}

// It is taken later; the event is evidence from now on. What opens an attempt begins its group.
void Engine::State::LinkForLater(const DerivedUse& use, const EventView& view, PreparedKey* key) {
  if (key->reached != 0) return;
  const uint32_t grouping = key->place->grouping;
  const bool opens =
      use.kind == DerivedUse::Kind::kPattern &&
      derived.attempts[use.index]->Opens(*layout.derived.patterns[use.index].ReactionsTo(view.type), view) != nullptr;
  const std::optional<uint32_t> row =
      opens ? Reach(grouping, TextOf(*key), key->hash) : groups[grouping].Find(TextOf(*key), key->hash);
  if (!row) return;
  SetReached(key, *row);
  if (opens) MarkTaken(grouping, *row, view.time, /*by_metric=*/false);
}

void Engine::State::TakeForPattern(uint32_t index, const EventView& view, PreparedKey* key) {
  const PatternPlan& pattern = layout.derived.patterns[index];
  const EventReactions* const reactions = pattern.ReactionsTo(view.type);
  Attempts& attempts = *derived.attempts[index];
  DerivedHost host(*this, index);
  Time decided = DecidedUntil(pattern.reorder);
  if (pattern.lane != 0) decided = std::max(decided, SaturatingSubtract(view.time, Duration(1)));
  attempts.CloseUpTo(decided, &host);

  const uint32_t grouping = key->place->grouping;
  const GroupTable& table = groups[grouping];
  const std::string_view text = TextOf(*key);
  std::optional<uint32_t> known;
  if (key->reached != 0) {
    known = key->reached - 1;
  } else if (key->row != GroupTable::kNone && table.IsOf(key->row, text)) {
    known = key->row;
  } else {
    known = table.Find(text, key->hash);
  }
  Attempts::Taken taken;
  if (known) taken = attempts.Take(*reactions, view, PatternHeads(index, *known), &host);
  if (taken.any) {
    SetReached(key, *known);
    MarkTaken(grouping, *known, view.time, /*by_metric=*/false);
    WatchGroup(grouping, *known);
  }
  if (taken.completed && !pattern.overlap) return;  // its events are used up
  const Reaction* const open = attempts.Opens(*reactions, view);
  if (open == nullptr) return;
  if (!known || layout.groupings[grouping].counted) known = Reach(grouping, text, key->hash);
  if (!known) return;
  SetReached(key, *known);
  attempts.Open(*reactions, *open, view, *known, PatternHeads(index, *known), decided, &host);
  MarkTaken(grouping, *known, view.time, /*by_metric=*/false);
  WatchPattern(index);
}

void Engine::State::TakeForSession(uint32_t index, const EventView& view, PreparedKey* key) {
  const SessionPlan& session = layout.derived.sessions[index];
  const SessionSource& source = *session.SourceOf(view.type);
  Sessions& sessions = *derived.sessions[index];
  if (!sessions.Accepts(source, view)) return;
  const uint32_t grouping = key->place->grouping;
  const std::optional<uint32_t> row = Reach(grouping, TextOf(*key), key->hash);
  if (!row) return;
  ClosedHost host(*this, index);
  if (sessions.Take(source, view, *row, SessionHandle(index, *row), DecidedUntil({}), &host)) {
    SetReached(key, *row);
    MarkTaken(grouping, *row, view.time, /*by_metric=*/false);
  }
  WatchSession(index, *row);
}

// --- time ------------------------------------------------------------------------------------------------------------

void Engine::State::WatchPattern(uint32_t index) {
  const std::optional<Time> deadline = derived.attempts[index]->NextDeadline();
  if (!deadline || *deadline == Time::max()) return;
  const Time at = std::max(SaturatingAdd(*deadline, layout.derived.patterns[index].reorder), now);
  if (closing && at == now) return derived.due.push_back(index);
  std::optional<Time>& set = derived.pattern_timers[index];
  if (set && *set <= at) return;
  set = at;
  timers.Set({at, Timer::Kind::kPattern, index, 0, 0});
}

void Engine::State::WatchSession(uint32_t index, uint32_t row) {
  Sessions& sessions = *derived.sessions[index];
  const uint32_t handle = *SessionHandle(index, row);
  if (handle == 0) return;
  const Time at = std::max(sessions.Next(handle), now);
  if (sessions.HasTimerUntil(handle, at)) return;
  sessions.SetTimer(handle, at);
  const Timer timer{at, Timer::Kind::kSession, index, row,
                    groups[layout.derived.sessions[index].grouping].generation(row)};
  if (closing && at == now) return derived.due_sessions.push_back(timer);
  timers.Set(timer);
}

void Engine::State::WatchLane(uint32_t lane) {
  const std::optional<Time> due_at = derived.lanes[lane].NextDue();
  std::optional<Time>& set = derived.lane_timers[lane];
  if (!due_at || (set && *set <= *due_at) || (closing && *due_at <= now)) return;
  set = std::max(*due_at, now);
  timers.Set({*set, Timer::Kind::kLane, lane, 0, 0});
}

void Engine::State::RingDerived(const Timer& timer) {
  switch (timer.kind) {
    case Timer::Kind::kPattern: {
      std::optional<Time>& set = derived.pattern_timers[timer.index];
      if (!set || *set != timer.time) return;
      set.reset();
      return derived.due.push_back(timer.index);
    }
    case Timer::Kind::kSession:
      if (IsCurrent(timer)) derived.due_sessions.push_back(timer);
      return;
    default: {
      std::optional<Time>& set = derived.lane_timers[timer.index];
      if (set && *set == timer.time) set.reset();
      return;
    }
  }
}

void Engine::State::CloseAttempts() {
  std::sort(derived.due.begin(), derived.due.end());
  derived.due.erase(std::unique(derived.due.begin(), derived.due.end()), derived.due.end());
  for (const uint32_t index : derived.due) {
    DerivedHost host(*this, index);
    derived.attempts[index]->CloseUpTo(DecidedUntil(layout.derived.patterns[index].reorder), &host);
    WatchPattern(index);
  }
  derived.due.clear();
  for (const Timer& timer : derived.due_sessions) {
    Sessions& sessions = *derived.sessions[timer.index];
    uint32_t* const handle = SessionHandle(timer.index, timer.row);
    if (*handle == 0 || !sessions.TimerIs(*handle, timer.time)) continue;
    sessions.ClearTimer(*handle);
    ClosedHost host(*this, timer.index);
    sessions.CloseUpTo(DecidedUntil({}), timer.row, handle, &host);
    WatchSession(timer.index, timer.row);
  }
  derived.due_sessions.clear();
}

// --- events that come late -------------------------------------------------------------------------------------------

void Engine::State::FinishDeriving(const EventView& view, const EventPlan& event_plan) {
  for (const uint32_t lane : event_plan.lanes) {
    if (view.time <= DecidedUntil(layout.derived.lanes[lane])) {
      TakeFromLane(lane, view);
    } else {
      derived.lanes[lane].Add(view, 0);
      WatchLane(lane);
    }
  }
  ApplyMade();
}

void Engine::State::TakeFromLane(uint32_t lane, const EventView& view) {
  const size_t first_key = prepared.size();
  const size_t end = key_end;
  const EventPlan& event_plan = layout.events[view.type];
  for (const EventGrouping& place : event_plan.groupings) PrepareKey(view, place);
  const EventView* const outer = std::exchange(event, &view);
  for (PreparedKey& key : std::span(prepared).subspan(first_key)) {
    if (!key.present) continue;
    for (const DerivedUse& use : key.place->derived) {
      if (use.lane != lane + 1) continue;
      if (use.kind == DerivedUse::Kind::kPattern) {
        TakeForPattern(use.index, view, &key);
      } else if (const auto row = groups[key.place->grouping].Find(TextOf(key), key.hash)) {
        looked_at.push_back({use.index, *row});
      }
    }
  }
  concerned.insert(concerned.end(), looked_at.begin(), looked_at.end());
  EvaluateConcerned();
  event = outer;
  prepared.resize(first_key);
  key_end = end;
  ApplyMade();
}

void Engine::State::ReleaseLane(uint32_t lane, Time t) {
  derived.lanes[lane].SeenTime(t);
  EventView view;
  for (uint64_t tag = 0; derived.lanes[lane].Next(&view, &tag);) TakeFromLane(lane, view);
}

void Engine::State::ReleaseLanes() {
  for (uint32_t lane = 0; lane < derived.lanes.size(); ++lane) {
    if (derived.lanes[lane].size() == 0) continue;
    ReleaseLane(lane, now);
    WatchLane(lane);
  }
}

// Nothing more is to come: the order is known.
void Engine::State::EmptyLanes() {
  if (derived.lanes.empty()) return;
  for (uint32_t lane = 0; lane < derived.lanes.size(); ++lane) {
    if (const std::optional<Time> latest = derived.lanes[lane].Latest())
      ReleaseLane(lane, SaturatingAdd(*latest, layout.derived.lanes[lane]));
  }
  for (uint32_t p = 0; p < derived.attempts.size(); ++p) {
    if (layout.derived.patterns[p].lane == 0) continue;
    DerivedHost host(*this, p);
    derived.attempts[p]->CloseUpTo(DecidedUntil({}), &host);
  }
  ApplyMade();
}

// --- what has been made ----------------------------------------------------------------------------------------------

void Engine::State::Make(uint32_t type, Time time, uint32_t row, uint64_t order,
                         std::span<const tocsin::Value> values) {
  const DerivedType& derived_type = layout.derived.types[type - layout.derived.outer_events];
  ++derived.made;
  if (!derived_type.read) return;
  KeysOf(derived_type.grouping, row, &keys);
  derived.fresh.push_back({derived.batch.size(), derived_type.rank, order});
  tocsin::Value* to = derived.batch.Add(type, time, {}, values.size() + keys.size());
  const auto copy = [&](const tocsin::Value& value) {
    *to++ = value.kind() == Kind::kString ? tocsin::Value::String(derived.batch.Own(value.AsString())) : value;
  };
  for (const tocsin::Value& value : values) copy(value);
  for (const tocsin::Value& key : keys) copy(key);
}

void Engine::State::MakeAlertEvent(RuleRow which, Change change, std::string_view severity) {
  const RulePlan& rule = layout.rules[which.rule];
  std::vector<tocsin::Value> values = {
      tocsin::Value::String(ChangeName(change)),
      severity.empty() ? tocsin::Value() : tocsin::Value::String(severity),
  };
  for (const auto& [name, label] : rule.labels) values.push_back(tocsin::Value::String(label));
  Make(layout.derived.alert_types[which.rule], now, which.row, seq, values);
}

// By name, then key, then as they were made; the first is to be taken next.
void Engine::State::OrderMade() {
  std::vector<DerivedState::Made>& fresh = derived.fresh;
  if (fresh.size() > 1) {
    for (DerivedState::Made& one : fresh) {
      const EventView& view = derived.batch.views()[one.view];
      const DerivedType& type = layout.derived.types[view.type - layout.derived.outer_events];
      one.key = static_cast<uint32_t>(derived.keys.size());
      for (const tocsin::Value& key : view.attributes.subspan(type.keys_at)) AppendKey(key, &derived.keys);
      one.key_size = static_cast<uint32_t>(derived.keys.size()) - one.key;
    }
    const auto key_of = [&](const DerivedState::Made& one) {
      return std::string_view(derived.keys).substr(one.key, one.key_size);
    };
    std::sort(fresh.begin(), fresh.end(), [&](const DerivedState::Made& a, const DerivedState::Made& b) {
      return std::make_tuple(a.rank, key_of(a), a.order, a.view) < std::make_tuple(b.rank, key_of(b), b.order, b.view);
    });
    derived.keys.clear();
  }
  for (size_t i = fresh.size(); i > 0; --i) derived.waiting.push_back(fresh[i - 1].view);
  fresh.clear();
}

void Engine::State::ApplyMade() {
  if (derived.applying || derived.fresh.empty()) return;
  derived.applying = true;
  for (OrderMade(); !derived.waiting.empty(); OrderMade()) {
    const EventView view = derived.batch.views()[derived.waiting.back()];
    derived.waiting.pop_back();
    const size_t first_key = prepared.size();
    const size_t end = key_end;
    for (const EventGrouping& place : layout.events[view.type].groupings) PrepareKey(view, place);
    Apply(view, first_key);
    prepared.resize(first_key);
    key_end = end;
  }
  derived.batch.Clear();
  derived.applying = false;
}

}  // namespace tocsin
