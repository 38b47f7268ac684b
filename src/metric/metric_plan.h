// MetricPlan: a metric over events, checked: which window holds it and how its value is read from there. Immutable.
#ifndef TOCSIN_METRIC_METRIC_PLAN_H_
#define TOCSIN_METRIC_METRIC_PLAN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metric/customer_model.h"
#include "metric/row_window.h"
#include "metric/text_pool.h"
#include "metric/window_plan.h"
#include "tocsin/base/diagnostic.h"
#include "tocsin/crm/rfm.h"
#include "tocsin/event/catalog.h"
#include "tocsin/event/type.h"
#include "tocsin/event/value.h"
#include "tocsin/expr/expression.h"
#include "tocsin/metric/metric_spec.h"

namespace tocsin {

enum class AggregateKind : uint8_t {
  kCount,
  kRate,  // of events, or of what is added up
  kSum,
  kMean,
  kMin,
  kMax,
  kShare,
  kLast,
  kTimeSince,
  kMeanInterval,
  kStdDev,
  kFirst,
  kDelta,
  kEwma,
  kQuantile,
  kDistinct,
  kTop,
  // Of CRM (docs/crm-metrics.md).
  kSatisfaction,
  kCustomerValue,
  kRfm,  // read by ranks among all groups: ReadRfmInput
  kPAlive,
  kExpectedPurchases,
  kExpectedSpend,
};

// What a window over single values is kept for; kNone of all other aggregates.
Samples SamplesOf(AggregateKind kind);

struct MetricPlan {
  std::string name;
  AggregateKind aggregate = AggregateKind::kCount;
  Type type = Kind::kDouble;  // every numeric metric is a double, but for `last`
  uint32_t grouping = 0;
  uint32_t window = 0;   // index of its WindowPlan
  uint16_t field = 0;    // the count, the sum, the extreme, the distinct times, the newest value or time
  uint16_t divisor = 0;  // of a mean, share or deviation: the field that says how many; of mean_interval: the newest
                         // time's
  uint16_t other = 0;    // of a deviation: the squares; of a delta: the newest value
  Type held = Kind::kDouble;  // of first, last and delta: the type in which the window holds values
  bool has_sum = false;       // sum, mean, rate(x)
  double number = 0;          // the quantile; how many of a top-k
  bool exact = false;         // the sum or delta is an integer, in units of 10^-digits
  uint8_t digits = 0;
  std::shared_ptr<const CustomerModel> model;  // of p_alive, expected_purchases and expected_spend
};

// An aggregate as it was written, checked against the events it is over.
struct CheckedAggregate {
  AggregateKind kind = AggregateKind::kCount;
  std::vector<ArgumentPlan> arguments;  // one for each event type, or none
  std::vector<ArgumentPlan> second;     // likewise: of satisfaction, what was expected
  Duration half_life{};                 // of ewma
  double number = 0;                    // the quantile, from 0 to 1; how many of a top-k
  std::shared_ptr<const CustomerModel> model;
};

// False, with mistakes added, when `spec.aggregate` is not one of the aggregates there are, its argument is wrong for
// one of the event types or differs between them, or it makes no sense over the spec's window. REQUIRES: events.
bool CheckAggregate(const MetricSpec& spec, const std::vector<const EventSpec*>& events, const Language& language,
                    CheckedAggregate* checked, std::vector<Diagnostic>* diagnostics);

// Gives the window what the aggregate needs, where it has it not yet, and says in `metric` where that stands. Metrics
// that share a window of the last N events must have the same argument: it belongs into the window's identity.
// REQUIRES: window->kind and one source for each of the events that were checked, in their order.
void PlaceAggregate(const CheckedAggregate& aggregate, WindowPlan* window, MetricPlan* metric);

// What the attributes of an event are called in a filter or an argument.
Environment EventEnvironment(const EventSpec& event, const Language& language);

// The metric's value. REQUIRES: the window has been advanced to now. Absent where there is none. Text is borrowed from
// the pool, until the window next changes.
Value ReadMetric(const MetricPlan& metric, const WindowPlan& window, const WindowInRow& state, Time now,
                 const TextPool& texts);

// The purchases that a metric over their times has seen; nothing where there are none. REQUIRES: p_alive or
// expected_purchases.
std::optional<PurchaseTimes> ReadPurchases(const MetricPlan& metric, const WindowPlan& window,
                                           const WindowInRow& state);
// What a group is scored by; nothing where it holds no purchase. REQUIRES: rfm.
std::optional<RfmInput> ReadRfmInput(const MetricPlan& metric, const WindowPlan& window, const WindowInRow& state);
// Its value changes while only time passes, other than by growing with it.
bool MovesWithTime(const MetricPlan& metric);

// How a value may move. A value that appears or goes away is told apart: MayBeAbsent.
enum class Moves : uint8_t { kNone, kUp, kDown, kBoth };
// When events leave the window, and when one arrives. `sum_is_nonnegative`: no argument below zero was ever added
// (WindowInRow::has_negative), nor is one now.
Moves OnExit(const MetricPlan& metric, const WindowPlan& window, bool sum_is_nonnegative);
Moves OnEntry(const MetricPlan& metric, bool sum_is_nonnegative);
// A group without events, or whose events lack the argument, has no value.
bool MayBeAbsent(const MetricPlan& metric);

// The argument that an expression over an event's attributes is. An attribute alone is read by its slot.
ArgumentPlan ArgumentOf(Expression expression, const EventSpec& event);

// "metric refunds_24h, where": what a text without a file is called in a message.
std::string Describe(std::string_view kind, std::string_view name, std::string_view part);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_METRIC_PLAN_H_
