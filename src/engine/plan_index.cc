// Rules cost what they decide: how each is found among very many (docs/architecture.md, "Rules cost what they decide").
//
// A rule that is about one value of a key or of a profile's attribute hangs under that value (SelectorPlan). A rule
// whose levels have a threshold each is asked only when a threshold is crossed: the most selective one leads to it, the
// others count while that holds (Atom::guard), and that while the second most selective does. What of it is no
// threshold leaves it open: it is asked whenever that changes while the leading threshold holds. Every other rule is
// asked whenever anything that it reads changes.
#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/plan_stages.h"
#include "engine/read.h"
#include "engine/rule_terms.h"
#include "engine/threshold_index_builder.h"

namespace tocsin {
namespace {

constexpr uint32_t kNothing = ThresholdIndex::kNothing;

class IndexPlanner {
 public:
  explicit IndexPlanner(Plan::Layout* layout) : layout_(*layout), builder_(layout) {}

  void Run() {
    std::vector<RuleParts> all;
    RuleTerms terms(layout_);
    for (uint32_t r = 0; r < layout_.rules.size(); ++r) {
      RulePlan& rule = layout_.rules[r];
      rule.calm = rule.every.has_value();  // looked at only at ticks
      if (rule.every || rule.looks_at_events) {
        AddActive(rule, r);
      } else {
        all.push_back(terms.TakeApart(r));
      }
    }
    Choose(&all);
    Rank(all);
    for (const RuleParts& parts : all) Enter(parts);
    builder_.Build();
    BuildLists();
  }

  // Every rule is asked whenever anything that it reads changes: what the rest must be equal to.
  void RunWithout() {
    for (uint32_t r = 0; r < layout_.rules.size(); ++r) {
      RulePlan& rule = layout_.rules[r];
      rule.calm = rule.every.has_value();
      if (!rule.every && !rule.looks_at_events) AddAlways(rule, r);
      AddActive(rule, r);
    }
  }

 private:
  bool IsPlain(const RulePlan& rule) const {
    return rule.on_no_data == OnNoData::kOk && rule.flips.empty() && rule.falls.empty() && !rule.each_minute &&
           !rule.levels.empty() && rule.life.flap_changes == 0;
  }

  // --- which value a rule hangs under: the one that the fewest rules could ---

  std::set<Choice> ChoicesOf(const RuleParts& parts) const {
    const RulePlan& rule = layout_.rules[parts.rule];
    std::set<Choice> choices;
    auto of = [](const TermList& terms) {
      std::set<Choice> found;
      for (const Term& term : terms) {
        if (term.choice) found.insert(*term.choice);
      }
      return found;
    };
    // A scope without an answer does not match, a condition without one may hold.
    if (rule.on_no_data != OnNoData::kOk || parts.levels.empty()) return of(parts.scope);
    choices = of(parts.levels[0]);
    for (const TermList& level : parts.levels) {
      const std::set<Choice> here = of(level);
      std::erase_if(choices, [&](const Choice& choice) { return here.count(choice) == 0; });
    }
    return choices;
  }

  void Choose(std::vector<RuleParts>* all) {
    std::map<std::pair<uint32_t, Choice>, size_t> rules;
    std::vector<std::set<Choice>> choices;
    for (const RuleParts& parts : *all) {
      choices.push_back(ChoicesOf(parts));
      for (const Choice& choice : choices.back()) ++rules[{layout_.rules[parts.rule].grouping, choice}];
    }
    for (size_t i = 0; i < all->size(); ++i) {
      RulePlan& rule = layout_.rules[(*all)[i].rule];
      std::optional<Choice> best;
      for (const Choice& choice : choices[i]) {
        if (!best || rules[{rule.grouping, choice}] < rules[{rule.grouping, *best}]) best = choice;
      }
      if (!best) continue;
      rule.selector = SelectorOf(rule.grouping, *best) + 1;
      auto& numbers = layout_.groupings[rule.grouping].selectors[rule.selector - 1].numbers;
      rule.number = numbers.emplace(best->value, static_cast<uint32_t>(numbers.size() + 1)).first->second;
      (*all)[i].choice = std::move(best);
    }
  }

  uint32_t SelectorOf(uint32_t grouping, const Choice& choice) {
    std::vector<SelectorPlan>& selectors = layout_.groupings[grouping].selectors;
    for (uint32_t s = 0; s < selectors.size(); ++s) {
      if (selectors[s].is_key != choice.is_profile && selectors[s].index == choice.index) return s;
    }
    const auto made = static_cast<uint32_t>(selectors.size());
    selectors.emplace_back();
    selectors.back().is_key = !choice.is_profile;
    selectors.back().index = choice.index;
    if (choice.is_profile) {
      for (uint32_t window : layout_.metrics[choice.index].windows) layout_.uses[window].selectors.push_back(made);
    }
    return made;
  }

  // --- which threshold leads to a rule: one that an empty group is not beyond, then the one beyond which the fewest
  // values lie, as far as the other thresholds of the same metric tell ---

  void Rank(const std::vector<RuleParts>& all) {
    for (const RuleParts& parts : all) {
      for (const TermList& level : parts.levels) {
        for (const Term& term : level) {
          if (term.kind == Term::Kind::kThreshold)
            numbers_[{term.source, term.above}].push_back(term.above ? term.number : -term.number);
        }
      }
    }
    for (auto& [source, numbers] : numbers_) {
      std::sort(numbers.begin(), numbers.end());
      std::optional<double> empty = EmptyValue(source.first);
      if (empty && !source.second) *empty = -*empty;
      empty_.emplace(source, empty);
    }
  }

  std::optional<double> EmptyValue(const Source& source) const {
    const Value value = ReadEmpty(layout_, layout_.metrics[source.metric]);
    if (value.absent()) return std::nullopt;
    if (source.minus == kNothing) return value.AsNumber();
    const Value minus = ReadEmpty(layout_, layout_.metrics[source.minus]);
    if (minus.absent()) return std::nullopt;
    return value.AsNumber() - minus.AsNumber();
  }

  // Larger is more selective.
  std::pair<bool, double> Selectivity(const Term& term) const {
    const double number = term.above ? term.number : -term.number;
    const std::vector<double>& numbers = numbers_.at({term.source, term.above});
    const std::optional<double>& empty = empty_.at({term.source, term.above});
    const auto easier = std::lower_bound(numbers.begin(), numbers.end(), number) - numbers.begin();
    return {!empty || *empty <= number, static_cast<double>(easier + 1) / static_cast<double>(numbers.size() + 2)};
  }

  // `beside`: another one, of another source. Those of one source may turn at once, and none would tell of it.
  const Term* Leader(const TermList& level, const Term* beside = nullptr) const {
    const Term* best = nullptr;
    for (const Term& term : level) {
      if (term.kind != Term::Kind::kThreshold || (beside != nullptr && term.source == beside->source)) continue;
      if (best == nullptr || Selectivity(term) > Selectivity(*best)) best = &term;
    }
    return best;
  }

  // --- entering ---

  // What keeps its truth while its group hangs where it hangs, or is noticed by thresholds.
  bool IsClosed(const RuleParts& parts, const Term& term) const {
    switch (term.kind) {
      case Term::Kind::kStill:
      case Term::Kind::kThreshold:
        return true;
      case Term::Kind::kChoice:
        return !term.choice->is_profile || term.choice == parts.choice;
      case Term::Kind::kOpen:
        return term.windows.empty();  // of coarser groups, which say so themselves
    }
    return false;
  }

  void Enter(const RuleParts& parts) {
    RulePlan& rule = layout_.rules[parts.rule];
    rule.indexed = IsPlain(rule) && std::all_of(parts.levels.begin(), parts.levels.end(),
                                                [&](const TermList& level) { return Leader(level) != nullptr; });
    if (!rule.indexed) {
      AddAlways(rule, parts.rule);
    } else {
      EnterByThresholds(parts, &rule);
    }
    AddActive(rule, parts.rule);
  }

  // What concerns its alerts while they are active, and when it begins to believe its metrics.
  void AddActive(const RulePlan& rule, uint32_t r) {
    for (uint32_t window : rule.windows) layout_.uses[window].restless |= !rule.calm;
    auto warms = [&](uint32_t window) {
      WindowUse& use = layout_.uses[window];
      use.warms = true;
      if (!rule.indexed && (use.warm_rules.empty() || use.warm_rules.back() != r)) use.warm_rules.push_back(r);
    };
    for (const WarmingPlan& warming : rule.warming)
      std::for_each(warming.windows.begin(), warming.windows.end(), warms);
    std::for_each(rule.behind.begin(), rule.behind.end(), warms);
  }

  void AddAlways(const RulePlan& rule, uint32_t r) {
    for (uint32_t window : rule.windows) {
      WindowUse& use = layout_.uses[window];
      if (rule.selector == 0) {
        use.always.push_back(r);
      } else {
        selected_[{window, rule.selector - 1}].emplace_back(rule.number, r);
      }
    }
    if (rule.selector != 0) always_[{rule.grouping, rule.selector - 1}].emplace_back(rule.number, r);
  }

  void EnterByThresholds(const RuleParts& parts, RulePlan* rule) {
    const bool is_open = std::any_of(parts.levels.begin(), parts.levels.end(), [&](const TermList& level) {
      return std::any_of(level.begin(), level.end(), [&](const Term& term) { return !IsClosed(parts, term); });
    });
    // Where the group hangs under another value, thresholds tell nothing of an alert that has outlived its condition.
    const bool outlives = parts.resolve || rule->life.keep > Duration::zero();
    rule->calm = !is_open && ResolvesCalmly(parts) && !(outlives && parts.choice);
    uint32_t order = 0;
    for (const TermList& level : parts.levels) {
      const Term* leader = Leader(level);
      const Term* second = is_open ? nullptr : Leader(level, leader);
      std::optional<uint32_t> guard;  // of the others
      std::optional<uint32_t> guard_of_leader;
      if (second != nullptr) guard_of_leader = builder_.AddGuard(rule->grouping);
      bool single = true;
      for (const Term& term : level) {
        if (&term == leader || term.kind == Term::Kind::kStill ||
            (term.kind == Term::Kind::kChoice && IsClosed(parts, term)))
          continue;
        single = false;
        if (is_open || term.kind != Term::Kind::kThreshold) {
          AddOpenWindows(term, rule);
          continue;
        }
        if (!guard) guard = builder_.AddGuard(rule->grouping);
        NewAtom atom = AtomOf(*rule, parts.rule, term, order++);
        atom.guard = *guard;
        if (&term == second) atom.leads = guard_of_leader;
        builder_.Add(*rule, term, false, atom, true);
      }
      NewAtom atom = AtomOf(*rule, parts.rule, *leader, order++);
      atom.guard = guard_of_leader.value_or(Atom::kFree);
      atom.leads = guard;
      // Nor does it turn a rule that does not believe its metrics yet: no alert sees to it that exits are noticed.
      const bool unnoticed = !rule->warming.empty() && IsOfSeveralWindows(layout_, leader->source);
      builder_.Add(*rule, *leader, is_open, atom, !single || unnoticed);
    }
    // What ends an alert whose condition may be false already.
    for (const TermList* terms : {parts.resolve ? &*parts.resolve : nullptr, &parts.scope}) {
      if (!rule->calm || terms == nullptr) continue;
      for (const Term& term : *terms) {
        if (term.kind != Term::Kind::kThreshold) continue;
        NewAtom atom = AtomOf(*rule, parts.rule, term, order++);
        atom.guard = Atom::kWhileActive;
        builder_.Add(*rule, term, false, atom, false);
      }
    }
    std::sort(rule->open_windows.begin(), rule->open_windows.end());
    rule->open_windows.erase(std::unique(rule->open_windows.begin(), rule->open_windows.end()),
                             rule->open_windows.end());
  }

  // Whether thresholds tell all that can end its alert. With resolve_when, that also a condition without an answer does
  // (docs/semantics.md 4.2), they do not tell.
  bool ResolvesCalmly(const RuleParts& parts) const {
    if (!parts.resolve) return true;
    for (const TermList& level : parts.levels) {
      for (const Term& term : level) {
        if (term.kind != Term::Kind::kStill && !IsNeverAbsent(term)) return false;
      }
    }
    return std::all_of(parts.resolve->begin(), parts.resolve->end(), [](const Term& term) {
      return term.kind == Term::Kind::kStill || term.kind == Term::Kind::kThreshold ||
             (term.kind == Term::Kind::kChoice && !term.choice->is_profile);
    });
  }

  bool IsNeverAbsent(const Term& term) const {
    if (term.kind == Term::Kind::kChoice) return !term.choice->is_profile;
    const Metric& metric = layout_.metrics[term.source.metric];
    return term.kind == Term::Kind::kThreshold && term.source.minus == kNothing && metric.aggregate && !metric.rollup &&
           !MayBeAbsent(*metric.aggregate) && !layout_.windows[metric.aggregate->window].behind();
  }

  void AddOpenWindows(const Term& term, RulePlan* rule) {
    if (term.kind != Term::Kind::kThreshold) {
      rule->open_windows.insert(rule->open_windows.end(), term.windows.begin(), term.windows.end());
      return;
    }
    for (uint32_t metric : {term.source.metric, term.source.minus}) {
      if (metric == kNothing) continue;
      const auto& windows = layout_.metrics[metric].windows;
      rule->open_windows.insert(rule->open_windows.end(), windows.begin(), windows.end());
    }
  }

  static NewAtom AtomOf(const RulePlan& rule, uint32_t r, const Term& term, uint32_t order) {
    NewAtom atom;
    atom.number_of_value = rule.number;
    atom.above = term.above;
    atom.number = term.number;
    atom.rule = r;
    atom.order = order;
    return atom;
  }

  static Lists ListsOf(std::vector<std::pair<uint32_t, uint32_t>>* pairs) {
    std::sort(pairs->begin(), pairs->end());
    Lists lists;
    for (const auto& [number, rule] : *pairs) lists.Add(number, rule);
    return lists;
  }
  void BuildLists() {
    for (auto& [where, pairs] : selected_)
      layout_.uses[where.first].selected.push_back({where.second, ListsOf(&pairs)});
    for (auto& [where, pairs] : always_)
      layout_.groupings[where.first].selectors[where.second].always = ListsOf(&pairs);
  }

  Plan::Layout& layout_;
  std::map<std::pair<Source, bool>, std::vector<double>> numbers_;
  std::map<std::pair<Source, bool>, std::optional<double>> empty_;
  ThresholdIndexBuilder builder_;
  // By window or grouping, and selector: numbers and rules.
  std::map<std::pair<uint32_t, uint32_t>, std::vector<std::pair<uint32_t, uint32_t>>> selected_;
  std::map<std::pair<uint32_t, uint32_t>, std::vector<std::pair<uint32_t, uint32_t>>> always_;
};

}  // namespace

void PlanIndices(Plan::Layout* layout, bool use_indices) {
  use_indices ? IndexPlanner(layout).Run() : IndexPlanner(layout).RunWithout();
}

}  // namespace tocsin
