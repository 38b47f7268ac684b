#include "config/spec_values.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "config/yaml_number.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace tocsin {
namespace {

// Digits alone, without a zero in front. Nothing else, and nothing beyond 64 bits.
std::optional<int64_t> ParseWhole(std::string_view digits) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool plain = !digits.empty() && digits[0] != '-' && (digits[0] != '0' || digits.size() == 1);
  if (error != std::errc() || end != digits.data() + digits.size() || !plain) return std::nullopt;
  return number;
}

// What was probably meant by a text that is no whole number.
std::string HintForCount(const SourceText& text, bool quoted) {
  std::string hint;
  const std::optional<double> number = ParseNumberText(text.text(), &hint);
  if (number && quoted) return "without quotes";
  if (!hint.empty()) return hint;
  if (number && *number >= 0 && *number < 1e15 && *number == static_cast<double>(static_cast<int64_t>(*number))) {
    return fmt::format("write {}", static_cast<int64_t>(*number));
  }
  return {};
}

constexpr std::pair<std::string_view, int64_t> kByteUnits[] = {
    {"", 1},
    {"B", 1},
    {"kB", 1000},
    {"KB", 1000},
    {"MB", 1000'000},
    {"GB", 1000'000'000},
    {"KiB", int64_t{1} << 10},
    {"MiB", int64_t{1} << 20},
    {"GiB", int64_t{1} << 30},
};

std::optional<int64_t> ParseBytes(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::optional<int64_t> number = ParseWhole(text.substr(0, digits));
  for (const auto& [unit, bytes] : kByteUnits) {
    int64_t product = 0;
    if (text.substr(digits) != unit) continue;
    if (number && !__builtin_mul_overflow(*number, bytes, &product)) return product;
  }
  return std::nullopt;
}

// "64 mb" -> "write 64MB".
std::string HintForBytes(std::string_view text) {
  constexpr std::string_view kForms = "a size is a number of bytes, or has a unit: 64MB, 64MiB";
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > 9) return std::string(kForms);
  std::string unit;
  for (const char c : text.substr(digits)) {
    if (c != ' ') unit += static_cast<char>(c | 0x20);
  }
  for (const auto& [known, bytes] : kByteUnits) {
    std::string lower(known);
    for (char& c : lower) c = static_cast<char>(c | 0x20);
    if (bytes > 1 && (unit == lower || unit + "b" == lower)) {
      return fmt::format("write {}{}", text.substr(0, digits), known);
    }
  }
  return std::string(kForms);
}

bool Refuse(const YamlNode& map, std::initializer_list<Misplaced> others, std::string_view what, Mistakes& mistakes) {
  bool none = true;
  for (const YamlEntry& entry : map.entries) {
    for (const Misplaced& other : others) {
      if (entry.key.text() != other.key) continue;
      mistakes.Add(entry.key, fmt::format("'{}' {}", other.key, what), std::string(other.hint));
      none = false;
    }
  }
  return none;
}

}  // namespace

std::optional<int64_t> ReadCount(MapReader& reader, std::string_view key, int64_t least, int64_t most,
                                 Mistakes& mistakes) {
  constexpr std::string_view kKind = "a whole number";
  const YamlNode* node = reader.Find(key);
  if (node == nullptr) return std::nullopt;
  const std::optional<SourceText> text = ReadText(*node, key, kKind, mistakes);
  if (!text) return std::nullopt;
  const std::optional<int64_t> number = ParseWhole(text->text());
  if (!number || node->quoted) {
    mistakes.Add(*text, fmt::format("'{}' must be {}, not {}", key, kKind, Shown(text->text())),
                 HintForCount(*text, node->quoted));
    return std::nullopt;
  }
  if (*number >= least && *number <= most) return number;
  mistakes.Add(*text, *number < least ? fmt::format("'{}' must be at least {}", key, least)
                                      : fmt::format("'{}' must be at most {}", key, most));
  return std::nullopt;
}

std::optional<int64_t> ReadBytes(MapReader& reader, std::string_view key, Mistakes& mistakes) {
  const auto text = reader.Text(key, "a size such as 64MB");
  if (!text) return std::nullopt;
  const std::optional<int64_t> bytes = ParseBytes(text->text());
  if (!bytes) {
    mistakes.Add(*text, fmt::format("'{}' must be a size such as 64MB, not {}", key, Shown(text->text())),
                 HintForBytes(text->text()));
  }
  return bytes;
}

std::optional<Duration> ReadSpan(MapReader& reader, std::string_view key, std::string_view kind, Mistakes& mistakes) {
  const auto text = reader.Text(key, kind);
  if (!text) return std::nullopt;
  const auto duration = ParseDurationText(*text, key, mistakes);
  if (!duration || *duration > Duration::zero()) return duration;
  mistakes.Add(*text, fmt::format("'{}' must be longer than 0", key), "leave it out where it is not wanted");
  return std::nullopt;
}

std::optional<size_t> ReadChoice(MapReader& reader, std::string_view key, std::initializer_list<std::string_view> words,
                                 Mistakes& mistakes) {
  const std::vector<std::string> known(words.begin(), words.end());
  const std::string kind = fmt::format("{} or {}", fmt::join(known.begin(), known.end() - 1, ", "), known.back());
  const auto text = reader.Text(key, kind);
  if (!text) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), text->text());
  if (found != words.end()) return static_cast<size_t>(found - words.begin());
  const std::string closest = ClosestName(text->text(), known);
  mistakes.Add(*text, fmt::format("'{}' must be {}, not {}", key, kind, Shown(text->text())),
               closest.empty() ? "" : fmt::format("did you mean '{}'?", closest));
  return std::nullopt;
}

std::vector<SourceText> ReadSomeNames(MapReader& reader, std::string_view key, std::string_view example,
                                      Mistakes& mistakes) {
  const YamlNode* node = reader.Find(key);
  if (node == nullptr) return {};
  if (node->kind == YamlNode::Kind::kMap) {
    ReportKind(*node, key, fmt::format("a name, or a list of names such as {}", example), mistakes);
    return {};
  }
  if (node->kind == YamlNode::Kind::kList && node->items.empty()) {
    mistakes.Add(node->text, fmt::format("the list of '{}' is empty", key), fmt::format("write {}", example));
    return {};
  }
  std::vector<SourceText> names = ReadNames(*node, key, mistakes, example);
  if (node->kind == YamlNode::Kind::kList && names.size() != node->items.size()) names.clear();
  return names;
}

bool RefuseBeside(const YamlNode& map, std::string_view present, std::initializer_list<Misplaced> others,
                  Mistakes& mistakes) {
  if (map.Find(present) == nullptr) return true;
  return Refuse(map, others, fmt::format("does not go with '{}'", present), mistakes);
}

bool RefuseWithout(const YamlNode& map, std::string_view absent, std::initializer_list<Misplaced> others,
                   Mistakes& mistakes) {
  if (map.Find(absent) != nullptr) return true;
  return Refuse(map, others, fmt::format("needs '{}'", absent), mistakes);
}

}  // namespace tocsin
