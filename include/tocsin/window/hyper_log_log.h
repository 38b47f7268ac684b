// HyperLogLog: how many different values there are among very many, to 1.6 % (one standard error), in 4 KiB.
//
//   tocsin::HyperLogLog sketch;
//   sketch.Add(tocsin::StableHash("c-17"));
//   double customers = sketch.Estimate();
//   sketch.Merge(other);        // of other events: as if all had been added here
//
// P. Flajolet, E. Fusy, O. Gandouet, F. Meunier, "HyperLogLog: the analysis of a near-optimal cardinality estimation
// algorithm" (AofA 2007), with the estimator of O. Ertl, "New cardinality estimation algorithms for HyperLogLog
// sketches" (2017), which needs no tables of corrections and is right for few values too. Each of 4,096 registers keeps
// the largest rank, the number of leading zeros, of the hashes that fall to it.
#ifndef TOCSIN_WINDOW_HYPER_LOG_LOG_H_
#define TOCSIN_WINDOW_HYPER_LOG_LOG_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace tocsin {

inline constexpr int kHllBits = 12;
inline constexpr uint32_t kHllRegisters = 1u << kHllBits;
inline constexpr int kHllMaxRank = 64 - kHllBits + 1;
// How many registers have each rank.
using HllHistogram = std::array<uint16_t, kHllMaxRank + 1>;

constexpr uint32_t HllRegister(uint64_t hash) { return static_cast<uint32_t>(hash >> (64 - kHllBits)); }
constexpr int HllRank(uint64_t hash) { return std::min(std::countl_zero(hash << kHllBits) + 1, kHllMaxRank); }

// Ertl's improved raw estimator.
inline double HllEstimate(const HllHistogram& histogram) {
  constexpr double kCount = kHllRegisters;
  auto tau = [](double x) {
    if (x == 0 || x == 1) return 0.0;
    double y = 1, z = 1 - x, before = -1;
    while (z != before) {
      x = std::sqrt(x);
      before = z;
      y *= 0.5;
      z -= (1 - x) * (1 - x) * y;
    }
    return z / 3;
  };
  auto sigma = [](double x) {
    double y = 1, z = x, before = -1;
    while (z != before) {
      x *= x;
      before = z;
      z += x * y;
      y += y;
    }
    return z;
  };
  if (histogram[0] == kHllRegisters) return 0;
  double z = kCount * tau(1 - histogram[kHllMaxRank] / kCount);
  for (int rank = kHllMaxRank - 1; rank >= 1; --rank) z = 0.5 * (z + histogram[static_cast<size_t>(rank)]);
  z += kCount * sigma(histogram[0] / kCount);
  constexpr double kAlpha = 0.72134752044448170367996;  // 1 / (2 ln 2)
  return kAlpha * kCount * kCount / z;
}

class HyperLogLog {
 public:
  using Input = uint64_t;  // a hash

  HyperLogLog() : registers_(kHllRegisters) {}

  void Add(uint64_t hash) {
    uint8_t& rank = registers_[HllRegister(hash)];
    rank = std::max(rank, static_cast<uint8_t>(HllRank(hash)));
  }
  void Merge(const HyperLogLog& other) {
    for (size_t i = 0; i < registers_.size(); ++i) registers_[i] = std::max(registers_[i], other.registers_[i]);
  }
  double Estimate() const {
    HllHistogram histogram{};
    for (uint8_t rank : registers_) ++histogram[rank];
    return HllEstimate(histogram);
  }
  friend bool operator==(const HyperLogLog& a, const HyperLogLog& b) { return a.registers_ == b.registers_; }

 private:
  std::vector<uint8_t> registers_;
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_HYPER_LOG_LOG_H_
