#include "tocsin/event/event.h"

#include <algorithm>

namespace tocsin {

Value* EventBatch::Add(uint32_t type, Time time, std::string_view id, size_t attribute_count, uint32_t source) {
  Value* attributes = values_.Take(attribute_count);
  std::fill_n(attributes, attribute_count, Value());  // the memory may have served before Clear
  EventView& view = views_.emplace_back();  // filled in place: an EventView made elsewhere and copied is much slower
  view.type = type;
  view.time = time;
  view.id = Own(id);
  view.attributes = {attributes, attribute_count};
  view.source = source;
  return attributes;
}

std::string_view EventBatch::Own(std::string_view text) {
  if (text.empty()) return {};
  char* copy = text_.Take(text.size());
  std::copy(text.begin(), text.end(), copy);
  return {copy, text.size()};
}

// Its memory is taken back by the next Clear: an event removed here is rare.
void EventBatch::RemoveLast() { views_.pop_back(); }

void EventBatch::Clear() {
  views_.clear();
  values_.Clear();
  text_.Clear();
}

}  // namespace tocsin
