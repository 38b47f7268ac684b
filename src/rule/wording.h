// Wording: what a rule's alerts say in words, its summary and its annotations, compiled together.
//
// Told with a firing, again and severity change; a resolved one repeats the words of the last of these, so the engine
// keeps an AlertWords for each alert that fires.
#ifndef TOCSIN_RULE_WORDING_H_
#define TOCSIN_RULE_WORDING_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rule/summary.h"
#include "tocsin/rule/rule_spec.h"

namespace tocsin {

struct AlertWords {
  std::string summary;
  std::vector<std::pair<std::string, std::string>> annotations;
};

class Wording {
 public:
  Wording() = default;
  // Adds each mistake to `diagnostics`; what is returned then must not be written.
  static Wording Compile(const RuleSpec& rule, std::span<const Summary::Name> names,
                         std::vector<Diagnostic>* diagnostics);

  bool empty() const { return summary_.empty() && annotations_.empty(); }
  // The slots that it shows, ascending, each once.
  const std::vector<uint32_t>& slots() const { return slots_; }
  // `values` by slot. Replaces what `words` holds.
  void Write(std::span<const Value> values, AlertWords* words) const;

 private:
  Summary summary_;
  std::vector<std::pair<std::string, Summary>> annotations_;
  std::vector<uint32_t> slots_;
};

}  // namespace tocsin

#endif  // TOCSIN_RULE_WORDING_H_
