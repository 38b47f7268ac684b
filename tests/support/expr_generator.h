// Well-typed expressions by chance, and values for their variables: ordinary, extreme and absent ones.
#ifndef TOCSIN_TESTS_SUPPORT_EXPR_GENERATOR_H_
#define TOCSIN_TESTS_SUPPORT_EXPR_GENERATOR_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/seed.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

class ExpressionGenerator {
 public:
  ExpressionGenerator(uint64_t seed, bool strict) : random_(test::Seed(seed)), strict_(strict) {}

  // Two variables of each kind; the second of the doubles is a decimal.
  static Environment MakeEnvironment(bool strict) {
    Environment environment;
    environment.AllowNow().SetStrict(strict);
    uint32_t slot = 0;
    for (const Kind kind : kKinds) {
      const std::string name = TypeName(kind).substr(0, 1) + (kind == Kind::kDuration ? "u" : "");
      environment.Add(name + "1", kind, slot++);
      environment.Add("p." + name + "2", kind == Kind::kDouble ? Type::Decimal(2) : Type(kind), slot++);
    }
    return environment;
  }

  std::vector<Value> Values() {
    static const std::string kTexts[] = {
        "", "a", "ab", "b", "12", "-7", "1.5", "1h30m", "2024-01-31T09:00:00Z", "\u00e9\u6f22"};
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
            value = Value::String(kTexts[Below(10)]);
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
      const std::string name = TypeName(kind).substr(0, 1) + (kind == Kind::kDuration ? "u" : "");
      return Chance(2) ? name + "1" : "p." + name + "2";
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
    switch (Below(8)) {
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
          text += (i > 0 ? ", " : "") + (Chance(2) ? Leaf(kind) : Expression(kind, depth));
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
    switch (Below(6)) {
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
    switch (Below(6)) {
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

  std::mt19937_64 random_;
  bool strict_;
};

}  // namespace tocsin

#endif  // TOCSIN_TESTS_SUPPORT_EXPR_GENERATOR_H_
