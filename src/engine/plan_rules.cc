// The fourth stage of a plan: rules - their conditions, their grouping, their texts.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/digest.h"
#include "engine/plan_rule_events.h"
#include "engine/plan_stages.h"

namespace tocsin {
namespace {

constexpr Duration kKeepAfterMatch = std::chrono::minutes(5);

class RulePlanner {
 public:
  RulePlanner(Plan::Layout* layout, Groupings* groupings, const Dictionary& names, std::vector<Diagnostic>* diagnostics)
      : layout_(*layout), groupings_(*groupings), names_(names), diagnostics_(*diagnostics) {}

  void PlanOne(const RuleSpec& spec) {
    const size_t before = diagnostics_.size();
    CheckShape(spec);
    RulePlan rule;
    rule.name = spec.name;
    rule.on_no_data = spec.on_no_data;
    rule.tell_again = spec.tell_again;
    rule.labels = spec.labels;
    std::sort(rule.labels.begin(), rule.labels.end());
    rule.every = spec.every;
    PlanLife(spec, &rule);

    Reader reader(&layout_, names_, &diagnostics_);
    std::optional<uint32_t> grouping;
    if (!spec.events.empty()) {
      grouping = PlanRuleEvents(spec, &layout_, &groupings_, &reader, &rule, &diagnostics_);
      if (!grouping) return;
    }
    if (!PlanConditions(spec, grouping, &reader, &rule)) return;
    CheckLabels(spec, rule);
    PlanWording(spec, &reader, &rule);
    if (diagnostics_.size() != before) return;
    Finish(spec, reader.TakeReads(), std::move(rule));
  }

 private:
  void Complain(const RuleSpec& spec, std::string message, std::string hint = {}) {
    diagnostics_.push_back(spec.origin.Error(std::move(message), std::move(hint), "rule " + spec.name));
  }

  void CheckShape(const RuleSpec& spec) {
    if (spec.name == kLimitRule)
      Complain(spec, fmt::format("'{}' is the name of a rule of the engine's own", spec.name));
    if (spec.hold < Duration::zero()) Complain(spec, "'for' is negative");
    if (spec.keep_firing_for && *spec.keep_firing_for < Duration::zero())
      Complain(spec, "'keep_firing_for' is negative");
    if (spec.every && *spec.every <= Duration::zero()) Complain(spec, "'every' must be longer than nothing");
    if (!spec.when.empty() && !spec.severities.empty())
      Complain(spec, "a rule has either one condition or one a severity");
    if (spec.flapping && (spec.flapping->changes < 1 || spec.flapping->changes > 20))
      Complain(spec, "'changes' of 'flapping' must be from 1 to 20");
    if (spec.flapping && spec.flapping->within <= Duration::zero())
      Complain(spec, "'within' of 'flapping' must be longer than nothing");
    if (spec.events.empty()) {
      if (spec.when.empty() && spec.severities.empty())
        Complain(spec, fmt::format("the rule '{}' has no condition", spec.name), "add 'when: …'");
      if (!spec.resolve_events.empty()) Complain(spec, "'resolve_event' needs 'event'");
      if (!spec.by.empty()) Complain(spec, "'by' is for rules that look at events; this one's groups are its metrics'");
      return;
    }
    const char* extra = spec.hold != Duration::zero() ? "for"
                        : !spec.resolve_when.empty()  ? "resolve_when"
                        : spec.every.has_value()      ? "every"
                        : spec.flapping.has_value()   ? "flapping"
                                                      : nullptr;
    if (extra != nullptr) Complain(spec, fmt::format("a rule that looks at single events has no '{}'", extra));
  }

  static void PlanLife(const RuleSpec& spec, RulePlan* rule) {
    rule->life.hold = spec.hold;
    rule->looks_at_events = !spec.events.empty();
    rule->ends_by_itself = rule->looks_at_events && (spec.resolve_events.empty() || spec.keep_firing_for.has_value());
    rule->life.keep = spec.keep_firing_for.value_or(rule->looks_at_events ? kKeepAfterMatch : Duration::zero());
    if (!spec.flapping) return;
    rule->life.flap_changes = spec.flapping->changes;
    rule->life.flap_within = spec.flapping->within;
  }

  bool PlanConditions(const RuleSpec& spec, std::optional<uint32_t> grouping, Reader* reader, RulePlan* rule) {
    std::vector<Wanted> wanted;
    std::vector<std::string> severities;
    if (!spec.when.empty()) {
      wanted.push_back({spec.when, Kind::kBool, Describe("rule", spec.name, "when")});
      severities.push_back(spec.severity);
    }
    for (const SeveritySpec& level : spec.severities) {
      wanted.push_back({level.when, Kind::kBool, Describe("rule", spec.name, "when, " + level.severity)});
      severities.push_back(level.severity);
    }
    const size_t levels = wanted.size();
    if (!spec.resolve_when.empty())
      wanted.push_back({spec.resolve_when, Kind::kBool, Describe("rule", spec.name, "resolve_when")});
    if (!spec.scope.empty()) wanted.push_back({spec.scope, Kind::kBool, Describe("rule", spec.name, "scope")});
    if (wanted.empty() && !rule->looks_at_events) return false;  // told already
    if (!reader->Compile(&wanted, grouping)) return false;
    rule->grouping = reader->grouping();
    std::set<uint32_t> slots;
    for (size_t i = 0; i < wanted.size(); ++i) {
      const Expression& expression = *wanted[i].compiled;
      slots.insert(expression.slots().begin(), expression.slots().end());
      const bool is_scope = !spec.scope.empty() && i + 1 == wanted.size();
      if (i < levels) {
        rule->levels.push_back({severities[i], expression});
      } else if (is_scope) {
        rule->scope = expression;
      } else {
        rule->resolve_when = expression;
      }
      if (!is_scope) AddValues(expression, reader->reads(), rule);
    }
    if (rule->levels.empty()) rule->severity_alone = spec.severity;
    rule->condition_slots.assign(slots.begin(), slots.end());
    std::sort(rule->value_slots.begin(), rule->value_slots.end(),
              [&](uint32_t a, uint32_t b) { return reader->reads()[a].name < reader->reads()[b].name; });
    return true;
  }

  static void AddValues(const Expression& expression, const Reads& reads, RulePlan* rule) {
    for (uint32_t slot : expression.slots()) {
      if (reads[slot].source != Variable::Source::kMetric) continue;
      auto& values = rule->value_slots;
      if (std::find(values.begin(), values.end(), slot) == values.end()) values.push_back(slot);
    }
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

  // The names in the places of a template, well or badly formed: "{customer} spent {spent:.2f}".
  static std::set<std::string> NamesIn(const std::string& text) {
    std::set<std::string> names;
    for (size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
      const size_t end = text.find_first_of(":}{", open + 1);
      if (end != std::string::npos && end > open + 1) names.insert(text.substr(open + 1, end - open - 1));
    }
    return names;
  }

  // A template names what the rule could read, its labels, its name and its severity.
  void PlanWording(const RuleSpec& spec, Reader* reader, RulePlan* rule) {
    for (uint32_t i = 0; i < rule->labels.size(); ++i)
      reader->AddTextName(rule->labels[i].first, Variable::Source::kLabel, i);
    reader->AddTextName("rule", Variable::Source::kRuleName, 0);
    reader->AddTextName("severity", Variable::Source::kSeverity, 0);
    std::set<std::string> wanted = NamesIn(spec.summary.text());
    for (const auto& [name, text] : spec.annotations) wanted.merge(NamesIn(text.text()));
    std::vector<Summary::Name> names;
    bool all_known = true;
    for (const std::string& name : wanted) {
      if (std::optional<uint32_t> slot = reader->SlotOf(name)) {
        names.push_back({name, reader->reads()[*slot].type, *slot});
      } else {
        all_known = false;
      }
    }
    for (const std::string& metric : layout_.mistaken_metrics) names.push_back({metric, Kind::kDouble, 0});
    if (!all_known) {  // so that one that is close to what was meant can be told
      for (const std::string& name : reader->Readable()) names.push_back({name, Kind::kDouble, 0});
    }
    rule->wording = Wording::Compile(spec, names, &diagnostics_);
  }

  static std::string Version(const RuleSpec& spec, const RulePlan& rule) {
    Digest digest;
    digest.Add(rule.name);
    for (const LevelPlan& level : rule.levels) digest.Add(level.severity).Add(level.when.Definition());
    digest.Add(rule.resolve_when ? rule.resolve_when->Definition() : "")
        .Add(rule.scope ? rule.scope->Definition() : "");
    for (const auto* list : {&spec.events, &spec.resolve_events, &spec.by}) {
      digest.Add(static_cast<int64_t>(list->size()));
      for (const SourceText& text : *list) digest.Add(text.text());
    }
    digest.Add(ToNanos(spec.hold)).Add(ToNanos(rule.life.keep)).Add(spec.severity);
    digest.Add(spec.every ? ToNanos(*spec.every) : 0).Add(static_cast<int64_t>(spec.on_no_data));
    digest.Add(spec.warm_up ? 1 : 0).Add(spec.tell_again ? 1 : 0);
    digest.Add(rule.life.flap_changes).Add(ToNanos(rule.life.flap_within)).Add(spec.summary.text());
    for (const auto& [name, value] : rule.labels) digest.Add(name).Add(value);
    for (const auto& [name, text] : spec.annotations) digest.Add(name).Add(text.text());
    return fmt::format("{:08x}", static_cast<uint32_t>(digest.value() ^ (digest.value() >> 32)));
  }

  void Finish(const RuleSpec& spec, Reads reads, RulePlan rule) {
    const auto index = static_cast<uint32_t>(layout_.rules.size());
    rule.reads = std::move(reads);
    for (uint32_t slot = 0; slot < rule.reads.size(); ++slot) {
      const bool severity = rule.reads[slot].source == Variable::Source::kSeverity;
      (severity ? rule.severity_slots : rule.all_slots).push_back(slot);
    }
    rule.version = Version(spec, rule);
    rule.warms_up = spec.warm_up;
    RuleInfo info{rule.name, layout_.groupings[rule.grouping].keys, {}, rule.version};
    for (uint32_t slot : rule.value_slots) info.metrics.push_back(rule.reads[slot].name);
    layout_.groupings[rule.grouping].rules.push_back(index);
    layout_.rules.push_back(std::move(rule));
    layout_.rule_infos.push_back(std::move(info));
  }

  Plan::Layout& layout_;
  Groupings& groupings_;
  const Dictionary& names_;
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace

void PlanRules(Plan::Layout* layout, Groupings* groupings, const Dictionary& names,
               std::vector<Diagnostic>* diagnostics) {
  std::vector<const RuleSpec*> specs;
  for (const RuleSpec& spec : layout->spec.rules) specs.push_back(&spec);
  std::stable_sort(specs.begin(), specs.end(), [](const RuleSpec* a, const RuleSpec* b) { return a->name < b->name; });
  RulePlanner planner(layout, groupings, names, diagnostics);
  for (size_t i = 0; i < specs.size(); ++i) {
    if (i > 0 && specs[i]->name == specs[i - 1]->name) {
      diagnostics->push_back(specs[i]->origin.Error(fmt::format("there are two rules named '{}'", specs[i]->name), "",
                                                    "rule " + specs[i]->name));
    } else {
      planner.PlanOne(*specs[i]);
    }
  }
}

}  // namespace tocsin
