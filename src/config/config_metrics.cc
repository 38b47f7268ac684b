// The section `metrics`: values over windows of events, and expressions over other metrics, for every group.
#include <limits>
#include <string>
#include <utility>

#include "config/map_reader.h"
#include "config/read_config.h"
#include "config/spec_values.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

// `{calendar: day, zone: Asia/Shanghai, closed: true}`. False when it cannot be read.
bool ReadCalendar(const YamlNode& node, MetricSpec* metric, Mistakes& mistakes) {
  static const MapKeys kKeys = {
      "a 'window' as a map", "{calendar: day, zone: Asia/Shanghai}", {"calendar", "zone", "closed"}, {}};
  MapReader reader(node, node.text, kKeys, mistakes);
  if (!reader.usable()) return false;
  if (node.Find("calendar") == nullptr && !reader.refused_a_key())
    mistakes.Add(node.text, "this 'window' has no 'calendar'", "add one, such as 'calendar: day', or give a duration");
  const auto unit = ReadChoice(reader, "calendar", {"hour", "day", "week", "month"}, mistakes);
  CalendarSpec calendar;
  const auto zone = reader.Text("zone", "the IANA name of a time zone, such as Asia/Shanghai");
  if (zone) calendar.zone = *zone;
  calendar.closed = reader.Bool("closed").value_or(false);
  if (!unit || (!zone && node.Find("zone") != nullptr)) return false;
  calendar.unit = static_cast<CalendarUnit>(*unit);
  metric->calendar = std::move(calendar);
  return true;
}

// `window: 24h`, `window: all`, `window: {calendar: day}`. False when it cannot be read.
bool ReadWindow(MapReader& reader, MetricSpec* metric, Mistakes& mistakes) {
  const YamlNode* node = reader.Find("window");
  if (node == nullptr) return true;
  if (node->kind == YamlNode::Kind::kMap) return ReadCalendar(*node, metric, mistakes);
  const auto text = ReadText(*node, "window", "a duration such as 24h, or all", mistakes);
  if (!text) return false;
  if (text->text() == "all") return true;
  if (ClosestName(text->text(), {"all"}) == "all") {
    mistakes.Add(*text, fmt::format("'window' must be a duration such as 24h, or all, not {}", Shown(text->text())),
                 "did you mean 'all'?");
    return false;
  }
  constexpr std::pair<std::string_view, std::string_view> kUnits[] = {
      {"hour", "1h"}, {"day", "24h"}, {"week", "7d"}, {"month", "30d"}, {"today", "24h"}};
  for (const auto& [word, span] : kUnits) {
    if (text->text() != word) continue;
    mistakes.Add(*text, fmt::format("'window' must be a duration such as 24h, or all, not {}", Shown(word)),
                 fmt::format("write {}, or {{calendar: {}}} for a period of the calendar", span,
                             word == "today" ? "day" : word));
    return false;
  }
  metric->window = ParseDurationText(*text, "window", mistakes);
  if (metric->window && *metric->window == Duration::zero()) {
    mistakes.Add(*text, "a 'window' must be longer than 0", "leave it out, or write all, to count everything");
    metric->window.reset();
  }
  return metric->window.has_value();
}

void ReadResolution(MapReader& reader, MetricSpec* metric, Mistakes& mistakes) {
  constexpr std::string_view kKind = "auto, exact, or a duration such as 1m";
  const auto text = reader.Text("resolution", kKind);
  if (!text || text->text() == "auto") return;
  if (text->text() == "exact") {
    metric->resolution.kind = Resolution::Kind::kExact;
    return;
  }
  const std::string closest = ClosestName(text->text(), {"auto", "exact"});
  if (!closest.empty()) {
    mistakes.Add(*text, fmt::format("'resolution' must be {}, not {}", kKind, Shown(text->text())),
                 fmt::format("did you mean '{}'?", closest));
    return;
  }
  if (const auto width = ParseDurationText(*text, "resolution", mistakes)) {
    metric->resolution.kind = Resolution::Kind::kFixed;
    metric->resolution.width = *width;
  }
}

// False when a key of the grouping had to be left out. An empty list is one group, as no list is.
bool ReadBy(MapReader& reader, MetricSpec* metric, Mistakes& mistakes) {
  const YamlNode* node = reader.Find("by");
  if (node == nullptr) return true;
  metric->by = ReadNames(*node, "by", mistakes);
  return node->kind == YamlNode::Kind::kList ? metric->by.size() == node->items.size() : !metric->by.empty();
}

bool RefuseContradictions(const YamlNode& node, Mistakes& mistakes) {
  if (node.Find("parts") != nullptr) {
    constexpr std::string_view kItsParts = "a score is made of its parts, and these of other metrics";
    return RefuseBeside(node, "parts",
                        {{"event", kItsParts},
                         {"value", kItsParts},
                         {"over", kItsParts},
                         {"aggregate", kItsParts},
                         {"where", kItsParts},
                         {"window", kItsParts},
                         {"last", kItsParts},
                         {"by", "its groups are those of the metrics that it reads"},
                         {"resolution", kItsParts}},
                        mistakes);
  }
  constexpr std::string_view kNoEvents = "an expression reads other metrics; what counts events is a metric of its own";
  constexpr std::string_view kItsMetrics = "the metrics that it reads have their own";
  bool good = RefuseBeside(node, "value",
                           {{"event", kNoEvents},
                            {"aggregate", kNoEvents},
                            {"where", kNoEvents},
                            {"over", "a metric is either an expression or a rollup"},
                            {"window", kItsMetrics},
                            {"last", kItsMetrics},
                            {"by", "its groups are those of the metrics that it reads"},
                            {"resolution", kItsMetrics}},
                           mistakes);
  if (node.Find("value") != nullptr) return good;
  if (node.Find("over") != nullptr) {
    constexpr std::string_view kItsGroups = "a rollup puts together what the groups of its metric have now";
    return RefuseBeside(node, "over",
                        {{"event", "what counts events is a metric of its own"},
                         {"window", kItsGroups},
                         {"last", kItsGroups},
                         {"resolution", kItsGroups},
                         {"every", "it follows each change of its groups"}},
                        mistakes) &&
           good;
  }
  good = RefuseBeside(node, "last",
                      {{"window", "a window holds so much time, or so many of the last events"},
                       {"resolution", "the last so many events are kept one by one"}},
                      mistakes);
  return RefuseWithout(node, "value", {{"every", "what counts events follows each of them"}}, mistakes) && good;
}

// `{over: idle, where: idle >= days(60), aggregate: count}`.
bool ReadRollup(MapReader& reader, MetricSpec* metric, Mistakes& mistakes) {
  reader.Require("aggregate", "count");
  const auto over = reader.Text("over", "the name of a metric that is kept by more keys");
  if (over) metric->over = *over;
  const auto aggregate = reader.Text("aggregate", "an aggregate such as count or mean");
  if (aggregate) metric->aggregate = *aggregate;
  const auto where = reader.Text("where", "a condition such as idle >= days(60)");
  if (where) metric->where = *where;
  return ReadBy(reader, metric, mistakes) && over && aggregate;
}

bool ReadExpression(MapReader& reader, MetricSpec* metric, Mistakes& mistakes) {
  const auto value = reader.Text("value", "an expression such as refunds_7d / sales_7d");
  if (value) metric->value = *value;
  metric->every = ReadSpan(reader, "every", "a duration such as 1h", mistakes);
  return value.has_value();
}

bool ReadAggregate(MapReader& reader, MetricSpec* metric, Mistakes& mistakes) {
  reader.Require("event", "refund");
  reader.Require("aggregate", "count");
  metric->events = ReadSomeNames(reader, "event", "[order_placed, order_delivered]", mistakes);
  const auto aggregate = reader.Text("aggregate", "an aggregate such as count or sum(amount)");
  if (aggregate) metric->aggregate = *aggregate;
  const auto where = reader.Text("where", "a condition such as amount > 1000");
  if (where) metric->where = *where;
  metric->last = ReadCount(reader, "last", 1, std::numeric_limits<int32_t>::max(), mistakes);
  const bool grouped = ReadBy(reader, metric, mistakes);
  const bool window_known = ReadWindow(reader, metric, mistakes);
  ReadResolution(reader, metric, mistakes);
  if (!window_known) metric->resolution = {};  // whether it divides the window cannot be said
  return aggregate && grouped && !metric->events.empty();
}

bool ReadPart(const YamlEntry& entry, PartSpec* part, Mistakes& mistakes) {
  static const MapKeys kKeys = {
      "a part", "{value: visits_7d, bad: 0, good: 10}", {"value", "weight", "bad", "good"}, {}};
  part->name = entry.key.text();
  part->origin = entry.key;
  MapReader reader(entry.value, entry.key, kKeys, mistakes);
  reader.Require("value", "visits_7d");
  const bool named = CheckName(entry.key, "part", mistakes);
  const auto value = reader.Text("value", "an expression such as visits_7d");
  if (value) part->value = *value;
  part->weight = reader.Number("weight").value_or(part->weight);
  part->bad = reader.Number("bad").value_or(part->bad);
  part->good = reader.Number("good").value_or(part->good);
  return named && value;
}

// `{parts: {usage: {value: visits_7d, bad: 0, good: 10, weight: 2}, survey: {value: csat}}}`.
bool ReadScore(MapReader& reader, const YamlNode& node, MetricSpec* metric, Mistakes& mistakes) {
  metric->every = ReadSpan(reader, "every", "a duration such as 1h", mistakes);
  bool complete = true;
  const YamlNode& parts = *node.Find("parts");
  if (parts.kind == YamlNode::Kind::kNull || (parts.kind == YamlNode::Kind::kMap && parts.entries.empty()))
    mistakes.Add(metric->origin, fmt::format("the score '{}' has no parts", metric->name),
                 "add one, such as 'usage: {value: visits_7d, good: 10}'");
  for (const YamlEntry& entry : NamedEntries(parts, "parts", "usage: {value: visits_7d, bad: 0, good: 10}", mistakes)) {
    PartSpec part;
    complete = ReadPart(entry, &part, mistakes) && complete;
    metric->parts.push_back(std::move(part));
  }
  return complete && !metric->parts.empty();
}

// False when a plan of the rest would speak of what is missing here.
bool ReadMetric(const YamlEntry& entry, MetricSpec* metric, Mistakes& mistakes) {
  static const MapKeys kKeys = {
      "a metric",
      "{event: refund, aggregate: count}",
      {"event", "value", "over", "parts", "aggregate", "where", "window", "last", "by", "resolution", "every"},
      {}};
  metric->name = entry.key.text();
  metric->origin = entry.key;
  MapReader reader(entry.value, entry.key, kKeys, mistakes);
  const bool named = CheckName(entry.key, "metric", mistakes);
  const bool consistent = RefuseContradictions(entry.value, mistakes);
  const bool complete = entry.value.Find("parts") != nullptr   ? ReadScore(reader, entry.value, metric, mistakes)
                        : entry.value.Find("value") != nullptr ? ReadExpression(reader, metric, mistakes)
                        : entry.value.Find("over") != nullptr  ? ReadRollup(reader, metric, mistakes)
                                                               : ReadAggregate(reader, metric, mistakes);
  return complete && named && consistent;
}

}  // namespace

void ReadMetrics(const YamlNode& section, ReadResult* result, Mistakes& mistakes) {
  constexpr std::string_view kExample = "refunds_24h: {event: refund, aggregate: sum(amount), window: 24h}";
  for (const YamlEntry& entry : NamedEntries(section, "metrics", kExample, mistakes)) {
    MetricSpec metric;
    if (ReadMetric(entry, &metric, mistakes)) {
      result->config.engine.metrics.push_back(std::move(metric));
    } else {
      result->complete = false;
    }
  }
  if (section.kind != YamlNode::Kind::kMap && section.kind != YamlNode::Kind::kNull) result->complete = false;
}

}  // namespace tocsin
