// The section `ingest`: how late, how often and how out of order an event may come.
#include <string>

#include "config/map_reader.h"
#include "config/read_config.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

void ReadUnknownEvents(MapReader& reader, EngineSpec* engine, Mistakes& mistakes) {
  const auto unknown = reader.Text("unknown_events", "refuse or ignore");
  if (!unknown) return;
  if (unknown->text() != "refuse" && unknown->text() != "ignore") {
    const std::string closest = ClosestName(unknown->text(), {"refuse", "ignore"});
    mistakes.Add(*unknown, fmt::format("'unknown_events' must be refuse or ignore, not {}", Shown(unknown->text())),
                 closest.empty() ? "" : fmt::format("did you mean '{}'?", closest));
  }
  engine->ignore_unknown_events = unknown->text() == "ignore";
}

void ReadDeduplicate(MapReader& reader, EngineSpec* engine, Mistakes& mistakes) {
  const auto deduplicate = reader.ReadDuration("deduplicate", "a duration such as 2d");
  if (!deduplicate) return;
  if (*deduplicate == Duration::zero()) {
    mistakes.Add(*reader.Text("deduplicate", "a duration such as 2d"), "an id must be remembered for longer than 0s",
                 "leave it out to remember none");
    return;
  }
  engine->deduplicate = *deduplicate;
}

void ReadMaxIds(MapReader& reader, EngineSpec* engine, Mistakes& mistakes) {
  const auto max_ids = reader.Number("max_ids");
  if (!max_ids) return;
  constexpr double kMost = 1e12;
  if (*max_ids < 1 || *max_ids > kMost || *max_ids != static_cast<double>(static_cast<int64_t>(*max_ids))) {
    mistakes.Add(*reader.Text("max_ids", "a number"), "'max_ids' must be a whole number from 1 to 1e12");
    return;
  }
  engine->max_ids = static_cast<int64_t>(*max_ids);
}

}  // namespace

void ReadIngest(const YamlNode& section, ReadResult* result, Mistakes& mistakes) {
  static const MapKeys kKeys = {"'ingest'",
                                "{allowed_lateness: 90m}",
                                {"allowed_lateness", "deduplicate", "max_ids", "reorder", "unknown_events"},
                                {"max_jump"}};
  if (section.kind == YamlNode::Kind::kNull) return;
  MapReader reader(section, SourceText("ingest"), kKeys, mistakes);
  EngineSpec& engine = result->config.engine;
  if (const auto lateness = reader.ReadDuration("allowed_lateness", "a duration such as 90m")) {
    engine.allowed_lateness = *lateness;
  }
  if (const auto reorder = reader.ReadDuration("reorder", "a duration such as 5m")) engine.reorder = *reorder;
  ReadDeduplicate(reader, &engine, mistakes);
  ReadMaxIds(reader, &engine, mistakes);
  ReadUnknownEvents(reader, &engine, mistakes);
}

}  // namespace tocsin
