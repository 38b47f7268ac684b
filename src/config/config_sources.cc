// The section `sources`: how records that are not of the flat form become events.
#include <algorithm>
#include <string>
#include <utility>

#include "config/map_reader.h"
#include "config/read_config.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

constexpr std::string_view kPath = "a path into the record such as attrs.country";

// What people write for a unit of time, and what it is called here.
constexpr std::pair<std::string_view, TimeUnit> kUnits[] = {{"s", TimeUnit::kSeconds},
                                                            {"ms", TimeUnit::kMilliseconds},
                                                            {"us", TimeUnit::kMicroseconds},
                                                            {"ns", TimeUnit::kNanoseconds}};
constexpr std::pair<std::string_view, std::string_view> kOtherUnits[] = {
    {"sec", "s"},          {"second", "s"}, {"seconds", "s"},       {"milliseconds", "ms"}, {"millis", "ms"},
    {"millisecond", "ms"}, {"µs", "us"},    {"microseconds", "us"}, {"micros", "us"},       {"microsecond", "us"},
    {"nanoseconds", "ns"}, {"nanos", "ns"}, {"nanosecond", "ns"},
};

void ReadUnit(MapReader& reader, FieldSpec* field, Mistakes& mistakes) {
  const auto text = reader.Text("unit", "s, ms, us or ns");
  if (!text) return;
  for (const auto& [name, unit] : kUnits) {
    if (text->text() == name) field->unit = unit;
  }
  if (field->unit != TimeUnit::kNone) return;
  std::string hint;
  for (const auto& [theirs, ours] : kOtherUnits) {
    if (text->text() == theirs) hint = fmt::format("write {}", ours);
  }
  mistakes.Add(*text, fmt::format("'unit' must be s, ms, us or ns, not {}", Shown(text->text())), std::move(hint));
}

// `time: created`, or a map of what `keys` allows: a path or a constant, and how a time is written.
bool ReadField(const YamlNode& node, const SourceText& name, const MapKeys& keys, FieldSpec* field,
               Mistakes& mistakes) {
  if (node.kind != YamlNode::Kind::kMap) {
    const auto path = ReadText(node, name.text(), fmt::format("{}, or {}", kPath, keys.example), mistakes);
    if (path) field->path = *path;
    return path.has_value();
  }
  MapReader reader(node, name, keys, mistakes);
  const auto allowed = [&keys](std::string_view key) {
    return std::find(keys.supported.begin(), keys.supported.end(), key) != keys.supported.end();
  };
  if (allowed("const")) field->constant = reader.Text("const", "a text");
  if (allowed("unit")) ReadUnit(reader, field, mistakes);
  if (allowed("format")) {
    if (const auto format = reader.Text("format", "a format such as \"%Y-%m-%d\"")) field->format = *format;
  }
  const auto path = reader.Text("path", kPath);
  if (path) field->path = *path;
  if (!field->constant) {
    reader.Require("path", "created");
    return path.has_value();
  }
  if (path) mistakes.Add(*path, "a 'const' has no path");
  return !path;
}

void ReadId(const YamlNode& node, SourceSpec* source, Mistakes& mistakes) {
  constexpr std::string_view kId = "a path, or a list of paths such as [objectId, occurredAt]";
  if (node.kind == YamlNode::Kind::kList) {
    if (node.items.empty()) mistakes.Add(node.text, "the list of paths is empty", "leave 'id' out where there is none");
    for (const YamlNode& item : node.items) {
      if (const auto path = ReadText(item, "id", kId, mistakes)) source->id.push_back(*path);
    }
  } else if (const auto path = ReadText(node, "id", kId, mistakes)) {
    source->id.push_back(*path);
  }
}

void ReadAttributes(const YamlNode& node, SourceSpec* source, Mistakes& mistakes) {
  static const MapKeys kKeys = {
      "an attribute of a source", "{path: placed, unit: s}", {"path", "const", "unit", "format"}, {}};
  for (const YamlEntry& entry : NamedEntries(node, "attributes", "{amount: amount_usd}", mistakes)) {
    SourceAttribute attribute;
    attribute.name = entry.key;
    if (ReadField(entry.value, entry.key, kKeys, &attribute.field, mistakes)) {
      source->attributes.push_back(std::move(attribute));
    }
  }
}

SourceSpec ReadSource(const YamlEntry& entry, Mistakes& mistakes) {
  static const MapKeys kKeys = {
      "a source", "{type: event, time: {path: created, unit: s}}", {"type", "time", "id", "attributes", "where"}, {}};
  static const MapKeys kTypeKeys = {"a type", "{const: purchase}", {"path", "const"}, {}};
  static const MapKeys kTimeKeys = {"a time", "{path: created, unit: s}", {"path", "unit", "format"}, {}};
  SourceSpec source;
  source.name = entry.key.text();
  source.origin = entry.key;
  MapReader reader(entry.value, entry.key, kKeys, mistakes);
  for (const YamlEntry& item : entry.value.entries) {
    const std::string& key = item.key.text();
    if (item.value.kind == YamlNode::Kind::kWrong) continue;
    if (key == "type") ReadField(item.value, item.key, kTypeKeys, &source.type, mistakes);
    if (key == "time") ReadField(item.value, item.key, kTimeKeys, &source.time, mistakes);
    if (key == "id") ReadId(item.value, &source, mistakes);
    if (key == "attributes") ReadAttributes(item.value, &source, mistakes);
  }
  if (const auto where = reader.Text("where", "a path to a truth value, such as livemode")) {
    source.where = *where;
    if (where->text().find_first_of("=!<>()&|\"'") != std::string::npos) {
      mistakes.Add(*where, "the 'where' of a source is a path at which the record has true, not a condition",
                   "conditions belong in the 'where' of a metric");
      source.where = {};
    }
  }
  return source;
}

}  // namespace

void ReadSources(const YamlNode& section, ReadResult* result, Mistakes& mistakes) {
  for (const YamlEntry& entry :
       NamedEntries(section, "sources", "billing: {time: {path: created, unit: s}}", mistakes)) {
    CheckName(entry.key, "source", mistakes);
    result->config.sources.push_back(ReadSource(entry, mistakes));
  }
}

}  // namespace tocsin
