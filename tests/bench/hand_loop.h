// The loop that a good engineer would write by hand for one question - count, sum and mean of the last hour for each
// customer, at each event - and nothing else: no rules, no types, no late events, no errors. It is what the engine is
// measured against.
//
// String ids become dense rows by 64-bit fingerprints in an open-addressing table; a row is two cache lines: totals and
// the last six non-empty panes (one a second; where a seventh is needed the two oldest become one). Batches are worked
// in stages with prefetch: hash, find the row, update.
#ifndef TOCSIN_TESTS_BENCH_HAND_LOOP_H_
#define TOCSIN_TESTS_BENCH_HAND_LOOP_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace tocsin::bench {

struct LoopEvent {
  std::string_view customer;
  int64_t nanos = 0;
  int64_t units = 0;
};

class HandLoop {
 public:
  static constexpr uint32_t kWindowSeconds = 3600;
  static constexpr size_t kStage = 32;

  explicit HandLoop(size_t customers)
      : mask_(std::bit_ceil(customers * 2) - 1), slots_(mask_ + 1), rows_(std::make_unique<Row[]>(customers)) {}

  // The sum of all means read, so that nothing is optimised away.
  double Ingest(std::span<const LoopEvent> events) {
    double check = 0;
    for (size_t begin = 0; begin < events.size(); begin += kStage) {
      std::span<const LoopEvent> stage = events.subspan(begin, std::min(kStage, events.size() - begin));
      uint64_t prints[kStage];
      uint32_t found[kStage];
      for (size_t i = 0; i < stage.size(); ++i) {
        prints[i] = Fingerprint(stage[i].customer);
        __builtin_prefetch(&slots_[prints[i] & mask_]);
      }
      for (size_t i = 0; i < stage.size(); ++i) {
        found[i] = FindOrAdd(prints[i]);
        __builtin_prefetch(&rows_[found[i]], 1);
        __builtin_prefetch(reinterpret_cast<const char*>(&rows_[found[i]]) + 64, 1);
      }
      for (size_t i = 0; i < stage.size(); ++i) check += Update(&rows_[found[i]], stage[i]);
    }
    return check;
  }

  double IngestOne(const LoopEvent& event) { return Update(&rows_[FindOrAdd(Fingerprint(event.customer))], event); }

  // Of one customer, for comparison: count and sum as of its last event.
  std::pair<uint32_t, int64_t> Totals(std::string_view customer) {
    const Row& row = rows_[FindOrAdd(Fingerprint(customer))];
    return {row.count, row.sum};
  }
  size_t bytes() const { return slots_.size() * sizeof(Slot) + size_t{used_} * sizeof(Row); }

 private:
  struct Slot {
    uint64_t print = 0;
    uint32_t row = 0;
  };
  struct Pane {
    uint32_t second;
    uint32_t count;
    int64_t sum;
  };
  struct alignas(64) Row {
    int64_t sum = 0;
    uint32_t count = 0;
    uint8_t head = 0;
    uint8_t size = 0;
    Pane panes[6];
  };
  static_assert(sizeof(Row) == 128);

  static uint64_t Mix(uint64_t a, uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    Wide product = static_cast<Wide>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
  static uint64_t Fingerprint(std::string_view text) {
    uint64_t hash = 0x9e3779b97f4a7c15 ^ text.size();
    const char* at = text.data();
    size_t left = text.size();
    for (; left > 8; left -= 8, at += 8) {
      uint64_t word;
      std::memcpy(&word, at, 8);
      hash = Mix(hash ^ word, 0xbf58476d1ce4e5b9);
    }
    uint64_t word = 0;
    std::memcpy(&word, at, left);
    return Mix(hash ^ word, 0x94d049bb133111eb) | 1;
  }

  uint32_t FindOrAdd(uint64_t print) {
    for (size_t i = print & mask_;; i = (i + 1) & mask_) {
      if (slots_[i].print == print) return slots_[i].row;
      if (slots_[i].print != 0) continue;
      slots_[i] = {print, used_};
      return used_++;
    }
  }

  static double Update(Row* row, const LoopEvent& event) {
    auto second = static_cast<uint32_t>(event.nanos / 1'000'000'000);
    while (row->size != 0 && row->panes[row->head].second + kWindowSeconds <= second) {
      const Pane& oldest = row->panes[row->head];
      row->count -= oldest.count;
      row->sum -= oldest.sum;
      row->head = Next(row->head);
      --row->size;
    }
    uint8_t newest = At(row->head, row->size - 1);
    if (row->size == 0 || row->panes[newest].second != second) {
      if (row->size == 6) MergeOldest(row);
      newest = At(row->head, row->size);
      ++row->size;
      row->panes[newest] = {second, 0, 0};
    }
    ++row->panes[newest].count;
    row->panes[newest].sum += event.units;
    ++row->count;
    row->sum += event.units;
    return static_cast<double>(row->sum) / static_cast<double>(row->count);
  }

  static uint8_t Next(uint8_t i) { return i == 5 ? 0 : static_cast<uint8_t>(i + 1); }
  static uint8_t At(uint8_t head, int i) {
    int at = head + i;
    return static_cast<uint8_t>(at >= 6 ? at - 6 : at < 0 ? 0 : at);
  }
  static void MergeOldest(Row* row) {
    const Pane oldest = row->panes[row->head];
    row->head = Next(row->head);
    --row->size;
    row->panes[row->head].count += oldest.count;
    row->panes[row->head].sum += oldest.sum;
  }

  size_t mask_;
  std::vector<Slot> slots_;
  std::unique_ptr<Row[]> rows_;
  uint32_t used_ = 0;
};

}  // namespace tocsin::bench

#endif  // TOCSIN_TESTS_BENCH_HAND_LOOP_H_
