#include "ingest/json_value.h"

#include "base/time_read.h"
#include "base/utf8.h"
#include "fmt/format.h"
#include "ingest/number.h"

namespace tocsin {
namespace {

using TokenKind = JsonToken::Kind;

class Conversion {
 public:
  Conversion(const AttributeSpec& attribute, const JsonToken& token, std::string* detail)
      : attribute_(attribute), token_(token), detail_(detail) {}

  Reason Run(Value* value) {
    const Reason reason = ByType(value);
    return reason == Reason::kNone ? CheckBounds(*value) : reason;
  }

 private:
  Reason ByType(Value* value) {
    switch (attribute_.type.kind) {
      case Kind::kBool:
        if (token_.kind != TokenKind::kTrue && token_.kind != TokenKind::kFalse) return WrongType();
        *value = Value::Bool(token_.kind == TokenKind::kTrue);
        return Reason::kNone;
      case Kind::kInt:
      case Kind::kDouble:
      case Kind::kDecimal:
        return token_.kind == TokenKind::kNumber ? Number(value) : WrongType();
      case Kind::kString:
        if (token_.kind != TokenKind::kString) return WrongType();
        *value = Value::String(token_.text);
        return Reason::kNone;
      case Kind::kTimestamp:
        return token_.kind == TokenKind::kString ? Timestamp(value) : WrongType();
      case Kind::kDuration:
        return token_.kind == TokenKind::kString ? Span(value) : WrongType();
      case Kind::kNone:
        break;
    }
    return WrongType();
  }

  Reason Number(Value* value) {
    NumberText number;
    if (!SplitNumber(token_.text, &number)) return WrongType();
    if (attribute_.type.kind == Kind::kDouble) {
      double result = 0;
      if (!NumberToDouble(token_.text, number, &result)) return TooLarge();
      *value = Value::Double(result);
      return Reason::kNone;
    }
    const int digits = attribute_.type.digits;  // of an int: 0
    int64_t units = 0;
    bool exact = false;
    if (!ScaleNumber(number, digits, &units, &exact)) return TooLarge();
    if (attribute_.type.kind == Kind::kDecimal) {
      *value = Value::Decimal(units, attribute_.type.digits);
      return Reason::kNone;
    }
    if (!exact) {
      return Refuse(Reason::kBadValue, fmt::format("attribute '{}' is an int, and {} is not a whole number",
                                                   attribute_.name, Shortened(token_.text)));
    }
    *value = Value::Int(units);
    return Reason::kNone;
  }

  Reason Timestamp(Value* value) {
    Time time;
    const TimeProblem problem = ReadTime(token_.text, &time);
    if (problem == TimeProblem::kNone) {
      *value = Value::Timestamp(time);
      return Reason::kNone;
    }
    return Refuse(
        problem == TimeProblem::kOutOfRange ? Reason::kOutOfRange : Reason::kBadValue,
        fmt::format("attribute '{}': time '{}' {}", attribute_.name, Shortened(token_.text), Describe(problem)));
  }

  Reason Span(Value* value) {
    const absl::StatusOr<Duration> duration = ParseDuration(token_.text);
    if (duration.ok()) {
      *value = Value::Span(*duration);
      return Reason::kNone;
    }
    return Refuse(Reason::kBadValue,
                  fmt::format("attribute '{}': {}", attribute_.name, std::string(duration.status().message())));
  }

  Reason CheckBounds(const Value& value) {
    if (!attribute_.min.has_value() && !attribute_.max.has_value()) return Reason::kNone;
    const double number = value.AsNumber();
    const bool below = attribute_.min.has_value() && number < *attribute_.min;
    const bool above = attribute_.max.has_value() && number > *attribute_.max;
    if (!below && !above) return Reason::kNone;
    std::string bound;
    AppendNumber(below ? *attribute_.min : *attribute_.max, &bound);
    return Refuse(Reason::kOutOfRange,
                  fmt::format("attribute '{}' is {}, {} {}", attribute_.name, Shortened(token_.text),
                              below ? "below its min of" : "above its max of", bound));
  }

  Reason WrongType() {
    const Kind kind = attribute_.type.kind;
    const bool quoted_number =
        token_.kind == TokenKind::kString && (kind == Kind::kInt || kind == Kind::kDouble || kind == Kind::kDecimal);
    const char* advice = "";
    if (quoted_number) advice = "; a number is written without quotes";
    if (kind == Kind::kString && token_.kind == TokenKind::kNumber) advice = "; a string is written in quotes";
    return Refuse(Reason::kBadValue, fmt::format("attribute '{}' should be of type {}, not {}{}", attribute_.name,
                                                 TypeName(attribute_.type), DescribeToken(token_), advice));
  }

  Reason TooLarge() {
    return Refuse(Reason::kOutOfRange, fmt::format("attribute '{}' is {}, more than its type {} can hold",
                                                   attribute_.name, Shortened(token_.text), TypeName(attribute_.type)));
  }

  Reason Refuse(Reason reason, std::string sentence) {
    if (detail_ != nullptr) *detail_ = std::move(sentence);
    return reason;
  }

  const AttributeSpec& attribute_;
  const JsonToken& token_;
  std::string* detail_;
};

}  // namespace

std::string Shortened(std::string_view text) {
  constexpr size_t kMaxShown = 40;
  const std::string_view shown = Utf8Prefix(text, kMaxShown);
  return fmt::format("{}{}", shown, shown.size() < text.size() ? "…" : "");
}

std::string DescribeToken(const JsonToken& token) {
  switch (token.kind) {
    case TokenKind::kString:
      return fmt::format("the string '{}'", Shortened(token.text));
    case TokenKind::kNumber:
      return fmt::format("the number {}", Shortened(token.text));
    case TokenKind::kTrue:
      return "true";
    case TokenKind::kFalse:
      return "false";
    case TokenKind::kObject:
      return "an object";
    case TokenKind::kArray:
      return "an array";
    default:
      return "null";
  }
}

Reason TokenToValue(const AttributeSpec& attribute, const JsonToken& token, Value* value, std::string* detail) {
  return Conversion(attribute, token, detail).Run(value);
}

}  // namespace tocsin
