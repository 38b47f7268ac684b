#include "engine/reorder_buffer.h"

#include <cstring>
#include <new>
#include <span>
#include <string_view>

#include "event/value_io.h"

namespace tocsin {

void ReorderBuffer::Add(const EventView& event, uint64_t tag) {
  size_t bytes = sizeof(EventView) + event.attributes.size_bytes() + event.id.size();
  for (const Value& value : event.attributes)
    if (value.kind() == Kind::kString) bytes += value.AsString().size();
  size_t got = 0;
  const uint32_t block = pool_.Allocate(bytes, &got);

  auto* view = new (pool_.At(block)) EventView(event);
  auto* attributes = reinterpret_cast<Value*>(view + 1);
  char* text = reinterpret_cast<char*>(attributes + event.attributes.size());
  auto own = [&](std::string_view borrowed) {
    if (!borrowed.empty()) std::memcpy(text, borrowed.data(), borrowed.size());
    const std::string_view owned(text, borrowed.size());
    text += borrowed.size();
    return owned;
  };
  view->id = own(event.id);
  view->attributes = {attributes, event.attributes.size()};
  for (const Value& value : event.attributes)
    new (attributes++) Value(value.kind() == Kind::kString ? Value::String(own(value.AsString())) : value);

  heap_.push_back({event.time, arrivals_++, tag, block, static_cast<uint32_t>(bytes)});
  std::push_heap(heap_.begin(), heap_.end(), Later);
  SeenTime(event.time);
}

bool ReorderBuffer::Next(EventView* event, uint64_t* tag) {
  FreeGiven();
  if (heap_.empty() || *NextDue() > *newest_) return false;
  std::pop_heap(heap_.begin(), heap_.end(), Later);
  given_ = heap_.back();
  heap_.pop_back();
  *event = ViewOf(*given_);
  *tag = given_->tag;
  return true;
}

void ReorderBuffer::FreeGiven() {
  if (!given_) return;
  pool_.Free(given_->block, given_->bytes);
  given_.reset();
}

void ReorderBuffer::Clear() {
  newest_.reset();
  arrivals_ = 0;
  heap_.clear();
  given_.reset();
  pool_ = PanePool();
}

void ReorderBuffer::Save(ByteWriter* out) const {
  // In order, so that arrivals can be counted from the start again.
  std::vector<Held> ordered = heap_;
  std::sort(ordered.begin(), ordered.end(), [](const Held& a, const Held& b) { return Later(b, a); });
  out->Put<uint8_t>(newest_ ? 1 : 0);
  out->Put(newest_ ? ToNanos(*newest_) : 0);
  out->Put<uint64_t>(ordered.size());
  for (const Held& held : ordered) {
    const EventView& event = ViewOf(held);
    out->Put(held.tag);
    out->Put(event.type);
    out->Put(ToNanos(event.time));
    out->PutText(event.id);
    out->Put<uint64_t>(event.attributes.size());
    for (const Value& value : event.attributes) PutValue(value, out);
  }
}

EventView ReorderBuffer::ReadEvent(ByteReader* in, std::vector<Value>* attributes) {
  EventView event;
  event.type = in->Get<uint32_t>();
  event.time = FromNanos(in->Get<int64_t>());
  event.id = in->GetText();
  attributes->clear();
  for (uint64_t left = in->Get<uint64_t>(); left > 0 && in->good(); --left) attributes->push_back(GetValue(in));
  event.attributes = *attributes;
  return event;
}

}  // namespace tocsin
