// A second evaluator of checked expressions, to hold the compiled one against: it walks the tree, one node one
// function, and does nothing clever. Slow, recursive, for tests only.
#ifndef TOCSIN_TESTS_SUPPORT_EXPR_REFERENCE_H_
#define TOCSIN_TESTS_SUPPORT_EXPR_REFERENCE_H_

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include "base/utf8.h"
#include "expr/ast.h"
#include "expr/conversions.h"
#include "tocsin/base/time.h"
#include "tocsin/expr/expression.h"

namespace tocsin::reference {

struct Answer {
  Outcome outcome = Outcome::kNoData;
  int64_t integer = 0;  // bool, int, timestamp, duration
  double number = 0;
  std::string text;

  bool ok() const { return outcome == Outcome::kValue; }
};

inline Answer NoData() { return {}; }
inline Answer Fault() { return {Outcome::kFault, 0, 0, ""}; }
inline Answer OfInt(int64_t integer) { return {Outcome::kValue, integer, 0, ""}; }
inline Answer OfText(std::string text) { return {Outcome::kValue, 0, 0, std::move(text)}; }
inline Answer OfDouble(double number, bool strict) {
  if (!strict && !std::isfinite(number)) return NoData();
  return {Outcome::kValue, 0, number, ""};
}
// int64 arithmetic in 128 bits: whatever does not fit is a fault.
__extension__ using Wide = __int128;
inline Answer OfWide(Wide wide) {
  if (wide < std::numeric_limits<int64_t>::min() || wide > std::numeric_limits<int64_t>::max()) return Fault();
  return OfInt(static_cast<int64_t>(wide));
}

class Evaluator {
 public:
  Evaluator(const Tree& tree, std::span<const Value> variables, Time now, bool strict)
      : tree_(tree), variables_(variables), now_(now), strict_(strict) {}

  Answer Evaluate() const { return Of(tree_.root()); }

 private:
  Answer Of(const Node& node) const {
    switch (node.op) {
      case Op::kLiteral:
        return Literal(node);
      case Op::kVariable:
        return Variable(node);
      case Op::kNow:
        return OfInt(ToNanos(now_));
      case Op::kHas:
        return OfInt(ValueOf(tree_.Child(node, 0)).absent() ? 0 : 1);
      case Op::kAnd:
        return Chain(node, false);
      case Op::kOr:
        return Chain(node, true);
      case Op::kConditional: {
        const Answer condition = Of(tree_.Child(node, 0));
        if (!condition.ok()) return condition;
        return Of(tree_.Child(node, condition.integer != 0 ? 1 : 2));
      }
      case Op::kIn:
        return In(node);
      case Op::kNot: {
        const Answer operand = Of(tree_.Child(node, 0));
        return operand.ok() ? OfInt(operand.integer == 0) : operand;
      }
      case Op::kNegate: {
        const Answer operand = Of(tree_.Child(node, 0));
        if (!operand.ok()) return operand;
        if (node.type == Kind::kDouble) return {Outcome::kValue, 0, -operand.number, ""};
        return OfWide(-Wide{operand.integer});
      }
      case Op::kFunction:
        return Call(node);
      default:
        return Binary(node);
    }
  }

  Answer Literal(const Node& node) const {
    if (node.type == Kind::kString) return OfText(tree_.texts[node.text]);
    if (node.type == Kind::kDouble) return {Outcome::kValue, 0, node.number, ""};
    return OfInt(node.integer);
  }

  Value ValueOf(const Node& node) const { return node.slot < variables_.size() ? variables_[node.slot] : Value(); }
  Answer Variable(const Node& node) const {
    const Value value = ValueOf(node);
    if (value.absent()) return NoData();
    if (node.type == Kind::kDouble) return {Outcome::kValue, 0, value.AsNumber(), ""};
    if (node.type == Kind::kString) return OfText(std::string(value.AsString()));
    return OfInt(value.AsInt());
  }

  // The deciding value anywhere decides; else a fault anywhere; else no data anywhere.
  Answer Chain(const Node& node, bool deciding) const {
    bool fault = false;
    bool no_data = false;
    for (const uint32_t child : tree_.ChildrenOf(node)) {
      const Answer term = Of(tree_.nodes[child]);
      if (term.ok() && (term.integer != 0) == deciding) return OfInt(deciding);
      fault |= term.outcome == Outcome::kFault;
      no_data |= term.outcome == Outcome::kNoData;
    }
    return fault ? Fault() : no_data ? NoData() : OfInt(!deciding);
  }

  // Everything else needs all of its operands.
  static std::optional<Answer> Missing(const Answer& a, const Answer& b) {
    if (a.outcome == Outcome::kFault || b.outcome == Outcome::kFault) return Fault();
    if (!a.ok() || !b.ok()) return NoData();
    return std::nullopt;
  }

  static int Order(const Node& a, const Answer& left, const Node& b, const Answer& right) {  // 2: unordered
    if (a.type == Kind::kString) {
      const int order = left.text.compare(right.text);
      return order < 0 ? -1 : order > 0 ? 1 : 0;
    }
    if (a.type == Kind::kDouble || b.type == Kind::kDouble) {
      const double x = a.type == Kind::kDouble ? left.number : static_cast<double>(left.integer);
      const double y = b.type == Kind::kDouble ? right.number : static_cast<double>(right.integer);
      if (std::isnan(x) || std::isnan(y)) return 2;
      return x < y ? -1 : x > y ? 1 : 0;
    }
    return left.integer < right.integer ? -1 : left.integer > right.integer ? 1 : 0;
  }

  Answer In(const Node& node) const {
    const Node& value_node = tree_.Child(node, 0);
    const Answer value = Of(value_node);
    bool found = false;
    bool fault = value.outcome == Outcome::kFault;
    bool no_data = value.outcome == Outcome::kNoData;
    for (const uint32_t child : tree_.ChildrenOf(tree_.Child(node, 1))) {
      const Answer item = Of(tree_.nodes[child]);
      fault |= item.outcome == Outcome::kFault;
      no_data |= item.outcome == Outcome::kNoData;
      if (item.ok() && value.ok()) found |= Order(value_node, value, tree_.nodes[child], item) == 0;
    }
    return fault ? Fault() : no_data ? NoData() : OfInt(found);
  }

  Answer Binary(const Node& node) const {
    const Node& a = tree_.Child(node, 0);
    const Node& b = tree_.Child(node, 1);
    const Answer left = Of(a);
    const Answer right = Of(b);
    if (const std::optional<Answer> missing = Missing(left, right)) return *missing;
    if (IsComparison(node.op)) {
      const int order = Order(a, left, b, right);
      switch (node.op) {
        case Op::kEqual:
          return OfInt(order == 0);
        case Op::kNotEqual:
          return OfInt(order != 0);
        case Op::kLess:
          return OfInt(order == -1);
        case Op::kLessEqual:
          return OfInt(order == -1 || order == 0);
        case Op::kGreater:
          return OfInt(order == 1);
        default:
          return OfInt(order == 1 || order == 0);
      }
    }
    if (node.type == Kind::kString) return OfText(left.text + right.text);
    if (node.type == Kind::kDouble) return Doubles(node.op, left.number, right.number);
    if (a.type == Kind::kDouble || b.type == Kind::kDouble) {
      return Scaled(a.type == Kind::kDouble ? right.integer : left.integer,
                    a.type == Kind::kDouble ? left.number : right.number);
    }
    return Ints(node.op, left.integer, right.integer);
  }

  Answer Doubles(Op op, double x, double y) const {
    switch (op) {
      case Op::kAdd:
        return OfDouble(x + y, strict_);
      case Op::kSubtract:
        return OfDouble(x - y, strict_);
      case Op::kMultiply:
        return OfDouble(x * y, strict_);
      default:
        if (y == 0) {  // IEEE, spelled out
          const bool zero_or_nan = x == 0 || std::isnan(x);
          const double infinity = std::numeric_limits<double>::infinity();
          const bool negative = std::signbit(x) != std::signbit(y);
          return OfDouble(zero_or_nan ? std::nan("") : negative ? -infinity : infinity, strict_);
        }
        return OfDouble(x / y, strict_);
    }
  }

  static Answer Ints(Op op, int64_t x, int64_t y) {
    switch (op) {
      case Op::kAdd:
        return OfWide(Wide{x} + y);
      case Op::kSubtract:
        return OfWide(Wide{x} - y);
      case Op::kMultiply:
        return OfWide(Wide{x} * y);
      case Op::kDivide:
        return y == 0 ? Fault() : OfWide(Wide{x} / y);
      default:
        if (y == 0 || !OfWide(Wide{x} / y).ok()) return Fault();
        return OfWide(Wide{x} % y);
    }
  }

  static Answer Scaled(int64_t span, double factor) {
    const double scaled = std::nearbyint(static_cast<double>(span) * factor);
    if (!std::isfinite(scaled)) return NoData();
    if (scaled >= 9223372036854775808.0 || scaled < -9223372036854775808.0) return Fault();
    return OfInt(static_cast<int64_t>(scaled));
  }

  static Answer OfOptional(std::optional<int64_t> integer) { return integer ? OfInt(*integer) : Fault(); }

  Answer Call(const Node& node) const {
    const Node& argument = tree_.Child(node, 0);
    const Answer x = Of(argument);
    Answer y = OfInt(0);
    if (node.child_count == 2) y = Of(tree_.Child(node, 1));
    if (const std::optional<Answer> missing = Missing(x, y)) return *missing;
    const Kind from = argument.type.kind;
    constexpr int64_t kMinute = 60'000'000'000;
    switch (node.function) {
      case Function::kSize:
        return OfInt(static_cast<int64_t>(CountCodePoints(x.text)));
      case Function::kStartsWith:
        return OfInt(x.text.rfind(y.text, 0) == 0);
      case Function::kEndsWith:
        return OfInt(x.text.size() >= y.text.size() &&
                     x.text.compare(x.text.size() - y.text.size(), y.text.size(), y.text) == 0);
      case Function::kContains:
        return OfInt(x.text.find(y.text) != std::string::npos);
      case Function::kInt:
        if (from == Kind::kDouble) return OfOptional(DoubleToInt(x.number));
        if (from == Kind::kString) return OfOptional(ParseInt(x.text));
        if (from == Kind::kTimestamp) {
          return OfInt(static_cast<int64_t>(std::floor(static_cast<long double>(x.integer) / 1e9L)));
        }
        return x;
      case Function::kDouble: {
        if (from == Kind::kInt) return {Outcome::kValue, 0, static_cast<double>(x.integer), ""};
        if (from == Kind::kDouble) return x;
        const std::optional<double> number = ParseDouble(x.text);
        return number ? OfDouble(*number, strict_) : Fault();
      }
      case Function::kString:
        return OfText(ToString(from, x));
      case Function::kTimestamp: {
        if (from == Kind::kInt) return OfWide(Wide{x.integer} * 1'000'000'000);
        if (from == Kind::kTimestamp) return x;
        const std::optional<Time> time = TryParseTime(x.text);
        return time ? OfInt(ToNanos(*time)) : Fault();
      }
      case Function::kDuration:
        return from == Kind::kDuration ? x : OfOptional(ParseCelDuration(x.text, !strict_));
      case Function::kDays:
        return Span(from, x, 1440 * kMinute);
      case Function::kHours:
        return Span(from, x, 60 * kMinute);
      default:
        return Span(from, x, kMinute);
    }
  }

  static Answer Span(Kind from, const Answer& count, int64_t unit) {
    return from == Kind::kDouble ? Scaled(unit, count.number) : OfWide(Wide{count.integer} * unit);
  }

  static std::string ToString(Kind from, const Answer& x) {
    switch (from) {
      case Kind::kBool:
        return x.integer != 0 ? "true" : "false";
      case Kind::kInt:
        return std::to_string(x.integer);
      case Kind::kDouble:
        return FormatDouble(x.number);
      case Kind::kTimestamp:
        return FormatTime(FromNanos(x.integer));
      case Kind::kDuration:
        return FormatCelDuration(x.integer);
      default:
        return x.text;
    }
  }

  const Tree& tree_;
  std::span<const Value> variables_;
  Time now_;
  bool strict_;
};

}  // namespace tocsin::reference

#endif  // TOCSIN_TESTS_SUPPORT_EXPR_REFERENCE_H_
