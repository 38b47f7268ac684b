// What patterns and sessions have in common while their plans are made: what they emit, and which of all that could be
// kept of their events is.
#ifndef TOCSIN_DERIVE_EMIT_PLAN_H_
#define TOCSIN_DERIVE_EMIT_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "derive/pattern_plan.h"
#include "derive/step_names.h"
#include "tocsin/derive/pattern_spec.h"
#include "tocsin/event/catalog.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

// The attributes of one event type, each at its slot. `noun`: what they are called in messages.
Environment AttributesOf(const EventSpec& event, const Language& language, std::string noun);

// One attribute that is emitted, from its expression, which reads the attributes of `names` from `first_slot` on and
// marks them as used. Its captures are numbers in `names`, until Renumber.
EmitPlan PlanEmit(const EmitSpec& spec, Expression expression, uint32_t first_slot, StepNames* names);

// Of all attributes of `names`, those that are used are kept; gives for each its number in `captures`.
std::vector<uint32_t> KeepUsed(const StepNames& names, std::vector<CapturePlan>* captures);
void Renumber(const std::vector<uint32_t>& numbers, StepCondition* condition);
void Renumber(const std::vector<uint32_t>& numbers, std::vector<EmitPlan>* emits);

// All that what is kept and emitted depends on.
std::string IdentityOf(const std::vector<EmitPlan>& emits, const std::vector<EmitSpec>& specs,
                       const std::vector<CapturePlan>& captures);

}  // namespace tocsin

#endif  // TOCSIN_DERIVE_EMIT_PLAN_H_
