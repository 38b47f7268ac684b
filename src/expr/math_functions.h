// CEL's math extension. An empty answer is a fault.
#ifndef TOCSIN_EXPR_MATH_FUNCTIONS_H_
#define TOCSIN_EXPR_MATH_FUNCTIONS_H_

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "expr/ast.h"

namespace tocsin {

inline double MathOf(Function function, double x) {
  switch (function) {
    case Function::kCeil:
      return std::ceil(x);
    case Function::kFloor:
      return std::floor(x);
    case Function::kRound:  // halves away from zero
      return std::round(x);
    case Function::kTrunc:
      return std::trunc(x);
    case Function::kAbs:
      return std::fabs(x);
    case Function::kSqrt:
      return std::sqrt(x);
    default:  // the sign, of no number none
      return std::isnan(x) ? x : x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0;
  }
}

// Shifts fill with zeros and know no sign; of 64 bits and more nothing is left.
inline std::optional<int64_t> MathOf(Function function, int64_t x, int64_t y) {
  const auto bits = static_cast<uint64_t>(x);
  switch (function) {
    case Function::kAbs:
      if (x == std::numeric_limits<int64_t>::min()) return std::nullopt;
      return x < 0 ? -x : x;
    case Function::kSign:
      return x > 0 ? 1 : x < 0 ? -1 : 0;
    case Function::kBitAnd:
      return x & y;
    case Function::kBitOr:
      return x | y;
    case Function::kBitXor:
      return x ^ y;
    case Function::kBitNot:
      return ~x;
    case Function::kBitShiftLeft:
      if (y < 0) return std::nullopt;
      return y > 63 ? 0 : static_cast<int64_t>(bits << y);
    default:
      if (y < 0) return std::nullopt;
      return y > 63 ? 0 : static_cast<int64_t>(bits >> y);
  }
}

}  // namespace tocsin

#endif  // TOCSIN_EXPR_MATH_FUNCTIONS_H_
