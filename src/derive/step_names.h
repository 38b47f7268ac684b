// StepNames: what the conditions of a pattern may read of its steps - `order_placed.amount` - and where an attempt
// keeps it. Used while a plan is made; what is left of it is a list of captures.
#ifndef TOCSIN_DERIVE_STEP_NAMES_H_
#define TOCSIN_DERIVE_STEP_NAMES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tocsin/event/catalog.h"
#include "tocsin/event/event.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

// Where an attribute of an event is found: its slot, or one of these.
inline constexpr uint32_t kTypeOfEvent = ~uint32_t{0};
inline constexpr uint32_t kTimeOfEvent = kTypeOfEvent - 1;
inline constexpr uint32_t kIdOfEvent = kTypeOfEvent - 2;

// Text is borrowed from the event and the catalog's name.
Value ReadOf(const EventView& event, uint32_t slot, const std::string& event_name);

// One attribute of one step. Conditions read it at its number, behind the attributes of the event at hand.
struct StepAttribute {
  std::string name;  // "order_placed.amount"
  Type type;         // as declared; a decimal is a double in conditions
  uint32_t step = 0;
  std::vector<uint32_t> slots;  // by the step's event types, in their order
  bool used = false;
};

class StepNames {
 public:
  // Of one step: every attribute that all of its `events` have with one type, and type, time and id. `name`: what the
  // step is called; empty: nothing is. A name that comes again can be read of neither.
  void AddStep(uint32_t step, const std::string& name, const std::vector<uint32_t>& events, const Catalog& catalog);

  // Adds to `environment` the attributes of steps up to `last`, from slot `first_slot` on, and forbids the others.
  void AddTo(Environment* environment, uint32_t first_slot, uint32_t last) const;
  // Some condition reads it.
  void MarkUsedAt(uint32_t index) { attributes_[index].used = true; }

  const std::vector<StepAttribute>& attributes() const { return attributes_; }

 private:
  std::vector<StepAttribute> attributes_;
  std::vector<std::string> names_;      // of steps
  std::vector<std::string> ambiguous_;  // of these, what two have
};

// What a decimal is read as.
inline Type TypeInExpressions(Type type) { return type.kind == Kind::kDecimal ? Type(Kind::kDouble) : type; }

}  // namespace tocsin

#endif  // TOCSIN_DERIVE_STEP_NAMES_H_
