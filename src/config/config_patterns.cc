// The sections `patterns` and `sessions`: events that are made of events.
#include <string>
#include <string_view>
#include <utility>

#include "config/map_reader.h"
#include "config/read_config.h"
#include "config/spec_values.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

constexpr std::string_view kSteps = "[order_placed, not order_delivered]";
constexpr std::string_view kCondition = "a condition such as amount > 100";
constexpr int64_t kMostTimes = 1000;

// "order_placed", or "not order_delivered".
bool ReadPlainStep(const YamlNode& node, StepSpec* step, Mistakes& mistakes) {
  SourceText name = node.text;
  constexpr std::string_view kNot = "not ";
  if (name.text().starts_with(kNot)) {
    step->absent = true;
    const size_t begin = name.text().find_first_not_of(' ', kNot.size());
    if (begin != std::string::npos) name = name.Sub(begin, name.text().size() - begin);
  }
  if (name.empty() || name.text().find_first_of(" ,[") != std::string::npos) {
    mistakes.Add(node.text,
                 fmt::format("{} is no step: a step is an event, or 'not' and an event", Shown(node.text.text())),
                 name.text().find('[') != std::string::npos ? "of several events write {not: [a, b]}" : "");
    return false;
  }
  step->events = {name};
  return true;
}

bool ReadFullStep(const YamlNode& node, StepSpec* step, Mistakes& mistakes) {
  static const SourceText kName("sequence");
  static const MapKeys kKeys = {
      "a step", "{event: login_failed, times: 3}", {"event", "not", "as", "times", "where"}, {}};
  MapReader reader(node, kName, kKeys, mistakes);
  const bool absent = node.Find("not") != nullptr;
  step->absent = absent;
  if (!absent && node.Find("event") == nullptr && !reader.refused_a_key())
    mistakes.Add(node.text, "a step has an 'event', or a 'not'", "write {event: login_failed, times: 3}");
  bool good = RefuseBeside(node, "not",
                           {{"event", "a step is an event that comes, or events that do not"},
                            {"times", "what must not come is not counted"},
                            {"as", "what must not come has no name"}},
                           mistakes);
  step->events = ReadSomeNames(reader, absent ? "not" : "event", "[order_paid, order_invoiced]", mistakes);
  if (const auto times = ReadCount(reader, "times", 1, kMostTimes, mistakes)) step->times = *times;
  if (const auto name = reader.Text("as", "a name such as first")) {
    step->name = *name;
    good = CheckName(*name, "step", mistakes) && good;
  }
  if (const auto where = reader.Text("where", kCondition)) step->where = *where;
  return good && !step->events.empty();
}

bool ReadStep(const YamlNode& node, StepSpec* step, Mistakes& mistakes) {
  step->origin = node.text;
  switch (node.kind) {
    case YamlNode::Kind::kScalar:
      return ReadPlainStep(node, step, mistakes);
    case YamlNode::Kind::kMap:
      return ReadFullStep(node, step, mistakes);
    case YamlNode::Kind::kList: {
      const size_t names = node.items.size();
      step->events = ReadNames(node, "sequence", mistakes, "[order_paid, order_invoiced]");
      if (names == 0) mistakes.Add(node.text, "a step names no event");
      return names > 0 && step->events.size() == names;
    }
    default:
      ReportKind(node, "sequence", fmt::format("a list of steps such as {}", kSteps), mistakes);
      return false;
  }
}

bool ReadSteps(const YamlNode& node, std::string_view key, std::vector<StepSpec>* steps, Mistakes& mistakes) {
  if (node.kind != YamlNode::Kind::kList) {
    ReportKind(node, key, fmt::format("a list of steps such as {}", kSteps), mistakes);
    return false;
  }
  bool good = true;
  for (const YamlNode& item : node.items) {
    StepSpec step;
    good = ReadStep(item, &step, mistakes) && good;
    steps->push_back(std::move(step));
  }
  return good;
}

// `emit: {state: order_placed.state}`.
bool ReadEmit(MapReader& reader, std::vector<EmitSpec>* emit, Mistakes& mistakes) {
  const YamlNode* node = reader.Find("emit");
  if (node == nullptr) return true;
  bool good = true;
  for (const YamlEntry& entry : NamedEntries(*node, "emit", "{state: order_placed.state}", mistakes)) {
    const auto text = ReadText(entry.value, entry.key.text(), "an expression such as order_placed.state", mistakes);
    good = CheckName(entry.key, "attribute", mistakes) && text && good;
    if (text) emit->emplace_back(entry.key.text(), *text);
  }
  return good && (node->kind == YamlNode::Kind::kMap);
}

bool ReadKeys(MapReader& reader, std::string_view key, std::vector<SourceText>* keys, Mistakes& mistakes) {
  const YamlNode* node = reader.Find(key);
  if (node == nullptr) return true;
  *keys = ReadNames(*node, key, mistakes);
  return node->kind != YamlNode::Kind::kList || keys->size() == node->items.size();
}

bool ReadPattern(const YamlEntry& entry, PatternSpec* pattern, Mistakes& mistakes) {
  static const MapKeys kKeys = {
      "a pattern",
      "{sequence: [order_placed, not order_delivered], within: 30d}",
      {"sequence", "funnel", "within", "by", "where", "emit", "overlap", "reorder", "window", "per"},
      {}};
  pattern->name = entry.key.text();
  pattern->origin = entry.key;
  MapReader reader(entry.value, entry.key, kKeys, mistakes);
  bool good = CheckName(entry.key, "pattern", mistakes) && reader.usable();
  pattern->funnel = entry.value.Find("funnel") != nullptr;
  const std::string_view steps = pattern->funnel ? "funnel" : "sequence";
  reader.Require(steps, kSteps);
  reader.Require("within", "30d");
  good = RefuseBeside(entry.value, "funnel", {{"sequence", "a funnel is a sequence"}, {"overlap", "a funnel has none"}},
                      mistakes) &&
         good;
  good = RefuseWithout(entry.value, "funnel",
                       {{"window", "it is for the metrics of a funnel"}, {"per", "it is for the metrics of a funnel"}},
                       mistakes) &&
         good;
  const YamlNode* sequence = reader.Find(steps);
  good = sequence != nullptr && ReadSteps(*sequence, steps, &pattern->sequence, mistakes) && good;
  pattern->window = ReadSpan(reader, "window", "a duration such as 7d", mistakes);
  good = ReadKeys(reader, "per", &pattern->per, mistakes) && good;
  pattern->within = ReadSpan(reader, "within", "a duration such as 30d", mistakes);
  if (const auto reorder = reader.ReadDuration("reorder", "a duration such as 1m")) pattern->reorder = *reorder;
  if (const auto where = reader.Text("where", "a condition such as order_placed.amount > 100")) pattern->where = *where;
  good = ReadKeys(reader, "by", &pattern->by, mistakes) && good;
  good = ReadEmit(reader, &pattern->emit, mistakes) && good;
  pattern->overlap = reader.Bool("overlap").value_or(true);
  return good && pattern->within.has_value();
}

bool ReadSession(const YamlEntry& entry, SessionSpec* session, Mistakes& mistakes) {
  static const MapKeys kKeys = {
      "a session", "{event: [visit, click], gap: 30m, by: [customer]}", {"event", "where", "gap", "by", "emit"}, {}};
  session->name = entry.key.text();
  session->origin = entry.key;
  MapReader reader(entry.value, entry.key, kKeys, mistakes);
  bool good = CheckName(entry.key, "session", mistakes) && reader.usable();
  reader.Require("event", "visit");
  reader.Require("gap", "30m");
  session->events = ReadSomeNames(reader, "event", "[visit, click]", mistakes);
  if (const auto where = reader.Text("where", kCondition)) session->where = *where;
  session->gap = ReadSpan(reader, "gap", "a duration such as 30m", mistakes);
  good = ReadKeys(reader, "by", &session->by, mistakes) && good;
  good = ReadEmit(reader, &session->emit, mistakes) && good;
  return good && session->gap.has_value() && !session->events.empty();
}

}  // namespace

void ReadPatterns(const YamlNode& section, ReadResult* result, Mistakes& mistakes) {
  constexpr std::string_view kExample = "undelivered: {sequence: [order_placed, not order_delivered], within: 30d}";
  for (const YamlEntry& entry : NamedEntries(section, "patterns", kExample, mistakes)) {
    PatternSpec pattern;
    if (ReadPattern(entry, &pattern, mistakes)) {
      result->config.engine.patterns.push_back(std::move(pattern));
    } else {
      result->complete = false;
    }
  }
  if (section.kind != YamlNode::Kind::kMap && section.kind != YamlNode::Kind::kNull) result->complete = false;
}

void ReadSessions(const YamlNode& section, ReadResult* result, Mistakes& mistakes) {
  constexpr std::string_view kExample = "visit_session: {event: visit, gap: 30m, by: [customer]}";
  for (const YamlEntry& entry : NamedEntries(section, "sessions", kExample, mistakes)) {
    SessionSpec session;
    if (ReadSession(entry, &session, mistakes)) {
      result->config.engine.sessions.push_back(std::move(session));
    } else {
      result->complete = false;
    }
  }
  if (section.kind != YamlNode::Kind::kMap && section.kind != YamlNode::Kind::kNull) result->complete = false;
}

}  // namespace tocsin
