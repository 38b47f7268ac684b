#include "ingest/number.h"

#include <algorithm>
#include <charconv>

#include "tocsin/ingest/json_decoder.h"

namespace tocsin {
namespace {

constexpr int64_t kMaxExponent = 1'000'000'000'000'000;

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

// How many digits stand at `begin`.
size_t CountDigits(std::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - begin;
}

bool SplitExponent(std::string_view text, int64_t* exponent) {
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.empty() || CountDigits(text, 0) != text.size()) return false;
  int64_t value = 0;
  for (const char c : text) value = std::min(value * 10 + (c - '0'), kMaxExponent);
  *exponent = negative ? -value : value;
  return true;
}

// One digit after the other, the integer's and the fraction's without the point between them.
class Digits {
 public:
  explicit Digits(const NumberText& number) : integer_(number.integer), fraction_(number.fraction) {}
  int64_t size() const { return static_cast<int64_t>(integer_.size() + fraction_.size()); }
  int operator[](int64_t i) const {
    const size_t at = static_cast<size_t>(i);
    return (at < integer_.size() ? integer_[at] : fraction_[at - integer_.size()]) - '0';
  }

 private:
  std::string_view integer_;
  std::string_view fraction_;
};

// The usual case: nothing to round, and at most 18 digits, which always fit.
int64_t ScalePlain(const NumberText& number, int digits) {
  int64_t units = 0;
  for (const char c : number.integer) units = units * 10 + (c - '0');
  for (const char c : number.fraction) units = units * 10 + (c - '0');
  units *= PowerOfTen(digits - static_cast<int>(number.fraction.size()));
  return number.negative ? -units : units;
}

}  // namespace

bool SplitNumber(std::string_view text, NumberText* number) {
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  number->negative = at == 1;
  number->integer = text.substr(at, CountDigits(text, at));
  number->fraction = {};
  number->exponent = 0;
  if (number->integer.empty() || (number->integer.size() > 1 && number->integer[0] == '0')) return false;
  at += number->integer.size();
  if (at < text.size() && text[at] == '.') {
    number->fraction = text.substr(at + 1, CountDigits(text, at + 1));
    if (number->fraction.empty()) return false;
    at += 1 + number->fraction.size();
  }
  if (at == text.size()) return true;
  return (text[at] == 'e' || text[at] == 'E') && SplitExponent(text.substr(at + 1), &number->exponent);
}

bool ScaleNumber(const NumberText& number, int digits, int64_t* units, bool* exact) {
  const size_t places = static_cast<size_t>(digits);
  if (number.exponent == 0 && number.fraction.size() <= places && number.integer.size() + places <= 18) {
    *units = ScalePlain(number, digits);
    *exact = true;
    return true;
  }
  const Digits all(number);
  // So many of the digits are left of the point once it has moved; fewer than none: zeros between the point and them.
  const int64_t kept = static_cast<int64_t>(number.integer.size()) + number.exponent + digits;
  const int64_t taken = std::clamp<int64_t>(kept, 0, all.size());
  uint64_t magnitude = 0;
  for (int64_t i = 0; i < taken; ++i) {
    if (__builtin_mul_overflow(magnitude, uint64_t{10}, &magnitude) ||
        __builtin_add_overflow(magnitude, static_cast<uint64_t>(all[i]), &magnitude)) {
      return false;
    }
  }
  for (int64_t i = taken; i < kept && magnitude != 0; ++i) {
    if (__builtin_mul_overflow(magnitude, uint64_t{10}, &magnitude)) return false;
  }
  // Rounding looks at the first digit dropped only: half and more goes away from zero.
  const uint64_t up = kept >= 0 && kept < all.size() && all[kept] >= 5 ? 1 : 0;
  if (__builtin_add_overflow(magnitude, up, &magnitude)) return false;
  *exact = true;
  for (int64_t i = taken; i < all.size() && *exact; ++i) *exact = all[i] == 0;
  const uint64_t limit = static_cast<uint64_t>(INT64_MAX) + (number.negative ? 1 : 0);
  if (magnitude > limit) return false;
  *units = static_cast<int64_t>(number.negative ? ~magnitude + 1 : magnitude);
  return true;
}

bool NumberToDouble(std::string_view text, const NumberText& number, double* result) {
  const char* const end = text.data() + text.size();
  const std::from_chars_result read = std::from_chars(text.data(), end, *result);
  if (read.ec == std::errc() && read.ptr == end) return true;
  // Out of range is said of numbers too large and too near to zero alike; only the first are refused. The exponent of
  // the first digit that is not 0 tells them apart.
  const Digits all(number);
  int64_t first = 0;
  while (first < all.size() && all[first] == 0) ++first;
  if (first < all.size() && static_cast<int64_t>(number.integer.size()) - first + number.exponent > 0) return false;
  *result = number.negative ? -0.0 : 0.0;
  return true;
}

bool ParseDecimal(std::string_view number, int digits, int64_t* units) {
  NumberText text;
  bool exact = false;
  return SplitNumber(number, &text) && ScaleNumber(text, digits, units, &exact);
}

}  // namespace tocsin
