#include "tocsin/crm/rfm.h"

#include <algorithm>
#include <numeric>

namespace tocsin {
namespace {

// Writes the quintile of each customer by one measure.
template <typename Measure, typename Write>
void ScoreBy(std::span<const RfmInput> customers, Measure measure, Write write) {
  std::vector<size_t> order(customers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t i, size_t j) { return measure(customers[i]) < measure(customers[j]); });
  size_t worse = 0;  // how many are worse than the customer at `place`
  for (size_t place = 0; place < order.size(); ++place) {
    if (measure(customers[order[worse]]) < measure(customers[order[place]])) worse = place;
    write(order[place], QuintileScore(static_cast<int64_t>(worse), static_cast<int64_t>(order.size())));
  }
}

}  // namespace

std::vector<RfmScore> RfmScores(std::span<const RfmInput> customers) {
  std::vector<RfmScore> scores(customers.size());
  ScoreBy(
      customers, [](const RfmInput& c) { return c.last; }, [&](size_t i, int score) { scores[i].recency = score; });
  ScoreBy(
      customers, [](const RfmInput& c) { return c.purchases; },
      [&](size_t i, int score) { scores[i].frequency = score; });
  ScoreBy(
      customers, [](const RfmInput& c) { return c.spent; }, [&](size_t i, int score) { scores[i].monetary = score; });
  return scores;
}

}  // namespace tocsin
