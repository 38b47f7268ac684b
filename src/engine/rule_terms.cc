#include "engine/rule_terms.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "engine/dictionary.h"
#include "metric/group_key.h"

namespace tocsin {

bool IsOfSeveralWindows(const Plan::Layout& layout, const Source& source) {
  return source.minus != ThresholdIndex::kNothing || layout.metrics[source.metric].windows.size() > 1;
}

RuleParts RuleTerms::TakeApart(uint32_t r) {
  const RulePlan& rule = layout_.rules[r];
  RuleParts parts;
  parts.rule = r;
  if (rule.scope) parts.scope = TermsOf(rule, *rule.scope);
  for (const LevelPlan& level : rule.levels) {
    parts.levels.push_back(parts.scope);
    for (Term& term : TermsOf(rule, level.when)) parts.levels.back().push_back(std::move(term));
  }
  if (rule.resolve_when) parts.resolve = TermsOf(rule, *rule.resolve_when);
  return parts;
}

TermList RuleTerms::TermsOf(const RulePlan& rule, const Expression& condition) {
  TermList terms;
  for (const ConjunctShape& shape : ConjunctShapes(condition)) terms.push_back(TermOf(rule, shape));
  return terms;
}

Term RuleTerms::TermOf(const RulePlan& rule, const ConjunctShape& shape) {
  Term term;
  if (shape.equality) term.choice = ChoiceOf(rule, *shape.equality);
  if (term.choice) {
    term.kind = Term::Kind::kChoice;
  } else if (TakeThreshold(rule, shape, &term)) {
    term.kind = Term::Kind::kThreshold;
    return term;
  }
  for (uint32_t slot : shape.slots) {
    if (rule.reads[slot].source != Variable::Source::kMetric) continue;
    if (term.kind == Term::Kind::kStill) term.kind = Term::Kind::kOpen;
    for (uint32_t window : layout_.metrics[rule.reads[slot].index].windows) {
      if (layout_.windows[window].grouping == rule.grouping) term.windows.push_back(window);
    }
  }
  return term;
}

bool RuleTerms::TakeThreshold(const RulePlan& rule, const ConjunctShape& shape, Term* term) {
  if (shape.threshold) {
    const Threshold& threshold = *shape.threshold;
    if (!std::holds_alternative<double>(threshold.constant) || threshold.op == Op::kEqual ||
        threshold.op == Op::kNotEqual || !IsSource(rule, threshold.slot) ||
        rule.reads[threshold.slot].type.kind != Kind::kDouble)
      return false;
    term->source.metric = rule.reads[threshold.slot].index;
    term->above = IsAbove(threshold.op);
    term->number = Beyond(threshold.op, std::get<double>(threshold.constant));
    return true;
  }
  if (!shape.pair || !IsSource(rule, shape.pair->left) || !IsSource(rule, shape.pair->right)) return false;
  // Two integers are not compared as doubles.
  if (rule.reads[shape.pair->left].type.kind != Kind::kDouble &&
      rule.reads[shape.pair->right].type.kind != Kind::kDouble)
    return false;
  term->source = {rule.reads[shape.pair->left].index, rule.reads[shape.pair->right].index};
  term->above = IsAbove(shape.pair->op);
  term->number = Beyond(shape.pair->op, 0);
  return true;
}

bool RuleTerms::IsSource(const RulePlan& rule, uint32_t slot) {
  const Variable& variable = rule.reads[slot];
  if (variable.source != Variable::Source::kMetric || variable.parent != 0) return false;
  if (variable.type.kind != Kind::kDouble && variable.type.kind != Kind::kInt) return false;
  const auto [found, added] = is_source_.emplace(variable.index, false);
  if (added) found->second = DependsOnWindowsAlone(layout_.metrics[variable.index], rule.grouping);
  return found->second;
}

bool RuleTerms::DependsOnWindowsAlone(const Metric& metric, uint32_t grouping) const {
  if (metric.grouping != grouping || metric.every || metric.windows.empty()) return false;
  if (!metric.value) return metric.aggregate.has_value();
  if (IsTimed(*metric.value)) return false;
  return std::all_of(metric.reads.begin(), metric.reads.end(), [&](const Variable& part) {
    return part.source == Variable::Source::kMetric && part.parent == 0 &&
           DependsOnWindowsAlone(layout_.metrics[part.index], grouping);
  });
}

std::optional<Choice> RuleTerms::ChoiceOf(const RulePlan& rule, const Equality& equality) const {
  const Variable& variable = rule.reads[equality.slot];
  if (!IsKeyKind(variable.type.kind) || variable.type.kind != equality.constant.kind() || variable.parent != 0)
    return std::nullopt;
  Choice choice;
  choice.index = variable.index;
  if (variable.source == Variable::Source::kMetric) {
    const Metric& metric = layout_.metrics[variable.index];
    if (!IsProfile(metric.name) || !metric.aggregate || metric.grouping != rule.grouping) return std::nullopt;
    choice.is_profile = true;
  } else if (variable.source != Variable::Source::kKey) {
    return std::nullopt;
  }
  AppendKey(equality.constant, &choice.value);
  return choice;
}

}  // namespace tocsin
