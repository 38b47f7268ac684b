// How a customer is doing, from several signs at once; and how many are lost.
//
//   const tocsin::HealthPart parts[] = {{"usage", 0.5, 0.8}, {"survey", 0.3, std::nullopt}, {"payment", 0.2, 1.0}};
//   tocsin::Health health = tocsin::HealthScore(parts);
//   health.score;                             // 85.7: of usage and payment alone
//   health.missing;                           // {1}: the survey
//
// Threads: pure functions.
#ifndef TOCSIN_CRM_HEALTH_H_
#define TOCSIN_CRM_HEALTH_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tocsin {

// `value` from 0 (bad) to 1 (good); beyond is taken for the end. `weight` above 0; others are as if they were missing.
struct HealthPart {
  std::string_view name;
  double weight = 1;
  std::optional<double> value;
};

struct Health {
  std::optional<double> score;  // 0 to 100; nothing where every part is missing
  std::vector<size_t> missing;  // the places of the parts without a value
};

// 100 × sum(weight × value) / sum(weight), over the parts that have a value: missing ones weigh nothing, and are named.
inline Health HealthScore(std::span<const HealthPart> parts) {
  Health health;
  double sum = 0;
  double weights = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const HealthPart& part = parts[i];
    if (!part.value || !std::isfinite(*part.value) || !(part.weight > 0)) {
      health.missing.push_back(i);
      continue;
    }
    sum += part.weight * std::clamp(*part.value, 0.0, 1.0);
    weights += part.weight;
  }
  if (weights > 0) health.score = 100 * sum / weights;
  return health;
}

// Where `value` lies between what is bad and what is good, from 0 to 1; `bad` may be the larger (days of silence).
// REQUIRES: bad != good.
inline double HealthOf(double value, double bad, double good) {
  return std::clamp((value - bad) / (good - bad), 0.0, 1.0);
}

// The churn rate of a period: of those who were customers at its start, the share that is none at its end. Who came and
// left within it counts on neither side. From 0 to 1; nothing where nobody was there.
// Source: P. W. Farris et al., Marketing Metrics (2010), section 5.1.
inline std::optional<double> ChurnRate(int64_t at_start, int64_t lost_of_them) {
  if (at_start <= 0) return std::nullopt;
  return static_cast<double>(lost_of_them) / static_cast<double>(at_start);
}

}  // namespace tocsin

#endif  // TOCSIN_CRM_HEALTH_H_
