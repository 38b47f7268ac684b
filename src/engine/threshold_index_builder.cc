#include "engine/threshold_index_builder.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace tocsin {
namespace {

// So many thresholds of one source are looked at sooner than sorted by what they are for.
constexpr size_t kFew = 64;

}  // namespace

uint32_t ThresholdIndexBuilder::AddGuard(uint32_t grouping) {
  std::vector<Guard>& guards = layout_.groupings[grouping].guards;
  guards.emplace_back();
  return static_cast<uint32_t>(guards.size() - 1);
}

void ThresholdIndexBuilder::Add(const RulePlan& rule, const Term& term, bool open, const NewAtom& atom, bool exact) {
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

// Few thresholds of a source share one index, and with it one place in the row and one look at each change. Where
// there are many, those that count only at times stand apart, to be passed over together.
void ThresholdIndexBuilder::PutTogetherFew() {
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

void ThresholdIndexBuilder::BuildOne(const Key& key, Pending* pending) {
  GroupingPlan& grouping = layout_.groupings[key.grouping];
  const auto number = static_cast<uint32_t>(grouping.indices.size());
  ThresholdIndex index;
  index.metric = key.source.metric;
  index.minus = key.source.minus;
  index.selector = key.selector;
  index.warms = pending->warms;
  index.partial = pending->partial;
  index.while_active = std::all_of(pending->atoms.begin(), pending->atoms.end(),
                                   [](const NewAtom& atom) { return atom.guard == Atom::kWhileActive; });
  const Metric& about = layout_.metrics[index.metric];
  index.plain = about.aggregate && !about.rollup && index.minus == ThresholdIndex::kNothing;
  std::sort(pending->atoms.begin(), pending->atoms.end(), [](const NewAtom& a, const NewAtom& b) {
    return std::make_tuple(a.number_of_value, !a.above, a.above ? a.number : -a.number, a.rule, a.order) <
           std::make_tuple(b.number_of_value, !b.above, b.above ? b.number : -b.number, b.rule, b.order);
  });
  for (const NewAtom& atom : pending->atoms) {
    if (index.lists.size() <= atom.number_of_value) {
      index.lists.resize(atom.number_of_value + 1, ThresholdList{static_cast<uint32_t>(index.numbers.size()), 0, 0});
    }
    ThresholdList& list = index.lists[atom.number_of_value];
    uint32_t& size = atom.above ? list.above : list.below;
    if (size == 0 || index.numbers.back() != atom.number) {
      ++size;
      index.numbers.push_back(atom.number);
      index.firsts.push_back(static_cast<uint32_t>(index.atoms.size()));
    }
    if (atom.leads) grouping.guards[*atom.leads] = {number, size - 1, atom.above};
    index.atoms.push_back({atom.rule, atom.guard});
  }
  index.firsts.push_back(static_cast<uint32_t>(index.atoms.size()));
  std::set<uint32_t> windows;
  for (uint32_t metric : {index.metric, index.minus}) {
    if (metric != ThresholdIndex::kNothing)
      windows.insert(layout_.metrics[metric].windows.begin(), layout_.metrics[metric].windows.end());
  }
  index.of_several_windows = IsOfSeveralWindows(layout_, key.source);
  for (uint32_t window : windows) {
    layout_.uses[window].indices.push_back(number);
    if (pending->exact) layout_.uses[window].exact.push_back(number);
  }
  for (uint32_t window : pending->open_windows) layout_.uses[window].open.push_back(number);
  index.numbers.shrink_to_fit();
  index.firsts.shrink_to_fit();
  index.atoms.shrink_to_fit();
  grouping.indices.push_back(std::move(index));
}

void ThresholdIndexBuilder::FindLeaders(GroupingPlan* grouping) {
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

void ThresholdIndexBuilder::Build() {
  PutTogetherFew();
  for (auto& [key, pending] : pending_) BuildOne(key, &pending);
  for (GroupingPlan& grouping : layout_.groupings) FindLeaders(&grouping);
}

}  // namespace tocsin
