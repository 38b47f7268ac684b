// RankLists: a HyperLogLog that forgets slice by slice, in a block of the pool.
//
// Each register keeps the ranks that are, or may become, the largest that the window holds: from the newest slice to
// the oldest, each larger than those before it, for a rank with a newer one at least as large can never be the largest.
// These are the lists of possible future maxima of Y. Chabchoub, G. Hebrail, "Sliding HyperLogLog: estimating
// cardinality in a data stream over a sliding window" (ICDM workshops 2010), at the resolution of slices. A slice is
// known by a number that grows by one from slice to slice; at most kMostSlices of them are held at a time.
//
// Memory: 12 KiB and 6 bytes an entry, of which a register has a few. Cost: an event that changes nothing, as nearly
// all do, looks at its register; a slice that leaves looks at all of them.
#ifndef TOCSIN_METRIC_RANK_LISTS_H_
#define TOCSIN_METRIC_RANK_LISTS_H_

#include <cstddef>
#include <cstdint>

#include "metric/pane_pool.h"
#include "tocsin/window/hyper_log_log.h"

namespace tocsin {

class RankLists {
 public:
  RankLists(uint32_t* handle, PanePool* pool) : handle_(*handle), pool_(*pool) { Point(); }

  static constexpr int64_t kMostSlices = 60'000;

  bool exists() const { return head_ != nullptr; }
  // What it needs.
  size_t bytes() const { return head_ == nullptr ? 0 : Bytes(head_->used); }
  void Add(uint64_t hash, int64_t slice);
  // What is of this slice or an older one leaves.
  void Forget(int64_t slice);
  double Estimate();
  void Release();

  static bool Claim(uint32_t* handle, PanePool* pool);

 private:
  struct Entry {
    uint16_t slice = 0;  // its last bits
    uint16_t next = 0;   // plus one
    uint8_t rank = 0;
  };
  // What the size of the block is known by stands in the first 32 bytes.
  struct Head {
    int64_t newest = 0;     // slice
    double estimate = 0;    // where it is known
    uint32_t known = 0;     // 1: it is
    uint32_t capacity = 0;  // entries
    uint32_t used = 0;      // entries that have ever been given
    uint32_t free = 0;      // the first that was given back, plus one
    HllHistogram histogram{};
    uint16_t spare = 0;
    uint8_t largest[kHllRegisters] = {};
    uint16_t first[kHllRegisters] = {};  // the newest entry, plus one
  };
  static constexpr size_t Bytes(size_t capacity) { return sizeof(Head) + capacity * sizeof(Entry); }
  static constexpr uint32_t kMostEntries = 65535;
  static constexpr unsigned kSliceMask = 65535;

  void Point();
  void Grow();
  uint16_t Take();
  void Give(uint16_t entry);
  // How many slices behind the newest.
  unsigned Age(uint16_t slice) const { return (static_cast<unsigned>(head_->newest) - slice) & kSliceMask; }
  void SetLargest(uint32_t reg, uint8_t rank);
  void Insert(uint32_t reg, uint8_t rank, unsigned age);
  bool IsSound();

  uint32_t& handle_;
  PanePool& pool_;
  Head* head_ = nullptr;
  Entry* entries_ = nullptr;
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_RANK_LISTS_H_
