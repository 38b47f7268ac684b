// The section `metrics`: values over windows of events, for every group.
#include <algorithm>
#include <string>
#include <utility>

#include "config/map_reader.h"
#include "config/read_config.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

// `window: 24h`, `window: all`. False when it cannot be read.
bool ReadWindow(MapReader& reader, MetricSpec* metric, Mistakes& mistakes) {
  const YamlNode* node = reader.Find("window");
  if (node == nullptr) return true;
  if (node->kind == YamlNode::Kind::kMap) {
    mistakes.Add(node->text, "a 'window' as a map (a calendar period) is not supported yet",
                 "give a duration such as 24h, or all");
    return false;
  }
  const auto text = ReadText(*node, "window", "a duration such as 24h, or all", mistakes);
  if (!text) return false;
  if (text->text() == "all") return true;
  if (ClosestName(text->text(), {"all"}) == "all") {
    mistakes.Add(*text, fmt::format("'window' must be a duration such as 24h, or all, not {}", Shown(text->text())),
                 "did you mean 'all'?");
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

// False when a key of the grouping had to be left out.
bool ReadBy(MapReader& reader, MetricSpec* metric, Mistakes& mistakes) {
  const YamlNode* node = reader.Find("by");
  if (node == nullptr) return true;
  metric->by = ReadNames(*node, "by", mistakes);
  const size_t named = metric->by.size();
  std::erase_if(metric->by, [&mistakes](const SourceText& key) {
    if (key.text().rfind("profile.", 0) != 0) return false;
    mistakes.Add(key, "a profile's attribute as a key is not supported yet");
    return true;
  });
  return metric->by.size() == named && (node->kind != YamlNode::Kind::kList || node->items.size() == named);
}

bool ReadEvent(MapReader& reader, MetricSpec* metric, Mistakes& mistakes) {
  const YamlNode* node = reader.Find("event");
  if (node == nullptr) return false;
  if (node->kind == YamlNode::Kind::kList) {
    mistakes.Add(node->text, "several event types in one metric are not supported yet", "give one name");
    return false;
  }
  const auto event = ReadText(*node, "event", "the name of an event type such as refund", mistakes);
  if (event) metric->event = *event;
  return event.has_value();
}

// False when a plan of the rest would speak of what is missing here.
bool ReadMetric(const YamlEntry& entry, MetricSpec* metric, Mistakes& mistakes) {
  static const MapKeys kKeys = {"a metric",
                                "{event: refund, aggregate: count}",
                                {"event", "aggregate", "where", "window", "by", "resolution"},
                                {"over", "value", "last", "every"}};
  metric->name = entry.key.text();
  metric->origin = entry.key;
  MapReader reader(entry.value, entry.key, kKeys, mistakes);
  const bool named = CheckName(entry.key, "metric", mistakes);
  reader.Require("event", "refund");
  reader.Require("aggregate", "count");
  bool complete = ReadEvent(reader, metric, mistakes);
  const auto aggregate = reader.Text("aggregate", "an aggregate such as count or sum(amount)");
  if (aggregate) metric->aggregate = *aggregate;
  const auto where = reader.Text("where", "a condition such as amount > 1000");
  if (where) metric->where = *where;
  complete = aggregate.has_value() && complete;
  complete = ReadBy(reader, metric, mistakes) && complete;
  const bool window_known = ReadWindow(reader, metric, mistakes);
  ReadResolution(reader, metric, mistakes);
  if (!window_known) metric->resolution = {};  // whether it divides the window cannot be said
  return complete && named;
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
