#include "engine/plan_rule_events.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "engine/plan_stages.h"

namespace tocsin {
namespace {

std::vector<uint32_t> FindEvents(const RuleSpec& spec, const std::vector<SourceText>& names, const char* part,
                                 const Plan::Layout& layout, std::vector<Diagnostic>* diagnostics) {
  std::vector<uint32_t> found;
  for (const SourceText& name : names) {
    if (std::optional<uint32_t> event = layout.catalog.FindEvent(name.text())) {
      if (std::find(found.begin(), found.end(), *event) == found.end()) found.push_back(*event);
      continue;
    }
    std::vector<std::string> known;
    for (const EventSpec& event : layout.catalog.events()) known.push_back(event.name);
    const std::string closest = ClosestName(name.text(), known);
    diagnostics->push_back(
        name.Error(fmt::format("no event is named '{}'", name.text()),
                   closest.empty() ? "events are declared under 'events'" : fmt::format("did you mean '{}'?", closest),
                   Describe("rule", spec.name, part)));
  }
  return found;
}

Type InExpressions(Type type) { return type.kind == Kind::kDecimal ? Type(Kind::kDouble) : type; }

}  // namespace

std::optional<uint32_t> PlanRuleEvents(const RuleSpec& spec, Plan::Layout* layout, Groupings* groupings, Reader* reader,
                                       RulePlan* rule, std::vector<Diagnostic>* diagnostics) {
  const size_t before = diagnostics->size();
  const std::vector<uint32_t> events = FindEvents(spec, spec.events, "event", *layout, diagnostics);
  rule->resolve_events = FindEvents(spec, spec.resolve_events, "resolve_event", *layout, diagnostics);
  if (diagnostics->size() != before) return std::nullopt;
  std::vector<uint32_t> all = events;
  all.insert(all.end(), rule->resolve_events.begin(), rule->resolve_events.end());
  // For a pattern the pattern's.
  const std::vector<SourceText> by = spec.by.empty() ? KeysOfDerived(*layout, events) : spec.by;
  std::optional<uint32_t> grouping = groupings->Find(by, all, Describe("rule", spec.name, "by"));
  if (!grouping) return std::nullopt;

  for (uint32_t event : events) rule->events.push_back({event, {}});
  auto add = [&](const std::string& name, Type type, auto&& slot_in) {
    reader->AddEventName("event." + name, type, static_cast<uint32_t>(rule->events.front().slots.size()));
    for (EventSlots& slots : rule->events) slots.slots.push_back(slot_in(slots.event));
  };
  for (const AttributeSpec& attribute : layout->catalog.event(events.front()).attributes) {
    const bool common = std::all_of(events.begin(), events.end(), [&](uint32_t event) {
      std::optional<uint32_t> slot = layout->catalog.FindSlot(event, attribute.name);
      return slot &&
             InExpressions(layout->catalog.event(event).attributes[*slot].type) == InExpressions(attribute.type);
    });
    if (!common) continue;
    add(attribute.name, InExpressions(attribute.type),
        [&](uint32_t event) { return *layout->catalog.FindSlot(event, attribute.name); });
  }
  auto add_own = [&](const std::string& name, Type type, uint32_t slot) {
    const auto& attributes = layout->catalog.event(events.front()).attributes;
    const bool taken = std::any_of(attributes.begin(), attributes.end(),
                                   [&](const AttributeSpec& attribute) { return attribute.name == name; });
    if (!taken) add(name, type, [slot](uint32_t) { return slot; });
  };
  add_own("type", Kind::kString, kEventTypeSlot);
  add_own("time", Kind::kTimestamp, kEventTimeSlot);
  add_own("id", Kind::kString, kEventIdSlot);
  return grouping;
}

}  // namespace tocsin
