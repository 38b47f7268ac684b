// The engine's public calls, but for batches (batch.cc), events by name (named_event.cc) and reading values (query.cc).
#include "tocsin/engine/engine.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/state.h"

namespace tocsin {

Engine::State::State(std::shared_ptr<const Plan> plan_to_run, AlertSink* sink_to_tell)
    : plan(std::move(plan_to_run)), layout(plan->layout()), sink(sink_to_tell) {
  size_t most_variables = 0;
  size_t most_keys = 0;
  for (const GroupingPlan& grouping : layout.groupings) {
    groups.emplace_back(grouping.row_bytes);
    // The group of everything is there from the beginning.
    if (grouping.keys.empty()) groups.back().FindOrAdd("");
    most_variables = std::max(most_variables, grouping.variables.size());
    most_keys = std::max(most_keys, grouping.keys.size());
  }
  size_t most_labels = 0;
  for (const RulePlan& rule : layout.rules) most_labels = std::max(most_labels, rule.labels.size());
  variables.resize(most_variables + most_labels + 2);
  key_text.resize(most_keys);
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
  if (!state_->started) {
    state_->Start(t);
  } else if (t < state_->now) {
    return;
  } else if (t > state_->now) {
    state_->MoveTo(t);
  }
  if (!state_->closed) state_->CloseInstant();
}

std::optional<Time> Engine::now() const {
  if (!state_->started) return std::nullopt;
  return state_->now;
}

tocsin::Statistics Engine::Statistics() const {
  tocsin::Statistics statistics;
  statistics.events = state_->events;
  for (const GroupTable& table : state_->groups) statistics.groups += table.size();
  statistics.alert_changes = state_->seq;
  statistics.firing = state_->firing;
  statistics.pending = state_->pending;
  statistics.faults = state_->faults;
  auto add = [&](std::string where, uint64_t count) {
    if (count != 0) statistics.skipped.push_back({std::move(where), count});
  };
  for (size_t g = 0; g < state_->groups.size(); ++g) {
    add(fmt::format("grouping [{}], without a key", fmt::join(state_->layout.groupings[g].keys, ", ")),
        state_->skipped_keys[g]);
  }
  for (size_t w = 0; w < state_->layout.windows.size(); ++w) {
    add(state_->layout.windows[w].description + ", where without an answer", state_->skipped_where[w]);
    add(state_->layout.windows[w].description + ", argument without a value", state_->skipped_arguments[w]);
  }
  return statistics;
}

const Plan& Engine::plan() const { return *state_->plan; }

void Engine::Observe(EngineObserver* observer, const std::vector<uint32_t>& metrics, Duration period) {
  state_->observer = observer;
  state_->tick = period;
  for (std::vector<uint32_t>& list : state_->observed) list.clear();
  for (uint32_t metric : metrics) state_->observed[state_->layout.metrics[metric].window].push_back(metric);
  if (observer != nullptr && state_->started && period > Duration::zero()) {
    Time next = RoundUp(state_->now, period);
    if (state_->closed && next == state_->now) next = SaturatingAdd(next, period);
    state_->timers.Set({next, Timer::Kind::kTick, 0, 0});
  }
}

}  // namespace tocsin
