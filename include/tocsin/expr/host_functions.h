// A host's own pure functions in conditions.
//
//   tocsin::HostFunctions functions;
//   functions.Register("risky", "1.0", [](double refunds) { return refunds > 500 && Tuesday(); });   //
//   host.risky(refunds_24h)
//
// Pure: the same arguments give the same result, for as long as the version stays the same; a condition's answer
// depends on nothing else. They are called from the thread that drives the engine, from several if several engines
// share a plan.
#ifndef TOCSIN_EXPR_HOST_FUNCTIONS_H_
#define TOCSIN_EXPR_HOST_FUNCTIONS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "tocsin/base/time.h"
#include "tocsin/event/type.h"
#include "tocsin/event/value.h"

namespace tocsin {

struct HostFunction {
  // Arguments of the declared types, none of them absent. An absent result is no data. What it throws is a fault. A
  // text result must live until the function is called again, or be one of the arguments' own.
  using Body = std::function<Value(std::span<const Value>)>;

  std::string name;     // as it is called: "host.risky"
  std::string version;  // a part of the version of every rule that calls it
  std::vector<Type> parameters;
  Type result;
  Body body;
};

class HostFunctions {
 public:
  static constexpr size_t kMostParameters = 8;

  // `function` takes and returns bool, int64_t, double, Time, Duration; it may take std::string_view, and return an
  // std::optional of what it may return: nothing is no data. InvalidArgument for a name that is none (letters, digits,
  // '_') or is taken.
  template <typename Function>
  absl::Status Register(std::string_view name, std::string_view version, Function function) {
    return RegisterCallable(name, version, std::function(std::move(function)));
  }
  // The same for types that are known only at run time. Also InvalidArgument for decimals, which are doubles in
  // conditions, and for more than kMostParameters.
  absl::Status Register(std::string_view name, std::string_view version, std::vector<Type> parameters, Type result,
                        HostFunction::Body body);

  // The same under a whole name of one's own, which may have dots and no "host." before it.
  absl::Status Add(HostFunction function);

  // By the whole name, "host.risky"; nothing when there is none.
  const HostFunction* Find(std::string_view name) const;
  // By name.
  const std::map<std::string, HostFunction, std::less<>>& all() const { return functions_; }

 private:
  template <typename T>
  struct Bridge;  // T to and from Value

  template <typename Out, typename... In>
  absl::Status RegisterCallable(std::string_view name, std::string_view version, std::function<Out(In...)> function) {
    static_assert(sizeof...(In) > 0 && sizeof...(In) <= kMostParameters);
    return Register(name, version, {Bridge<std::decay_t<In>>::kKind...}, Bridge<Out>::kKind,
                    [function = std::move(function)](std::span<const Value> arguments) {
                      return Call<Out, In...>(function, arguments, std::index_sequence_for<In...>());
                    });
  }
  template <typename Out, typename... In, size_t... index>
  static Value Call(const std::function<Out(In...)>& function, std::span<const Value> arguments,
                    std::index_sequence<index...>) {
    return Bridge<Out>::ToValue(function(Bridge<std::decay_t<In>>::FromValue(arguments[index])...));
  }

  std::map<std::string, HostFunction, std::less<>> functions_;
};

template <>
struct HostFunctions::Bridge<bool> {
  static constexpr Kind kKind = Kind::kBool;
  static bool FromValue(const Value& value) { return value.AsBool(); }
  static Value ToValue(bool value) { return Value::Bool(value); }
};
template <>
struct HostFunctions::Bridge<int64_t> {
  static constexpr Kind kKind = Kind::kInt;
  static int64_t FromValue(const Value& value) { return value.AsInt(); }
  static Value ToValue(int64_t value) { return Value::Int(value); }
};
template <>
struct HostFunctions::Bridge<double> {
  static constexpr Kind kKind = Kind::kDouble;
  static double FromValue(const Value& value) { return value.AsDouble(); }
  static Value ToValue(double value) { return Value::Double(value); }
};
template <>
struct HostFunctions::Bridge<std::string_view> {
  static constexpr Kind kKind = Kind::kString;
  static std::string_view FromValue(const Value& value) { return value.AsString(); }
};
template <>
struct HostFunctions::Bridge<Time> {
  static constexpr Kind kKind = Kind::kTimestamp;
  static Time FromValue(const Value& value) { return value.AsTime(); }
  static Value ToValue(Time value) { return Value::Timestamp(value); }
};
template <>
struct HostFunctions::Bridge<Duration> {
  static constexpr Kind kKind = Kind::kDuration;
  static Duration FromValue(const Value& value) { return value.AsDuration(); }
  static Value ToValue(Duration value) { return Value::Span(value); }
};
template <typename T>
struct HostFunctions::Bridge<std::optional<T>> {
  static constexpr Kind kKind = Bridge<T>::kKind;
  static Value ToValue(const std::optional<T>& value) { return value ? Bridge<T>::ToValue(*value) : Value(); }
};

}  // namespace tocsin

#endif  // TOCSIN_EXPR_HOST_FUNCTIONS_H_
