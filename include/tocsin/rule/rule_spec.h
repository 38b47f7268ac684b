// What a config declares of a rule.
#ifndef TOCSIN_RULE_RULE_SPEC_H_
#define TOCSIN_RULE_RULE_SPEC_H_

#include <string>
#include <utility>
#include <vector>

#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"

namespace tocsin {

struct RuleSpec {
  std::string name;
  SourceText when;          // the condition
  SourceText resolve_when;  // what must hold besides `not when` for the alert to end, or empty
  Duration hold{};          // `for`: how long the condition must have held before the alert fires
  std::string severity;     // empty: none
  std::vector<std::pair<std::string, std::string>> labels;  // static ones
  SourceText summary;                                       // a template, or empty
  SourceText origin;                                        // where it was declared, for messages
};

}  // namespace tocsin

#endif  // TOCSIN_RULE_RULE_SPEC_H_
