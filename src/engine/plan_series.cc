// Metrics that detectors give: anomaly(metric, season) and forecast(metric, ahead), as they are named in expressions.
// A series is sampled once, however many of them read it.
#include "engine/plan_series.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tocsin/anomaly/detector.h"

namespace tocsin {
namespace {

constexpr Duration kWeek = std::chrono::hours(7 * 24);

// All that the values of a metric depend on, as far as they are its own.
std::string DefinitionOf(const EngineSpec& spec, const Plan::Layout& layout, const Metric& metric) {
  std::string text = fmt::format("{} [{}]", metric.name, fmt::join(layout.groupings[metric.grouping].keys, ","));
  for (const MetricSpec& one : spec.metrics) {
    if (one.name != metric.name) continue;
    for (const SourceText& event : one.events) text += "|" + event.text();
    text += fmt::format("|{}|{}|{}|{}|{}", one.aggregate.text(), one.where.text(), one.value.text(),
                        one.window ? ToNanos(*one.window) : -1, one.last.value_or(-1));
  }
  return text;
}

uint32_t PlaceSeries(uint32_t metric, Duration season, Plan::Layout* layout) {
  for (uint32_t s = 0; s < layout->series.size(); ++s) {
    if (layout->series[s].metric == metric && layout->series[s].season == season) return s;
  }
  SeriesPlan series;
  series.metric = metric;
  series.grouping = layout->metrics[metric].grouping;
  series.season = season;
  series.sampler = static_cast<uint32_t>(layout->metrics.size());
  series.identity = fmt::format("{}|{}", DefinitionOf(layout->spec, *layout, layout->metrics[metric]), ToNanos(season));
  layout->series.push_back(std::move(series));
  return static_cast<uint32_t>(layout->series.size() - 1);
}

}  // namespace

std::string WhyNoSeries(const MetricCall& call, const Metric& metric) {
  const std::string_view function = Spelling(call.function);
  if (metric.type.kind != Kind::kDouble) {
    return fmt::format("{}() is taken of a number, and '{}' is a {}", function, metric.name, TypeName(metric.type));
  }
  if (metric.reading) return fmt::format("{}() is taken of a metric, not of what a detector gives", function);
  if (call.function == MetricCall::Function::kAnomaly && !StepOfSeason(call.span)) {
    return fmt::format("a season of {} cannot be divided into about a hundred steps; a day or a week can",
                       FormatDuration(call.span));
  }
  return "";
}

uint32_t AddSeriesMetric(const MetricCall& call, uint32_t of, Plan::Layout* layout) {
  const bool forecasts = call.function == MetricCall::Function::kForecast;
  const Duration season = forecasts ? kWeek : call.span;
  Metric metric;
  metric.name = NameOf(call);
  metric.grouping = layout->metrics[of].grouping;
  metric.every = *StepOfSeason(season);
  metric.reading = SeriesReading{PlaceSeries(of, season, layout), forecasts ? std::optional(call.span) : std::nullopt};
  const auto index = static_cast<uint32_t>(layout->metrics.size());
  metric.stored = {index};
  layout->groupings[metric.grouping].stored.push_back(index);
  layout->every_metrics.push_back(index);
  layout->metrics.push_back(std::move(metric));
  return index;
}

}  // namespace tocsin
