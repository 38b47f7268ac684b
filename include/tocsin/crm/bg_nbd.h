// BG/NBD: how probable it is that a customer without a contract is still one, and how much they will still buy.
//
// The model: while active, a customer buys as a Poisson process; after each purchase they leave for good with a
// probability of their own. The rates vary between customers as Gamma(r, alpha), the probabilities as Beta(a, b).
//
//   tocsin::BgNbd model{0.243, 4.414, 0.793, 2.426};                       // fitted to weeks
//   tocsin::PurchaseHistory customer{2, 30.43, 38.86};
//   double alive = model.ProbabilityAlive(customer);                       // falls while nothing is bought
//   double next_39_weeks = model.ExpectedPurchases(customer, 39);          // 1.226
//   std::optional<double> when = model.TimeOfProbability(customer, 0.3);   // weeks after the first purchase
//
// Unit: all times are in one unit, that of alpha (weeks, days). Purchases at one time are one purchase.
// The parameters are fitted beforehand, for example by tocsin.crm in Python. Threads: pure functions.
// Source: P. S. Fader, B. G. S. Hardie, K. L. Lee, "Counting your customers" the easy way: an alternative to the
// Pareto/NBD model, Marketing Science 24 (2005), equations 3, 10 and the result on P(alive) in the authors' note of
// 2008.
#ifndef TOCSIN_CRM_BG_NBD_H_
#define TOCSIN_CRM_BG_NBD_H_

#include <cstdint>
#include <optional>
#include <span>

#include "tocsin/base/time.h"

namespace tocsin {

// All that the model needs of a customer. The first purchase begins it and is not counted.
struct PurchaseHistory {
  int64_t x = 0;   // purchases after the first: distinct times less one
  double t_x = 0;  // time from the first to the last of them; 0 where x is 0
  double T = 0;    // time from the first until now
};

// Of a customer with `times` distinct purchase times from `first` to `last`. REQUIRES: times > 0, unit > 0.
inline PurchaseHistory HistoryOf(int64_t times, Time first, Time last, Time now, Duration unit) {
  const auto units = [&](Duration d) { return static_cast<double>(ToNanos(d)) / static_cast<double>(ToNanos(unit)); };
  return {times - 1, units(last - first), units(now - first)};
}

struct BgNbd {
  double r = 1;
  double alpha = 1;
  double a = 1;
  double b = 1;

  // All parameters are finite and above 0.
  bool Valid() const;

  // ln of the probability density of the histories. Slow where there are many: one logarithm of a gamma function for
  // each term. REQUIRES: Valid(), histories as they can be.
  double LogLikelihood(const PurchaseHistory& history) const;
  double LogLikelihood(std::span<const PurchaseHistory> histories) const;

  // The probability that the customer is still active at T: 1 where x is 0 (nobody leaves before a second purchase).
  double ProbabilityAlive(const PurchaseHistory& history) const;

  // How many purchases are expected within `t` after T. Grows with t, at most t times the rate. Cost: about as many
  // steps as purchases would be expected of a customer who never leaves.
  double ExpectedPurchases(const PurchaseHistory& history, double t) const;

  // The same for somebody of whom nothing is known but that they have just bought for the first time.
  double ExpectedPurchases(double t) const { return ExpectedPurchases({}, t); }

  // The T, from the first purchase, at which the probability has fallen to p when nothing more is bought:
  //
  //   T* = (alpha + t_x) ((1 - p) / p (b + x - 1) / a)^(1 / (r + x)) - alpha
  //
  // At that instant it is p; it may lie before t_x, when the last purchase itself left less than p. Nothing where x is
  // 0: it never falls. REQUIRES: 0 < p < 1.
  std::optional<double> TimeOfProbability(const PurchaseHistory& history, double p) const;
};

}  // namespace tocsin

#endif  // TOCSIN_CRM_BG_NBD_H_
