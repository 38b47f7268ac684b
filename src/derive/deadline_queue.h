// DeadlineQueue: what is over when. Deadlines come nearly in order: those that do stand in a ring, the others in a
// heap. Nothing is taken out before its time: who asks compares, when one is due, whether it still means anything.
#ifndef TOCSIN_DERIVE_DEADLINE_QUEUE_H_
#define TOCSIN_DERIVE_DEADLINE_QUEUE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tocsin/base/time.h"

namespace tocsin {

class DeadlineQueue {
 public:
  struct Entry {
    int64_t time = 0;
    uint32_t number = 0;
    uint32_t order = 0;  // the low bits of what tells it from what had the number before
  };

  void Add(const Entry& entry) {
    if (size_ > 0 && entry.time < At(size_ - 1).time) {
      early_.push_back(entry);
      std::push_heap(early_.begin(), early_.end(), Later);
      return;
    }
    if (size_ == ring_.size()) Grow();
    ring_[(begin_ + size_++) & (ring_.size() - 1)] = entry;
  }
  bool empty() const { return size_ == 0 && early_.empty(); }
  // REQUIRES: !empty().
  const Entry& Front() const { return FromHeap() ? early_.front() : At(0); }
  void Pop() {
    if (FromHeap()) {
      std::pop_heap(early_.begin(), early_.end(), Later);
      early_.pop_back();
      return;
    }
    begin_ = (begin_ + 1) & (ring_.size() - 1);
    --size_;
  }
  size_t bytes() const { return (ring_.size() + early_.capacity()) * sizeof(Entry); }

 private:
  static bool Later(const Entry& a, const Entry& b) {
    return a.time != b.time ? a.time > b.time : static_cast<int32_t>(a.order - b.order) > 0;
  }
  const Entry& At(size_t place) const { return ring_[(begin_ + place) & (ring_.size() - 1)]; }
  bool FromHeap() const { return !early_.empty() && (size_ == 0 || Later(At(0), early_.front())); }
  void Grow() {
    std::vector<Entry> larger(std::max<size_t>(ring_.size() * 2, 64));
    for (size_t i = 0; i < size_; ++i) larger[i] = At(i);
    ring_ = std::move(larger);
    begin_ = 0;
  }

  std::vector<Entry> ring_;  // a power of two
  size_t begin_ = 0;
  size_t size_ = 0;
  std::vector<Entry> early_;  // a heap, the earliest on top
};

}  // namespace tocsin

#endif  // TOCSIN_DERIVE_DEADLINE_QUEUE_H_
