#include "expr/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"

namespace tocsin {
namespace {

constexpr uint32_t kNumber = Bit(Kind::kInt) | Bit(Kind::kDouble);
constexpr uint32_t kText = Bit(Kind::kString);
constexpr uint32_t kTime = Bit(Kind::kTimestamp);
constexpr uint32_t kSpan = Bit(Kind::kDuration);

// function, first, second, result, as function, as method, addition, what it takes
constexpr std::array<Signature, 12> kSignatures = {{
    {Function::kSize, kText, 0, Kind::kInt, true, true, false, "a string"},
    {Function::kStartsWith, kText, kText, Kind::kBool, false, true, false, "a string"},
    {Function::kEndsWith, kText, kText, Kind::kBool, false, true, false, "a string"},
    {Function::kContains, kText, kText, Kind::kBool, false, true, false, "a string"},
    {Function::kInt, kNumber | kText | kTime, 0, Kind::kInt, true, false, false, "a number, a string or a timestamp"},
    {Function::kDouble, kNumber | kText, 0, Kind::kDouble, true, false, false, "a number or a string"},
    {Function::kString, kNumber | kText | kTime | kSpan | Bit(Kind::kBool), 0, Kind::kString, true, false, false,
     "a value"},
    {Function::kTimestamp, kTime | kText | Bit(Kind::kInt), 0, Kind::kTimestamp, true, false, false,
     "a string such as \"2024-01-31T09:00:00Z\", or seconds since 1970 as an int"},
    {Function::kDuration, kSpan | kText, 0, Kind::kDuration, true, false, false, "a string such as \"1h30m\""},
    {Function::kDays, kNumber, 0, Kind::kDuration, true, false, true, "a number"},
    {Function::kHours, kNumber, 0, Kind::kDuration, true, false, true, "a number"},
    {Function::kMinutes, kNumber, 0, Kind::kDuration, true, false, true, "a number"},
}};

bool In(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Refusal NotYet(std::string_view name, std::string hint = {}) {
  return {fmt::format("{}() is not supported yet", name), std::move(hint)};
}

}  // namespace

const Signature* FindFunction(std::string_view name) {
  for (const Signature& signature : kSignatures) {
    if (Spelling(signature.function) == name) return &signature;
  }
  return nullptr;
}

std::vector<std::string> FunctionNames(bool strict) {
  std::vector<std::string> names = {"has"};
  for (const Signature& signature : kSignatures) {
    if (!strict || !signature.addition) names.emplace_back(Spelling(signature.function));
  }
  return names;
}

Refusal RefuseFunction(std::string_view name, std::string_view receiver, bool strict) {
  if (In(receiver,
         {"math", "strings", "lists", "sets", "optional", "cel", "base64", "net", "regex", "proto", "host"})) {
    return NotYet(fmt::format("{}.{}", receiver, name));
  }
  if (In(name, {"all", "exists", "exists_one", "existsOne", "map", "filter", "transformList", "transformMap"})) {
    return {fmt::format("macros such as {}() are not supported yet", name), ""};
  }
  if (name == "matches") return NotYet(name, "contains(), startsWith() and endsWith() are");
  if (In(name,
         {"getFullYear", "getMonth",    "getDate",         "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours",
          "getMinutes",  "getSeconds",  "getMilliseconds", "type",          "dyn",          "bool",         "charAt",
          "indexOf",     "lastIndexOf", "lowerAscii",      "upperAscii",    "replace",      "split",        "join",
          "substring",   "trim",        "reverse",         "format",        "quote"})) {
    return NotYet(name);
  }
  if (name == "uint") return {"uint() is not supported: there are no unsigned integers", "did you mean int()?"};
  if (name == "bytes") return {"bytes() is not supported: there are no bytes", ""};
  if (In(name, {"sum", "count", "mean", "min", "max", "rate", "stddev", "first", "last", "distinct", "quantile", "avg",
                "average", "median", "percentile"})) {
    return {fmt::format("there is no {}() in an expression", name),
            "an aggregate is declared as a metric, and read by the metric's name"};
  }
  if (name == "now") return {"'now' is not a function", "write now"};
  if (In(name, {"len", "length", "strlen"})) {
    return {fmt::format("no function named '{}'", name), "did you mean 'size'?"};
  }
  if (In(name, {"second", "seconds"})) {
    return {fmt::format("no function named '{}'", name), "write duration(\"30s\")"};
  }
  if (In(name, {"week", "weeks"})) return {fmt::format("no function named '{}'", name), "write 7 * days(n)"};
  if (In(name, {"isnull", "isNull", "is_null", "absent", "defined", "exist", "coalesce", "ifnull"})) {
    return {fmt::format("no function named '{}'", name), "has(x) asks whether x has a value"};
  }
  const std::string closest = ClosestName(name, FunctionNames(strict));
  return {fmt::format("no function named '{}'", name),
          closest.empty() ? std::string() : fmt::format("did you mean '{}'?", closest)};
}

std::string DurationCall(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > 9) return {};
  std::string_view unit = text.substr(digits);
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  const std::string_view number = text.substr(0, digits);
  if (In(unit, {"d", "day", "days"})) return fmt::format("days({})", number);
  if (In(unit, {"h", "hour", "hours"})) return fmt::format("hours({})", number);
  if (In(unit, {"m", "min", "minute", "minutes"})) return fmt::format("minutes({})", number);
  if (In(unit, {"w", "week", "weeks"})) return fmt::format("7 * days({})", number);
  if (ParseDuration(text).ok()) return fmt::format("duration(\"{}\")", text);
  return {};
}

std::string_view WithArticle(Type type) {
  switch (type.kind) {
    case Kind::kNone:
      return "nothing";
    case Kind::kBool:
      return "a bool";
    case Kind::kInt:
      return "an int";
    case Kind::kDouble:
    case Kind::kDecimal:
      return "a double";
    case Kind::kString:
      return "a string";
    case Kind::kTimestamp:
      return "a timestamp";
    case Kind::kDuration:
      return "a duration";
  }
  return "nothing";
}

}  // namespace tocsin
