#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "expr/aggregate_call.h"
#include "metric/metric_plan.h"
#include "tocsin/window/aggregate.h"

namespace tocsin {
namespace {

struct Known {
  std::string_view name;
  AggregateKind kind;
  size_t arguments;
};
constexpr std::array<Known, 3> kKnown = {
    {{"count", AggregateKind::kCount, 0}, {"sum", AggregateKind::kSum, 1}, {"mean", AggregateKind::kMean, 1}}};

// Aggregates that the language will have: refused by name instead of being called unknown.
constexpr std::string_view kPlanned[] = {
    "rate",     "min",  "max",   "stddev", "first",      "last",          "delta",        "quantile",
    "distinct", "topk", "share", "ewma",   "time_since", "mean_interval", "satisfaction", "customer_value",
    "csat",     "nps",  "ces",   "rfm",    "p_alive"};

// An attribute alone is read by its slot, and added up as integers where it is a decimal or an int.
ArgumentPlan PlanArgument(Expression expression, const EventSpec& event) {
  ArgumentPlan argument;
  argument.text = expression.ToString();
  if (std::optional<uint32_t> slot = expression.AsVariable()) {
    Type type = event.attributes[*slot].type;
    argument.slot = *slot;
    argument.exact = type.kind == Kind::kDecimal || type.kind == Kind::kInt;
    argument.digits = type.digits;
    return argument;
  }
  argument.expression = std::move(expression);
  return argument;
}

std::string Candidates() {
  std::string names;
  for (const Known& known : kKnown) names += (names.empty() ? "" : ", ") + std::string(known.name);
  return names;
}

}  // namespace

Environment EventEnvironment(const EventSpec& event, bool strict_cel) {
  Environment environment;
  environment.SetStrict(strict_cel);
  environment.SetNoun(fmt::format("attribute of '{}'", event.name));
  for (size_t slot = 0; slot < event.attributes.size(); ++slot) {
    Type type = event.attributes[slot].type;
    environment.Add(event.attributes[slot].name, type.kind == Kind::kDecimal ? Type(Kind::kDouble) : type,
                    static_cast<uint32_t>(slot));
  }
  return environment;
}

bool CheckAggregate(const MetricSpec& spec, const EventSpec& event, bool strict_cel, CheckedAggregate* checked,
                    std::vector<Diagnostic>* diagnostics) {
  const std::string description = Describe("metric", spec.name, "aggregate");
  std::optional<AggregateCall> call = ParseAggregateCall(spec.aggregate, description, diagnostics);
  if (!call) return false;
  auto complain = [&](std::string message, std::string hint) {
    diagnostics->push_back(
        spec.aggregate.Error(call->place.offset, call->place.length, std::move(message), std::move(hint), description));
    return false;
  };
  auto known = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.name == call->name; });
  if (known == kKnown.end()) {
    if (std::find(std::begin(kPlanned), std::end(kPlanned), call->name) != std::end(kPlanned)) {
      return complain(fmt::format("the aggregate '{}' is not supported yet", call->name), "there are " + Candidates());
    }
    std::vector<std::string> names;
    for (const Known& k : kKnown) names.emplace_back(k.name);
    std::string closest = ClosestName(call->name, names);
    return complain(fmt::format("there is no aggregate '{}'", call->name),
                    closest.empty() ? "there are " + Candidates() : fmt::format("did you mean '{}'?", closest));
  }
  if (call->arguments.size() != known->arguments) {
    return complain(known->arguments == 0 ? fmt::format("'{}' takes no argument", known->name)
                                          : fmt::format("'{}' takes one argument", known->name),
                    known->arguments == 0 ? "to count only some events, say which in 'where'"
                                          : fmt::format("name what to take it over: {}(amount)", known->name));
  }
  checked->kind = known->kind;
  checked->arguments.clear();
  if (known->arguments == 0) return true;
  const SourceText text = spec.aggregate.Sub(call->arguments[0].offset, call->arguments[0].length);
  std::optional<Expression> argument =
      Expression::Compile(text, EventEnvironment(event, strict_cel), Kind::kNone, description, diagnostics);
  if (!argument) return false;
  if (argument->type().kind != Kind::kDouble && argument->type().kind != Kind::kInt) {
    diagnostics->push_back(
        text.Error(fmt::format("'{}' needs a number, and this is a {}", known->name, TypeName(argument->type())), "",
                   description));
    return false;
  }
  checked->arguments.push_back(PlanArgument(*std::move(argument), event));
  return true;
}

Value ReadMetric(const MetricPlan& metric, const WindowPlan& window, const WindowInRow& state) {
  const FieldPlan& field = window.fields[metric.field];
  if (metric.aggregate == AggregateKind::kCount) return Value::Double(static_cast<double>(state.Count(field)));
  double sum = metric.exact ? Value::Decimal(state.ExactSum(field), metric.digits).AsNumber() : state.Sum(field);
  if (metric.aggregate == AggregateKind::kSum) return Value::Double(sum);
  int64_t count = state.Count(window.fields[metric.count_field]);
  return count == 0 ? Value() : Value::Double(sum / static_cast<double>(count));
}

std::string Describe(std::string_view kind, std::string_view name, std::string_view part) {
  return fmt::format("{} {}, {}", kind, name, part);
}

}  // namespace tocsin
