// `tocsin check`: what is wrong with a config, or what its plan is.
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "tocsin/config/config.h"
#include "tocsin/engine/plan.h"

namespace tocsin::cli {
namespace {

std::string Grouping(const std::vector<std::string>& keys) {
  return keys.empty() ? "over all" : fmt::format("by {}", fmt::join(keys, ", "));
}

// The spec of that name; null for what the plan has made by itself, such as the attributes of profiles.
template <typename Spec>
const Spec* FindSpec(const std::vector<Spec>& specs, std::string_view name) {
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const Spec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

std::string Every(const std::optional<Duration>& every) {
  return every ? fmt::format(", every {}", FormatDuration(*every)) : "";
}

std::string Period(const CalendarSpec& calendar) {
  constexpr std::string_view kUnits[] = {"hour", "day", "week", "month"};
  return fmt::format("{} {} of {}", calendar.closed ? "last complete" : "present",
                     kUnits[static_cast<size_t>(calendar.unit)], calendar.zone.text());
}

// Which events a metric holds, and how exactly it lets go of them.
std::string Window(const MetricInfo& metric, const MetricSpec* spec) {
  if (metric.is_expression) return "an expression" + Every(spec == nullptr ? std::nullopt : spec->every);
  if (metric.last) return fmt::format("last {} events", *metric.last);
  if (!metric.over.empty()) return "the groups of " + metric.over;
  if (metric.calendar) return Period(*metric.calendar) + (metric.past_of.empty() ? "" : " as it was then");
  if (!metric.window) return "all time";
  const std::string text = "last " + FormatDuration(*metric.window) + (metric.past_of.empty() ? "" : " as it was then");
  if (metric.slice == Duration::zero()) return text + ", exact";
  const bool fixed = spec != nullptr && spec->resolution.kind == Resolution::Kind::kFixed;
  return text + fmt::format(", slices of {}{}", FormatDuration(metric.slice), fixed ? "" : " where crowded");
}

std::string Names(const std::vector<SourceText>& texts) {
  std::string names;
  for (const SourceText& text : texts) names += (names.empty() ? "" : ", ") + text.text();
  return names;
}

// What makes a rule look, and at what.
std::string Reads(const RuleInfo& rule, const RuleSpec* spec) {
  std::string text;
  if (spec != nullptr && !spec->events.empty()) text += ", at each " + Names(spec->events);
  if (spec != nullptr && !spec->resolve_events.empty()) text += ", until " + Names(spec->resolve_events);
  if (!rule.metrics.empty()) text += fmt::format(", reads {}", fmt::join(rule.metrics, ", "));
  return text + Every(spec == nullptr ? std::nullopt : spec->every);
}

bool Expires(const Plan& plan, const std::vector<std::string>& keys) {
  const std::vector<KeySpec>& specs = plan.spec().keys;
  return std::any_of(specs.begin(), specs.end(), [&](const KeySpec& key) {
    return key.expire_after && std::find(keys.begin(), keys.end(), key.name) != keys.end();
  });
}

// Groupings that grow with every key that was ever seen (docs/semantics.md 3.11).
void PrintWarnings(const Plan& plan) {
  std::map<std::vector<std::string>, std::vector<std::string>> kept;
  for (const MetricInfo& metric : plan.metrics()) {
    const bool forever = !metric.is_expression && !metric.window && !metric.calendar && metric.over.empty();
    if (forever && !metric.keys.empty() && !Expires(plan, metric.keys)) kept[metric.keys].push_back(metric.name);
  }
  for (const auto& [keys, metrics] : kept) {
    fmt::print("  warning {:<20} {} kept for ever: no key has 'expire_after'\n", Grouping(keys),
               fmt::format("{} {}", fmt::join(metrics, ", "), metrics.size() == 1 ? "is" : "are"));
  }
}

// "order_placed, 3 login_failed, not order_delivered".
std::string Steps(const PatternSpec& pattern) {
  std::string text;
  for (const StepSpec& step : pattern.sequence) {
    text += text.empty() ? "" : ", ";
    if (step.absent) text += "not ";
    if (step.times > 1) text += fmt::format("{} ", step.times);
    std::string names;
    for (const SourceText& name : step.events) names += (names.empty() ? "" : " or ") + name.text();
    text += names;
  }
  return text;
}

std::string Attributes(const EventSpec& event) {
  std::string attributes;
  for (const AttributeSpec& attribute : event.attributes)
    attributes += fmt::format("{}{} {}", attributes.empty() ? "" : ", ", attribute.name, TypeName(attribute.type));
  return attributes.empty() ? "no attributes" : attributes;
}

void PrintDerived(const DerivedInfo& info, const EngineSpec& spec, size_t width) {
  const auto print = [&](const char* kind, const std::string& what) {
    fmt::print("  {:<7} {:<{}} {}{}: {}\n", kind, info.name, width, what, Grouping(info.keys), Attributes(info.event));
  };
  if (const PatternSpec* pattern = FindSpec(spec.patterns, info.name)) {
    const std::string held =
        pattern->reorder > Duration::zero() ? fmt::format(", {} later", FormatDuration(pattern->reorder)) : "";
    return print("pattern", fmt::format("{} within {}{}, ", Steps(*pattern), FormatDuration(*info.within), held));
  }
  if (const SessionSpec* session = FindSpec(spec.sessions, info.name))
    return print("session", fmt::format("{}, at most {} apart, ", Names(session->events), FormatDuration(*info.gap)));
  print("event", "changes of its alerts, ");
}

// Of the column of names: that of the longest, within bounds.
size_t WidthOfNames(const Plan& plan) {
  constexpr size_t kLeast = 20;
  constexpr size_t kMost = 32;
  size_t width = kLeast;
  const auto see = [&](const std::string& name) {
    if (name.size() <= kMost) width = std::max(width, name.size());
  };
  for (const EventSpec& event : plan.catalog().events()) see(event.name);
  for (const DerivedInfo& info : plan.derived()) see(info.name);
  for (const MetricInfo& metric : plan.metrics()) see(metric.name);
  for (const RuleInfo& rule : plan.rules()) see(rule.name);
  return width;
}

void PrintPlan(const std::string& path, const Config& config, const Plan& plan) {
  const size_t width = WidthOfNames(plan);
  fmt::print("{}: fine\n", path);
  for (const EventSpec& event : plan.catalog().events()) {
    fmt::print("  event   {:<{}} {}\n", event.name, width, Attributes(event));
  }
  for (const DerivedInfo& info : plan.derived()) PrintDerived(info, plan.spec(), width);
  for (const MetricInfo& metric : plan.metrics()) {
    const MetricSpec* spec = FindSpec(plan.spec().metrics, metric.name);
    if (spec == nullptr && metric.is_expression) continue;  // anomaly(visits_1h, 7d) in a condition, which says it all
    fmt::print("  metric  {:<{}} {} {}, {}\n", metric.name, width, metric.aggregate, Grouping(metric.keys),
               Window(metric, spec));
  }
  for (const RuleInfo& rule : plan.rules()) {
    const RuleSpec* spec = FindSpec(plan.spec().rules, rule.name);
    fmt::print("  rule    {:<{}} {}{}, version {}\n", rule.name, width, Grouping(rule.keys), Reads(rule, spec),
               rule.version);
  }
  if (config.route.receiver.empty()) {
    fmt::print("  route   nobody is told: there is no route\n");
  } else {
    fmt::print("  route   {}\n", config.route.receiver.text());
  }
  PrintWarnings(plan);
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
