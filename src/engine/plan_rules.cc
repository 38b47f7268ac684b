// The third stage of a plan: rules. A rule's grouping is that of the metrics it reads.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/digest.h"
#include "engine/layout.h"

namespace tocsin {
namespace {

std::string KeyList(const std::vector<std::string>& keys) { return fmt::format("[{}]", fmt::join(keys, ", ")); }

class RulePlanner {
 public:
  RulePlanner(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics)
      : layout_(*layout), diagnostics_(*diagnostics) {}

  void Run() {
    for (GroupingPlan& grouping : layout_.groupings) environments_.push_back(MakeEnvironment(grouping));
    everything_ = MakeEverything();
    std::vector<const RuleSpec*> specs;
    for (const RuleSpec& spec : layout_.spec.rules) specs.push_back(&spec);
    std::stable_sort(specs.begin(), specs.end(),
                     [](const RuleSpec* a, const RuleSpec* b) { return a->name < b->name; });
    for (size_t i = 0; i < specs.size(); ++i) {
      if (i > 0 && specs[i]->name == specs[i - 1]->name) {
        Complain(*specs[i], fmt::format("there are two rules named '{}'", specs[i]->name));
      } else {
        PlanOne(*specs[i]);
      }
    }
  }

 private:
  void Complain(const RuleSpec& spec, std::string message, std::string hint = {}) {
    diagnostics_.push_back(spec.origin.Error(std::move(message), std::move(hint), "rule " + spec.name));
  }

  void PlanOne(const RuleSpec& spec) {
    const size_t before = diagnostics_.size();
    if (spec.when.empty()) {
      Complain(spec, fmt::format("the rule '{}' has no condition", spec.name), "add 'when: …'");
      return;
    }
    if (spec.hold < Duration::zero()) Complain(spec, "'for' is negative");
    RulePlan rule;
    rule.name = spec.name;
    rule.hold = spec.hold;
    rule.severity = spec.severity;
    rule.labels = spec.labels;
    std::sort(rule.labels.begin(), rule.labels.end());
    std::optional<uint32_t> grouping = FindGrouping(spec);
    if (!grouping) return;
    rule.grouping = *grouping;
    const Environment& environment = environments_[*grouping];
    rule.when =
        Expression::Compile(spec.when, environment, Kind::kBool, Describe("rule", spec.name, "when"), &diagnostics_);
    if (!spec.resolve_when.empty()) {
      rule.resolve_when = Expression::Compile(spec.resolve_when, environment, Kind::kBool,
                                              Describe("rule", spec.name, "resolve_when"), &diagnostics_);
    }
    CheckLabels(spec, rule);
    PlanSummary(spec, &rule);
    if (diagnostics_.size() != before || ReadsMistaken(rule)) return;
    Finish(spec, std::move(rule));
  }

  // Every metric and key there is, to find out which ones a condition reads before it is known which ones it may.
  Environment MakeEverything() const {
    Environment environment;
    environment.SetStrict(layout_.spec.strict_cel).AllowNow();
    for (const GroupingPlan& grouping : layout_.groupings) {
      for (size_t k = 0; k < grouping.keys.size(); ++k) environment.Add(grouping.keys[k], grouping.kinds[k], kNoMetric);
    }
    for (uint32_t m = 0; m < layout_.metrics.size(); ++m)
      environment.Add(layout_.metrics[m].name, layout_.metrics[m].type, m);
    for (const std::string& metric : layout_.mistaken_metrics) environment.Add(metric, Kind::kDouble, kMistaken);
    return environment;
  }

  // The finest grouping among the metrics that the condition reads; mistakes of the condition itself are told here.
  std::optional<uint32_t> FindGrouping(const RuleSpec& spec) {
    const std::string description = Describe("rule", spec.name, "when");
    std::optional<Expression> when =
        Expression::Compile(spec.when, everything_, Kind::kBool, description, &diagnostics_);
    if (!when) {
      if (!spec.resolve_when.empty()) {  // its own mistakes at once, too
        Expression::Compile(spec.resolve_when, everything_, Kind::kBool, Describe("rule", spec.name, "resolve_when"),
                            &diagnostics_);
      }
      return std::nullopt;
    }
    std::optional<uint32_t> finest;
    for (uint32_t slot : when->slots()) {
      if (slot == kMistaken) return std::nullopt;  // the mistake has been told where it is
      if (slot == kNoMetric) continue;
      uint32_t grouping = layout_.metrics[slot].grouping;
      if (!finest || layout_.groupings[grouping].keys.size() > layout_.groupings[*finest].keys.size())
        finest = grouping;
    }
    if (!finest) {
      diagnostics_.push_back(spec.when.Error("the condition reads no metric, so it would never be evaluated",
                                             "name a metric that is declared under 'metrics'", description));
    }
    return finest;
  }

  // What a rule of that grouping may read; why it may not read the rest.
  Environment MakeEnvironment(const GroupingPlan& own) const {
    Environment environment;
    environment.SetStrict(layout_.spec.strict_cel).AllowNow();
    const std::string own_keys = KeyList(own.keys);
    for (const MetricPlan& metric : layout_.metrics) {
      environment.Forbid(metric.name,
                         fmt::format("'{}' is kept by {} and this rule's metrics by {}: metrics of different groupings "
                                     "in one rule are not supported yet",
                                     metric.name, KeyList(layout_.groupings[metric.grouping].keys), own_keys));
    }
    for (const GroupingPlan& grouping : layout_.groupings) {
      for (const std::string& key : grouping.keys) {
        environment.Forbid(key,
                           fmt::format("'{}' is no key of this rule's metrics, which are kept by {}", key, own_keys));
      }
    }
    for (uint32_t slot = 0; slot < own.variables.size(); ++slot) {
      environment.Add(own.variables[slot].name, own.variables[slot].type, slot);
    }
    for (const std::string& metric : layout_.mistaken_metrics) environment.Add(metric, Kind::kDouble, kMistaken);
    return environment;
  }

  static bool ReadsMistaken(const RulePlan& rule) {
    if (!rule.resolve_when) return false;
    const std::vector<uint32_t>& slots = rule.resolve_when->slots();
    return std::find(slots.begin(), slots.end(), kMistaken) != slots.end();
  }

  void CheckLabels(const RuleSpec& spec, const RulePlan& rule) {
    const auto& keys = layout_.groupings[rule.grouping].keys;
    std::set<std::string> seen;
    for (const auto& [name, value] : spec.labels) {
      if (name == "severity" || name == "rule") {
        Complain(spec, fmt::format("'{}' is a reserved label", name),
                 name == "severity" ? "write 'severity: …' beside 'labels'" : "");
      } else if (std::find(keys.begin(), keys.end(), name) != keys.end()) {
        Complain(spec, fmt::format("the label '{}' is a key of the rule's metrics already", name));
      } else if (!seen.insert(name).second) {
        Complain(spec, fmt::format("the label '{}' is given twice", name));
      }
    }
  }

  // A summary names the rule's variables, its labels, its name and its severity.
  void PlanSummary(const RuleSpec& spec, RulePlan* rule) {
    std::vector<Summary::Name> names;
    uint32_t slot = 0;
    for (const GroupVariable& variable : layout_.groupings[rule->grouping].variables) {
      names.push_back({variable.name, variable.type, slot++});
    }
    for (const auto& [name, value] : rule->labels) names.push_back({name, Kind::kString, slot++});
    for (const std::string& metric : layout_.mistaken_metrics) names.push_back({metric, Kind::kDouble, 0});
    names.push_back({"rule", Kind::kString, slot++});
    names.push_back({"severity", Kind::kString, slot++});
    rule->summary = Summary::Compile(spec.summary, names, Describe("rule", spec.name, "summary"), &diagnostics_);
    rule->summary_slots = rule->summary.slots();
  }

  static std::string Version(const RuleSpec& spec, const RulePlan& rule) {
    Digest digest;
    digest.Add(rule.name).Add(rule.when->ToString()).Add(rule.resolve_when ? rule.resolve_when->ToString() : "");
    digest.Add(ToNanos(rule.hold)).Add(rule.severity).Add(spec.summary.text());
    for (const auto& [name, value] : rule.labels) digest.Add(name).Add(value);
    return fmt::format("{:08x}", static_cast<uint32_t>(digest.value() ^ (digest.value() >> 32)));
  }

  void Finish(const RuleSpec& spec, RulePlan rule) {
    const auto index = static_cast<uint32_t>(layout_.rules.size());
    std::set<uint32_t> slots(rule.when->slots().begin(), rule.when->slots().end());
    rule.reads_now = rule.when->reads_now();
    if (rule.resolve_when) {
      slots.insert(rule.resolve_when->slots().begin(), rule.resolve_when->slots().end());
      rule.reads_now = rule.reads_now || rule.resolve_when->reads_now();
    }
    RuleInfo info{rule.name, layout_.groupings[rule.grouping].keys, {}, Version(spec, rule)};
    rule.condition_slots.assign(slots.begin(), slots.end());
    for (uint32_t slot : slots) {
      const GroupVariable& variable = layout_.groupings[rule.grouping].variables[slot];
      if (variable.is_key) continue;
      uint32_t window = layout_.metrics[variable.index].window;
      layout_.windows[window].timed = layout_.windows[window].over_time;
      std::vector<uint32_t>& readers = layout_.window_rules[window];
      if (readers.empty() || readers.back() != index) readers.push_back(index);
      rule.condition_metrics.push_back(slot);
      info.metrics.push_back(variable.name);
    }
    rule.version = info.version;
    layout_.any_rule_reads_now = layout_.any_rule_reads_now || rule.reads_now;
    layout_.groupings[rule.grouping].rules.push_back(index);
    layout_.rules.push_back(std::move(rule));
    layout_.rule_infos.push_back(std::move(info));
  }

  static constexpr uint32_t kNoMetric = ~uint32_t{0};  // a key
  static constexpr uint32_t kMistaken = kNoMetric - 1;

  Plan::Layout& layout_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<Environment> environments_;  // by grouping
  Environment everything_;
};

}  // namespace

void PlanRules(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics) { RulePlanner(layout, diagnostics).Run(); }

}  // namespace tocsin
