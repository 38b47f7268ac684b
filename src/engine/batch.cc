// Batches: what the events of a block will need is fetched for all of them before the first is applied, so that the
// latencies of memory overlap. Preparing reads and never decides: each event is applied in its turn, exactly as it
// would be alone.
#include <algorithm>

#include "engine/state.h"
#include "metric/group_key.h"

namespace tocsin {

// Enough to overlap what memory can have in flight; more would push the first lines out of the nearest cache.
constexpr size_t kBlock = 32;

void Engine::State::PrepareKey(const EventView& event, const EventGrouping& place) {
  PreparedKey key;
  key.begin = static_cast<uint32_t>(key_bytes.size());
  key.present = true;
  for (uint32_t slot : place.key_slots) {
    const tocsin::Value& value = event.attributes[slot];
    if (value.absent()) {
      key.present = false;
      break;
    }
    AppendKey(value, &key_bytes);
  }
  key.size = static_cast<uint32_t>(key_bytes.size()) - key.begin;
  if (key.present) key.hash = GroupTable::Hash(std::string_view(key_bytes).substr(key.begin, key.size));
  prepared.push_back(key);
}

void Engine::State::Prepare(std::span<const EventView> block) {
  key_bytes.clear();
  prepared.clear();
  for (const EventView& event : block) {
    if (!IsWhole(event)) continue;
    for (const EventGrouping& place : layout.events[event.type].groupings) PrepareKey(event, place);
  }
  if (block.size() == 1) return;  // nothing to overlap with
  auto for_each_key = [&](auto&& visit) {
    size_t next = 0;
    for (const EventView& event : block) {
      if (!IsWhole(event)) continue;
      for (const EventGrouping& place : layout.events[event.type].groupings) {
        PreparedKey& key = prepared[next++];
        if (key.present) visit(place, &key);
      }
    }
  };
  for_each_key([&](const EventGrouping& place, PreparedKey* key) { groups[place.grouping].PrefetchSlot(key->hash); });
  for_each_key(
      [&](const EventGrouping& place, PreparedKey* key) { key->row = groups[place.grouping].PrefetchRow(key->hash); });
  for_each_key([&](const EventGrouping& place, PreparedKey* key) {
    if (key->row == nullptr) return;
    for (uint32_t window : place.windows) WindowInRow(layout.windows[window], key->row, pool).Prefetch();
  });
}

Reason Engine::Ingest(const EventView& event) {
  state_->Prepare({&event, 1});
  Reason reason = state_->Take(event, 0);
  ++state_->events[static_cast<size_t>(reason)];
  return reason;
}

size_t Engine::Ingest(std::span<const EventView> events, std::span<Reason> reasons) {
  size_t accepted = 0;
  for (size_t begin = 0; begin < events.size(); begin += kBlock) {
    std::span<const EventView> block = events.subspan(begin, std::min(kBlock, events.size() - begin));
    state_->Prepare(block);
    size_t next_key = 0;
    for (size_t i = 0; i < block.size(); ++i) {
      const Reason reason = state_->Take(block[i], next_key);
      if (state_->IsWhole(block[i])) next_key += state_->layout.events[block[i].type].groupings.size();
      ++state_->events[static_cast<size_t>(reason)];
      if (reason == Reason::kNone) ++accepted;
      if (!reasons.empty()) reasons[begin + i] = reason;
    }
  }
  return accepted;
}

}  // namespace tocsin
