#include "tocsin/crm/bg_nbd.h"

#include <algorithm>
#include <cmath>

#include "crm/log_gamma.h"

namespace tocsin {
namespace {

bool Positive(double x) { return std::isfinite(x) && x > 0; }

// ln of how much less probable it is that the customer is active than that they left after the last purchase.
// REQUIRES: x > 0.
double LogOddsOfGone(const BgNbd& m, const PurchaseHistory& h) {
  const auto x = static_cast<double>(h.x);
  return std::log(m.a / (m.b + x - 1)) + (m.r + x) * std::log((m.alpha + h.T) / (m.alpha + h.t_x));
}

// How many purchases an active customer is expected to make within t.
//
// The published form is a difference of one and a hypergeometric function, divided by a - 1: it loses digits where t is
// small, and has no value at a = 1. The same written out is a sum without a minus: if the customer never left, their
// purchases within t would be n with the probability w(n) of a negative binomial distribution of size r + x and success
// t / (alpha + T + t); of n purchases the k-th is made if the customer did not leave after any before it, with
// probability (b + x)_(k-1) / (a + b + x)_(k-1), where (y)_k = y (y + 1) ... (y + k - 1).
double ExpectedWhileActive(const BgNbd& m, const PurchaseHistory& h, double t) {
  const auto x = static_cast<double>(h.x);
  const double size = m.r + x;
  const double success = t / (m.alpha + h.T + t);
  double log_weight = size * std::log1p(-success);  // of n = 0; its logarithm, because many purchases make it tiny
  double made = 0;
  double stays = 1;
  double sum = 0;
  for (double n = 0;; ++n) {
    const double ratio = success * (size + n) / (n + 1);
    log_weight += std::log(ratio);
    made += stays;  // expected of n + 1 purchases
    stays *= (m.b + x + n) / (m.a + m.b + x + n);
    const double term = std::exp(log_weight) * made;
    sum += term;
    // From here on each term is at most `next` times the one before it.
    const double next = success * std::max(1.0, (size + n + 1) / (n + 2)) * (made + stays) / made;
    if (next < 1 && term * next <= 1e-16 * (1 - next) * sum) return sum;
    if (n > 1e8) return sum;
  }
}

}  // namespace

bool BgNbd::Valid() const { return Positive(r) && Positive(alpha) && Positive(a) && Positive(b); }

double BgNbd::LogLikelihood(const PurchaseHistory& h) const {
  const auto x = static_cast<double>(h.x);
  const double common = LogGamma(r + x) - LogGamma(r) + r * std::log(alpha) + LogGamma(a + b) + LogGamma(b + x) -
                        LogGamma(b) - LogGamma(a + b + x);
  const double active = -(r + x) * std::log(alpha + h.T);
  if (h.x == 0) return common + active;
  // ln(active + gone), without leaving the range of doubles.
  const double odds = LogOddsOfGone(*this, h);
  return common + active + std::max(odds, 0.0) + std::log1p(std::exp(-std::abs(odds)));
}

double BgNbd::LogLikelihood(std::span<const PurchaseHistory> histories) const {
  double sum = 0;
  for (const PurchaseHistory& history : histories) sum += LogLikelihood(history);
  return sum;
}

double BgNbd::ProbabilityAlive(const PurchaseHistory& h) const {
  return h.x == 0 ? 1 : 1 / (1 + std::exp(LogOddsOfGone(*this, h)));
}

double BgNbd::ExpectedPurchases(const PurchaseHistory& h, double t) const {
  return t <= 0 ? 0 : ProbabilityAlive(h) * ExpectedWhileActive(*this, h, t);
}

std::optional<double> BgNbd::TimeOfProbability(const PurchaseHistory& h, double p) const {
  if (h.x == 0) return std::nullopt;
  const auto x = static_cast<double>(h.x);
  return (alpha + h.t_x) * std::pow((1 - p) / p * (b + x - 1) / a, 1 / (r + x)) - alpha;
}

}  // namespace tocsin
