#include "metric/window_bytes.h"

#include "metric/bin_array.h"
#include "metric/field_access.h"
#include "metric/rank_lists.h"
#include "metric/row_operations.h"
#include "metric/samples.h"
#include "metric/window_block.h"
#include "tocsin/window/pane_ring.h"

namespace tocsin {
namespace {

constexpr uint64_t kBlockBytes = 16;  // its handle and header

class Counter {
 public:
  using RowPanes = Panes<RowOperations, WindowBlock>;

  Counter(const WindowPlan& plan, PanePool& pool, TextPool& texts)
      : plan_(plan), operations_{plan, texts}, pool_(pool), texts_(texts) {}

  uint64_t BytesOf(WindowBlock& block) const {
    if (!block.exists()) return 0;
    PaneRing ring = block.Open();
    const RowPanes panes(ring, block, operations_);
    uint64_t bytes = kBlockBytes + uint64_t{panes.size()} * plan_.stride();
    if (panes.size() >= plan_.totals_from) bytes += plan_.total_bytes;
    if (plan_.samples != Samples::kNone) return bytes + SampleBytes(panes, ring.sliced, block.totals());
    for (const uint16_t index : plan_.others) {
      const FieldPlan& field = plan_.fields[index];
      if (!field.text) continue;
      bytes += TextBytes(FieldAt<StampedValue>(block.totals(), field.total_offset));
      if (!plan_.holds_texts || field.kind != FieldPlan::Kind::kOldestValue) continue;
      for (uint32_t i = 0; i < panes.size(); ++i)
        bytes += TextBytes(FieldAt<StampedValue>(panes.partial(i), field.partial_offset));
    }
    return bytes;
  }

 private:
  uint64_t TextBytes(const StampedValue& value) const { return value.time == 0 ? 0 : TextBytes(value.bits); }
  uint64_t TextBytes(uint64_t number) const { return texts_.Text(static_cast<uint32_t>(number)).size(); }

  uint64_t SampleBytes(const RowPanes& panes, bool sliced, std::byte* totals) const {
    uint64_t bytes = 0;
    uint32_t& sketch = FieldAt<SampleTotal>(totals, 0).sketch;
    if (sliced && plan_.samples == Samples::kDistinct) return RankLists(&sketch, &pool_).bytes();
    if (sliced) {
      const BinArray all(&sketch, &pool_);
      bytes += all.bytes();
      for (uint32_t i = 0; plan_.samples == Samples::kTop && i < all.size(); ++i)
        bytes += TextBytes(static_cast<uint32_t>(all.code(i)));
    }
    for (uint32_t i = 0; i < panes.size(); ++i) {
      if (sliced) {
        bytes += BinArray(&FieldAt<uint32_t>(panes.partial(i), 0), &pool_).bytes();
      } else if (plan_.samples == Samples::kTop) {
        bytes += TextBytes(FieldAt<uint64_t>(panes.partial(i), 0));
      }
    }
    return bytes;
  }

  const WindowPlan& plan_;
  const RowOperations operations_;
  PanePool& pool_;
  TextPool& texts_;
};

}  // namespace

uint64_t HeldBytes(const WindowPlan& plan, std::byte* row, PanePool& pool, TextPool& texts) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < plan.handles(); ++i) {
    WindowBlock block(plan, row, pool, i);
    bytes += Counter(plan, pool, texts).BytesOf(block);
  }
  return bytes;
}

}  // namespace tocsin
