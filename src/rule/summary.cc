#include "rule/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

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

// Goes through a text once, byte by byte, from its beginning.
class Compiler {
 public:
  Compiler(const SourceText& source, std::span<const Summary::Name> names, std::string_view description,
           std::vector<Diagnostic>* diagnostics)
      : source_(source), text_(source.text()), names_(names), description_(description), diagnostics_(*diagnostics) {}

  std::vector<Summary::Part> Run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == c;
      if ((c == '{' || c == '}') && doubled) {
        literal_ += c;
        at_ += 2;
      } else if (c == '{') {
        ReadPlace();
      } else {
        if (c == '}') Complain(at_, 1, "a '}' without its '{'", "write '}}' for the character itself");
        literal_ += c;
        ++at_;
      }
    }
    EndLiteral();
    return std::move(parts_);
  }

 private:
  void Complain(size_t offset, size_t length, std::string message, std::string hint = {}) {
    diagnostics_.push_back(source_.Error(offset, length, std::move(message), std::move(hint), description_));
  }

  void EndLiteral() {
    if (!literal_.empty()) parts_.push_back({std::move(literal_), "", 0});
    literal_.clear();
  }

  // `{name}` or `{name:format}`; at_ is at its '{', and after it then.
  void ReadPlace() {
    const size_t begin = at_;
    const size_t end = text_.find('}', begin);
    if (end == std::string::npos) {
      Complain(begin, 1, "a '{' without its '}'", "write '{{' for the character itself");
      at_ = text_.size();
      return;
    }
    at_ = end + 1;
    const std::string place = text_.substr(begin + 1, end - begin - 1);
    const size_t colon = std::min(place.find(':'), place.size());
    const std::string given = place.substr(std::min(colon + 1, place.size()));
    const Summary::Name* name = Find(place.substr(0, colon), begin, end);
    if (name == nullptr) return;
    const std::string format = "{:" + given + "}";
    if (const std::optional<std::string> why = WhyUnusable(format, name->type)) {
      Complain(begin + 1 + colon, end - begin - 1 - colon,
               fmt::format("'{}' is no format for a {} ({})", given, TypeName(name->type), *why),
               given.ends_with('%') ? fmt::format("a share in percent is a metric of its own: {{value: {} * 100}}",
                                                  place.substr(0, colon))
                                    : "");
      return;
    }
    EndLiteral();
    parts_.push_back({"", format, name->slot});
  }

  // What is called `name`, which stands behind the '{' at `begin`; null, and a mistake, when nothing is.
  const Summary::Name* Find(const std::string& name, size_t begin, size_t end) {
    if (name.empty()) {
      Complain(begin, end - begin + 1, "'{}' names nothing",
               "write the name of a metric, key or label, such as {customer}");
      return nullptr;
    }
    std::vector<std::string> known;
    std::string with_part;  // `event.amount` where somebody wrote `amount`
    for (const Summary::Name& candidate : names_) {
      if (candidate.name == name) return &candidate;
      known.push_back(candidate.name);
      if (with_part.empty() && candidate.name.ends_with("." + name)) with_part = candidate.name;
    }
    const std::string closest = with_part.empty() ? ClosestName(name, known) : with_part;
    Complain(begin + 1, name.size(), fmt::format("nothing here is named '{}'", name),
             closest.empty()
                 ? "a summary or an annotation can name the metrics and keys of the rule's grouping, and its labels"
                 : fmt::format("did you mean '{}'?", closest));
    return nullptr;
  }

  const SourceText& source_;
  const std::string& text_;
  std::span<const Summary::Name> names_;
  std::string_view description_;
  std::vector<Diagnostic>& diagnostics_;
  size_t at_ = 0;
  std::string literal_;
  std::vector<Summary::Part> parts_;
};

}  // namespace

Summary Summary::Compile(const SourceText& source, std::span<const Name> names, std::string_view description,
                         std::vector<Diagnostic>* diagnostics) {
  Summary summary;
  summary.parts_ = Compiler(source, names, description, diagnostics).Run();
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
