#include "metric/claim_window.h"

#include <limits>

#include "metric/field_access.h"
#include "metric/window_block.h"

namespace tocsin {

namespace {

bool ClaimBlock(const WindowPlan& plan, std::byte* row, uint32_t index, PanePool& pool, TextPool& texts) {
  const uint32_t handle = reinterpret_cast<const uint32_t*>(row + plan.row_offset)[index];
  if (handle == 0) return true;
  if (!WindowBlock::IsIn(handle, pool)) return false;
  WindowBlock block(plan, row, pool, index);
  if (!block.Claim()) return false;
  for (const FieldPlan& field : plan.fields) {
    if (field.kind != FieldPlan::Kind::kNewestValue || !field.text) continue;
    const auto& newest = FieldAt<NewestTotal>(block.totals(), field.total_offset);
    if (newest.time == 0) continue;
    if (newest.bits > std::numeric_limits<uint32_t>::max() || !texts.Claim(static_cast<uint32_t>(newest.bits)))
      return false;
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
