// Events come, one or many. What the events of a block will need is fetched for all of them before the first is
// applied, so that the latencies of memory overlap. Preparing reads and never decides: each event is applied in its
// turn, exactly as it would be alone.
#include <algorithm>

#include "engine/state.h"
#include "metric/group_key.h"
#include "metric/window_block.h"

namespace tocsin {

// Enough to overlap what memory can have in flight; more would push the first lines out of the nearest cache.
constexpr size_t kBlock = 32;

void Engine::State::PrepareKey(const EventView& view, const EventGrouping& place) {
  PreparedKey& key = prepared.emplace_back();
  key.place = &place;
  if (!place.profile_keys.empty()) return;  // what is known then is not known yet
  key.begin = static_cast<uint32_t>(key_end);
  size_t end = key_end;
  for (uint32_t slot : place.key_slots) {
    const tocsin::Value& value = view.attributes[slot];
    if (value.absent()) return;
    if (const size_t most = end + MostKeyBytes(value); most > key_bytes.size()) key_bytes.resize(2 * most);
    end = static_cast<size_t>(WriteKey(value, key_bytes.data() + end) - key_bytes.data());
  }
  key_end = end;
  key.present = true;
  key.size = static_cast<uint32_t>(end) - key.begin;
  key.hash = GroupTable::Hash({key_bytes.data() + key.begin, key.size});
}

void Engine::State::Prepare(std::span<const EventView> block) {
  key_end = 0;
  prepared.clear();
  const bool ahead = block.size() > 1;  // else there is nothing to overlap with the first line of the index
  for (const EventView& view : block) {
    if (!IsWhole(view)) continue;
    for (const EventGrouping& place : layout.events[view.type].groupings) {
      PrepareKey(view, place);
      if (ahead && prepared.back().present) groups[place.grouping].PrefetchSlot(prepared.back().hash);
    }
  }
  for (PreparedKey& key : prepared) {
    if (key.present) key.row = groups[key.place->grouping].PrefetchRow(key.hash);
  }
  for (const PreparedKey& key : prepared) {
    if (key.row == GroupTable::kNone) continue;
    groups[key.place->grouping].PrefetchKey(key.row);
    const std::byte* const row = groups[key.place->grouping].row(key.row);
    for (const EventWindow& window : key.place->windows) WindowBlock::Prefetch(row + window.row_offset, pool);
    for (const DerivedUse& use : key.place->derived) PrefetchDerived(use, row);
    const std::vector<ThresholdIndex>& indices = layout.groupings[key.place->grouping].indices;
    for (const SelectedIndex& selected : key.place->selected)
      indices[selected.index].PrefetchList(row, selected.selector_offset);
  }
  for (const PreparedKey& key : prepared) {
    if (key.row == GroupTable::kNone || key.place->selected.empty()) continue;
    const std::byte* const row = groups[key.place->grouping].row(key.row);
    const std::vector<ThresholdIndex>& indices = layout.groupings[key.place->grouping].indices;
    for (const SelectedIndex& selected : key.place->selected)
      indices[selected.index].PrefetchNumbers(row, selected.selector_offset);
  }
}

// The rows that windows will let go of something in, as time passes from event to event.
void Engine::State::PrepareExits(Time until) {
  constexpr size_t kMost = 2 * kBlock;
  timers.VisitSoon(until, kMost, [&](const Timer& timer) {
    if (timer.kind == Timer::Kind::kExit) groups[layout.windows[timer.index].grouping].PrefetchLines(timer.row);
  });
}

// One that is applied apart from its block: it was held, or nothing is prepared.
Reason Engine::State::TakeAlone(const EventView& view) {
  Prepare({&view, 1});
  return Take(view, 0);
}

// Holds an event and applies those that are in order now. An event that is applied at once answers for itself; one that
// is held is never late when its turn comes, because the clock has not passed it.
Reason Engine::State::TakeInOrder(const EventView& view) {
  held.Add(view, ++held_tag);
  Reason reason = Reason::kNone;
  EventView next;
  for (uint64_t tag = 0; held.Next(&next, &tag);) {
    const Reason taken = TakeAlone(next);
    if (tag == held_tag) reason = taken;
  }
  return reason;
}

// All up to `t` come into the open before that instant is closed: for them it is as if time were `reorder` further.
void Engine::State::ReleaseUpTo(Time t) {
  if (layout.spec.reorder == Duration::zero()) return;
  held.SeenTime(SaturatingAdd(t, layout.spec.reorder));
  EventView next;
  for (uint64_t tag = 0; held.Next(&next, &tag);) TakeAlone(next);
}

size_t Engine::State::IngestBlock(std::span<const EventView> block, Reason* reasons) {
  const bool in_order = layout.spec.reorder > Duration::zero();
  if (!in_order) Prepare(block);
  if (block.size() > 1) PrepareExits(block.back().time);
  size_t accepted = 0;
  size_t next_key = 0;
  for (size_t i = 0; i < block.size(); ++i) {
    Reason reason = Admit(block[i]);
    if (reason == Reason::kNone) reason = in_order ? TakeInOrder(block[i]) : Take(block[i], next_key);
    if (IsWhole(block[i])) next_key += layout.events[block[i].type].groupings.size();
    ++events[static_cast<size_t>(reason)];
    if (reason == Reason::kNone) ++accepted;
    if (reasons != nullptr) reasons[i] = reason;
  }
  return accepted;
}

Reason Engine::Ingest(const EventView& event) {
  Reason reason = Reason::kNone;
  state_->IngestBlock({&event, 1}, &reason);
  return reason;
}

size_t Engine::Ingest(std::span<const EventView> events, std::span<Reason> reasons) {
  size_t accepted = 0;
  for (size_t begin = 0; begin < events.size(); begin += kBlock) {
    const std::span<const EventView> block = events.subspan(begin, std::min(kBlock, events.size() - begin));
    accepted += state_->IngestBlock(block, reasons.empty() ? nullptr : reasons.data() + begin);
  }
  return accepted;
}

}  // namespace tocsin
