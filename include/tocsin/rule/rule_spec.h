// What a config declares of a rule.
#ifndef TOCSIN_RULE_RULE_SPEC_H_
#define TOCSIN_RULE_RULE_SPEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"

namespace tocsin {

// What no data in a condition means (docs/semantics.md 4.2).
enum class OnNoData : uint8_t { kOk, kAlerting, kKeep };

// One entry of a map from severity to condition.
struct SeveritySpec {
  std::string severity;
  SourceText when;
};

// More than `changes` turns of the condition within `within`: the alert is kept firing.
struct FlappingSpec {
  int64_t changes = 0;
  Duration within{};
};

struct RuleSpec {
  std::string name;
  // The condition: `when` with `severity`, or a map, highest severity first. Optional in a rule that looks at events.
  SourceText when;
  std::string severity;  // empty: none
  std::vector<SeveritySpec> severities;
  SourceText resolve_when;  // what must hold besides `not when` for the alert to end, or empty
  SourceText scope;         // which groups the rule is about, or empty: all

  // Of a rule that looks at single events.
  std::vector<SourceText> events;
  std::vector<SourceText> resolve_events;
  std::vector<SourceText> by;
  bool tell_again = true;

  Duration hold{};                          // `for`: how long the condition must have held before the alert fires
  std::optional<Duration> keep_firing_for;  // how long it must have been clear before it ends
  std::optional<Duration> every;            // evaluated only at multiples of it
  OnNoData on_no_data = OnNoData::kOk;
  bool warm_up = true;  // false: `warm_up: ignore`
  std::optional<FlappingSpec> flapping;

  std::vector<std::pair<std::string, std::string>> labels;      // static ones
  SourceText summary;                                           // a template, or empty
  std::vector<std::pair<std::string, SourceText>> annotations;  // templates
  SourceText origin;                                            // where it was declared, for messages
};

}  // namespace tocsin

#endif  // TOCSIN_RULE_RULE_SPEC_H_
