#include "metric/window_plan.h"

#include <algorithm>
#include <cstring>

#include "metric/field_access.h"
#include "metric/rounded_field.h"
#include "tocsin/window/aggregate.h"
#include "tocsin/window/decayed_mean.h"

namespace tocsin {
namespace {

using Field = FieldPlan::Kind;

bool IsWord(Field kind) { return kind <= Field::kExactSum; }

uint16_t PartialBytes(Field kind) {
  switch (kind) {
    case Field::kSum:
    case Field::kSquares:
      return sizeof(DoubleDouble);
    case Field::kDecayed:
      return sizeof(DecayedPartial);
    case Field::kTimes:
      return sizeof(TimesPartial);
    case Field::kOldestValue:
      return sizeof(StampedValue);
    case Field::kNewestValue:
    case Field::kNewest:
      return 0;
    case Field::kSample:
      return sizeof(uint64_t);
    default:
      return sizeof(uint64_t);
  }
}

uint16_t TotalBytes(Field kind) {
  switch (kind) {
    case Field::kSum:
    case Field::kSquares:
      return sizeof(Sum<double>::Total);
    case Field::kDecayed:
      return sizeof(DecayedTotal);
    case Field::kTimes:
      return sizeof(TimesTotal);
    case Field::kOldestValue:
    case Field::kNewestValue:
      return sizeof(StampedValue);
    default:
      return sizeof(uint64_t);
  }
}

// Words first, so that they are added in a plain loop; extremes side by side; the newest time last, because the count
// of distinct times asks for the newest before.
int Rank(Field kind) {
  if (IsWord(kind)) return 0;
  if (kind == Field::kLeast || kind == Field::kGreatest) return 1;
  return kind == Field::kNewest ? 3 : 2;
}

// The totals of so few panes are quickly added up, and the block of a usual customer has room for a pane more.
constexpr uint32_t kFewPanes = 4;

void LayOut(WindowPlan* plan) {
  std::vector<uint16_t> order;
  for (size_t i = 0; i < plan->fields.size(); ++i) order.push_back(static_cast<uint16_t>(i));
  std::stable_sort(order.begin(), order.end(),
                   [&](uint16_t a, uint16_t b) { return Rank(plan->fields[a].kind) < Rank(plan->fields[b].kind); });
  plan->words.clear();
  plan->others.clear();
  plan->extreme_codes = {};
  plan->partial_bytes = plan->total_bytes = 0;
  for (uint16_t index : order) {
    FieldPlan& field = plan->fields[index];
    field.partial_offset = plan->partial_bytes;
    field.total_offset = plan->total_bytes;
    if (Rank(field.kind) == 1 && plan->extreme_codes.count++ == 0) {
      plan->extreme_codes.offset = field.partial_offset;
      plan->extreme_totals = field.total_offset;
    }
    if (IsWord(field.kind)) {
      plan->words.push_back({field.kind, field.argument});
    } else {
      plan->others.push_back(index);
    }
    if (plan->kind != WindowPlan::Kind::kAll || field.kind == Field::kSample) {
      // The newest time leaves no trace in panes, but where panes come to the window one by one.
      const bool kept = plan->kind == WindowPlan::Kind::kDelayed && field.kind == Field::kNewest;
      plan->partial_bytes = static_cast<uint16_t>(plan->partial_bytes + (kept ? 8 : PartialBytes(field.kind)));
    }
    plan->total_bytes = static_cast<uint16_t>(plan->total_bytes + TotalBytes(field.kind));
    plan->rounds |= IsRounded(field.kind);
    plan->holds_texts |= field.kind == Field::kOldestValue && field.text && plan->kind != WindowPlan::Kind::kAll;
    plan->counts_times |= field.kind == Field::kTimes;
  }
  // A window that never lets go has no panes but those of the times that it knows again.
  if (plan->kind == WindowPlan::Kind::kAll) plan->extreme_codes = {};
  plan->totals_from = plan->kind == WindowPlan::Kind::kTime && plan->others.empty() ? kFewPanes + 1 : 0;
}

Argument Recoded(const Recode& recode, const Argument& argument) {
  if (recode.kind == Recode::Kind::kNone || argument.absent()) return argument;
  const double x = argument.AsNumber();
  if (recode.kind == Recode::Kind::kAtLeast) return Value::Bool(x >= recode.number);
  if (x < 0 || x > 10) return Value();
  return Value::Int(x >= 9 ? 100 : x < 7 ? -100 : 0);
}

uint16_t Place(FieldPlan wanted, WindowPlan* plan) {
  for (size_t i = 0; i < plan->fields.size(); ++i) {
    const FieldPlan& field = plan->fields[i];
    if (field.kind == wanted.kind && field.argument == wanted.argument && field.half_life == wanted.half_life)
      return static_cast<uint16_t>(i);
  }
  const bool is_value = wanted.kind == Field::kNewestValue || wanted.kind == Field::kOldestValue;
  wanted.text = is_value && plan->sources[0].arguments[wanted.argument].type.kind == Kind::kString;
  plan->fields.push_back(wanted);
  LayOut(plan);
  return static_cast<uint16_t>(plan->fields.size() - 1);
}

}  // namespace

Argument TakeArgument(const ArgumentPlan& plan, const EventView& event, Time now, Scratch& scratch) {
  if (plan.event_name) return Value::String(*plan.event_name);
  if (!plan.expression) return Recoded(plan.recode, event.attributes[plan.slot]);
  const Result result = plan.expression->Evaluate(event.attributes, now, scratch);
  return result.outcome == Outcome::kValue ? Recoded(plan.recode, result.value) : Value();
}

Time WindowPlan::WholeAt(Time began) const {
  if (shape.calendar == nullptr) return SaturatingAdd(SaturatingAdd(began, shape.length), delay);
  Time first = shape.calendar->Start(began);  // of the first period that was fed as a whole
  if (first < began) first = shape.calendar->Next(began);
  return SaturatingAdd(closed ? shape.calendar->Next(first) : first, delay);
}

Duration WindowPlan::EmptyAfter() const {
  // A slice leaves when all of it has left. What waits for its period to end is in the window for the next.
  const Duration held = shape.calendar == nullptr ? shape.length + shape.slice : shape.length;
  return (closed ? held * 2 : held) + delay;
}

void FindSlots(WindowSource* source) {
  source->slots.clear();
  source->plain = !source->where;
  for (const ArgumentPlan& argument : source->arguments) {
    source->plain =
        source->plain && !argument.expression && !argument.event_name && argument.recode.kind == Recode::Kind::kNone;
    source->slots.push_back(argument.slot);
  }
}

void WindowPlan::Clear(std::byte* partial) const { std::memset(partial, 0, partial_bytes); }

void WindowPlan::Merge(std::byte* into, const std::byte* partial) const {
  for (size_t i = 0; i < words.size(); ++i) FieldAt<uint64_t>(into, i * 8) += FieldAt<uint64_t>(partial, i * 8);
  for (uint16_t index : others) {
    const size_t offset = fields[index].partial_offset;
    switch (fields[index].kind) {
      case Field::kSum:
      case Field::kSquares:
      case Field::kDecayed:
        MergeRounded(fields[index], into, partial);
        break;
      case Field::kOldestValue: {
        auto& held = FieldAt<StampedValue>(into, offset);
        const auto& other = FieldAt<StampedValue>(partial, offset);
        if (other.time != 0 && (held.time == 0 || other.time < held.time)) held = other;
        break;
      }
      case Field::kLeast:
      case Field::kGreatest:
        FieldAt<uint64_t>(into, offset) = std::max(FieldAt<uint64_t>(into, offset), FieldAt<uint64_t>(partial, offset));
        break;
      case Field::kTimes:
        FieldAt<TimesPartial>(into, offset).distinct += FieldAt<TimesPartial>(partial, offset).distinct;
        break;
      case Field::kNewest:
        if (kind != Kind::kDelayed) break;
        FieldAt<uint64_t>(into, offset) = std::max(FieldAt<uint64_t>(into, offset), FieldAt<uint64_t>(partial, offset));
        break;
      default:
        break;
    }
  }
}

uint16_t PlaceField(Field kind, uint16_t argument, WindowPlan* plan) {
  FieldPlan field;
  field.kind = kind;
  field.argument = argument;
  return Place(field, plan);
}

uint16_t PlaceDecayed(uint16_t argument, Duration half_life, WindowPlan* plan) {
  FieldPlan field;
  field.kind = Field::kDecayed;
  field.argument = argument;
  field.half_life = half_life;
  return Place(field, plan);
}

}  // namespace tocsin
