// CustomerModel: what the metrics p_alive, expected_purchases and expected_spend compute from the times of a group's
// purchases, and when time alone makes an answer about p_alive another.
#ifndef TOCSIN_METRIC_CUSTOMER_MODEL_H_
#define TOCSIN_METRIC_CUSTOMER_MODEL_H_

#include <cstdint>
#include <optional>

#include "expr/ast.h"
#include "tocsin/base/time.h"
#include "tocsin/crm/bg_nbd.h"
#include "tocsin/crm/gamma_gamma.h"

namespace tocsin {

// The parameters, as they were fitted beforehand.
struct CustomerModel {
  BgNbd bg_nbd;
  GammaGamma gamma_gamma;
  Duration unit{};     // of the times that bg_nbd was fitted to
  Duration horizon{};  // of expected purchases
};

// REQUIRES: distinct > 0.
struct PurchaseTimes {
  int64_t distinct = 0;
  Time first{};
  Time last{};
};

double ProbabilityAlive(const CustomerModel& model, const PurchaseTimes& times, Time now);
double ExpectedPurchases(const CustomerModel& model, const PurchaseTimes& times, Time now);

// The earliest instant after `now` at which `p_alive op p` has another answer than at `now` if nothing more is bought;
// nothing where there is none. The closed form says where, evaluation decides to the nanosecond: at that instant the
// answer, as ProbabilityAlive gives it, is another. REQUIRES: op orders (< <= > >=).
std::optional<Time> NextTurn(const CustomerModel& model, const PurchaseTimes& times, Op op, double p, Time now);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_CUSTOMER_MODEL_H_
