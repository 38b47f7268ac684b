// Checks what a metric's `aggregate:` says against the events that it is over.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "expr/aggregate_call.h"
#include "metric/aggregate_words.h"
#include "metric/crm_aggregate.h"
#include "metric/metric_plan.h"

namespace tocsin {
namespace {

// What an aggregate can be taken over.
enum class Takes : uint8_t { kNothing, kNumber, kOrdered, kBool, kAnything };

// A constant beside the argument.
enum class Parameter : uint8_t { kNone, kHalfLife, kAtLeast, kQuantile, kHowMany };
constexpr int kMostOfTop = 100;
constexpr int kMostSketchSlices = 60'000;

struct Known {
  std::string_view name;
  AggregateKind kind;
  Takes takes;
  std::string_view example;
  bool optional = false;  // the argument may be left out
  Parameter parameter = Parameter::kNone;
  Recode::Kind recode = Recode::Kind::kNone;
};
constexpr std::array<Known, 20> kKnown = {{
    {"count", AggregateKind::kCount, Takes::kNothing, "count"},
    {"rate", AggregateKind::kRate, Takes::kNumber, "rate(amount)", true},
    {"sum", AggregateKind::kSum, Takes::kNumber, "sum(amount)"},
    {"mean", AggregateKind::kMean, Takes::kNumber, "mean(amount)"},
    {"stddev", AggregateKind::kStdDev, Takes::kNumber, "stddev(amount)"},
    {"min", AggregateKind::kMin, Takes::kOrdered, "min(amount)"},
    {"max", AggregateKind::kMax, Takes::kOrdered, "max(amount)"},
    {"quantile", AggregateKind::kQuantile, Takes::kNumber, "quantile(0.95, amount)", false, Parameter::kQuantile},
    {"share", AggregateKind::kShare, Takes::kBool, "share(late)"},
    {"distinct", AggregateKind::kDistinct, Takes::kAnything, "distinct(customer)"},
    {"topk", AggregateKind::kTop, Takes::kAnything, "topk(3, page)", false, Parameter::kHowMany},
    {"first", AggregateKind::kFirst, Takes::kAnything, "first(amount)"},
    {"last", AggregateKind::kLast, Takes::kAnything, "last(amount)"},
    {"delta", AggregateKind::kDelta, Takes::kOrdered, "delta(amount)"},
    {"ewma", AggregateKind::kEwma, Takes::kNumber, "ewma(amount, hours(12))", false, Parameter::kHalfLife},
    {"time_since", AggregateKind::kTimeSince, Takes::kNothing, "time_since"},
    {"mean_interval", AggregateKind::kMeanInterval, Takes::kNothing, "mean_interval"},
    {"csat", AggregateKind::kShare, Takes::kNumber, "csat(score, 4)", false, Parameter::kAtLeast,
     Recode::Kind::kAtLeast},
    {"nps", AggregateKind::kMean, Takes::kNumber, "nps(score)", false, Parameter::kNone, Recode::Kind::kNps},
    {"ces", AggregateKind::kMean, Takes::kNumber, "ces(score)"},
}};

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

std::string_view WhatTwoAre(Parameter parameter) {
  switch (parameter) {
    case Parameter::kHalfLife:
      return "a number, and the time in which it comes to count half";
    case Parameter::kQuantile:
      return "which quantile, and of what";
    case Parameter::kHowMany:
      return "how many, and of what";
    default:
      return "a score, and from where on it counts as satisfied";
  }
}

std::string Candidates() {
  std::string names;
  for (const Known& known : kKnown) names += (names.empty() ? "" : ", ") + std::string(known.name);
  for (std::string_view name : CrmAggregateNames()) names += ", " + std::string(name);
  return names;
}

class AggregateChecker {
 public:
  AggregateChecker(const MetricSpec& spec, const std::vector<const EventSpec*>& events, const Language& language,
                   std::vector<Diagnostic>* diagnostics)
      : spec_(spec),
        events_(events),
        language_(language),
        diagnostics_(*diagnostics),
        description_(Describe("metric", spec.name, "aggregate")) {}

  bool Run(CheckedAggregate* checked) {
    std::optional<AggregateCall> call = ParseAggregateCall(spec_.aggregate, description_, &diagnostics_);
    if (!call) return false;
    call_ = *std::move(call);
    if (IsCrmAggregate(call_.name)) return CheckCrmAggregate(spec_, call_, events_, language_, checked, &diagnostics_);
    const Known* known = FindKnown();
    if (known == nullptr || !CheckCount(*known) || !CheckWindow(*known)) return false;
    checked->kind = known->kind;
    checked->arguments.clear();
    if (call_.arguments.empty()) return true;
    Recode recode{known->recode, 0};
    if (known->parameter != Parameter::kNone && !CheckParameter(*known, checked, &recode)) return false;
    const SourceText text = TextOf(PlaceOfArgument(*known));
    for (const EventSpec* event : events_) {
      std::optional<ArgumentPlan> argument = CheckArgument(*known, text, *event);
      if (!argument) return false;
      SetRecode(recode, &*argument);
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

  SourceText TextOf(size_t argument) const {
    return spec_.aggregate.Sub(call_.arguments[argument].offset, call_.arguments[argument].length);
  }

  const Known* FindKnown() {
    auto known = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.name == call_.name; });
    if (known != kKnown.end()) return &*known;
    std::vector<std::string> names;
    for (const Known& k : kKnown) names.emplace_back(k.name);
    for (std::string_view name : CrmAggregateNames()) names.emplace_back(name);
    const std::string argument = call_.arguments.empty() ? "amount" : TextOf(call_.arguments.size() - 1).text();
    const std::string hint = HintForAggregate(call_.name, names, argument);
    Complain(fmt::format("there is no aggregate '{}'", call_.name), hint.empty() ? "there are " + Candidates() : hint);
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
    if (known.parameter != Parameter::kNone) {
      if (given == 2) return true;
      return Complain(fmt::format("'{}' takes two arguments", known.name),
                      fmt::format("{}: {}", WhatTwoAre(known.parameter), known.example));
    }
    if (given == 1 || (given == 0 && known.optional)) return true;
    if (known.optional) {
      return Complain(fmt::format("'{}' takes one argument or none", known.name),
                      fmt::format("write {}, or {}", known.name, known.example));
    }
    return Complain(fmt::format("'{}' takes one argument", known.name),
                    known.takes == Takes::kBool ? fmt::format("say of which condition: {}", known.example)
                                                : fmt::format("name what to take it over: {}", known.example));
  }

  bool CheckWindow(const Known& known) {
    if (known.kind == AggregateKind::kRate && !spec_.window && !spec_.calendar) {
      return Complain("'rate' needs a window over time: it divides by its length", "add 'window: 1h'");
    }
    if (known.kind == AggregateKind::kDistinct && spec_.window && spec_.resolution.kind == Resolution::Kind::kFixed &&
        spec_.resolution.width > Duration::zero() && *spec_.window / spec_.resolution.width > kMostSketchSlices) {
      return Complain(fmt::format("'distinct' keeps at most {} slices", kMostSketchSlices),
                      "take a wider resolution, or leave it out");
    }
    if (known.kind == AggregateKind::kTimeSince && spec_.last) {
      return Complain("'time_since' looks at the newest event alone, whatever 'last' says", "leave 'last' out");
    }
    return true;
  }

  std::optional<ArgumentPlan> CheckArgument(const Known& known, const SourceText& text, const EventSpec& event) {
    ArgumentPlan argument;
    auto has_type = [](const AttributeSpec& attribute) { return attribute.name == "type"; };
    if (known.takes == Takes::kAnything && text.text() == "type" &&
        std::none_of(event.attributes.begin(), event.attributes.end(), has_type)) {
      argument.text = "type";
      argument.type = Kind::kString;
      argument.event_name = event.name;
      return argument;
    }
    std::optional<Expression> expression =
        Expression::Compile(text, EventEnvironment(event, language_), Kind::kNone, description_, &diagnostics_);
    if (!expression) return std::nullopt;
    if (!Accepts(known.takes, expression->type().kind)) {
      diagnostics_.push_back(text.Error(fmt::format("'{}' needs {}, and this is a {}", known.name,
                                                    WhatIsTaken(known.takes), TypeName(expression->type())),
                                        "", description_));
      return std::nullopt;
    }
    return ArgumentOf(*std::move(expression), event);
  }

  // What is taken first says more than what it is taken of.
  static size_t PlaceOfArgument(const Known& known) {
    return known.parameter == Parameter::kQuantile || known.parameter == Parameter::kHowMany ? 1 : 0;
  }

  bool IsConstant(const SourceText& text) const {
    Environment nothing;
    nothing.SetLanguage(language_);
    std::vector<Diagnostic> unheard;
    return Expression::Compile(text, nothing, Kind::kNone, description_, &unheard).has_value();
  }

  // The constant beside the argument, which no event can change.
  bool CheckParameter(const Known& known, CheckedAggregate* checked, Recode* recode) {
    const SourceText text = TextOf(1 - PlaceOfArgument(known));
    Environment nothing;
    nothing.SetLanguage(language_).SetNoun("constant");
    const bool is_time = known.parameter == Parameter::kHalfLife;
    const SourceText other = TextOf(PlaceOfArgument(known));
    if (PlaceOfArgument(known) == 1 && !IsConstant(text) && IsConstant(other)) {
      diagnostics_.push_back(
          text.Error(fmt::format("'{}' takes {}, in this order", known.name, WhatTwoAre(known.parameter)),
                     fmt::format("write {}({}, {})", known.name, other.text(), text.text()), description_));
      return false;
    }
    const std::optional<Expression> constant =
        Expression::Compile(text, nothing, is_time ? Kind::kDuration : Kind::kDouble, description_, &diagnostics_);
    if (!constant) return false;
    Scratch scratch;
    const Result result = constant->Evaluate({}, Time(), scratch);
    if (result.outcome != Outcome::kValue) {
      diagnostics_.push_back(text.Error("this has no value", "", description_));
      return false;
    }
    auto complain = [&](std::string message) {
      diagnostics_.push_back(text.Error(std::move(message), "", description_));
      return false;
    };
    if (!is_time) {
      const double number = result.value.AsDouble();
      recode->number = checked->number = number;
      if (known.parameter == Parameter::kQuantile && !(number >= 0 && number <= 1))
        return complain("a quantile is a number from 0 to 1: 0.95 is the 95th percentile");
      if (known.parameter == Parameter::kHowMany &&
          !(number >= 1 && number <= kMostOfTop && number == std::floor(number)))
        return complain(fmt::format("how many of them must be a whole number from 1 to {}", kMostOfTop));
      return true;
    }
    checked->half_life = result.value.AsDuration();
    if (checked->half_life > Duration::zero()) return true;
    return complain("a half-life must be longer than nothing");
  }

  static void SetRecode(const Recode& recode, ArgumentPlan* argument) {
    argument->recode = recode;
    switch (recode.kind) {
      case Recode::Kind::kNone:
        return;
      case Recode::Kind::kAtLeast:
        argument->text = fmt::format("at least {}: {}", recode.number, argument->text);
        argument->type = Kind::kBool;
        return;
      case Recode::Kind::kNps:
        argument->text = fmt::format("nps: {}", argument->text);
        argument->type = Kind::kInt;
        return;
    }
  }

  // Numbers of any kind are doubles to all aggregates but `first` and `last`, whose value is the argument's.
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
  const Language& language_;
  std::vector<Diagnostic>& diagnostics_;
  std::string description_;
  AggregateCall call_;
};

}  // namespace

Environment EventEnvironment(const EventSpec& event, const Language& language) {
  Environment environment;
  environment.SetLanguage(language);
  environment.SetNoun(fmt::format("attribute of '{}'", event.name));
  for (size_t slot = 0; slot < event.attributes.size(); ++slot) {
    Type type = event.attributes[slot].type;
    environment.Add(event.attributes[slot].name, type.kind == Kind::kDecimal ? Type(Kind::kDouble) : type,
                    static_cast<uint32_t>(slot));
  }
  return environment;
}

bool CheckAggregate(const MetricSpec& spec, const std::vector<const EventSpec*>& events, const Language& language,
                    CheckedAggregate* checked, std::vector<Diagnostic>* diagnostics) {
  return AggregateChecker(spec, events, language, diagnostics).Run(checked);
}

}  // namespace tocsin
