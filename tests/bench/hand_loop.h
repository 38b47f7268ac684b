// What a good engineer would write by hand for one workload and nothing else: no rules, no types, no late events, no
// errors. It is what the engine is measured against. What is kept for a customer is in hand_rows.h.
//
// String ids become dense rows by 64-bit fingerprints in an open-addressing table; a row is two cache lines. Batches
// are worked in stages with prefetch: hash, find the row, update.
#ifndef TOCSIN_TESTS_BENCH_HAND_LOOP_H_
#define TOCSIN_TESTS_BENCH_HAND_LOOP_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "bench/hand_rows.h"

namespace tocsin::bench {

template <typename Row>
class HandLoop {
 public:
  static constexpr size_t kStage = 32;

  explicit HandLoop(size_t customers)
      : mask_(std::bit_ceil(customers * 2) - 1), slots_(mask_ + 1), rows_(std::make_unique<Row[]>(customers)) {}

  // The sum of what each row answers, so that nothing is optimised away.
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
      for (size_t i = 0; i < stage.size(); ++i) check += rows_[found[i]].Add(stage[i]);
    }
    return check;
  }

  double IngestOne(const LoopEvent& event) { return rows_[FindOrAdd(Fingerprint(event.customer))].Add(event); }

  Row& RowOf(std::string_view customer) { return rows_[FindOrAdd(Fingerprint(customer))]; }

 private:
  struct Slot {
    uint64_t print = 0;
    uint32_t row = 0;
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

  size_t mask_;
  std::vector<Slot> slots_;
  std::unique_ptr<Row[]> rows_;
  uint32_t used_ = 0;
};

}  // namespace tocsin::bench

#endif  // TOCSIN_TESTS_BENCH_HAND_LOOP_H_
