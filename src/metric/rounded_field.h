// Fields whose running results are doubles and round: sums, sums of squares, decayed sums. A pane's partial is taken
// out of the totals when it leaves, and where that may have cost precision they are added up anew (Sum<double>).
#ifndef TOCSIN_METRIC_ROUNDED_FIELD_H_
#define TOCSIN_METRIC_ROUNDED_FIELD_H_

#include <cstddef>

#include "metric/window_plan.h"
#include "tocsin/base/time.h"

namespace tocsin {

constexpr bool IsRounded(FieldPlan::Kind kind) {
  return kind == FieldPlan::Kind::kSum || kind == FieldPlan::Kind::kSquares || kind == FieldPlan::Kind::kDecayed;
}

// Each REQUIRES IsRounded(field.kind). `totals` and `partial` are the beginnings of all of a window's, `partial` null
// in a window without panes.
void AddRounded(const FieldPlan& field, std::byte* totals, std::byte* partial, Time time, double x);
void MergeRounded(const FieldPlan& field, std::byte* into, const std::byte* partial);
void RemoveRounded(const FieldPlan& field, std::byte* totals, const std::byte* partial);
bool IsSuspect(const FieldPlan& field, const std::byte* totals);
void ClearTotal(const FieldPlan& field, std::byte* totals);
void AddToTotal(const FieldPlan& field, std::byte* totals, const std::byte* partial);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_ROUNDED_FIELD_H_
