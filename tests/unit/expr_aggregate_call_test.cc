#include <fmt/format.h>

#include <numeric>
#include <string>
#include <vector>

#include "expr/aggregate_call.h"
#include "support/catch.h"
#include "tocsin/expr/expression.h"

namespace tocsin {
namespace {

// "name(argument|argument)" or the mistake.
std::string Split(const SourceText& source) {
  std::vector<Diagnostic> mistakes;
  const auto call = ParseAggregateCall(source, "metric m", &mistakes);
  CHECK(call.has_value() == mistakes.empty());
  if (!call) return fmt::format("{}+{} {}", mistakes.at(0).column, mistakes.at(0).length, mistakes.at(0).message);
  std::string text = call->name;
  CHECK(source.text().substr(call->place.offset, call->place.length) == call->name);
  if (!call->called) return text;
  text += "(";
  for (size_t i = 0; i < call->arguments.size(); ++i) {
    if (i > 0) text += "|";
    text += source.text().substr(call->arguments[i].offset, call->arguments[i].length);
  }
  return text + ")";
}

TEST_CASE("aggregates and their arguments", "[expr]") {
  struct Case {
    std::string source;
    std::string expected;
  };
  const auto [source, expected] = GENERATE(values<Case>({
      {"count", "count"},
      {" count ", "count"},
      {"count()", "count()"},
      {"sum(amount)", "sum(amount)"},
      {"mean( actual / expected )", "mean(actual / expected)"},
      {"quantile(0.95, amount)", "quantile(0.95|amount)"},
      {"share(size(a) > 2 && b in [1, 2])", "share(size(a) > 2 && b in [1, 2])"},
      {"topk(5, (a + (b)), ',)')", "topk(5|(a + (b))|',)')"},
      {"", "0+1 the aggregate is missing"},
      {"5", "1+1 an aggregate begins with its name, not with '5'"},
      {"sum amount", "5+6 'amount' cannot follow the aggregate's name"},
      {"sum(amount", "4+1 '(' is never closed"},
      {"sum(,a)", "5+1 an argument is missing before ','"},
      {"sum(a,)", "7+1 an argument is missing before ')'"},
      {"sum(a) / 2", "8+3 nothing can follow the aggregate"},
      {"sum('a)", "5+1 the text that begins here is never closed"},
  }));
  CAPTURE(source);
  CHECK(Split(source) == expected);
}

TEST_CASE("a mistake in an argument is shown where it stands", "[expr]") {
  Environment environment;
  environment.Add("amount", Kind::kDouble, 0).SetNoun("attribute");
  const auto compile = [&](const SourceText& source) {
    std::vector<Diagnostic> mistakes;
    const auto call = ParseAggregateCall(source, "metric m", &mistakes);
    REQUIRE(call.has_value());
    REQUIRE(call->arguments.size() == 1);
    const SourceText argument = source.Sub(call->arguments[0].offset, call->arguments[0].length);
    CHECK_FALSE(Expression::Compile(argument, environment, Kind::kDouble, "metric m", &mistakes));
    return Render(mistakes);
  };
  CHECK(compile("sum( amout * 2)") ==
        "metric m:1:6: error: no attribute named 'amout'\n"
        "  1 | sum( amout * 2)\n"
        "    |      ^~~~~ did you mean 'amount'?");
  const auto file = std::make_shared<SourceFile>(SourceFile{"rules.yaml", "metrics:\n  m: {aggregate: sum(amout)}\n"});
  const std::string text = "sum(amout)";
  std::vector<size_t> offsets(text.size() + 1);
  std::iota(offsets.begin(), offsets.end(), file->text.find(text));
  CHECK(compile(SourceText(text, file, offsets)) ==
        "rules.yaml:2:22: error: no attribute named 'amout'\n"
        "  2 |   m: {aggregate: sum(amout)}\n"
        "    |                      ^~~~~ did you mean 'amount'?");
}

TEST_CASE("the argument of share is a condition", "[expr]") {
  Environment environment;
  environment.Add("late", Kind::kBool, 0).Add("amount", Type::Decimal(2), 1);
  const auto share = [&](const std::string& text) {
    std::vector<Diagnostic> mistakes;
    const SourceText source(text);
    const auto call = ParseAggregateCall(source, "metric m", &mistakes);
    REQUIRE(call.has_value());
    REQUIRE(call->arguments.size() == 1);
    const SourceText argument = source.Sub(call->arguments[0].offset, call->arguments[0].length);
    const auto condition = Expression::Compile(argument, environment, Kind::kBool, "metric m", &mistakes);
    if (!condition) return Render(mistakes);
    Scratch scratch;
    const std::vector<Value> values = {Value::Bool(true), Value::Decimal(2750, 2)};
    const Result result = condition->Evaluate(values, Time(), scratch);
    return result.outcome == Outcome::kValue ? ToText(result.value) : "no answer";
  };
  CHECK(share("share(late)") == "true");
  CHECK(share("share(!late || amount >= 27.5)") == "true");
  CHECK(share("share(amount > 27.5)") == "false");
  CHECK(share("share(amount)").find("a condition needs true or false; 'amount' is a double") != std::string::npos);
}

}  // namespace
}  // namespace tocsin
