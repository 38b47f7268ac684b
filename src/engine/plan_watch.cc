// The fifth stage of a plan: when each rule is evaluated. What leaves a window is waited for only where it could change
// a rule's mind; instants at which time alone does are known; metrics that are not believed at first and coarser ones
// are watched (docs/semantics.md 1.9, 3.12, 4.5).
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "engine/plan_stages.h"
#include "engine/read.h"
#include "expr/condition.h"

namespace tocsin {
namespace {

bool Contains(const std::vector<uint32_t>& list, uint32_t item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}
// For short lists.
void AddOnce(uint32_t item, std::vector<uint32_t>* list) {
  if (!Contains(*list, item)) list->push_back(item);
}
// For lists of rules, which come in order.
void AddRule(uint32_t rule, std::vector<uint32_t>* list) {
  if (list->empty() || list->back() != rule) list->push_back(rule);
}

// Which way a metric must go for a condition to turn true, and whether what leaves can take it there.
bool Fits(Turn turn, Moves moves) {
  switch (turn) {
    case Turn::kNever:
      return false;
    case Turn::kUp:
      return moves == Moves::kUp || moves == Moves::kBoth;
    case Turn::kDown:
      return moves == Moves::kDown || moves == Moves::kBoth;
    case Turn::kBoth:
      return moves != Moves::kNone;
  }
  return true;
}

// How an expression moves when a part of it does, which it follows that way.
static_assert(static_cast<int>(Turn::kUp) == static_cast<int>(Moves::kUp) &&
              static_cast<int>(Turn::kBoth) == static_cast<int>(Moves::kBoth));
Moves Through(Turn turn, Moves part) {
  if (turn == Turn::kNever || part == Moves::kNone) return Moves::kNone;
  if (turn == Turn::kUp) return part;
  if (turn == Turn::kBoth || part == Moves::kBoth) return Moves::kBoth;
  return part == Moves::kUp ? Moves::kDown : Moves::kUp;
}

class WatchPlanner {
 public:
  explicit WatchPlanner(Plan::Layout* layout) : layout_(*layout) {}

  void Run() {
    layout_.uses.resize(layout_.windows.size());
    layout_.stored_readers.resize(layout_.metrics.size());
    layout_.stored_terms.resize(layout_.metrics.size());
    for (uint32_t r = 0; r < layout_.rollups.size(); ++r) PlanRollup(r);
    for (uint32_t r = 0; r < layout_.rules.size(); ++r) PlanOne(r);
  }

 private:
  const Metric& MetricOf(const Variable& variable) const { return layout_.metrics[variable.index]; }

  void PlanOne(uint32_t r) {
    RulePlan& rule = layout_.rules[r];
    if (rule.every) layout_.every_rules.push_back(r);
    CollectWindows(r);
    PlanTime(r);
    PlanTerms(r);
    PlanWarming(&rule);
    if (rule.every) return;  // looked at only at ticks, but what leaves while it fires needs no notice either
    for (uint32_t window : rule.windows) layout_.uses[window].read = true;
    PlanExits(rule);
  }

  // What a group contributes is brought up to date whenever something of it changes.
  void PlanRollup(uint32_t r) {
    const RollupPlan& rollup = layout_.rollups[r];
    for (uint32_t window : rollup.windows) {
      WindowUse& use = layout_.uses[window];
      use.rollups.push_back(r);
      use.read = true;
      use.timed = true;
    }
  }

  void CollectWindows(uint32_t r) {
    RulePlan* rule = &layout_.rules[r];
    for (uint32_t slot : rule->condition_slots) {
      const Variable& variable = rule->reads[slot];
      if (variable.source != Variable::Source::kMetric) continue;
      if (variable.parent != 0) AddRule(r, &layout_.groupings[MetricOf(variable).grouping].finer_rules);
      for (uint32_t window : MetricOf(variable).windows) {
        const bool own = layout_.windows[window].grouping == rule->grouping;
        AddOnce(window, own ? &rule->windows : &rule->coarse_windows);
        if (layout_.windows[window].behind()) AddOnce(window, &rule->behind);
      }
      for (uint32_t metric : MetricOf(variable).stored) AddRule(r, &layout_.stored_readers[metric]);
    }
  }

  std::vector<Expression> Conditions(const RulePlan& rule) const {
    std::vector<Expression> conditions;
    for (const LevelPlan& level : rule.levels) conditions.push_back(level.when);
    if (rule.resolve_when) conditions.push_back(*rule.resolve_when);
    if (rule.scope) conditions.push_back(*rule.scope);
    return conditions;
  }

  // A slot whose value changes while only time passes, other than by growing with it.
  bool ReadsHiddenTime(const Reads& reads, const Expression& expression) const {
    return std::any_of(expression.slots().begin(), expression.slots().end(), [&](uint32_t slot) {
      return reads[slot].source == Variable::Source::kMetric && HidesTime(MetricOf(reads[slot]));
    });
  }
  bool HidesTime(const Metric& metric) const {
    if (metric.every) return false;
    if (metric.aggregate) return MovesWithTime(*metric.aggregate);
    if (IsTimed(*metric.value)) return true;
    return ReadsHiddenTime(metric.reads, *metric.value);
  }

  // An expression over metrics of its own groups and of coarser ones: nobody tells it when the coarser move.
  bool HidesCoarser(const Metric& metric) const {
    if (!metric.value || metric.every) return false;
    return std::any_of(metric.reads.begin(), metric.reads.end(), [&](const Variable& part) {
      return part.source == Variable::Source::kMetric && (part.parent != 0 || HidesCoarser(MetricOf(part)));
    });
  }

  // A term that is known to turn at one instant when a probability falls.
  std::optional<FallPlan> AsFall(const RulePlan& rule, const Expression& term) const {
    const std::optional<Threshold> threshold = AsThreshold(term);
    if (!threshold || !std::holds_alternative<double>(threshold->constant)) return std::nullopt;
    const Variable& variable = rule.reads[threshold->slot];
    if (variable.source != Variable::Source::kMetric || variable.parent != 0) return std::nullopt;
    const Metric& metric = MetricOf(variable);
    const bool equality = threshold->op == Op::kEqual || threshold->op == Op::kNotEqual;
    if (!metric.aggregate || metric.aggregate->aggregate != AggregateKind::kPAlive || equality) return std::nullopt;
    return FallPlan{threshold->slot, threshold->op, std::get<double>(threshold->constant)};
  }

  void PlanTime(uint32_t r) {
    RulePlan& rule = layout_.rules[r];
    if (rule.looks_at_events) return;  // it looks at events, not at time
    for (const Expression& condition : Conditions(rule)) {
      for (const Expression& term : Terms(condition)) {
        if (std::optional<FallPlan> fall = AsFall(rule, term)) {
          rule.falls.push_back(*fall);
        } else if (ReadsHiddenTime(rule.reads, term)) {
          rule.each_minute = true;
        }
      }
      if (!IsTimed(condition)) continue;
      TimeTerms terms = TimedTerms(condition);
      if (terms.other) rule.each_minute = true;
      for (LinearTerm& term : terms.linear) rule.flips.push_back(std::move(term));
    }
  }

  // Terms that read only coarser metrics are watched in their own groups; terms that mix both are looked at each
  // minute.
  void PlanTerms(uint32_t r) {
    RulePlan& rule = layout_.rules[r];
    for (uint32_t slot : rule.condition_slots) {
      if (rule.reads[slot].source == Variable::Source::kMetric && HidesCoarser(MetricOf(rule.reads[slot])))
        rule.each_minute = rule.each_minute || !rule.looks_at_events;
    }
    const bool any_coarse = std::any_of(rule.reads.begin(), rule.reads.end(), [](const Variable& variable) {
      return variable.source == Variable::Source::kMetric && variable.parent != 0;
    });
    if (rule.every || !any_coarse) return;
    std::vector<Expression> conditions = Conditions(rule);
    if (rule.looks_at_events) {  // its scope ends what has begun; the rest is asked of events alone
      conditions.clear();
      if (rule.scope) conditions.push_back(*rule.scope);
    }
    for (const Expression& condition : conditions) {
      for (const Expression& term : Terms(condition)) {
        bool coarse = false;
        bool fine = false;
        for (uint32_t slot : term.slots()) {
          const Variable& variable = rule.reads[slot];
          (variable.source == Variable::Source::kMetric && variable.parent != 0 ? coarse : fine) = true;
        }
        if (!coarse) continue;
        if (fine || IsTimed(term) || ReadsHiddenTime(rule.reads, term)) rule.each_minute = true;
        if (!fine) AddTerm(r, term);
      }
    }
  }

  void AddTerm(uint32_t r, const Expression& term) {
    const RulePlan& rule = layout_.rules[r];
    std::optional<uint32_t> finest;
    for (uint32_t slot : term.slots()) {
      const uint32_t grouping = MetricOf(rule.reads[slot]).grouping;
      if (!finest || layout_.groupings[grouping].keys.size() > layout_.groupings[*finest].keys.size())
        finest = grouping;
    }
    for (uint32_t slot : term.slots()) {
      // It is watched in the groups of the finest, which may not be there.
      if (MetricOf(rule.reads[slot]).grouping != *finest) layout_.rules[r].each_minute = true;
    }
    for (uint32_t slot : term.slots()) {  // not nested: nobody's groups are those of the term
      if (!IsSubset(layout_.groupings[MetricOf(rule.reads[slot]).grouping].keys, layout_.groupings[*finest].keys)) {
        layout_.rules[r].each_minute = true;
        return;
      }
    }
    const auto [found, added] =
        terms_.emplace(std::make_pair(*finest, term.ToString()), static_cast<uint32_t>(layout_.terms.size()));
    AddOnce(found->second, &layout_.rules[r].coarse_terms);
    if (!added) return AddRule(r, &layout_.terms[found->second].rules);
    CoarseTerm coarse;
    coarse.grouping = *finest;
    coarse.expression = term;
    coarse.rules = {r};
    coarse.timed = IsTimed(term) || ReadsHiddenTime(rule.reads, term);
    coarse.same_unseen = !coarse.timed;
    coarse.reads.resize(rule.reads.size());
    const auto index = static_cast<uint32_t>(layout_.terms.size());
    auto reach = [&](uint32_t grouping) {
      if (grouping == *finest) return;
      coarse.nested = true;
      AddOnce(index, &layout_.groupings[grouping].finer_terms);
    };
    for (uint32_t slot : term.slots()) {
      const Metric& metric = MetricOf(rule.reads[slot]);
      coarse.reads[slot] = rule.reads[slot];
      coarse.reads[slot].parent = ParentOf(*finest, metric.grouping);
      coarse.same_unseen = coarse.same_unseen && !metric.value;
      reach(metric.grouping);
      for (uint32_t window : metric.windows) {
        AddOnce(index, &layout_.uses[window].terms);
        layout_.uses[window].read = true;
        layout_.uses[window].timed = true;
        coarse.same_unseen = coarse.same_unseen && !layout_.windows[window].behind();
        reach(layout_.windows[window].grouping);
      }
      for (uint32_t stored : metric.stored) {
        AddOnce(index, &layout_.stored_terms[stored]);
        reach(layout_.metrics[stored].grouping);
      }
    }
    layout_.terms.push_back(std::move(coarse));
  }

  uint32_t ParentOf(uint32_t grouping, uint32_t coarser) {
    if (grouping == coarser) return 0;
    std::vector<ParentPlan>& parents = layout_.groupings[grouping].parents;
    for (uint32_t p = 0; p < parents.size(); ++p) {
      if (parents[p].grouping == coarser) return p + 1;
    }
    ParentPlan parent;
    parent.grouping = coarser;
    const auto& own = layout_.groupings[grouping].keys;
    for (const std::string& key : layout_.groupings[coarser].keys)
      parent.keys.push_back(static_cast<uint32_t>(std::find(own.begin(), own.end(), key) - own.begin()));
    parents.push_back(std::move(parent));
    return static_cast<uint32_t>(parents.size());
  }

  // How a metric may move when something leaves one of its windows. Of an expression: what its parts do to it.
  Moves ExitMoves(const Metric& metric, uint32_t window, bool sum_is_nonnegative) const {
    if (metric.rollup) return Moves::kNone;  // its groups see to that
    if (metric.every) return Moves::kNone;   // noticed when it is evaluated
    if (!metric.value) {
      if (metric.aggregate->window != window) return Moves::kNone;
      return OnExit(*metric.aggregate, layout_.windows[window], sum_is_nonnegative);
    }
    const std::vector<Turn> turns = Influence(*metric.value);
    auto all = static_cast<unsigned>(Moves::kNone);
    for (uint32_t slot : metric.value->slots()) {
      if (metric.reads[slot].source != Variable::Source::kMetric) continue;
      const Moves part = ExitMoves(MetricOf(metric.reads[slot]), window, sum_is_nonnegative);
      all |= static_cast<unsigned>(Through(turns[slot], part));
    }
    return static_cast<Moves>(all);
  }

  // Adds the metrics that can turn a condition true by having a window that is emptier than it should be; `turn` is the
  // way in which `metric` must move for that.
  void AddMisleading(uint32_t metric_index, Turn turn, std::set<uint32_t>* misleading) const {
    const Metric& metric = layout_.metrics[metric_index];
    if (turn == Turn::kNever || metric.every) return;
    if (metric.rollup) {
      // More groups, and larger ones: a count of all is only too small where their windows are too empty.
      const RollupPlan& rollup = layout_.rollups[*metric.rollup];
      const bool rises = rollup.aggregate == RollupPlan::Aggregate::kCount && !rollup.where;
      const bool over_time = std::any_of(rollup.windows.begin(), rollup.windows.end(),
                                         [&](uint32_t w) { return layout_.windows[w].over_time(); });
      if (over_time && Fits(turn, rises ? Moves::kDown : Moves::kBoth)) misleading->insert(metric_index);
      return;
    }
    if (metric.aggregate) {
      const WindowPlan& window = layout_.windows[metric.aggregate->window];
      // A sum is taken for one of amounts that are not negative: it is small when the window is emptier.
      if (window.over_time() && Fits(turn, OnExit(*metric.aggregate, window, true))) misleading->insert(metric_index);
      return;
    }
    const std::vector<Turn> turns = Influence(*metric.value);
    for (uint32_t slot : metric.value->slots()) {
      if (metric.reads[slot].source == Variable::Source::kMetric)
        AddMisleading(metric.reads[slot].index, PartOf(turns[slot], turn), misleading);
    }
  }
  static Turn PartOf(Turn follows, Turn wanted) {
    return static_cast<Turn>(Through(follows, static_cast<Moves>(wanted)));
  }

  // The windows of those that a metric depends on.
  void AddWindowsOf(uint32_t metric_index, const std::set<uint32_t>& misleading, std::vector<uint32_t>* windows) const {
    const Metric& metric = layout_.metrics[metric_index];
    if (metric.rollup && misleading.count(metric_index) != 0) {
      for (uint32_t window : layout_.rollups[*metric.rollup].windows) {
        if (layout_.windows[window].over_time()) AddOnce(window, windows);
      }
      return;
    }
    if (metric.aggregate && misleading.count(metric_index) != 0) AddOnce(metric.aggregate->window, windows);
    if (metric.every) return;
    for (const Variable& variable : metric.reads) {
      if (variable.source == Variable::Source::kMetric) AddWindowsOf(variable.index, misleading, windows);
    }
  }

  static Turn TurnOf(const Expression& condition, uint32_t slot) {
    const std::vector<Turn> turns = Influence(condition);
    return slot < turns.size() ? turns[slot] : Turn::kNever;
  }

  void PlanWarming(RulePlan* rule) {
    if (!rule->warms_up) return;
    std::set<uint32_t> misleading;
    for (uint32_t slot : rule->condition_slots) {
      if (rule->reads[slot].source != Variable::Source::kMetric) continue;
      for (const LevelPlan& level : rule->levels)
        AddMisleading(rule->reads[slot].index, TurnOf(level.when, slot), &misleading);
    }
    for (uint32_t slot = 0; slot < rule->reads.size(); ++slot) {
      if (rule->reads[slot].source != Variable::Source::kMetric) continue;
      WarmingPlan warming{slot, {}};
      AddWindowsOf(rule->reads[slot].index, misleading, &warming.windows);
      if (!warming.windows.empty()) rule->warming.push_back(std::move(warming));
    }
  }

  // What leaves must be noticed for every group where it could turn a condition true; where an alert is active, the
  // engine sees to it itself.
  void PlanExits(const RulePlan& rule) {
    for (const Expression& condition : Conditions(rule)) {
      const bool either_way = rule.on_no_data == OnNoData::kAlerting || rule.each_minute;
      for (uint32_t slot : condition.slots()) {
        const Variable& variable = rule.reads[slot];
        if (variable.source != Variable::Source::kMetric) continue;
        Turn turn = TurnOf(condition, slot);
        if (either_way || AsksPresence(condition, slot)) turn = Turn::kBoth;
        for (uint32_t window : MetricOf(variable).windows) {
          WindowUse& use = layout_.uses[window];
          if (!use.timed && IsFalseOnceEmpty(rule, condition, window)) continue;
          use.timed = use.timed || Fits(turn, ExitMoves(MetricOf(variable), window, true));
          use.timed_if_negative = use.timed_if_negative || Fits(turn, ExitMoves(MetricOf(variable), window, false));
        }
      }
    }
  }

  // All that a calendar period holds leaves at once. Most conditions are false then: a term over nothing else answers
  // for an empty window what it answers for every one. So a midnight need not visit every group.
  bool IsFalseOnceEmpty(const RulePlan& rule, const Expression& condition, uint32_t window) const {
    const WindowPlan& window_plan = layout_.windows[window];
    if (window_plan.kind != WindowPlan::Kind::kTime || window_plan.calendar == nullptr || rule.each_minute)
      return false;
    const std::vector<Conjunct> conjuncts = Conjuncts(condition);
    return std::any_of(conjuncts.begin(), conjuncts.end(), [&](const Conjunct& conjunct) {
      std::vector<Value> variables(rule.reads.size());
      for (uint32_t slot : conjunct.term.slots()) {
        const Variable& variable = rule.reads[slot];
        if (variable.source != Variable::Source::kMetric || variable.parent != 0) return false;
        const Metric& metric = MetricOf(variable);
        if (metric.grouping != rule.grouping || metric.every || metric.windows != std::vector<uint32_t>{window})
          return false;
        variables[slot] = ReadEmpty(layout_, metric);
      }
      if (IsTimed(conjunct.term) || conjunct.term.slots().empty()) return false;
      Scratch scratch;
      const Result result = conjunct.term.Evaluate(variables, Time(), scratch);
      if (result.outcome == Outcome::kValue) return !result.IsTrue();
      return result.outcome == Outcome::kNoData && rule.on_no_data != OnNoData::kAlerting;
    });
  }

  Plan::Layout& layout_;
  std::map<std::pair<uint32_t, std::string>, uint32_t> terms_;  // by grouping and text
};

}  // namespace

void PlanWatching(Plan::Layout* layout) {
  for (uint32_t w = 0; w < layout->windows.size(); ++w) {
    if (layout->windows[w].behind()) layout->behind.push_back(w);
  }
  WatchPlanner(layout).Run();
  for (uint32_t r = 0; r < layout->rules.size(); ++r) {
    if (layout->rules[r].each_minute && !layout->rules[r].every) layout->minute_rules.push_back(r);
  }
}

}  // namespace tocsin
