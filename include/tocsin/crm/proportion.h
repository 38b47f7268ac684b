// A share of few answers, and how far it can be trusted.
//
//   tocsin::WilsonInterval(45, 50);        // 0.786 to 0.957 around 0.9
//
// Threads: pure functions.
#ifndef TOCSIN_CRM_PROPORTION_H_
#define TOCSIN_CRM_PROPORTION_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace tocsin {

struct Interval {
  double low = 0;
  double high = 0;
};

// The 0.975 quantile of the normal distribution: an interval that holds the truth in 95 of 100 cases.
constexpr double kNormal95 = 1.959963984540054;

// The score interval of a share. With p = held / count:
//
//   (p + z²/2n ± z √(p (1 - p) / n + z²/4n²)) / (1 + z²/n)
//
// Never beyond 0 and 1, and of some width also where all or none held; nothing over nothing. REQUIRES: 0 <= held <=
// count. Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
inline std::optional<Interval> WilsonInterval(int64_t held, int64_t count, double z = kNormal95) {
  if (count <= 0) return std::nullopt;
  const auto n = static_cast<double>(count);
  const double p = static_cast<double>(held) / n;
  const double square = z * z / n;
  const double middle = (p + square / 2) / (1 + square);
  const double reach = z * std::sqrt(p * (1 - p) / n + square / (4 * n)) / (1 + square);
  // Rounding must not take the end of a share of 0 or 1 away from it.
  return Interval{held == 0 ? 0 : std::max(0.0, middle - reach), held == count ? 1 : std::min(1.0, middle + reach)};
}

}  // namespace tocsin

#endif  // TOCSIN_CRM_PROPORTION_H_
