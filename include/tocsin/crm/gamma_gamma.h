// Gamma-gamma: what a customer's purchases are worth on average, from few of them.
//
// A customer with two purchases has not shown their mean yet; the model draws it towards everybody's, the less the more
// purchases there are. It takes the value of a purchase to be independent of how often somebody buys.
//
//   tocsin::GammaGamma model{6.25, 3.74, 15.44};
//   double mean = model.ExpectedMean(2, 22.35);                            // 24.65
//
// Unit: that of v and of the values. Counted are the purchases after the first, as in BG/NBD (bg_nbd.h), and their mean
// value. Source: P. S. Fader, B. G. S. Hardie, "The Gamma-Gamma Model of Monetary Value", note of 2013, equations 1a
// and 5; P. S. Fader, B. G. S. Hardie, K. L. Lee, "RFM and CLV", Journal of Marketing Research 42 (2005).
#ifndef TOCSIN_CRM_GAMMA_GAMMA_H_
#define TOCSIN_CRM_GAMMA_GAMMA_H_

#include <cstdint>
#include <optional>

namespace tocsin {

struct GammaGamma {
  double p = 1;
  double q = 2;
  double v = 1;

  // All parameters are finite and above 0.
  bool Valid() const;

  // The expected mean value of the purchases of a customer who made x of mean `mean`:
  //
  //   p (v + x mean) / (p x + q - 1)
  //
  // With x = 0 everybody's mean, p v / (q - 1). Nothing where that has no value (x = 0, q <= 1).
  std::optional<double> ExpectedMean(int64_t x, double mean) const;

  // ln of the probability density of a customer's mean. REQUIRES: Valid(), x > 0, mean > 0 (leave others out).
  double LogLikelihood(int64_t x, double mean) const;
};

}  // namespace tocsin

#endif  // TOCSIN_CRM_GAMMA_GAMMA_H_
