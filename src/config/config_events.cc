// The section `events`: what may arrive, and what it carries.
#include <string>
#include <utility>

#include "config/map_reader.h"
#include "config/read_config.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

constexpr std::string_view kTypes = "string, int, double, bool, decimal(n), timestamp or duration";

// What other languages call the types.
constexpr std::pair<std::string_view, std::string_view> kOtherTypes[] = {
    {"str", "string"},         {"text", "string"},       {"varchar", "string"},     {"integer", "int"},
    {"int64", "int"},          {"long", "int"},          {"float", "double"},       {"number", "double"},
    {"real", "double"},        {"float64", "double"},    {"boolean", "bool"},       {"date", "timestamp"},
    {"datetime", "timestamp"}, {"time", "timestamp"},    {"decimal", "decimal(2)"}, {"money", "decimal(2)"},
    {"numeric", "decimal(2)"}, {"interval", "duration"},
};

void ReportType(const SourceText& text, Mistakes& mistakes) {
  const std::string& name = text.text();
  if (name.rfind("list", 0) == 0) {
    mistakes.Add(text, "lists as attributes are not supported yet");
    return;
  }
  if (name.rfind("decimal(", 0) == 0) {
    mistakes.Add(text, fmt::format("there is no type {}", Shown(name)), "the n of decimal(n) is 0 to 18 digits");
    return;
  }
  for (const auto& [theirs, ours] : kOtherTypes) {
    if (name == theirs) {
      mistakes.Add(text, fmt::format("there is no type {}", Shown(name)), fmt::format("did you mean '{}'?", ours));
      return;
    }
  }
  const std::string closest = ClosestName(name, {"string", "int", "double", "bool", "timestamp", "duration"});
  mistakes.Add(text, fmt::format("there is no type {}", Shown(name)),
               closest.empty() ? fmt::format("a type is {}", kTypes) : fmt::format("did you mean '{}'?", closest));
}

bool ReadType(const SourceText& text, AttributeSpec* attribute, Mistakes& mistakes) {
  const std::optional<Type> type = ParseType(text.text());
  if (!type) {
    ReportType(text, mistakes);
    return false;
  }
  attribute->type = *type;
  return true;
}

// A unit says in words what a number counts ("GBP"). Of a time it would change what the number means, so it is not
// ignored there.
void CheckUnit(MapReader& reader, const AttributeSpec& attribute, Mistakes& mistakes) {
  const std::optional<SourceText> unit = reader.Text("unit", "a text such as GBP");
  if (!unit) return;
  const Kind kind = attribute.type.kind;
  if (kind == Kind::kTimestamp || kind == Kind::kDuration) {
    mistakes.Add(*unit, fmt::format("the 'unit' of a {} is not supported yet", TypeName(attribute.type)));
  } else if (kind == Kind::kString || kind == Kind::kBool) {
    mistakes.Add(*unit, fmt::format("a {} has no unit", TypeName(attribute.type)), "remove it");
  }
}

// `country: string`, or `country: {type: string, from: attrs.country}`.
bool ReadAttribute(const YamlEntry& entry, AttributeSpec* attribute, Mistakes& mistakes) {
  static const MapKeys kKeys = {"an attribute", "{type: string}", {"type", "from", "min", "max", "unit"}, {"pii"}};
  attribute->name = entry.key.text();
  attribute->origin = entry.key;
  const YamlNode& node = entry.value;
  if (node.kind != YamlNode::Kind::kMap) {
    const std::optional<SourceText> type = ReadText(node, attribute->name, fmt::format("a type: {}", kTypes), mistakes);
    return type && ReadType(*type, attribute, mistakes);
  }
  MapReader reader(node, entry.key, kKeys, mistakes);
  reader.Require("type", "string");
  const std::optional<SourceText> type = reader.Text("type", fmt::format("a type: {}", kTypes));
  const bool typed = type && ReadType(*type, attribute, mistakes);
  if (const auto from = reader.Text("from", "a path into the record such as attrs.country"))
    attribute->from = from->text();
  attribute->min = reader.Number("min");
  attribute->max = reader.Number("max");
  if (typed) CheckUnit(reader, *attribute, mistakes);
  return typed;
}

}  // namespace

void ReadEvents(const YamlNode& section, ReadResult* result, Mistakes& mistakes) {
  for (const YamlEntry& entry :
       NamedEntries(section, "events", "refund: {customer: string, amount: double}", mistakes)) {
    EventSpec event;
    event.name = entry.key.text();
    event.origin = entry.key;
    const YamlNode& node = entry.value;
    // `visit: {}` and `visit:` are events that carry nothing but their time.
    if (node.kind != YamlNode::Kind::kMap && node.kind != YamlNode::Kind::kNull) {
      ReportKind(node, event.name, "a map of attributes such as {customer: string, amount: double}", mistakes);
      result->complete = false;
      continue;
    }
    for (const YamlEntry& item : node.entries) {
      AttributeSpec attribute;
      if (ReadAttribute(item, &attribute, mistakes)) {
        event.attributes.push_back(std::move(attribute));
      } else {
        result->complete = false;
      }
    }
    result->config.engine.events.push_back(std::move(event));
  }
  if (section.kind != YamlNode::Kind::kMap && section.kind != YamlNode::Kind::kNull) result->complete = false;
}

}  // namespace tocsin
