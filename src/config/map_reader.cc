#include "config/map_reader.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "config/yaml_error.h"
#include "config/yaml_number.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace tocsin {
namespace {

// What people who know other tools write, and what it is called here.
constexpr std::pair<std::string_view, std::string_view> kOtherWords[] = {
    {"expr", "when"},
    {"condition", "when"},
    {"if", "when"},
    {"alerts", "rules"},
    {"groups", "rules"},
    {"group_by", "by"},
    {"filter", "where"},
    {"range", "window"},
    {"agg", "aggregate"},
    {"function", "aggregate"},
    {"description", "summary"},
    {"message", "summary"},
    {"annotations", "summary"},
    {"path", "from"},
    {"source", "from"},
    {"level", "severity"},
    {"priority", "severity"},
    {"hold", "for"},
    {"lateness", "allowed_lateness"},
    {"minimum", "min"},
    {"maximum", "max"},
    {"routes", "route"},
    {"notifiers", "receivers"},
    {"per", "by"},
    {"steps", "sequence"},
    {"timeout", "gap"},
    {"timezone", "zone"},
    {"tz", "zone"},
};

bool Contains(const std::vector<std::string_view>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string HintForUnknown(std::string_view key, const MapKeys& keys) {
  std::vector<std::string> known(keys.supported.begin(), keys.supported.end());
  known.insert(known.end(), keys.planned.begin(), keys.planned.end());
  const std::string closest = ClosestName(key, known);
  if (!closest.empty()) {
    return fmt::format("did you mean '{}'?{}", closest, Contains(keys.planned, closest) ? " (not supported yet)" : "");
  }
  for (const auto& [other, ours] : kOtherWords) {
    if (key == other && Contains(keys.supported, ours)) return fmt::format("here it is called '{}'", ours);
  }
  if (key == "calendar" && Contains(keys.supported, "window")) return "write window: {calendar: day}";
  const bool of_a_rule = Contains(keys.supported, "when");
  if (of_a_rule && (key == "notify" || key == "receiver" || key == "receivers" || key == "email" || key == "to"))
    return "who is told is said under 'receivers' and 'route', for all rules";
  return fmt::format("{} has {}", keys.where, fmt::join(keys.supported, ", "));
}

}  // namespace

std::string Shown(std::string_view text) {
  constexpr size_t kMost = 64;
  const std::string_view prefix = Utf8Prefix(text, kMost);
  std::string line = fmt::format("'{}{}'", prefix, prefix.size() < text.size() ? "…" : "");
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

void ReportKind(const YamlNode& node, std::string_view key, std::string_view kind, Mistakes& mistakes) {
  if (node.kind == YamlNode::Kind::kWrong || mistakes.Full()) return;
  if (node.kind == YamlNode::Kind::kNull) {
    mistakes.Add(node.text, fmt::format("'{}' has no value; it must be {}", key, kind),
                 node.commented ? "what follows the '#' is a comment; put a text that starts with '#' in quotes" : "");
    return;
  }
  std::string hint;
  const auto mentions = [kind](std::string_view word) { return kind.find(word) != std::string_view::npos; };
  if (node.flow && (mentions("a text") || mentions("a condition"))) {
    hint = fmt::format("one that starts with '{}' needs quotes", node.kind == YamlNode::Kind::kMap ? '{' : '[');
  }
  if (node.kind == YamlNode::Kind::kScalar && mentions("map") && !node.quoted) {
    hint = SpaceHint(node.text.text());
    if (!hint.empty()) hint = "there is no space after the ':'; " + hint;
  }
  const std::string_view found = node.kind == YamlNode::Kind::kMap    ? ", not a map"
                                 : node.kind == YamlNode::Kind::kList ? ", not a list"
                                                                      : "";
  mistakes.Add(node.text, fmt::format("'{}' must be {}{}", key, kind, found), std::move(hint));
}

std::optional<SourceText> ReadText(const YamlNode& node, std::string_view key, std::string_view kind,
                                   Mistakes& mistakes) {
  if (node.kind != YamlNode::Kind::kScalar) {
    ReportKind(node, key, kind, mistakes);
    return std::nullopt;
  }
  if (node.text.empty()) {
    mistakes.Add(node.text, fmt::format("'{}' is empty; it must be {}", key, kind));
    return std::nullopt;
  }
  return node.text;
}

const std::vector<YamlEntry>& NamedEntries(const YamlNode& node, std::string_view key, std::string_view example,
                                           Mistakes& mistakes) {
  // `rules:` with nothing below it is a section that has no entries yet.
  if (node.kind == YamlNode::Kind::kMap || node.kind == YamlNode::Kind::kNull) return node.entries;
  if (node.kind == YamlNode::Kind::kList) {
    mistakes.Add(node.text, fmt::format("'{}' must be a map from names, not a list", key),
                 fmt::format("write {}", example));
  } else {
    ReportKind(node, key, fmt::format("a map such as {}", example), mistakes);
  }
  static const std::vector<YamlEntry> kNone;
  return kNone;
}

std::vector<SourceText> ReadNames(const YamlNode& node, std::string_view key, Mistakes& mistakes,
                                  std::string_view example) {
  std::vector<SourceText> names;
  const std::string kind = fmt::format("a name, or a list of names such as {}", example);
  const auto add = [&](const YamlNode& name) {
    const auto text = ReadText(name, key, kind, mistakes);
    if (!text) return;
    if (text->text().find_first_of(", ") != std::string::npos) {
      mistakes.Add(*text, fmt::format("'{}' must be {}", key, kind),
                   text->text().find(',') != std::string::npos && text->text().size() < 80
                       ? fmt::format("write [{}]", text->text())
                       : "");
      return;
    }
    names.push_back(*text);
  };
  if (node.kind != YamlNode::Kind::kList) {
    add(node);
    return names;
  }
  for (const YamlNode& item : node.items) {
    if (item.kind == YamlNode::Kind::kNull) {
      mistakes.Add(item.text, fmt::format("a name is missing in '{}'", key));
    } else if (item.kind == YamlNode::Kind::kScalar) {
      add(item);
    } else {
      ReportKind(item, key, fmt::format("a list of names such as {}", example), mistakes);
    }
  }
  return names;
}

bool CheckName(const SourceText& name, std::string_view of_what, Mistakes& mistakes) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string meant = name.text();
  for (char& c : meant) {
    if (c == '-' || c == ' ' || c == '.') c = '_';
  }
  const auto is_name = [&](const std::string& text) {
    return !text.empty() && is_letter(text[0]) &&
           std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_digit(c); });
  };
  if (is_name(name.text())) return true;
  mistakes.Add(
      name,
      fmt::format("the name of {} {} is made of the letters a to z, digits and '_', and does not begin with a digit",
                  of_what.starts_with('a') ? "an" : "a", of_what),
      is_name(meant) && meant.size() < 80 ? fmt::format("write {}", meant) : "");
  return false;
}

MapReader::MapReader(const YamlNode& node, SourceText name, const MapKeys& keys, Mistakes& mistakes)
    : node_(node), name_(std::move(name)), keys_(keys), mistakes_(mistakes) {
  usable_ = node.kind == YamlNode::Kind::kMap;
  if (usable_) {
    CheckKeys();
  } else {
    ReportKind(node, name_.text(), fmt::format("a map such as {}", keys.example), mistakes);
  }
}

void MapReader::CheckKeys() {
  for (const YamlEntry& entry : node_.entries) {
    const std::string& key = entry.key.text();
    if (Contains(keys_.supported, key)) continue;
    refused_a_key_ = true;
    if (mistakes_.Full()) return;
    if (Contains(keys_.planned, key)) {
      mistakes_.Add(entry.key, fmt::format("{} is not supported yet", Shown(key)));
    } else {
      mistakes_.Add(entry.key, fmt::format("there is no {} in {}", Shown(key), keys_.where),
                    HintForUnknown(key, keys_));
    }
  }
}

const YamlNode* MapReader::Find(std::string_view key) const {
  if (!usable_) return nullptr;
  const YamlNode* node = node_.Find(key);
  return node == nullptr || node->kind == YamlNode::Kind::kWrong ? nullptr : node;
}

void MapReader::Require(std::string_view key, std::string_view example) {
  if (!usable_ || refused_a_key_ || node_.Find(key) != nullptr) return;
  mistakes_.Add(name_, fmt::format("{} has no '{}'", Shown(name_.text()), key),
                fmt::format("add one, such as '{}: {}'", key, example));
}

std::optional<SourceText> MapReader::Text(std::string_view key, std::string_view kind) {
  const YamlNode* node = Find(key);
  if (node == nullptr) return std::nullopt;
  return ReadText(*node, key, kind, mistakes_);
}

std::optional<Duration> MapReader::ReadDuration(std::string_view key, std::string_view kind) {
  const std::optional<SourceText> text = Text(key, kind);
  if (!text) return std::nullopt;
  return ParseDurationText(*text, key, mistakes_);
}

std::optional<bool> MapReader::Bool(std::string_view key) {
  constexpr std::string_view kKind = "true or false";
  const YamlNode* node = Find(key);
  if (node == nullptr) return std::nullopt;
  const std::optional<SourceText> text = ReadText(*node, key, kKind, mistakes_);
  if (!text) return std::nullopt;
  const std::string& word = text->text();
  if (!node->quoted && (word == "true" || word == "false")) return word == "true";
  static const std::vector<std::string_view> kYes = {"yes",  "Yes",  "YES", "on",   "On", "ON",
                                                     "True", "TRUE", "y",   "true", "1"};
  static const std::vector<std::string_view> kNo = {"no",    "No",    "NO", "off",   "Off", "OFF",
                                                    "False", "FALSE", "n",  "false", "0"};
  mistakes_.Add(*text, fmt::format("'{}' must be {}, not {}", key, kKind, Shown(word)),
                node->quoted && (word == "true" || word == "false") ? "without quotes"
                : Contains(kYes, word)                              ? "write true"
                : Contains(kNo, word)                               ? "write false"
                                                                    : "");
  return std::nullopt;
}

std::optional<double> MapReader::Number(std::string_view key) {
  const YamlNode* node = Find(key);
  if (node == nullptr) return std::nullopt;
  const std::optional<SourceText> text = ReadText(*node, key, "a number", mistakes_);
  if (!text) return std::nullopt;
  std::string hint;
  const std::optional<double> number = ParseNumberText(text->text(), &hint);
  if (number && !node->quoted) return number;
  mistakes_.Add(*text, fmt::format("'{}' must be a number, not {}", key, Shown(text->text())),
                number         ? "without quotes"
                : hint.empty() ? "numbers are written like 10, -0.5 or 1e6"
                               : hint);
  return std::nullopt;
}

}  // namespace tocsin
