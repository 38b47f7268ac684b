// Statistics: taking them from an engine, and reading them.
#include <fmt/format.h>

#include <numeric>
#include <string>
#include <utility>

#include "guard.h"
#include "objects.h"
#include "tocsin/event/reason.h"
#include "tocsin/event/value.h"

using tocsin::Statistics;
using tocsin::capi::CheckGiven;
using tocsin::capi::Guard;
using tocsin::capi::Lend;
using tocsin::capi::LendNothing;

namespace {

uint64_t Bytes(const Statistics& statistics) {
  uint64_t bytes = statistics.pane_bytes;
  for (const Statistics::Grouping& grouping : statistics.groupings)
    bytes += grouping.bytes + grouping.series_bytes + grouping.derived_bytes;
  return bytes;
}

uint64_t Skipped(const Statistics& statistics) {
  uint64_t skipped = 0;
  for (const Statistics::Skipped& place : statistics.skipped) skipped += place.count;
  return skipped;
}

void AppendEvents(const Statistics& statistics, std::string* json) {
  *json += "{\"events\": {";
  for (size_t r = 0; r < tocsin::kReasonCount; ++r) {
    *json += fmt::format("{}\"{}\": {}", r == 0 ? "" : ", ", ReasonName(static_cast<tocsin::Reason>(r)),
                         statistics.events[r]);
  }
  *json += "}";
}

void AppendGroupings(const Statistics& statistics, std::string* json) {
  *json += ", \"groupings\": [";
  for (const Statistics::Grouping& grouping : statistics.groupings) {
    *json += json->back() == '[' ? "{\"keys\": [" : ", {\"keys\": [";
    for (const std::string& key : grouping.keys) {
      if (json->back() != '[') *json += ", ";
      tocsin::AppendJsonString(key, json);
    }
    *json +=
        fmt::format("], \"groups\": {}, \"skipped\": {}, \"bytes\": {}, \"series_bytes\": {}, \"derived_bytes\": {}}}",
                    grouping.groups, grouping.skipped, grouping.bytes, grouping.series_bytes, grouping.derived_bytes);
  }
  *json += "]";
}

void AppendSkipped(const Statistics& statistics, std::string* json) {
  *json += ", \"skipped\": {";
  for (const Statistics::Skipped& place : statistics.skipped) {
    if (json->back() != '{') *json += ", ";
    tocsin::AppendJsonString(place.where, json);
    *json += fmt::format(": {}", place.count);
  }
  *json += "}";
}

std::string ToJson(const Statistics& statistics) {
  std::string json;
  AppendEvents(statistics, &json);
  json += fmt::format(
      ", \"groups\": {}, \"alert_changes\": {}, \"firing\": {}, \"pending\": {}, \"faults\": {}, \"held\": {}, "
      "\"ids\": {}, \"ids_forgotten\": {}, \"bytes\": {}, \"pane_bytes\": {}, \"memory\": {}, \"timers\": {}, "
      "\"derived\": {}, "
      "\"attempts\": {}, \"attempts_unmatched\": {}, \"open_sessions\": {}",
      statistics.groups, statistics.alert_changes, statistics.firing, statistics.pending, statistics.faults,
      statistics.held, statistics.ids, statistics.ids_forgotten, Bytes(statistics), statistics.pane_bytes,
      statistics.memory, statistics.timers, statistics.derived, statistics.attempts, statistics.attempts_unmatched,
      statistics.open_sessions);
  AppendGroupings(statistics, &json);
  AppendSkipped(statistics, &json);
  return json + "}";
}

}  // namespace

tocsin_statistics::tocsin_statistics(Statistics from) : statistics(std::move(from)), json(ToJson(statistics)) {}

int32_t tocsin_engine_statistics(tocsin_engine* engine, tocsin_statistics** statistics, tocsin_error** error) {
  if (statistics != nullptr) *statistics = nullptr;
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    TOCSIN_RETURN_IF_ERROR(CheckGiven(statistics, "statistics"));
    *statistics = new tocsin_statistics(engine->handle->Statistics());
    return absl::OkStatus();
  });
}

uint64_t tocsin_statistics_events(const tocsin_statistics* statistics, int32_t reason) {
  if (statistics == nullptr || reason < 0 || static_cast<size_t>(reason) >= tocsin::kReasonCount) return 0;
  return statistics->statistics.events[static_cast<size_t>(reason)];
}

uint64_t tocsin_statistics_count(const tocsin_statistics* statistics, int32_t statistic) {
  if (statistics == nullptr) return 0;
  const Statistics& all = statistics->statistics;
  switch (statistic) {
    case TOCSIN_STATISTIC_GROUPS:
      return all.groups;
    case TOCSIN_STATISTIC_ALERT_CHANGES:
      return all.alert_changes;
    case TOCSIN_STATISTIC_FIRING:
      return all.firing;
    case TOCSIN_STATISTIC_PENDING:
      return all.pending;
    case TOCSIN_STATISTIC_FAULTS:
      return all.faults;
    case TOCSIN_STATISTIC_HELD:
      return all.held;
    case TOCSIN_STATISTIC_IDS:
      return all.ids;
    case TOCSIN_STATISTIC_IDS_FORGOTTEN:
      return all.ids_forgotten;
    case TOCSIN_STATISTIC_BYTES:
      return Bytes(all);
    case TOCSIN_STATISTIC_TIMERS:
      return all.timers;
    case TOCSIN_STATISTIC_SKIPPED:
      return Skipped(all);
    case TOCSIN_STATISTIC_DERIVED:
      return all.derived;
    case TOCSIN_STATISTIC_ATTEMPTS:
      return all.attempts;
    case TOCSIN_STATISTIC_ATTEMPTS_UNMATCHED:
      return all.attempts_unmatched;
    case TOCSIN_STATISTIC_OPEN_SESSIONS:
      return all.open_sessions;
    case TOCSIN_STATISTIC_MEMORY:
      return all.memory;
    default:
      return 0;
  }
}

const char* tocsin_statistics_json(const tocsin_statistics* statistics, size_t* length) {
  return statistics == nullptr ? LendNothing(length) : Lend(statistics->json, length);
}

void tocsin_statistics_free(tocsin_statistics* statistics) { delete statistics; }
