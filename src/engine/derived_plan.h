// What a plan knows of events that the engine makes itself (docs/semantics.md, section 6): which there are, and what
// other events mean to them.
#ifndef TOCSIN_ENGINE_DERIVED_PLAN_H_
#define TOCSIN_ENGINE_DERIVED_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "derive/pattern_plan.h"
#include "derive/session_plan.h"
#include "tocsin/base/time.h"

namespace tocsin {

// What a pattern, a session or the end of an alert takes from one event type, in one grouping.
struct DerivedUse {
  enum class Kind : uint8_t { kResolve, kPattern, kSession };
  Kind kind = Kind::kPattern;
  uint32_t index = 0;  // of the rule, pattern or session
  uint32_t lane = 0;   // by which it comes late, plus one; 0: at once
};

// One type of derived events. Its attributes are what it says by itself and the keys, in this order.
struct DerivedType {
  std::string name;
  uint32_t type = 0;      // in the catalog
  uint32_t grouping = 0;  // whose keys it has
  uint32_t keys_at = 0;   // the slot of the first
  uint32_t rank = 0;      // in the order of rule and pattern names
  bool read = false;      // somebody takes it
  Duration delay{};       // how far behind the clock its events may be
};

struct DerivedPlan {
  uint32_t outer_events = 0;          // event types below this number come from outside
  std::vector<DerivedType> types;     // by event type, from `outer_events` on
  std::vector<PatternPlan> patterns;  // each after those that it is made of
  std::vector<SessionPlan> sessions;  // each after what it is made of
  std::vector<Duration> lanes;        // how long each holds events
  std::vector<uint32_t> alert_types;  // by rule; 0: nobody takes its changes; empty: of no rule

  bool any() const { return !types.empty(); }
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_DERIVED_PLAN_H_
