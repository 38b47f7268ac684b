#include "engine/plan_deviation.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/dictionary.h"

namespace tocsin {
namespace {

// The standard deviation of a normal distribution, in units of the distance between its quartiles.
constexpr double kNormal = 0.7413011092528009;

std::string QuartileName(const MetricCall& call, std::string_view part) {
  return fmt::format("deviation.{}.{}{}{}", call.metric, fmt::join(call.keys, "."), call.keys.empty() ? "" : ".", part);
}

}  // namespace

std::string WhyNoDeviation(const MetricCall& call, const Metric& metric, const GroupingPlan& grouping) {
  if (metric.type.kind != Kind::kDouble)
    return fmt::format("deviation() is taken of a number, and '{}' is a {}", metric.name, TypeName(metric.type));
  for (const std::string& key : call.keys) {
    if (std::find(grouping.keys.begin(), grouping.keys.end(), key) != grouping.keys.end()) continue;
    return fmt::format(
        "'{}' is no key of '{}', which is kept by {}: deviation() compares groups that share some of these", key,
        metric.name, KeyList(grouping.keys));
  }
  if (std::adjacent_find(call.keys.begin(), call.keys.end()) != call.keys.end())
    return "deviation() is given a key twice";
  if (call.keys.size() == grouping.keys.size()) {
    return fmt::format("deviation() compares groups that share some of the keys of '{}', not all of {}", metric.name,
                       KeyList(grouping.keys));
  }
  return "";
}

std::vector<MetricSpec> QuartilesOf(const MetricCall& call) {
  std::vector<MetricSpec> specs;
  for (const auto& [part, aggregate] :
       {std::pair("q1", "quantile(0.25)"), {"median", "quantile(0.5)"}, {"q3", "quantile(0.75)"}}) {
    MetricSpec spec;
    spec.name = QuartileName(call, part);
    spec.over = SourceText(call.metric);
    spec.aggregate = SourceText(aggregate);
    for (const std::string& key : call.keys) spec.by.emplace_back(key);
    specs.push_back(std::move(spec));
  }
  return specs;
}

std::string DeviationText(const MetricCall& call) {
  return fmt::format("({} - {}) / ({} * ({} - {}))", call.metric, QuartileName(call, "median"), kNormal,
                     QuartileName(call, "q3"), QuartileName(call, "q1"));
}

}  // namespace tocsin
