// Which rules a change concerns.
#include <algorithm>

#include "engine/state.h"
#include "engine/thresholds.h"

namespace tocsin {
namespace {

bool Contains(const std::vector<uint32_t>& list, uint32_t item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

void Engine::State::CrossIndex(const ThresholdIndex& index, uint32_t row) {
  CrossWith(index, row, groups[layout.metrics[index.metric].grouping].row(row), Read(index.metric, row));
}

void Engine::State::CrossWith(const ThresholdIndex& index, uint32_t row, std::byte* bytes, const tocsin::Value& value) {
  auto& position = *reinterpret_cast<ThresholdPosition*>(bytes + index.row_offset);
  auto move = [&](const std::vector<Atom>& atoms, uint32_t* place) {
    const uint32_t now_holding = CountHolding(atoms, *place, value);
    if (now_holding == *place) [[likely]]
      return;
    // What turned false concerns a rule of more terms only where its alert is active, and then it is asked anyway.
    const bool rises = now_holding > *place;
    for (uint32_t i = std::min(*place, now_holding); i < std::max(*place, now_holding); ++i) {
      if (rises || atoms[i].alone) Concern(atoms[i].rule, row);
    }
    *place = now_holding;
  };
  move(index.above, &position.above);
  move(index.below, &position.below);
}

void Engine::State::Cross(uint32_t window, uint32_t row, const WindowInRow& state) {
  const std::vector<uint32_t>& indices = layout.uses[window].indices;
  if (indices.empty()) return;
  const WindowPlan& window_plan = layout.windows[window];
  const GroupingPlan& grouping = layout.groupings[window_plan.grouping];
  std::byte* const bytes = groups[window_plan.grouping].row(row);
  const bool unknown = window_plan.behind() && IsUnknown(window);
  for (uint32_t i : indices) {
    const ThresholdIndex& index = grouping.indices[i];
    const MetricPlan& metric = *layout.metrics[index.metric].aggregate;
    CrossWith(index, row, bytes, unknown ? tocsin::Value() : ReadMetric(metric, window_plan, state, now, texts));
  }
}

void Engine::State::ConcernReaders(uint32_t window, uint32_t row) {
  const WindowUse& use = layout.uses[window];
  if (!use.read) return;
  const uint32_t grouping = layout.windows[window].grouping;
  for (uint32_t rule : use.always) Concern(rule, row);
  // A threshold may have been crossed unseen: by what is not believed yet, or by what leaves in this very instant.
  if (now <= warm_from || !at_close.empty() || timers.AnyUntil(now)) {
    for (uint32_t rule : use.all) Concern(rule, row);
  }
  const std::byte* const bytes = groups[grouping].row(row);
  for (uint32_t i : use.conjunctions) {
    const ThresholdIndex& index = layout.groupings[grouping].indices[i];
    const auto& position = *reinterpret_cast<const ThresholdPosition*>(bytes + index.row_offset);
    if (position.above == 0 && position.below == 0) [[likely]]
      continue;
    auto enter = [&](const std::vector<Atom>& atoms, uint32_t holding) {
      for (uint32_t a = 0; a < holding; ++a) {
        if (!atoms[a].alone && Contains(layout.rules[atoms[a].rule].windows, window)) Concern(atoms[a].rule, row);
      }
    };
    enter(index.above, position.above);
    enter(index.below, position.below);
  }
  for (uint32_t number = Head(grouping, row).alerts; number != 0; number = alerts.At(number).next) {
    const uint32_t rule = alerts.At(number).which.rule;
    if (std::binary_search(use.readers.begin(), use.readers.end(), rule)) Concern(rule, row);
  }
  for (uint32_t term : use.terms) {
    const uint32_t of = layout.terms[term].grouping;
    if (of == grouping) {
      AskTerm(term, row);
      continue;
    }
    const std::vector<ParentPlan>& parents = layout.groupings[of].parents;  // the term reads something coarser still
    for (uint32_t p = 0; p < parents.size(); ++p) {
      if (parents[p].grouping != grouping) continue;
      for (uint32_t own = 0; own < groups[of].end(); ++own) {
        if (groups[of].alive(own) && ParentRow(of, own, p) == row) AskTerm(term, own);
      }
    }
  }
}

void Engine::State::AskTerm(uint32_t index, uint32_t row) {
  const CoarseTerm& term = layout.terms[index];
  variables.resize(std::max(variables.size(), term.reads.size()));
  for (uint32_t slot : term.expression.slots()) {
    const tocsin::Value value = ReadVariable(term.reads[slot], term.grouping, row);
    variables[slot] = value;
  }
  const Result result = term.expression.Evaluate(variables, now, scratch);
  const auto outcome = static_cast<std::byte>(
      result.outcome == Outcome::kValue ? (result.IsTrue() ? 1 : 2) : (result.outcome == Outcome::kNoData ? 3 : 4));
  std::byte& last = groups[term.grouping].row(row)[term.row_offset];
  if (last == outcome && !term.timed) return;
  last = outcome;
  for (uint32_t rule : term.rules) ConcernGroup(rule, term.grouping, row);
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
  const std::vector<ParentPlan>& parents = layout.groupings[own].parents;
  for (uint32_t p = 0; p < parents.size(); ++p) {
    if (parents[p].grouping != grouping) continue;
    for (uint32_t fine = 0; fine < groups[own].end(); ++fine) {
      if (LooksAt(rule, fine) && ParentRow(own, fine, p) == row) Concern(rule, fine);
    }
  }
}

void Engine::State::AddAllRows(uint32_t rule) {
  const GroupTable& table = groups[layout.rules[rule].grouping];
  for (uint32_t row = 0; row < table.end(); ++row) {
    if (LooksAt(rule, row)) Concern(rule, row);
  }
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
