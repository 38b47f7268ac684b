// ln of the gamma function, without the global variable that std::lgamma writes its sign into. REQUIRES: x > 0.
#ifndef TOCSIN_CRM_LOG_GAMMA_H_
#define TOCSIN_CRM_LOG_GAMMA_H_

#include <cmath>

namespace tocsin {

inline double LogGamma(double x) {
  int sign = 0;
  return lgamma_r(x, &sign);
}

}  // namespace tocsin

#endif  // TOCSIN_CRM_LOG_GAMMA_H_
