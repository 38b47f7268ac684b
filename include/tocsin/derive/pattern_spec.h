// What a config declares of events that are made of events: patterns, and sessions (docs/semantics.md, section 6).
//
//   PatternSpec undelivered;                       // no order_delivered within 30 days of an order_placed
//   undelivered.name = "undelivered";
//   undelivered.sequence = {{.events = {"order_placed"}}, {.events = {"order_delivered"}, .absent = true}};
//   undelivered.within = std::chrono::hours(24 * 30);
//   undelivered.by = {"order"};
//   undelivered.emit = {{"state", "order_placed.state"}};
//
// A match is an event of its own, named as the pattern: it has the keys of `by` and the attributes of `emit`, and
// metrics, rules and other patterns take it as they take any event.
#ifndef TOCSIN_DERIVE_PATTERN_SPEC_H_
#define TOCSIN_DERIVE_PATTERN_SPEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"

namespace tocsin {

// One step of a sequence.
struct StepSpec {
  std::vector<SourceText> events;  // any of these types
  bool absent = false;             // `not`: none of them, from the step before until the next one, or the end
  int64_t times = 1;               // how many of them
  SourceText name;                 // `as`: what conditions call it; empty: its event type
  SourceText where;                // a condition over its attributes, and those of earlier steps, or empty
  SourceText origin;               // where it was declared, for messages
};

// An attribute of a match or of a closed session, and the expression that gives it.
using EmitSpec = std::pair<std::string, SourceText>;

struct PatternSpec {
  std::string name;
  std::vector<StepSpec> sequence;
  std::optional<Duration> within;  // from the first event to the last, both included
  std::vector<SourceText> by;      // the keys of its grouping; empty: one group
  SourceText where;                // a condition over all steps, or empty
  std::vector<EmitSpec> emit;
  bool overlap = true;  // false: a match takes the earliest attempt and drops the others
  Duration reorder{};   // how long events are held for it, to be put in order
  SourceText origin;

  // The sequence is a funnel: a shorthand for the pattern without overlap, one for each step of the way
  // (`checkout.step2`), and metrics of how many came so far (`checkout.step1`) and which share of those before
  // (`checkout.step2_conversion`, `checkout.conversion`).
  bool funnel = false;
  std::optional<Duration> window;  // of these metrics; nothing: `within`
  std::vector<SourceText> per;     // their keys, of those of `by`
};

// The events of a group between which no more than `gap` passes. When it has closed, it is an event of its own, with
// the keys of `by`, `start`, `duration` (from the first event to the last), `count`, and the attributes of `emit`,
// which read first.<attribute> and last.<attribute>.
struct SessionSpec {
  std::string name;
  std::vector<SourceText> events;
  SourceText where;  // a condition over the event's attributes, or empty
  std::optional<Duration> gap;
  std::vector<SourceText> by;
  std::vector<EmitSpec> emit;
  SourceText origin;
};

}  // namespace tocsin

#endif  // TOCSIN_DERIVE_PATTERN_SPEC_H_
