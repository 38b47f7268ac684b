// SlidingWindow: an aggregate over the last `length` of time. Headers only, useful without the rest of the library.
//
//   using namespace std::chrono_literals;
//   tocsin::SlidingWindow<tocsin::Sum<double>> window(1h);
//   window.Add(t, 27.5);
//   double sum = *window.Value(t + 30min);      // events in (t - 30min, t + 30min]
//
// Time: the window's clock is the latest time it was given and never goes back. An event behind the clock amends the
// pane that holds its time, as long as that is in the window; Add says whether it was. Exactness: exact until the
// window holds more than 1,024 distinct event times, then, until it is empty, slices of at most a thousandth of its
// length, so that it can hold up to one slice more than it should, never less. WindowShape::Exact takes the bound away,
// WindowShape::Fixed sets the slice. Cost: O(1) amortised for events in order, whatever the length; memory for one pane
// a distinct time or slice. Threads: externally synchronised.
#ifndef TOCSIN_WINDOW_SLIDING_WINDOW_H_
#define TOCSIN_WINDOW_SLIDING_WINDOW_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "tocsin/base/time.h"
#include "tocsin/window/aggregate.h"
#include "tocsin/window/pane_ring.h"
#include "tocsin/window/window_clock.h"

namespace tocsin {

// The memory of one ring: the block it has, and, while it grows, the next.
class HeapPool {
 public:
  std::byte* At(uint32_t block) const { return blocks_[block].get(); }
  uint32_t Allocate(size_t bytes, size_t* got) {
    uint32_t block = blocks_[0] == nullptr ? 0 : 1;
    *got = std::bit_ceil(bytes);
    blocks_[block] = std::make_unique<std::byte[]>(*got);
    return block;
  }
  void Free(uint32_t block, size_t) { blocks_[block].reset(); }

 private:
  std::unique_ptr<std::byte[]> blocks_[2];
};

template <typename Aggregate>
class SlidingWindow {
  using Partial = typename Aggregate::Partial;
  using Total = typename Aggregate::Total;
  static_assert(std::is_trivially_copyable_v<Partial> && sizeof(Partial) % 8 == 0 && alignof(Partial) <= 8);

 public:
  // REQUIRES: length > 0.
  explicit SlidingWindow(Duration length) : shape_(WindowShape::Automatic(length)) {}
  explicit SlidingWindow(WindowShape shape) : shape_(shape) {}

  // True when the event is in the window; false when it came too late for it, and nothing has changed.
  bool Add(Time time, typename Aggregate::Input input) {
    AdvanceTo(time);
    Panes<Operations, HeapPool> panes(ring_, pool_, kOperations);
    std::byte* partial = PartialFor(shape_, now_, time, ring_, panes);
    if (partial == nullptr) return false;
    Aggregate::Add(*AsPartial(partial), input);
    Aggregate::Add(total_, input);
    SliceIfCrowded(shape_, ring_, panes);
    return true;
  }

  // Moves the clock; earlier than it: no effect.
  void AdvanceTo(Time now) {
    if (now > now_) now_ = now;
    Panes<Operations, HeapPool> panes(ring_, pool_, kOperations);
    LetGo(shape_, now_, ring_, panes, Totals{total_});
  }

  // The aggregate at `now`, or at the clock when that is later; nothing where there is no value.
  std::optional<typename Aggregate::Output> Value(Time now) {
    AdvanceTo(now);
    return Aggregate::Get(total_);
  }

  // When the oldest of what it holds leaves; nothing when it is empty.
  std::optional<Time> NextExit() {
    Panes<Operations, HeapPool> panes(ring_, pool_, kOperations);
    if (panes.empty()) return std::nullopt;
    return ExitTime(shape_, panes.time(0));
  }

  size_t panes() const { return ring_.size; }
  // It keeps slices now instead of exact times.
  bool sliced() const { return shape_.slice_at_once || ring_.sliced != 0; }

 private:
  static Partial* AsPartial(std::byte* bytes) { return reinterpret_cast<Partial*>(bytes); }
  static const Partial* AsPartial(const std::byte* bytes) { return reinterpret_cast<const Partial*>(bytes); }

  struct Operations {
    static constexpr size_t stride() { return sizeof(int64_t) + sizeof(Partial); }
    static void Clear(std::byte* partial) { new (partial) Partial(); }
    static void Merge(std::byte* into, const std::byte* partial) {
      Aggregate::Merge(*AsPartial(into), *AsPartial(partial));
    }
  };

  static constexpr Operations kOperations{};

  struct Totals {
    Total& total;
    void Remove(const std::byte* partial) { Aggregate::Remove(total, *AsPartial(partial)); }
    bool Suspect() const { return Aggregate::Suspect(total); }
    void Rebuild(const Panes<Operations, HeapPool>& panes) {
      total = Total();
      for (uint32_t i = 0; i < panes.size(); ++i) Aggregate::Merge(total, *AsPartial(panes.partial(i)));
    }
    void Reset() { total = Total(); }
  };

  WindowShape shape_;
  Time now_ = Time::min();
  Total total_;
  PaneRing ring_;
  HeapPool pool_;
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_SLIDING_WINDOW_H_
