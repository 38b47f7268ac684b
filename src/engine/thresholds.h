// How many of the thresholds of a metric hold for a value.
#ifndef TOCSIN_ENGINE_THRESHOLDS_H_
#define TOCSIN_ENGINE_THRESHOLDS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "expr/ast.h"

namespace tocsin {

// The number beyond which `value op number` holds, and at which it does not: `>= 5` is what is above the double before
// 5. REQUIRES: op is one of the four orders.
inline double Beyond(Op op, double number) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (op == Op::kGreaterEqual) return std::nextafter(number, -kInfinity);
  if (op == Op::kLessEqual) return std::nextafter(number, kInfinity);
  return number;
}
inline bool IsAbove(Op op) { return op == Op::kGreater || op == Op::kGreaterEqual; }

// How many of `numbers`, sorted so that those that hold come first, hold: the value is beyond them. Usually as many as
// `before`, which two comparisons tell, or nearly as many: the search goes out from there in steps that double.
template <typename Compare>
uint32_t CountBeyond(std::span<const double> numbers, uint32_t before, double value, Compare beyond) {
  const auto size = static_cast<uint32_t>(numbers.size());
  uint32_t low = before;   // all before it hold
  uint32_t high = before;  // none from it on does
  if (before < size && beyond(value, numbers[before])) {
    for (uint32_t step = 1;; step *= 2) {
      low = high + 1;
      high = size - low < step ? size : low + step;
      if (high == size || !beyond(value, numbers[high])) break;
    }
  } else if (before > 0 && !beyond(value, numbers[before - 1])) {
    for (uint32_t step = 1;; step *= 2) {
      high = low - 1;
      low = high < step ? 0 : high - step;
      if (low == 0 || beyond(value, numbers[low - 1])) break;
    }
  } else {
    return before;
  }
  // Halves without a branch: which way each goes nobody can foresee.
  for (uint32_t rest = high - low; rest > 0; rest /= 2) {
    const uint32_t half = rest - rest / 2;
    low += half * static_cast<uint32_t>(beyond(value, numbers[low + half - 1]));
  }
  return low;
}

// Whether that is still as many as before.
template <typename Compare>
bool BeyondAsMany(std::span<const double> numbers, uint32_t before, double value, Compare beyond) {
  return (before == numbers.size() || !beyond(value, numbers[before])) &&
         (before == 0 || beyond(value, numbers[before - 1]));
}
inline bool AboveAsMany(std::span<const double> numbers, uint32_t before, double value) {
  return BeyondAsMany(numbers, before, value, [](double a, double b) { return a > b; });
}
inline bool BelowAsMany(std::span<const double> numbers, uint32_t before, double value) {
  return BeyondAsMany(numbers, before, value, [](double a, double b) { return a < b; });
}

// Ascending numbers that the value is above, descending ones that it is below.
inline uint32_t CountAbove(std::span<const double> numbers, uint32_t before, double value) {
  return CountBeyond(numbers, before, value, [](double a, double b) { return a > b; });
}
inline uint32_t CountBelow(std::span<const double> numbers, uint32_t before, double value) {
  return CountBeyond(numbers, before, value, [](double a, double b) { return a < b; });
}

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_THRESHOLDS_H_
