// The sections `receivers` and `route`: who is told, and by what means. What a kind of notifier wants is its own affair
// (CheckNotifier); here its options are only read.
#include <string>
#include <utility>

#include "config/map_reader.h"
#include "config/read_config.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

constexpr std::string_view kExample = "[{email: {to: finance@example.com}}]";

// An option's value, or values: a list is the option repeated. An empty value is handed on as one, for the notifier to
// refuse in its own words. False when it can be no option's value at all.
bool ReadOption(const YamlEntry& entry, NotifierSpec* notifier, Mistakes& mistakes) {
  const std::string& name = entry.key.text();
  const auto add = [&](const YamlNode& value) {
    if (value.kind == YamlNode::Kind::kScalar || value.kind == YamlNode::Kind::kNull) {
      const size_t size = value.kind == YamlNode::Kind::kNull ? 0 : value.text.text().size();
      notifier->options.emplace_back(name, value.text.Sub(0, size));
      return true;
    }
    ReportKind(value, name, "a text, or a list of texts", mistakes);
    return false;
  };
  if (entry.value.kind != YamlNode::Kind::kList) return add(entry.value);
  if (entry.value.items.empty()) {
    mistakes.Add(entry.value.text, fmt::format("the list of '{}' is empty", name));
    return false;
  }
  bool usable = true;
  for (const YamlNode& item : entry.value.items) usable = add(item) && usable;
  return usable;
}

// `email: {to: …}`, `log: {}`, and `file: alerts.jsonl`, a value without a name, which goes by the kind's.
bool ReadNotifier(const YamlEntry& entry, NotifierSpec* notifier, Mistakes& mistakes) {
  notifier->kind = entry.key.text();
  notifier->origin = entry.key;
  const YamlNode& node = entry.value;
  if (node.kind == YamlNode::Kind::kScalar) return ReadOption(entry, notifier, mistakes);
  if (node.kind != YamlNode::Kind::kMap && node.kind != YamlNode::Kind::kNull) {
    ReportKind(node, notifier->kind, "a map of its options", mistakes);
    return false;
  }
  bool usable = true;
  for (const YamlEntry& option : node.entries) usable = ReadOption(option, notifier, mistakes) && usable;
  return usable;
}

// One entry of a receiver's list: a map of one kind and, later, what is common to all kinds.
void ReadEntry(const YamlNode& node, ReceiverSpec* receiver, Mistakes& mistakes) {
  if (node.kind != YamlNode::Kind::kMap) {
    if (node.kind == YamlNode::Kind::kScalar) {
      const std::string& kind = node.text.text();
      const bool name = kind.size() < 40 && kind.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
      mistakes.Add(node.text, fmt::format("{} stands here without its options", Shown(kind)),
                   fmt::format("write {{{}: {{…}}}}", name ? kind : "email"));
    } else {
      ReportKind(node, receiver->name, fmt::format("a list of maps such as {}", kExample), mistakes);
    }
    return;
  }
  size_t kinds = 0;
  for (const YamlEntry& entry : node.entries) {
    const std::string& name = entry.key.text();
    if (name == "fallback" || name == "max_per_hour" || name == "give_up_after" || name == "timeout") {
      mistakes.Add(entry.key, fmt::format("'{}' is not supported yet", name));
      continue;
    }
    if (++kinds == 2) {
      mistakes.Add(entry.key, "one entry of a receiver is one way to tell it",
                   fmt::format("begin a new entry: - {}: …", name));
    }
    NotifierSpec notifier;
    if (kinds == 1 && ReadNotifier(entry, &notifier, mistakes)) receiver->notifiers.push_back(std::move(notifier));
  }
}

}  // namespace

void ReadReceivers(const YamlNode& section, ReadResult* result, Mistakes& mistakes) {
  for (const YamlEntry& entry : NamedEntries(section, "receivers", fmt::format("finance: {}", kExample), mistakes)) {
    ReceiverSpec receiver;
    receiver.name = entry.key.text();
    receiver.origin = entry.key;
    const YamlNode& node = entry.value;
    if (node.kind == YamlNode::Kind::kList) {
      for (const YamlNode& item : node.items) ReadEntry(item, &receiver, mistakes);
    } else {
      ReportKind(node, receiver.name, fmt::format("a list such as {}", kExample), mistakes);
    }
    result->config.receivers.push_back(std::move(receiver));
  }
}

void ReadRoute(const YamlNode& section, ReadResult* result, Mistakes& mistakes) {
  static const MapKeys kKeys = {
      "a route",
      "{receiver: team}",
      {"receiver"},
      {"match", "group_by", "group_wait", "group_interval", "repeat_interval", "repeat_backoff", "continue",
       "mute_during", "active_during", "members", "tell_resolved", "tell_brief", "escalate", "ack_timeout", "routes"}};
  if (section.kind == YamlNode::Kind::kWrong) return;
  static const SourceText kName("route");
  MapReader reader(section, section.kind == YamlNode::Kind::kNull ? section.text : kName, kKeys, mistakes);
  if (reader.usable() && section.entries.empty()) {
    mistakes.Add(section.text, "'route' has no 'receiver'", "add 'receiver: ' and a name from 'receivers'");
  }
  if (const auto receiver = reader.Text("receiver", "the name of a receiver"))
    result->config.route.receiver = *receiver;
}

}  // namespace tocsin
