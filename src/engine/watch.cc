// Which rules a change concerns.
#include <algorithm>
#include <limits>
#include <utility>

#include "engine/state.h"
#include "engine/thresholds.h"
#include "metric/group_key.h"

namespace tocsin {
namespace {

bool Contains(const std::vector<uint32_t>& list, uint32_t item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

bool WaitsFor(const RulePlan& rule, uint32_t window) {
  return Contains(rule.behind, window) ||
         std::any_of(rule.warming.begin(), rule.warming.end(),
                     [&](const WarmingPlan& warming) { return Contains(warming.windows, window); });
}

double NumberOrNaN(const tocsin::Value& value) {
  return value.absent() ? std::numeric_limits<double>::quiet_NaN() : value.AsNumber();
}

}  // namespace

// The number of the value that a group has for a selector, looked up once.
uint32_t Engine::State::NumberOf(uint32_t grouping, uint32_t selector, uint32_t row) {
  const SelectorPlan& plan_of_selector = layout.groupings[grouping].selectors[selector];
  auto& mark = *reinterpret_cast<uint32_t*>(groups[grouping].row(row) + plan_of_selector.row_offset);
  if (mark == 0) mark = LookUpNumber(grouping, plan_of_selector, row) + 1;
  return mark - 1;
}

uint32_t Engine::State::LookUpNumber(uint32_t grouping, const SelectorPlan& selector, uint32_t row) {
  const tocsin::Value value = selector.is_key ? KeyOf(grouping, row, selector.index) : Read(selector.index, row);
  if (value.absent()) return 0;
  selector_key.clear();
  AppendKey(value, &selector_key);
  const auto found = selector.numbers.find(selector_key);
  return found == selector.numbers.end() ? 0 : found->second;
}

// A profile has changed: where the group hangs under another value now, other rules look at it, as at a new group, and
// those of the old value are asked whether they still do.
void Engine::State::Rehang(uint32_t grouping, uint32_t selector, uint32_t row) {
  const GroupingPlan& plan_of_grouping = layout.groupings[grouping];
  const SelectorPlan& plan_of_selector = plan_of_grouping.selectors[selector];
  const uint32_t number = LookUpNumber(grouping, plan_of_selector, row);
  auto& mark = *reinterpret_cast<uint32_t*>(groups[grouping].row(row) + plan_of_selector.row_offset);
  if (mark == number + 1) return;
  mark = number + 1;
  for (const ThresholdIndex& index : plan_of_grouping.indices) {
    if (index.selector != selector + 1) continue;
    index.SetPosition({}, groups[grouping].row(row));
    CrossIndex(grouping, index, row);
  }
  for (uint32_t rule : plan_of_selector.always.Of(number)) Concern(rule, row);
  for (uint32_t n = Head(grouping, row).alerts; n != 0; n = alerts.At(n).next) {
    const uint32_t rule = alerts.At(n).which.rule;
    if (layout.rules[rule].selector == selector + 1) Concern(rule, row);
  }
}

// The value that an index is about, as it is now.
double Engine::State::ReadSource(const ThresholdIndex& index, uint32_t row) {
  const double number = NumberOrNaN(Read(index.metric, row));
  return index.minus == ThresholdIndex::kNothing ? number : number - NumberOrNaN(Read(index.minus, row));
}

void Engine::State::CrossIndex(uint32_t grouping, const ThresholdIndex& index, uint32_t row) {
  CrossWith(grouping, index, row, ReadSource(index, row));
}

// Nearly always as many thresholds hold as before.
void Engine::State::CrossWith(uint32_t grouping, const ThresholdIndex& index, uint32_t row, double value) {
  const uint32_t number = index.selector == 0 ? 0 : NumberOf(grouping, index.selector - 1, row);
  if (number >= index.lists.size()) return;
  const ThresholdList& list = index.lists[number];
  const double* const numbers = index.numbers.data() + list.begin;
  const ThresholdPosition before = index.PositionIn(groups[grouping].row(row));
  if (AboveAsMany({numbers, list.above}, before.above, value) &&
      BelowAsMany({numbers + list.above, list.below}, before.below, value)) [[likely]]
    return;
  Shift({grouping, row}, index, list, before, value);
}

void Engine::State::Shift(GroupRow which, const ThresholdIndex& index, const ThresholdList& list,
                          ThresholdPosition before, double value) {
  const double* const numbers = index.numbers.data() + list.begin;
  std::byte* const bytes = groups[which.grouping].row(which.row);
  const ThresholdPosition after = {CountAbove({numbers, list.above}, before.above, value),
                                   CountBelow({numbers + list.above, list.below}, before.below, value)};
  index.SetPosition(after, bytes);
  if (!IsAwaited(which, index)) return;
  auto turn = [&](uint32_t begin, uint32_t was, uint32_t is) {
    if (was != is) Turn(index.AtomsOf(begin + std::min(was, is), begin + std::max(was, is)), is > was, which);
  };
  turn(list.begin, before.above, after.above);
  turn(list.begin + list.above, before.below, after.below);
}

// Whether an atom that turns may concern anybody: there is an alert where it counts only then, something holds that it
// waits for. Most often nothing does.
bool Engine::State::IsAwaited(GroupRow which, const ThresholdIndex& index) {
  if (index.while_active && Head(which.grouping, which.row).alerts == 0) return false;
  const std::byte* const bytes = groups[which.grouping].row(which.row);
  return index.leaders.empty() || std::any_of(index.leaders.begin(), index.leaders.end(), [&](uint32_t leader) {
           return layout.groupings[which.grouping].indices[leader].AnyIn(bytes);
         });
}

// Those between have turned.
void Engine::State::Turn(std::span<const Atom> atoms, bool rises, GroupRow which) {
  const uint32_t active = Head(which.grouping, which.row).alerts;
  if (!rises && active == 0) return;
  const std::byte* const bytes = groups[which.grouping].row(which.row);
  const GroupingPlan& grouping = layout.groupings[which.grouping];
  for (const Atom& atom : atoms) {
    if (atom.guard == Atom::kWhileActive) {
      if (active == 0 || alerts.Find(active, atom.rule) == nullptr) continue;
    } else if (atom.guard != Atom::kFree) {
      // While that does not hold the rule is false, and when it turns, it says so itself.
      const Guard& guard = grouping.guards[atom.guard];
      const ThresholdPosition other = grouping.indices[guard.index].PositionIn(bytes);
      if (guard.place >= (guard.above ? other.above : other.below)) continue;
    }
    Concern(atom.rule, which.row);
  }
}

void Engine::State::Cross(uint32_t window, uint32_t row, const WindowInRow& state) {
  const WindowUse& use = layout.uses[window];
  const uint32_t grouping = layout.windows[window].grouping;
  for (uint32_t selector : use.selectors) Rehang(grouping, selector, row);
  if (use.indices.empty()) return;
  const WindowPlan& window_plan = layout.windows[window];
  const bool unknown = window_plan.behind() && IsUnknown(window);
  uint32_t read = ThresholdIndex::kNothing;
  double number = 0;
  for (uint32_t i : use.indices) {
    const ThresholdIndex& index = layout.groupings[grouping].indices[i];
    if (!index.plain) [[unlikely]] {
      CrossIndex(grouping, index, row);
      continue;
    }
    if (index.metric != read) {
      read = index.metric;
      tocsin::Value value;
      if (!unknown) value = ReadMetric(*layout.metrics[read].aggregate, window_plan, state, now, texts);
      number = NumberOrNaN(value);
    }
    CrossWith(grouping, index, row, number);
  }
}

// What left since may have taken a threshold down that the event takes up again: a rise, which a rule of several terms
// must not miss.
void Engine::State::CrossBefore(uint32_t window, uint32_t row) {
  const uint32_t grouping = layout.windows[window].grouping;
  for (uint32_t i : layout.uses[window].exact) {
    const ThresholdIndex& index = layout.groupings[grouping].indices[i];
    if (index.AnyIn(groups[grouping].row(row)) && IsAwaited({grouping, row}, index)) [[unlikely]]
      CrossIndex(grouping, index, row);
  }
}

void Engine::State::CatchUpTouched() {
  for (size_t i = 0; i < touched.size(); ++i) {
    const uint32_t grouping = layout.windows[touched[i].window].grouping;
    // The windows of a group come one after the other.
    const bool again =
        i != 0 && touched[i - 1].row == touched[i].row && layout.windows[touched[i - 1].window].grouping == grouping;
    if (!again) CatchUp(grouping, touched[i].row);
  }
}

// Other windows of a group that an event has changed may let go of something in this very instant. What the event can
// change is decided by that at once, all else when the instant is closed (docs/semantics.md 1.4, 1.5).
void Engine::State::CatchUp(uint32_t grouping, uint32_t row) {
  const auto first = static_cast<std::ptrdiff_t>(concerned.size());
  auto has_crossed = [&](const ThresholdIndex& index) {
    return index.plain && std::any_of(touched.begin(), touched.end(), [&](const WindowRow& changed) {
             return changed.row == row && changed.window == layout.metrics[index.metric].aggregate->window;
           });
  };
  for (const ThresholdIndex& index : layout.groupings[grouping].indices) {
    if (!has_crossed(index)) CrossIndex(grouping, index, row);
    if (index.of_several_windows) ForHolding(grouping, index, row, [&](uint32_t rule) { Concern(rule, row); });
  }
  for (uint32_t window = 0; window < layout.uses.size(); ++window) {
    if (layout.uses[window].warms && WarmFrom(window) == now) ConcernWarmed(grouping, row, window);
  }
  at_close.insert(at_close.end(), concerned.begin() + first, concerned.end());
  concerned.resize(static_cast<size_t>(first));
}

// What groups are put together to has let go of something in this very instant, and who reads it waits to be asked for
// the instant's end. An event of such a group may change it too: it asks them at once, as with any other metric.
void Engine::State::ConcernWaiting() {
  for (const WindowRow& changed : touched) {
    const uint32_t fine = layout.windows[changed.window].grouping;
    if (!groups[fine].alive(changed.row)) continue;
    for (uint32_t r : layout.uses[changed.window].rollups) {
      const RollupPlan& rollup = layout.rollups[r];
      const std::optional<uint32_t> coarse = RowOfMember(r, changed.row);
      for (const RuleRow which : at_close) {
        const RulePlan& rule = layout.rules[which.rule];
        // Of metrics that are coarser than the rule its terms tell.
        if (which.row == coarse && Contains(rule.windows, rollup.window)) Concern(which.rule, which.row);
      }
    }
  }
}

void Engine::State::ConcernReaders(uint32_t window, uint32_t row) {
  const WindowUse& use = layout.uses[window];
  if (!use.read) return;
  const uint32_t grouping = layout.windows[window].grouping;
  for (uint32_t rule : use.always) Concern(rule, row);
  for (const SelectedRules& selected : use.selected) {
    for (uint32_t rule : selected.rules.Of(NumberOf(grouping, selected.selector, row))) Concern(rule, row);
  }
  for (const RuleRow which : at_close) {
    const RulePlan& rule = layout.rules[which.rule];
    if (which.row == row && rule.grouping == grouping && Contains(rule.windows, window)) Concern(which.rule, row);
  }
  if (unsettled) {
    // What leaves other windows in this very instant has told nobody yet.
    for (const ThresholdIndex& index : layout.groupings[grouping].indices) {
      if (!index.partial) continue;
      ForHolding(grouping, index, row, [&](uint32_t rule) {
        if (Contains(layout.rules[rule].windows, window)) Concern(rule, row);
      });
    }
  }
  for (uint32_t i : use.open) ConcernOpen(grouping, layout.groupings[grouping].indices[i], row, window);
  if (use.restless) {
    for (uint32_t number = Head(grouping, row).alerts; number != 0; number = alerts.At(number).next) {
      const uint32_t rule = alerts.At(number).which.rule;
      if (!layout.rules[rule].calm && Contains(layout.rules[rule].windows, window)) Concern(rule, row);
    }
  }
  // An event of this instant may turn them back: then they have not turned (docs/semantics.md 1.4).
  ForTerms(use.terms, {grouping, row},
           [&](TermRow which) { letting_go ? terms_at_close.push_back(which) : AskTerm(which.term, which.row); });
}

// The rules whose leading threshold holds, and which are open to the window.
void Engine::State::ConcernOpen(uint32_t grouping, const ThresholdIndex& index, uint32_t row, uint32_t window) {
  ForHolding(grouping, index, row, [&](uint32_t rule) {
    if (Contains(layout.rules[rule].open_windows, window)) Concern(rule, row);
  });
}

// Of rules that did not believe the window at first, those that might hold now that they do.
void Engine::State::ConcernWarmed(uint32_t grouping, uint32_t row, uint32_t window) {
  for (const ThresholdIndex& index : layout.groupings[grouping].indices) {
    if (!index.warms) continue;
    ForHolding(grouping, index, row, [&](uint32_t rule) {
      if (WaitsFor(layout.rules[rule], window)) Concern(rule, row);
    });
  }
}

void Engine::State::RingWarm(uint32_t window) {
  const WindowPlan& window_plan = layout.windows[window];
  for (uint32_t rule : layout.uses[window].warm_rules) AddAllRows(rule);
  if (window_plan.behind()) {
    for (uint32_t term : layout.uses[window].terms)
      groups[layout.terms[term].grouping].ForEach([&](uint32_t row) { AskTerm(term, row); });
  }
  for (uint32_t grouping = 0; grouping < groups.size(); ++grouping) {
    for (uint32_t row = 0; row < groups[grouping].end(); ++row) {
      if (!groups[grouping].alive(row)) continue;
      if (window_plan.behind() && window_plan.grouping == grouping) {  // it has its first value
        WindowInRow state(window_plan, groups[grouping].row(row), pool, texts);
        state.AdvanceTo(now);
        Cross(window, row, state);
      }
      ConcernWarmed(grouping, row, window);
    }
  }
  alerts.ForEach([&](const AlertRecord& record) {
    if (WaitsFor(layout.rules[record.which.rule], window)) Concern(record.which.rule, record.which.row);
  });
}

// Rules look at a group from the first event that one of its metrics took; those about events at what they matched.
bool Engine::State::LooksAt(uint32_t rule, uint32_t row) {
  const uint32_t grouping = layout.rules[rule].grouping;
  if (!groups[grouping].alive(row)) return false;
  return layout.rules[rule].looks_at_events || layout.groupings[grouping].keys.empty() || Head(grouping, row).greeted;
}

// The rule's groups that read the group `row` of a grouping, its own or a coarser one.
void Engine::State::ConcernGroup(uint32_t rule, uint32_t grouping, uint32_t row) {
  const uint32_t own = layout.rules[rule].grouping;
  if (own == grouping) return Concern(rule, row);
  ForFiner(own, {grouping, row}, [&](uint32_t fine) {
    if (LooksAt(rule, fine)) Concern(rule, fine);
  });
}

void Engine::State::AddAllRows(uint32_t rule) {
  const GroupTable& table = groups[layout.rules[rule].grouping];
  for (uint32_t row = 0; row < table.end(); ++row) {
    if (LooksAt(rule, row)) Concern(rule, row);
  }
}

// Every rule about every group, but for those that thresholds would have told of.
void Engine::State::ConcernAll() {
  for (uint32_t rule = 0; rule < layout.rules.size(); ++rule) {
    if (!layout.rules[rule].indexed && layout.rules[rule].selector == 0) AddAllRows(rule);
  }
  for (uint32_t grouping = 0; grouping < groups.size(); ++grouping) {
    const std::vector<SelectorPlan>& selectors = layout.groupings[grouping].selectors;
    for (uint32_t row = 0; row < groups[grouping].end() && !selectors.empty(); ++row) {
      for (uint32_t s = 0; s < selectors.size() && groups[grouping].alive(row); ++s) {
        for (uint32_t rule : selectors[s].always.Of(NumberOf(grouping, s, row))) {
          if (LooksAt(rule, row)) Concern(rule, row);
        }
      }
    }
  }
  alerts.ForEach([&](const AlertRecord& record) { Concern(record.which.rule, record.which.row); });
}

void Engine::State::Order(std::vector<RuleRow>* list) const {
  if (list->size() < 2) return;
  // Rules are numbered by name. A key lies in its row, so it is asked for last.
  std::sort(list->begin(), list->end(), [&](RuleRow a, RuleRow b) {
    if (a.rule != b.rule) return a.rule < b.rule;
    if (a.row == b.row) return false;
    const GroupTable& table = groups[layout.rules[a.rule].grouping];
    return table.key(a.row) < table.key(b.row);
  });
  list->erase(std::unique(list->begin(), list->end()), list->end());
}

void Engine::State::EvaluateConcerned() {
  // A match may be a group's first event, and then concerns others.
  while (!concerned.empty()) {
    std::swap(concerned, asked);
    concerned.clear();
    Order(&asked);
    for (const RuleRow which : asked) {
      if (std::find(looked_at.begin(), looked_at.end(), which) != looked_at.end()) {
        EvaluateMatch(which);
      } else {
        Evaluate(which);
      }
    }
    looked_at.clear();
  }
}

}  // namespace tocsin
