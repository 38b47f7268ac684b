#include "derive/emit_plan.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace tocsin {

Environment AttributesOf(const EventSpec& event, const Language& language, std::string noun) {
  Environment environment;
  environment.SetLanguage(language);
  environment.SetNoun(std::move(noun));
  for (uint32_t slot = 0; slot < event.attributes.size(); ++slot)
    environment.Add(event.attributes[slot].name, TypeInExpressions(event.attributes[slot].type), slot);
  return environment;
}

EmitPlan PlanEmit(const EmitSpec& spec, Expression expression, uint32_t first_slot, StepNames* names) {
  EmitPlan emit;
  emit.name = spec.first;
  emit.type = expression.type();
  const std::optional<uint32_t> alone = expression.AsVariable();
  if (alone && *alone >= first_slot) {
    emit.capture = *alone - first_slot;
    emit.type = names->attributes()[*emit.capture].type;
    names->MarkUsedAt(*emit.capture);
    return emit;
  }
  StepCondition value{std::move(expression), {}, {}, {}};
  value.slots = first_slot + static_cast<uint32_t>(names->attributes().size());
  for (const uint32_t slot : value.expression.slots()) {
    if (slot < first_slot) continue;
    value.kept.emplace_back(slot, slot - first_slot);
    names->MarkUsedAt(slot - first_slot);
  }
  emit.value = std::move(value);
  return emit;
}

std::vector<uint32_t> KeepUsed(const StepNames& names, std::vector<CapturePlan>* captures) {
  std::vector<uint32_t> numbers;
  for (const StepAttribute& attribute : names.attributes()) {
    numbers.push_back(static_cast<uint32_t>(captures->size()));
    if (attribute.used) captures->push_back({attribute.name, attribute.type});
  }
  return numbers;
}

void Renumber(const std::vector<uint32_t>& numbers, StepCondition* condition) {
  for (auto& [slot, capture] : condition->kept) capture = numbers[capture];
}

void Renumber(const std::vector<uint32_t>& numbers, std::vector<EmitPlan>* emits) {
  for (EmitPlan& emit : *emits) {
    if (emit.capture) emit.capture = numbers[*emit.capture];
    if (emit.value) Renumber(numbers, &*emit.value);
  }
}

std::string IdentityOf(const std::vector<EmitPlan>& emits, const std::vector<EmitSpec>& specs,
                       const std::vector<CapturePlan>& captures) {
  std::string identity;
  for (const EmitPlan& emit : emits) identity += fmt::format("|{} {}", emit.name, TypeName(emit.type));
  for (const EmitSpec& emit : specs) identity += "|" + emit.second.text();
  for (const CapturePlan& capture : captures) identity += fmt::format("|{} {}", capture.name, TypeName(capture.type));
  return identity;
}

}  // namespace tocsin
