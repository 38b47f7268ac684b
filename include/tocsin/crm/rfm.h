// RFM: customers scored by how recently they bought, how often, and how much: three scores of 1 to 5, 5 the best.
//
//   std::vector<tocsin::RfmInput> customers = …;
//   std::vector<tocsin::RfmScore> scores = tocsin::RfmScores(customers);
//   scores[0].Code();                         // 543: recent, often, average in money
//
// Each score is a quintile of the customers who are scored together:
//
//   score = 1 + floor(5 × (how many are worse) / (how many there are))
//
// so that customers who are equal share a score, and fifths are exact where all differ. Where many are equal a score
// may be empty: with half of the customers at one purchase, these have 1, and the next have 3. A score depends on
// everybody; it is computed when it is asked for. Cost: three sorts. Source: A. M. Hughes, Strategic Database Marketing
// (1994).
#ifndef TOCSIN_CRM_RFM_H_
#define TOCSIN_CRM_RFM_H_

#include <cstdint>
#include <span>
#include <vector>

#include "tocsin/base/time.h"

namespace tocsin {

struct RfmInput {
  Time last{};  // the newest purchase: later is better
  int64_t purchases = 0;
  double spent = 0;
};

struct RfmScore {
  int recency = 0;
  int frequency = 0;
  int monetary = 0;

  // The three digits as a number: 555 the best, 111 the worst.
  int Code() const { return 100 * recency + 10 * frequency + monetary; }
  friend bool operator==(const RfmScore&, const RfmScore&) = default;
};

// A score for each, in the same order.
std::vector<RfmScore> RfmScores(std::span<const RfmInput> customers);

// The score of a rank: `worse` of `count` are worse. REQUIRES: 0 <= worse < count.
constexpr int QuintileScore(int64_t worse, int64_t count) { return static_cast<int>(1 + 5 * worse / count); }

}  // namespace tocsin

#endif  // TOCSIN_CRM_RFM_H_
