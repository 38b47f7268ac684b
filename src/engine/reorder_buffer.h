// ReorderBuffer: events are held until the newest is D ahead of them, and then given in order of (time, arrival)
// (docs/semantics.md 2.6 and 6.4).
//
//   ReorderBuffer held(5s);
//   held.Add(event, tag);      // or held.SeenTime(t), when time passes without events
//   EventView next;
//   while (held.Next(&next, &tag)) Apply(next);
//
// An event is given once its time + D is at or before the newest time seen, so all that come within D of delay are in
// exact order; one that comes later than that is given at once. The buffer owns what it holds, in memory that is used
// again: nothing is allocated once it has held as much. One thread at a time; O(log n) an event.
#ifndef TOCSIN_ENGINE_REORDER_BUFFER_H_
#define TOCSIN_ENGINE_REORDER_BUFFER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/byte_io.h"
#include "metric/pane_pool.h"
#include "tocsin/base/time.h"
#include "tocsin/event/event.h"

namespace tocsin {

class ReorderBuffer {
 public:
  explicit ReorderBuffer(Duration delay) : delay_(delay) {}

  // Copies the event with its text; the tag comes back with it.
  void Add(const EventView& event, uint64_t tag);
  // Time has come to `t`.
  void SeenTime(Time t) { newest_ = newest_ ? std::max(*newest_, t) : t; }
  // The next event that is due; the view is valid until the next call of Next or Load. False when none is.
  bool Next(EventView* event, uint64_t* tag);
  // When the earliest of all that are held is due: as soon as that time has been seen.
  std::optional<Time> NextDue() const {
    if (heap_.empty()) return std::nullopt;
    return SaturatingAdd(heap_.front().time, delay_);
  }

  // The latest of all that are held. Cost: a look at each.
  std::optional<Time> Latest() const {
    std::optional<Time> latest;
    for (const Held& held : heap_) latest = latest ? std::max(*latest, held.time) : held.time;
    return latest;
  }

  // Drops what remove(event) is true of, and says how much.
  template <typename Remove>
  size_t RemoveIf(Remove remove);

  size_t size() const { return heap_.size(); }
  size_t bytes() const { return pool_.bytes() + heap_.capacity() * sizeof(Held); }

  void Save(ByteWriter* out) const;
  // False when the bytes are not those of a buffer or accept(event) is false for one of them (its type, the number and
  // the kinds of its attributes are for the caller to check); the buffer is then empty.
  template <typename Accept>
  bool Load(ByteReader* in, Accept accept);

 private:
  // An event in a block of the pool: the view, its attributes, its text.
  struct Held {
    Time time;
    uint64_t arrival;
    uint64_t tag;
    uint32_t block;
    uint32_t bytes;
  };
  // For a heap with the earliest on top.
  static bool Later(const Held& a, const Held& b) { return a.time != b.time ? a.time > b.time : a.arrival > b.arrival; }
  const EventView& ViewOf(const Held& held) const { return *reinterpret_cast<EventView*>(pool_.At(held.block)); }
  // What Next has given goes back to the pool.
  void FreeGiven();
  void Clear();
  static EventView ReadEvent(ByteReader* in, std::vector<Value>* attributes);

  Duration delay_;
  std::optional<Time> newest_;
  uint64_t arrivals_ = 0;
  std::vector<Held> heap_;
  std::optional<Held> given_;
  PanePool pool_;
};

template <typename Remove>
size_t ReorderBuffer::RemoveIf(Remove remove) {
  const size_t before = heap_.size();
  std::erase_if(heap_, [&](const Held& held) {
    const bool removed = remove(ViewOf(held));
    if (removed) {
      std::fill_n(pool_.At(held.block), held.bytes, std::byte{});  // what is forgotten is not in free memory either
      pool_.Free(held.block, held.bytes);
    }
    return removed;
  });
  std::make_heap(heap_.begin(), heap_.end(), Later);
  return before - heap_.size();
}

template <typename Accept>
bool ReorderBuffer::Load(ByteReader* in, Accept accept) {
  Clear();
  const bool seen = in->Get<uint8_t>() != 0;
  const Time newest = FromNanos(in->Get<int64_t>());
  std::vector<Value> attributes;
  for (uint64_t left = in->Get<uint64_t>(); left > 0 && in->good(); --left) {
    const auto tag = in->Get<uint64_t>();
    const EventView event = ReadEvent(in, &attributes);
    if (in->good() && !accept(event)) in->Fail();
    if (in->good()) Add(event, tag);
  }
  newest_.reset();
  if (seen) newest_ = newest;
  if (in->good()) return true;
  Clear();
  return false;
}

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_REORDER_BUFFER_H_
