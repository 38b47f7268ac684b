// What customers answer when they are asked: satisfied (CSAT), would recommend (NPS), was it easy (CES), and how what
// they got compares with what they expected (CS).
//
//   tocsin::Recommendations answers;                // NPS
//   answers.Add(10);
//   answers.Add(6);
//   answers.Score();                                // 0: one promoter, one detractor
//
// All are sums, so that parts can be merged and taken away. Nothing over no answers. Threads: externally synchronised.
#ifndef TOCSIN_CRM_SURVEY_H_
#define TOCSIN_CRM_SURVEY_H_

#include <cstdint>
#include <optional>

#include "tocsin/crm/proportion.h"

namespace tocsin {

// Which answers count as satisfied, and how many there were. CSAT, top box: the share of answers at or above a score,
// by custom 4 and 5 of 1 to 5 ("top two boxes"). From 0 to 1. Source: P. W. Farris et al., Marketing Metrics (2010),
// section 2.7.
struct Satisfied {
  int64_t held = 0;
  int64_t count = 0;

  void Add(double score, double at_least) {
    held += score >= at_least ? 1 : 0;
    ++count;
  }
  void Merge(const Satisfied& other) {
    held += other.held;
    count += other.count;
  }
  std::optional<double> Share() const {
    if (count == 0) return std::nullopt;
    return static_cast<double>(held) / static_cast<double>(count);
  }
  std::optional<Interval> Wilson(double z = kNormal95) const { return WilsonInterval(held, count, z); }
};

// Where promoters begin and detractors end. The question's own scale is 0 to 10; five stars are read as 5 against 1 to
// 3 by those who must.
struct RecommendationScale {
  double promoter = 9;   // at least
  double detractor = 6;  // at most
};

// NPS, net promoter score: the percentage of promoters less that of detractors, from -100 to 100.
// Source: F. F. Reichheld, "The one number you need to grow", Harvard Business Review 81 (2003).
struct Recommendations {
  int64_t promoters = 0;
  int64_t detractors = 0;
  int64_t count = 0;

  void Add(double score, const RecommendationScale& scale = {}) {
    promoters += score >= scale.promoter ? 1 : 0;
    detractors += score <= scale.detractor ? 1 : 0;
    ++count;
  }
  void Merge(const Recommendations& other) {
    promoters += other.promoters;
    detractors += other.detractors;
    count += other.count;
  }
  std::optional<double> Score() const {
    if (count == 0) return std::nullopt;
    return 100 * static_cast<double>(promoters - detractors) / static_cast<double>(count);
  }
};

// CES, customer effort score: the mean answer to "it was easy", 1 to 7.
// Source: M. Dixon, K. Freeman, N. Toman, "Stop trying to delight your customers", Harvard Business Review 88 (2010),
// in the form of CES 2.0 (M. Dixon, N. Toman, R. DeLisi, The Effortless Experience, 2013).
struct Effort {
  double sum = 0;
  int64_t count = 0;

  void Add(double score) {
    sum += score;
    ++count;
  }
  void Merge(const Effort& other) {
    sum += other.sum;
    count += other.count;
  }
  std::optional<double> Mean() const {
    if (count == 0) return std::nullopt;
    return sum / static_cast<double>(count);
  }
};

// CS of one customer: what they got against what they expected, in whatever unit both have. 1: as expected. The CS of
// all is the mean of the customers' ratios: everybody counts once, however often they came (SatisfactionOfAll).
// Pooled, the ratio of all sums, frequent customers count more: merge the customers and ask for the ratio.
// Source: R. L. Oliver, "A cognitive model of the antecedents and consequences of satisfaction decisions", Journal of
// Marketing Research 17 (1980): satisfaction is confirmation of what was expected.
struct Satisfaction {
  double actual = 0;
  double expected = 0;
  int64_t count = 0;

  void Add(double got, double wanted) {
    actual += got;
    expected += wanted;
    ++count;
  }
  void Merge(const Satisfaction& other) {
    actual += other.actual;
    expected += other.expected;
    count += other.count;
  }
  // actual / expected; nothing where nothing was expected (not above 0).
  std::optional<double> Ratio() const {
    if (!(expected > 0)) return std::nullopt;
    return actual / expected;
  }
  // The mean of actual - expected: 0 as expected; has a value also where nothing was expected.
  std::optional<double> Difference() const {
    if (count == 0) return std::nullopt;
    return (actual - expected) / static_cast<double>(count);
  }
};

// The mean of the customers' ratios; how many were left out because nothing was expected of them.
struct SatisfactionOfAll {
  double sum = 0;
  int64_t customers = 0;
  int64_t left_out = 0;

  void Add(const Satisfaction& customer) {
    if (const std::optional<double> ratio = customer.Ratio()) {
      sum += *ratio;
      ++customers;
    } else {
      ++left_out;
    }
  }
  std::optional<double> Mean() const {
    if (customers == 0) return std::nullopt;
    return sum / static_cast<double>(customers);
  }
};

}  // namespace tocsin

#endif  // TOCSIN_CRM_SURVEY_H_
