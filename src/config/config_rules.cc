// The section `rules`: conditions, and what their alerts are called.
#include <string>
#include <utility>

#include "config/map_reader.h"
#include "config/read_config.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

constexpr std::string_view kCondition = "a condition such as refunds_24h > 500";

bool ReadWhen(MapReader& reader, RuleSpec* rule, Mistakes& mistakes) {
  const YamlNode* node = reader.Find("when");
  if (node == nullptr) return false;
  if (node->kind == YamlNode::Kind::kMap && !node->entries.empty()) {
    mistakes.Add(node->text, "'when' as a map of severities is not supported yet",
                 "give one condition; one that starts with '{' needs quotes");
    return false;
  }
  const auto when = ReadText(*node, "when", kCondition, mistakes);
  if (when) rule->when = *when;
  return when.has_value();
}

void ReadLabels(MapReader& reader, RuleSpec* rule, Mistakes& mistakes) {
  const YamlNode* node = reader.Find("labels");
  if (node == nullptr) return;
  for (const YamlEntry& entry : NamedEntries(*node, "labels", "{department: finance}", mistakes)) {
    const std::string& name = entry.key.text();
    if (name == "severity" || name == "rule") {
      mistakes.Add(entry.key, fmt::format("a label cannot be called '{}': every alert has its own", name),
                   name == "severity" ? "write 'severity:' beside 'labels:'" : "the rule's name is there without it");
      continue;
    }
    const auto value = ReadText(entry.value, name, "a text", mistakes);
    if (CheckName(entry.key, "label", mistakes) && value) rule->labels.emplace_back(name, value->text());
  }
}

// False when the rule cannot be kept.
bool ReadRule(const YamlEntry& entry, RuleSpec* rule, Mistakes& mistakes) {
  static const MapKeys kKeys = {"a rule",
                                "{when: refunds_24h > 500}",
                                {"when", "resolve_when", "for", "severity", "labels", "summary"},
                                {"event", "resolve_event", "by", "scope", "keep_firing_for", "every", "annotations",
                                 "on_no_data", "warm_up", "flapping", "tell_again"}};
  rule->name = entry.key.text();
  rule->origin = entry.key;
  MapReader reader(entry.value, entry.key, kKeys, mistakes);
  reader.Require("when", "refunds_24h > 500");
  const bool usable = ReadWhen(reader, rule, mistakes);
  if (const auto text = reader.Text("resolve_when", kCondition)) rule->resolve_when = *text;
  if (const auto hold = reader.ReadDuration("for", "a duration such as 1h")) rule->hold = *hold;
  if (const auto text = reader.Text("severity", "a word such as critical")) rule->severity = text->text();
  ReadLabels(reader, rule, mistakes);
  if (const auto text = reader.Text("summary", "a text such as \"refunds of {refunds_24h:.2f}\""))
    rule->summary = *text;
  // What looks at single events reads names that a rule over metrics does not have.
  return usable && entry.value.Find("event") == nullptr;
}

}  // namespace

void ReadRules(const YamlNode& section, ReadResult* result, Mistakes& mistakes) {
  constexpr std::string_view kExample = "RefundSpike: {when: refunds_24h > 500}";
  for (const YamlEntry& entry : NamedEntries(section, "rules", kExample, mistakes)) {
    RuleSpec rule;
    if (ReadRule(entry, &rule, mistakes)) result->config.engine.rules.push_back(std::move(rule));
  }
}

}  // namespace tocsin
