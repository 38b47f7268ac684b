#include "metric/claim_window.h"

#include <limits>

#include "metric/field_access.h"
#include "metric/window_block.h"

namespace tocsin {

namespace {

bool ClaimBlock(const WindowPlan& plan, uint32_t& handle, PanePool& pool, TextPool& texts) {
  if (!WindowBlock::Claim(plan, handle, pool)) return false;
  if (handle == 0) return true;
  const WindowBlock block(plan, handle, pool);
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
  auto* const handles = reinterpret_cast<uint32_t*>(row + plan.row_offset);
  for (uint32_t i = 0; i < plan.handles(); ++i) {
    if (!ClaimBlock(plan, handles[i], pool, texts)) return false;
  }
  return true;
}

}  // namespace tocsin
