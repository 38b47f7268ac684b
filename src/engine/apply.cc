// An event reaches its groups and windows, and the rules that read them.
#include <algorithm>
#include <optional>

#include "engine/state.h"
#include "metric/group_key.h"

namespace tocsin {

Reason Engine::State::Admit(const EventView& view) {
  if (!IsFromOutside(view)) return view.type < layout.derived.outer_events ? Reason::kBadValue : Reason::kUnknownType;
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

// The key of a group of what is known of somebody at this event, itself included.
Engine::State::PreparedKey Engine::State::MakeProfileKey(const EventView& view, const EventGrouping& place) {
  PreparedKey key;
  key.place = &place;
  std::string bytes;
  auto profile = place.profile_keys.begin();
  for (uint32_t slot : place.key_slots) {
    tocsin::Value value;
    if (slot != kProfileSlot) {
      value = view.attributes[slot];
    } else {
      std::string whose;
      if (!view.attributes[profile->slot].absent()) AppendKey(view.attributes[profile->slot], &whose);
      const std::optional<uint32_t> row = whose.empty() ? std::nullopt : groups[profile->grouping].Find(whose);
      if (row) value = Read(profile->metric, *row);
      ++profile;
    }
    if (value.absent()) return key;
    AppendKey(value, &bytes);
  }
  key.begin = static_cast<uint32_t>(key_end);
  key.size = static_cast<uint32_t>(bytes.size());
  key.hash = GroupTable::Hash(bytes);
  key.present = true;
  if (key_end + bytes.size() > key_bytes.size()) key_bytes.resize(2 * (key_end + bytes.size()));
  std::copy(bytes.begin(), bytes.end(), key_bytes.begin() + static_cast<std::ptrdiff_t>(key_end));
  key_end += bytes.size();
  return key;
}

void Engine::State::Apply(const EventView& view, size_t first_key) {
  event = &view;
  const EventPlan& event_plan = layout.events[view.type];
  const std::span<PreparedKey> reached(prepared.data() + first_key, event_plan.groupings.size());
  touched.clear();
  for (PreparedKey& key : reached) {
    if (!key.place->profile_keys.empty()) [[unlikely]]
      key = MakeProfileKey(view, *key.place);
    if (key.present) {
      ReachGroup(view, &key);
    } else {
      ++skipped_keys[key.place->grouping];
    }
  }
  if (event_plan.derives) Derive(view, reached);
  if (layout.spec.limits.evidence_memory > 0) KeepEvidence(view, reached);
  UpdateRollups();
  if (!at_close.empty() && !layout.rollups.empty()) [[unlikely]]
    ConcernWaiting();
  unsettled = !at_close.empty() || timers.AnyUntil(now);
  if (unsettled) [[unlikely]]
    CatchUpTouched();
  for (const WindowRow& changed : touched) ConcernReaders(changed.window, changed.row);
  unsettled = false;
  if (!event_plan.simple) LookAtEvent(reached);
  if (!concerned.empty()) EvaluateConcerned();
  if (observer != nullptr) TellObserver();
  event = nullptr;
  if (layout.derived.any()) FinishDeriving(view, event_plan);
}

// A group begins with the first event that a window or rule takes.
void Engine::State::ReachGroup(const EventView& view, PreparedKey* key) {
  const EventGrouping& place = *key->place;
  const uint32_t grouping = place.grouping;
  GroupTable& table = groups[grouping];
  const std::string_view text(key_bytes.data() + key->begin, key->size);
  // What only ends something reaches its group where there is one, whatever else takes the event.
  if (!place.resolving_rules.empty()) {
    if (std::optional<uint32_t> known = table.Find(text, key->hash)) SetReached(key, *known);
  }
  uint32_t row = GroupTable::kNone;
  // What was fetched for it is usually its row.
  if (key->row != GroupTable::kNone && table.IsOf(key->row, text) && IsAdmitted(grouping, key->row)) [[likely]]
    row = key->row;
  auto reach = [&] {
    if (row == GroupTable::kNone) [[unlikely]]
      row = Reach(grouping, text, key->hash).value_or(GroupTable::kNone);
    return row != GroupTable::kNone;
  };
  bool taken = false;
  for (const EventWindow& window : place.windows) {
    Arguments given;
    if (!TakeArguments(view, window, &given)) continue;
    if (!reach()) return;
    if (!layout.uses[window.window].exact.empty()) CrossBefore(window.window, row);
    taken = true;  // also where it has left the window already, or lacks what the metric is taken over
    WindowInRow state(layout.windows[window.window], table.row(row), pool, texts);
    if (!state.Add(now, view.time, given)) continue;
    touched.push_back({window.window, row});
    if (!layout.uses[window.window].read) continue;
    WatchExit(window.window, row, &state);
    Cross(window.window, row, state);
  }
  if (taken) MarkTaken(grouping, row, view.time, /*by_metric=*/true);
  if (!place.rules.empty() && !reach()) return;
  if (taken || !place.rules.empty()) SetReached(key, row);
}

void Engine::State::SetReached(PreparedKey* key, uint32_t row) {
  key->reached = row + 1;
  key->head = &Head(key->place->grouping, row);
}

bool Engine::State::TakeArguments(const EventView& view, EventWindow window, Arguments* taken) {
  const WindowSource& source = layout.windows[window.window].sources[window.source];
  if (source.plain) [[likely]] {
    for (uint32_t slot : source.slots) {
      if (view.attributes[slot].absent()) ++skipped_arguments[window.window];
    }
    *taken = Arguments(view, source.slots);
    return true;
  }
  if (source.where) {
    const Answer answer = source.where->Test(view.attributes, now, scratch);
    if (answer >= Answer::kNoData) ++skipped_where[window.window];
    if (answer != Answer::kTrue) return false;
  }
  arguments.resize(source.arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    arguments[i] = TakeArgument(source.arguments[i], view, now, scratch);
    if (arguments[i].absent()) ++skipped_arguments[window.window];
  }
  *taken = Arguments(arguments);
  return true;
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
    evidence_links.push_back({key.place->grouping, key.head->evidence});
  }
  if (evidence_links.empty()) return;
  const uint64_t position = evidence.Add(view, evidence_links);
  if (position == 0) return;
  for (const PreparedKey& key : reached) {
    if (key.reached != 0 && key.place->evidence) key.head->evidence = position;
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
