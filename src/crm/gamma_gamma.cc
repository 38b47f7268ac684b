#include "tocsin/crm/gamma_gamma.h"

#include <cmath>

#include "crm/log_gamma.h"

namespace tocsin {

bool GammaGamma::Valid() const {
  for (double parameter : {p, q, v}) {
    if (!std::isfinite(parameter) || parameter <= 0) return false;
  }
  return true;
}

std::optional<double> GammaGamma::ExpectedMean(int64_t x, double mean) const {
  const auto count = static_cast<double>(x);
  const double divisor = p * count + q - 1;
  if (divisor <= 0) return std::nullopt;
  return p * (v + count * mean) / divisor;
}

double GammaGamma::LogLikelihood(int64_t x, double mean) const {
  const auto count = static_cast<double>(x);
  return LogGamma(p * count + q) - LogGamma(p * count) - LogGamma(q) + q * std::log(v) +
         (p * count - 1) * std::log(mean) + p * count * std::log(count) - (p * count + q) * std::log(v + count * mean);
}

}  // namespace tocsin
