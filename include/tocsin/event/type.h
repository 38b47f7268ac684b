// The types of attributes, metrics and expressions.
#ifndef TOCSIN_EVENT_TYPE_H_
#define TOCSIN_EVENT_TYPE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

enum class Kind : uint8_t {
  kNone = 0,  // no value: an attribute that is absent, a metric without an answer
  kBool,
  kInt,        // 64-bit signed
  kDouble,     // finite in events and metrics
  kDecimal,    // decimal(n): a 64-bit integer that counts units of 10^-n; a double in expressions
  kString,     // UTF-8
  kTimestamp,  // nanoseconds since 1970
  kDuration,   // nanoseconds
};

// A kind and, for decimal(n), its n. Lists come later and will be a further field.
struct Type {
  Kind kind = Kind::kNone;
  uint8_t digits = 0;  // of a decimal: 0 to 18

  constexpr Type() = default;
  constexpr Type(Kind k) : kind(k) {}  // NOLINT: implicit, a kind alone is a type
  static constexpr Type Decimal(uint8_t digits) {
    Type type(Kind::kDecimal);
    type.digits = digits;
    return type;
  }
  friend constexpr bool operator==(Type a, Type b) { return a.kind == b.kind && a.digits == b.digits; }
};

// "string", "int", "double", "bool", "decimal(3)", "timestamp", "duration"; "none".
std::string TypeName(Type type);

// The type of that name as a config writes it; nothing when there is none.
std::optional<Type> ParseType(std::string_view name);

}  // namespace tocsin

#endif  // TOCSIN_EVENT_TYPE_H_
