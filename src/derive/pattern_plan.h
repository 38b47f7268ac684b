// PatternPlan: a pattern, checked and compiled. Immutable.
//
// A sequence of n steps (what is `not` is no step) has states: in state s an attempt has s steps behind it and waits
// for the next, of which some may have come where it is wanted more than once. Attempts of one group and state stand in
// one list; a group keeps the beginnings of its lists, `lists` of them, the first for `first_state`.
#ifndef TOCSIN_DERIVE_PATTERN_PLAN_H_
#define TOCSIN_DERIVE_PATTERN_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "derive/step_names.h"
#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"
#include "tocsin/derive/pattern_spec.h"
#include "tocsin/event/catalog.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

// A condition over the event at hand and what an attempt keeps of those before.
struct StepCondition {
  Expression expression;
  std::vector<uint32_t> event_slots;                // of the event's attributes that it reads
  std::vector<std::pair<uint32_t, uint32_t>> kept;  // a slot, and which capture stands there
  std::vector<std::pair<uint32_t, uint32_t>> own;   // a slot, and where in the event at hand it is found
  uint32_t slots = 0;                               // how many there are
  bool of_event_alone = false;                      // the event's attributes can be given as they are
};

// What one event type means to a pattern in one state. An event is held to these in order, the highest state first, so
// that it takes no attempt two steps on; what ends an attempt comes before what takes it on.
struct Reaction {
  enum class Kind : uint8_t { kEnd, kStep, kOpen };
  Kind kind = Kind::kStep;
  uint32_t state = 0;
  std::optional<StepCondition> where;
  std::optional<StepCondition> where_all;               // the pattern's own, where this completes its last step
  std::vector<std::pair<uint32_t, uint32_t>> captures;  // which, and where in the event it is found
};

struct EventReactions {
  uint32_t event = 0;
  std::string event_name;
  std::vector<Reaction> reactions;
};

// An attribute of earlier events that attempts keep.
struct CapturePlan {
  std::string name;
  Type type;
};

struct EmitPlan {
  std::string name;
  Type type;
  std::optional<uint32_t> capture;     // alone
  std::optional<StepCondition> value;  // otherwise
};

struct PatternPlan {
  std::string name;
  uint32_t type = 0;      // of its matches, in the catalog
  uint32_t grouping = 0;  // the engine's
  uint32_t row_offset = 0;
  std::vector<std::string> keys;
  std::vector<EventReactions> events;
  std::vector<CapturePlan> captures;
  std::vector<EmitPlan> emits;
  std::vector<uint16_t> times;  // by step
  bool awaits_end = false;      // the sequence ends with `not`: it matches at the deadline
  bool overlap = true;
  Duration within{};
  Duration reorder{};
  uint32_t lane = 0;  // of events that are held for it, plus one; 0: it takes them at once
  std::string identity;

  uint32_t first_state() const { return times.front() > 1 ? 0 : 1; }
  uint32_t last_state() const { return static_cast<uint32_t>(times.size()) - (awaits_end ? 0 : 1); }
  uint32_t lists() const { return last_state() - first_state() + 1; }
  const EventReactions* ReactionsTo(uint32_t event) const;
};

// Nothing, with mistakes added, when something is wrong. Leaves out the grouping and what it says of the type.
std::optional<PatternPlan> CompilePattern(const PatternSpec& spec, const Catalog& catalog, const Language& language,
                                          std::vector<Diagnostic>* diagnostics);

// Letters, digits and '_', not beginning with a digit.
bool IsEventName(const std::string& name);
// The event types that `names` are; adds mistakes. `description`: "pattern undelivered, sequence".
std::vector<uint32_t> FindEventTypes(const std::vector<SourceText>& names, const Catalog& catalog,
                                     const std::string& description, std::vector<Diagnostic>* diagnostics);
// Whether attributes of events may be called so. Adds a mistake where not.
bool CheckEmitName(const EmitSpec& emit, const std::vector<std::string>& taken, const SourceText& origin,
                   const std::string& description, std::vector<Diagnostic>* diagnostics);

}  // namespace tocsin

#endif  // TOCSIN_DERIVE_PATTERN_PLAN_H_
