// An event reaches its groups and windows, and the rules that read them.
#include <algorithm>
#include <optional>

#include "engine/state.h"

namespace tocsin {

bool Engine::State::IsWhole(const EventView& view) const {
  return view.type < layout.events.size() && view.attributes.size() == layout.events[view.type].attributes;
}

Reason Engine::State::Admit(const EventView& view) {
  if (!IsWhole(view)) return view.type < layout.events.size() ? Reason::kBadValue : Reason::kUnknownType;
  if (!layout.spec.deduplicate || view.id.empty()) return Reason::kNone;
  std::optional<Time> before;
  if (started) before = now;
  const std::string_view source(reinterpret_cast<const char*>(&view.source), sizeof(view.source));
  return seen_ids.Insert(source, view.id, before, std::max(before.value_or(view.time), view.time)) ? Reason::kNone
                                                                                                   : Reason::kDuplicate;
}

Reason Engine::State::Take(const EventView& view, size_t first_key) {
  if (!started) {
    Start(view.time);
  } else if (view.time > now) {
    MoveTo(view.time);
  } else if (view.time < SaturatingSubtract(now, layout.spec.allowed_lateness)) {
    return Reason::kLate;
  }
  Apply(view, first_key);
  return Reason::kNone;
}

void Engine::State::Apply(const EventView& view, size_t first_key) {
  event = &view;
  const EventPlan& event_plan = layout.events[view.type];
  const std::span<PreparedKey> reached(prepared.data() + first_key, event_plan.groupings.size());
  touched.clear();
  for (PreparedKey& key : reached) {
    if (key.present) {
      ReachGroup(view, &key);
    } else {
      ++skipped_keys[key.place->grouping];
    }
  }
  if (layout.spec.limits.evidence_memory > 0) KeepEvidence(view, reached);
  for (const WindowRow& changed : touched) ConcernReaders(changed.window, changed.row);
  if (!event_plan.simple) LookAtEvent(reached);
  if (!concerned.empty()) EvaluateConcerned();
  if (observer != nullptr) TellObserver();
  event = nullptr;
}

// A group begins with the first event that a window or rule takes.
void Engine::State::ReachGroup(const EventView& view, PreparedKey* key) {
  const EventGrouping& place = *key->place;
  const uint32_t grouping = place.grouping;
  const std::string_view bytes(key_bytes.data() + key->begin, key->size);
  // What only ends something reaches its group where there is one, whatever else takes the event.
  if (!place.resolving_rules.empty()) {
    if (std::optional<uint32_t> known = groups[grouping].Find(bytes, key->hash)) key->reached = *known + 1;
  }
  std::optional<uint32_t> reached;
  auto reach = [&] {
    // What was fetched for it is usually its row.
    if (!reached && IsRowOf(grouping, key->row, bytes)) [[likely]]
      reached = key->row;
    if (!reached) reached = Reach(grouping, bytes, key->hash);
    return reached.has_value();
  };
  bool taken = false;
  for (EventWindow window : place.windows) {
    const std::optional<Arguments> given = TakeArguments(view, window);
    if (!given) continue;
    if (!reach()) return;
    taken = true;  // also where it has left the window already, or lacks what the metric is taken over
    WindowInRow state(layout.windows[window.window], groups[grouping].row(*reached), pool, texts);
    if (!state.Add(now, view.time, *given)) continue;
    touched.push_back({window.window, *reached});
    WatchExit(window.window, *reached, &state);
    Cross(window.window, *reached, state);
  }
  if (taken) MarkTaken(grouping, *reached, view.time, /*by_metric=*/true);
  if (!place.rules.empty() && !reach()) return;
  if (reached) key->reached = *reached + 1;
}

bool Engine::State::IsRowOf(uint32_t grouping, uint32_t row, std::string_view key) const {
  const GroupTable& table = groups[grouping];
  return row != GroupTable::kNone && !layout.groupings[grouping].max_groups && table.alive(row) &&
         table.key(row) == key;
}

std::optional<Arguments> Engine::State::TakeArguments(const EventView& view, EventWindow window) {
  const WindowSource& source = layout.windows[window.window].sources[window.source];
  if (source.plain) [[likely]] {
    for (uint32_t slot : source.slots) {
      if (view.attributes[slot].absent()) ++skipped_arguments[window.window];
    }
    return Arguments(view, source.slots);
  }
  if (source.where) {
    Result result = source.where->Evaluate(view.attributes, now, scratch);
    if (result.outcome != Outcome::kValue) ++skipped_where[window.window];
    if (!result.IsTrue()) return std::nullopt;
  }
  arguments.resize(source.arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    arguments[i] = TakeArgument(source.arguments[i], view, now, scratch);
    if (arguments[i].absent()) ++skipped_arguments[window.window];
  }
  return Arguments(arguments);
}

void Engine::State::LookAtEvent(std::span<const PreparedKey> reached) {
  for (const PreparedKey& key : reached) {
    if (key.reached == 0) continue;
    for (uint32_t rule : key.place->rules) looked_at.push_back({rule, key.reached - 1});
    for (uint32_t rule : key.place->resolving_rules) looked_at.push_back({rule, key.reached - 1});
  }
  concerned.insert(concerned.end(), looked_at.begin(), looked_at.end());
}

void Engine::State::KeepEvidence(const EventView& view, std::span<const PreparedKey> reached) {
  evidence_links.clear();
  for (const PreparedKey& key : reached) {
    if (key.reached == 0 || !key.place->evidence) continue;
    evidence_links.push_back({key.place->grouping, Head(key.place->grouping, key.reached - 1).evidence});
  }
  if (evidence_links.empty()) return;
  const uint64_t position = evidence.Add(view, evidence_links);
  if (position == 0) return;
  for (const PreparedKey& key : reached) {
    if (key.reached == 0 || !key.place->evidence) continue;
    Head(key.place->grouping, key.reached - 1).evidence = position;
  }
}

void Engine::State::TellObserver() {
  for (const WindowRow& changed : touched) {
    for (uint32_t info : observed[changed.window]) {
      const uint32_t metric = layout.metric_of_info[info];
      const uint32_t grouping = layout.metrics[metric].grouping;
      if (grouping != layout.windows[changed.window].grouping) continue;
      KeysOf(grouping, changed.row, &keys);
      observer->OnUpdate(now, info, keys, Read(metric, changed.row));
    }
  }
}

}  // namespace tocsin
