// SlidingSketch: a sketch over the last `length` of time: quantiles, how many different values, the most frequent ones.
// Headers only, useful without the rest of the library.
//
//   using namespace std::chrono_literals;
//   tocsin::SlidingSketch<tocsin::DdSketch> amounts(24h);
//   amounts.Add(t, 27.5);
//   std::optional<double> p95 = amounts.Value(t + 1h)->Quantile(0.95);
//
//   tocsin::KeyedWindow<std::string, tocsin::SlidingSketch<tocsin::HyperLogLog>> pages_of(24h);
//   pages_of.Add(customer, t, tocsin::StableHash(page));
//
// Sketch: DdSketch, HyperLogLog, SpaceSaving, or what has an Input, Add and Merge and can be made of nothing. There is
// one for each slice in which something happened; slices are aligned to UTC and right-closed, at least 64 of them in
// the window, and a slice leaves when all of it has left: the window holds up to one slice more than it should, never
// less. Time: as SlidingWindow; a late event joins its slice as long as that is in the window. Memory: 64 sketches or
// so. Cost: a sketch's own for an event; a reading merges all of them. (The engine's windows keep single values while
// these are few, and the sum of all slices beside them: metrics of a config are cheaper.) Threads: externally
// synchronised.
#ifndef TOCSIN_WINDOW_SLIDING_SKETCH_H_
#define TOCSIN_WINDOW_SLIDING_SKETCH_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "tocsin/base/time.h"
#include "tocsin/window/slices.h"
#include "tocsin/window/window_clock.h"

namespace tocsin {

template <typename Sketch>
class SlidingSketch {
 public:
  using Input = typename Sketch::Input;
  using Output = Sketch;
  using Shape = WindowShape;

  // REQUIRES: length is a whole number of milliseconds above 0.
  explicit SlidingSketch(Duration length) : SlidingSketch(Shape::Automatic(length)) {}
  // Slices of the shape's width where that is fixed.
  explicit SlidingSketch(Shape shape) : shape_(shape) {
    if (!shape.slice_at_once) shape_ = Shape::Fixed(shape.length, AutomaticSlice(shape.length, kLeastSlices));
  }

  // True when the event is in the window; false when it came too late for it, and nothing has changed.
  bool Add(Time time, const Input& input) {
    AdvanceTo(time);
    const Time slice = PaneTime(shape_, true, time);
    if (HasLeft(shape_, now_, slice)) return false;
    slices_[slice].Add(input);
    return true;
  }
  // Moves the clock and lets go of what has left; earlier than it: no effect.
  void AdvanceTo(Time now) {
    now_ = std::max(now_, now);
    while (!slices_.empty() && HasLeft(shape_, now_, slices_.begin()->first)) slices_.erase(slices_.begin());
  }

  // All that the window holds, in one sketch, at `now`, or at the clock when that is later. Never nothing.
  std::optional<Output> Value(Time now) {
    AdvanceTo(now);
    Sketch all;
    for (const auto& [slice, sketch] : slices_) all.Merge(sketch);
    return all;
  }

  bool empty() const { return slices_.empty(); }
  // When the newest slice leaves; nothing for an empty window.
  std::optional<Time> LastExit() const {
    if (slices_.empty()) return std::nullopt;
    return ExitTime(shape_, slices_.rbegin()->first);
  }

 private:
  static constexpr int64_t kLeastSlices = 64;

  Shape shape_;
  Time now_ = Time::min();
  std::map<Time, Sketch> slices_;  // by their ends
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_SLIDING_SKETCH_H_
