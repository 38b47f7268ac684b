#include "ingest/token_value.h"

#include "base/utf8.h"
#include "fmt/format.h"
#include "ingest/number.h"

namespace tocsin {
namespace {

using TokenKind = Token::Kind;

class Conversion {
 public:
  Conversion(const AttributeSpec& attribute, const TimeReader& times, const Token& token, std::string* detail)
      : attribute_(attribute), times_(times), token_(token), detail_(detail) {}

  Reason Run(Value* value) {
    const Reason reason = ByType(value);
    return reason == Reason::kNone ? CheckBounds(*value) : reason;
  }

 private:
  Reason ByType(Value* value) {
    switch (attribute_.type.kind) {
      case Kind::kBool:
        return Truth(value);
      case Kind::kInt:
      case Kind::kDouble:
      case Kind::kDecimal:
        return token_.kind == TokenKind::kNumber || token_.kind == TokenKind::kCell ? Number(value) : WrongType();
      case Kind::kString:
        if (!token_.is_text()) return WrongType();
        *value = Value::String(token_.text);
        return Reason::kNone;
      case Kind::kTimestamp:
        return times_.Accepts(token_) ? Timestamp(value) : WrongType();
      case Kind::kDuration:
        return times_.Accepts(token_) ? Span(value) : WrongType();
      case Kind::kNone:
        break;
    }
    return WrongType();
  }

  Reason Truth(Value* value) {
    const std::optional<bool> truth = TruthOf(token_);
    if (!truth.has_value()) return WrongType();
    *value = Value::Bool(*truth);
    return Reason::kNone;
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
    const Reason reason = times_.ReadTime(token_, &time, detail_);
    if (reason != Reason::kNone) return BadTime(reason);
    *value = Value::Timestamp(time);
    return Reason::kNone;
  }

  Reason Span(Value* value) {
    Duration duration{};
    const Reason reason = times_.ReadDuration(token_, &duration, detail_);
    if (reason != Reason::kNone) return BadTime(reason);
    *value = Value::Span(duration);
    return Reason::kNone;
  }

  // `bad_time` is said of the event's own time only.
  Reason BadTime(Reason reason) {
    if (detail_ != nullptr) *detail_ = fmt::format("attribute '{}': {}", attribute_.name, *detail_);
    return reason == Reason::kBadTime ? Reason::kBadValue : reason;
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
  const TimeReader& times_;
  const Token& token_;
  std::string* detail_;
};

}  // namespace

std::string Shortened(std::string_view text) {
  constexpr size_t kMaxShown = 40;
  const std::string_view shown = Utf8Prefix(text, kMaxShown);
  return fmt::format("{}{}", shown, shown.size() < text.size() ? "…" : "");
}

std::string DescribeToken(const Token& token) {
  switch (token.kind) {
    case TokenKind::kString:
      return fmt::format("the string '{}'", Shortened(token.text));
    case TokenKind::kCell:
      return fmt::format("the text '{}'", Shortened(token.text));
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

std::optional<bool> TruthOf(const Token& token) {
  if (token.kind == TokenKind::kTrue || token.kind == TokenKind::kFalse) return token.kind == TokenKind::kTrue;
  if (token.kind != TokenKind::kCell) return std::nullopt;
  // What databases, spreadsheets and dataframes write.
  for (const std::string_view word : {"true", "True", "TRUE", "1"}) {
    if (token.text == word) return true;
  }
  for (const std::string_view word : {"false", "False", "FALSE", "0"}) {
    if (token.text == word) return false;
  }
  return std::nullopt;
}

Reason TokenToValue(const AttributeSpec& attribute, const TimeReader& times, const Token& token, Value* value,
                    std::string* detail) {
  return Conversion(attribute, times, token, detail).Run(value);
}

}  // namespace tocsin
