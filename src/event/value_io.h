// Values in snapshots: a kind, and what that kind needs.
#ifndef TOCSIN_EVENT_VALUE_IO_H_
#define TOCSIN_EVENT_VALUE_IO_H_

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/byte_io.h"
#include "tocsin/event/value.h"

namespace tocsin {

// The eight bytes of a value of any kind that is not a string.
inline int64_t ScalarBits(const Value& value) {
  int64_t bits = value.AsInt();
  if (value.kind() == Kind::kDouble) {
    const double number = value.AsDouble();
    std::memcpy(&bits, &number, sizeof(bits));
  }
  return bits;
}

// Nothing when there is no such kind of scalar; kNone is an absent value.
inline std::optional<Value> ScalarOf(Kind kind, uint8_t digits, int64_t bits) {
  double number = 0;
  switch (kind) {
    case Kind::kNone:
      return Value();
    case Kind::kBool:
      return Value::Bool(bits != 0);
    case Kind::kInt:
      return Value::Int(bits);
    case Kind::kDouble:
      std::memcpy(&number, &bits, sizeof(number));
      return Value::Double(number);
    case Kind::kDecimal:
      if (digits > 18) return std::nullopt;
      return Value::Decimal(bits, digits);
    case Kind::kTimestamp:
      return Value::Timestamp(FromNanos(bits));
    case Kind::kDuration:
      return Value::Span(Duration(bits));
    default:
      return std::nullopt;
  }
}

inline void PutValue(const Value& value, ByteWriter* out) {
  out->Put(value.kind());
  if (value.kind() == Kind::kString) {
    out->PutText(value.AsString());
  } else if (!value.absent()) {
    out->Put(value.digits());
    out->Put(ScalarBits(value));
  }
}

// A string borrows from what is read. Absent, and the reader no longer good, when the bytes are not a value's.
inline Value GetValue(ByteReader* in) {
  const Kind kind = in->Get<Kind>();
  if (kind == Kind::kNone) return {};
  if (kind == Kind::kString) {
    const std::string_view text = in->GetText();
    if (text.size() <= UINT32_MAX) return Value::String(text);
    in->Fail();
    return {};
  }
  const auto digits = in->Get<uint8_t>();
  const auto bits = in->Get<int64_t>();
  const std::optional<Value> value = ScalarOf(kind, digits, bits);
  if (!value) in->Fail();
  return value.value_or(Value());
}

}  // namespace tocsin

#endif  // TOCSIN_EVENT_VALUE_IO_H_
