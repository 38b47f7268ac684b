// CV, the value of a customer: money a day, at the pace at which they buy.
//
//   purchases × mean price / mean time between distinct purchase times
//
// Purchases × mean price is what they spent; the mean time between k distinct times is (last - first) / (k - 1), in
// days of 24 hours. A customer with fewer than two distinct times has no pace, and no value: left out, and counted.
// Purchases at one time are one time, but all their money counts.
//
//   tocsin::CustomerValue customer;
//   customer.Add(t, 29.33);
//   customer.Add(t + 24h, 29.73);
//   customer.PerDay();                        // 59.06
//
// Times in order, or not: a late purchase is taken for a time of its own unless it is at the first or the last. The
// metric customer_value(amount) knows them all (docs/crm-metrics.md). 40 bytes. Threads: externally synchronised.
#ifndef TOCSIN_CRM_CUSTOMER_VALUE_H_
#define TOCSIN_CRM_CUSTOMER_VALUE_H_

#include <algorithm>
#include <cstdint>
#include <optional>

#include "tocsin/base/time.h"
#include "tocsin/window/double_double.h"

namespace tocsin {

// What `spent` at `times` distinct times from `first` to `last` is a day; nothing below two times.
inline std::optional<double> ValuePerDay(double spent, int64_t times, Time first, Time last) {
  if (times < 2 || last <= first) return std::nullopt;
  constexpr double kDay = 86'400e9;
  const double interval = static_cast<double>(ToNanos(last - first)) / static_cast<double>(times - 1);
  return spent / (interval / kDay);
}

class CustomerValue {
 public:
  void Add(Time time, double amount) {
    spent_.Add(amount);
    if (times_ == 0 || (time != first_ && time != last_)) ++times_;
    first_ = times_ == 1 ? time : std::min(first_, time);
    last_ = times_ == 1 ? time : std::max(last_, time);
  }
  std::optional<double> PerDay() const { return ValuePerDay(spent_.Value(), times_, first_, last_); }
  double spent() const { return spent_.Value(); }
  int64_t times() const { return times_; }
  Time first() const { return first_; }
  Time last() const { return last_; }

 private:
  DoubleDouble spent_;
  int64_t times_ = 0;
  Time first_{};
  Time last_{};
};

// The value of many: what they are worth a day together and on average, and who has none.
struct ValueOfAll {
  DoubleDouble total;
  int64_t customers = 0;
  int64_t left_out = 0;

  void Add(const CustomerValue& customer) {
    if (const std::optional<double> value = customer.PerDay()) {
      total.Add(*value);
      ++customers;
    } else {
      ++left_out;
    }
  }
  std::optional<double> Mean() const {
    if (customers == 0) return std::nullopt;
    return total.Value() / static_cast<double>(customers);
  }
};

}  // namespace tocsin

#endif  // TOCSIN_CRM_CUSTOMER_VALUE_H_
