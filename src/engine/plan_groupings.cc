#include "engine/plan_groupings.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "metric/group_key.h"

namespace tocsin {

std::optional<Kind> Groupings::KindOf(const SourceText& key, const Events& events, const std::string& description) {
  auto complain = [&](std::string message, std::string hint = {}) {
    diagnostics_.push_back(key.Error(std::move(message), std::move(hint), description));
    return std::nullopt;
  };
  if (key.text().rfind("profile.", 0) == 0) return KindOfProfile(key, events, description);
  for (const EventSpec* event : events) {
    const EventSpec& spec = *event;
    const auto named = std::find_if(spec.attributes.begin(), spec.attributes.end(),
                                    [&](const AttributeSpec& attribute) { return attribute.name == key.text(); });
    if (named == spec.attributes.end()) {
      std::vector<std::string> names;
      for (const AttributeSpec& attribute : spec.attributes) names.push_back(attribute.name);
      const std::string closest = ClosestName(key.text(), names);
      return complain(fmt::format("the event '{}' has no attribute '{}' to group by", spec.name, key.text()),
                      closest.empty() ? "" : fmt::format("did you mean '{}'?", closest));
    }
    const Type type = named->type;
    if (!IsKeyKind(type.kind)) {
      return complain(
          fmt::format("'{}' is a {}, and only strings, ints and bools can group", key.text(), TypeName(type)));
    }
    auto [known, added] = kinds_.emplace(key.text(), type.kind);
    if (!added && known->second != type.kind) {
      return complain(fmt::format("the key '{}' is a {} here and a {} in another event", key.text(), TypeName(type),
                                  TypeName(known->second)),
                      "a key must have one type everywhere");
    }
  }
  return kinds_[key.text()];
}

// An attribute of a profile groups the events that have the profile's key.
std::optional<Kind> Groupings::KindOfProfile(const SourceText& key, const Events& events,
                                             const std::string& description) {
  auto complain = [&](std::string message, std::string hint = {}) {
    diagnostics_.push_back(key.Error(std::move(message), std::move(hint), description));
    return std::nullopt;
  };
  const std::string attribute = key.text().substr(std::string_view("profile.").size());
  std::vector<std::string> names;
  for (const ProfileSpec& profile : layout_.spec.profiles) {
    for (const SourceText& one : profile.attributes) {
      names.push_back("profile." + one.text());
      if (one.text() != attribute) continue;
      for (const EventSpec* event : events) {
        const auto& attributes = event->attributes;
        // A match says of which of these groups it is, without saying whose.
        if (std::any_of(attributes.begin(), attributes.end(),
                        [&](const AttributeSpec& its) { return its.name == profile.key || its.name == key.text(); }))
          continue;
        return complain(fmt::format("the event '{}' has no attribute '{}', of whom '{}' is known", event->name,
                                    profile.key, key.text()));
      }
      for (const SourceText& source : profile.events) {
        const std::optional<uint32_t> event = layout_.catalog.FindEvent(source.text());
        const std::optional<uint32_t> slot = event ? layout_.catalog.FindSlot(*event, attribute) : std::nullopt;
        if (!slot) continue;
        const Type type = layout_.catalog.event(*event).attributes[*slot].type;
        if (IsKeyKind(type.kind)) return type.kind;
        return complain(
            fmt::format("'{}' is a {}, and only strings, ints and bools can group", key.text(), TypeName(type)));
      }
    }
  }
  const std::string closest = ClosestName(key.text(), names);
  return complain(
      fmt::format("no profile has an attribute '{}'", attribute),
      closest.empty() ? "profiles are declared under 'profiles'" : fmt::format("did you mean '{}'?", closest));
}

std::optional<uint32_t> Groupings::Find(const std::vector<SourceText>& by, const std::vector<uint32_t>& events,
                                        const std::string& description) {
  Events specs;
  for (const uint32_t event : events) specs.push_back(&layout_.catalog.event(event));
  return Find(by, specs, description);
}

std::optional<uint32_t> Groupings::FindFor(const std::vector<SourceText>& by, const EventSpec& event,
                                           const std::string& description) {
  return Find(by, Events{&event}, description);
}

std::optional<uint32_t> Groupings::Find(const std::vector<SourceText>& by, const Events& events,
                                        const std::string& description) {
  std::map<std::string, Kind> keys;
  bool good = true;
  for (const SourceText& key : by) {
    std::optional<Kind> kind = KindOf(key, events, description);
    if (!kind) {
      good = false;
    } else if (!keys.emplace(key.text(), *kind).second) {
      diagnostics_.push_back(key.Error(fmt::format("'{}' is named twice", key.text()), "", description));
      good = false;
    }
  }
  if (!good) return std::nullopt;
  std::vector<std::string> names;
  std::vector<Kind> kinds;
  for (const auto& [name, kind] : keys) {
    names.push_back(name);
    kinds.push_back(kind);
  }
  return Of(std::move(names), std::move(kinds));
}

uint32_t Groupings::Of(std::vector<std::string> keys, std::vector<Kind> kinds) {
  GroupingPlan grouping;
  grouping.keys = std::move(keys);
  grouping.kinds = std::move(kinds);
  auto [found, added] = by_keys_.emplace(grouping.keys, static_cast<uint32_t>(layout_.groupings.size()));
  if (added) layout_.groupings.push_back(std::move(grouping));
  return found->second;
}

}  // namespace tocsin
