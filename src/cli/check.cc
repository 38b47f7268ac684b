// `tocsin check`: what is wrong with a config, or what its plan is.
#include <cstdio>

#include <fmt/format.h>

#include "cli/commands.h"
#include "tocsin/config/config.h"
#include "tocsin/engine/plan.h"

namespace tocsin::cli {
namespace {

std::string Grouping(const std::vector<std::string>& keys) {
  return keys.empty() ? "over all" : fmt::format("by {}", fmt::join(keys, ", "));
}

std::string Window(const MetricInfo& metric) {
  if (!metric.window) return "all time";
  std::string text = "last " + FormatDuration(*metric.window);
  if (metric.slice == Duration::zero()) return text + ", exact";
  return text + fmt::format(", slices of {} where crowded", FormatDuration(metric.slice));
}

void PrintPlan(const std::string& path, const Config& config, const Plan& plan) {
  fmt::print("{}: fine\n", path);
  for (const EventSpec& event : plan.catalog().events()) {
    std::string attributes;
    for (const AttributeSpec& attribute : event.attributes) {
      attributes += fmt::format("{}{} {}", attributes.empty() ? "" : ", ", attribute.name, TypeName(attribute.type));
    }
    fmt::print("  event   {:<20} {}\n", event.name, attributes);
  }
  for (const MetricInfo& metric : plan.metrics()) {
    fmt::print("  metric  {:<20} {} {}, {}\n", metric.name, metric.aggregate, Grouping(metric.keys), Window(metric));
  }
  for (const RuleInfo& rule : plan.rules()) {
    fmt::print("  rule    {:<20} {}, reads {}, version {}\n", rule.name, Grouping(rule.keys),
               fmt::join(rule.metrics, ", "), rule.version);
  }
  if (config.route.receiver.empty()) {
    fmt::print("  route   nobody is told: there is no route\n");
  } else {
    fmt::print("  route   {}\n", config.route.receiver.text());
  }
}

}  // namespace

int Check(const CheckOptions& options) {
  int status = kFine;
  for (const std::string& path : options.rules) {
    absl::StatusOr<Config> config = LoadConfig(path);
    if (!config.ok()) {
      fmt::print(stderr, "{}\n", std::string(config.status().message()));
      status = kRefused;
      continue;
    }
    absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(config->engine);
    if (!plan.ok()) {
      fmt::print(stderr, "{}\n", std::string(plan.status().message()));
      status = kRefused;
      continue;
    }
    PrintPlan(path, *config, **plan);
  }
  return status;
}

}  // namespace tocsin::cli
