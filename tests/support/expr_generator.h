// Well-typed expressions by chance, and values for their variables: ordinary, extreme and absent ones.
#ifndef TOCSIN_TESTS_SUPPORT_EXPR_GENERATOR_H_
#define TOCSIN_TESTS_SUPPORT_EXPR_GENERATOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "support/seed.h"
#include "tocsin/expr/expression.h"
#include "tocsin/expr/host_functions.h"
#include "tocsin/expr/regex.h"

namespace tocsin {

// As simple as an engine can be: a pattern is the text that it finds; one with a parenthesis is none.
class LiteralRegexEngine : public RegexEngine {
 public:
  absl::StatusOr<std::unique_ptr<Regex>> Compile(std::string_view pattern) const override {
    if (pattern.find('(') != std::string_view::npos) return absl::InvalidArgumentError("missing ): (");
    return std::make_unique<Literal>(pattern);
  }

 private:
  class Literal : public Regex {
   public:
    explicit Literal(std::string_view pattern) : pattern_(pattern) {}
    bool Matches(std::string_view text) const override { return text.find(pattern_) != std::string_view::npos; }

   private:
    std::string pattern_;
  };
};

class ExpressionGenerator {
 public:
  ExpressionGenerator(uint64_t seed, bool strict) : random_(test::Seed(seed)), strict_(strict) {}

  // Two variables of each kind; the second of the doubles is a decimal.
  static Environment MakeEnvironment(bool strict) {
    Environment environment;
    environment.AllowNow().SetStrict(strict).SetRegex(std::make_shared<LiteralRegexEngine>());
    auto functions = std::make_shared<HostFunctions>();
    functions->Register("twice", "1", [](double x) { return 2 * x; }).IgnoreError();
    functions
        ->Register("some", "1",
                   [](int64_t n, std::string_view text) -> std::optional<int64_t> {
                     if (text.empty()) return std::nullopt;
                     return n / 2 + static_cast<int64_t>(text.size());
                   })
        .IgnoreError();
    environment.SetFunctions(std::move(functions));
    uint32_t slot = 0;
    for (const Kind kind : kKinds) {
      const std::string name = TypeName(kind).substr(0, 1) + (kind == Kind::kDuration ? "u" : "");
      environment.Add(name + "1", kind, slot++);
      environment.Add("p." + name + "2", kind == Kind::kDouble ? Type::Decimal(2) : Type(kind), slot++);
    }
    return environment;
  }

  std::vector<Value> Values() {
    static const std::string kTexts[] = {"",
                                         "a",
                                         "ab",
                                         "b",
                                         "12",
                                         "-7",
                                         "1.5",
                                         "1h30m",
                                         "2024-01-31T09:00:00Z",
                                         "\u00e9\u6f22",
                                         "true",
                                         "+02:00",
                                         "Asia/Tokyo",
                                         " a\u00e9b a\u2028",
                                         "a,b,,a",
                                         "("};
    std::vector<Value> values;
    for (const Kind kind : kKinds) {
      for (int i = 0; i < 2; ++i) {
        Value value;
        switch (kind) {
          case Kind::kBool:
            value = Value::Bool(Chance(2));
            break;
          case Kind::kInt:
            value = Value::Int(Integer());
            break;
          case Kind::kDouble:
            value = i == 0 ? Value::Double(Number()) : Value::Decimal(Integer(), 2);
            break;
          case Kind::kString:
            value = Value::String(kTexts[Below(16)]);
            break;
          case Kind::kTimestamp:
            value = Value::Timestamp(FromNanos(Nanos()));
            break;
          default:
            value = Value::Span(Duration(Nanos()));
            break;
        }
        values.push_back(Chance(6) ? Value() : value);
      }
    }
    return values;
  }

  std::string Expression(Kind kind, int depth) {
    if (depth <= 0 || Chance(6)) return Leaf(kind);
    if (Chance(12)) {
      return "(" + Expression(Kind::kBool, depth - 1) + " ? " + Expression(kind, depth - 1) + " : " +
             Expression(kind, depth - 1) + ")";
    }
    switch (kind) {
      case Kind::kBool:
        return Condition(depth - 1);
      case Kind::kInt:
        return IntExpression(depth - 1);
      case Kind::kDouble:
        return DoubleExpression(depth - 1);
      case Kind::kString:
        return TextExpression(depth - 1);
      case Kind::kTimestamp:
        return TimeExpression(depth - 1);
      default:
        return SpanExpression(depth - 1);
    }
  }

  Kind AnyKind() { return kKinds[Below(6)]; }

 private:
  static constexpr Kind kKinds[] = {Kind::kBool,   Kind::kInt,       Kind::kDouble,
                                    Kind::kString, Kind::kTimestamp, Kind::kDuration};

  size_t Below(size_t n) { return random_() % n; }
  bool Chance(size_t n) { return Below(n) == 0; }
  template <size_t n>
  std::string Pick(const char* const (&choices)[n]) {
    return choices[Below(n)];
  }

  int64_t Integer() {
    static constexpr int64_t kSome[] = {
        0, 1, -1, 2, 7, -100, 1000, INT64_MAX, INT64_MIN, INT64_MAX - 1, int64_t{1} << 53, 3'000'000'000};
    return Chance(4) ? static_cast<int64_t>(random_()) : kSome[Below(12)];
  }
  double Number() {
    static constexpr double kSome[] = {0,     -0.0, 1, -1, 0.5, 1000, 1e308, -1e308, 5e-324, 9223372036854775808.0,
                                       612.5, 1e18};
    return kSome[Below(12)];
  }
  int64_t Nanos() {
    static constexpr int64_t kSome[] = {
        0, 1, -1, 3'600'000'000'000, 86'400'000'000'000, 1'700'000'000'000'000'000, INT64_MAX, INT64_MIN};
    return kSome[Below(8)];
  }

  std::string Leaf(Kind kind) {
    if (Chance(2)) {
      // The innermost of a name hides the others.
      for (size_t i = scope_.size(); i-- > 0;) {
        if (Chance(2)) continue;
        bool hidden = scope_[i].kind != kind;
        for (size_t j = i + 1; j < scope_.size(); ++j) hidden |= scope_[j].name == scope_[i].name;
        if (!hidden) return scope_[i].name;
      }
    }
    if (Chance(2)) {
      const std::string name = TypeName(kind).substr(0, 1) + (kind == Kind::kDuration ? "u" : "");
      if (Chance(2)) return "p." + name + "2";
      for (const Bound& bound : scope_) {
        if (bound.name == name + "1") return "." + name + "1";
      }
      return name + "1";
    }
    switch (kind) {
      case Kind::kBool:
        return Pick({"true", "false", "has(p.d2)", "has(p.s2)", "has(p.i2)"});
      case Kind::kInt:
        return Pick({"0", "1", "-1", "7", "0x10", "9223372036854775807", "-9223372036854775808", "3", "100"});
      case Kind::kDouble:
        return Pick({"0.0", "1.5", "-2.25", "1e308", "1e-300", "3.0", "1000.0"});
      case Kind::kString:
        return Pick({"''", "\"a\"", "r'b'", "\"\\u00e9\"", "'12'", "'ab'", "'1.5'", "'1h30m'"});
      case Kind::kTimestamp:
        return strict_ ? Pick({"timestamp('2024-01-31T09:00:00Z')", "timestamp(0)"})
                       : Pick({"now", "timestamp('2024-01-31T09:00:00Z')", "timestamp(0)"});
      default:
        return strict_ ? Pick({"duration('1h')", "duration('-1.5s')"})
                       : Pick({"duration('1h')", "days(1)", "hours(12)", "minutes(0.5)"});
    }
  }

  std::string Condition(int depth) {
    switch (Below(14)) {
      case 8:
        return Truth(depth);
      case 9: {
        const Kind kind = AnyKind();
        return "(" + Expression(kind, depth) + " in " + List(kind, depth) + ")";
      }
      case 10: {
        const Kind kind = AnyKind();
        return "(" + List(kind, depth) + Pick({" == ", " != "}) + List(kind, depth) + ")";
      }
      case 11:
        if (Chance(2)) return "bool(" + Expression(Kind::kString, depth) + ")";
        return Member(depth) + ".matches(" + Expression(Kind::kString, depth) + ")";
      case 12:
        if (Chance(3)) return "(type(" + Expression(AnyKind(), depth) + ") == " + Pick({"int)", "double)", "string)"});
        return "(dyn(" + Expression(AnyKind(), depth) + Pick({") == ", ") != "}) + Expression(AnyKind(), depth) + ")";
      case 13:
        return Pick({"math.isNaN(", "math.isInf(", "math.isFinite("}) + Expression(Kind::kDouble, depth) + ")";
      case 0:
      case 1: {
        std::string text = Expression(Kind::kBool, depth);
        const std::string op = Chance(2) ? " && " : " || ";
        for (size_t i = 0, terms = 1 + Below(3); i < terms; ++i) text += op + Expression(Kind::kBool, depth);
        return "(" + text + ")";
      }
      case 2:
        return "!" + Expression(Kind::kBool, depth);
      case 3: {
        const Kind kind = kKinds[1 + Below(3)];
        std::string text = "(" + Expression(kind, depth) + " in [";
        for (size_t i = 0, items = Below(4); i < items; ++i)
          text += (i > 0 ? ", " : "") + (kind == Kind::kDouble && !strict_ && Chance(4) ? "1"
                                         : Chance(2)                                    ? Leaf(kind)
                                                                                        : Expression(kind, depth));
        return text + "])";
      }
      case 4:
        return Member(depth) + Pick({".startsWith(", ".endsWith(", ".contains("}) + Expression(Kind::kString, depth) +
               ")";
      case 5:  // numbers of different types can be ordered
        return "(" + Expression(Kind::kInt, depth) + Pick({" < ", " <= ", " > ", " >= "}) +
               Expression(Kind::kDouble, depth) + ")";
      default: {
        const Kind kind = AnyKind();
        const std::string op = Pick({" == ", " != ", " < ", " <= ", " > ", " >= "});
        return "(" + Expression(kind, depth) + op + Expression(kind, depth) + ")";
      }
    }
  }

  std::string IntExpression(int depth) {
    switch (Below(13)) {
      case 6:
        return "size(" + List(AnyKind(), depth) + ")";
      case 7:
        return Item(Kind::kInt, depth);
      case 8:
        return Member(depth) + Pick({".indexOf(", ".lastIndexOf("}) + Expression(Kind::kString, depth) +
               (Chance(2) ? ", " + Small(depth) : "") + ")";
      case 9:
        return "(" + Expression(Kind::kTimestamp, depth) + ")" + Getter() + "(" + ZoneArgument() + ")";
      case 10:
        return "(" + Expression(Kind::kDuration, depth) + ")" +
               Pick({".getHours()", ".getMinutes()", ".getSeconds()", ".getMilliseconds()"});
      case 11:
        if (Chance(3))
          return "host.some(" + Expression(Kind::kInt, depth) + ", " + Expression(Kind::kString, depth) + ")";
        if (Chance(3)) return Extreme(Kind::kInt, depth);
        return Pick({"math.abs(", "math.sign(", "math.bitNot("}) + Expression(Kind::kInt, depth) + ")";
      case 12:
        return Pick({"math.bitAnd(", "math.bitOr(", "math.bitXor(", "math.bitShiftLeft(", "math.bitShiftRight("}) +
               Expression(Kind::kInt, depth) + ", " + Small(depth) + ")";
      case 0:
        return "-(" + Expression(Kind::kInt, depth) + ")";
      case 1:
        return "size(" + Expression(Kind::kString, depth) + ")";
      case 2:
        return "int(" + Expression(kKinds[1 + Below(4)], depth) + ")";
      default:
        return "(" + Expression(Kind::kInt, depth) + Pick({" + ", " - ", " * ", " / ", " % "}) +
               Expression(Kind::kInt, depth) + ")";
    }
  }

  std::string DoubleExpression(int depth) {
    const std::string op = Pick({" + ", " - ", " * ", " / "});
    switch (Below(10)) {
      case 6:
        return Item(Kind::kDouble, depth);
      case 7:
        if (Chance(3)) return "host.twice(" + Expression(Kind::kDouble, depth) + ")";
        if (Chance(3)) return "math.sqrt(" + Expression(kKinds[1 + Below(2)], depth) + ")";
        return Pick({"math.ceil(", "math.floor(", "math.round(", "math.trunc(", "math.abs(", "math.sign("}) +
               Expression(Kind::kDouble, depth) + ")";
      case 8:
        return Extreme(Kind::kDouble, depth);
      case 9:
        return Bind(Kind::kDouble, depth);
      case 0:
        return "-(" + Expression(Kind::kDouble, depth) + ")";
      case 1:
        return "double(" + Expression(kKinds[1 + Below(3)], depth) + ")";
      case 2:
        if (!strict_) return "(" + Expression(Kind::kDouble, depth) + op + Pick({"2", "-3", "0"}) + ")";
        [[fallthrough]];
      default:
        return "(" + Expression(Kind::kDouble, depth) + op + Expression(Kind::kDouble, depth) + ")";
    }
  }

  std::string Member(int depth) { return "(" + Expression(Kind::kString, depth) + ")"; }
  std::string TextExpression(int depth) {
    switch (Below(12)) {
      case 0:
        return Item(Kind::kString, depth);
      case 1:
        return Member(depth) + ".charAt(" + Small(depth) + ")";
      case 2:
        return Member(depth) + ".substring(" + Small(depth) + (Chance(2) ? ", " + Small(depth) : "") + ")";
      case 3:
        return Member(depth) + Pick({".trim()", ".lowerAscii()", ".upperAscii()", ".reverse()"});
      case 4:
        return Member(depth) + ".replace(" + Expression(Kind::kString, depth) + ", " +
               Expression(Kind::kString, depth) + (Chance(2) ? ", " + Small(depth) : "") + ")";
      case 5:
        return List(Kind::kString, depth) + ".join(" + (Chance(2) ? Expression(Kind::kString, depth) : "") + ")";
      case 6:
        return Bind(Kind::kString, depth);
      default:
        break;
    }
    if (Chance(2)) return "string(" + Expression(AnyKind(), depth) + ")";
    return "(" + Expression(Kind::kString, depth) + " + " + Expression(Kind::kString, depth) + ")";
  }

  std::string TimeExpression(int depth) {
    switch (Below(4)) {
      case 0:
        return "timestamp(" + Expression(Kind::kInt, depth) + ")";
      case 1:
        return "(" + Expression(Kind::kDuration, depth) + " + " + Expression(Kind::kTimestamp, depth) + ")";
      default:
        return "(" + Expression(Kind::kTimestamp, depth) + Pick({" + ", " - "}) + Expression(Kind::kDuration, depth) +
               ")";
    }
  }

  std::string SpanExpression(int depth) {
    const size_t which = Below(strict_ ? 2 : 5);
    if (which == 0)
      return "(" + Expression(Kind::kTimestamp, depth) + " - " + Expression(Kind::kTimestamp, depth) + ")";
    if (which == 1)
      return "(" + Expression(Kind::kDuration, depth) + Pick({" + ", " - "}) + Expression(Kind::kDuration, depth) + ")";
    const Kind number = Chance(2) ? Kind::kInt : Kind::kDouble;
    if (which == 2) return "(" + Expression(Kind::kDuration, depth) + " * " + Expression(number, depth) + ")";
    if (which == 3) return "(" + Expression(number, depth) + " * " + Expression(Kind::kDuration, depth) + ")";
    // Not a bare literal, which may be refused for its size.
    return Pick({"days(", "hours(", "minutes("}) + "(" + Expression(number, depth) + Pick({" + ", " * "}) +
           Expression(number, depth) + "))";
  }

  // ---- Lists and macros ----

  struct Bound {
    std::string name;
    Kind kind;
  };

  std::string Truth(int depth) {
    const Kind kind = AnyKind();
    const std::string list = List(kind, depth);
    member_ = kind;
    return list + Pick({".all(", ".exists(", ".exists_one("}) + Body(Kind::kBool, depth);
  }

  std::string List(Kind kind, int depth) {
    if (depth > 0 && Chance(3)) {
      switch (Below(kind == Kind::kString ? 5 : 4)) {
        case 0:
          return "(" + List(kind, depth - 1) + " + " + List(kind, depth - 1) + ")";
        case 1: {
          const std::string list = List(kind, depth - 1);
          member_ = kind;
          return list + ".filter(" + Body(Kind::kBool, depth - 1);
        }
        case 2: {
          const Kind from = AnyKind();
          const std::string list = List(from, depth - 1);
          member_ = from;
          return list + ".map(" + Body(kind, depth - 1, /*filter=*/Chance(3));
        }
        case 3:
          return "(" + Expression(Kind::kBool, depth - 1) + " ? " + List(kind, depth - 1) + " : " +
                 List(kind, depth - 1) + ")";
        default:
          return Member(depth - 1) + ".split(" + Expression(Kind::kString, depth - 1) +
                 (Chance(2) ? ", " + Small(depth - 1) : "") + ")";
      }
    }
    std::string text = "[";
    for (size_t i = 0, items = Below(4); i < items; ++i) {
      text.append(i > 0 ? ", " : "").append(Chance(2) ? Leaf(kind) : Expression(kind, depth - 1));
    }
    return text + "]";
  }

  // "x, ...)", with a variable of the kind member_ in scope.
  std::string Body(Kind kind, int depth, bool filter = false) {
    const std::string name = Pick({"x", "y", "i1", "s1", "mrr"});
    scope_.push_back({name, member_});
    const std::string first = filter ? Expression(Kind::kBool, depth) + ", " : "";
    std::string text = name + ", " + first + Expression(kind, depth) + ")";
    scope_.pop_back();
    return text;
  }

  std::string Item(Kind kind, int depth) {
    return "(" + List(kind, depth) + " + [" + Leaf(kind) + "])[" + Small(depth) + "]";
  }

  std::string Bind(Kind kind, int depth) {
    const Kind bound = AnyKind();
    const std::string value = Expression(bound, depth);
    member_ = bound;
    std::string body = Body(kind, depth);
    const size_t comma = body.find(", ");
    return "cel.bind(" + body.substr(0, comma) + ", " + value + body.substr(comma);
  }

  std::string Small(int depth) {
    return Chance(4) ? Expression(Kind::kInt, depth) : Pick({"0", "1", "2", "3", "-1", "62", "64"});
  }
  std::string Getter() {
    return Pick({".getFullYear", ".getMonth", ".getDate", ".getDayOfMonth", ".getDayOfWeek", ".getDayOfYear",
                 ".getHours", ".getMinutes", ".getSeconds", ".getMilliseconds"});
  }
  std::string ZoneArgument() {
    return Pick(
        {"", "'Europe/London'", "'America/New_York'", "'+02:00'", "'-09:30'", "'Asia/Kathmandu'", ".s1", "p.s2"});
  }
  std::string Extreme(Kind kind, int depth) {
    const std::string name = Pick({"math.greatest(", "math.least("});
    if (Chance(3)) return name + "[" + Expression(kind, depth) + ", " + Expression(kind, depth) + "])";
    std::string text = name + Expression(kind, depth);
    for (size_t i = 0, more = Below(3); i < more; ++i) {
      // Mixed with ints, a double it stays.
      const bool mix = kind == Kind::kDouble && Chance(3);
      text += ", " + Expression(mix ? Kind::kInt : kind, depth);
    }
    return text + ")";
  }

  std::mt19937_64 random_;
  bool strict_;
  std::vector<Bound> scope_;
  Kind member_ = Kind::kInt;
};

}  // namespace tocsin

#endif  // TOCSIN_TESTS_SUPPORT_EXPR_GENERATOR_H_
