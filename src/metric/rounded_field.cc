#include "metric/rounded_field.h"

#include "metric/field_access.h"
#include "tocsin/window/aggregate.h"
#include "tocsin/window/decayed_mean.h"

namespace tocsin {
namespace {

using Field = FieldPlan::Kind;
using DoubleSum = Sum<double>;

DoubleSum::Total& SumIn(const FieldPlan& field, std::byte* totals) {
  return FieldAt<DoubleSum::Total>(totals, field.total_offset);
}
DecayedTotal& DecayedIn(const FieldPlan& field, std::byte* totals) {
  return FieldAt<DecayedTotal>(totals, field.total_offset);
}

}  // namespace

void AddRounded(const FieldPlan& field, std::byte* totals, std::byte* partial, Time time, double x) {
  switch (field.kind) {
    case Field::kDecayed: {
      const DecayedPartial event = DecayedEvent(time, field.half_life, x);
      if (partial != nullptr) MergeDecayed(FieldAt<DecayedPartial>(partial, field.partial_offset), event);
      return MergeDecayed(DecayedIn(field, totals), event);
    }
    case Field::kSquares: {
      const DoubleDouble square = DoubleDouble::Product(x, x);
      if (partial != nullptr) FieldAt<DoubleDouble>(partial, field.partial_offset).Add(square);
      return DoubleSum::Merge(SumIn(field, totals), square);
    }
    default:
      if (partial != nullptr) FieldAt<DoubleDouble>(partial, field.partial_offset).Add(x);
      return DoubleSum::Add(SumIn(field, totals), x);
  }
}

void MergeRounded(const FieldPlan& field, std::byte* into, const std::byte* partial) {
  if (field.kind == Field::kDecayed) {
    return MergeDecayed(FieldAt<DecayedPartial>(into, field.partial_offset),
                        FieldAt<DecayedPartial>(partial, field.partial_offset));
  }
  FieldAt<DoubleDouble>(into, field.partial_offset).Add(FieldAt<DoubleDouble>(partial, field.partial_offset));
}

void RemoveRounded(const FieldPlan& field, std::byte* totals, const std::byte* partial) {
  if (field.kind == Field::kDecayed)
    return RemoveDecayed(DecayedIn(field, totals), FieldAt<DecayedPartial>(partial, field.partial_offset));
  DoubleSum::Remove(SumIn(field, totals), FieldAt<DoubleDouble>(partial, field.partial_offset));
}

bool IsSuspect(const FieldPlan& field, const std::byte* totals) {
  if (field.kind == Field::kDecayed) return IsSuspect(FieldAt<DecayedTotal>(totals, field.total_offset));
  return DoubleSum::Suspect(FieldAt<DoubleSum::Total>(totals, field.total_offset));
}

void ClearTotal(const FieldPlan& field, std::byte* totals) {
  if (field.kind == Field::kDecayed) {
    DecayedIn(field, totals) = {};
  } else {
    SumIn(field, totals) = {};
  }
}

void AddToTotal(const FieldPlan& field, std::byte* totals, const std::byte* partial) {
  if (field.kind == Field::kDecayed)
    return MergeDecayed(DecayedIn(field, totals), FieldAt<DecayedPartial>(partial, field.partial_offset));
  DoubleSum::Merge(SumIn(field, totals), FieldAt<DoubleDouble>(partial, field.partial_offset));
}

}  // namespace tocsin
