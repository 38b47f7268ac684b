#include "metric/metric_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "tocsin/crm/customer_value.h"
#include "tocsin/window/aggregate.h"

namespace tocsin {
namespace {

using Field = FieldPlan::Kind;

bool SameText(const WindowPlan& window, size_t argument, const std::vector<ArgumentPlan>& wanted) {
  for (size_t source = 0; source < window.sources.size(); ++source) {
    if (window.sources[source].arguments[argument].text != wanted[source].text) return false;
  }
  return true;
}

// The number of the argument in all sources, added where no metric has it yet.
uint16_t PlaceArgument(const std::vector<ArgumentPlan>& wanted, WindowPlan* window) {
  const size_t there = window->sources[0].arguments.size();
  for (size_t argument = 0; argument < there; ++argument) {
    if (SameText(*window, argument, wanted)) return static_cast<uint16_t>(argument);
  }
  for (size_t source = 0; source < window->sources.size(); ++source) {
    window->sources[source].arguments.push_back(wanted[source]);
  }
  return static_cast<uint16_t>(there);
}

// A sum is exact where all events count in the same units.
bool IsExact(const std::vector<ArgumentPlan>& arguments) {
  return std::all_of(arguments.begin(), arguments.end(), [&](const ArgumentPlan& argument) {
    return argument.exact() && argument.type.digits == arguments[0].type.digits;
  });
}

// The type of its values, where these are its argument's.
Type ValueType(const ArgumentPlan& argument, AggregateKind kind) {
  const Kind type = argument.type.kind;
  const bool is_number = type == Kind::kInt || type == Kind::kDouble || type == Kind::kDecimal;
  if (kind == AggregateKind::kLast) return type == Kind::kDecimal ? Type(Kind::kDouble) : argument.type;
  if (kind == AggregateKind::kDelta && type == Kind::kTimestamp) return Kind::kDuration;
  return is_number ? Type(Kind::kDouble) : argument.type;
}

Value FromBits(Type type, uint64_t bits, const TextPool& texts) {
  const auto integer = static_cast<int64_t>(bits);
  switch (type.kind) {
    case Kind::kBool:
      return Value::Bool(integer != 0);
    case Kind::kInt:
      return Value::Int(integer);
    case Kind::kTimestamp:
      return Value::Timestamp(FromNanos(integer));
    case Kind::kDuration:
      return Value::Span(Duration(integer));
    case Kind::kString:
      return Value::String(texts.Text(static_cast<uint32_t>(bits)));
    default:
      return Value::Double(std::bit_cast<double>(bits));
  }
}

Value FromCode(Type type, uint64_t code) {
  switch (type.kind) {
    case Kind::kTimestamp:
      return Value::Timestamp(FromNanos(IntOf(code)));
    case Kind::kDuration:
      return Value::Span(Duration(IntOf(code)));
    default:
      return Value::Double(DoubleOf(code));
  }
}

// The newest less the oldest.
Value Difference(const MetricPlan& metric, const Value& newest, const Value& oldest) {
  switch (newest.kind()) {
    case Kind::kTimestamp:
      return Value::Span(newest.AsTime() - oldest.AsTime());
    case Kind::kDuration:
      return Value::Span(newest.AsDuration() - oldest.AsDuration());
    default:
      break;
  }
  const double difference = newest.AsNumber() - oldest.AsNumber();
  if (!metric.exact || !std::isfinite(difference)) return Value::Double(difference);
  // Between two that are whole in their units, so is what lies between them.
  double scale = 1;
  for (uint8_t digit = 0; digit < metric.digits; ++digit) scale *= 10;
  return Value::Double(std::round(difference * scale) / scale);
}

// A count or a sum.
double Amount(const MetricPlan& metric, const WindowPlan& window, const WindowInRow& state) {
  const FieldPlan& field = window.fields[metric.field];
  if (!metric.has_sum) return static_cast<double>(state.Word(field));
  return metric.exact ? Value::Decimal(state.Word(field), metric.digits).AsNumber() : state.Sum(field).Value();
}

}  // namespace

Samples SamplesOf(AggregateKind kind) {
  return kind == AggregateKind::kQuantile   ? Samples::kQuantile
         : kind == AggregateKind::kDistinct ? Samples::kDistinct
         : kind == AggregateKind::kTop      ? Samples::kTop
                                            : Samples::kNone;
}

void PlaceAggregate(const CheckedAggregate& aggregate, WindowPlan* window, MetricPlan* metric) {
  metric->aggregate = aggregate.kind;
  const uint16_t argument = aggregate.arguments.empty() ? uint16_t{0} : PlaceArgument(aggregate.arguments, window);
  auto place = [&](Field kind) { return PlaceField(kind, argument, window); };
  auto set_exact = [&] {
    metric->exact = IsExact(aggregate.arguments);
    metric->digits = metric->exact ? aggregate.arguments[0].type.digits : uint8_t{0};
  };
  auto place_sum = [&] {
    metric->has_sum = true;
    set_exact();
    metric->field = place(metric->exact ? Field::kExactSum : Field::kSum);
  };
  switch (aggregate.kind) {
    case AggregateKind::kRate:
      if (!aggregate.arguments.empty()) return place_sum();
      [[fallthrough]];
    case AggregateKind::kCount:
      metric->field = PlaceField(Field::kEvents, 0, window);
      return;
    case AggregateKind::kSum:
      return place_sum();
    case AggregateKind::kMean:
      place_sum();
      metric->divisor = place(Field::kArguments);
      return;
    case AggregateKind::kShare:
      metric->field = place(Field::kTrue);
      metric->divisor = place(Field::kArguments);
      return;
    case AggregateKind::kMin:
    case AggregateKind::kMax:
      metric->type = ValueType(aggregate.arguments[0], aggregate.kind);
      metric->field = place(aggregate.kind == AggregateKind::kMin ? Field::kLeast : Field::kGreatest);
      return;
    case AggregateKind::kLast:
    case AggregateKind::kFirst:
      metric->type = metric->held = ValueType(aggregate.arguments[0], AggregateKind::kLast);
      metric->field = place(aggregate.kind == AggregateKind::kLast ? Field::kNewestValue : Field::kOldestValue);
      return;
    case AggregateKind::kDelta:
      metric->type = ValueType(aggregate.arguments[0], aggregate.kind);
      metric->held = ValueType(aggregate.arguments[0], AggregateKind::kLast);
      set_exact();
      metric->field = place(Field::kOldestValue);
      metric->other = place(Field::kNewestValue);
      return;
    case AggregateKind::kStdDev:
      metric->field = place(Field::kSum);
      metric->other = place(Field::kSquares);
      metric->divisor = place(Field::kArguments);
      return;
    case AggregateKind::kEwma:
      metric->field = PlaceDecayed(argument, aggregate.half_life, window);
      return;
    case AggregateKind::kTop:
      metric->type = Kind::kString;
      [[fallthrough]];
    case AggregateKind::kQuantile:
    case AggregateKind::kDistinct:
      window->samples = SamplesOf(aggregate.kind);
      metric->field = place(Field::kSample);
      metric->number = aggregate.number;
      return;
    case AggregateKind::kSatisfaction:
      metric->field = place(Field::kSum);
      metric->other = PlaceField(Field::kSum, PlaceArgument(aggregate.second, window), window);
      return;
    case AggregateKind::kCustomerValue:
      place_sum();
      metric->other = PlaceField(Field::kTimes, 0, window);
      metric->divisor = PlaceField(Field::kNewest, 0, window);
      return;
    case AggregateKind::kRfm:
      place_sum();
      metric->other = PlaceField(Field::kEvents, 0, window);
      metric->divisor = PlaceField(Field::kNewest, 0, window);
      return;
    case AggregateKind::kPAlive:
    case AggregateKind::kExpectedPurchases:
      metric->model = aggregate.model;
      metric->field = PlaceField(Field::kTimes, 0, window);
      metric->divisor = PlaceField(Field::kNewest, 0, window);
      return;
    case AggregateKind::kExpectedSpend:
      metric->model = aggregate.model;
      metric->held = ValueType(aggregate.arguments[0], AggregateKind::kLast);
      place_sum();
      metric->other = place(Field::kOldestValue);
      metric->divisor = place(Field::kArguments);
      return;
    case AggregateKind::kTimeSince:
      metric->type = Kind::kDuration;
      metric->field = PlaceField(Field::kNewest, 0, window);
      return;
    case AggregateKind::kMeanInterval:
      metric->type = Kind::kDuration;
      metric->field = PlaceField(Field::kTimes, 0, window);
      metric->divisor = PlaceField(Field::kNewest, 0, window);
      return;
  }
}

Value ReadMetric(const MetricPlan& metric, const WindowPlan& window, const WindowInRow& state, Time now,
                 const TextPool& texts) {
  const FieldPlan& field = window.fields[metric.field];
  switch (metric.aggregate) {
    case AggregateKind::kCount:
    case AggregateKind::kSum:
      return Value::Double(Amount(metric, window, state));
    case AggregateKind::kRate:
      return Value::Double(Amount(metric, window, state) /
                           (static_cast<double>(ToNanos(LengthAt(window.shape, window.ClockAt(now)))) / 1e9));
    case AggregateKind::kMean:
    case AggregateKind::kShare: {
      const int64_t count = state.Word(window.fields[metric.divisor]);
      return count == 0 ? Value() : Value::Double(Amount(metric, window, state) / static_cast<double>(count));
    }
    case AggregateKind::kMin:
    case AggregateKind::kMax: {
      const uint64_t code = state.Extreme(field);
      if (code == 0) return Value();
      return FromCode(metric.type, metric.aggregate == AggregateKind::kMin ? ~code : code);
    }
    case AggregateKind::kLast: {
      const std::optional<uint64_t> bits = state.NewestValue(field, now);
      return bits ? FromBits(metric.held, *bits, texts) : Value();
    }
    case AggregateKind::kFirst: {
      const std::optional<uint64_t> bits = state.OldestValue(field);
      return bits ? FromBits(metric.held, *bits, texts) : Value();
    }
    case AggregateKind::kDelta: {
      const std::optional<uint64_t> oldest = state.OldestValue(field);
      const std::optional<uint64_t> newest = state.NewestValue(window.fields[metric.other], now);
      if (!oldest || !newest) return Value();
      return Difference(metric, FromBits(metric.held, *newest, texts), FromBits(metric.held, *oldest, texts));
    }
    case AggregateKind::kStdDev: {
      const std::optional<double> deviation = StdDev::Of(state.Sum(field), state.Sum(window.fields[metric.other]),
                                                         state.Word(window.fields[metric.divisor]));
      return deviation ? Value::Double(*deviation) : Value();
    }
    case AggregateKind::kEwma: {
      const std::optional<double> mean = state.DecayedMean(field);
      return mean ? Value::Double(*mean) : Value();
    }
    case AggregateKind::kQuantile: {
      const std::optional<double> quantile = state.Quantile(metric.number);
      return quantile ? Value::Double(*quantile) : Value();
    }
    case AggregateKind::kDistinct:
      return Value::Double(state.Distinct());
    case AggregateKind::kTop: {
      const std::optional<uint32_t> text = state.Top(static_cast<uint32_t>(metric.number));
      return text ? Value::String(texts.Text(*text)) : Value();
    }
    case AggregateKind::kTimeSince: {
      const std::optional<Time> newest = state.Newest(field);
      return newest ? Value::Span(SaturatingSubtract(now, newest->time_since_epoch()).time_since_epoch()) : Value();
    }
    case AggregateKind::kSatisfaction: {
      const double expected = state.Sum(window.fields[metric.other]).Value();
      return expected > 0 ? Value::Double(state.Sum(field).Value() / expected) : Value();
    }
    case AggregateKind::kCustomerValue: {
      const auto times = state.Times(window.fields[metric.other], window.fields[metric.divisor]);
      if (!times) return Value();
      const std::optional<double> value =
          ValuePerDay(Amount(metric, window, state), times->distinct, Time(), Time() + times->length);
      return value ? Value::Double(*value) : Value();
    }
    case AggregateKind::kRfm:
      return Value();
    case AggregateKind::kPAlive:
    case AggregateKind::kExpectedPurchases: {
      const std::optional<PurchaseTimes> times = ReadPurchases(metric, window, state);
      if (!times) return Value();
      return Value::Double(metric.aggregate == AggregateKind::kPAlive ? ProbabilityAlive(*metric.model, *times, now)
                                                                      : ExpectedPurchases(*metric.model, *times, now));
    }
    case AggregateKind::kExpectedSpend: {
      const int64_t x = state.Word(window.fields[metric.divisor]) - 1;
      const std::optional<uint64_t> first = state.OldestValue(window.fields[metric.other]);
      if (x < 0 || !first) return Value();
      const double later = Amount(metric, window, state) - FromBits(metric.held, *first, texts).AsNumber();
      const std::optional<double> mean =
          metric.model->gamma_gamma.ExpectedMean(x, x == 0 ? 0 : later / static_cast<double>(x));
      return mean ? Value::Double(*mean) : Value();
    }
    case AggregateKind::kMeanInterval: {
      const auto times = state.Times(field, window.fields[metric.divisor]);
      return times ? Value::Span(times->length / (times->distinct - 1)) : Value();
    }
  }
  return Value();
}

std::optional<PurchaseTimes> ReadPurchases(const MetricPlan& metric, const WindowPlan& window,
                                           const WindowInRow& state) {
  const FieldPlan& newest = window.fields[metric.divisor];
  const std::optional<Time> last = state.Newest(newest);
  if (!last) return std::nullopt;
  const auto times = state.Times(window.fields[metric.field], newest);
  if (!times) return PurchaseTimes{1, *last, *last};
  return PurchaseTimes{times->distinct, SaturatingSubtract(*last, times->length), *last};
}

std::optional<RfmInput> ReadRfmInput(const MetricPlan& metric, const WindowPlan& window, const WindowInRow& state) {
  const std::optional<Time> last = state.Newest(window.fields[metric.divisor]);
  const int64_t purchases = state.Word(window.fields[metric.other]);
  if (!last || purchases == 0) return std::nullopt;
  return RfmInput{*last, purchases, Amount(metric, window, state)};
}

bool MovesWithTime(const MetricPlan& metric) {
  return metric.aggregate == AggregateKind::kPAlive || metric.aggregate == AggregateKind::kExpectedPurchases;
}

Moves OnExit(const MetricPlan& metric, const WindowPlan& window, bool sum_is_nonnegative) {
  if (window.kind == WindowPlan::Kind::kAll) return Moves::kNone;
  if (window.behind()) return Moves::kBoth;  // what leaves it makes way for something else
  switch (metric.aggregate) {
    case AggregateKind::kCount:
    case AggregateKind::kDistinct:
      return Moves::kDown;
    case AggregateKind::kRate:
    case AggregateKind::kSum:
      return !metric.has_sum || sum_is_nonnegative ? Moves::kDown : Moves::kBoth;
    case AggregateKind::kMin:
      return Moves::kUp;
    case AggregateKind::kMax:
      return Moves::kDown;
    case AggregateKind::kMean:
    case AggregateKind::kShare:
    case AggregateKind::kLast:
    case AggregateKind::kTimeSince:
    case AggregateKind::kMeanInterval:
    case AggregateKind::kStdDev:
    case AggregateKind::kFirst:
    case AggregateKind::kDelta:
    case AggregateKind::kEwma:
    case AggregateKind::kQuantile:
    case AggregateKind::kTop:
    case AggregateKind::kSatisfaction:
    case AggregateKind::kCustomerValue:
    case AggregateKind::kRfm:
    case AggregateKind::kPAlive:
    case AggregateKind::kExpectedPurchases:
    case AggregateKind::kExpectedSpend:
      return Moves::kBoth;
  }
  return Moves::kBoth;
}

Moves OnEntry(const MetricPlan& metric, bool sum_is_nonnegative) {
  switch (metric.aggregate) {
    case AggregateKind::kCount:
      return Moves::kUp;
    case AggregateKind::kRate:
    case AggregateKind::kSum:
      return !metric.has_sum || sum_is_nonnegative ? Moves::kUp : Moves::kBoth;
    default:
      return Moves::kBoth;  // a first value can turn any condition
  }
}

bool MayBeAbsent(const MetricPlan& metric) {
  return metric.aggregate != AggregateKind::kCount && metric.aggregate != AggregateKind::kRate &&
         metric.aggregate != AggregateKind::kSum && metric.aggregate != AggregateKind::kDistinct;
}

ArgumentPlan ArgumentOf(Expression expression, const EventSpec& event) {
  ArgumentPlan argument;
  argument.text = expression.Definition();
  argument.type = expression.type();
  if (const std::optional<uint32_t> slot = expression.AsVariable()) {
    argument.slot = *slot;
    argument.type = event.attributes[*slot].type;
  } else {
    argument.expression = std::move(expression);
  }
  return argument;
}

std::string Describe(std::string_view kind, std::string_view name, std::string_view part) {
  return fmt::format("{} {}, {}", kind, name, part);
}

}  // namespace tocsin
