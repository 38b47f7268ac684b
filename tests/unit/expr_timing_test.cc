// When passing time alone changes a condition: the instant before, at and after; against stepping through small times
// and asking about large ones.
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "expr/condition.h"
#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/expr/expression.h"

namespace tocsin {
namespace {

using std::chrono::hours;

// idle and quiet grow; gap, since, n, x and flag are constant between events.
Environment TimedEnvironment() {
  Environment environment;
  environment.AddElapsed("idle", 0)
      .AddElapsed("quiet", 1)
      .Add("gap", Kind::kDuration, 2)
      .Add("since", Kind::kTimestamp, 3)
      .Add("n", Kind::kInt, 4)
      .Add("x", Kind::kDouble, 5)
      .Add("flag", Kind::kBool, 6)
      .AllowNow();
  return environment;
}

Expression Compiled(const std::string& source, Kind kind = Kind::kBool) {
  std::vector<Diagnostic> mistakes;
  auto expression = Expression::Compile(source, TimedEnvironment(), kind, "test", &mistakes);
  CAPTURE(source, Render(mistakes));
  REQUIRE(expression.has_value());
  return *expression;
}

struct Case {
  std::string source;
  size_t linear;
  bool other;
};

TEST_CASE("which terms time can change", "[expr]") {
  const auto [source, linear, other] = GENERATE(values<Case>({
      {"idle > days(60)", 1, false},
      {"idle >= 3 * gap", 1, false},
      {"idle >= gap * x", 1, false},
      {"now - since > days(30)", 1, false},
      {"days(90) - idle < days(3)", 1, false},
      {"since + days(30) < now", 1, false},
      {"2 * idle - quiet > gap", 1, false},
      {"idle * n > gap", 1, false},
      {"(flag ? idle : quiet) > gap", 1, false},
      {"(flag ? idle : gap) > gap", 1, false},
      {"timestamp(now) > since && duration(idle) > gap", 2, false},
      {"idle > days(60) && x > 5.0 || !(quiet < gap)", 2, false},
      {"idle == gap", 1, false},
      {"x > 5.0 && since > timestamp(0) && gap > days(1)", 0, false},
      {"has(idle)", 0, false},
      {"has(idle) ? gap > days(1) : flag", 0, false},
      {"now - idle > since", 0, false},  // when the last event was: as constant as that
      {"idle > quiet", 0, false},
      {"int(now) % 86400 < 3600", 0, true},
      {"string(now) > \"2024\"", 0, true},
      {"idle in [gap]", 0, true},
      {"gap in [idle]", 0, true},
      {"(idle > gap) == flag", 0, true},
      {"(idle > gap ? gap : quiet) > gap", 0, true},
      {"idle * int(now) > gap", 0, true},
      {"days(int(now)) > idle", 0, true},
      {"idle > gap && int(now) > 5", 1, true},
  }));
  CAPTURE(source);
  const Expression condition = Compiled(source);
  const TimeTerms terms = TimedTerms(condition);
  CHECK(terms.linear.size() == linear);
  CHECK(terms.other == other);
  if (linear > 0 || other) CHECK(IsTimed(condition));
}

TEST_CASE("what is timed, and how steeply", "[expr]") {
  CHECK_FALSE(IsTimed(Compiled("has(idle) && gap > days(1)")));
  CHECK(IsTimed(Compiled("idle > quiet")));
  CHECK(Slope(Compiled("now - since", Kind::kNone)) == 1);
  CHECK(Slope(Compiled("days(90) - idle", Kind::kNone)) == -1);
  CHECK(Slope(Compiled("2 * idle + quiet * -5", Kind::kNone)) == -3);
  CHECK(Slope(Compiled("flag ? idle : quiet", Kind::kNone)) == 1);
  CHECK(Slope(Compiled("gap + gap", Kind::kNone)) == 0);
  CHECK(Slope(Compiled("x / 2", Kind::kNone)) == 0);
  CHECK(Slope(Compiled("idle * x", Kind::kNone)) == std::nullopt);
  CHECK(Slope(Compiled("idle * 2.0", Kind::kNone)) == std::nullopt);
  CHECK(Slope(Compiled("flag ? idle : gap", Kind::kNone)) == std::nullopt);
  CHECK(Slope(Compiled("int(now)", Kind::kNone)) == std::nullopt);
}

LinearTerm Only(const std::string& source) {
  TimeTerms terms = TimedTerms(Compiled(source));
  CAPTURE(source);
  REQUIRE(terms.linear.size() == 1);
  return terms.linear.front();
}

constexpr Time kNow = FromNanos(1'706'691'600'000'000'000);  // 2024-01-31T09:00:00Z

std::vector<Value> Values() {
  return {Value::Span(hours(48)), Value::Span(hours(1)), Value::Span(hours(10)), Value::Timestamp(kNow - hours(24)),
          Value::Int(3),          Value::Double(2.5),    Value::Bool(true)};
}

// "when": how long after kNow, or "never".
struct Flip {
  std::string source;
  std::string when;
};

TEST_CASE("when a term turns", "[expr]") {
  const auto [source, when] = GENERATE(values<Flip>({
      {"idle >= days(3)", "1d"},
      {"idle > days(3)", "1d1ns"},
      {"idle < days(3)", "1d"},
      {"idle <= days(3)", "1d1ns"},
      {"days(3) <= idle", "1d"},
      {"idle == days(3)", "1d"},
      {"idle != days(3)", "1d"},
      {"idle == days(2)", "1ns"},
      {"idle > days(2)", "1ns"},
      {"idle >= days(2)", "never"},
      {"idle < days(1)", "never"},
      {"idle == days(1)", "never"},
      {"idle >= 5 * gap", "2h"},
      {"idle >= gap * x * 2.0", "2h"},
      {"2 * idle > days(5)", "12h1ns"},
      {"2 * idle == days(4) + duration('1ns')", "never"},
      {"2 * idle >= days(4) + duration('1ns')", "1ns"},
      {"idle * 2.0 >= days(5)", "12h"},
      {"idle * x >= days(6)", "9h36m"},
      {"idle * 0.5 >= days(1) + duration('1ns')", "2ns"},
      {"idle * n == days(9)", "1d"},
      {"now - since > days(30)", "29d1ns"},
      {"now >= since + days(30)", "29d"},
      {"days(90) - idle < days(3)", "85d1ns"},
      {"days(90) - idle <= days(3)", "85d"},
      {"2 * quiet > idle", "46h1ns"},
      {"quiet * 2.0 > idle", "46h1ns"},
      {"(flag ? quiet : idle) > hours(2)", "1h1ns"},
      {"now > timestamp(\"2262-04-11T00:00:00Z\")", "86997d15h1ns"},
      {"2 * idle > days(106000)", "52998d1ns"},
      {"idle * x > duration(\"9223372036.854775807s\")", "never"},  // overflows instead
  }));
  CAPTURE(source);
  Scratch scratch;
  std::vector<Value> values = Values();
  const std::optional<Time> flip = Only(source).NextFlip(values, kNow, scratch);
  if (when == "never") {
    CHECK_FALSE(flip.has_value());
  } else {
    const Expression wait = Compiled("duration(\"" + when + "\")", Kind::kNone);
    REQUIRE(flip.has_value());
    CHECK(*flip == kNow + wait.Evaluate({}, kNow, scratch).value.AsDuration());
  }
  CHECK(values == Values());  // restored
}

TEST_CASE("no answer, no flip", "[expr]") {
  Scratch scratch;
  std::vector<Value> values = Values();
  values[0] = Value();
  CHECK_FALSE(Only("idle > days(3)").NextFlip(values, kNow, scratch).has_value());
  CHECK_FALSE(Only("idle * x > days(3)").NextFlip(values, kNow, scratch).has_value());
  values[0] = Value::Span(Duration(5));
  CHECK(Only("idle > days(3)").NextFlip(std::span(values).first(1), kNow, scratch).has_value());
  values[2] = Value();
  CHECK_FALSE(Only("idle > gap").NextFlip(values, kNow, scratch).has_value());
}

TEST_CASE("the last instant there is", "[expr]") {
  Scratch scratch;
  std::vector<Value> values = Values();
  const Time end = Time::max();
  const std::string last = "timestamp(\"2262-04-11T23:47:16.854775807Z\")";
  const LinearTerm at = Only("now >= " + last);
  CHECK(at.NextFlip(values, end - Duration(1), scratch) == end);
  CHECK(at.NextFlip(values, kNow, scratch) == end);
  CHECK_FALSE(at.NextFlip(values, end, scratch).has_value());
  const LinearTerm after = Only("now > " + last);
  CHECK_FALSE(after.NextFlip(values, kNow, scratch).has_value());
  const LinearTerm scaled = Only("idle * 0.5 > days(50000)");
  CHECK_FALSE(scaled.NextFlip(values, end, scratch).has_value());
  CHECK_FALSE(scaled.NextFlip(values, kNow, scratch).has_value());
  values[0] = Value::Span(hours(24 * 99'999));
  const std::optional<Time> flip = scaled.NextFlip(values, kNow, scratch);
  REQUIRE(flip.has_value());
  // So far out a double counts in steps of 512 ns.
  CHECK(*flip - kNow > hours(24));
  CHECK(*flip - kNow < hours(24) + Duration(2048));
}

// Comparisons by chance of what grows, with factors that are whole, known only later, or broken.
class TermGenerator {
 public:
  explicit TermGenerator(uint64_t seed) : random_(test::Seed(seed)) {}

  // `mixed`: both sides may grow, and by broken factors: where rounding can make the answer go to and fro.
  std::string Term(bool mixed) {
    std::string left = Growing(mixed);
    std::string right = mixed ? Span() : Steady();
    if (Below(4) == 0) {
      left = mixed ? "now - " + left : "now";
      right = "since + " + right;
    }
    if (Below(2) == 0) std::swap(left, right);
    return left + Pick({" < ", " <= ", " > ", " >= ", " == ", " != "}) + right;
  }

  std::vector<Value> Values(int64_t size) {
    const auto some = [&] { return static_cast<int64_t>(random_() % static_cast<uint64_t>(2 * size)) - size / 2; };
    std::vector<Value> values = {Value::Span(Duration(some())),
                                 Value::Span(Duration(some())),
                                 Value::Span(Duration(some())),
                                 Value::Timestamp(FromNanos(some())),
                                 Value::Int(static_cast<int64_t>(Below(7)) - 2),
                                 Value::Double(static_cast<double>(Below(13)) / 4 - 0.75),
                                 Value::Bool(Below(2) == 0)};
    if (Below(10) == 0) values[Below(7)] = Value();
    return values;
  }

  uint64_t Below(uint64_t n) { return random_() % n; }

 private:
  template <size_t n>
  std::string Pick(const char* const (&choices)[n]) {
    return choices[Below(n)];
  }
  std::string Steady() {
    return Pick({"gap", "3 * gap", "gap * x", "duration('20ns')", "(gap - duration('7ns'))", "(since - timestamp(0))",
                 "(flag ? gap : 2 * gap)"});
  }
  // One thing that grows, once.
  std::string Growing(bool mixed) {
    const std::string one = Pick({"idle", "(now - since)", "quiet", "(gap + idle)", "(gap - idle)"});
    if (mixed && Below(2) == 0) return "(" + one + Pick({" + ", " - "}) + Span() + ")";
    switch (Below(5)) {
      case 0:
        return "(" + one + " * " + Pick({"2", "3", "-2", "0"}) + ")";
      case 1:
        return "(n * " + one + ")";
      case 2:
        return "(" + one + " * x)";
      case 3:
        return "(" + one + " * " + Pick({"1.5", "0.25", "-0.3", "2.0"}) + ")";
      default:
        return one;
    }
  }
  std::string Span() { return Below(2) == 0 ? Steady() : Pick({"idle", "2 * quiet", "(now - since)", "idle * n"}); }

  std::mt19937_64 random_;
};

std::string AnswerAfter(const Expression& term, std::vector<Value> values, Time now, int64_t passed, Scratch* scratch) {
  for (const size_t slot : {0, 1}) {
    if (values[slot].absent()) continue;
    values[slot] = Value::Span(values[slot].AsDuration() + Duration(passed));
  }
  const Result result = term.Evaluate(values, now + Duration(passed), *scratch);
  return result.outcome == Outcome::kValue ? ToText(result.value) : "none";
}

TEST_CASE("the next flip is what stepping finds", "[expr]") {
  TermGenerator generator(61);
  Scratch scratch;
  int flips = 0;
  int never = 0;
  for (int i = 0; i < 4'000; ++i) {
    const bool mixed = i % 2 == 0;
    const std::string source = generator.Term(mixed);
    const TimeTerms terms = TimedTerms(Compiled(source));
    CAPTURE(source);
    REQUIRE_FALSE(terms.other);
    if (terms.linear.empty()) continue;
    const LinearTerm& term = terms.linear.front();
    for (int j = 0; j < 5; ++j) {
      std::vector<Value> values = generator.Values(50);
      const std::vector<Value> before = values;
      const Time now = FromNanos(static_cast<int64_t>(generator.Below(100)) - 50);
      for (const Value& value : values) UNSCOPED_INFO(ToText(value));
      CAPTURE(ToNanos(now));
      const std::optional<Time> flip = term.NextFlip(values, now, scratch);
      REQUIRE(values == before);
      const std::string answer = AnswerAfter(term.term(), values, now, 0, &scratch);
      std::optional<Time> expected;
      for (int64_t passed = 1; passed <= 2'000 && answer != "none" && !expected; ++passed) {
        if (AnswerAfter(term.term(), values, now, passed, &scratch) != answer) expected = now + Duration(passed);
      }
      const bool rounds = mixed && (source.find('x') != std::string::npos || source.find('.') != std::string::npos);
      if (!rounds) {
        REQUIRE(flip == expected);
      } else if (flip) {  // one of the instants about the crossing
        const int64_t passed = ToNanos(*flip - now);
        REQUIRE(AnswerAfter(term.term(), values, now, passed, &scratch) != answer);
        REQUIRE(AnswerAfter(term.term(), values, now, passed - 1, &scratch) == answer);
        // Beyond what was stepped through, doubles round coarsely: 2 * quiet > quiet * 2.0 comes out either way.
        if (passed > 2'000) continue;
        REQUIRE(expected.has_value());
        REQUIRE(*flip - *expected < Duration(30));
      }
      flips += flip.has_value();
      never += !flip.has_value();
    }
  }
  CHECK(flips > 3'000);
  CHECK(never > 3'000);
}

TEST_CASE("on large times nothing changes before the flip", "[expr]") {
  TermGenerator generator(67);
  Scratch scratch;
  int flips = 0;
  for (int i = 0; i < 4'000; ++i) {
    const std::string source = generator.Term(false);
    const TimeTerms terms = TimedTerms(Compiled(source));
    if (terms.linear.empty()) continue;
    const LinearTerm& term = terms.linear.front();
    std::vector<Value> values = generator.Values(int64_t{1} << (20 + generator.Below(40)));
    const Time now = FromNanos(static_cast<int64_t>(generator.Below(uint64_t{1} << 60)));
    CAPTURE(source, ToNanos(now));
    for (const Value& value : values) UNSCOPED_INFO(ToText(value));
    const std::string answer = AnswerAfter(term.term(), values, now, 0, &scratch);
    const std::optional<Time> flip = term.NextFlip(values, now, scratch);
    const int64_t end = flip ? ToNanos(*flip - now) : int64_t{1} << 60;
    if (flip) {
      ++flips;
      REQUIRE(end > 0);
      REQUIRE(AnswerAfter(term.term(), values, now, end, &scratch) != answer);
      REQUIRE(AnswerAfter(term.term(), values, now, end - 1, &scratch) == answer);
    }
    for (int j = 0; j < 60; ++j) {
      const int64_t passed = static_cast<int64_t>(generator.Below(static_cast<uint64_t>(end)));
      const std::string there = AnswerAfter(term.term(), values, now, passed, &scratch);
      // Where there is no flip, a product may overflow in the end.
      if (flip || there != "none") REQUIRE(there == answer);
    }
  }
  CHECK(flips > 500);
}

}  // namespace
}  // namespace tocsin
