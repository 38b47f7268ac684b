// The section `rules`: conditions, and what their alerts are called.
#include <algorithm>
#include <string>
#include <utility>

#include "config/map_reader.h"
#include "config/read_config.h"
#include "config/spec_values.h"
#include "fmt/format.h"
#include "tocsin/rule/turn_ring.h"

namespace tocsin {
namespace {

constexpr std::string_view kCondition = "a condition such as refunds_24h > 500";
constexpr std::string_view kTemplate = "a text such as \"refunds of {refunds_24h:.2f}\"";

// `when: {critical: refunds_24h > 500, warning: refunds_24h > 300}`.
bool ReadSeverities(const YamlNode& node, RuleSpec* rule, Mistakes& mistakes) {
  const auto is_bare = [](const YamlEntry& entry) { return entry.value.kind == YamlNode::Kind::kNull; };
  if (node.entries.empty() || (node.flow && std::all_of(node.entries.begin(), node.entries.end(), is_bare))) {
    ReportKind(node, "when", kCondition, mistakes);  // a condition in braces, which YAML takes for a map
    return false;
  }
  if (node.entries.size() > kMostSeverities) {
    mistakes.Add(node.text, fmt::format("a rule has at most {} severities", kMostSeverities));
    return false;
  }
  for (const YamlEntry& entry : node.entries) {
    const auto when = ReadText(entry.value, entry.key.text(), kCondition, mistakes);
    if (when) rule->severities.push_back({entry.key.text(), *when});
  }
  return rule->severities.size() == node.entries.size();
}

// Optional in a rule that looks at events.
bool ReadWhen(MapReader& reader, RuleSpec* rule, Mistakes& mistakes) {
  const YamlNode* node = reader.Find("when");
  if (node == nullptr) return false;
  if (node->kind == YamlNode::Kind::kMap) return ReadSeverities(*node, rule, mistakes);
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

void ReadWords(MapReader& reader, RuleSpec* rule, Mistakes& mistakes) {
  if (const auto text = reader.Text("summary", kTemplate)) rule->summary = *text;
  const YamlNode* node = reader.Find("annotations");
  if (node == nullptr) return;
  constexpr std::string_view kExample = "{runbook: \"https://wiki.example.com/refunds\"}";
  for (const YamlEntry& entry : NamedEntries(*node, "annotations", kExample, mistakes)) {
    const auto text = ReadText(entry.value, entry.key.text(), kTemplate, mistakes);
    if (CheckName(entry.key, "annotation", mistakes) && text) {
      rule->annotations.emplace_back(entry.key.text(), *text);
    }
  }
}

// `flapping: {changes: 6, within: 1h}`.
bool ReadFlapping(const YamlNode* node, RuleSpec* rule, Mistakes& mistakes) {
  if (node == nullptr) return true;
  static const SourceText kName("flapping");
  static const MapKeys kKeys = {"'flapping'", "{changes: 6, within: 1h}", {"changes", "within"}, {}};
  MapReader reader(*node, node->kind == YamlNode::Kind::kNull ? node->text : kName, kKeys, mistakes);
  if (!reader.usable()) return false;
  for (const std::string_view key : {"changes", "within"}) {
    if (node->Find(key) != nullptr || reader.refused_a_key()) continue;
    mistakes.Add(node->text, fmt::format("'flapping' has no '{}'", key), "write {changes: 6, within: 1h}");
  }
  const auto changes = ReadCount(reader, "changes", 1, TurnRing::kMost, mistakes);
  const auto within = ReadSpan(reader, "within", "a duration such as 1h", mistakes);
  if (changes && within) rule->flapping = FlappingSpec{*changes, *within};
  return changes && within;
}

void ReadTimes(MapReader& reader, RuleSpec* rule, Mistakes& mistakes) {
  if (const auto hold = reader.ReadDuration("for", "a duration such as 1h")) rule->hold = *hold;
  rule->keep_firing_for = reader.ReadDuration("keep_firing_for", "a duration such as 15m");
  rule->every = ReadSpan(reader, "every", "a duration such as 1h", mistakes);
}

void ReadNoData(MapReader& reader, RuleSpec* rule, Mistakes& mistakes) {
  constexpr OnNoData kMeanings[] = {OnNoData::kOk, OnNoData::kAlerting, OnNoData::kKeep};
  const auto meaning = ReadChoice(reader, "on_no_data", {"ok", "alerting", "keep"}, mistakes);
  if (meaning) rule->on_no_data = kMeanings[*meaning];
  rule->warm_up = ReadChoice(reader, "warm_up", {"wait", "ignore"}, mistakes).value_or(0) == 0;
}

// Of a rule that looks at single events. False when its names cannot be read.
bool ReadEventNames(MapReader& reader, const YamlNode& node, RuleSpec* rule, Mistakes& mistakes) {
  constexpr std::string_view kExample = "[order_cancelled, order_returned]";
  rule->events = ReadSomeNames(reader, "event", kExample, mistakes);
  rule->resolve_events = ReadSomeNames(reader, "resolve_event", kExample, mistakes);
  const YamlNode* by = reader.Find("by");
  if (by != nullptr) rule->by = ReadNames(*by, "by", mistakes);
  rule->tell_again = reader.Bool("tell_again").value_or(true);
  return !rule->events.empty() && (node.Find("resolve_event") == nullptr || !rule->resolve_events.empty());
}

// What has no meaning where it stands: it is told, not ignored.
bool RefuseContradictions(const YamlNode& node, Mistakes& mistakes) {
  constexpr std::string_view kOfEvents = "it belongs to a rule that looks at single events";
  bool good = RefuseBeside(node, "event",
                           {{"for", "a rule that looks at single events fires at the event"},
                            {"resolve_when", "it ends by 'resolve_event', or 'keep_firing_for' after the last event"},
                            {"every", "a rule that looks at single events follows each of them"},
                            {"flapping", "one event after the other is told as 'again'"}},
                           mistakes);
  good = RefuseWithout(node, "event",
                       {{"resolve_event", kOfEvents},
                        {"by", "the groups of a rule are those of the metrics that it reads"},
                        {"tell_again", kOfEvents}},
                       mistakes) &&
         good;
  good = RefuseBeside(node, "resolve_event", {{"keep_firing_for", "it ends at that event"}}, mistakes) && good;
  const YamlNode* when = node.Find("when");
  if (when == nullptr || when->kind != YamlNode::Kind::kMap) return good;
  const auto severity = std::find_if(node.entries.begin(), node.entries.end(),
                                     [](const YamlEntry& entry) { return entry.key.text() == "severity"; });
  if (severity == node.entries.end()) return good;
  mistakes.Add(severity->key, "'severity' does not go with a 'when' that is a map of severities", "leave it out");
  return false;
}

// False when the rule cannot be kept.
bool ReadRule(const YamlEntry& entry, RuleSpec* rule, Mistakes& mistakes) {
  static const MapKeys kKeys = {
      "a rule",
      "{when: refunds_24h > 500}",
      {"when", "resolve_when", "event", "resolve_event", "by", "scope", "for", "keep_firing_for", "every", "severity",
       "labels", "summary", "annotations", "on_no_data", "warm_up", "flapping", "tell_again"},
      {}};
  const YamlNode& node = entry.value;
  rule->name = entry.key.text();
  rule->origin = entry.key;
  MapReader reader(node, entry.key, kKeys, mistakes);
  const bool of_events = node.Find("event") != nullptr;
  if (!of_events) reader.Require("when", "refunds_24h > 500");
  bool usable = RefuseContradictions(node, mistakes);
  if (!of_events || node.Find("when") != nullptr) usable = ReadWhen(reader, rule, mistakes) && usable;
  if (of_events) usable = ReadEventNames(reader, node, rule, mistakes) && usable;
  if (const auto text = reader.Text("resolve_when", kCondition)) rule->resolve_when = *text;
  if (const auto text = reader.Text("scope", "a condition such as country == \"France\"")) rule->scope = *text;
  ReadTimes(reader, rule, mistakes);
  if (const auto text = reader.Text("severity", "a word such as critical")) rule->severity = text->text();
  ReadLabels(reader, rule, mistakes);
  ReadWords(reader, rule, mistakes);
  ReadNoData(reader, rule, mistakes);
  return ReadFlapping(reader.Find("flapping"), rule, mistakes) && usable;
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
