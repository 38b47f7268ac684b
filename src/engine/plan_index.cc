// Rules cost what they decide: how each is found among very many (docs/architecture.md, "Rules cost what they decide").
//
// A rule that is about one value of a key or of a profile's attribute hangs under that value (SelectorPlan). A rule
// whose levels have a threshold each is asked only when a threshold is crossed: the most selective one leads to it, the
// others count while that holds (Atom::guard), and that while the second most selective does. What of it is no
// threshold leaves it open: it is asked whenever that changes while the leading threshold holds. Every other rule is
// asked whenever anything that it reads changes.
#include <algorithm>
#include <compare>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "engine/dictionary.h"
#include "engine/plan_stages.h"
#include "engine/read.h"
#include "engine/thresholds.h"
#include "expr/condition.h"
#include "metric/group_key.h"

namespace tocsin {
namespace {

constexpr uint32_t kNothing = ThresholdIndex::kNothing;
// So many thresholds of one source are looked at sooner than sorted by what they are for.
constexpr size_t kFew = 64;

// What a threshold is about.
struct Source {
  uint32_t metric = 0;
  uint32_t minus = kNothing;
  friend auto operator<=>(const Source&, const Source&) = default;
};

// A value that a rule can hang under.
struct Choice {
  bool is_profile = false;
  uint32_t index = 0;  // of the key or the metric
  std::string value;
  friend auto operator<=>(const Choice&, const Choice&) = default;
};

// One of the terms that must all hold.
struct Term {
  enum class Kind : uint8_t {
    kStill,      // nothing changes it while the group lives
    kThreshold,  // beyond `number`
    kChoice,     // equality with a value
    kOpen,       // something else, which reads `windows`
  };
  Kind kind = Kind::kStill;
  bool above = false;
  Source source;
  double number = 0;
  std::optional<Choice> choice;
  std::vector<uint32_t> windows;
};
using Terms = std::vector<Term>;

// A rule, taken apart.
struct Parts {
  uint32_t rule = 0;
  std::vector<Terms> levels;  // with those of the scope
  Terms scope;
  std::optional<Terms> resolve;
  std::optional<Choice> choice;
};

// An atom on its way into its index.
struct NewAtom {
  uint32_t number_of_value = 0;
  bool above = false;
  double number = 0;
  uint32_t rule = 0;
  uint32_t order = 0;  // among the atoms of the rule
  uint32_t guard = Atom::kFree;
  std::optional<uint32_t> leads;  // the guard that it is
};

class IndexPlanner {
 public:
  explicit IndexPlanner(Plan::Layout* layout) : layout_(*layout) {}

  void Run() {
    std::vector<Parts> all;
    for (uint32_t r = 0; r < layout_.rules.size(); ++r) {
      RulePlan& rule = layout_.rules[r];
      rule.calm = rule.every.has_value();  // looked at only at ticks
      if (rule.every || rule.looks_at_events) {
        AddActive(rule, r);
      } else {
        all.push_back(TakeApart(r));
      }
    }
    Choose(&all);
    Rank(all);
    for (const Parts& parts : all) Enter(parts);
    PutTogetherFew();
    for (auto& [key, pending] : pending_) Build(key, &pending);
    for (GroupingPlan& grouping : layout_.groupings) FindLeaders(&grouping);
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
  struct Key {
    uint32_t grouping = 0;
    Source source;
    uint32_t selector = 0;
    bool open = false;  // of rules that are open to something: walked
    enum class Part : uint8_t { kLeading, kGuarded, kWhileActive } part = Part::kLeading;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  // --- taking apart ---

  bool IsPlain(const RulePlan& rule) const {
    return rule.on_no_data == OnNoData::kOk && rule.flips.empty() && rule.falls.empty() && !rule.each_minute &&
           !rule.levels.empty() && rule.life.flap_changes == 0;
  }

  Parts TakeApart(uint32_t r) {
    const RulePlan& rule = layout_.rules[r];
    Parts parts;
    parts.rule = r;
    if (rule.scope) parts.scope = TermsOf(rule, *rule.scope);
    for (const LevelPlan& level : rule.levels) {
      parts.levels.push_back(parts.scope);
      for (Term& term : TermsOf(rule, level.when)) parts.levels.back().push_back(std::move(term));
    }
    if (rule.resolve_when) parts.resolve = TermsOf(rule, *rule.resolve_when);
    return parts;
  }

  Terms TermsOf(const RulePlan& rule, const Expression& condition) {
    Terms terms;
    for (const ConjunctShape& shape : ConjunctShapes(condition)) terms.push_back(TermOf(rule, shape));
    return terms;
  }

  Term TermOf(const RulePlan& rule, const ConjunctShape& shape) {
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

  bool TakeThreshold(const RulePlan& rule, const ConjunctShape& shape, Term* term) {
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

  // A number that only the windows of its own group move.
  bool IsSource(const RulePlan& rule, uint32_t slot) {
    const Variable& variable = rule.reads[slot];
    if (variable.source != Variable::Source::kMetric || variable.parent != 0) return false;
    if (variable.type.kind != Kind::kDouble && variable.type.kind != Kind::kInt) return false;
    const auto [found, added] = is_source_.emplace(variable.index, false);
    if (added) found->second = DependsOnWindowsAlone(layout_.metrics[variable.index], rule.grouping);
    return found->second;
  }
  bool DependsOnWindowsAlone(const Metric& metric, uint32_t grouping) const {
    if (metric.grouping != grouping || metric.every || metric.windows.empty()) return false;
    if (!metric.value) return metric.aggregate.has_value();
    if (IsTimed(*metric.value)) return false;
    return std::all_of(metric.reads.begin(), metric.reads.end(), [&](const Variable& part) {
      return part.source == Variable::Source::kMetric && part.parent == 0 &&
             DependsOnWindowsAlone(layout_.metrics[part.index], grouping);
    });
  }

  std::optional<Choice> ChoiceOf(const RulePlan& rule, const Equality& equality) const {
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

  // --- which value a rule hangs under: the one that the fewest rules could ---

  std::set<Choice> ChoicesOf(const Parts& parts) const {
    const RulePlan& rule = layout_.rules[parts.rule];
    std::set<Choice> choices;
    auto of = [](const Terms& terms) {
      std::set<Choice> found;
      for (const Term& term : terms) {
        if (term.choice) found.insert(*term.choice);
      }
      return found;
    };
    // A scope without an answer does not match, a condition without one may hold.
    if (rule.on_no_data != OnNoData::kOk || parts.levels.empty()) return of(parts.scope);
    choices = of(parts.levels[0]);
    for (const Terms& level : parts.levels) {
      const std::set<Choice> here = of(level);
      std::erase_if(choices, [&](const Choice& choice) { return here.count(choice) == 0; });
    }
    return choices;
  }

  void Choose(std::vector<Parts>* all) {
    std::map<std::pair<uint32_t, Choice>, size_t> rules;
    std::vector<std::set<Choice>> choices;
    for (const Parts& parts : *all) {
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

  void Rank(const std::vector<Parts>& all) {
    for (const Parts& parts : all) {
      for (const Terms& level : parts.levels) {
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
  const Term* Leader(const Terms& level, const Term* beside = nullptr) const {
    const Term* best = nullptr;
    for (const Term& term : level) {
      if (term.kind != Term::Kind::kThreshold || (beside != nullptr && term.source == beside->source)) continue;
      if (best == nullptr || Selectivity(term) > Selectivity(*best)) best = &term;
    }
    return best;
  }

  // --- entering ---

  // What keeps its truth while its group hangs where it hangs, or is noticed by thresholds.
  bool IsClosed(const Parts& parts, const Term& term) const {
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

  void Enter(const Parts& parts) {
    RulePlan& rule = layout_.rules[parts.rule];
    rule.indexed = IsPlain(rule) && std::all_of(parts.levels.begin(), parts.levels.end(),
                                                [&](const Terms& level) { return Leader(level) != nullptr; });
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

  void EnterByThresholds(const Parts& parts, RulePlan* rule) {
    const bool is_open = std::any_of(parts.levels.begin(), parts.levels.end(), [&](const Terms& level) {
      return std::any_of(level.begin(), level.end(), [&](const Term& term) { return !IsClosed(parts, term); });
    });
    // Where the group hangs under another value, thresholds tell nothing of an alert that has outlived its condition.
    const bool outlives = parts.resolve || rule->life.keep > Duration::zero();
    rule->calm = !is_open && ResolvesCalmly(parts) && !(outlives && parts.choice);
    uint32_t order = 0;
    for (const Terms& level : parts.levels) {
      const Term* leader = Leader(level);
      const Term* second = is_open ? nullptr : Leader(level, leader);
      std::optional<uint32_t> guard;  // of the others
      std::optional<uint32_t> guard_of_leader;
      if (second != nullptr) guard_of_leader = AddGuard(rule->grouping);
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
        if (!guard) guard = AddGuard(rule->grouping);
        NewAtom atom = AtomOf(*rule, parts.rule, term, order++);
        atom.guard = *guard;
        if (&term == second) atom.leads = guard_of_leader;
        Add(*rule, term, false, atom, true);
      }
      NewAtom atom = AtomOf(*rule, parts.rule, *leader, order++);
      atom.guard = guard_of_leader.value_or(Atom::kFree);
      atom.leads = guard;
      Add(*rule, *leader, is_open, atom, !single);
    }
    // What ends an alert whose condition may be false already.
    for (const Terms* terms : {parts.resolve ? &*parts.resolve : nullptr, &parts.scope}) {
      if (!rule->calm || terms == nullptr) continue;
      for (const Term& term : *terms) {
        if (term.kind != Term::Kind::kThreshold) continue;
        NewAtom atom = AtomOf(*rule, parts.rule, term, order++);
        atom.guard = Atom::kWhileActive;
        Add(*rule, term, false, atom, false);
      }
    }
    std::sort(rule->open_windows.begin(), rule->open_windows.end());
    rule->open_windows.erase(std::unique(rule->open_windows.begin(), rule->open_windows.end()),
                             rule->open_windows.end());
  }

  uint32_t AddGuard(uint32_t grouping) {
    std::vector<Guard>& guards = layout_.groupings[grouping].guards;
    guards.emplace_back();
    return static_cast<uint32_t>(guards.size() - 1);
  }

  // Whether thresholds tell all that can end its alert. With resolve_when, that also a condition without an answer does
  // (docs/semantics.md 4.2), they do not tell.
  bool ResolvesCalmly(const Parts& parts) const {
    if (!parts.resolve) return true;
    for (const Terms& level : parts.levels) {
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

  void Add(const RulePlan& rule, const Term& term, bool open, const NewAtom& atom, bool exact) {
    const Key::Part part = atom.guard == Atom::kFree          ? Key::Part::kLeading
                           : atom.guard == Atom::kWhileActive ? Key::Part::kWhileActive
                                                              : Key::Part::kGuarded;
    const Key key{rule.grouping, term.source, rule.selector, open, part};
    Pending& pending = pending_[key];
    pending.exact = pending.exact || exact;
    pending.warms = pending.warms || !rule.warming.empty() || !rule.behind.empty();
    pending.partial = pending.partial || open || !rule.coarse_windows.empty();
    if (open) pending.open_windows.insert(rule.open_windows.begin(), rule.open_windows.end());
    pending.atoms.push_back(atom);
  }

  // --- building ---

  struct Pending {
    std::vector<NewAtom> atoms;
    std::set<uint32_t> open_windows;
    bool exact = false;
    bool warms = false;
    bool partial = false;

    void Take(const Pending& other) {
      atoms.insert(atoms.end(), other.atoms.begin(), other.atoms.end());
      open_windows.insert(other.open_windows.begin(), other.open_windows.end());
      exact = exact || other.exact;
      warms = warms || other.warms;
      partial = partial || other.partial;
    }
  };

  // Few thresholds of a source share one index, and with it one place in the row and one look at each change. Where
  // there are many, those that count only at times stand apart, to be passed over together.
  void PutTogetherFew() {
    auto is_same = [](const Key& a, const Key& b) {
      return a.grouping == b.grouping && a.source == b.source && a.selector == b.selector;
    };
    for (auto first = pending_.begin(); first != pending_.end();) {
      size_t atoms = 0;
      auto end = first;
      for (; end != pending_.end() && is_same(first->first, end->first); ++end) atoms += end->second.atoms.size();
      for (auto other = std::next(first); other != end && atoms <= kFew; other = pending_.erase(other))
        first->second.Take(other->second);
      first = end;
    }
  }

  void Build(const Key& key, Pending* pending) {
    GroupingPlan& grouping = layout_.groupings[key.grouping];
    const auto number = static_cast<uint32_t>(grouping.indices.size());
    ThresholdIndex index;
    index.metric = key.source.metric;
    index.minus = key.source.minus;
    index.selector = key.selector;
    index.warms = pending->warms;
    index.partial = pending->partial;
    index.while_active = key.part == Key::Part::kWhileActive;
    const Metric& about = layout_.metrics[index.metric];
    index.plain = about.aggregate && !about.rollup && index.minus == kNothing;
    std::sort(pending->atoms.begin(), pending->atoms.end(), [](const NewAtom& a, const NewAtom& b) {
      return std::make_tuple(a.number_of_value, !a.above, a.above ? a.number : -a.number, a.rule, a.order) <
             std::make_tuple(b.number_of_value, !b.above, b.above ? b.number : -b.number, b.rule, b.order);
    });
    for (const NewAtom& atom : pending->atoms) {
      if (index.lists.size() <= atom.number_of_value) {
        index.lists.resize(atom.number_of_value + 1, AtomList{static_cast<uint32_t>(index.atoms.size()), 0, 0});
      }
      AtomList& list = index.lists[atom.number_of_value];
      uint32_t& place = atom.above ? list.above : list.below;
      if (atom.leads) grouping.guards[*atom.leads] = {number, place, atom.above};
      ++place;
      index.numbers.push_back(atom.number);
      index.atoms.push_back({atom.rule, atom.guard});
    }
    std::set<uint32_t> windows;
    for (uint32_t metric : {index.metric, index.minus}) {
      if (metric != kNothing)
        windows.insert(layout_.metrics[metric].windows.begin(), layout_.metrics[metric].windows.end());
    }
    for (uint32_t window : windows) {
      layout_.uses[window].indices.push_back(number);
      if (pending->exact) layout_.uses[window].exact.push_back(number);
    }
    for (uint32_t window : pending->open_windows) layout_.uses[window].open.push_back(number);
    index.numbers.shrink_to_fit();
    index.atoms.shrink_to_fit();
    grouping.indices.push_back(std::move(index));
  }

  static void FindLeaders(GroupingPlan* grouping) {
    for (ThresholdIndex& index : grouping->indices) {
      std::set<uint32_t> leaders;
      const bool all_guarded = std::all_of(index.atoms.begin(), index.atoms.end(),
                                           [](const Atom& atom) { return atom.guard < Atom::kWhileActive; });
      for (const Atom& atom : index.atoms) {
        if (all_guarded) leaders.insert(grouping->guards[atom.guard].index);
      }
      index.leaders.assign(leaders.begin(), leaders.end());
    }
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
  std::map<uint32_t, bool> is_source_;
  std::map<std::pair<Source, bool>, std::vector<double>> numbers_;
  std::map<std::pair<Source, bool>, std::optional<double>> empty_;
  std::map<Key, Pending> pending_;
  // By window or grouping, and selector: numbers and rules.
  std::map<std::pair<uint32_t, uint32_t>, std::vector<std::pair<uint32_t, uint32_t>>> selected_;
  std::map<std::pair<uint32_t, uint32_t>, std::vector<std::pair<uint32_t, uint32_t>>> always_;
};

}  // namespace

void PlanIndices(Plan::Layout* layout, bool use_indices) {
  use_indices ? IndexPlanner(layout).Run() : IndexPlanner(layout).RunWithout();
}

}  // namespace tocsin
