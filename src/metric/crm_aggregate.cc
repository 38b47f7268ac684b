#include "metric/crm_aggregate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tocsin {
namespace {

struct Known {
  std::string_view name;
  AggregateKind kind;
  size_t values;     // numbers of the event
  size_t numbers;    // then constants: numbers,
  size_t durations;  // and durations
  bool of_all;       // it needs all purchases
  std::string_view takes;
  std::string_view example;
};
constexpr std::array<Known, 6> kKnown = {{
    {"satisfaction", AggregateKind::kSatisfaction, 2, 0, 0, false, "what somebody got, and what they expected",
     "satisfaction(actual, expected)"},
    {"customer_value", AggregateKind::kCustomerValue, 1, 0, 0, false, "what was spent", "customer_value(amount)"},
    {"rfm", AggregateKind::kRfm, 1, 0, 0, false, "what was spent", "rfm(amount)"},
    {"p_alive", AggregateKind::kPAlive, 0, 4, 1, true, "r, alpha, a and b of a fitted model, and its unit of time",
     "p_alive(0.243, 4.414, 0.793, 2.426, days(7))"},
    {"expected_purchases", AggregateKind::kExpectedPurchases, 0, 4, 2, true,
     "r, alpha, a and b of a fitted model, its unit of time, and how far to look ahead",
     "expected_purchases(0.243, 4.414, 0.793, 2.426, days(7), days(90))"},
    {"expected_spend", AggregateKind::kExpectedSpend, 1, 3, 0, true, "what was spent, and p, q and v of a fitted model",
     "expected_spend(amount, 6.25, 3.74, 15.44)"},
}};

const Known* FindKnown(std::string_view name) {
  auto found = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& known) { return known.name == name; });
  return found == kKnown.end() ? nullptr : &*found;
}

bool IsNumber(Kind kind) { return kind == Kind::kInt || kind == Kind::kDouble || kind == Kind::kDecimal; }

class Checker {
 public:
  Checker(const MetricSpec& spec, const AggregateCall& call, const std::vector<const EventSpec*>& events,
          const Language& language, std::vector<Diagnostic>* diagnostics)
      : spec_(spec),
        call_(call),
        known_(*FindKnown(call.name)),
        events_(events),
        language_(language),
        diagnostics_(*diagnostics),
        description_(Describe("metric", spec.name, "aggregate")) {}

  bool Run(CheckedAggregate* checked) {
    checked->kind = known_.kind;
    checked->arguments.clear();
    checked->second.clear();
    if (!CheckShape() || !CheckValues(checked)) return false;
    if (known_.numbers == 0) return true;
    auto model = std::make_shared<CustomerModel>();
    if (!ReadModel(model.get())) return false;
    checked->model = std::move(model);
    return true;
  }

 private:
  SourceText TextOf(size_t argument) const {
    return spec_.aggregate.Sub(call_.arguments[argument].offset, call_.arguments[argument].length);
  }
  bool Complain(std::string message, std::string hint) {
    diagnostics_.push_back(spec_.aggregate.Error(call_.place.offset, call_.place.length, std::move(message),
                                                 std::move(hint), description_));
    return false;
  }

  bool CheckShape() {
    if (call_.arguments.size() != known_.values + known_.numbers + known_.durations)
      return Complain(fmt::format("'{}' takes {}", known_.name, known_.takes), fmt::format("write {}", known_.example));
    if (known_.of_all && (spec_.window || spec_.last || spec_.calendar)) {
      return Complain(fmt::format("'{}' needs all purchases of a customer", known_.name),
                      "leave 'window' and 'last' out");
    }
    return true;
  }

  bool CheckValues(CheckedAggregate* checked) {
    for (size_t value = 0; value < known_.values; ++value) {
      for (const EventSpec* event : events_) {
        std::optional<ArgumentPlan> argument = Compile(TextOf(value), *event);
        if (!argument) return false;
        (value == 0 ? checked->arguments : checked->second).push_back(*std::move(argument));
      }
    }
    // One without the other would tilt the ratio: each has a value only where both have.
    if (known_.kind == AggregateKind::kSatisfaction) {
      for (size_t i = 0; i < events_.size(); ++i) {
        ArgumentPlan first = Paired(TextOf(0), TextOf(1), *events_[i]);
        checked->second[i] = Paired(TextOf(1), TextOf(0), *events_[i]);
        checked->arguments[i] = std::move(first);
      }
    }
    return true;
  }

  std::optional<ArgumentPlan> Compile(const SourceText& text, const EventSpec& event) {
    std::optional<Expression> expression =
        Expression::Compile(text, EventEnvironment(event, language_), Kind::kNone, description_, &diagnostics_);
    if (!expression) return std::nullopt;
    if (!IsNumber(expression->type().kind)) {
      diagnostics_.push_back(
          text.Error(fmt::format("'{}' needs a number, and this is a {}", known_.name, TypeName(expression->type())),
                     "", description_));
      return std::nullopt;
    }
    return ArgumentOf(*std::move(expression), event);
  }

  ArgumentPlan Paired(const SourceText& own, const SourceText& other, const EventSpec& event) {
    return *Compile(SourceText(fmt::format("double({}) + 0.0 * double({})", own.text(), other.text())), event);
  }

  // A constant of the kind, above 0.
  std::optional<Value> Constant(size_t argument, Kind kind) {
    const SourceText text = TextOf(argument);
    Environment nothing;
    nothing.SetLanguage(language_).SetNoun("constant");
    const std::optional<Expression> constant = Expression::Compile(text, nothing, kind, description_, &diagnostics_);
    if (!constant) return std::nullopt;
    Scratch scratch;
    const Result result = constant->Evaluate({}, Time(), scratch);
    const bool good =
        result.outcome == Outcome::kValue &&
        (kind == Kind::kDuration ? result.value.AsDuration() > Duration::zero() : result.value.AsDouble() > 0);
    if (good) return result.value;
    diagnostics_.push_back(
        text.Error(fmt::format("a parameter of '{}' must be above 0", known_.name), "", description_));
    return std::nullopt;
  }

  bool ReadModel(CustomerModel* model) {
    std::array<double, 4> numbers{};
    for (size_t i = 0; i < known_.numbers; ++i) {
      const std::optional<Value> number = Constant(known_.values + i, Kind::kDouble);
      if (!number) return false;
      numbers[i] = number->AsDouble();
    }
    for (size_t i = 0; i < known_.durations; ++i) {
      const std::optional<Value> duration = Constant(known_.values + known_.numbers + i, Kind::kDuration);
      if (!duration) return false;
      (i == 0 ? model->unit : model->horizon) = duration->AsDuration();
    }
    if (known_.kind == AggregateKind::kExpectedSpend) {
      model->gamma_gamma = {numbers[0], numbers[1], numbers[2]};
    } else {
      model->bg_nbd = {numbers[0], numbers[1], numbers[2], numbers[3]};
    }
    return true;
  }

  const MetricSpec& spec_;
  const AggregateCall& call_;
  const Known& known_;
  const std::vector<const EventSpec*>& events_;
  const Language& language_;
  std::vector<Diagnostic>& diagnostics_;
  std::string description_;
};

}  // namespace

bool IsCrmAggregate(std::string_view name) { return FindKnown(name) != nullptr; }

std::vector<std::string_view> CrmAggregateNames() {
  std::vector<std::string_view> names;
  for (const Known& known : kKnown) names.push_back(known.name);
  return names;
}

bool CheckCrmAggregate(const MetricSpec& spec, const AggregateCall& call, const std::vector<const EventSpec*>& events,
                       const Language& language, CheckedAggregate* checked, std::vector<Diagnostic>* diagnostics) {
  return Checker(spec, call, events, language, diagnostics).Run(checked);
}

}  // namespace tocsin
