// What a plan takes for granted of its specs: nothing in them contradicts the rest. A file is held to it where it is
// read, with the place of each key; this is for configs built in code.
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/read_config.h"
#include "fmt/format.h"
#include "tocsin/rule/turn_ring.h"

namespace tocsin {
namespace {

class SpecCheck {
 public:
  SpecCheck(const SourceText& origin, std::string description, std::vector<Diagnostic>* diagnostics)
      : origin_(origin), description_(std::move(description)), diagnostics_(*diagnostics) {}

  void Complain(std::string message) { diagnostics_.push_back(origin_.Error(std::move(message), {}, description_)); }

  // For each that is given: it does not go with `present`, or needs `absent`.
  using Given = std::vector<std::pair<std::string_view, bool>>;
  void Beside(std::string_view present, const Given& others) {
    for (const auto& [key, given] : others) {
      if (given) Complain(fmt::format("'{}' does not go with '{}'", key, present));
    }
  }
  void Without(std::string_view absent, const Given& others) {
    for (const auto& [key, given] : others) {
      if (given) Complain(fmt::format("'{}' needs '{}'", key, absent));
    }
  }
  void Positive(std::string_view key, const std::optional<Duration>& duration) {
    if (duration && *duration <= Duration::zero()) Complain(fmt::format("'{}' must be longer than 0", key));
  }
  void AtLeast(std::string_view key, const std::optional<int64_t>& number, int64_t least) {
    if (number && *number < least) Complain(fmt::format("'{}' must be at least {}", key, least));
  }

 private:
  const SourceText& origin_;
  std::string description_;
  std::vector<Diagnostic>& diagnostics_;
};

void CheckMetric(const MetricSpec& metric, SpecCheck check) {
  const bool resolution = metric.resolution.kind != Resolution::Kind::kAuto;
  if (!metric.value.empty()) {
    check.Beside("value", {{"event", !metric.events.empty()},
                           {"aggregate", !metric.aggregate.empty()},
                           {"where", !metric.where.empty()},
                           {"window", metric.window.has_value()},
                           {"last", metric.last.has_value()},
                           {"by", !metric.by.empty()},
                           {"resolution", resolution}});
  } else if (metric.parts.empty()) {
    check.Without("value", {{"every", metric.every.has_value()}});
  }
  if (metric.last) check.Beside("last", {{"window", metric.window.has_value()}, {"resolution", resolution}});
  check.AtLeast("last", metric.last, 1);
  check.Positive("window", metric.window);
  check.Positive("every", metric.every);
}

void CheckRule(const RuleSpec& rule, SpecCheck check) {
  if (!rule.events.empty()) {
    check.Beside("event", {{"for", rule.hold != Duration::zero()},
                           {"resolve_when", !rule.resolve_when.empty()},
                           {"every", rule.every.has_value()},
                           {"flapping", rule.flapping.has_value()}});
  } else {
    check.Without(
        "event",
        {{"resolve_event", !rule.resolve_events.empty()}, {"by", !rule.by.empty()}, {"tell_again", !rule.tell_again}});
  }
  if (!rule.resolve_events.empty()) {
    check.Beside("resolve_event", {{"keep_firing_for", rule.keep_firing_for.has_value()}});
  }
  if (!rule.severities.empty() && !(rule.when.empty() && rule.severity.empty())) {
    check.Complain("a map of severities does not go with one condition or severity");
  }
  if (rule.severities.size() > kMostSeverities) {
    check.Complain(fmt::format("a rule has at most {} severities", kMostSeverities));
  }
  if (rule.keep_firing_for.value_or(Duration::zero()) < Duration::zero())
    check.Complain("'keep_firing_for' is negative");
  check.Positive("every", rule.every);
  if (!rule.flapping) return;
  check.Positive("within", rule.flapping->within);
  if (rule.flapping->changes < 1 || rule.flapping->changes > TurnRing::kMost) {
    check.Complain(fmt::format("'changes' must be 1 to {}", TurnRing::kMost));
  }
}

}  // namespace

void CheckSpecs(const EngineSpec& engine, std::vector<Diagnostic>* diagnostics) {
  std::set<std::string_view> keys;
  for (const KeySpec& key : engine.keys) {
    SpecCheck check(key.origin, fmt::format("key {}", key.name), diagnostics);
    if (!keys.insert(key.name).second) check.Complain(fmt::format("the key '{}' is given twice", key.name));
    check.Positive("expire_after", key.expire_after);
    check.AtLeast("max_groups", key.max_groups, 1);
  }
  std::set<std::string_view> profiles;
  for (const ProfileSpec& profile : engine.profiles) {
    SpecCheck check(profile.origin, fmt::format("profile {}", profile.key), diagnostics);
    if (!profiles.insert(profile.key).second) {
      check.Complain(fmt::format("the profile '{}' is given twice", profile.key));
    }
    if (profile.events.empty()) check.Complain(fmt::format("the profile '{}' has no 'from'", profile.key));
    if (profile.attributes.empty()) check.Complain(fmt::format("the profile '{}' has no attributes", profile.key));
  }
  for (const MetricSpec& metric : engine.metrics) {
    CheckMetric(metric, SpecCheck(metric.origin, fmt::format("metric {}", metric.name), diagnostics));
  }
  for (const RuleSpec& rule : engine.rules) {
    CheckRule(rule, SpecCheck(rule.origin, fmt::format("rule {}", rule.name), diagnostics));
  }
  static const SourceText kNowhere;
  SpecCheck limits(kNowhere, "limits", diagnostics);
  limits.AtLeast("max_groups", engine.limits.max_groups, 1);
  limits.AtLeast("max_memory", engine.limits.max_memory, 1);
  limits.AtLeast("evidence_memory", engine.limits.evidence_memory, 0);
  SpecCheck ingest(kNowhere, "ingest", diagnostics);
  ingest.Positive("deduplicate", engine.deduplicate);
  ingest.AtLeast("max_ids", engine.max_ids, 1);
  if (engine.reorder < Duration::zero()) ingest.Complain("'reorder' is negative");
}

}  // namespace tocsin
