// What keeps outliers from deciding.
#ifndef TOCSIN_ANOMALY_ROBUST_H_
#define TOCSIN_ANOMALY_ROBUST_H_

#include <algorithm>
#include <cmath>

namespace tocsin {

// What a detector takes and keeps stays within these, so that its arithmetic never leaves the finite numbers: a value
// beyond the first counts as the first, which leaves what is usual far behind already.
inline constexpr double kMostValue = 1e30;
inline constexpr double kMostState = 1e100;
inline double Bounded(double x, double most) { return std::clamp(x, -most, most); }
inline bool IsBounded(double x, double most) { return std::abs(x) <= most; }  // false of what is no number

// Huber's psi: z within [-k, k], its nearer end beyond.
inline double HuberClip(double z, double k) { return std::clamp(z, -k, k); }

// The bounded square of Gelper, Fried and Croux (2010): the biweight of k = 2, of mean 1 under the normal distribution.
inline double BoundedSquare(double z) {
  constexpr double kMost = 2.52;
  const double u = z * z / 4;
  if (u >= 1) return kMost;
  const double rest = 1 - u;
  return kMost * (1 - rest * rest * rest);
}

}  // namespace tocsin

#endif  // TOCSIN_ANOMALY_ROBUST_H_
