// BinArray: counts by a 32-bit code, ascending, in a block of the pool. A sketch's bins, and the counters of a top-k.
//
//   uint32_t handle = 0;                      // nothing; in a row, a pane, the totals
//   BinArray bins(&handle, &pool);
//   bins.Add(bin, 1);
//   bins.Find(bin);
//   bins.Release();
//
// Cost: a search of 10 steps; a new bin moves those behind it.
#ifndef TOCSIN_METRIC_BIN_ARRAY_H_
#define TOCSIN_METRIC_BIN_ARRAY_H_

#include <cstddef>
#include <cstdint>

#include "metric/pane_pool.h"

namespace tocsin {

class BinArray {
 public:
  BinArray(uint32_t* handle, PanePool* pool) : handle_(*handle), pool_(*pool) { Point(); }

  bool exists() const { return head_ != nullptr; }
  uint32_t size() const { return head_ == nullptr ? 0 : head_->size; }
  // What it needs.
  size_t bytes() const { return head_ == nullptr ? 0 : Bytes(head_->size); }
  // All counts together.
  uint64_t sum() const { return head_ == nullptr ? 0 : head_->sum; }
  // A number of the caller; 0 at first. REQUIRES of the second: exists().
  uint64_t note() const { return head_ == nullptr ? 0 : head_->note; }
  void SetNote(uint64_t note) { head_->note = note; }

  // REQUIRES: i < size().
  int32_t code(uint32_t i) const { return codes_[i]; }
  uint64_t count(uint32_t i) const { return counts_[i]; }

  // Where the code is, or would be.
  uint32_t Find(int32_t code) const;
  bool Has(int32_t code, uint32_t i) const { return i < size() && codes_[i] == code; }
  // True when the code is new.
  bool Add(int32_t code, uint64_t count);
  // Of what was added. True when the code has gone; false also where there was none.
  bool Subtract(int32_t code, uint64_t count);
  // The counter at i counts for `code` now, from `count` on. REQUIRES: the code has none.
  void Replace(uint32_t i, int32_t code, uint64_t count);
  void Release();

  // For a handle from a snapshot: claims its block. False where it is none, or what it says does not fit.
  static bool Claim(uint32_t* handle, PanePool* pool);

 private:
  struct Head {
    uint32_t size = 0;
    uint32_t capacity = 0;
    uint64_t sum = 0;
    uint64_t note = 0;
  };
  // Counts first: they are the larger.
  static constexpr size_t Bytes(size_t capacity) {
    return sizeof(Head) + capacity * (sizeof(uint64_t) + sizeof(int32_t));
  }

  void Point();
  void Grow();
  void Insert(uint32_t i, int32_t code, uint64_t count);
  void Erase(uint32_t i);

  uint32_t& handle_;
  PanePool& pool_;
  Head* head_ = nullptr;
  uint64_t* counts_ = nullptr;
  int32_t* codes_ = nullptr;
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_BIN_ARRAY_H_
