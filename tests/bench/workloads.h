// What the engine and the loops by hand are given: customers, the events of two workloads, and what is asked of them.
//
//   W1    purchases; count, sum and mean of the last hour by customer
//   CRM   purchases, refunds, visits and complaints; six metrics over an hour and a day by customer, ten rules
//
// A customer has two events in the longer of the windows, on average.
#ifndef TOCSIN_TESTS_BENCH_WORKLOADS_H_
#define TOCSIN_TESTS_BENCH_WORKLOADS_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bench/hand_rows.h"
#include "tocsin/engine/plan.h"
#include "tocsin/event/event.h"

namespace tocsin::bench {

constexpr size_t kIdBytes = 24;

// Ids of so many characters, in no order, and whose turn it is.
class Customers {
 public:
  enum class Draw { kUniform, kZipf };  // Zipf's exponent is 1.1

  Customers(size_t count, Draw draw) : random_(7) {
    names_.reserve(count);
    for (size_t i = 0; i < count; ++i) names_.push_back(fmt::format("customer-{:015}", i * 7919 % count));
    if (draw == Draw::kUniform) return;
    double sum = 0;
    for (size_t i = 0; i < count; ++i) cumulative_.push_back(sum += 1 / std::pow(static_cast<double>(i + 1), 1.1));
  }
  size_t size() const { return names_.size(); }
  const std::string& name(size_t i) const { return names_[i]; }
  uint64_t Random() { return random_(); }
  const std::string& Next() {
    if (cumulative_.empty()) return names_[Random() % names_.size()];
    const double wanted = static_cast<double>(Random()) / 0x1p64 * cumulative_.back();
    const auto found = std::lower_bound(cumulative_.begin(), cumulative_.end(), wanted);
    return names_[static_cast<size_t>(found - cumulative_.begin())];
  }

 private:
  std::mt19937_64 random_;
  std::vector<std::string> names_;
  std::vector<double> cumulative_;
};

// Events in both forms, of the loop and of the engine, made outside the timed part.
class Stream {
 public:
  // `types`: 1, purchases alone, or 4. `step`: from event to event.
  Stream(Customers* customers, uint32_t types, Duration step)
      : customers_(*customers), types_(types), step_(step.count()) {}

  void Make(size_t count) {
    Clear(count);
    for (size_t i = 0; i < count; ++i) Add(customers_.Next());
  }
  // So many rounds over all customers, each once.
  void MakeForEach(size_t rounds) {
    Clear(rounds * customers_.size());
    for (size_t i = 0; i < rounds * customers_.size(); ++i) Add(customers_.name(i % customers_.size()));
  }

  int64_t now() const { return now_; }
  std::vector<LoopEvent> loop_events;
  std::vector<EventView> views;

 private:
  void Clear(size_t count) {
    loop_events.clear();
    views.clear();
    values_.resize(count * 2);
    text_.resize(count * kIdBytes);
  }
  void Add(const std::string& name) {
    now_ += step_;
    // Of 16 events 7 are purchases, 6 visits, 2 refunds and one is a complaint.
    static constexpr std::array<uint32_t, 16> kMix = {kPurchase, kPurchase, kPurchase, kPurchase, kPurchase, kPurchase,
                                                      kPurchase, kVisit,    kVisit,    kVisit,    kVisit,    kVisit,
                                                      kVisit,    kRefund,   kRefund,   kComplaint};
    const uint64_t random = customers_.Random();
    const uint32_t type = types_ == 1 ? uint32_t{kPurchase} : kMix[random % 16];
    int64_t units = static_cast<int64_t>(random / 16 % 10'000);  // up to 100.00
    if (type == kVisit) units = units % 1'200;
    if (type == kComplaint) units = 0;
    Value* values = &values_[views.size() * 2];
    // As decoders leave them: the texts of events that come one after another lie one after another.
    char* text = &text_[views.size() * kIdBytes];
    const std::string_view id(text, name.copy(text, kIdBytes));
    values[0] = Value::String(id);
    values[1] = type == kVisit ? Value::Int(units) : Value::Decimal(units, 2);
    const size_t attributes = type == kComplaint ? 1 : 2;
    views.push_back({type, FromNanos(now_), {}, {values, attributes}});
    loop_events.push_back({id, now_, units, type});
  }

  Customers& customers_;
  uint32_t types_;
  int64_t step_;
  std::vector<Value> values_;
  std::string text_;
  int64_t now_ = 1'000'000'000'000'000'000;
};

inline MetricSpec MetricOf(std::string_view name, std::string_view event, std::string_view aggregate, Duration window) {
  MetricSpec metric;
  metric.name = name;
  metric.events = {event};
  metric.aggregate = aggregate;
  metric.window = window;
  metric.by = {"customer"};
  return metric;
}

inline EventSpec EventOf(std::string_view name) {
  EventSpec event;
  event.name = name;
  event.attributes.push_back({"customer", Kind::kString, {}, {}, {}, {}});
  return event;
}

inline EngineSpec HourSpec(Duration window = std::chrono::hours(1)) {
  EngineSpec spec;
  EventSpec purchase = EventOf("purchase");
  purchase.attributes.push_back({"amount", Type::Decimal(2), {}, {}, {}, {}});
  spec.events = {purchase};
  spec.metrics = {MetricOf("count", "purchase", "count", window), MetricOf("sum", "purchase", "sum(amount)", window),
                  MetricOf("mean", "purchase", "mean(amount)", window)};
  return spec;
}

// Alerts change at about one event in a thousand. `busy`: how many times higher the thresholds are, so that this holds
// too where a few customers have most of the events.
inline std::vector<RuleSpec> CrmRules(int busy) {
  const std::vector<std::string> conditions = {
      fmt::format("refunded_24h > {} && purchases_24h >= {}", 185 * busy, 3 * busy),
      fmt::format("refunded_24h > {} && complaints_24h >= {}", 195 * busy, busy),
      fmt::format("refunded_24h > {} && refunds_1h >= {}", 180 * busy, 2 * busy),
      fmt::format("spent_24h > {} && refunded_24h > {}", 300 * busy, 120 * busy),
      fmt::format("complaints_24h >= {}", 4 * busy),
      fmt::format("refunds_1h >= {}", 3 * busy),
      fmt::format("spent_24h > {}", 450 * busy),
      fmt::format("purchases_24h >= {}", 7 * busy),
      fmt::format("visited_1h > {}", 2300 * busy),
      fmt::format("visited_1h > {} && complaints_24h >= {}", 2050 * busy, busy),
  };
  std::vector<RuleSpec> rules(conditions.size());
  for (size_t r = 0; r < rules.size(); ++r) {
    rules[r].name = fmt::format("R{:02}", r);
    rules[r].when = conditions[r];
    rules[r].summary = "Customer {customer}";
  }
  return rules;
}

inline EngineSpec CrmSpec(std::vector<RuleSpec> rules) {
  using std::chrono::hours;
  EngineSpec spec;
  EventSpec purchase = EventOf("purchase");
  purchase.attributes.push_back({"amount", Type::Decimal(2), {}, {}, {}, {}});
  EventSpec refund = purchase;
  refund.name = "refund";
  EventSpec visit = EventOf("visit");
  visit.attributes.push_back({"seconds", Kind::kInt, {}, {}, {}, {}});
  spec.events = {purchase, refund, visit, EventOf("complaint")};  // in the order of CrmType
  spec.metrics = {MetricOf("purchases_24h", "purchase", "count", hours(24)),
                  MetricOf("spent_24h", "purchase", "sum(amount)", hours(24)),
                  MetricOf("refunded_24h", "refund", "sum(amount)", hours(24)),
                  MetricOf("complaints_24h", "complaint", "count", hours(24)),
                  MetricOf("refunds_1h", "refund", "count", hours(1)),
                  MetricOf("visited_1h", "visit", "sum(seconds)", hours(1))};
  spec.rules = std::move(rules);
  return spec;
}

}  // namespace tocsin::bench

#endif  // TOCSIN_TESTS_BENCH_WORKLOADS_H_
