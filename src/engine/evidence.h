// Evidence: the last events behind an alert (docs/semantics.md 5.10), in one ring of bytes for all groups.
//
//   Evidence evidence(64 << 20);
//   uint64_t position = evidence.Add(event, {{customer_grouping, last_of_customer}, {country_grouping,
//   last_of_country}});
//   // position is now the last of both; 0: the event was not kept, and what was the last still is
//   evidence.Walk(last_of_customer, customer_grouping, [&](const EventView& event) { … });   // the newest first
//
// An event is written once, with the distance to the event before it of each group that it reached. A group keeps one
// number, the position of its newest event. Positions only grow; what has been overwritten is not found any more. Text
// is cut at 64 bytes and then ends in "…".
//
// One thread at a time. The memory is touched as it is filled. An addition writes 24 bytes, 8 for each group and a
// little more than 8 for each attribute that is there; it reads the heads of what it overwrites, which are near.
#ifndef TOCSIN_ENGINE_EVIDENCE_H_
#define TOCSIN_ENGINE_EVIDENCE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_io.h"
#include "base/chunk_memory.h"
#include "tocsin/event/event.h"

namespace tocsin {

class Evidence {
 public:
  static constexpr size_t kTold = 5;
  static constexpr size_t kTextBytes = 64;

  // A group that an event reached, and the position of its newest event before; 0: none.
  struct Link {
    uint32_t grouping = 0;
    uint64_t newest = 0;
  };

  explicit Evidence(size_t memory) : capacity_(memory / kWord * kWord) {}

  // The position of the event, or 0 when it takes more than a quarter of the memory or has more than 255 groups.
  uint64_t Add(const EventView& event, std::span<const Link> groups);
  // Calls visit(event) for the last events of a group, the newest first, as far as the ring still holds them. The view
  // is valid during the call. `newest` may be any number: one that is no event's finds nothing, or garbage of the right
  // form, and never anything outside the ring.
  template <typename Visit>
  void Walk(uint64_t newest, uint32_t grouping, Visit visit, size_t most = kTold);
  // Wipes out the events of a group, for all the groups that they reached.
  void Forget(uint64_t newest, uint32_t grouping);
  // Wipes out the events that test(event) is true of. Cost: a look at all that the ring holds.
  template <typename Test>
  void ForgetIf(Test test);

  size_t bytes() const { return end_ < ring_.size() ? end_ : ring_.size(); }

  void Save(ByteWriter* out) const;
  // False when the bytes are not those of a ring of this size; it is then empty. The types, and the number and kinds
  // of the attributes, of what Walk finds are for the caller to check.
  bool Load(ByteReader* in);

 private:
  static constexpr size_t kWord = 8;
  static constexpr uint32_t kForgotten = UINT32_MAX;

  // An entry: the head, the groups, the id, a byte of kind and digits for each attribute, and what each holds.
  struct Head {
    uint32_t check;  // of the position, in words
    uint32_t type;
    int64_t time;
    uint16_t words;  // of the entry
    uint16_t attributes;
    uint8_t groups;
    uint8_t id_size;
    uint16_t unused;
  };
  static_assert(sizeof(Head) == 3 * kWord);
  struct Group {
    uint32_t grouping;
    uint32_t words_back;  // 0: no event before that the ring holds
  };

  static size_t Padded(size_t bytes) { return (bytes + kWord - 1) / kWord * kWord; }
  bool Reaches(uint64_t position) const { return position >= oldest_ && position < end_ && position % kWord == 0; }
  // Lets go of the entries in the way of the next `bytes`.
  void MakeRoom(size_t bytes);
  // The entry, or nothing where there is none. Whatever the bytes say, it lies in the ring.
  std::span<std::byte> Entry(uint64_t position) const;
  // The event before this one of that group; 0: none.
  static uint64_t Previous(std::span<const std::byte> entry, uint64_t position, uint32_t grouping);
  // Leaves of an entry what leads to others.
  static void Wipe(std::span<std::byte> entry);
  // What is left of the last entry that was overwritten.
  void WipeRest();
  // False when the entry is of no event, or of one that is forgotten.
  bool Read(std::span<const std::byte> entry, EventView* event);

  size_t capacity_;
  ChunkMemory ring_;         // from the first addition
  uint64_t end_ = kWord;     // where the next event is written, counted from the beginning of time; 0 is nobody's
  size_t offset_ = kWord;    // the same in the ring
  uint64_t oldest_ = kWord;  // the first entry of which nothing has been overwritten
  size_t oldest_offset_ = kWord;
  std::vector<Value> attributes_;
};

template <typename Visit>
void Evidence::Walk(uint64_t newest, uint32_t grouping, Visit visit, size_t most) {
  for (uint64_t position = newest; most > 0 && Reaches(position);) {
    const std::span<const std::byte> entry = Entry(position);
    if (entry.empty()) return;
    if (EventView event; Read(entry, &event)) {
      visit(static_cast<const EventView&>(event));
      --most;
    }
    position = Previous(entry, position, grouping);
  }
}

template <typename Test>
void Evidence::ForgetIf(Test test) {
  for (uint64_t position = oldest_; position < end_;) {
    const std::span<std::byte> entry = Entry(position);
    // Nothing: the rest of the ring was too small for the entry that came then.
    const size_t size = entry.empty() ? capacity_ - position % capacity_ : entry.size();
    EventView event;
    if (!entry.empty() && Read(entry, &event) && test(static_cast<const EventView&>(event))) Wipe(entry);
    position += size;
  }
  WipeRest();
}

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_EVIDENCE_H_
