#include "expr/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"

namespace tocsin {
namespace {

constexpr CallForm kFunction = CallForm::kFunction;
constexpr CallForm kMethod = CallForm::kMethod;
constexpr std::string_view kTimeText = "a string such as \"2024-01-31T09:00:00Z\", or seconds since 1970 as an int";
constexpr std::string_view kSpanText = "a string such as \"1h30m\"";
constexpr std::string_view kIntText = "a number, a string or a timestamp";
constexpr std::string_view kNumberOrText = "a number or a string";
constexpr std::string_view kNumber = "a number";

// The overloads of a function stand together.
constexpr Overload kOverloads[] = {
    {Function::kSize, CallForm::kEither, "S", 'I', false, "a string or a list"},
    {Function::kSize, CallForm::kEither, "_", 'I', false, "a string or a list"},
    {Function::kStartsWith, kMethod, "SS", 'B'},
    {Function::kEndsWith, kMethod, "SS", 'B'},
    {Function::kContains, kMethod, "SS", 'B'},
    {Function::kMatches, CallForm::kEither, "SS", 'B'},
    {Function::kInt, kFunction, "I", 'I', false, kIntText},
    {Function::kInt, kFunction, "D", 'I', false, kIntText},
    {Function::kInt, kFunction, "S", 'I', false, kIntText},
    {Function::kInt, kFunction, "T", 'I', false, kIntText},
    {Function::kDouble, kFunction, "D", 'D', false, kNumberOrText},
    {Function::kDouble, kFunction, "I", 'D', false, kNumberOrText},
    {Function::kDouble, kFunction, "S", 'D', false, kNumberOrText},
    {Function::kString, kFunction, "S", 'S', false, "a value"},
    {Function::kString, kFunction, "I", 'S', false, "a value"},
    {Function::kString, kFunction, "D", 'S', false, "a value"},
    {Function::kString, kFunction, "B", 'S', false, "a value"},
    {Function::kString, kFunction, "T", 'S', false, "a value"},
    {Function::kString, kFunction, "U", 'S', false, "a value"},
    {Function::kBool, kFunction, "B", 'B', false, "a bool or a string such as \"true\""},
    {Function::kBool, kFunction, "S", 'B', false, "a bool or a string such as \"true\""},
    {Function::kTimestamp, kFunction, "T", 'T', false, kTimeText},
    {Function::kTimestamp, kFunction, "S", 'T', false, kTimeText},
    {Function::kTimestamp, kFunction, "I", 'T', false, kTimeText},
    {Function::kDuration, kFunction, "U", 'U', false, kSpanText},
    {Function::kDuration, kFunction, "S", 'U', false, kSpanText},
    {Function::kDays, kFunction, "I", 'U', true, kNumber},
    {Function::kDays, kFunction, "D", 'U', true, kNumber},
    {Function::kHours, kFunction, "I", 'U', true, kNumber},
    {Function::kHours, kFunction, "D", 'U', true, kNumber},
    {Function::kMinutes, kFunction, "I", 'U', true, kNumber},
    {Function::kMinutes, kFunction, "D", 'U', true, kNumber},
    {Function::kType, kFunction, "*", 'Y'},
    {Function::kDyn, kFunction, "*", '*'},
    {Function::kCharAt, kMethod, "SI", 'S'},
    {Function::kIndexOf, kMethod, "SS", 'I'},
    {Function::kIndexOf, kMethod, "SSI", 'I'},
    {Function::kLastIndexOf, kMethod, "SS", 'I'},
    {Function::kLastIndexOf, kMethod, "SSI", 'I'},
    {Function::kJoin, kMethod, "s", 'S'},
    {Function::kJoin, kMethod, "sS", 'S'},
    {Function::kLowerAscii, kMethod, "S", 'S'},
    {Function::kUpperAscii, kMethod, "S", 'S'},
    {Function::kReplace, kMethod, "SSS", 'S'},
    {Function::kReplace, kMethod, "SSSI", 'S'},
    {Function::kReverse, kMethod, "S", 'S'},
    {Function::kSplit, kMethod, "SS", 's'},
    {Function::kSplit, kMethod, "SSI", 's'},
    {Function::kSubstring, kMethod, "SI", 'S'},
    {Function::kSubstring, kMethod, "SII", 'S'},
    {Function::kTrim, kMethod, "S", 'S'},
    {Function::kGetFullYear, kMethod, "T", 'I'},
    {Function::kGetFullYear, kMethod, "TS", 'I'},
    {Function::kGetMonth, kMethod, "T", 'I'},
    {Function::kGetMonth, kMethod, "TS", 'I'},
    {Function::kGetDate, kMethod, "T", 'I'},
    {Function::kGetDate, kMethod, "TS", 'I'},
    {Function::kGetDayOfMonth, kMethod, "T", 'I'},
    {Function::kGetDayOfMonth, kMethod, "TS", 'I'},
    {Function::kGetDayOfWeek, kMethod, "T", 'I'},
    {Function::kGetDayOfWeek, kMethod, "TS", 'I'},
    {Function::kGetDayOfYear, kMethod, "T", 'I'},
    {Function::kGetDayOfYear, kMethod, "TS", 'I'},
    {Function::kGetHours, kMethod, "T", 'I'},
    {Function::kGetHours, kMethod, "TS", 'I'},
    {Function::kGetHours, kMethod, "U", 'I'},
    {Function::kGetMinutes, kMethod, "T", 'I'},
    {Function::kGetMinutes, kMethod, "TS", 'I'},
    {Function::kGetMinutes, kMethod, "U", 'I'},
    {Function::kGetSeconds, kMethod, "T", 'I'},
    {Function::kGetSeconds, kMethod, "TS", 'I'},
    {Function::kGetSeconds, kMethod, "U", 'I'},
    {Function::kGetMilliseconds, kMethod, "T", 'I'},
    {Function::kGetMilliseconds, kMethod, "TS", 'I'},
    {Function::kGetMilliseconds, kMethod, "U", 'I'},
    {Function::kGreatest, kFunction, "I", 'I', false, "numbers, or a list of them"},
    {Function::kGreatest, kFunction, "D", 'D', false, "numbers, or a list of them"},
    {Function::kGreatest, kFunction, "i", 'I', false, "numbers, or a list of them"},
    {Function::kGreatest, kFunction, "d", 'D', false, "numbers, or a list of them"},
    {Function::kLeast, kFunction, "I", 'I', false, "numbers, or a list of them"},
    {Function::kLeast, kFunction, "D", 'D', false, "numbers, or a list of them"},
    {Function::kLeast, kFunction, "i", 'I', false, "numbers, or a list of them"},
    {Function::kLeast, kFunction, "d", 'D', false, "numbers, or a list of them"},
    {Function::kCeil, kFunction, "D", 'D'},
    {Function::kFloor, kFunction, "D", 'D'},
    {Function::kRound, kFunction, "D", 'D'},
    {Function::kTrunc, kFunction, "D", 'D'},
    {Function::kAbs, kFunction, "I", 'I', false, kNumber},
    {Function::kAbs, kFunction, "D", 'D', false, kNumber},
    {Function::kSign, kFunction, "I", 'I', false, kNumber},
    {Function::kSign, kFunction, "D", 'D', false, kNumber},
    {Function::kSqrt, kFunction, "I", 'D', false, kNumber},
    {Function::kSqrt, kFunction, "D", 'D', false, kNumber},
    {Function::kIsNan, kFunction, "D", 'B'},
    {Function::kIsInf, kFunction, "D", 'B'},
    {Function::kIsFinite, kFunction, "D", 'B'},
    {Function::kBitAnd, kFunction, "II", 'I'},
    {Function::kBitOr, kFunction, "II", 'I'},
    {Function::kBitXor, kFunction, "II", 'I'},
    {Function::kBitNot, kFunction, "I", 'I'},
    {Function::kBitShiftLeft, kFunction, "II", 'I'},
    {Function::kBitShiftRight, kFunction, "II", 'I'},
};

bool In(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Refusal NotSupported(std::string_view name, std::string hint = {}) {
  return {fmt::format("{}() is not supported", name), std::move(hint)};
}

}  // namespace

std::span<const Overload> OverloadsOf(Function function) {
  const auto is = [function](const Overload& overload) { return overload.function == function; };
  const auto* const first = std::find_if(std::begin(kOverloads), std::end(kOverloads), is);
  return {first, std::find_if_not(first, std::end(kOverloads), is)};
}

std::span<const Overload> FindFunction(std::string_view name) {
  for (const Overload& overload : kOverloads) {
    if (Spelling(overload.function) == name) return OverloadsOf(overload.function);
  }
  return {};
}

bool IsVariadic(Function function) { return function == Function::kGreatest || function == Function::kLeast; }

Function FindMacro(std::string_view name) {
  if (name == "existsOne") return Function::kExistsOne;
  for (const Function macro :
       {Function::kAll, Function::kExists, Function::kExistsOne, Function::kMap, Function::kFilter}) {
    if (Spelling(macro) == name) return macro;
  }
  return Function::kNone;
}

ExprType TypeOfLetter(char letter) {
  switch (letter) {
    case 'B':
      return Kind::kBool;
    case 'I':
      return Kind::kInt;
    case 'D':
      return Kind::kDouble;
    case 'S':
      return Kind::kString;
    case 'T':
      return Kind::kTimestamp;
    case 'U':
      return Kind::kDuration;
    case 'Y':
      return kTypeKind;
    case '*':
      return Kind::kNone;
    case '_':
      return ExprType::ListOf(Kind::kNone);
    default:
      return ExprType::ListOf(TypeOfLetter(static_cast<char>(letter - 'a' + 'A')));
  }
}

bool Accepts(char letter, ExprType argument) {
  if (letter == '*') return true;
  if (letter == '_') return argument.IsList();
  return argument == TypeOfLetter(letter) || (letter >= 'a' && argument.IsEmptyList());
}

std::vector<std::string> FunctionNames(bool strict) {
  std::vector<std::string> names = {"has"};
  for (const Overload& overload : kOverloads) {
    if (strict && overload.addition) continue;
    if (names.back() != Spelling(overload.function)) names.emplace_back(Spelling(overload.function));
  }
  for (auto macro = static_cast<int>(kFirstMacro); macro <= static_cast<int>(kLastFunction); ++macro) {
    names.emplace_back(Spelling(static_cast<Function>(macro)));
  }
  return names;
}

Refusal RefuseFunction(std::string_view name, bool strict) {
  if (In(name, {"transformList", "transformMap", "transformMapEntry"})) {
    return {fmt::format("macros with two variables such as {}() are not supported", name), "write x.map(item, ...)"};
  }
  if (In(name, {"format", "strings.quote"})) return NotSupported(name);
  if (name == "uint") return {"uint() is not supported: there are no unsigned integers", "did you mean int()?"};
  if (name == "bytes") return {"bytes() is not supported: there are no bytes", ""};
  if (In(name,
         {"optional.of", "optional.none", "optional.ofNonZeroValue", "orValue", "hasValue", "optMap", "optFlatMap"})) {
    return {fmt::format("{}() is not supported: there are no optional values", name), "has(x) asks for a value"};
  }
  if (name.substr(0, 5) == "host.") {
    return {fmt::format("no function named '{}' is registered by the host", name), ""};
  }
  const size_t dot = name.find('.');
  const std::string_view space = dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
  if (In(space, {"strings", "lists", "sets", "base64", "net", "regex", "proto"})) {
    return {fmt::format("{}() is not supported: there is no extension '{}'", name, space), ""};
  }
  if (In(name, {"min", "max"})) {
    return {fmt::format("there is no {}() in an expression", name),
            fmt::format("write math.{}(a, b); an aggregate is declared as a metric, and read by the metric's name",
                        name == "min" ? "least" : "greatest")};
  }
  if (In(name, {"sum", "count", "mean", "rate", "stddev", "first", "last", "distinct", "quantile", "avg", "average",
                "median", "percentile"})) {
    return {fmt::format("there is no {}() in an expression", name),
            "an aggregate is declared as a metric, and read by the metric's name"};
  }
  if (name == "now") return {"'now' is not a function", "write now"};
  if (In(name, {"len", "length", "strlen"})) {
    return {fmt::format("no function named '{}'", name), "did you mean 'size'?"};
  }
  if (In(name, {"lower", "toLower", "toLowerCase", "lowercase", "lcase"})) {
    return {fmt::format("no function named '{}'", name), "write x.lowerAscii()"};
  }
  if (In(name, {"upper", "toUpper", "toUpperCase", "uppercase", "ucase"})) {
    return {fmt::format("no function named '{}'", name), "write x.upperAscii()"};
  }
  if (In(name, {"any", "some"})) return {fmt::format("no function named '{}'", name), "did you mean 'exists'?"};
  if (In(name, {"every", "each"})) return {fmt::format("no function named '{}'", name), "did you mean 'all'?"};
  if (In(name, {"strip"})) return {fmt::format("no function named '{}'", name), "did you mean 'trim'?"};
  if (In(name, {"hour", "getHour"})) {
    return {fmt::format("no function named '{}'", name), "write now.getHours(\"Europe/London\")"};
  }
  if (In(name, {"abs", "ceil", "floor", "round", "trunc", "sqrt", "sign", "isNaN", "isInf", "isFinite", "greatest",
                "least"})) {
    return {fmt::format("no function named '{}'", name), fmt::format("did you mean 'math.{}'?", name)};
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

}  // namespace tocsin
