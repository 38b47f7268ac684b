// Calls about a metric rather than a value: anomaly(visits, days(7)), forecast(visits, hours(2)), previous(visits,
// days(7)), deviation(visits, region). To an expression each is a name like any other, "anomaly(visits, 7d)", for which
// somebody keeps a value.
#ifndef TOCSIN_EXPR_METRIC_CALL_H_
#define TOCSIN_EXPR_METRIC_CALL_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "expr/ast.h"
#include "expr/mistake.h"
#include "tocsin/base/time.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

struct MetricCall {
  enum class Function : uint8_t { kAnomaly, kForecast, kPrevious, kDeviation };
  Function function = Function::kAnomaly;
  std::string metric;
  Duration span{};                // the season; how far ahead, or back
  std::vector<std::string> keys;  // of kDeviation, sorted: within which its groups are compared

  friend bool operator<(const MetricCall& a, const MetricCall& b) {
    return std::tie(a.metric, a.function, a.span, a.keys) < std::tie(b.metric, b.function, b.span, b.keys);
  }
};

std::string_view Spelling(MetricCall::Function function);

// What its value is called in an Environment: "anomaly(visits, 7d)".
std::string NameOf(const MetricCall& call);

// All that are made in a text, in order; what is wrong there is left for Compile to tell.
std::vector<MetricCall> FindMetricCalls(std::string_view source);

// The stage between Parse and Check: each such call becomes one kName. What cannot is reported, and becomes kBroken.
void NameMetricCalls(std::string_view source, const Environment& environment, Tree* tree, Mistakes* mistakes);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_METRIC_CALL_H_
