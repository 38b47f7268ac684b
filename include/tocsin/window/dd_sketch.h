// DdSketch: quantiles of very many numbers, each right to 1 % of itself.
//
//   tocsin::DdSketch sketch;
//   sketch.Add(27.5);
//   std::optional<double> p95 = sketch.Quantile(0.95);
//   sketch.Merge(other);        // of other events: as if all had been added here
//   sketch.Remove(other);       // and back
//
// C. Masson, J. E. Rim, H. K. Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
// guarantees" (VLDB 2019). Numbers go to bins whose bounds grow by a factor; a bin is a count, so that what has been
// merged can be taken out again exactly, which other sketches cannot. Bins are never collapsed: a doubling of the range
// is 35 of them. Below 1e-300 a number counts as 0. Memory: 16 bytes a bin. Cost: a logarithm and a search for each
// number; a quantile looks through the bins.
#ifndef TOCSIN_WINDOW_DD_SKETCH_H_
#define TOCSIN_WINDOW_DD_SKETCH_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace tocsin {

// What a quantile may be off, of itself; a hair less than what is promised, for the logarithm's rounding.
inline constexpr double kDdError = 0.00999;
inline constexpr double kDdLeast = 1e-300;

// The rank of the quantile, from 1 on, among `count` > 0: the nearest one, ceil(q * count).
inline uint64_t NearestRank(double q, uint64_t count) {
  const auto rank = static_cast<uint64_t>(std::ceil(q * static_cast<double>(count)));
  return std::clamp<uint64_t>(rank, 1, count);
}

// The bin of a number; bins are ordered as numbers are. REQUIRES: x is a number.
inline int32_t DdBin(double x) {
  static const double kPerBin = 1 / std::log((1 + kDdError) / (1 - kDdError));
  constexpr int32_t kMiddle = 40'000;  // so that all bins of positive numbers are above 0
  const double size = std::min(std::abs(x), 1e308);
  if (size < kDdLeast) return 0;
  const auto bin = static_cast<int32_t>(std::ceil(std::log(size) * kPerBin)) + kMiddle;
  return x < 0 ? -bin : bin;
}

// What stands for a bin's numbers: within kDdError of each of them.
inline double DdValue(int32_t bin) {
  static const double kWidth = std::log((1 + kDdError) / (1 - kDdError));
  constexpr int32_t kMiddle = 40'000;
  if (bin == 0) return 0;
  const int32_t index = (bin < 0 ? -bin : bin) - kMiddle;
  const double value = std::exp(index * kWidth) * (1 - kDdError);
  return bin < 0 ? -value : value;
}

class DdSketch {
 public:
  using Input = double;

  void Add(double x, uint64_t count = 1) { At(DdBin(x)) += count, count_ += count; }
  void Merge(const DdSketch& other) {
    for (const auto& [bin, count] : other.bins_) At(bin) += count;
    count_ += other.count_;
  }
  // REQUIRES: it was merged, or its numbers were added.
  void Remove(const DdSketch& other) {
    for (const auto& [bin, count] : other.bins_) At(bin) -= count;
    count_ -= other.count_;
    std::erase_if(bins_, [](const auto& bin) { return bin.second == 0; });
  }
  // Nothing over nothing. REQUIRES: 0 <= q <= 1.
  std::optional<double> Quantile(double q) const {
    if (count_ == 0) return std::nullopt;
    uint64_t left = NearestRank(q, count_);
    for (const auto& [bin, count] : bins_) {
      if (left <= count) return DdValue(bin);
      left -= count;
    }
    return std::nullopt;
  }
  uint64_t count() const { return count_; }
  size_t bins() const { return bins_.size(); }
  friend bool operator==(const DdSketch& a, const DdSketch& b) { return a.bins_ == b.bins_; }

 private:
  uint64_t& At(int32_t bin) {
    auto place =
        std::lower_bound(bins_.begin(), bins_.end(), bin, [](const auto& a, int32_t b) { return a.first < b; });
    if (place == bins_.end() || place->first != bin) place = bins_.insert(place, {bin, 0});
    return place->second;
  }

  std::vector<std::pair<int32_t, uint64_t>> bins_;  // ascending
  uint64_t count_ = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_DD_SKETCH_H_
