// Attempts: the open attempts of one pattern, for all groups (docs/semantics.md, section 6). A group holds nothing but
// the beginnings of its lists (PatternPlan); a group without an attempt costs nothing here.
//
//   Attempts attempts(plan);
//   if (attempts.Take(reactions, event, heads, &host).completed) …    // what the event ends, takes on, completes
//   if (const Reaction* open = attempts.Opens(reactions, event)) attempts.Open(*open, event, row, heads, closed,
//   &host); attempts.CloseUpTo(t, &host);                                          // deadlines at or before t are
//   decided
//
// An attempt is a block of 32 bytes and 8 for each attribute that it keeps, in memory that is used again; its deadline
// stands in a queue, because attempts end nearly in the order in which they began (those that do not stand in a heap).
// Cost: an event touches the attempts of its group that it concerns; a deadline is O(1). One thread at a time.
#ifndef TOCSIN_DERIVE_ATTEMPTS_H_
#define TOCSIN_DERIVE_ATTEMPTS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_io.h"
#include "base/chunk_memory.h"
#include "base/prefetch.h"
#include "derive/deadline_queue.h"
#include "derive/kept_texts.h"
#include "derive/pattern_plan.h"
#include "tocsin/event/event.h"

namespace tocsin {

// What is told of matches, and where groups keep their lists.
class AttemptHost {
 public:
  virtual ~AttemptHost() = default;
  // The beginnings of a group's lists: PatternPlan::lists() numbers, zero in a group that is new.
  virtual uint32_t* Heads(uint32_t row) = 0;
  // `order` grows with the first events of matches; `emitted` is valid during the call.
  virtual void OnMatch(uint32_t row, uint64_t order, Time time, std::span<const Value> emitted) = 0;
  // Attempts of the group have ended before their time.
  virtual void OnDrop(uint32_t row) = 0;
};

class Attempts {
 public:
  // The plan must outlive it.
  explicit Attempts(const PatternPlan& plan);

  struct Taken {
    bool any = false;        // it concerned an attempt
    bool completed = false;  // one match at least
  };
  // An event comes to a group. Deadlines that are decided have been (CloseUpTo).
  Taken Take(const EventReactions& to, const EventView& event, uint32_t* heads, AttemptHost* host);
  // The reaction by which the event opens an attempt; null where it does not.
  const Reaction* Opens(const EventReactions& to, const EventView& event);
  // `closed`: up to which instant deadlines have been decided already; what is over by then is decided at once.
  void Open(const EventReactions& to, const Reaction& reaction, const EventView& event, uint32_t row, uint32_t* heads,
            Time closed, AttemptHost* host);
  void CloseUpTo(Time t, AttemptHost* host);
  // The next that must be decided at its own instant; nothing where an attempt's end is no match.
  std::optional<Time> NextDeadline();

  // The attempts of a group end untold: it is forgotten.
  void Drop(uint32_t* heads);
  // Whether one is over after `t`.
  bool AnyAfter(const uint32_t* heads, Time t) const;
  // When the last of them is over; the earliest time where there is none.
  Time Latest(const uint32_t* heads) const;
  // Ends the attempts that keep this text as an attribute of that name.
  void Forget(std::string_view attribute, std::string_view text, AttemptHost* host);
  void Prefetch(uint32_t head) const {
    if (head != 0) PrefetchLine(&At(head));
  }

  size_t size() const { return size_; }
  // How many have ended without a match since the beginning.
  uint64_t unmatched() const { return order_ - matches_ - size_; }
  // What those that are open take, and what all of the memory does.
  size_t held_bytes() const { return size_ * stride_; }
  size_t bytes() const { return chunks_.size() * kChunk + deadlines_.bytes(); }

  void Save(ByteWriter* out) const;
  // False when the bytes are not those of attempts. `is_row`: whether there is such a group; its lists must be empty.
  bool Load(ByteReader* in, const std::function<bool(uint32_t)>& is_row, AttemptHost* host);
  // Takes those of `old`, which is of the same definition, to their new rows (plus one; 0: gone).
  void TakeOver(const Attempts& old, const std::vector<uint32_t>& new_rows, AttemptHost* host);

 private:
  static constexpr size_t kChunk = size_t{2} << 20;

  // Its captures lie behind it. `prev` of the first of a list is its last.
  struct Attempt {
    uint32_t next = 0;   // plus one
    uint32_t prev = 0;   // plus one
    uint64_t order = 0;  // 0: free
    int64_t deadline = 0;
    uint32_t row = 0;
    uint16_t state = 0;
    uint16_t count = 0;  // of the step that it waits for
  };
  static_assert(sizeof(Attempt) == 32);

  Attempt& At(uint32_t number) const {
    const size_t index = number - 1;
    return *reinterpret_cast<Attempt*>(chunks_[index / per_chunk_].data() + index % per_chunk_ * stride_);
  }
  // The bits of its captures, before them one for each that is there.
  uint64_t* Captures(Attempt& attempt) const { return reinterpret_cast<uint64_t*>(&attempt + 1); }
  uint32_t New();
  void Free(uint32_t number);
  uint32_t& Head(uint32_t* heads, uint32_t state) const { return heads[state - first_state_]; }
  void Link(uint32_t number, uint32_t* heads);
  void Unlink(uint32_t number, uint32_t* heads);
  void Keep(const Reaction& reaction, const EventView& event, const std::string& event_name, Attempt* attempt);
  Value Kept(Attempt& attempt, uint32_t capture) const;
  bool Holds(const std::optional<StepCondition>& condition, const EventView& event, const std::string& event_name,
             Attempt* attempt);
  void Complete(uint32_t number, Time time, AttemptHost* host);
  void Advance(const EventReactions& to, const Reaction& reaction, const EventView& event, uint32_t number,
               uint32_t* heads, AttemptHost* host, Taken* taken);
  std::vector<uint32_t> InOrder() const;

  const PatternPlan& plan_;
  size_t stride_;
  size_t per_chunk_;
  size_t present_words_;
  uint32_t first_state_;
  uint32_t lists_;
  std::vector<ChunkMemory> chunks_;
  uint32_t end_ = 0;         // attempts that were ever made
  uint32_t first_free_ = 0;  // plus one; linked by `next`
  size_t size_ = 0;
  uint64_t order_ = 0;    // attempts that were ever opened
  uint64_t matches_ = 0;  // of these, completed
  DeadlineQueue deadlines_;
  KeptTexts texts_;
  Scratch scratch_;
  std::vector<Value> variables_;
  std::vector<Value> emitted_;
  std::vector<OwnedValue> emitted_texts_;
};

}  // namespace tocsin

#endif  // TOCSIN_DERIVE_ATTEMPTS_H_
