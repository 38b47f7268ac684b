// What PaneRing asks of the panes of a window in a row: what its plan says, and texts that panes hold.
#ifndef TOCSIN_METRIC_ROW_OPERATIONS_H_
#define TOCSIN_METRIC_ROW_OPERATIONS_H_

#include <cstddef>

#include "metric/stamped_value.h"
#include "metric/text_pool.h"
#include "metric/window_plan.h"

namespace tocsin {

struct RowOperations {
  const WindowPlan& plan;
  TextPool& texts;

  size_t stride() const { return plan.stride(); }
  ExtremeFields extremes() const { return plan.extremes(); }
  void Clear(std::byte* partial) const { plan.Clear(partial); }
  void Merge(std::byte* into, const std::byte* partial) const {
    if (plan.holds_texts) {
      for (const FieldPlan& field : plan.fields) {
        if (field.kind == FieldPlan::Kind::kOldestValue && field.text) LetTextGo(field, into, partial, texts);
      }
    }
    plan.Merge(into, partial);
  }
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_ROW_OPERATIONS_H_
