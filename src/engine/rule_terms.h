// A rule's conditions, taken apart into terms that must all hold, for the indices that find rules (plan_index.cc).
#ifndef TOCSIN_ENGINE_RULE_TERMS_H_
#define TOCSIN_ENGINE_RULE_TERMS_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/layout.h"
#include "engine/thresholds.h"
#include "expr/condition.h"

namespace tocsin {

// What a threshold is about.
struct Source {
  uint32_t metric = 0;
  uint32_t minus = ThresholdIndex::kNothing;
  friend auto operator<=>(const Source&, const Source&) = default;
};

// Whether more than one window moves it.
bool IsOfSeveralWindows(const Plan::Layout& layout, const Source& source);

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
using TermList = std::vector<Term>;

// A rule, taken apart.
struct RuleParts {
  uint32_t rule = 0;
  std::vector<TermList> levels;  // with those of the scope
  TermList scope;
  std::optional<TermList> resolve;
  std::optional<Choice> choice;
};

class RuleTerms {
 public:
  // REQUIRES: the layout outlives it, with its rules planned.
  explicit RuleTerms(const Plan::Layout& layout) : layout_(layout) {}

  RuleParts TakeApart(uint32_t rule);

 private:
  TermList TermsOf(const RulePlan& rule, const Expression& condition);
  Term TermOf(const RulePlan& rule, const ConjunctShape& shape);
  bool TakeThreshold(const RulePlan& rule, const ConjunctShape& shape, Term* term);
  // A number that only the windows of its own group move.
  bool IsSource(const RulePlan& rule, uint32_t slot);
  bool DependsOnWindowsAlone(const Metric& metric, uint32_t grouping) const;
  std::optional<Choice> ChoiceOf(const RulePlan& rule, const Equality& equality) const;

  const Plan::Layout& layout_;
  std::map<uint32_t, bool> is_source_;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_RULE_TERMS_H_
