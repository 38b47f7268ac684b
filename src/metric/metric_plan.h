// MetricPlan: a metric, checked: which window holds it and how its value is read from there. Immutable.
#ifndef TOCSIN_METRIC_METRIC_PLAN_H_
#define TOCSIN_METRIC_METRIC_PLAN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metric/row_window.h"
#include "metric/window_plan.h"
#include "tocsin/base/diagnostic.h"
#include "tocsin/event/catalog.h"
#include "tocsin/event/type.h"
#include "tocsin/event/value.h"
#include "tocsin/metric/metric_spec.h"

namespace tocsin {

enum class AggregateKind : uint8_t { kCount, kSum, kMean };

struct MetricPlan {
  std::string name;
  AggregateKind aggregate = AggregateKind::kCount;
  Type type = Kind::kDouble;  // every numeric metric is a double
  uint32_t grouping = 0;
  uint32_t window = 0;       // index of its WindowPlan
  uint16_t field = 0;        // of the count or the sum
  uint16_t count_field = 0;  // of a mean: how many had the argument
  bool exact = false;        // the sum is an integer, in units of 10^-digits
  uint8_t digits = 0;
};

// An aggregate as it was written, checked against the event it is over.
struct CheckedAggregate {
  AggregateKind kind = AggregateKind::kCount;
  std::vector<ArgumentPlan> arguments;  // none or one
};

// False, with mistakes added, when `spec.aggregate` is not one of the aggregates there are or its argument is wrong.
bool CheckAggregate(const MetricSpec& spec, const EventSpec& event, bool strict_cel, CheckedAggregate* checked,
                    std::vector<Diagnostic>* diagnostics);

// What the attributes of an event are called in a filter or an argument.
Environment EventEnvironment(const EventSpec& event, bool strict_cel);

// The metric's value. REQUIRES: the window has been advanced to now. Absent where there is none.
Value ReadMetric(const MetricPlan& metric, const WindowPlan& window, const WindowInRow& state);

// "metric refunds_24h, where": what a text without a file is called in a message.
std::string Describe(std::string_view kind, std::string_view name, std::string_view part);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_METRIC_PLAN_H_
