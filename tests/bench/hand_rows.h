// What the loops by hand (hand_loop.h) keep for a customer: totals, and beside them the last few panes that are not
// empty, one a second. Where there is no room for another pane the two oldest become one: busy customers are counted
// roughly, at no cost. That is the price of two cache lines; the engine pays for exactness.
#ifndef TOCSIN_TESTS_BENCH_HAND_ROWS_H_
#define TOCSIN_TESTS_BENCH_HAND_ROWS_H_

#include <cstdint>
#include <string_view>

namespace tocsin::bench {

enum CrmType : uint32_t { kPurchase, kRefund, kVisit, kComplaint };

struct LoopEvent {
  std::string_view customer;
  int64_t nanos = 0;
  int64_t units = 0;  // of money hundredths, of a visit seconds
  uint32_t type = kPurchase;

  uint32_t Second() const { return static_cast<uint32_t>(nanos / 1'000'000'000); }
};

constexpr uint32_t kHourSeconds = 3600;
constexpr uint32_t kDaySeconds = 24 * kHourSeconds;

// Count, sum and mean of the last hour.
class alignas(64) HourRow {
 public:
  double Add(const LoopEvent& event) {
    const uint32_t second = event.Second();
    LetGo(second);
    uint8_t newest = At(size_ - 1);
    if (size_ == 0 || panes_[newest].second != second) {
      if (size_ == kPanes) MergeOldest();
      newest = At(size_);
      ++size_;
      panes_[newest] = {second, 0, 0};
    }
    ++panes_[newest].count;
    panes_[newest].sum += event.units;
    ++count;
    sum += event.units;
    return static_cast<double>(sum) / static_cast<double>(count);
  }

  void LetGo(uint32_t second) {
    while (size_ != 0 && panes_[head_].second + kHourSeconds <= second) {
      const Pane& oldest = panes_[head_];
      count -= oldest.count;
      sum -= oldest.sum;
      head_ = Next(head_);
      --size_;
    }
  }

  int64_t sum = 0;
  uint32_t count = 0;

 private:
  static constexpr uint8_t kPanes = 6;
  struct Pane {
    uint32_t second;
    uint32_t count;
    int64_t sum;
  };

  static uint8_t Next(uint8_t i) { return i == kPanes - 1 ? 0 : static_cast<uint8_t>(i + 1); }
  uint8_t At(int i) const {
    const int at = head_ + i;
    return static_cast<uint8_t>(at >= kPanes ? at - kPanes : at < 0 ? 0 : at);
  }
  void MergeOldest() {
    const Pane oldest = panes_[head_];
    head_ = Next(head_);
    --size_;
    panes_[head_].count += oldest.count;
    panes_[head_].sum += oldest.sum;
  }

  uint8_t head_ = 0;
  uint8_t size_ = 0;
  Pane panes_[kPanes];
};

// Six metrics over an hour and a day. One list of panes for all, oldest first, each of one event type: five panes of
// four types always hold two that can become one.
class alignas(64) CrmRow {
 public:
  double Add(const LoopEvent& event) {
    const uint32_t second = event.Second();
    LetGo(second);
    if (size_ == 0 || panes_[size_ - 1].second != second || panes_[size_ - 1].type != event.type) {
      if (size_ == kPanes) MergeOldest();
      panes_[size_++] = {second, event.type & 3u, 0, 0};
    }
    Pane& pane = panes_[size_ - 1];
    ++pane.count;
    pane.units += event.units;
    switch (event.type) {
      case kPurchase:
        ++purchases_24h;
        spent_24h += event.units;
        break;
      case kRefund:
        ++refunds_1h;
        refunded_24h += event.units;
        break;
      case kVisit:
        visited_1h += event.units;
        break;
      default:
        ++complaints_24h;
    }
    return static_cast<double>(spent_24h - refunded_24h + visited_1h) + purchases_24h + refunds_1h + complaints_24h;
  }

  void LetGo(uint32_t second) {
    while (hour_ < size_ && panes_[hour_].second + kHourSeconds <= second) LeaveHour(&panes_[hour_++]);
    uint8_t gone = 0;
    while (gone < size_ && panes_[gone].second + kDaySeconds <= second) LeaveDay(panes_[gone++]);
    if (gone == 0) return;
    for (uint8_t i = gone; i < size_; ++i) panes_[i - gone] = panes_[i];
    size_ = static_cast<uint8_t>(size_ - gone);
    hour_ = static_cast<uint8_t>(hour_ - gone);
  }

  int64_t spent_24h = 0;
  int64_t refunded_24h = 0;
  int64_t visited_1h = 0;
  uint32_t purchases_24h = 0;
  uint32_t complaints_24h = 0;
  uint32_t refunds_1h = 0;

 private:
  static constexpr uint8_t kPanes = 5;
  struct Pane {
    uint32_t second;
    uint32_t type : 2;
    uint32_t count : 30;
    int64_t units;
  };

  // What was taken away for the hour must not be taken away again by a pane into which this one goes.
  void LeaveHour(Pane* pane) {
    if (pane->type == kRefund) {
      refunds_1h -= pane->count;
      pane->count = 0;
    } else if (pane->type == kVisit) {
      visited_1h -= pane->units;
      pane->units = 0;
    }
  }
  void LeaveDay(const Pane& pane) {
    if (pane.type == kPurchase) {
      purchases_24h -= pane.count;
      spent_24h -= pane.units;
    } else if (pane.type == kRefund) {
      refunded_24h -= pane.units;
    } else if (pane.type == kComplaint) {
      complaints_24h -= pane.count;
    }
  }
  // The oldest pane that has a later one of its type goes into that.
  void MergeOldest() {
    for (uint8_t i = 0; i < kPanes; ++i) {
      for (uint8_t j = static_cast<uint8_t>(i + 1); j < kPanes; ++j) {
        if (panes_[j].type != panes_[i].type) continue;
        panes_[j].count += panes_[i].count;
        panes_[j].units += panes_[i].units;
        for (uint8_t k = static_cast<uint8_t>(i + 1); k < kPanes; ++k) panes_[k - 1] = panes_[k];
        --size_;
        if (i < hour_) --hour_;
        return;
      }
    }
  }

  uint8_t size_ = 0;
  uint8_t hour_ = 0;  // panes before it have left the hour
  Pane panes_[kPanes];
};

}  // namespace tocsin::bench

#endif  // TOCSIN_TESTS_BENCH_HAND_ROWS_H_
