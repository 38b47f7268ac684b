// Events by name: looked up, checked and put into slots.
#include <cmath>
#include <limits>
#include <type_traits>

#include <fmt/format.h>

#include "engine/state.h"
#include "tocsin/engine/engine.h"

namespace tocsin {
namespace {

struct Refusal {
  Reason reason = Reason::kNone;
  std::string message;
};

constexpr double kTwoTo63 = 9223372036854775808.0;

bool ToInt(double number, int64_t* integer) {
  if (!(number >= -kTwoTo63 && number < kTwoTo63) || number != std::trunc(number)) return false;
  *integer = static_cast<int64_t>(number);
  return true;
}

// A number as an attribute of that type holds it. False: it does not fit.
bool FromInt(int64_t number, Type type, Value* value) {
  if (type.kind == Kind::kInt) *value = Value::Int(number);
  if (type.kind == Kind::kDouble) *value = Value::Double(static_cast<double>(number));
  if (type.kind != Kind::kDecimal) return true;
  int64_t units = 0;
  if (__builtin_mul_overflow(number, PowerOfTen(type.digits), &units)) return false;
  *value = Value::Decimal(units, type.digits);
  return true;
}

bool FromDouble(double number, Type type, Value* value) {
  if (!std::isfinite(number)) return false;
  if (type.kind == Kind::kDouble) *value = Value::Double(number);
  if (type.kind == Kind::kDouble) return true;
  int64_t integer = 0;
  if (type.kind == Kind::kInt) {
    if (!ToInt(number, &integer)) return false;
    *value = Value::Int(integer);
    return true;
  }
  if (!ToInt(std::round(number * static_cast<double>(PowerOfTen(type.digits))), &integer)) return false;
  *value = Value::Decimal(integer, type.digits);
  return true;
}

bool IsNumber(Kind kind) { return kind == Kind::kInt || kind == Kind::kDouble || kind == Kind::kDecimal; }

Refusal Convert(const std::string& event, const AttributeSpec& spec, const Event::Attribute& given, Value* value) {
  const std::string place = fmt::format("attribute '{}' of '{}'", spec.name, event);
  bool fits = true;
  bool right_type = std::visit(
      [&](const auto& x) {
        using T = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<T, bool>) {
          *value = Value::Bool(x);
          return spec.type.kind == Kind::kBool;
        } else if constexpr (std::is_same_v<T, int64_t>) {
          fits = !IsNumber(spec.type.kind) || FromInt(x, spec.type, value);
          return IsNumber(spec.type.kind);
        } else if constexpr (std::is_same_v<T, double>) {
          fits = !IsNumber(spec.type.kind) || FromDouble(x, spec.type, value);
          return IsNumber(spec.type.kind);
        } else if constexpr (std::is_same_v<T, std::string>) {
          *value = Value::String(x);
          return spec.type.kind == Kind::kString;
        } else if constexpr (std::is_same_v<T, Time>) {
          *value = Value::Timestamp(x);
          return spec.type.kind == Kind::kTimestamp;
        } else {
          *value = Value::Span(x);
          return spec.type.kind == Kind::kDuration;
        }
      },
      given);
  if (!right_type) return {Reason::kBadValue, fmt::format("{} must be a {}", place, TypeName(spec.type))};
  if (!fits) return {Reason::kOutOfRange, fmt::format("{} does not fit a {}", place, TypeName(spec.type))};
  if (IsNumber(spec.type.kind)) {
    double number = value->AsNumber();
    if (spec.min && number < *spec.min)
      return {Reason::kOutOfRange, fmt::format("{} is {}, below its min of {}", place, number, *spec.min)};
    if (spec.max && number > *spec.max)
      return {Reason::kOutOfRange, fmt::format("{} is {}, above its max of {}", place, number, *spec.max)};
  }
  return {};
}

Refusal ToView(const Catalog& catalog, const Event& event, std::vector<Value>* values, EventView* view) {
  std::optional<uint32_t> type = catalog.FindEvent(event.type());
  if (!type) return {Reason::kUnknownType, fmt::format("no event is named '{}'", event.type())};
  if (!event.has_time())
    return {Reason::kMissingTime, fmt::format("the event '{}' has no time: give it with At()", event.type())};
  const EventSpec& spec = catalog.event(*type);
  values->assign(spec.attributes.size(), Value());
  for (const auto& [name, given] : event.attributes()) {
    std::optional<uint32_t> slot = catalog.FindSlot(*type, name);
    if (!slot) {
      std::vector<std::string> names;
      for (const AttributeSpec& attribute : spec.attributes) names.push_back(attribute.name);
      std::string closest = ClosestName(name, names);
      return {Reason::kBadValue, fmt::format("the event '{}' has no attribute '{}'{}", event.type(), name,
                                             closest.empty() ? "" : fmt::format("; did you mean '{}'?", closest))};
    }
    Refusal refusal = Convert(event.type(), spec.attributes[*slot], given, &(*values)[*slot]);
    if (refusal.reason != Reason::kNone) return refusal;
  }
  *view = {*type, event.time(), event.id(), *values};
  return {};
}

}  // namespace

absl::Status Engine::Ingest(const Event& event) {
  std::vector<tocsin::Value> values;
  EventView view;
  Refusal refusal = ToView(state_->layout.outer, event, &values, &view);
  if (refusal.reason == Reason::kUnknownType && state_->layout.spec.ignore_unknown_events) {
    CountRefused(Reason::kIgnored);
    return absl::OkStatus();
  }
  if (refusal.reason != Reason::kNone) {
    CountRefused(refusal.reason);
    return absl::InvalidArgumentError(refusal.message);
  }
  switch (Ingest(view)) {
    case Reason::kNone:
      return absl::OkStatus();
    case Reason::kDuplicate:
      return absl::AlreadyExistsError(fmt::format("an event with the id '{}' has come before", event.id()));
    default:
      return absl::OutOfRangeError(fmt::format(
          "the event at {} is late: the clock is at {} and the allowed lateness is {}", FormatTime(event.time()),
          FormatTime(state_->now), FormatDuration(state_->layout.spec.allowed_lateness)));
  }
}

}  // namespace tocsin
