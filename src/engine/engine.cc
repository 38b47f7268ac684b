// The engine's public calls, but for events (batch.cc, named_event.cc), values (query.cc), people (forget.cc) and
// snapshots.
#include "tocsin/engine/engine.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/state.h"

namespace tocsin {

Engine::State::State(std::shared_ptr<const Plan> plan_to_run, AlertSink* sink_to_tell)
    : plan(std::move(plan_to_run)),
      layout(plan->layout()),
      sink(sink_to_tell),
      series(layout),
      evidence(static_cast<size_t>(layout.spec.limits.evidence_memory)),
      seen_ids(layout.spec.deduplicate.value_or(Duration::zero()), static_cast<size_t>(layout.spec.max_ids)),
      held(layout.spec.reorder),
      derived(layout.derived) {
  for (const GroupingPlan& grouping : layout.groupings) {
    groups.emplace_back(grouping.row_bytes);
    key_text.emplace_back(grouping.keys.size());
    any_limits = any_limits || grouping.counted;
    // The group of everything is there from the beginning.
    if (grouping.keys.empty()) groups.back().FindOrAdd("");
  }
  finer.resize(layout.finer_lists);
  unseen_marks.resize(layout.terms.size());
  limits.resize(layout.groupings.size());
  sweeps.resize(layout.groupings.size());
  skipped_keys.resize(layout.groupings.size());
  skipped_where.resize(layout.windows.size());
  skipped_arguments.resize(layout.windows.size());
  observed.resize(layout.windows.size());
}

Engine::Engine(std::shared_ptr<const Plan> plan, AlertSink* sink)
    : state_(std::make_unique<State>(std::move(plan), sink)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::CountRefused(Reason reason) { ++state_->events[static_cast<size_t>(reason)]; }

void Engine::AdvanceTo(Time t) {
  state_->ReleaseUpTo(t);
  if (!state_->started) {
    state_->Start(t);
  } else if (t < state_->now) {
    return;
  } else if (t > state_->now) {
    state_->MoveTo(t);
  }
  if (!state_->closed) state_->CloseInstant();
}

void Engine::Finish() {
  if (std::optional<Time> latest = state_->held.Latest()) state_->ReleaseUpTo(*latest);
  if (state_->started && !state_->closed) state_->CloseInstant();
  state_->EmptyLanes();
}

std::optional<Time> Engine::now() const {
  if (!state_->started) return std::nullopt;
  return state_->now;
}

tocsin::Statistics Engine::Statistics() const {
  const State& state = *state_;
  tocsin::Statistics statistics;
  statistics.events = state.events;
  statistics.alert_changes = state.seq;
  statistics.firing = state.firing;
  statistics.pending = state.pending;
  statistics.faults = state.faults;
  statistics.held = state.held.size();
  statistics.ids = state.seen_ids.size();
  statistics.ids_forgotten = state.seen_ids.forgotten();
  statistics.pane_bytes = state.pool.bytes();
  statistics.timers = state.timers.size();
  auto add = [&](std::string where, uint64_t count) {
    if (count != 0) statistics.skipped.push_back({std::move(where), count});
  };
  for (size_t g = 0; g < state.groups.size(); ++g) {
    const GroupingPlan& grouping = state.layout.groupings[g];
    statistics.groups += state.groups[g].size();
    statistics.groupings.push_back({grouping.keys, state.groups[g].size(), state.limits[g].skipped,
                                    state.groups[g].bytes(), state.series.bytes(static_cast<uint32_t>(g))});
    for (const ParentPlan& parent : grouping.parents) {
      if (parent.list != 0) statistics.groupings.back().bytes += state.finer[parent.list - 1].bytes();
    }
    uint64_t& derived_bytes = statistics.groupings.back().derived_bytes;
    for (const uint32_t p : grouping.patterns) derived_bytes += state.derived.attempts[p]->held_bytes();
    for (const uint32_t s : grouping.sessions) derived_bytes += state.derived.sessions[s]->held_bytes();
    const std::string name = fmt::format("grouping [{}]", fmt::join(grouping.keys, ", "));
    add(name + ", without a key", state.skipped_keys[g]);
    add(name + ", new at the limit", state.limits[g].skipped);
  }
  for (size_t w = 0; w < state.layout.windows.size(); ++w) {
    add(state.layout.windows[w].description + ", where without an answer", state.skipped_where[w]);
    add(state.layout.windows[w].description + ", argument without a value", state.skipped_arguments[w]);
  }
  if (state.layout.spec.limits.max_memory) statistics.memory = state.TakenMemory();
  statistics.derived = state.derived.made;
  for (const auto& attempts : state.derived.attempts) {
    statistics.attempts += attempts->size();
    statistics.attempts_unmatched += attempts->unmatched();
  }
  for (size_t s = 0; s < state.derived.sessions.size(); ++s) {
    const std::string name = "session " + state.layout.derived.sessions[s].name;
    statistics.open_sessions += state.derived.sessions[s]->open();
    add(name + ", where without an answer", state.derived.sessions[s]->skipped_where());
    add(name + ", inside a closed one", state.derived.sessions[s]->skipped_late());
  }
  return statistics;
}

const Plan& Engine::plan() const { return *state_->plan; }

void Engine::Observe(EngineObserver* observer, const std::vector<uint32_t>& metrics, Duration period) {
  State& state = *state_;
  state.observer = observer;
  state.tick = period;
  for (std::vector<uint32_t>& list : state.observed) list.clear();
  for (uint32_t info : metrics) {
    for (uint32_t window : state.layout.metrics[state.layout.metric_of_info[info]].windows)
      state.observed[window].push_back(info);
  }
  if (observer != nullptr && state.started && period > Duration::zero()) {
    Time next = RoundUp(state.now, period);
    if (state.closed && next == state.now) next = SaturatingAdd(next, period);
    state.timers.Set({next, Timer::Kind::kTick, 0, 0, 0});
  }
}

}  // namespace tocsin
