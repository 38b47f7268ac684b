#include "metric/claim_window.h"

#include <limits>

#include "metric/field_access.h"
#include "metric/row_operations.h"
#include "metric/samples.h"
#include "metric/window_block.h"

namespace tocsin {
namespace {

bool ClaimText(const StampedValue& value, TextPool& texts) {
  if (value.time == 0) return true;
  return value.bits <= std::numeric_limits<uint32_t>::max() && texts.Claim(static_cast<uint32_t>(value.bits));
}

// The texts that panes hold. What the totals say is the oldest is looked up anew: it is held by a pane.
bool ClaimOldest(const WindowPlan& plan, const FieldPlan& field, WindowBlock& block, TextPool& texts) {
  PaneRing ring = block.Open();
  const RowOperations operations{plan, texts};
  const Panes<RowOperations, WindowBlock> panes(ring, block, operations);
  auto& total = FieldAt<StampedValue>(block.totals(), field.total_offset);
  total = {};
  for (uint32_t i = 0; i < panes.size(); ++i) {
    const auto& held = FieldAt<StampedValue>(panes.partial(i), field.partial_offset);
    if (!ClaimText(held, texts)) return false;
    if (total.time == 0) total = held;
  }
  return true;
}

bool ClaimBlock(const WindowPlan& plan, std::byte* row, uint32_t index, PanePool& pool, TextPool& texts) {
  const uint32_t handle = reinterpret_cast<const uint32_t*>(row + plan.row_offset)[index];
  if (handle == 0) return true;
  if (!WindowBlock::IsIn(handle, pool)) return false;
  WindowBlock block(plan, row, pool, index);
  if (!block.Claim()) return false;
  if (plan.samples != Samples::kNone) {
    PaneRing ring = block.Open();
    const RowOperations operations{plan, texts};
    SampleWindow::SamplePanes panes(ring, block, operations);
    return SampleWindow(plan, panes, block.totals(), pool, texts).Claim();
  }
  for (const FieldPlan& field : plan.fields) {
    if (!field.text) continue;
    if (field.kind == FieldPlan::Kind::kOldestValue && plan.holds_texts) {
      if (!ClaimOldest(plan, field, block, texts)) return false;
    } else if (!ClaimText(FieldAt<StampedValue>(block.totals(), field.total_offset), texts)) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool ClaimWindow(const WindowPlan& plan, std::byte* row, PanePool& pool, TextPool& texts) {
  for (uint32_t i = 0; i < plan.handles(); ++i) {
    if (!ClaimBlock(plan, row, i, pool, texts)) return false;
  }
  return true;
}

}  // namespace tocsin
