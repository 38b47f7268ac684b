#include "derive/step_names.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace tocsin {
namespace {

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Value ReadOf(const EventView& event, uint32_t slot, const std::string& event_name) {
  switch (slot) {
    case kTypeOfEvent:
      return Value::String(event_name);
    case kTimeOfEvent:
      return Value::Timestamp(event.time);
    case kIdOfEvent:
      return event.id.empty() ? Value() : Value::String(event.id);
    default:
      return event.attributes[slot];
  }
}

void StepNames::AddStep(uint32_t step, const std::string& name, const std::vector<uint32_t>& events,
                        const Catalog& catalog) {
  if (name.empty() || events.empty()) return;
  if (Contains(names_, name)) {
    if (!Contains(ambiguous_, name)) ambiguous_.push_back(name);
    return;
  }
  names_.push_back(name);
  for (const AttributeSpec& attribute : catalog.event(events.front()).attributes) {
    StepAttribute added{name + "." + attribute.name, attribute.type, step, {}};
    for (const uint32_t event : events) {
      const std::optional<uint32_t> slot = catalog.FindSlot(event, attribute.name);
      if (slot && catalog.event(event).attributes[*slot].type == attribute.type) added.slots.push_back(*slot);
    }
    if (added.slots.size() == events.size()) attributes_.push_back(std::move(added));
  }
  const auto add_own = [&](const char* own, Type type, uint32_t slot) {
    attributes_.push_back({name + "." + own, type, step, std::vector<uint32_t>(events.size(), slot)});
  };
  add_own("type", Kind::kString, kTypeOfEvent);
  add_own("time", Kind::kTimestamp, kTimeOfEvent);
  add_own("id", Kind::kString, kIdOfEvent);
}

void StepNames::AddTo(Environment* environment, uint32_t first_slot, uint32_t last) const {
  for (uint32_t i = 0; i < attributes_.size(); ++i) {
    const StepAttribute& attribute = attributes_[i];
    const std::string step = attribute.name.substr(0, attribute.name.rfind('.'));
    if (Contains(ambiguous_, step)) {
      environment->Forbid(attribute.name, fmt::format("two steps are called '{}': give them names with 'as'", step));
    } else if (attribute.step > last) {
      environment->Forbid(attribute.name, fmt::format("the step '{}' comes later in the sequence", step));
    } else {
      environment->Add(attribute.name, TypeInExpressions(attribute.type), first_slot + i);
    }
  }
}

}  // namespace tocsin
