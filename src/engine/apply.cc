// An event reaches its windows, and the rules that read them.
#include <optional>

#include "engine/state.h"

namespace tocsin {
namespace {

// False when the expression has no answer for this event.
bool TakeArgument(const ArgumentPlan& plan, const EventView& event, Time now, Scratch& scratch, Argument* argument) {
  Value value;
  if (plan.expression) {
    Result result = plan.expression->Evaluate(event.attributes, now, scratch);
    if (result.outcome == Outcome::kValue) value = result.value;
  } else {
    value = event.attributes[plan.slot];
  }
  argument->present = !value.absent();
  if (!argument->present) return false;
  if (plan.exact) {
    argument->units = value.AsInt();
  } else {
    argument->number = value.AsNumber();
  }
  return true;
}

}  // namespace

bool Engine::State::IsWhole(const EventView& event) const {
  return event.type < layout.events.size() &&
         event.attributes.size() == layout.catalog.event(event.type).attributes.size();
}

Reason Engine::State::Take(const EventView& event, size_t first_key) {
  if (!IsWhole(event)) return event.type < layout.events.size() ? Reason::kBadValue : Reason::kUnknownType;
  if (!started) {
    Start(event.time);
  } else if (event.time > now) {
    MoveTo(event.time);
  } else if (event.time < SaturatingSubtract(now, layout.spec.allowed_lateness)) {
    return Reason::kLate;
  }
  Apply(event, first_key);
  return Reason::kNone;
}

void Engine::State::Apply(const EventView& event, size_t first_key) {
  const EventPlan& event_plan = layout.events[event.type];
  rows.assign(event_plan.groupings.size(), std::nullopt);
  touched.assign(event_plan.window_count, 0);
  uint32_t position = 0;
  for (size_t place = 0; place < event_plan.groupings.size(); ++place) {
    const EventGrouping& grouping = event_plan.groupings[place];
    const PreparedKey& key = prepared[first_key + place];
    if (key.present) {
      rows[place] =
          groups[grouping.grouping].FindOrAdd(std::string_view(key_bytes).substr(key.begin, key.size), key.hash);
    } else {
      ++skipped_keys[grouping.grouping];
    }
    for (uint32_t window : grouping.windows) {
      if (rows[place]) touched[position] = AddToWindow(event, window, *rows[place]) ? 1 : 0;
      ++position;
    }
  }
  for (const EventRule& rule : event_plan.rules) {
    for (uint32_t window : rule.touched_by) {
      if (touched[window] == 0) continue;
      Evaluate({rule.rule, *rows[rule.place]});
      break;
    }
  }
  if (observer != nullptr) TellObserver(event_plan);
}

bool Engine::State::AddToWindow(const EventView& event, uint32_t window, uint32_t row) {
  const WindowPlan& window_plan = layout.windows[window];
  if (window_plan.where) {
    Result result = window_plan.where->Evaluate(event.attributes, now, scratch);
    if (result.outcome != Outcome::kValue) ++skipped_where[window];
    if (!result.IsTrue()) return false;
  }
  arguments.resize(window_plan.arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!TakeArgument(window_plan.arguments[i], event, now, scratch, &arguments[i])) ++skipped_arguments[window];
  }
  WindowInRow state(window_plan, groups[window_plan.grouping].row(row), pool);
  if (!state.Add(now, event.time, arguments)) return false;
  SetExitTimer(window_plan, window, row, &state);
  return true;
}

void Engine::State::TellObserver(const EventPlan& event_plan) {
  uint32_t position = 0;
  for (size_t place = 0; place < event_plan.groupings.size(); ++place) {
    for (uint32_t window : event_plan.groupings[place].windows) {
      if (touched[position++] == 0) continue;
      for (uint32_t metric : observed[window]) {
        uint32_t row = *rows[place];
        KeysOf(layout.metrics[metric].grouping, row, &keys);
        observer->OnUpdate(now, metric, keys, Read(metric, row));
      }
    }
  }
}

}  // namespace tocsin
