// Terms that read only metrics of groupings coarser than their rules': what each answered last is kept in its row, and
// who reads it is asked again when that changes.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "engine/read_unseen.h"
#include "engine/state.h"

namespace tocsin {

void Engine::State::AskTerm(uint32_t index, uint32_t row) {
  // Time may have turned one that reads it, unnoticed, in between.
  if (MarkTerm(index, row) || layout.terms[index].timed) ConcernReadersOf(index, row);
}

// What a term answers, as its rows keep it; 0: never asked.
template <typename ReadSlot>
std::byte Engine::State::AnswerMark(const CoarseTerm& term, ReadSlot read) {
  variables.resize(std::max(variables.size(), term.reads.size()));
  for (uint32_t slot : term.expression.slots()) {
    const tocsin::Value value = read(term.reads[slot]);
    variables[slot] = value;
  }
  return static_cast<std::byte>(static_cast<int>(term.expression.Test(variables, now, scratch)) + 1);
}

// The same while the group is not there.
std::byte Engine::State::UnseenMark(uint32_t index, uint32_t row) {
  const CoarseTerm& term = layout.terms[index];
  std::byte& known = unseen_marks[index];
  if (known != std::byte{}) return known;
  std::vector<tocsin::Value> own;
  KeysOf(term.grouping, row, &own);
  const std::byte mark = AnswerMark(term, [&](const Variable& read) { return ReadUnseen(*this, read.index, own); });
  if (term.same_unseen) known = mark;
  return mark;
}

// Whether its answer has changed since it was asked last. Who read it before that read it of a group that is not there;
// what is coarser still may have changed with the same event.
bool Engine::State::MarkTerm(uint32_t index, uint32_t row) {
  const CoarseTerm& term = layout.terms[index];
  const std::byte mark = AnswerMark(term, [&](const Variable& read) { return ReadVariable(read, term.grouping, row); });
  std::byte& last = groups[term.grouping].row(row)[term.row_offset];
  if (last == std::byte{} && !term.nested) last = UnseenMark(index, row);
  return std::exchange(last, mark) != mark;
}

void Engine::State::ConcernReadersOf(uint32_t index, uint32_t row) {
  const CoarseTerm& term = layout.terms[index];
  for (uint32_t rule : term.rules) ConcernGroup(rule, term.grouping, row);
}

// The row of a group among those of a grouping: its own, or a coarser one.
std::optional<uint32_t> Engine::State::RowIn(uint32_t coarse, uint32_t grouping, uint32_t row) {
  if (grouping == coarse) return row;
  const std::vector<ParentPlan>& parents = layout.groupings[grouping].parents;
  for (uint32_t p = 0; p < parents.size(); ++p) {
    if (parents[p].grouping == coarse) return ParentRow(grouping, row, p);
  }
  return std::nullopt;
}

// What coarser metrics let go of in this very instant is seen by a group that is asked before their timers ring. Then
// their terms have turned, and will turn again when an event of the same instant takes them back; who has not been
// asked waits for the instant's end.
void Engine::State::AskTermsOf(const RulePlan& rule, uint32_t row) {
  const size_t first = concerned.size();
  for (uint32_t term : rule.coarse_terms) {
    const std::optional<uint32_t> coarse = RowIn(layout.terms[term].grouping, rule.grouping, row);
    if (coarse && MarkTerm(term, *coarse)) ConcernReadersOf(term, *coarse);
  }
  at_close.insert(at_close.end(), concerned.begin() + static_cast<std::ptrdiff_t>(first), concerned.end());
  concerned.resize(first);
}

}  // namespace tocsin
