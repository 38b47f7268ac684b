#include "expr/mismatch.h"

#include <fmt/format.h>

#include "expr/conversions.h"
#include "expr/functions.h"
#include "tocsin/base/time.h"

namespace tocsin {
namespace {

constexpr size_t kLongestShown = 40;

std::string_view TextOf(std::string_view source, const Node& node) { return source.substr(node.offset, node.length); }

bool Is(const Node& node, Kind kind) { return node.type.kind() == kind; }
bool IsNumber(const Node& node) { return Is(node, Kind::kInt) || Is(node, Kind::kDouble); }
bool IsLiteral(const Node& node, Kind kind) { return node.op == Op::kLiteral && Is(node, kind); }

Mistake At(const Node& node, std::string message, std::string hint) {
  return {node.offset, node.length, std::move(message), std::move(hint)};
}

// An int and a double that only a conversion brings together; `number` is the int.
std::string ConvertHint(const Operands& operands, const Node& number) {
  const std::string_view text = TextOf(operands.source, number);
  if (number.op == Op::kLiteral) return fmt::format("write {}.0", number.integer);
  return fmt::format("write double{}", number.parenthesized ? std::string(text) : fmt::format("({})", text));
}

// `text` stands where a timestamp should: perhaps it is one, perhaps only a date.
std::string TimestampHint(const std::string& text) {
  for (const char* const rest : {"", "Z", "T00:00:00Z", ":00Z"}) {
    if (TryParseTime(text + rest)) return fmt::format("write timestamp(\"{}{}\")", text, rest);
  }
  return "write timestamp(\"2024-01-31T09:00:00Z\")";
}

// The hint for `odd` where a value of `wanted` would do; empty when nothing can be guessed.
std::string LiteralHint(const Operands& operands, const Node& odd, const Node& wanted) {
  const std::string_view source = TextOf(operands.source, odd);
  if (IsLiteral(odd, Kind::kString)) {
    const std::string& text = operands.tree.texts[odd.text];
    if (Is(wanted, Kind::kDuration) || Is(wanted, Kind::kTimestamp)) {
      if (const std::string call = DurationCall(text); !call.empty() && !operands.strict) {
        const bool instant = Is(wanted, Kind::kTimestamp) && IsComparison(operands.parent.op);
        return fmt::format("did you mean {}{}?", instant ? "now - " : "", call);
      }
      if (Is(wanted, Kind::kTimestamp)) return TimestampHint(text);
      return "write duration(\"1h30m\")";
    }
    if (IsNumber(wanted)) {
      if (ParseDouble(text)) return fmt::format("write {} without quotes", text);
      if (IsComparison(operands.parent.op)) return "write a number, without quotes";
    }
    if (Is(wanted, Kind::kBool) && (text == "true" || text == "false")) {
      return fmt::format("write {} without quotes", text);
    }
    return {};
  }
  if (IsNumber(odd)) {
    if (Is(wanted, Kind::kDuration) || (Is(wanted, Kind::kTimestamp) && IsArithmetic(operands.parent.op))) {
      if (operands.strict) return "write duration(\"1h30m\")";
      if (IsLiteral(odd, Kind::kInt))
        return fmt::format("did you mean days({0}), hours({0}), minutes({0}) or duration(\"{0}s\")?", source);
      return "did you mean days(n), hours(n) or minutes(n)?";
    }
    if (Is(wanted, Kind::kTimestamp)) return "write timestamp(\"2024-01-31T09:00:00Z\")";
    if (Is(wanted, Kind::kString)) {
      return odd.op == Op::kLiteral ? fmt::format("write \"{}\"", source) : fmt::format("write string({})", source);
    }
    if (Is(wanted, Kind::kBool) && odd.op == Op::kLiteral) return "write true or false";
  }
  return {};
}

std::string HintFor(const Operands& operands) {
  if (Is(operands.left, Kind::kInt) && Is(operands.right, Kind::kDouble)) return ConvertHint(operands, operands.left);
  if (Is(operands.left, Kind::kDouble) && Is(operands.right, Kind::kInt)) return ConvertHint(operands, operands.right);
  if (Is(operands.left, kNullKind) || Is(operands.right, kNullKind)) return "has(x) asks whether x has a value";
  std::string hint = LiteralHint(operands, operands.right, operands.left);
  return hint.empty() ? LiteralHint(operands, operands.left, operands.right) : hint;
}

bool IsPair(const Operands& operands, Kind a, Kind b) {
  return (Is(operands.left, a) && Is(operands.right, b)) || (Is(operands.left, b) && Is(operands.right, a));
}

std::string ArithmeticHint(const Operands& operands) {
  const Op op = operands.parent.op;
  const bool text = Is(operands.left, Kind::kString) || Is(operands.right, Kind::kString);
  if (op == Op::kModulo && IsNumber(operands.left) && IsNumber(operands.right)) {
    return "write int(x) around what is a double";
  }
  if (op == Op::kDivide && Is(operands.left, Kind::kDuration) && IsNumber(operands.right)) {
    if (!IsLiteral(operands.right, Kind::kInt) || operands.right.integer == 0) return "multiply by the inverse instead";
    return fmt::format("write {} * {}", FormatDouble(1 / static_cast<double>(operands.right.integer)),
                       TextOf(operands.source, operands.left));
  }
  if (op == Op::kDivide && IsPair(operands, Kind::kDuration, Kind::kDuration)) {
    return "multiply instead: a > 2 * b";
  }
  if (op == Op::kAdd && text && !IsPair(operands, Kind::kString, Kind::kTimestamp) &&
      !IsPair(operands, Kind::kString, Kind::kDuration)) {
    const Node& other = Is(operands.left, Kind::kString) ? operands.right : operands.left;
    const Node& string = Is(operands.left, Kind::kString) ? operands.left : operands.right;
    if (IsLiteral(string, Kind::kString) && IsNumber(other)) {
      if (std::string hint = LiteralHint(operands, string, other); !hint.empty()) return hint;
    }
    return fmt::format("write string({})", TextOf(operands.source, other));
  }
  if (Is(operands.left, Kind::kBool) || Is(operands.right, Kind::kBool)) return {};
  return HintFor(operands);
}

}  // namespace

std::string Show(std::string_view source, const Node& node) {
  const std::string_view text = TextOf(source, node);
  if (text.size() > kLongestShown || text.find('\n') != std::string_view::npos) return "this";
  return text.front() == '"' || text.front() == '\'' ? std::string(text) : fmt::format("'{}'", text);
}

Mistake MismatchInComparison(const Operands& operands) {
  const Node& left = operands.left;
  if (IsComparison(left.op) && !left.parenthesized) {
    const std::string_view middle = TextOf(operands.source, operands.tree.Child(left, 1));
    return At(operands.parent, "comparisons cannot be chained",
              fmt::format("write {} && {} {} {}", TextOf(operands.source, left), middle, Spelling(operands.parent.op),
                          TextOf(operands.source, operands.right)));
  }
  if (operands.left.type == operands.right.type && !operands.left.type.IsList()) {
    return At(
        operands.parent,
        fmt::format("'{}' does not order values of type {}", Spelling(operands.parent.op), NameOf(operands.left.type)),
        "");
  }
  if (operands.left.type.IsList() && operands.right.type.IsList() && operands.parent.op != Op::kEqual &&
      operands.parent.op != Op::kNotEqual) {
    return At(operands.parent, "lists have no order", "compare their sizes, or one item: x[0]");
  }
  if (operands.right.type.IsList() && operands.right.type.Item() == left.type && operands.parent.op == Op::kEqual) {
    return At(
        operands.parent,
        fmt::format("{} cannot be compared with {}", WithArticle(left.type), WithArticle(operands.right.type)),
        fmt::format("did you mean {} in {}?", TextOf(operands.source, left), TextOf(operands.source, operands.right)));
  }
  return At(operands.parent,
            fmt::format("{} cannot be compared with {}: {} is {}", WithArticle(left.type),
                        WithArticle(operands.right.type), Show(operands.source, left), WithArticle(left.type)),
            HintFor(operands));
}

Mistake MismatchInArithmetic(const Operands& operands) {
  const Op op = operands.parent.op;
  const std::string left = WithArticle(operands.left.type);
  const std::string right = WithArticle(operands.right.type);
  std::string message;
  if (op == Op::kMultiply && operands.strict &&
      (Is(operands.left, Kind::kDuration) || Is(operands.right, Kind::kDuration)) &&
      (IsNumber(operands.left) || IsNumber(operands.right))) {
    return At(operands.parent, "a number times a duration is an addition to CEL, which strict_cel turns off", "");
  }
  if (operands.left.type == operands.right.type) {
    message = fmt::format("'{}' does not take two {}s", Spelling(op), NameOf(operands.left.type));
  } else {
    message = fmt::format("'{}' does not take {} and {}", Spelling(op), left, right);
  }
  return At(operands.parent, std::move(message), ArithmeticHint(operands));
}

Mistake MismatchInList(const Operands& operands) {
  return At(operands.right,
            fmt::format("{} cannot be in a list with {}: {} is {}", WithArticle(operands.left.type),
                        WithArticle(operands.right.type), Show(operands.source, operands.left),
                        WithArticle(operands.left.type)),
            HintFor(operands));
}

}  // namespace tocsin
