// Value: one attribute of an event, one variable of an expression, one key of a group, in 16 bytes.
//
//   tocsin::Value amount = tocsin::Value::Decimal(27500, 3);   // 27.500
//   tocsin::Value country = tocsin::Value::String("France");   // borrows the text
//   if (!amount.absent()) total += amount.AsNumber();
//
// A Value is trivially copyable and owns nothing: a string is borrowed, and lives as long as what it was taken from
// (stated where Values are handed out).
#ifndef TOCSIN_EVENT_VALUE_H_
#define TOCSIN_EVENT_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tocsin/base/time.h"
#include "tocsin/event/type.h"

namespace tocsin {

// 10^digits. REQUIRES: digits <= 18.
constexpr int64_t PowerOfTen(int digits) {
  int64_t power = 1;
  while (digits-- > 0) power *= 10;
  return power;
}

class Value {
 public:
  constexpr Value() : integer_(0) {}
  static constexpr Value Bool(bool b) { return Value(Kind::kBool, 0, 0, b ? 1 : 0); }
  static constexpr Value Int(int64_t i) { return Value(Kind::kInt, 0, 0, i); }
  static constexpr Value Double(double d) {
    Value value;
    value.kind_ = Kind::kDouble;
    value.double_ = d;
    return value;
  }
  // `units` of 10^-digits.
  static constexpr Value Decimal(int64_t units, uint8_t digits) { return Value(Kind::kDecimal, digits, 0, units); }
  static constexpr Value Timestamp(Time t) { return Value(Kind::kTimestamp, 0, 0, ToNanos(t)); }
  static constexpr Value Span(Duration d) { return Value(Kind::kDuration, 0, 0, ToNanos(d)); }
  // REQUIRES: text.size() < 2^32.
  static constexpr Value String(std::string_view text) {
    Value value;
    value.kind_ = Kind::kString;
    value.size_ = static_cast<uint32_t>(text.size());
    value.text_ = text.data();
    return value;
  }

  constexpr Kind kind() const { return kind_; }
  constexpr bool absent() const { return kind_ == Kind::kNone; }
  constexpr uint8_t digits() const { return digits_; }

  // Each REQUIRES the kind that its name says.
  constexpr bool AsBool() const { return integer_ != 0; }
  constexpr int64_t AsInt() const { return integer_; }
  constexpr double AsDouble() const { return double_; }
  constexpr int64_t AsDecimalUnits() const { return integer_; }
  constexpr std::string_view AsString() const { return {text_, size_}; }
  constexpr Time AsTime() const { return FromNanos(integer_); }
  constexpr Duration AsDuration() const { return tocsin::Duration(integer_); }

  // An int, double or decimal as the nearest double. REQUIRES: one of these kinds.
  constexpr double AsNumber() const {
    if (kind_ == Kind::kDouble) return double_;
    if (kind_ == Kind::kDecimal) return static_cast<double>(integer_) / static_cast<double>(PowerOfTen(digits_));
    return static_cast<double>(integer_);
  }

  // Same kind and same value; absent equals absent.
  friend bool operator==(const Value& a, const Value& b);

 private:
  constexpr Value(Kind kind, uint8_t digits, uint32_t size, int64_t integer)
      : kind_(kind), digits_(digits), size_(size), integer_(integer) {}

  Kind kind_ = Kind::kNone;
  uint8_t digits_ = 0;
  uint32_t size_ = 0;
  union {
    int64_t integer_;
    double double_;
    const char* text_;
  };
};

static_assert(sizeof(Value) == 16);

// A Value that owns its text, for what is kept or handed out.
class OwnedValue {
 public:
  OwnedValue() = default;
  explicit OwnedValue(const Value& value) : value_(value) {
    if (value.kind() == Kind::kString) text_ = value.AsString();
  }
  // Borrows from this object.
  Value view() const { return value_.kind() == Kind::kString ? Value::String(text_) : value_; }
  bool absent() const { return value_.absent(); }

 private:
  Value value_;
  std::string text_;
};

// As a person reads it and as a label or CSV cell shows it: text without quotes, numbers in their shortest form that
// reads back the same, decimals without zeros at the end (27.5), times in RFC 3339, durations as "1h30m", nothing for
// an absent value.
std::string ToText(const Value& value);

// As JSON: text quoted, numbers and booleans bare, times and durations quoted, null for an absent value.
void AppendJson(const Value& value, std::string* out);
void AppendJsonString(std::string_view text, std::string* out);
// The shortest digits that read back the same, as people write numbers: a whole number without a fraction, an exponent
// only below 1e-6 and from 1e16 on ("612", "612.5", "100000", "1e+300").
void AppendNumber(double number, std::string* out);

}  // namespace tocsin

#endif  // TOCSIN_EVENT_VALUE_H_
