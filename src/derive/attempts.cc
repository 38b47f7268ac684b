#include "derive/attempts.h"

#include <algorithm>
#include <new>
#include <utility>

namespace tocsin {
namespace {

constexpr uint16_t kMarked = UINT16_MAX;  // the state of what is known to be free, while bytes are read

}  // namespace

Attempts::Attempts(const PatternPlan& plan)
    : plan_(plan),
      stride_(sizeof(Attempt) + (plan.captures.size() + (plan.captures.size() + 63) / 64) * sizeof(uint64_t)),
      per_chunk_(kChunk / stride_),
      present_words_((plan.captures.size() + 63) / 64),
      first_state_(plan.first_state()),
      lists_(plan.lists()) {}

// --- memory ----------------------------------------------------------------------------------------------------------

uint32_t Attempts::New() {
  ++size_;
  if (first_free_ != 0) {
    const uint32_t number = first_free_;
    first_free_ = At(number).next;
    return number;
  }
  if (end_ == chunks_.size() * per_chunk_) chunks_.emplace_back(kChunk, ChunkMemory::Pages::kHuge);
  return ++end_;
}

void Attempts::Free(uint32_t number) {
  Attempt& attempt = At(number);
  uint64_t* const present = Captures(attempt);
  for (size_t c = 0; c < plan_.captures.size(); ++c) {
    const bool there = (present[c / 64] >> (c % 64) & 1) != 0;
    uint64_t& bits = present[present_words_ + c];
    if (there && plan_.captures[c].type.kind == Kind::kString) texts_.Free(static_cast<uint32_t>(bits));
    bits = 0;
  }
  attempt.order = 0;
  attempt.next = first_free_;
  first_free_ = number;
  --size_;
}

void Attempts::Link(uint32_t number, uint32_t* heads) {
  Attempt& attempt = At(number);
  uint32_t& head = Head(heads, attempt.state);
  if (head == 0) {
    attempt.next = 0;
    head = attempt.prev = number;
    return;
  }
  // In order of their first events, so that lists are the same however they came about. Nearly always it is the last.
  uint32_t before = At(head).prev;
  while (before != 0 && At(before).order > attempt.order) before = before == head ? 0 : At(before).prev;
  if (before == 0) {
    attempt.next = head;
    attempt.prev = std::exchange(At(head).prev, number);
    head = number;
    return;
  }
  attempt.prev = before;
  attempt.next = std::exchange(At(before).next, number);
  At(attempt.next == 0 ? head : attempt.next).prev = number;
}

void Attempts::Unlink(uint32_t number, uint32_t* heads) {
  Attempt& attempt = At(number);
  uint32_t& head = Head(heads, attempt.state);
  if (attempt.next != 0) {
    At(attempt.next).prev = attempt.prev;
  } else if (head != number) {
    At(head).prev = attempt.prev;
  }
  if (head == number) {
    head = attempt.next;
  } else {
    At(attempt.prev).next = attempt.next;
  }
}

// --- what an attempt keeps -------------------------------------------------------------------------------------------

void Attempts::Keep(const Reaction& reaction, const EventView& event, const std::string& event_name, Attempt* attempt) {
  uint64_t* const present = Captures(*attempt);
  for (const auto& [capture, slot] : reaction.captures) {
    const Type type = plan_.captures[capture].type;
    uint64_t& word = present[capture / 64];
    const uint64_t mark = uint64_t{1} << (capture % 64);
    uint64_t& bits = present[present_words_ + capture];
    if ((word & mark) != 0 && type.kind == Kind::kString) texts_.Free(static_cast<uint32_t>(bits));
    const Value value = ReadOf(event, slot, event_name);
    word = value.absent() ? word & ~mark : word | mark;
    bits = value.absent() ? 0 : texts_.ToBits(value);
  }
}

Value Attempts::Kept(Attempt& attempt, uint32_t capture) const {
  const uint64_t* const present = Captures(attempt);
  if ((present[capture / 64] >> (capture % 64) & 1) == 0) return {};
  return texts_.FromBits(plan_.captures[capture].type, present[present_words_ + capture]);
}

bool Attempts::Holds(const std::optional<StepCondition>& condition, const EventView& event,
                     const std::string& event_name, Attempt* attempt) {
  if (!condition) return true;
  // A pattern has no present: an answer must not depend on when the event comes.
  const Expression& expression = condition->expression;
  if (condition->of_event_alone) return expression.Test(event.attributes, Time(), scratch_) == Answer::kTrue;
  if (variables_.size() < condition->slots) variables_.resize(condition->slots);
  for (const uint32_t slot : condition->event_slots) variables_[slot] = event.attributes[slot];
  for (const auto& [slot, where] : condition->own) variables_[slot] = ReadOf(event, where, event_name);
  for (const auto& [slot, capture] : condition->kept)
    variables_[slot] = attempt == nullptr ? Value() : Kept(*attempt, capture);
  return expression.Test(std::span(variables_).first(condition->slots), Time(), scratch_) == Answer::kTrue;
}

// --- their lives -----------------------------------------------------------------------------------------------------

const Reaction* Attempts::Opens(const EventReactions& to, const EventView& event) {
  for (const Reaction& reaction : to.reactions) {
    if (reaction.kind == Reaction::Kind::kOpen && Holds(reaction.where, event, to.event_name, nullptr) &&
        (plan_.times.size() > 1 || Holds(reaction.where_all, event, to.event_name, nullptr)))
      return &reaction;
  }
  return nullptr;
}

void Attempts::Open(const EventReactions& to, const Reaction& reaction, const EventView& event, uint32_t row,
                    uint32_t* heads, Time closed, AttemptHost* host) {
  const Time deadline = SaturatingAdd(event.time, plan_.within);
  if (deadline <= closed && !plan_.awaits_end) return;
  const uint32_t number = New();
  auto* attempt = new (&At(number)) Attempt;
  std::fill_n(Captures(*attempt), present_words_ + plan_.captures.size(), uint64_t{0});
  attempt->order = ++order_;
  attempt->deadline = ToNanos(deadline);
  attempt->row = row;
  const bool done = plan_.times.front() == 1;
  attempt->state = done ? 1 : 0;
  attempt->count = done ? 0 : 1;
  Keep(reaction, event, to.event_name, attempt);
  Link(number, heads);
  if (deadline > closed) {
    deadlines_.Add({ToNanos(deadline), number, static_cast<uint32_t>(attempt->order)});
    return;
  }
  // Over before it began: it came late. What waits for more has none.
  const bool complete = attempt->state == plan_.last_state();
  if (complete) Complete(number, deadline, host);
  Unlink(number, heads);
  Free(number);
  if (!complete || plan_.overlap) return;
  Drop(heads);
  host->OnDrop(row);
}

// The attempt is still there, and what it keeps is borrowed.
void Attempts::Complete(uint32_t number, Time time, AttemptHost* host) {
  ++matches_;
  Attempt& attempt = At(number);
  emitted_.clear();
  emitted_texts_.clear();
  emitted_texts_.reserve(plan_.emits.size());
  for (const EmitPlan& emit : plan_.emits) {
    if (emit.capture) {
      emitted_.push_back(Kept(attempt, *emit.capture));
      continue;
    }
    const StepCondition& value = *emit.value;
    if (variables_.size() < value.slots) variables_.resize(value.slots);
    for (const auto& [slot, capture] : value.kept) variables_[slot] = Kept(attempt, capture);
    const Result result = value.expression.Evaluate(std::span(variables_).first(value.slots), Time(), scratch_);
    // A text may lie in the scratch, which the next one uses again.
    emitted_texts_.emplace_back(result.outcome == Outcome::kValue ? result.value : Value());
    emitted_.push_back(emitted_texts_.back().view());
  }
  host->OnMatch(attempt.row, attempt.order, time, emitted_);
}

void Attempts::Advance(const EventReactions& to, const Reaction& reaction, const EventView& event, uint32_t number,
                       uint32_t* heads, AttemptHost* host, Taken* taken) {
  Attempt& attempt = At(number);
  Keep(reaction, event, to.event_name, &attempt);
  if (++attempt.count < plan_.times[attempt.state]) return;
  if (attempt.state + size_t{1} == plan_.times.size() && !plan_.awaits_end) {
    taken->completed = true;
    Complete(number, event.time, host);
    Unlink(number, heads);
    return Free(number);
  }
  Unlink(number, heads);
  ++attempt.state;
  attempt.count = 0;
  Link(number, heads);
}

Attempts::Taken Attempts::Take(const EventReactions& to, const EventView& event, uint32_t* heads, AttemptHost* host) {
  Taken taken;
  for (const Reaction& reaction : to.reactions) {
    if (reaction.kind == Reaction::Kind::kOpen) continue;
    uint32_t earliest = 0;
    for (uint32_t number = Head(heads, reaction.state); number != 0;) {
      Attempt& attempt = At(number);
      const uint32_t next = attempt.next;
      const uint32_t current = std::exchange(number, next);
      if (!Holds(reaction.where, event, to.event_name, &attempt)) continue;
      if (reaction.kind == Reaction::Kind::kEnd) {
        taken.any = true;
        Unlink(current, heads);
        Free(current);
        continue;
      }
      if (!Holds(reaction.where_all, event, to.event_name, &attempt)) continue;
      taken.any = true;
      const bool completes = attempt.state + size_t{1} == plan_.times.size() && !plan_.awaits_end &&
                             attempt.count + 1 == plan_.times[attempt.state];
      if (completes && !plan_.overlap) {
        // Only the earliest is completed, and which that is the end of the list says.
        if (earliest == 0 || attempt.order < At(earliest).order) earliest = current;
        continue;
      }
      Advance(to, reaction, event, current, heads, host, &taken);
    }
    if (earliest == 0) continue;
    Advance(to, reaction, event, earliest, heads, host, &taken);
    Drop(heads);
    return taken;
  }
  return taken;
}

void Attempts::CloseUpTo(Time t, AttemptHost* host) {
  while (!deadlines_.empty() && deadlines_.Front().time <= ToNanos(t)) {
    const DeadlineQueue::Entry entry = deadlines_.Front();
    deadlines_.Pop();
    Attempt& attempt = At(entry.number);
    if (attempt.order == 0 || static_cast<uint32_t>(attempt.order) != entry.order) continue;
    const uint32_t row = attempt.row;
    uint32_t* const heads = host->Heads(row);
    const bool complete = plan_.awaits_end && attempt.state == plan_.last_state();
    if (complete) Complete(entry.number, FromNanos(entry.time), host);
    Unlink(entry.number, heads);
    Free(entry.number);
    if (!complete || plan_.overlap) continue;
    Drop(heads);
    host->OnDrop(row);
  }
}

std::optional<Time> Attempts::NextDeadline() {
  if (!plan_.awaits_end) return std::nullopt;
  while (!deadlines_.empty()) {
    const DeadlineQueue::Entry& entry = deadlines_.Front();
    const Attempt& attempt = At(entry.number);
    if (attempt.order != 0 && static_cast<uint32_t>(attempt.order) == entry.order) return FromNanos(entry.time);
    deadlines_.Pop();
  }
  return std::nullopt;
}

void Attempts::Drop(uint32_t* heads) {
  for (uint32_t list = 0; list < lists_; ++list) {
    for (uint32_t number = heads[list]; number != 0;) {
      const uint32_t next = At(number).next;
      Free(number);
      number = next;
    }
    heads[list] = 0;
  }
}

bool Attempts::AnyAfter(const uint32_t* heads, Time t) const {
  for (uint32_t list = 0; list < lists_; ++list) {
    for (uint32_t number = heads[list]; number != 0; number = At(number).next) {
      if (At(number).deadline > ToNanos(t)) return true;
    }
  }
  return false;
}

Time Attempts::Latest(const uint32_t* heads) const {
  int64_t latest = ToNanos(Time::min());
  for (uint32_t list = 0; list < lists_; ++list) {
    for (uint32_t number = heads[list]; number != 0; number = At(number).next)
      latest = std::max(latest, At(number).deadline);
  }
  return FromNanos(latest);
}

std::vector<uint32_t> Attempts::InOrder() const {
  std::vector<uint32_t> numbers;
  for (uint32_t number = 1; number <= end_; ++number) {
    if (At(number).order != 0) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end(), [&](uint32_t a, uint32_t b) { return At(a).order < At(b).order; });
  return numbers;
}

void Attempts::Forget(std::string_view attribute, std::string_view text, AttemptHost* host) {
  std::vector<uint32_t> captures;
  for (uint32_t c = 0; c < plan_.captures.size(); ++c) {
    const std::string& name = plan_.captures[c].name;
    if (name.substr(name.rfind('.') + 1) == attribute) captures.push_back(c);
  }
  if (captures.empty()) return;
  for (const uint32_t number : InOrder()) {
    Attempt& attempt = At(number);
    const bool theirs = std::any_of(captures.begin(), captures.end(),
                                    [&](uint32_t capture) { return ToText(Kept(attempt, capture)) == text; });
    if (!theirs) continue;
    Unlink(number, host->Heads(attempt.row));
    Free(number);
  }
}

// --- bytes -----------------------------------------------------------------------------------------------------------

void Attempts::Save(ByteWriter* out) const {
  out->Put(order_);
  out->Put(matches_);
  out->Put(end_);
  for (uint32_t number = first_free_; number != 0; number = At(number).next) out->Put(number);
  out->Put<uint32_t>(0);
  const std::vector<uint32_t> numbers = InOrder();
  out->Put<uint64_t>(numbers.size());
  for (const uint32_t number : numbers) {
    Attempt& attempt = At(number);
    out->Put(number);
    out->Put(attempt.order);
    out->Put(attempt.deadline);
    out->Put(attempt.row);
    out->Put(attempt.state);
    out->Put(attempt.count);
    for (uint32_t c = 0; c < plan_.captures.size(); ++c) PutValue(Kept(attempt, c), out);
  }
}

bool Attempts::Load(ByteReader* in, const std::function<bool(uint32_t)>& is_row, AttemptHost* host) {
  order_ = in->Get<uint64_t>();
  matches_ = in->Get<uint64_t>();
  const auto end = in->Get<uint32_t>();
  std::vector<uint32_t> free;
  for (uint32_t number = in->Get<uint32_t>(); number != 0; number = in->Get<uint32_t>()) free.push_back(number);
  const auto open = in->Get<uint64_t>();
  // Every number is free or taken, once: all of them were given.
  if (!in->good() || order_ > UINT64_MAX / 2 || open > order_ || matches_ > order_ - open || open > in->left() ||
      free.size() + open != end)
    return false;
  while (end_ < end) New();
  for (uint32_t number = 1; number <= end; ++number) At(number) = Attempt();
  size_ = 0;
  for (auto number = free.rbegin(); number != free.rend(); ++number) {
    if (*number > end || At(*number).state != 0) return false;
    At(*number).state = kMarked;
    At(*number).next = std::exchange(first_free_, *number);
  }
  uint64_t last = 0;
  for (uint64_t left = open; left > 0 && in->good(); --left) {
    const auto number = in->Get<uint32_t>();
    Attempt read;
    read.order = in->Get<uint64_t>();
    read.deadline = in->Get<int64_t>();
    read.row = in->Get<uint32_t>();
    read.state = in->Get<uint16_t>();
    read.count = in->Get<uint16_t>();
    // In order, each once; a step that it waits for, not done yet.
    const bool sound = read.order > last && read.order <= order_ && read.state >= first_state_ &&
                       read.state <= plan_.last_state() && is_row(read.row) &&
                       (read.state == plan_.times.size() ? read.count == 0 : read.count < plan_.times[read.state]) &&
                       (read.state > 0 || read.count > 0) && number - 1 < end && At(number).order == 0 &&
                       At(number).state == 0;
    if (!in->good() || !sound) return false;
    last = read.order;
    ++size_;
    auto* attempt = new (&At(number)) Attempt(read);
    uint64_t* const present = Captures(*attempt);
    std::fill_n(present, present_words_ + plan_.captures.size(), uint64_t{0});
    Link(number, host->Heads(read.row));
    deadlines_.Add({read.deadline, number, static_cast<uint32_t>(read.order)});
    for (uint32_t c = 0; c < plan_.captures.size(); ++c) {
      const Value value = GetValue(in);
      if (value.absent()) continue;
      const Type type = plan_.captures[c].type;
      if (value.kind() != type.kind || (type.kind == Kind::kDecimal && value.digits() != type.digits)) return false;
      present[c / 64] |= uint64_t{1} << (c % 64);
      present[present_words_ + c] = texts_.ToBits(value);
    }
  }
  return in->good();
}

void Attempts::TakeOver(const Attempts& old, const std::vector<uint32_t>& new_rows, AttemptHost* host) {
  order_ = old.order_;
  matches_ = old.matches_;
  for (const uint32_t from : old.InOrder()) {
    Attempt& before = old.At(from);
    if (before.row >= new_rows.size() || new_rows[before.row] == 0) continue;
    const uint32_t number = New();
    auto* attempt = new (&At(number)) Attempt(before);
    attempt->row = new_rows[before.row] - 1;
    uint64_t* const present = Captures(*attempt);
    std::fill_n(present, present_words_ + plan_.captures.size(), uint64_t{0});
    for (uint32_t c = 0; c < plan_.captures.size(); ++c) {
      const Value value = old.Kept(before, c);
      if (value.absent()) continue;
      present[c / 64] |= uint64_t{1} << (c % 64);
      present[present_words_ + c] = texts_.ToBits(value);
    }
    Link(number, host->Heads(attempt->row));
    deadlines_.Add({attempt->deadline, number, static_cast<uint32_t>(attempt->order)});
  }
}

}  // namespace tocsin
