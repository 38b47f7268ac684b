#include "tocsin/event/type.h"

#include "fmt/format.h"

namespace tocsin {

std::string TypeName(Type type) {
  switch (type.kind) {
    case Kind::kNone:
      return "none";
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
      return "int";
    case Kind::kDouble:
      return "double";
    case Kind::kDecimal:
      return fmt::format("decimal({})", type.digits);
    case Kind::kString:
      return "string";
    case Kind::kTimestamp:
      return "timestamp";
    case Kind::kDuration:
      return "duration";
  }
  return "none";
}

std::optional<Type> ParseType(std::string_view name) {
  if (name == "bool") return Kind::kBool;
  if (name == "int") return Kind::kInt;
  if (name == "double") return Kind::kDouble;
  if (name == "string") return Kind::kString;
  if (name == "timestamp") return Kind::kTimestamp;
  if (name == "duration") return Kind::kDuration;
  constexpr std::string_view kDecimal = "decimal(";
  if (name.substr(0, kDecimal.size()) != kDecimal || name.back() != ')') return std::nullopt;
  const std::string_view digits = name.substr(kDecimal.size(), name.size() - kDecimal.size() - 1);
  if (digits.empty() || digits.size() > 2) return std::nullopt;
  int number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  if (number > 18) return std::nullopt;
  return Type::Decimal(static_cast<uint8_t>(number));
}

}  // namespace tocsin
