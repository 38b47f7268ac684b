// A sum of doubles kept in twice their precision: the unevaluated sum hi + lo, about 106 bits.
// Source: D. E. Knuth, TAOCP vol. 2, 4.2.2 (TwoSum); T. J. Dekker, "A floating-point technique for extending the
// available precision", Numerische Mathematik 18 (1971). Needs round-to-nearest and no -ffast-math.
#ifndef TOCSIN_WINDOW_DOUBLE_DOUBLE_H_
#define TOCSIN_WINDOW_DOUBLE_DOUBLE_H_

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

 private:
  constexpr void Renormalise(double big, double small) {
    hi = big + small;
    lo = small - (hi - big);
  }
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_DOUBLE_DOUBLE_H_
