#include "expr/conversions.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "tocsin/event/value.h"

namespace tocsin {
namespace {

__extension__ using Wide = __int128;  // -Wpedantic of a host must not see it

struct Unit {
  std::string_view name;
  int64_t nanos;
};

constexpr int64_t kSecond = 1'000'000'000;
constexpr size_t kCelUnits = 8;
constexpr std::array<Unit, 10> kUnits = {{
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000},  // micro sign
    {"\u03bcs", 1'000},  // Greek mu
    {"ms", 1'000'000},
    {"s", kSecond},
    {"m", 60 * kSecond},
    {"h", 3'600 * kSecond},
    {"d", 86'400 * kSecond},
    {"w", 604'800 * kSecond},
}};

const Unit* FindUnit(std::string_view name, bool days_and_weeks) {
  const size_t count = days_and_weeks ? kUnits.size() : kCelUnits;
  for (size_t i = 0; i < count; ++i) {
    if (kUnits[i].name == name) return &kUnits[i];
  }
  return nullptr;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes one (number, unit) pair off the front of `text`.
std::optional<Wide> TakeSpan(std::string_view* text, bool days_and_weeks) {
  constexpr Wide kLargest = Wide{1} << 64;
  constexpr Wide kEnoughDigits = 1'000'000'000'000'000'000;
  Wide whole = 0;
  Wide fraction = 0;
  Wide scale = 1;
  size_t at = 0;
  size_t digits = 0;
  for (; at < text->size() && IsDigit((*text)[at]); ++at, ++digits) {
    if (whole < kLargest) whole = whole * 10 + ((*text)[at] - '0');
  }
  if (at < text->size() && (*text)[at] == '.') {
    for (++at; at < text->size() && IsDigit((*text)[at]); ++at, ++digits) {
      if (scale >= kEnoughDigits) continue;
      fraction = fraction * 10 + ((*text)[at] - '0');
      scale *= 10;
    }
  }
  if (digits == 0) return std::nullopt;
  size_t end = at;
  while (end < text->size() && !IsDigit((*text)[end]) && (*text)[end] != '.') ++end;
  const Unit* const unit = FindUnit(text->substr(at, end - at), days_and_weeks);
  if (unit == nullptr || whole >= kLargest) return std::nullopt;
  text->remove_prefix(end);
  return whole * unit->nanos + fraction * unit->nanos / scale;
}

}  // namespace

std::optional<int64_t> ParseInt(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  int64_t integer = 0;
  const char* const end = text.data() + text.size();
  const std::from_chars_result result = std::from_chars(text.data(), end, integer);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return integer;
}

std::optional<double> ParseDouble(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  double number = 0;
  const char* const end = text.data() + text.size();
  const std::from_chars_result result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end || text.back() == ')') return std::nullopt;  // "nan(…)"
  return number;
}

std::optional<int64_t> DoubleToInt(double number) {
  constexpr double kEnd = 9223372036854775808.0;  // 2^63
  if (!(number > -kEnd && number < kEnd)) return std::nullopt;
  return static_cast<int64_t>(number);
}

std::optional<int64_t> ParseCelDuration(std::string_view text, bool days_and_weeks) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  if (text == "0") return 0;
  constexpr Wide kEnd = Wide{1} << 63;
  Wide sum = 0;
  while (!text.empty()) {
    const std::optional<Wide> span = TakeSpan(&text, days_and_weeks);
    if (!span) return std::nullopt;
    sum += *span;
    if (sum > kEnd) return std::nullopt;
  }
  if (negative) sum = -sum;
  if (sum == kEnd) return std::nullopt;
  return static_cast<int64_t>(sum);
}

std::string FormatCelDuration(int64_t nanos) {
  // Unsigned, so that the smallest has a magnitude too.
  const uint64_t magnitude = nanos < 0 ? uint64_t{0} - static_cast<uint64_t>(nanos) : static_cast<uint64_t>(nanos);
  std::string text = fmt::format("{}{}", nanos < 0 ? "-" : "", magnitude / kSecond);
  if (const uint64_t rest = magnitude % kSecond; rest != 0) {
    text += fmt::format(".{:09}", rest);
    while (text.back() == '0') text.pop_back();
  }
  return text + "s";
}

std::string FormatDouble(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  if (number == 0) return std::signbit(number) ? "-0" : "0";
  std::string text;
  AppendNumber(number, &text);
  return text;
}

}  // namespace tocsin
