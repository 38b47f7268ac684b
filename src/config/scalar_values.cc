// Numbers and durations: read strictly, and corrected where a guess is safe.
#include <charconv>
#include <cmath>
#include <utility>

#include "config/map_reader.h"
#include "config/yaml_number.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

size_t Digits(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - at;
}

// JSON's grammar of numbers.
bool IsNumber(std::string_view text) {
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  const size_t whole = Digits(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const size_t fraction = Digits(text, at + 1);
    if (fraction == 0) return false;
    at += 1 + fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const size_t exponent = Digits(text, at);
    if (exponent == 0) return false;
    at += exponent;
  }
  return at == text.size();
}

// The text without what people add to numbers: thousands marks, a plus, zeros in front, a currency's blank.
std::string PlainNumber(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c != '_' && c != ',' && c != ' ' && c != '\'' && c != '+') plain += c;
  }
  const size_t sign = !plain.empty() && plain[0] == '-' ? 1 : 0;
  size_t zeros = sign;
  while (zeros + 1 < plain.size() && plain[zeros] == '0' && IsDigit(plain[zeros + 1])) ++zeros;
  plain.erase(sign, zeros - sign);
  if (sign < plain.size() && plain[sign] == '.') plain.insert(sign, "0");
  return plain;
}

// What people call the units, and what they are called here. Months and years have no fixed length.
constexpr std::pair<std::string_view, std::string_view> kUnits[] = {
    {"msec", "ms"},  {"msecs", "ms"},  {"millisecond", "ms"}, {"milliseconds", "ms"}, {"sec", "s"},    {"secs", "s"},
    {"second", "s"}, {"seconds", "s"}, {"min", "m"},          {"mins", "m"},          {"minute", "m"}, {"minutes", "m"},
    {"hr", "h"},     {"hrs", "h"},     {"hour", "h"},         {"hours", "h"},         {"day", "d"},    {"days", "d"},
    {"wk", "w"},     {"week", "w"},    {"weeks", "w"},
};

// "24 H" -> "24h": blanks out, letters small, words to units. Empty where that gives no duration.
std::string MeantDuration(std::string_view text) {
  std::string meant;
  if (text.size() > 64) return {};
  for (size_t i = 0; i < text.size();) {
    if (!IsLetter(text[i])) {
      if (text[i] != ' ' && text[i] != '_') meant += text[i];
      ++i;
      continue;
    }
    std::string word;
    for (; i < text.size() && IsLetter(text[i]); ++i) word += static_cast<char>(text[i] | 0x20);
    for (const auto& [theirs, ours] : kUnits) {
      if (word == theirs) word = ours;
    }
    meant += word;
  }
  return ParseDuration(meant).ok() ? meant : std::string();
}

}  // namespace

std::optional<double> ParseNumberText(std::string_view text, std::string* hint) {
  double number = 0;
  const auto read = [&number](std::string_view digits) {
    if (!IsNumber(digits)) return false;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return result.ec == std::errc() && std::isfinite(number);
  };
  if (read(text)) return number;
  if (IsNumber(text)) {
    *hint = "it is beyond what a 64-bit floating-point number holds";
    return std::nullopt;
  }
  const std::string plain = PlainNumber(text);
  if (text.size() <= 64 && read(plain)) *hint = fmt::format("write {}", plain);
  return std::nullopt;
}

std::optional<Duration> ParseDurationText(const SourceText& text, std::string_view key, Mistakes& mistakes) {
  const std::string& written = text.text();
  const absl::StatusOr<Duration> duration = ParseDuration(written);
  if (duration.ok()) return *duration;
  if (mistakes.Full()) return std::nullopt;
  if (!written.empty() && Digits(written, 0) == written.size() && written.size() < 10) {
    mistakes.Add(text, fmt::format("'{}' has no unit", key),
                 fmt::format("give a unit: {0}s, {0}m, {0}h, {0}d", written));
    return std::nullopt;
  }
  const std::string meant = MeantDuration(written);
  if (!meant.empty()) {
    mistakes.Add(text, fmt::format("'{}' must be a duration, and {} is not one", key, Shown(written)),
                 fmt::format("write {}", meant));
    return std::nullopt;
  }
  const std::string why(duration.status().message());
  if (why.find("is not one") != std::string::npos) {
    const bool calendar = written.find("month") != std::string::npos || written.find("year") != std::string::npos;
    mistakes.Add(text, fmt::format("'{}' must be a duration, and {} is not one", key, Shown(written)),
                 calendar ? "months and years have no fixed length; write days, such as 30d or 365d"
                          : "write numbers with the units w d h m s ms, such as 30s, 5m, 1h30m or 7d");
  } else {
    mistakes.Add(text, fmt::format("'{}': {}", key, why));
  }
  return std::nullopt;
}

}  // namespace tocsin
