// Checks what a metric's `aggregate:` says against the events that it is over.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "expr/aggregate_call.h"
#include "metric/metric_plan.h"

namespace tocsin {
namespace {

// What an aggregate can be taken over.
enum class Takes : uint8_t { kNothing, kNumber, kOrdered, kBool, kAnything };

struct Known {
  std::string_view name;
  AggregateKind kind;
  Takes takes;
  bool optional = false;  // the argument may be left out
};
constexpr std::array<Known, 10> kKnown = {{{"count", AggregateKind::kCount, Takes::kNothing},
                                           {"rate", AggregateKind::kRate, Takes::kNumber, true},
                                           {"sum", AggregateKind::kSum, Takes::kNumber},
                                           {"mean", AggregateKind::kMean, Takes::kNumber},
                                           {"min", AggregateKind::kMin, Takes::kOrdered},
                                           {"max", AggregateKind::kMax, Takes::kOrdered},
                                           {"share", AggregateKind::kShare, Takes::kBool},
                                           {"last", AggregateKind::kLast, Takes::kAnything},
                                           {"time_since", AggregateKind::kTimeSince, Takes::kNothing},
                                           {"mean_interval", AggregateKind::kMeanInterval, Takes::kNothing}}};

// Aggregates that the language will have: refused by name instead of being called unknown.
constexpr std::string_view kPlanned[] = {"stddev", "first",          "delta",        "quantile", "distinct",
                                         "topk",   "ewma",           "satisfaction", "csat",     "nps",
                                         "ces",    "customer_value", "rfm",          "p_alive"};

bool IsNumber(Kind kind) { return kind == Kind::kInt || kind == Kind::kDouble || kind == Kind::kDecimal; }

bool Accepts(Takes takes, Kind kind) {
  switch (takes) {
    case Takes::kNothing:
      return false;
    case Takes::kNumber:
      return IsNumber(kind);
    case Takes::kOrdered:
      return IsNumber(kind) || kind == Kind::kTimestamp || kind == Kind::kDuration;
    case Takes::kBool:
      return kind == Kind::kBool;
    case Takes::kAnything:
      return true;
  }
  return false;
}

std::string_view WhatIsTaken(Takes takes) {
  switch (takes) {
    case Takes::kOrdered:
      return "a number, a timestamp or a duration";
    case Takes::kBool:
      return "a condition";
    default:
      return "a number";
  }
}

std::string Candidates() {
  std::string names;
  for (const Known& known : kKnown) names += (names.empty() ? "" : ", ") + std::string(known.name);
  return names;
}

class AggregateChecker {
 public:
  AggregateChecker(const MetricSpec& spec, const std::vector<const EventSpec*>& events, bool strict_cel,
                   std::vector<Diagnostic>* diagnostics)
      : spec_(spec),
        events_(events),
        strict_cel_(strict_cel),
        diagnostics_(*diagnostics),
        description_(Describe("metric", spec.name, "aggregate")) {}

  bool Run(CheckedAggregate* checked) {
    std::optional<AggregateCall> call = ParseAggregateCall(spec_.aggregate, description_, &diagnostics_);
    if (!call) return false;
    call_ = *std::move(call);
    const Known* known = FindKnown();
    if (known == nullptr || !CheckCount(*known) || !CheckWindow(*known)) return false;
    checked->kind = known->kind;
    checked->arguments.clear();
    if (call_.arguments.empty()) return true;
    const SourceText text = spec_.aggregate.Sub(call_.arguments[0].offset, call_.arguments[0].length);
    for (const EventSpec* event : events_) {
      std::optional<ArgumentPlan> argument = CheckArgument(*known, text, *event);
      if (!argument) return false;
      checked->arguments.push_back(*std::move(argument));
    }
    return CheckAgreement(*known, text, checked->arguments);
  }

 private:
  // An error at the aggregate's name.
  bool Complain(std::string message, std::string hint) {
    diagnostics_.push_back(spec_.aggregate.Error(call_.place.offset, call_.place.length, std::move(message),
                                                 std::move(hint), description_));
    return false;
  }

  const Known* FindKnown() {
    auto known = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.name == call_.name; });
    if (known != kKnown.end()) return &*known;
    if (std::find(std::begin(kPlanned), std::end(kPlanned), call_.name) != std::end(kPlanned)) {
      Complain(fmt::format("the aggregate '{}' is not supported yet", call_.name), "there are " + Candidates());
      return nullptr;
    }
    std::vector<std::string> names;
    for (const Known& k : kKnown) names.emplace_back(k.name);
    const std::string closest = ClosestName(call_.name, names);
    Complain(fmt::format("there is no aggregate '{}'", call_.name),
             closest.empty() ? "there are " + Candidates() : fmt::format("did you mean '{}'?", closest));
    return nullptr;
  }

  bool CheckCount(const Known& known) {
    const size_t given = call_.arguments.size();
    if (known.takes == Takes::kNothing) {
      if (given == 0) return true;
      return Complain(fmt::format("'{}' takes no argument", known.name),
                      known.kind == AggregateKind::kCount ? "to count only some events, say which in 'where'"
                                                          : "to look at some events only, say which in 'where'");
    }
    if (given == 1 || (given == 0 && known.optional)) return true;
    if (known.optional) {
      return Complain(fmt::format("'{}' takes one argument or none", known.name),
                      fmt::format("write {0}, or {0}(amount)", known.name));
    }
    return Complain(fmt::format("'{}' takes one argument", known.name),
                    known.takes == Takes::kBool ? fmt::format("say of which condition: {}(late)", known.name)
                                                : fmt::format("name what to take it over: {}(amount)", known.name));
  }

  bool CheckWindow(const Known& known) {
    if (known.kind == AggregateKind::kRate && !spec_.window && !spec_.calendar) {
      return Complain("'rate' needs a window over time: it divides by its length", "add 'window: 1h'");
    }
    if (known.kind == AggregateKind::kTimeSince && spec_.last) {
      return Complain("'time_since' looks at the newest event alone, whatever 'last' says", "leave 'last' out");
    }
    return true;
  }

  std::optional<ArgumentPlan> CheckArgument(const Known& known, const SourceText& text, const EventSpec& event) {
    ArgumentPlan argument;
    auto has_type = [](const AttributeSpec& attribute) { return attribute.name == "type"; };
    if (known.kind == AggregateKind::kLast && text.text() == "type" &&
        std::none_of(event.attributes.begin(), event.attributes.end(), has_type)) {
      argument.text = "type";
      argument.type = Kind::kString;
      argument.event_name = event.name;
      return argument;
    }
    std::optional<Expression> expression =
        Expression::Compile(text, EventEnvironment(event, strict_cel_), Kind::kNone, description_, &diagnostics_);
    if (!expression) return std::nullopt;
    if (!Accepts(known.takes, expression->type().kind)) {
      diagnostics_.push_back(text.Error(fmt::format("'{}' needs {}, and this is a {}", known.name,
                                                    WhatIsTaken(known.takes), TypeName(expression->type())),
                                        "", description_));
      return std::nullopt;
    }
    argument.text = expression->ToString();
    argument.type = expression->type();
    if (std::optional<uint32_t> slot = expression->AsVariable()) {
      // An attribute alone is read by its slot.
      argument.slot = *slot;
      argument.type = event.attributes[*slot].type;
      return argument;
    }
    argument.expression = std::move(expression);
    return argument;
  }

  // Numbers of any kind are doubles to all aggregates but `last`, whose value is the argument's.
  bool CheckAgreement(const Known& known, const SourceText& text, const std::vector<ArgumentPlan>& arguments) {
    auto kind_of = [&](const ArgumentPlan& argument) {
      const Kind kind = argument.type.kind;
      if (kind == Kind::kDecimal) return Kind::kDouble;
      return known.takes != Takes::kAnything && kind == Kind::kInt ? Kind::kDouble : kind;
    };
    for (size_t i = 1; i < arguments.size(); ++i) {
      if (kind_of(arguments[i]) == kind_of(arguments[0])) continue;
      diagnostics_.push_back(
          text.Error(fmt::format("this is a {} in '{}' and a {} in '{}'", TypeName(arguments[0].type), events_[0]->name,
                                 TypeName(arguments[i].type), events_[i]->name),
                     "an aggregate over several events needs one type", description_));
      return false;
    }
    return true;
  }

  const MetricSpec& spec_;
  const std::vector<const EventSpec*>& events_;
  bool strict_cel_;
  std::vector<Diagnostic>& diagnostics_;
  std::string description_;
  AggregateCall call_;
};

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

bool CheckAggregate(const MetricSpec& spec, const std::vector<const EventSpec*>& events, bool strict_cel,
                    CheckedAggregate* checked, std::vector<Diagnostic>* diagnostics) {
  return AggregateChecker(spec, events, strict_cel, diagnostics).Run(checked);
}

}  // namespace tocsin
