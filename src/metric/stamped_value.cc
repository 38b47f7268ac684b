#include "metric/stamped_value.h"

#include <bit>

#include "metric/field_access.h"

namespace tocsin {
namespace {

uint64_t BitsOf(const Argument& argument, TextPool& texts) {
  switch (argument.kind()) {
    case Kind::kString:
      return texts.Acquire(argument.AsString());
    case Kind::kBool:
      return argument.AsBool() ? 1 : 0;
    case Kind::kDouble:
    case Kind::kDecimal:
      return std::bit_cast<uint64_t>(argument.AsNumber());
    default:
      return static_cast<uint64_t>(argument.AsInt());
  }
}

void Release(const FieldPlan& field, const StampedValue& value, TextPool& texts) {
  if (field.text && value.time != 0) texts.Release(static_cast<uint32_t>(value.bits));
}

// The text is acquired before the other is let go: it may be the same.
void Replace(const FieldPlan& field, StampedValue* value, Time time, const Argument& argument, TextPool& texts) {
  const StampedValue before = *value;
  *value = {TimeCode(time), BitsOf(argument, texts)};
  Release(field, before, texts);
}

}  // namespace

void AddNewest(const FieldPlan& field, std::byte* totals, Time time, const Argument& argument, TextPool& texts) {
  auto& newest = FieldAt<StampedValue>(totals, field.total_offset);
  if (TimeCode(time) < newest.time) return;
  if (field.text && newest.time != 0 && texts.Text(static_cast<uint32_t>(newest.bits)) == argument.AsString()) {
    newest.time = TimeCode(time);
    return;
  }
  Replace(field, &newest, time, argument, texts);
}

void AddOldest(const FieldPlan& field, std::byte* totals, std::byte* partial, Time time, const Argument& argument,
               TextPool& texts) {
  auto& total = FieldAt<StampedValue>(totals, field.total_offset);
  StampedValue& held = partial != nullptr ? FieldAt<StampedValue>(partial, field.partial_offset) : total;
  if (held.time != 0 && TimeCode(time) >= held.time) return;
  Replace(field, &held, time, argument, texts);
  if (total.time == 0 || held.time < total.time) total = held;
}

bool RemoveOldest(const FieldPlan& field, std::byte* totals, const std::byte* partial, TextPool& texts) {
  const auto& held = FieldAt<StampedValue>(partial, field.partial_offset);
  if (held.time == 0) return false;
  Release(field, held, texts);
  auto& total = FieldAt<StampedValue>(totals, field.total_offset);
  if (total.time != held.time) return false;
  total = {};
  return true;
}

void LetTextGo(const FieldPlan& field, const std::byte* into, const std::byte* partial, TextPool& texts) {
  const auto& a = FieldAt<StampedValue>(into, field.partial_offset);
  const auto& b = FieldAt<StampedValue>(partial, field.partial_offset);
  if (a.time != 0 && b.time != 0) Release(field, b.time < a.time ? a : b, texts);
}

}  // namespace tocsin
