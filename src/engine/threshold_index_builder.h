// Makes a plan's threshold indices of the terms that lead to its rules (plan_index.cc).
#ifndef TOCSIN_ENGINE_THRESHOLD_INDEX_BUILDER_H_
#define TOCSIN_ENGINE_THRESHOLD_INDEX_BUILDER_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "engine/layout.h"
#include "engine/rule_terms.h"

namespace tocsin {

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

class ThresholdIndexBuilder {
 public:
  explicit ThresholdIndexBuilder(Plan::Layout* layout) : layout_(*layout) {}

  // One that an atom can wait for: the atom that leads it says where it stands.
  uint32_t AddGuard(uint32_t grouping);
  // `open`: the rule is also asked at each change of its open windows while the term holds. `exact`: every rise must be
  // seen, also one that makes up for what has left since.
  void Add(const RulePlan& rule, const Term& term, bool open, const NewAtom& atom, bool exact);
  // Into the layout, and into its windows' uses. To be called once.
  void Build();

 private:
  struct Key {
    uint32_t grouping = 0;
    Source source;
    uint32_t selector = 0;
    bool open = false;  // of rules that are open to something: walked
    enum class Part : uint8_t { kLeading, kGuarded, kWhileActive } part = Part::kLeading;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
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

  void PutTogetherFew();
  void BuildOne(const Key& key, Pending* pending);
  static void FindLeaders(GroupingPlan* grouping);

  Plan::Layout& layout_;
  std::map<Key, Pending> pending_;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_THRESHOLD_INDEX_BUILDER_H_
