// A sum of doubles kept in twice their precision: the unevaluated sum hi + lo, about 106 bits.
// Source: D. E. Knuth, TAOCP vol. 2, 4.2.2 (TwoSum); T. J. Dekker, "A floating-point technique for extending the
// available precision", Numerische Mathematik 18 (1971); of products by a fused multiplication. Needs round-to-nearest
// and no -ffast-math.
#ifndef TOCSIN_WINDOW_DOUBLE_DOUBLE_H_
#define TOCSIN_WINDOW_DOUBLE_DOUBLE_H_

#include <cmath>

namespace tocsin {

struct DoubleDouble {
  double hi = 0;
  double lo = 0;

  // Relative error of one addition: at most 2^-104.
  constexpr void Add(DoubleDouble x) {
    double sum = hi + x.hi;
    double part = sum - hi;
    double error = (hi - (sum - part)) + (x.hi - part);
    double low_sum = lo + x.lo;
    double low_part = low_sum - lo;
    double low_error = (lo - (low_sum - low_part)) + (x.lo - low_part);
    error += low_sum;
    Renormalise(sum, error);
    Renormalise(hi, lo + low_error);
  }
  constexpr void Add(double x) { Add(DoubleDouble{x, 0}); }
  constexpr void Subtract(DoubleDouble x) { Add(DoubleDouble{-x.hi, -x.lo}); }
  constexpr double Value() const { return hi + lo; }

  // Exact, but where it underflows.
  static DoubleDouble Product(double x, double y) {
    const double product = x * y;
    return {product, std::fma(x, y, -product)};
  }
  // Relative error of both: about 2^-100.
  DoubleDouble Squared() const {
    DoubleDouble square = Product(hi, hi);
    square.Renormalise(square.hi, square.lo + 2 * hi * lo);
    return square;
  }
  DoubleDouble DividedBy(double x) const {
    DoubleDouble quotient{hi / x, 0};
    for (int step = 0; step < 2; ++step) {
      DoubleDouble rest = *this;
      rest.Subtract(Product(quotient.hi, x));
      rest.Subtract(Product(quotient.lo, x));
      quotient.Renormalise(quotient.hi, quotient.lo + rest.Value() / x);
    }
    return quotient;
  }
  // A quotient as a double, rounded once but for a hair: x times n over n is x.
  double Over(DoubleDouble x) const {
    const double quotient = hi / x.hi;
    DoubleDouble rest = *this;
    rest.Subtract(Product(quotient, x.hi));
    rest.Subtract(Product(quotient, x.lo));
    return quotient + rest.Value() / x.hi;
  }
  // By a power of two: exact, but where it underflows.
  DoubleDouble Scaled(int exponent) const { return {std::ldexp(hi, exponent), std::ldexp(lo, exponent)}; }

 private:
  constexpr void Renormalise(double big, double small) {
    hi = big + small;
    lo = small - (hi - big);
  }
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_DOUBLE_DOUBLE_H_
