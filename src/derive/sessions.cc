#include "derive/sessions.h"

#include <algorithm>

namespace tocsin {
namespace {

// Wraps, where a damaged snapshot says so.
Duration Span(int64_t from, int64_t to) {
  return Duration(static_cast<int64_t>(static_cast<uint64_t>(to) - static_cast<uint64_t>(from)));
}

}  // namespace

uint32_t Sessions::New() {
  uint32_t handle = 0;
  if (free_.empty()) {
    sessions_.emplace_back();
    captures_.resize(captures_.size() + plan_.captures.size());
    present_.resize(captures_.size());
    handle = static_cast<uint32_t>(sessions_.size());
  } else {
    handle = free_.back();
    free_.pop_back();
  }
  At(handle) = Session();
  At(handle).used = true;
  return handle;
}

void Sessions::FreeCaptures(uint32_t handle) {
  const size_t base = (handle - 1) * plan_.captures.size();
  for (size_t c = 0; c < plan_.captures.size(); ++c) {
    if (present_[base + c] && plan_.captures[c].type.kind == Kind::kString)
      texts_.Free(static_cast<uint32_t>(captures_[base + c]));
    present_[base + c] = false;
    captures_[base + c] = 0;
  }
}

void Sessions::Free(uint32_t handle) {
  FreeCaptures(handle);
  At(handle) = Session();
  free_.push_back(handle);
}

void Sessions::Keep(uint32_t handle, const std::vector<std::pair<uint32_t, uint32_t>>& captures, const EventView& event,
                    const std::string& event_name) {
  const size_t base = (handle - 1) * plan_.captures.size();
  for (const auto& [capture, slot] : captures) {
    const size_t place = base + capture;
    if (present_[place] && plan_.captures[capture].type.kind == Kind::kString)
      texts_.Free(static_cast<uint32_t>(captures_[place]));
    const Value value = ReadOf(event, slot, event_name);
    present_[place] = !value.absent();
    captures_[place] = value.absent() ? 0 : texts_.ToBits(value);
  }
}

Value Sessions::Kept(uint32_t handle, uint32_t capture) const {
  const size_t place = (handle - 1) * plan_.captures.size() + capture;
  return present_[place] ? texts_.FromBits(plan_.captures[capture].type, captures_[place]) : Value();
}

bool Sessions::Accepts(const SessionSource& source, const EventView& event) {
  if (!source.where) return true;
  const Answer answer = source.where->Test(event.attributes, Time(), scratch_);
  if (answer >= Answer::kNoData) ++skipped_where_;
  return answer == Answer::kTrue;
}

void Sessions::Begin(uint32_t handle, const SessionSource& source, const EventView& event) {
  Session& session = At(handle);
  session.start = session.last = ToNanos(event.time);
  session.count = 1;
  ++open_;
  Keep(handle, source.first, event, source.event_name);
  Keep(handle, source.last, event, source.event_name);
}

bool Sessions::Take(const SessionSource& source, const EventView& event, uint32_t row, uint32_t* handle, Time closed,
                    SessionHost* host) {
  if (*handle == 0) *handle = New();
  const int64_t time = ToNanos(event.time);
  if (At(*handle).has_closed && time <= At(*handle).closed_until) {
    ++skipped_late_;
    return false;
  }
  if (At(*handle).count == 0) {
    Begin(*handle, source, event);
    if (End(*handle) <= closed) Close(*handle, row, host);
    return true;
  }
  if (SaturatingAdd(event.time, plan_.gap) < FromNanos(At(*handle).start)) {
    // Before the open one: it is over, and what is open goes on behind it.
    const uint32_t alone = New();
    Begin(alone, source, event);
    Close(alone, row, host);
    At(*handle).has_closed = true;
    At(*handle).closed_until = At(alone).closed_until;
    Free(alone);
    return true;
  }
  Session& session = At(*handle);
  ++session.count;
  if (time < session.start) {
    session.start = time;
    Keep(*handle, source.first, event, source.event_name);
  }
  if (time >= session.last) {
    session.last = time;
    Keep(*handle, source.last, event, source.event_name);
  }
  return true;
}

void Sessions::Close(uint32_t handle, uint32_t row, SessionHost* host) {
  const Session& session = At(handle);
  const Time end = End(handle);
  const Value own[] = {Value::Timestamp(FromNanos(session.start)), Value::Span(Span(session.start, session.last)),
                       Value::Int(static_cast<int64_t>(session.count))};
  values_.assign(std::begin(own), std::end(own));
  texts_of_values_.clear();
  texts_of_values_.reserve(plan_.emits.size());
  for (const EmitPlan& emit : plan_.emits) {
    if (emit.capture) {
      values_.push_back(Kept(handle, *emit.capture));
      continue;
    }
    const StepCondition& value = *emit.value;
    if (variables_.size() < value.slots) variables_.resize(value.slots);
    std::copy(std::begin(own), std::end(own), variables_.begin());
    for (const auto& [slot, capture] : value.kept) variables_[slot] = Kept(handle, capture);
    const Result result = value.expression.Evaluate(std::span(variables_).first(value.slots), Time(), scratch_);
    texts_of_values_.emplace_back(result.outcome == Outcome::kValue ? result.value : Value());
    values_.push_back(texts_of_values_.back().view());
  }
  host->OnClose(row, end, values_);
  FreeCaptures(handle);
  Session& over = At(handle);
  over.count = 0;
  over.has_closed = true;
  over.closed_until = ToNanos(end);
  --open_;
}

Time Sessions::Next(uint32_t handle) const {
  if (IsOpen(handle)) return End(handle);
  // An event of exactly its end may come as long as it is not late.
  return SaturatingAdd(SaturatingAdd(FromNanos(At(handle).closed_until), plan_.lateness), Duration(1));
}

void Sessions::CloseUpTo(Time t, uint32_t row, uint32_t* handle, SessionHost* host) {
  if (IsOpen(*handle) && End(*handle) <= t) Close(*handle, row, host);
  if (!IsOpen(*handle) && Next(*handle) <= t) Drop(handle);
}

void Sessions::Drop(uint32_t* handle) {
  if (*handle == 0) return;
  if (IsOpen(*handle)) --open_;
  Free(*handle);
  *handle = 0;
}

void Sessions::SaveCounters(ByteWriter* out) const {
  out->Put<uint64_t>(sessions_.size());
  out->PutVector(free_);
  out->Put(skipped_late_);
  out->Put(skipped_where_);
}

bool Sessions::LoadCounters(ByteReader* in) {
  const auto size = in->Get<uint64_t>();
  if (!in->GetVector(&free_) || size > UINT32_MAX || size - free_.size() > in->left()) return false;
  sessions_.resize(size);
  captures_.resize(size * plan_.captures.size());
  present_.resize(captures_.size());
  for (const uint32_t handle : free_) {
    if (handle - 1 >= size || At(handle).used) return false;
    At(handle).used = true;  // for now
  }
  skipped_late_ = in->Get<uint64_t>();
  skipped_where_ = in->Get<uint64_t>();
  return in->good();
}

bool Sessions::EndLoad() {
  if (!std::all_of(sessions_.begin(), sessions_.end(), [](const Session& session) { return session.used; }))
    return false;
  for (const uint32_t handle : free_) At(handle) = Session();
  return true;
}

void Sessions::Save(uint32_t handle, ByteWriter* out) const {
  const Session& session = At(handle);
  out->Put(handle);
  out->Put(session.start);
  out->Put(session.last);
  out->Put(session.closed_until);
  out->Put(session.count);
  out->Put<uint8_t>(session.has_closed);
  out->Put<uint8_t>(session.has_timer);
  out->Put(session.timer);
  for (uint32_t c = 0; c < plan_.captures.size(); ++c) PutValue(Kept(handle, c), out);
}

bool Sessions::Load(ByteReader* in, uint32_t* handle) {
  *handle = in->Get<uint32_t>();
  if (!in->good() || *handle - 1 >= sessions_.size() || At(*handle).used) return false;
  Session& session = At(*handle);
  session.used = true;
  session.start = in->Get<int64_t>();
  session.last = in->Get<int64_t>();
  session.closed_until = in->Get<int64_t>();
  session.count = in->Get<uint64_t>();
  const auto has_closed = in->Get<uint8_t>();
  const auto has_timer = in->Get<uint8_t>();
  session.timer = in->Get<int64_t>();
  if (!in->good() || session.start > session.last || has_closed > 1 || has_timer > 1 ||
      (session.count == 0 && has_closed == 0))
    return false;
  session.has_closed = has_closed != 0;
  session.has_timer = has_timer != 0;
  if (session.count > 0) ++open_;
  const size_t base = (*handle - 1) * plan_.captures.size();
  for (uint32_t c = 0; c < plan_.captures.size(); ++c) {
    const Value value = GetValue(in);
    if (value.absent()) continue;
    const Type type = plan_.captures[c].type;
    if (value.kind() != type.kind || (type.kind == Kind::kDecimal && value.digits() != type.digits)) return false;
    present_[base + c] = true;
    captures_[base + c] = texts_.ToBits(value);
  }
  return in->good();
}

void Sessions::TakeOver(const Sessions& old, uint32_t old_handle, uint32_t* handle) {
  *handle = New();
  At(*handle) = old.At(old_handle);
  At(*handle).has_timer = false;
  if (IsOpen(*handle)) ++open_;
  const size_t base = (*handle - 1) * plan_.captures.size();
  for (uint32_t c = 0; c < plan_.captures.size(); ++c) {
    const Value value = old.Kept(old_handle, c);
    if (value.absent()) continue;
    present_[base + c] = true;
    captures_[base + c] = texts_.ToBits(value);
  }
}

}  // namespace tocsin
