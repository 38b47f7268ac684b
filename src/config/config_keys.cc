// The sections `keys`, `profiles` and `limits`: what groups, what is known of a key, and how much is kept.
#include <limits>
#include <string>
#include <utility>

#include "config/map_reader.h"
#include "config/read_config.h"
#include "config/spec_values.h"

namespace tocsin {
namespace {

constexpr int64_t kMostExpressionBytes = 65'535;
constexpr int64_t kMostExpressionDepth = 1'000;
constexpr int64_t kMostExpressionSteps = 1'000'000'000;
constexpr int64_t kMostGroups = std::numeric_limits<int64_t>::max();

bool ReadProfile(const YamlEntry& entry, ProfileSpec* profile, Mistakes& mistakes) {
  static const MapKeys kKeys = {"a profile", "{from: identify, attributes: [segment]}", {"from", "attributes"}, {}};
  profile->key = entry.key.text();
  profile->origin = entry.key;
  MapReader reader(entry.value, entry.key, kKeys, mistakes);
  reader.Require("from", "identify");
  reader.Require("attributes", "[segment]");
  profile->events = ReadSomeNames(reader, "from", "[identify, update]", mistakes);
  profile->attributes = ReadSomeNames(reader, "attributes", "[segment]", mistakes);
  return !profile->events.empty() && !profile->attributes.empty();
}

}  // namespace

void ReadKeys(const YamlNode& section, ReadResult* result, Mistakes& mistakes) {
  static const MapKeys kKeys = {"a key", "{expire_after: 400d}", {"expire_after", "max_groups"}, {"pii"}};
  for (const YamlEntry& entry : NamedEntries(section, "keys", "customer: {expire_after: 400d}", mistakes)) {
    KeySpec key;
    key.name = entry.key.text();
    key.origin = entry.key;
    MapReader reader(entry.value, entry.key, kKeys, mistakes);
    key.expire_after = ReadSpan(reader, "expire_after", "a duration such as 400d", mistakes);
    key.max_groups = ReadCount(reader, "max_groups", 1, kMostGroups, mistakes);
    if (reader.usable()) result->config.engine.keys.push_back(std::move(key));
  }
}

void ReadProfiles(const YamlNode& section, ReadResult* result, Mistakes& mistakes) {
  constexpr std::string_view kExample = "customer: {from: identify, attributes: [segment]}";
  for (const YamlEntry& entry : NamedEntries(section, "profiles", kExample, mistakes)) {
    ProfileSpec profile;
    if (ReadProfile(entry, &profile, mistakes)) {
      result->config.engine.profiles.push_back(std::move(profile));
    } else {
      result->complete = false;
    }
  }
  if (section.kind != YamlNode::Kind::kMap && section.kind != YamlNode::Kind::kNull) result->complete = false;
}

void ReadLimits(const YamlNode& section, ReadResult* result, Mistakes& mistakes) {
  static const MapKeys kKeys = {"'limits'",
                                "{max_groups: 1000000}",
                                {"max_groups", "max_memory", "evidence_memory", "max_expression_bytes",
                                 "max_expression_depth", "max_expression_steps"},
                                {}};
  if (section.kind == YamlNode::Kind::kNull) return;
  MapReader reader(section, SourceText("limits"), kKeys, mistakes);
  LimitSpec& limits = result->config.engine.limits;
  limits.max_groups = ReadCount(reader, "max_groups", 1, kMostGroups, mistakes);
  limits.max_memory = ReadBytes(reader, "max_memory", mistakes);
  limits.evidence_memory = ReadBytes(reader, "evidence_memory", mistakes).value_or(limits.evidence_memory);
  ExpressionLimits& expressions = result->config.engine.expression_limits;
  const auto read = [&](std::string_view key, int64_t most, auto* limit) {
    const auto count = ReadCount(reader, key, 1, most, mistakes);
    if (count) *limit = static_cast<std::remove_reference_t<decltype(*limit)>>(*count);
  };
  read("max_expression_bytes", kMostExpressionBytes, &expressions.max_source_bytes);
  read("max_expression_depth", kMostExpressionDepth, &expressions.max_depth);
  read("max_expression_steps", kMostExpressionSteps, &expressions.max_cost);
}

}  // namespace tocsin
