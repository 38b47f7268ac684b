#include "rule/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tocsin {
namespace {

// Times and durations are formatted as the text that a person reads. Throws fmt::format_error.
std::string FormatOne(const std::string& format, const Value& value) {
  switch (value.kind()) {
    case Kind::kNone:
      return "no data";
    case Kind::kBool:
      return fmt::format(fmt::runtime(format), value.AsBool());
    case Kind::kInt:
      return fmt::format(fmt::runtime(format), value.AsInt());
    case Kind::kDouble:
    case Kind::kDecimal:
      // Without a specification a number is written in Tocsin's own shortest form, as everywhere else.
      if (format == "{:}") return ToText(value);
      return fmt::format(fmt::runtime(format), value.AsNumber());
    case Kind::kString:
      return fmt::format(fmt::runtime(format), value.AsString());
    case Kind::kTimestamp:
    case Kind::kDuration:
      return fmt::format(fmt::runtime(format), ToText(value));
  }
  return {};
}

Value Sample(Type type) {
  switch (type.kind) {
    case Kind::kNone:
      return {};
    case Kind::kBool:
      return Value::Bool(true);
    case Kind::kInt:
      return Value::Int(1);
    case Kind::kDouble:
      return Value::Double(1.5);
    case Kind::kDecimal:
      return Value::Decimal(15, 1);
    case Kind::kString:
      return Value::String("text");
    case Kind::kTimestamp:
      return Value::Timestamp(Time());
    case Kind::kDuration:
      return Value::Span(Duration());
  }
  return {};
}

std::optional<std::string> WhyUnusable(const std::string& format, Type type) {
  try {
    FormatOne(format, Sample(type));
    return std::nullopt;
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

Summary Summary::Compile(const SourceText& source, std::span<const Name> names, std::string_view description,
                         std::vector<Diagnostic>* diagnostics) {
  Summary summary;
  const std::string& text = source.text();
  std::string literal;
  auto complain = [&](size_t offset, size_t length, std::string message, std::string hint = {}) {
    diagnostics->push_back(source.Error(offset, length, std::move(message), std::move(hint), description));
  };
  for (size_t i = 0; i < text.size();) {
    char c = text[i];
    if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      literal += c;
      i += 2;
      continue;
    }
    if (c == '}') {
      complain(i, 1, "a '}' without its '{'", "write '}}' for the character itself");
      ++i;
      continue;
    }
    if (c != '{') {
      literal += c;
      ++i;
      continue;
    }
    size_t end = text.find('}', i);
    if (end == std::string::npos) {
      complain(i, 1, "a '{' without its '}'", "write '{{' for the character itself");
      break;
    }
    std::string place = text.substr(i + 1, end - i - 1);
    size_t colon = std::min(place.find(':'), place.size());
    std::string name = place.substr(0, colon);
    std::string format = "{:" + (colon < place.size() ? place.substr(colon + 1) : std::string()) + "}";
    auto found = std::find_if(names.begin(), names.end(), [&](const Name& n) { return n.name == name; });
    if (name.empty()) {
      complain(i, end - i + 1, "'{}' names nothing", "write the name of a metric, key or label, such as {customer}");
    } else if (found == names.end()) {
      std::vector<std::string> candidates;
      for (const Name& n : names) candidates.push_back(n.name);
      std::string closest = ClosestName(name, candidates);
      complain(i + 1, colon, fmt::format("nothing here is named '{}'", name),
               closest.empty() ? "a summary can name the metrics and keys of the rule's grouping, and its labels"
                               : fmt::format("did you mean '{}'?", closest));
    } else if (std::optional<std::string> why = WhyUnusable(format, found->type)) {
      complain(i + 1 + colon, end - i - 1 - colon,
               fmt::format("'{}' is no format for a {} ({})", place.substr(std::min(colon + 1, place.size())),
                           TypeName(found->type), *why));
    } else {
      if (!literal.empty()) summary.parts_.push_back({std::move(literal), "", 0});
      literal.clear();
      summary.parts_.push_back({"", std::move(format), found->slot});
    }
    i = end + 1;
  }
  if (!literal.empty()) summary.parts_.push_back({std::move(literal), "", 0});
  return summary;
}

std::vector<uint32_t> Summary::slots() const {
  std::vector<uint32_t> slots;
  for (const Part& part : parts_) {
    if (!part.format.empty()) slots.push_back(part.slot);
  }
  return slots;
}

std::string Summary::Write(std::span<const Value> values) const {
  std::string out;
  for (const Part& part : parts_) {
    if (part.format.empty()) {
      out += part.text;
      continue;
    }
    const Value& value = values[part.slot];
    try {
      out += FormatOne(part.format, value);
    } catch (const std::exception&) {
      out += ToText(value);  // tried when it was compiled, so only a value that no sample foresaw comes here
    }
  }
  return out;
}

}  // namespace tocsin
