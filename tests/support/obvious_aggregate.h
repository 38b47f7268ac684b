// ObviousAggregate: the value of an aggregate from all events that a window holds, by its formula in
// docs/semantics.md 3.6 and docs/metrics.md, and how near to it an answer must be.
#ifndef TOCSIN_TESTS_SUPPORT_OBVIOUS_AGGREGATE_H_
#define TOCSIN_TESTS_SUPPORT_OBVIOUS_AGGREGATE_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tocsin/base/time.h"
#include "tocsin/crm/bg_nbd.h"
#include "tocsin/crm/gamma_gamma.h"
#include "tocsin/crm/rfm.h"
#include "tocsin/event/value.h"

namespace tocsin::test {

// An event of the test; what is nothing is absent. Texts are borrowed.
struct ObviousVisit {
  Time time;
  std::string type;
  std::string region;
  std::string customer;
  Value amount;  // decimal(2)
  Value score;   // double
  Value points;  // int
  Value late;    // bool
  Value page;    // string
  Value due;     // timestamp
};

struct ObviousHeld {
  const ObviousVisit* visit = nullptr;
  bool is_new_time = true;  // at a time that none before it has
};

// What a window holds, in order of (time, arrival).
struct ObviousSample {
  Time now;
  Duration length{};         // over which rates are taken
  bool is_sketched = false;  // more than is kept exactly
  std::vector<ObviousHeld> held;
};

struct Expected {
  OwnedValue value;
  double within = 1e-9;  // of a number: relative, and absolute below 1

  Expected() = default;
  explicit Expected(const Value& v, double w = 1e-9) : value(v), within(w) {}
  bool Agrees(const Value& got) const {
    const Value expected = value.view();
    if (got.kind() != expected.kind()) return false;
    if (got.kind() != Kind::kDouble) return got == expected;
    return std::fabs(got.AsDouble() - expected.AsDouble()) <= within * std::max(1.0, std::fabs(expected.AsDouble()));
  }
};

class ObviousAggregate {
 public:
  // "quantile(0.5, score)": its name, what it is taken over, and the number beside that.
  ObviousAggregate(std::string name, std::string argument, double number = 0)
      : name_(std::move(name)), argument_(std::move(argument)), number_(number) {}

  bool HasArgument(const ObviousVisit& visit) const { return argument_.empty() || !Argument(visit).absent(); }
  // How many values a window must keep to know them all.
  size_t CountValues(const std::vector<const ObviousVisit*>& visits) const {
    if (name_ != "distinct") return visits.size();
    std::set<std::string> texts;
    for (const ObviousVisit* visit : visits) texts.insert(ToText(Argument(*visit)));
    return texts.size();
  }

  // Which a window keeps once.
  bool IsSameValue(const ObviousVisit& a, const ObviousVisit& b) const {
    return name_ == "distinct" && Argument(a) == Argument(b);
  }

  Expected Of(const ObviousSample& sample) const {
    std::vector<Value> values;
    for (const ObviousHeld& held : sample.held) values.push_back(argument_.empty() ? Value() : Argument(*held.visit));
    const auto count = static_cast<double>(values.size());
    const double seconds = static_cast<double>(ToNanos(sample.length)) / 1e9;
    if (name_ == "count") return Expected(Value::Double(count));
    if (name_ == "rate") return Expected(Value::Double((argument_.empty() ? count : Sum(values)) / seconds));
    if (name_ == "sum") return Expected(Value::Double(Sum(values)));
    if (name_ == "distinct") return Distinct(values, sample.is_sketched);
    if (values.empty()) return {};
    if (name_ == "quantile") return Quantile(values, sample.is_sketched);
    if (name_ == "mean" || name_ == "ces" || name_ == "csat" || name_ == "nps")
      return Expected(Value::Double(Sum(values) / count));
    if (name_ == "share") {
      const auto good = std::count_if(values.begin(), values.end(), [](const Value& v) { return v.AsBool(); });
      return Expected(Value::Double(static_cast<double>(good) / count));
    }
    if (name_ == "min" || name_ == "max") return Extreme(values);
    if (name_ == "first" || name_ == "last") return Expected(Shown(name_ == "first" ? values.front() : values.back()));
    if (name_ == "delta") return Delta(values.front(), values.back());
    if (name_ == "stddev") return Deviation(values);
    if (name_ == "ewma") return DecayedMean(sample);
    if (name_ == "topk") return Top(values);
    return OfTimes(sample, values);
  }

  // Of rfm: the score of one among all that hold something.
  Expected Rank(const std::vector<std::vector<ObviousHeld>>& all, size_t own) const {
    const auto bought = [&](size_t i) {
      std::vector<Value> values;
      for (const ObviousHeld& held : all[i]) values.push_back(Argument(*held.visit));
      return RfmInput{all[i].back().visit->time, static_cast<int64_t>(all[i].size()), Sum(values)};
    };
    const RfmInput mine = bought(own);
    int64_t earlier = 0, fewer = 0, less = 0;
    const auto count = static_cast<int64_t>(all.size());
    for (size_t i = 0; i < all.size(); ++i) {
      const RfmInput other = bought(i);
      earlier += other.last < mine.last ? 1 : 0;
      fewer += other.purchases < mine.purchases ? 1 : 0;
      less += other.spent < mine.spent ? 1 : 0;
    }
    const auto fifth = [&](int64_t worse) { return static_cast<double>(1 + 5 * worse / count); };
    return Expected(Value::Double(100 * fifth(earlier) + 10 * fifth(fewer) + fifth(less)));
  }

  // The fitted parameters of the tests' customers.
  static constexpr BgNbd kModel{0.243, 4.414, 0.793, 2.426};
  static constexpr GammaGamma kSpend{6.25, 3.74, 15.44};

 private:
  Value Argument(const ObviousVisit& visit) const {
    if (argument_ == "type") return Value::String(visit.type);
    if (argument_ == "customer") return Value::String(visit.customer);
    if (argument_ == "amount > 5.0")
      return visit.amount.absent() ? Value() : Value::Bool(visit.amount.AsNumber() > 5.0);
    if (argument_ == "amount * 2.0 + score") {
      if (visit.amount.absent() || visit.score.absent()) return {};
      return Value::Double(visit.amount.AsNumber() * 2 + visit.score.AsNumber());
    }
    if (argument_ == "amount, score") return visit.score.absent() ? Value() : visit.amount;
    const Value& value = argument_ == "amount"   ? visit.amount
                         : argument_ == "score"  ? visit.score
                         : argument_ == "points" ? visit.points
                         : argument_ == "late"   ? visit.late
                         : argument_ == "page"   ? visit.page
                                                 : visit.due;
    if (value.absent()) return {};
    if (name_ == "csat") return Value::Int(value.AsNumber() >= number_ ? 1 : 0);
    if (name_ == "nps") {
      const double score = value.AsNumber();
      if (score < 0 || score > 10) return {};
      return Value::Int(score >= 9 ? 100 : score < 7 ? -100 : 0);
    }
    return value;
  }

  // Exact of ints and decimals.
  static double Sum(const std::vector<Value>& values) {
    if (values.empty()) return 0;
    long double sum = 0;
    int64_t units = 0;
    for (const Value& v : values) (v.kind() == Kind::kDouble ? sum += v.AsDouble() : units += v.AsInt());
    if (values[0].kind() == Kind::kDouble) return static_cast<double>(sum);
    return Value::Decimal(units, values[0].digits()).AsNumber();
  }
  // Numbers are doubles in conditions, but for ints that are a first or last value.
  static Value Shown(const Value& value) {
    return value.kind() == Kind::kDecimal ? Value::Double(value.AsNumber()) : value;
  }
  Expected Extreme(const std::vector<Value>& values) const {
    const bool is_time = values[0].kind() == Kind::kTimestamp;
    const auto less = [&](const Value& a, const Value& b) {
      return is_time ? a.AsTime() < b.AsTime() : a.AsNumber() < b.AsNumber();
    };
    const Value extreme = name_ == "min" ? *std::min_element(values.begin(), values.end(), less)
                                         : *std::max_element(values.begin(), values.end(), less);
    return Expected(is_time ? extreme : Value::Double(extreme.AsNumber()));
  }
  static Expected Delta(const Value& oldest, const Value& newest) {
    if (newest.kind() == Kind::kTimestamp) return Expected(Value::Span(newest.AsTime() - oldest.AsTime()));
    return Expected(Value::Double(newest.AsNumber() - oldest.AsNumber()));
  }
  static Expected Deviation(const std::vector<Value>& values) {
    if (values.size() < 2) return {};
    long double mean = 0;
    for (const Value& v : values) mean += v.AsNumber();
    mean /= static_cast<long double>(values.size());
    long double squares = 0;
    for (const Value& v : values) squares += (v.AsNumber() - mean) * (v.AsNumber() - mean);
    const auto variance = static_cast<double>(squares / static_cast<long double>(values.size() - 1));
    return Expected(Value::Double(std::sqrt(variance)), 1e-7);
  }
  // `number_` is the half-life in seconds.
  Expected DecayedMean(const ObviousSample& sample) const {
    const Time newest = sample.held.back().visit->time;
    long double weights = 0;
    long double amount = 0;
    for (const ObviousHeld& held : sample.held) {
      const auto age = static_cast<long double>(ToNanos(newest - held.visit->time)) / (1e9L * number_);
      const long double weight = std::exp2(-age);
      weights += weight;
      amount += weight * static_cast<long double>(Argument(*held.visit).AsNumber());
    }
    return Expected(Value::Double(static_cast<double>(amount / weights)));
  }
  Expected Quantile(const std::vector<Value>& values, bool is_sketched) const {
    std::vector<double> numbers;
    for (const Value& v : values) numbers.push_back(v.AsNumber());
    std::sort(numbers.begin(), numbers.end());
    const double rank = std::ceil(number_ * static_cast<double>(numbers.size()) - 1e-9);
    const double exact = numbers[static_cast<size_t>(std::max(rank, 1.0)) - 1];
    Expected expected(Value::Double(exact));
    if (is_sketched) expected.within = 0.01 * std::fabs(exact) / std::max(1.0, std::fabs(exact)) + 1e-12;
    return expected;
  }
  // 1.6 % is one standard error: six of them are never seen.
  static Expected Distinct(const std::vector<Value>& values, bool is_sketched) {
    std::set<std::string> texts;
    for (const Value& v : values) texts.insert(ToText(v));
    return Expected(Value::Double(static_cast<double>(texts.size())), is_sketched ? 0.1 : 0);
  }
  Expected Top(const std::vector<Value>& values) const {
    std::map<std::string, int64_t> counts;
    for (const Value& v : values) ++counts[ToText(v)];
    std::vector<std::pair<int64_t, std::string>> ranked;
    for (const auto& [text, count] : counts) ranked.emplace_back(-count, text);
    std::sort(ranked.begin(), ranked.end());
    if (ranked.size() > static_cast<size_t>(number_)) ranked.resize(static_cast<size_t>(number_));
    std::string shown;
    for (const auto& [count, text] : ranked)
      shown += (shown.empty() ? "" : ", ") + text + " (" + std::to_string(-count) + ")";
    return Expected(Value::String(shown));
  }

  Expected OfTimes(const ObviousSample& sample, const std::vector<Value>& values) const {
    const Time first = sample.held.front().visit->time;
    const Time last = sample.held.back().visit->time;
    if (name_ == "time_since") return Expected(Value::Span(sample.now - last));
    const auto times =
        std::count_if(sample.held.begin(), sample.held.end(), [](const ObviousHeld& held) { return held.is_new_time; });
    if (name_ == "mean_interval") return times < 2 ? Expected() : Expected(Value::Span((last - first) / (times - 1)));
    if (name_ == "satisfaction") {
      double wanted = 0;
      for (const ObviousHeld& held : sample.held) wanted += held.visit->score.AsNumber();
      return wanted > 0 ? Expected(Value::Double(Sum(values) / wanted)) : Expected();
    }
    if (name_ == "customer_value") {
      if (times < 2) return {};
      const double days = static_cast<double>(ToNanos(last - first)) / static_cast<double>(times - 1) / 86'400e9;
      return Expected(Value::Double(Sum(values) / days));
    }
    if (name_ == "expected_spend") {
      const auto x = static_cast<int64_t>(values.size()) - 1;
      const double mean = x == 0 ? 0 : (Sum(values) - values[0].AsNumber()) / static_cast<double>(x);
      return Expected(Value::Double(kSpend.ExpectedMean(x, mean).value_or(0)));
    }
    const PurchaseHistory history = HistoryOf(times, first, last, sample.now, std::chrono::hours(1));
    if (name_ == "p_alive") return Expected(Value::Double(kModel.ProbabilityAlive(history)));
    return Expected(Value::Double(kModel.ExpectedPurchases(history, 10)));
  }

  std::string name_;
  std::string argument_;
  double number_;
};

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SUPPORT_OBVIOUS_AGGREGATE_H_
