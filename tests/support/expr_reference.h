// A second evaluator of checked expressions, to hold the compiled one against: it walks the tree, one node one
// function, and does nothing clever. Slow, recursive, for tests only. It has none of the compiled one's limits, but can
// be told to give up.
#ifndef TOCSIN_TESTS_SUPPORT_EXPR_REFERENCE_H_
#define TOCSIN_TESTS_SUPPORT_EXPR_REFERENCE_H_

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/utf8.h"
#include "expr/ast.h"
#include "expr/conversions.h"
#include "tocsin/base/time.h"
#include "tocsin/expr/expression.h"
#include "tocsin/expr/host_functions.h"
#include "tocsin/expr/regex.h"

namespace tocsin::reference {

struct Answer {
  Outcome outcome = Outcome::kNoData;
  int64_t integer = 0;  // bool, int, timestamp, duration
  double number = 0;
  std::string text;
  std::vector<Answer> items{};

  bool ok() const { return outcome == Outcome::kValue; }
};

inline Answer NoData() { return {}; }
inline Answer Fault() { return {Outcome::kFault, 0, 0, ""}; }
inline Answer OfInt(int64_t integer) { return {Outcome::kValue, integer, 0, ""}; }
inline Answer OfText(std::string text) { return {Outcome::kValue, 0, 0, std::move(text)}; }
inline Answer OfList(std::vector<Answer> items) { return {Outcome::kValue, 0, 0, "", std::move(items)}; }
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

// Text by code points, one number each: what is found and cut here has nothing to do with bytes.
inline std::u32string Points(std::string_view text) {
  std::u32string points;
  while (!text.empty()) {
    const CodePoint point = FirstCodePoint(text);
    points.push_back(point.value);
    text.remove_prefix(point.size);
  }
  return points;
}
inline std::string Bytes(const std::u32string& points) {
  std::string text;
  for (const char32_t c : points) {
    const auto put = [&text](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
    } else {
      put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
    }
  }
  return text;
}

// Pieces of `text` between the places where `part` is found, `limit` at most.
inline std::vector<std::u32string> Pieces(const std::u32string& text, const std::u32string& part, int64_t limit) {
  std::vector<std::u32string> pieces;
  if (limit == 0) return pieces;
  if (part.empty()) {
    for (const char32_t c : text) pieces.emplace_back(1, c);
    while (limit > 0 && static_cast<int64_t>(pieces.size()) > limit) {
      const std::u32string last = pieces.back();
      pieces.pop_back();
      pieces.back() += last;
    }
    return pieces;
  }
  size_t begin = 0;
  for (size_t at = 0; at + part.size() <= text.size();) {
    const bool room = limit < 0 || static_cast<int64_t>(pieces.size()) + 1 < limit;
    if (room && text.compare(at, part.size(), part) == 0) {
      pieces.push_back(text.substr(begin, at - begin));
      begin = at += part.size();
    } else {
      ++at;
    }
  }
  pieces.push_back(text.substr(begin));
  return pieces;
}

class Evaluator {
 public:
  Evaluator(const Tree& tree, std::span<const Value> variables, Time now, bool strict,
            const HostFunctions* functions = nullptr, const RegexEngine* regex = nullptr)
      : tree_(tree), variables_(variables), now_(now), strict_(strict), functions_(functions), regex_(regex) {}

  // Nodes, and items and 16 bytes of text in what they make. Beyond it, an answer is worth nothing.
  void SetMostWork(uint64_t most) { most_work_ = most; }
  bool gave_up() const { return gave_up_; }

  Answer Evaluate() const { return Of(tree_.root()); }

 private:
  Answer Of(const Node& node) const {
    if (!TakeWork(1)) return Fault();
    Answer answer = OfNode(node);
    return TakeWork(WeightOf(answer)) ? answer : Fault();
  }

  static uint64_t WeightOf(const Answer& answer) {
    uint64_t weight = answer.text.size() / 16 + answer.items.size();
    for (const Answer& item : answer.items) weight += WeightOf(item);
    return weight;
  }
  bool TakeWork(uint64_t work) const {
    work_ += std::min(work, most_work_);
    gave_up_ |= work_ > most_work_;
    return !gave_up_;
  }

  Answer OfNode(const Node& node) const {
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
      case Op::kList:
        return List(node);
      case Op::kIndex: {
        const Answer list = Of(tree_.Child(node, 0));
        const Answer place = Of(tree_.Child(node, 1));
        if (const std::optional<Answer> missing = Missing(list, place)) return *missing;
        const bool inside = place.integer >= 0 && place.integer < static_cast<int64_t>(list.items.size());
        return inside ? list.items[static_cast<size_t>(place.integer)] : Fault();
      }
      case Op::kDyn:
        return Of(tree_.Child(node, 0));
      case Op::kItem:
        return bound_[node.slot];
      case Op::kMacro:
        return Macro(node);
      default:
        return Binary(node);
    }
  }

  Answer Literal(const Node& node) const {
    if (HasText(node)) return OfText(tree_.texts[node.text]);
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
    if (IsText(a.type.kind())) {
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

  Answer List(const Node& node) const {
    std::vector<Answer> items;
    bool fault = false;
    bool no_data = false;
    for (const uint32_t child : tree_.ChildrenOf(node)) {
      items.push_back(Of(tree_.nodes[child]));
      fault |= items.back().outcome == Outcome::kFault;
      no_data |= items.back().outcome == Outcome::kNoData;
    }
    return fault ? Fault() : no_data ? NoData() : OfList(std::move(items));
  }

  static bool Equal(ExprType a_type, const Answer& a, ExprType b_type, const Answer& b) {
    if (a_type.IsList() != b_type.IsList()) return false;
    if (a_type.IsList()) {
      if (a.items.size() != b.items.size()) return false;
      for (size_t i = 0; i < a.items.size(); ++i) {
        if (!Equal(a_type.Item(), a.items[i], b_type.Item(), b.items[i])) return false;
      }
      return true;
    }
    const auto number = [](ExprType type) { return type == Kind::kInt || type == Kind::kDouble; };
    if (number(a_type) && number(b_type)) {
      if (a_type == Kind::kInt && b_type == Kind::kInt) return a.integer == b.integer;
      const double x = a_type == Kind::kDouble ? a.number : static_cast<double>(a.integer);
      const double y = b_type == Kind::kDouble ? b.number : static_cast<double>(b.integer);
      return x == y;
    }
    if (!(a_type == b_type)) return false;
    return IsText(a_type.base) ? a.text == b.text : a.integer == b.integer;
  }

  Answer In(const Node& node) const {
    const Answer value = Of(tree_.Child(node, 0));
    const Answer list = Of(tree_.Child(node, 1));
    if (const std::optional<Answer> missing = Missing(value, list)) return *missing;
    bool found = false;
    for (const Answer& item : list.items) {
      found |= Equal(tree_.Child(node, 0).type, value, tree_.Child(node, 1).type.Item(), item);
    }
    return OfInt(found);
  }

  // all() and exists() are chains of && and || over the items; of the others every answer is needed, in their order.
  Answer Macro(const Node& node) const {
    const Node& body = tree_.Child(node, node.child_count - 1);
    if (node.function == Function::kBind) return With(node.slot, Of(tree_.Child(node, 1)), body);
    const Answer range = Of(tree_.Child(node, 0));
    if (!range.ok()) return range;
    const bool exists = node.function == Function::kExists;
    std::vector<Answer> found;
    int64_t count = 0;
    bool fault = false;
    bool no_data = false;
    for (const Answer& item : range.items) {
      if (node.child_count == 4) {
        const Answer taken = With(node.slot, item, tree_.Child(node, 2));
        if (!taken.ok()) return taken;
        if (taken.integer == 0) continue;
      }
      const Answer said = With(node.slot, item, body);
      if (exists || node.function == Function::kAll) {
        if (said.ok() && (said.integer != 0) == exists) return OfInt(exists);
        fault |= said.outcome == Outcome::kFault;
        no_data |= said.outcome == Outcome::kNoData;
        continue;
      }
      if (!said.ok()) return said;
      if (node.function == Function::kMap) found.push_back(said);
      if (node.function == Function::kFilter && said.integer != 0) found.push_back(item);
      count += said.integer != 0;
    }
    if (node.function == Function::kMap || node.function == Function::kFilter) return OfList(std::move(found));
    if (node.function == Function::kExistsOne) return OfInt(count == 1);
    return fault ? Fault() : no_data ? NoData() : OfInt(!exists);
  }

  Answer With(uint32_t level, const Answer& value, const Node& body) const {
    if (bound_.size() <= level) bound_.resize(level + 1);
    if (!TakeWork(WeightOf(value))) return Fault();
    const Answer outer = std::exchange(bound_[level], value);
    const Answer answer = Of(body);
    bound_[level] = outer;
    return answer;
  }

  Answer Binary(const Node& node) const {
    const Node& a = tree_.Child(node, 0);
    const Node& b = tree_.Child(node, 1);
    const Answer left = Of(a);
    const Answer right = Of(b);
    if (const std::optional<Answer> missing = Missing(left, right)) return *missing;
    if (node.op == Op::kEqual || node.op == Op::kNotEqual) {
      return OfInt(Equal(a.type, left, b.type, right) == (node.op == Op::kEqual));
    }
    if (IsComparison(node.op)) {
      const int order = Order(a, left, b, right);
      switch (node.op) {
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
    if (node.type.IsList()) {
      std::vector<Answer> items = left.items;
      items.insert(items.end(), right.items.begin(), right.items.end());
      return OfList(std::move(items));
    }
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
    std::vector<Answer> arguments;
    bool fault = false;
    bool no_data = false;
    for (const uint32_t child : tree_.ChildrenOf(node)) {
      arguments.push_back(Of(tree_.nodes[child]));
      fault |= arguments.back().outcome == Outcome::kFault;
      no_data |= arguments.back().outcome == Outcome::kNoData;
    }
    if (fault) return Fault();
    if (no_data) return NoData();
    const Answer& x = arguments[0];
    const Answer y = arguments.size() > 1 ? arguments[1] : OfInt(0);
    const Kind from = tree_.Child(node, 0).type.kind();
    constexpr int64_t kMinute = 60'000'000'000;
    if (node.function == Function::kHost) return Host(node, arguments);
    if (IsGetter(node.function)) return Getter(node, from, arguments);
    if (node.function >= Function::kCharAt && node.function <= Function::kTrim)
      return Strings(node.function, arguments);
    if (node.function >= Function::kGreatest && node.function <= Function::kBitShiftRight) {
      return Math(node, arguments);
    }
    switch (node.function) {
      case Function::kSize:
        return OfInt(static_cast<int64_t>(from == kListKind ? x.items.size() : Points(x.text).size()));
      case Function::kType:
        return OfText(CelTypeName(tree_.Child(node, 0).type));
      case Function::kBool: {
        if (from == Kind::kBool) return x;
        const std::string text = x.text;
        if (text == "1" || text == "t" || text == "T" || text == "true" || text == "True" || text == "TRUE") {
          return OfInt(1);
        }
        const bool no =
            text == "0" || text == "f" || text == "F" || text == "false" || text == "False" || text == "FALSE";
        return no ? OfInt(0) : Fault();
      }
      case Function::kMatches: {
        const auto pattern = regex_->Compile(y.text);
        return pattern.ok() ? OfInt((*pattern)->Matches(x.text)) : Fault();
      }
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

  Answer Host(const Node& node, const std::vector<Answer>& arguments) const {
    const HostFunction& function = *functions_->Find(tree_.texts[node.name]);
    std::vector<Value> values;
    for (size_t i = 0; i < arguments.size(); ++i) {
      const Answer& argument = arguments[i];
      const Kind kind = function.parameters[i].kind;
      values.push_back(kind == Kind::kDouble   ? Value::Double(argument.number)
                       : kind == Kind::kString ? Value::String(argument.text)
                       : kind == Kind::kBool   ? Value::Bool(argument.integer != 0)
                                               : Value::Int(argument.integer));
    }
    const Value result = function.body(values);
    if (result.absent()) return NoData();
    if (result.kind() == Kind::kString) return OfText(std::string(result.AsString()));
    return result.kind() == Kind::kDouble ? OfDouble(result.AsDouble(), strict_) : OfInt(result.AsInt());
  }

  // "+02:00", "2:00", "-09:30".
  static std::optional<int> OffsetOf(std::string text) {
    const bool west = !text.empty() && text[0] == '-';
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.erase(0, 1);
    if (text.size() == 4) text.insert(0, "0");
    int parts[2] = {0, 0};
    int end = 0;
    if (text.size() != 5 || std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) != 4 ||
        std::sscanf(text.c_str(), "%d:%d%n", &parts[0], &parts[1], &end) != 2 || end != 5 || parts[0] > 23 ||
        parts[1] > 59) {
      return std::nullopt;
    }
    return (parts[0] * 60 + parts[1]) * (west ? -60 : 60);
  }

  static std::optional<absl::TimeZone> ZoneOf(const std::string& name) {
    if (const std::optional<int> offset = OffsetOf(name)) return absl::FixedTimeZone(*offset);
    const auto of_a_name = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
             c == '-' || c == '/';
    };
    absl::TimeZone zone;
    const bool possible = !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) != 0 &&
                          std::all_of(name.begin(), name.end(), of_a_name) && name != "localtime";
    if (!possible || !absl::LoadTimeZone(name, &zone)) return std::nullopt;
    return zone;
  }

  Answer Getter(const Node& node, Kind from, const std::vector<Answer>& arguments) const {
    const int64_t nanos = arguments[0].integer;
    if (from == Kind::kDuration) {
      const absl::Duration span = absl::Nanoseconds(nanos);
      switch (node.function) {
        case Function::kGetHours:
          return OfInt(absl::ToInt64Hours(span));
        case Function::kGetMinutes:
          return OfInt(absl::ToInt64Minutes(span));
        case Function::kGetSeconds:
          return OfInt(absl::ToInt64Seconds(span));
        default:
          return OfInt(absl::ToInt64Milliseconds(span - absl::Seconds(absl::ToInt64Seconds(span))));
      }
    }
    absl::TimeZone zone = absl::UTCTimeZone();
    if (arguments.size() > 1) {
      const std::optional<absl::TimeZone> found = ZoneOf(arguments[1].text);
      if (!found) return Fault();
      zone = *found;
    }
    const absl::TimeZone::CivilInfo info = zone.At(absl::UnixEpoch() + absl::Nanoseconds(nanos));
    switch (node.function) {
      case Function::kGetFullYear:
        return OfInt(info.cs.year());
      case Function::kGetMonth:
        return OfInt(info.cs.month() - 1);
      case Function::kGetDate:
        return OfInt(info.cs.day());
      case Function::kGetDayOfMonth:
        return OfInt(info.cs.day() - 1);
      case Function::kGetDayOfYear:
        return OfInt(absl::GetYearDay(absl::CivilDay(info.cs)) - 1);
      case Function::kGetDayOfWeek:
        return OfInt((static_cast<int>(absl::GetWeekday(info.cs)) + 1) % 7);
      case Function::kGetHours:
        return OfInt(info.cs.hour());
      case Function::kGetMinutes:
        return OfInt(info.cs.minute());
      case Function::kGetSeconds:
        return OfInt(info.cs.second());
      default:
        return OfInt(absl::ToInt64Milliseconds(info.subsecond));
    }
  }

  Answer Strings(Function function, const std::vector<Answer>& arguments) const {
    if (function == Function::kJoin) {
      if (arguments.size() > 1 && !TakeWork(arguments[0].items.size() * arguments[1].text.size() / 16)) return Fault();
      std::string text;
      for (size_t i = 0; i < arguments[0].items.size(); ++i) {
        if (i > 0 && arguments.size() > 1) text += arguments[1].text;
        text += arguments[0].items[i].text;
      }
      return OfText(text);
    }
    std::u32string text = Points(arguments[0].text);
    const auto length = static_cast<int64_t>(text.size());
    const std::u32string part = arguments.size() > 1 ? Points(arguments[1].text) : std::u32string();
    const auto part_length = static_cast<int64_t>(part.size());
    const auto is_at = [&](int64_t place) {
      return place + part_length <= length && text.compare(static_cast<size_t>(place), part.size(), part) == 0;
    };
    switch (function) {
      case Function::kCharAt: {
        const int64_t place = arguments[1].integer;
        if (place < 0 || place > length) return Fault();
        return OfText(place == length ? "" : Bytes(text.substr(static_cast<size_t>(place), 1)));
      }
      case Function::kSubstring: {
        const int64_t begin = arguments[1].integer;
        const int64_t end = arguments.size() > 2 ? arguments[2].integer : length;
        if (begin < 0 || begin > end || end > length) return Fault();
        return OfText(Bytes(text.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin))));
      }
      case Function::kIndexOf:
      case Function::kLastIndexOf: {
        const bool first = function == Function::kIndexOf;
        const bool given = arguments.size() > 2;
        const int64_t from = given ? arguments[2].integer : first ? 0 : length;
        if (part.empty()) return OfInt(from);
        if (given && (from < 0 || from >= length)) return Fault();
        if (first) {
          for (int64_t place = from; place <= length; ++place) {
            if (is_at(place)) return OfInt(place);
          }
        } else {
          for (int64_t place = from; place >= 0; --place) {
            if (is_at(place)) return OfInt(place);
          }
        }
        return OfInt(-1);
      }
      case Function::kLowerAscii:
      case Function::kUpperAscii: {
        const char32_t low = function == Function::kLowerAscii ? U'A' : U'a';
        for (char32_t& c : text) {
          if (c >= low && c < low + 26) c = function == Function::kLowerAscii ? c + 32 : c - 32;
        }
        return OfText(Bytes(text));
      }
      case Function::kReverse:
        return OfText(Bytes(std::u32string(text.rbegin(), text.rend())));
      case Function::kReplace: {
        const std::u32string by = Points(arguments[2].text);
        const int64_t limit = arguments.size() > 3 ? arguments[3].integer : -1;
        if (!TakeWork((text.size() + 1) * by.size() / 16)) return Fault();
        std::u32string out;
        int64_t done = 0;
        for (int64_t at = 0; at <= length;) {
          if ((limit < 0 || done < limit) && is_at(at)) {
            out += by;
            ++done;
            at += part_length;
            if (!part.empty()) continue;
          }
          if (at < length) out += text[static_cast<size_t>(at)];
          ++at;
        }
        return OfText(Bytes(out));
      }
      case Function::kSplit: {
        const int64_t limit = arguments.size() > 2 ? arguments[2].integer : -1;
        std::vector<Answer> items;
        for (const std::u32string& piece : Pieces(text, part, limit)) items.push_back(OfText(Bytes(piece)));
        return OfList(std::move(items));
      }
      default: {  // trim
        static const std::u32string kSpaces =
            U"\t\n\v\f\r "
            U"\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029"
            U"\u202f\u205f\u3000";
        const size_t begin = text.find_first_not_of(kSpaces);
        if (begin == std::u32string::npos) return OfText("");
        return OfText(Bytes(text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1)));
      }
    }
  }

  Answer Math(const Node& node, const std::vector<Answer>& arguments) const {
    const Answer& x = arguments[0];
    const Kind from = tree_.Child(node, 0).type.kind();
    const bool doubles = from == Kind::kDouble;
    switch (node.function) {
      case Function::kGreatest:
      case Function::kLeast: {
        const bool list = from == kListKind;
        const std::vector<Answer>& all = list ? x.items : arguments;
        if (all.empty()) return Fault();
        const auto number = [&](size_t i) {
          if (list) return all[i].number;
          return tree_.Child(node, i).type == Kind::kDouble ? all[i].number : static_cast<double>(all[i].integer);
        };
        size_t best = 0;
        for (size_t i = 1; i < all.size(); ++i) {
          const bool greatest = node.function == Function::kGreatest;
          if (node.type == Kind::kDouble) {
            if (greatest ? number(i) > number(best) : number(i) < number(best)) best = i;
          } else if (greatest ? all[i].integer > all[best].integer : all[i].integer < all[best].integer) {
            best = i;
          }
        }
        if (node.type != Kind::kDouble) return OfInt(all[best].integer);
        return {Outcome::kValue, 0, number(best), ""};
      }
      case Function::kCeil:
        return OfDouble(std::ceil(x.number), strict_);
      case Function::kFloor:
        return OfDouble(std::floor(x.number), strict_);
      case Function::kRound:
        return OfDouble(std::round(x.number), strict_);
      case Function::kTrunc:
        return OfDouble(std::trunc(x.number), strict_);
      case Function::kSqrt:
        return OfDouble(std::sqrt(doubles ? x.number : static_cast<double>(x.integer)), strict_);
      case Function::kAbs:
        if (doubles) return OfDouble(std::fabs(x.number), strict_);
        return x.integer < 0 ? OfWide(-Wide{x.integer}) : x;
      case Function::kSign:
        if (!doubles) return OfInt(x.integer < 0 ? -1 : x.integer > 0);
        if (std::isnan(x.number)) return OfDouble(x.number, strict_);
        return OfDouble(x.number < 0 ? -1 : x.number > 0, strict_);
      case Function::kIsNan:
        return OfInt(std::isnan(x.number));
      case Function::kIsInf:
        return OfInt(std::isinf(x.number));
      case Function::kIsFinite:
        return OfInt(std::isfinite(x.number));
      case Function::kBitAnd:
        return OfInt(x.integer & arguments[1].integer);
      case Function::kBitOr:
        return OfInt(x.integer | arguments[1].integer);
      case Function::kBitXor:
        return OfInt(x.integer ^ arguments[1].integer);
      case Function::kBitNot:
        return OfInt(-x.integer - 1);
      default: {
        int64_t count = arguments[1].integer;
        if (count < 0) return Fault();
        auto bits = static_cast<uint64_t>(x.integer);
        for (; count > 0 && bits != 0; --count) bits = node.function == Function::kBitShiftLeft ? bits * 2 : bits / 2;
        return OfInt(static_cast<int64_t>(bits));
      }
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
  const HostFunctions* functions_;
  const RegexEngine* regex_;
  mutable std::vector<Answer> bound_;  // what the macros around have bound, by level
  uint64_t most_work_ = UINT64_MAX / 4;
  mutable uint64_t work_ = 0;
  mutable bool gave_up_ = false;
};

}  // namespace tocsin::reference

#endif  // TOCSIN_TESTS_SUPPORT_EXPR_REFERENCE_H_
