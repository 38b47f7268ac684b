// Gauss's hypergeometric function by its series, for the published form of a model. Euler's transformation takes the
// form whose terms fall faster, Pfaff's brings a negative z into the circle. Fit for tests: it adds until nothing
// changes, and knows nothing of cancellation. Source: M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions
// (1964), 15.1.1, 15.3.3, 15.3.4.
#ifndef TOCSIN_TESTS_SUPPORT_HYPERGEOMETRIC_H_
#define TOCSIN_TESTS_SUPPORT_HYPERGEOMETRIC_H_

#include <cmath>

namespace tocsin::test {

inline double HypergeometricSeries(double a, double b, double c, double z) {
  double term = 1;
  double sum = 1;
  for (double n = 0; n < 1e6; ++n) {
    term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
    const double before = sum;
    sum += term;
    if (sum == before && n > std::abs(a) + std::abs(b)) break;
  }
  return sum;
}

// REQUIRES: z < 1, c no whole number below 1.
inline double Hypergeometric2F1(double a, double b, double c, double z) {
  if (z < 0) return std::pow(1 - z, -a) * Hypergeometric2F1(a, c - b, c, z / (z - 1));
  if (c > a && c > b && c < a + b) return std::pow(1 - z, c - a - b) * HypergeometricSeries(c - a, c - b, c, z);
  return HypergeometricSeries(a, b, c, z);
}

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SUPPORT_HYPERGEOMETRIC_H_
