#include "tocsin/event/value.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/utf8.h"

namespace tocsin {
namespace {

void AppendInteger(int64_t integer, std::string* out) {
  std::array<char, 24> text;
  out->append(text.data(), std::to_chars(text.data(), text.data() + text.size(), integer).ptr);
}

// The digits of the value without zeros at the end of the fraction: 27.500 -> "27.5".
void AppendDecimal(int64_t units, int digits, std::string* out) {
  while (digits > 0 && units % 10 == 0) {
    units /= 10;
    --digits;
  }
  if (digits == 0) return AppendInteger(units, out);
  // Unsigned, because the smallest integer has no positive twin.
  uint64_t magnitude = static_cast<uint64_t>(units);
  if (units < 0) {
    out->push_back('-');
    magnitude = ~magnitude + 1;
  }
  const uint64_t power = static_cast<uint64_t>(PowerOfTen(digits));
  std::array<char, 24> text;
  out->append(text.data(), std::to_chars(text.data(), text.data() + text.size(), magnitude / power).ptr);
  out->push_back('.');
  uint64_t fraction = magnitude % power;
  for (int i = digits - 1; i >= 0; --i, fraction /= 10) text[i] = static_cast<char>('0' + fraction % 10);
  out->append(text.data(), digits);
}

void AppendEscape(unsigned char c, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    case '\b':
      out->append("\\b");
      return;
    case '\f':
      out->append("\\f");
      return;
    default:
      out->append("\\u00");
      out->push_back(kHex[c >> 4]);
      out->push_back(kHex[c & 15]);
  }
}

}  // namespace

bool operator==(const Value& a, const Value& b) {
  if (a.kind_ != b.kind_) return false;
  switch (a.kind_) {
    case Kind::kNone:
      return true;
    case Kind::kDouble:
      return a.double_ == b.double_;
    case Kind::kString:
      return a.AsString() == b.AsString();
    case Kind::kDecimal:
      // 27.5 and 27.50 are the same value. The product of two 64-bit integers always fits.
      return static_cast<__int128>(a.integer_) * PowerOfTen(b.digits_) ==
             static_cast<__int128>(b.integer_) * PowerOfTen(a.digits_);
    default:
      return a.integer_ == b.integer_;
  }
}

void AppendNumber(double number, std::string* out) {
  if (number == 0) {  // of either sign
    out->push_back('0');
    return;
  }
  std::array<char, 64> text;
  char* const end = text.data() + text.size();
  // Left alone, to_chars would write 100000 as "1e+05", which is shorter but not how people write money and counts.
  const double magnitude = std::fabs(number);
  const bool plain = magnitude >= 1e-6 && magnitude < 1e16;
  const std::to_chars_result result = plain ? std::to_chars(text.data(), end, number, std::chars_format::fixed)
                                            : std::to_chars(text.data(), end, number);
  out->append(text.data(), result.ptr);
}

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  size_t done = 0;
  size_t i = 0;
  const auto flush = [&] { out->append(text, done, i - done); };
  while (i < text.size()) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      const CodePoint point = FirstCodePoint(text.substr(i));
      if (!point.valid) {
        flush();
        out->append("\xEF\xBF\xBD");
        done = i + point.size;
      }
      i += point.size;
    } else {
      if (c < 0x20 || c == '"' || c == '\\') {
        flush();
        AppendEscape(c, out);
        done = i + 1;
      }
      ++i;
    }
  }
  flush();
  out->push_back('"');
}

std::string ToText(const Value& value) {
  std::string text;
  switch (value.kind()) {
    case Kind::kNone:
      break;
    case Kind::kBool:
      text = value.AsBool() ? "true" : "false";
      break;
    case Kind::kInt:
      AppendInteger(value.AsInt(), &text);
      break;
    case Kind::kDouble:
      AppendNumber(value.AsDouble(), &text);
      break;
    case Kind::kDecimal:
      AppendDecimal(value.AsDecimalUnits(), value.digits(), &text);
      break;
    case Kind::kString:
      text = value.AsString();
      break;
    case Kind::kTimestamp:
      text = FormatTime(value.AsTime());
      break;
    case Kind::kDuration:
      text = FormatDuration(value.AsDuration());
      break;
  }
  return text;
}

void AppendJson(const Value& value, std::string* out) {
  switch (value.kind()) {
    case Kind::kNone:
      out->append("null");
      return;
    case Kind::kDouble:
      if (!std::isfinite(value.AsDouble())) {  // JSON has no word for it
        out->append("null");
        return;
      }
      break;
    case Kind::kString:
      AppendJsonString(value.AsString(), out);
      return;
    case Kind::kTimestamp:
    case Kind::kDuration:
      AppendJsonString(ToText(value), out);
      return;
    default:
      break;
  }
  out->append(ToText(value));
}

}  // namespace tocsin
