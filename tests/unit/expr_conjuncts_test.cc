// Conjuncts, thresholds, and thresholds compiled to be inlined.
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "expr/condition.h"
#include "support/catch.h"
#include "support/expr_environment.h"
#include "support/expr_generator.h"

namespace tocsin {
namespace {

Expression Compiled(const std::string& source, const Environment& environment) {
  std::vector<Diagnostic> mistakes;
  auto expression = Expression::Compile(source, environment, Kind::kBool, "test", &mistakes);
  CAPTURE(source, Render(mistakes));
  REQUIRE(expression.has_value());
  return *expression;
}

std::string Show(const Threshold& threshold) {
  std::string text = "#" + std::to_string(threshold.slot) + " ";
  text.append(Spelling(threshold.op)).append(" ");
  if (const int64_t* const integer = std::get_if<int64_t>(&threshold.constant)) return text + std::to_string(*integer);
  return text + "double " + ToText(Value::Double(std::get<double>(threshold.constant)));
}

std::string Show(const Conjunct& conjunct) {
  std::string text = conjunct.threshold ? Show(*conjunct.threshold) : "";
  if (!conjunct.equality) return text.empty() ? "other " + conjunct.term.ToString() : text;
  if (!text.empty()) text += ", ";
  return text + "#" + std::to_string(conjunct.equality->slot) + " is " + TypeName(conjunct.equality->constant.kind()) +
         " " + ToText(conjunct.equality->constant);
}

struct Case {
  std::string source;
  std::vector<std::string> expected;
};

TEST_CASE("what must all hold", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"mrr > 500", {"#0 > double 500"}},
      {"500 >= mrr", {"#0 <= double 500"}},
      {"500 < mrr", {"#0 > double 500"}},
      {"500.0 == mrr", {"#0 == double 500, #0 is double 500"}},
      {"mrr != 500", {"#0 != double 500"}},
      {"mrr < 30 * 60", {"#0 < double 1800"}},  // of an int; compared as doubles
      {"visits >= 3", {"#3 >= 3"}},
      {"visits > 3.5", {"#3 > double 3.5"}},
      {"price < 20", {"#9 < double 20"}},
      {"idle > days(30)", {"#4 > 2592000000000000"}},
      {"since < timestamp(0)", {"#7 < 0"}},
      {"visits == 3", {"#3 == 3, #3 is int 3"}},
      {"country == \"France\"", {"#2 is string France"}},
      {"\"France\" == country", {"#2 is string France"}},
      {"country != \"France\"", {"other country != \"France\""}},
      {"country < \"France\"", {"other country < \"France\""}},
      {"vip", {"#6 is bool true"}},
      {"!vip", {"#6 is bool false"}},
      {"vip == false", {"#6 is bool false"}},
      {"mrr > 5 && visits < 3", {"#0 > double 5", "#3 < 3"}},
      {"(mrr > 5 && (visits < 3 && vip)) && price > 1",
       {"#0 > double 5", "#3 < 3", "#6 is bool true", "#9 > double 1"}},
      {"mrr > 5 || vip", {"other mrr > 5.0 || vip"}},
      {"(mrr > 5 || vip) && visits > 0", {"other mrr > 5.0 || vip", "#3 > 0"}},
      {"!(mrr > 5)", {"other !(mrr > 5.0)"}},
      {"mrr > refunds_24h", {"other mrr > refunds_24h"}},
      {"mrr + 1 > 2", {"other mrr + 1.0 > 2.0"}},
      {"now > timestamp(0)", {"other now > timestamp(0)"}},
      {"has(mrr)", {"other has(mrr)"}},
      {"true", {"other true"}},
  }));
  CAPTURE(source);
  std::vector<std::string> got;
  const Expression condition = Compiled(source, TestEnvironment());
  for (const Conjunct& conjunct : Conjuncts(condition)) got.push_back(Show(conjunct));
  CHECK(got == expected);
  const bool alone = got.size() == 1 && got[0][0] == '#' && got[0].find(" is ") == std::string::npos;
  if (alone) CHECK(AsThreshold(condition).has_value());
  if (got.size() > 1) CHECK_FALSE(AsThreshold(condition).has_value());
}

std::string Answer(Truth truth) {
  return truth == Truth::kTrue ? "true" : truth == Truth::kFalse ? "false" : "no data";
}
std::string Answer(const Result& result) {
  if (result.outcome == Outcome::kFault) return "fault";
  return result.outcome == Outcome::kNoData ? "no data" : ToText(result.value);
}

TEST_CASE("a compiled threshold just below, at and above its constant", "[expr]") {
  Environment environment;
  environment.Add("x", Kind::kDouble, 0).Add("n", Kind::kInt, 0).Add("d", Kind::kDuration, 0);
  const std::string op = GENERATE("==", "!=", "<", "<=", ">", ">=");
  const std::string name = GENERATE("x", "n", "d");
  const std::string constant = name == "d" ? "duration('5ns')" : "5";
  const Expression condition = Compiled(name + " " + op + " " + constant, environment);
  const CompiledThreshold threshold(*AsThreshold(condition));
  Scratch scratch;
  for (const double number : {-5.0, 4.0, 4.999999, 5.0, 5.000001, 6.0}) {
    Value value = Value::Double(number);
    if (name == "n") value = Value::Int(static_cast<int64_t>(number));
    if (name == "d") value = Value::Span(Duration(static_cast<int64_t>(number)));
    CAPTURE(condition.ToString(), number);
    CHECK(Answer(threshold.Evaluate(&value)) == Answer(condition.Evaluate({&value, 1}, Time(), scratch)));
  }
  const Value absent;
  CHECK(threshold.Evaluate(&absent) == Truth::kNoData);
}

TEST_CASE("a value that is no number is unlike everything", "[expr]") {
  Environment environment;
  environment.Add("x", Kind::kDouble, 0).SetStrict(true);
  const std::string op = GENERATE("==", "!=", "<", "<=", ">", ">=");
  const Expression condition = Compiled("x " + op + " 5.0", environment);
  Scratch scratch;
  const Value nan = Value::Double(std::numeric_limits<double>::quiet_NaN());
  CHECK(Answer(CompiledThreshold(*AsThreshold(condition)).Evaluate(&nan)) ==
        Answer(condition.Evaluate({&nan, 1}, Time(), scratch)));
}

TEST_CASE("conjuncts and thresholds agree with the condition", "[expr]") {
  const bool strict = GENERATE(false, true);
  const Environment environment = ExpressionGenerator::MakeEnvironment(strict);
  ExpressionGenerator generator(strict ? 31 : 29, strict);
  Scratch scratch;
  const Time now = FromNanos(1'700'000'000'000'000'000);
  int thresholds_seen = 0;
  int conjunctions_seen = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = generator.Expression(Kind::kBool, 1 + i % 3);
    if (text.size() > environment.limits().max_source_bytes) continue;
    const Expression condition = Compiled(text, environment);
    const std::vector<Conjunct> conjuncts = Conjuncts(condition);
    const auto thresholds = AsThresholds(condition);
    conjunctions_seen += conjuncts.size() > 1;
    for (int j = 0; j < 4; ++j) {
      const std::vector<Value> values = generator.Values();
      CAPTURE(text, strict);
      bool all = true;
      for (const Conjunct& conjunct : conjuncts) {
        const Result result = conjunct.term.Evaluate(values, now, scratch);
        all = all && result.IsTrue();
        if (conjunct.threshold) {
          ++thresholds_seen;
          const Truth truth = CompiledThreshold(*conjunct.threshold).Evaluate(values.data());
          REQUIRE(Answer(truth) == Answer(conjunct.term.Evaluate(values, now, scratch)));
        }
        // A decimal is a double in conditions, whatever its value is made of.
        if (conjunct.equality && conjunct.equality->constant.kind() != Kind::kDouble) {
          const Value& value = values[conjunct.equality->slot];
          REQUIRE(result.IsTrue() == (value == conjunct.equality->constant));
        }
      }
      const Result whole = condition.Evaluate(values, now, scratch);
      REQUIRE(all == whole.IsTrue());
      if (thresholds) REQUIRE(Answer(AllHold(*thresholds, values.data())) == Answer(whole));
    }
  }
  CHECK(thresholds_seen > 500);
  CHECK(conjunctions_seen > 500);
}

}  // namespace
}  // namespace tocsin
