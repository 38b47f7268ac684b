// What SlidingWindow and LastWindow have in common: panes whose partials are those of one aggregate, in memory of their
// own, and the total over them.
#ifndef TOCSIN_WINDOW_AGGREGATE_PANES_H_
#define TOCSIN_WINDOW_AGGREGATE_PANES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

#include "tocsin/base/time.h"
#include "tocsin/window/aggregate.h"
#include "tocsin/window/pane_ring.h"
#include "tocsin/window/time_aggregate.h"

namespace tocsin {

// What PaneRing asks for, of one aggregate.
template <typename Aggregate>
struct PaneOperations {
  using Partial = typename Aggregate::Partial;
  static_assert(std::is_trivially_copyable_v<Partial>);
  static_assert(std::is_empty_v<Partial> || (sizeof(Partial) % 8 == 0 && alignof(Partial) <= 8));

  static constexpr size_t stride() { return sizeof(int64_t) + (std::is_empty_v<Partial> ? 0 : sizeof(Partial)); }
  static constexpr ExtremeFields extremes() { return {0, static_cast<uint16_t>(IsExtreme<Aggregate> ? 1 : 0)}; }
  static Partial& At(std::byte* partial) { return *reinterpret_cast<Partial*>(partial); }
  static const Partial& At(const std::byte* partial) { return *reinterpret_cast<const Partial*>(partial); }
  static void Clear(std::byte* partial) {
    if constexpr (!std::is_empty_v<Partial>) new (partial) Partial();
  }
  static void Merge(std::byte* into, const std::byte* partial) {
    if constexpr (!std::is_empty_v<Partial>) Aggregate::Merge(At(into), At(partial));
  }
};

// Bytes of one ring, from the heap: summaries of extremes, then panes.
template <typename Operations>
class HeapMemory {
 public:
  std::byte* panes() const { return panes_; }
  uint64_t* summaries() const { return reinterpret_cast<uint64_t*>(bytes_.get()); }
  void Grow(PaneRing& ring) {
    constexpr size_t kStride = Operations::stride();
    const uint32_t capacity = std::max<uint32_t>(2, ring.capacity + ring.capacity / 2);
    const size_t summaries = Extremes::SummaryWords(capacity, Operations::extremes().count) * sizeof(uint64_t);
    auto bytes = std::make_unique<std::byte[]>(summaries + capacity * kStride);  // all zero
    if (ring.size != 0) MoveInOrder(ring, kStride, panes_, bytes.get() + summaries);
    if (summaries != 0) std::memset(bytes.get(), 0xff, summaries);
    bytes_ = std::move(bytes);
    panes_ = bytes_.get() + summaries;
    ring.head = 0;
    ring.capacity = capacity;
  }
  void Release(PaneRing& ring) {
    bytes_.reset();
    panes_ = nullptr;
    ring = PaneRing();
  }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::byte* panes_ = nullptr;
};

// The total, as LetGo (window_clock.h) asks for it.
template <typename Aggregate>
struct AggregateTotals {
  using Operations = PaneOperations<Aggregate>;
  using AllPanes = Panes<Operations, HeapMemory<Operations>>;

  typename Aggregate::Total& total;
  bool extreme_left = false;

  void Remove(const std::byte* partial) {
    if constexpr (IsExtreme<Aggregate>) {
      extreme_left |= Operations::At(partial).code == total.code;
    } else if constexpr (!std::is_empty_v<typename Aggregate::Partial>) {
      Aggregate::Remove(total, Operations::At(partial));
    }
  }
  bool Doubtful(bool wrapped) const {
    if constexpr (Rounding<Aggregate>) return wrapped || Aggregate::Suspect(total);
    return false;
  }
  void Rebuild(const AllPanes& panes) {
    if constexpr (Rounding<Aggregate>) {
      total = {};
      for (uint32_t i = 0; i < panes.size(); ++i) Aggregate::Merge(total, Operations::At(panes.partial(i)));
    }
  }
  void Settle(const AllPanes& panes) {
    if constexpr (IsExtreme<Aggregate>) {
      if (extreme_left) total.code = panes.extremes().Greatest(0);
    }
  }
  void Reset() { total = {}; }
};

// One event into the pane whose partial that is, and the total.
template <typename Aggregate, typename AllPanes>
void AddToPane(const AllPanes& panes, std::byte* partial, typename Aggregate::Total& total, Time time,
               const typename Aggregate::Input& x) {
  using Partial = typename Aggregate::Partial;
  if constexpr (std::is_empty_v<Partial>) {
    Partial none;
    AddEvent<Aggregate>(&none, total, time, x);
  } else {
    Partial& pane = PaneOperations<Aggregate>::At(partial);
    AddEvent<Aggregate>(&pane, total, time, x);
    if constexpr (IsExtreme<Aggregate>) panes.extremes().Raise(partial, 0, pane.code);
  }
}

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_AGGREGATE_PANES_H_
