// SpaceSaving: the most frequent of very many values, in memory for a few hundred of them.
//
//   tocsin::SpaceSaving<std::string> pages(256);
//   pages.Add("/cart");
//   for (const auto& top : pages.Top(3)) …  // top.value, seen top.count - top.error to top.count times
//   pages.Merge(other);                     // of other events: as if all had been added here, with the same bound
//
// A. Metwally, D. Agrawal, A. El Abbadi, "Efficient computation of frequent and top-k elements in data streams" (ICDT
// 2005), in the form of J. Misra and D. Gries, whose counts are its less the smallest: that is what can be merged (P.
// K. Agarwal et al., "Mergeable summaries", PODS 2012). All counts may be too high by error(), at most total() /
// (counters + 1); exact while no more different values came than there are counters. A value that is not among them
// came at most error() times. The same in every run; merged in another order the counts may differ, within the error.
// Value: copyable, with <. Memory: two nodes of trees a counter. Cost: O(log counters) for an event, O(counters) for a
// reading or a merge.
#ifndef TOCSIN_WINDOW_SPACE_SAVING_H_
#define TOCSIN_WINDOW_SPACE_SAVING_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace tocsin {

template <typename Value>
class SpaceSaving {
 public:
  using Input = Value;
  struct Counted {
    Value value;
    uint64_t count = 0;  // at most so often
    uint64_t error = 0;  // and at least so many times less
    friend bool operator==(const Counted&, const Counted&) = default;
  };

  // REQUIRES: counters > 0.
  explicit SpaceSaving(size_t counters = 256) : most_(counters) {}
  SpaceSaving(const SpaceSaving& other) : SpaceSaving(other.most_) { Merge(other); }
  SpaceSaving(SpaceSaving&&) noexcept = default;
  SpaceSaving& operator=(SpaceSaving other) noexcept {
    std::swap(most_, other.most_);
    std::swap(error_, other.error_);
    std::swap(total_, other.total_);
    counts_.swap(other.counts_);
    order_.swap(other.order_);
    return *this;
  }

  void Add(const Value& value, uint64_t times = 1) {
    total_ += times;
    if (const auto found = counts_.find(value); found != counts_.end()) return Raise(found, times);
    if (counts_.size() == most_) times -= Sink(std::min(times, order_.begin()->first - error_));
    if (times > 0) Insert(value, error_ + times);
  }
  void Merge(const SpaceSaving& other) {
    const std::map<Value, uint64_t> others = other.counts_;  // it may be this one
    const uint64_t error = other.error_;
    total_ += other.total_;
    for (const auto& [value, count] : others) {
      if (const auto found = counts_.find(value); found != counts_.end()) {
        Raise(found, count - error);
      } else {
        Insert(value, error_ + count - error);
      }
    }
    Widen(error);
    if (counts_.size() <= most_) return;
    auto first_kept = order_.end();
    std::advance(first_kept, -static_cast<std::ptrdiff_t>(most_));
    Sink(std::prev(first_kept)->first - error_);
  }

  // The k that came most often, of equal ones the smallest values.
  std::vector<Counted> Top(size_t k) const {
    std::vector<Counted> top;
    for (const auto& [value, count] : counts_) top.push_back({value, count, error_});
    std::stable_sort(top.begin(), top.end(), [](const Counted& a, const Counted& b) { return a.count > b.count; });
    if (top.size() > k) top.erase(top.begin() + static_cast<std::ptrdiff_t>(k), top.end());
    return top;
  }
  uint64_t error() const { return error_; }
  uint64_t total() const { return total_; }
  size_t size() const { return counts_.size(); }

 private:
  using Counts = std::map<Value, uint64_t>;  // what it came at least, and the error
  using Place = std::pair<uint64_t, const Value*>;
  struct Less {
    bool operator()(const Place& a, const Place& b) const {
      return a.first != b.first ? a.first < b.first : *a.second < *b.second;
    }
  };

  void Insert(const Value& value, uint64_t count) {
    const auto added = counts_.emplace(value, count).first;
    order_.emplace(count, &added->first);
  }
  void Raise(typename Counts::iterator found, uint64_t times) {
    order_.erase({found->second, &found->first});
    found->second += times;
    order_.emplace(found->second, &found->first);
  }
  // All are known to have come so many times less; who is left with nothing goes. Counts are kept with the error in
  // them, so that nothing else changes.
  uint64_t Sink(uint64_t times) {
    error_ += times;
    while (!order_.empty() && order_.begin()->first <= error_) {
      const Value* const gone = order_.begin()->second;
      order_.erase(order_.begin());
      counts_.erase(counts_.find(*gone));
    }
    return times;
  }
  // What else is not known of any of them.
  void Widen(uint64_t error) {
    if (error == 0) return;
    error_ += error;
    order_.clear();
    for (auto& [value, count] : counts_) order_.emplace(count += error, &value);
  }

  size_t most_;
  uint64_t error_ = 0;
  uint64_t total_ = 0;
  Counts counts_;
  std::set<Place, Less> order_;
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_SPACE_SAVING_H_
