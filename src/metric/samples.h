// Windows of single values: quantiles, how many different ones, the most frequent ones.
//
// While they are few, a pane is one event: its time and its value as a word. Beyond kMostSamples a window goes over to
// slices until it is empty: a pane is a slice, its word the number of a block that holds the slice's sketch, and the
// totals hold the sketch of all. What a slice has added is taken out again when it leaves:
//
//   quantile   bins of a DDSketch by slice, and their sums (tocsin/window/dd_sketch.h)
//   distinct   ranks of a HyperLogLog, in lists that know which slice each is of (rank_lists.h)
//   top        counters of a SpaceSaving by slice, and their sums. A. Metwally, D. Agrawal, A. El Abbadi, "Efficient
//              computation of frequent and top-k elements in data streams" (ICDT 2005); P. K. Agarwal et al.,
//              "Mergeable summaries" (PODS 2012). A slice that has replaced a counter may be wrong by what that had
//              counted: the error of a total is the sum of these over the slices.
//
// Of equal values a window of distinct ones keeps the newest alone: the others leave before it does.
#ifndef TOCSIN_METRIC_SAMPLES_H_
#define TOCSIN_METRIC_SAMPLES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "metric/pane_pool.h"
#include "metric/row_operations.h"
#include "metric/text_pool.h"
#include "metric/window_block.h"
#include "metric/window_plan.h"
#include "tocsin/base/time.h"
#include "tocsin/window/pane_ring.h"

namespace tocsin {

inline constexpr uint32_t kMostSamples = 256;
inline constexpr uint32_t kTopCounters = 256;  // of a slice

struct SampleTotal {
  uint32_t sketch = 0;  // of all slices: a BinArray or RankLists
  uint32_t shown = 0;   // the text of the value that was read last, held
};

// The samples of one window, for the length of a call. REQUIRES: plan.samples is not kNone.
class SampleWindow {
 public:
  using SamplePanes = Panes<RowOperations, WindowBlock>;

  SampleWindow(const WindowPlan& plan, SamplePanes& panes, std::byte* totals, PanePool& pool, TextPool& texts)
      : plan_(plan), panes_(panes), totals_(totals), pool_(pool), texts_(texts) {}

  // The word of a value; a text is acquired.
  static uint64_t WordOf(Samples samples, const Argument& argument, TextPool& texts);

  // An event in a window that keeps each value.
  void AddValue(Time pane, uint64_t word);
  // In one that keeps slices.
  void AddToSlice(Time pane, uint64_t word);
  // Whether there are too many values now.
  bool IsCrowded() const { return panes_.size() > kMostSamples && plan_.may_sketch(); }
  // Goes over to slices. REQUIRES: the ring is marked as sliced when `ring` is seen again.
  void Slice(PaneRing& ring);
  // The pane leaves.
  void Remove(const std::byte* partial);
  // All of them do.
  void Reset();

  std::optional<double> Quantile(double q) const;
  double Distinct() const;
  // The k most frequent, "a (12), b (7)"; with what they may be off, "a (1204 ±16)". Of equal ones the first by bytes.
  std::string Top(uint32_t k) const;

  // For one from a snapshot, whose block has been claimed. False where it is not whole.
  bool Claim();

 private:
  SampleTotal& total() const;
  uint32_t& SketchOf(std::byte* partial) const;
  int64_t SliceNumber(Time pane) const;
  void AddToTop(std::byte* partial, uint32_t text);
  void ReleaseSlice(std::byte* partial);

  const WindowPlan& plan_;
  SamplePanes& panes_;
  std::byte* totals_;
  PanePool& pool_;
  TextPool& texts_;
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_SAMPLES_H_
