// What a person is told: every mistake of an expression, its place, and the correction.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/expr_environment.h"
#include "tocsin/expr/expression.h"

namespace tocsin {
namespace {

// "column+length message (hint)", one a line.
std::string MistakesOf(const std::string& source, const Environment& environment, Type expected = Kind::kBool) {
  std::vector<Diagnostic> mistakes;
  const auto expression = Expression::Compile(source, environment, expected, "rule R, when", &mistakes);
  CHECK(expression.has_value() == mistakes.empty());
  std::string text;
  for (const Diagnostic& mistake : mistakes) {
    CHECK(mistake.file == "rule R, when");
    CHECK(mistake.line == 1);
    if (!text.empty()) text += "\n";
    text += fmt::format("{}+{} {}", mistake.column, mistake.length, mistake.message);
    if (!mistake.hint.empty()) text += fmt::format(" ({})", mistake.hint);
  }
  return text;
}

struct Case {
  std::string source;
  std::string expected;
};

TEST_CASE("names", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"refund_24h > 500", "1+10 no metric or key named 'refund_24h' (did you mean 'refunds_24h'?)"},
      {"Country == 'x'", "1+7 no metric or key named 'Country' (did you mean 'country'?)"},
      {"(qqqqqq) > 1", "2+6 no metric or key named 'qqqqqq'"},
      {"profile.segmnt == 'x'", "1+14 no metric or key named 'profile.segmnt' (did you mean 'profile.segment'?)"},
      {"country.code == 'x'", "1+12 no metric or key named 'country.code' ('country' is a string and has no parts)"},
      {"state == 'SP'", "1+5 'state' is not a key of this rule's grouping"},
      {"True", "1+4 no metric or key named 'True' (did you mean 'true'?)"},
      {"days > 1", "1+4 no metric or key named 'days' ('days' is a function: days(...))"},
      {"now() > since", "1+3 'now' is not a function (write now)"},
  }));
  CAPTURE(source);
  CHECK(MistakesOf(source, TestEnvironment()) == expected);
}

TEST_CASE("an environment has its own noun, and shows the few names it has", "[expr]") {
  Environment environment;
  environment.Add("amount", Kind::kDouble, 0).Add("currency", Kind::kString, 1).SetNoun("attribute");
  CHECK(MistakesOf("price > 5", environment) == "1+5 no attribute named 'price' (known here: amount, currency)");
  CHECK(MistakesOf("amout > 5", environment) == "1+5 no attribute named 'amout' (did you mean 'amount'?)");
  CHECK(MistakesOf("now > 5", environment) == "1+3 'now' cannot be read here");
}

TEST_CASE("comparisons that cannot be", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"mrr > '500'", "1+11 a double cannot be compared with a string: 'mrr' is a double (write 500 without quotes)"},
      {"country == 5", "1+12 a string cannot be compared with an int: 'country' is a string (write \"5\")"},
      {"5 == country", "1+12 an int cannot be compared with a string: '5' is an int (write \"5\")"},
      {"country == visits",
       "1+17 a string cannot be compared with an int: 'country' is a string (write string(visits))"},
      {"idle > '30d'",
       "1+12 a duration cannot be compared with a string: 'idle' is a duration (did you mean days(30)?)"},
      {"idle > '1h30m'",
       "1+14 a duration cannot be compared with a string: 'idle' is a duration (did you mean duration(\"1h30m\")?)"},
      {"idle > 30",
       "1+9 a duration cannot be compared with an int: 'idle' is a duration (did you mean days(30), hours(30) or "
       "minutes(30)?)"},
      {"since > '2024-01-31'",
       "1+20 a timestamp cannot be compared with a string: 'since' is a timestamp (write "
       "timestamp(\"2024-01-31T00:00:00Z\"))"},
      {"since > '7d'",
       "1+12 a timestamp cannot be compared with a string: 'since' is a timestamp (did you mean now - days(7)?)"},
      {"since > idle", "1+12 a timestamp cannot be compared with a duration: 'since' is a timestamp"},
      {"visits == mrr", "1+13 an int cannot be compared with a double: 'visits' is an int (write double(visits))"},
      {"mrr == visits + 1",
       "1+17 a double cannot be compared with an int: 'mrr' is a double (write double(visits + 1))"},
      {"vip == 1", "1+8 a bool cannot be compared with an int: 'vip' is a bool (write true or false)"},
      {"vip == 'true'", "1+13 a bool cannot be compared with a string: 'vip' is a bool (write true without quotes)"},
      {"1 < mrr < 5", "1+11 comparisons cannot be chained (write 1 < mrr && mrr < 5)"},
      {"mrr == refunds_24h == 5", "1+23 comparisons cannot be chained (write mrr == refunds_24h && refunds_24h == 5)"},
      {"visits in [1, 'x', 2.5]",
       "15+3 an int cannot be in a list with a string: 'visits' is an int (write string(visits))\n20+3 an int cannot "
       "be in "
       "a list with a double: 'visits' is an int (write double(visits))"},
      {"country in 'France'",
       "12+8 'in' needs a list on its right; 'France' is a string (write 'France'.contains(country))"},
      {"visits in 5", "11+1 'in' needs a list on its right; '5' is an int (write visits in [5])"},
      {"visits == [1]", "11+3 a list can only stand after 'in' so far (write x in [\"a\", \"b\"])"},
  }));
  CAPTURE(source);
  CHECK(MistakesOf(source, TestEnvironment()) == expected);
}

TEST_CASE("arithmetic that cannot be", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"mrr + visits > 3", "1+12 '+' does not take a double and an int (write double(visits))"},
      {"mrr / (visits + 1) > 3", "1+18 '/' does not take a double and an int (write double(visits + 1))"},
      {"now - 30 > since",
       "1+8 '-' does not take a timestamp and an int (did you mean days(30), hours(30) or minutes(30)?)"},
      {"now - '30d' > since", "1+11 '-' does not take a timestamp and a string (did you mean days(30)?)"},
      {"now + now > since", "1+9 '+' does not take two timestamps"},
      {"mrr % 2 == 1", "1+7 '%' does not take two doubles (write int(x) around what is a double)"},
      {"idle / 2 > usual_gap", "1+8 '/' does not take a duration and an int (write 0.5 * idle)"},
      {"idle / usual_gap > 2", "1+16 '/' does not take two durations (multiply instead: a > 2 * b)"},
      {"country + visits == 'x'", "1+16 '+' does not take a string and an int (write string(visits))"},
      {"visits + '5' == 5", "1+12 '+' does not take an int and a string (write 5 without quotes)"},
      {"vip + 1 == 2", "1+7 '+' does not take a bool and an int"},
      {"-idle < usual_gap", "1+5 '-' needs a number; 'idle' is a duration (write -1 * idle)"},
      {"-country == 'x'", "1+8 '-' needs a number; 'country' is a string"},
  }));
  CAPTURE(source);
  CHECK(MistakesOf(source, TestEnvironment()) == expected);
}

TEST_CASE("logic that cannot be", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"mrr", "1+3 a condition needs true or false; 'mrr' is a double (compare it, for example mrr > 0)"},
      {"'x'", "1+3 a condition needs true or false; 'x' is a string (compare it, for example 'x' == \"...\")"},
      {"vip && mrr", "8+3 '&&' needs true or false; 'mrr' is a double (compare it, for example mrr > 0)"},
      {"mrr || country",
       "1+3 '||' needs true or false; 'mrr' is a double (compare it, for example mrr > 0)\n8+7 '||' needs true or "
       "false; "
       "'country' is a string (compare it, for example country == \"...\")"},
      {"!idle", "2+4 '!' needs true or false; 'idle' is a duration (compare it, for example idle > hours(1))"},
      {"mrr ? vip : vip",
       "1+3 the condition before '?' needs true or false; 'mrr' is a double (compare it, for example mrr > 0)"},
      {"vip ? vip : 'a'", "1+15 both values of '?:' must have one type; 'vip' is a bool, 'a' is a string"},
      {"(vip ? visits : mrr) > 1",
       "1+20 both values of '?:' must have one type; 'visits' is an int, 'mrr' is a double (write double(visits))"},
  }));
  CAPTURE(source);
  CHECK(MistakesOf(source, TestEnvironment()) == expected);
}

TEST_CASE("calls that cannot be", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"startswith(country, 'x')", "1+10 no function named 'startswith' (did you mean 'startsWith'?)"},
      {"startsWith(country, 'x')", "1+10 startsWith() is a method, not a function (write country.startsWith('x'))"},
      {"mrr.days() > idle", "5+4 days() is a function, not a method (write days(mrr))"},
      {"days(1, 2) > idle", "1+4 days() takes one argument, not 2"},
      {"days() > idle", "1+4 days() takes one argument, not 0"},
      {"country.size(1) > 2", "9+4 size() takes no argument, not 1"},
      {"days('1') > idle", "6+3 days() takes a number; '1' is a string"},
      {"size(mrr) > 2", "6+3 size() takes a string; 'mrr' is a double"},
      {"country.contains(5)", "18+1 contains() takes a string; '5' is an int"},
      {"duration(30) > idle",
       "10+2 duration() takes a string such as \"1h30m\"; '30' is an int (did you mean days(30), hours(30) or "
       "minutes(30)?)"},
      {"duration('30 d') > idle", "10+6 '30 d' is not a duration (did you mean days(30)?)"},
      {"duration('soon') > idle", "10+6 'soon' is not a duration (write it as in \"1h30m\" or \"1.5s\")"},
      {"timestamp('soon') > now",
       "11+6 'soon' is not a time between the years 1678 and 2262 (write it as in \"2024-01-31T09:00:00Z\")"},
      {"timestamp('0001-01-01T00:00:00Z') > now",
       "11+22 '0001-01-01T00:00:00Z' is not a time between the years 1678 and 2262 (write it as in "
       "\"2024-01-31T09:00:00Z\")"},
      {"days(200000) > idle", "1+12 'days(200000)' is longer than a duration can be (at most 106751 days, 292 years)"},
      {"has(mrr + 1)",
       "5+7 has() asks for a single name, not for the value of an expression (write has(a) && has(b) for an expression "
       "of "
       "both)"},
      {"has()", "1+3 has() takes one argument, not 0"},
      {"has(mr)", "5+2 no metric or key named 'mr' (did you mean 'mrr'?)"},
      {"frobnicate(mrr) > 1", "1+10 no function named 'frobnicate'"},
      {"length(country) > 1", "1+6 no function named 'length' (did you mean 'size'?)"},
      {"isnull(mrr)", "1+6 no function named 'isnull' (has(x) asks whether x has a value)"},
      {"sum(mrr) > 5",
       "1+3 there is no sum() in an expression (an aggregate is declared as a metric, and read by the metric's name)"},
  }));
  CAPTURE(source);
  CHECK(MistakesOf(source, TestEnvironment()) == expected);
}

TEST_CASE("parts of CEL that are not supported are refused by name", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"items.exists(x, x > 1)", "7+6 macros such as exists() are not supported yet"},
      {"[1, 2].all(x, x > y)", "8+3 macros such as all() are not supported yet"},
      {"country.matches('a')", "9+7 matches() is not supported yet (contains(), startsWith() and endsWith() are)"},
      {"now.getHours('Europe/London') > 8", "5+8 getHours() is not supported yet"},
      {"math.greatest(mrr, unknown) > 8.0", "6+8 math.greatest() is not supported yet"},
      {"host.risky(mrr)", "6+5 host.risky() is not supported yet"},
      {"previous(mrr, days(7)) > 1", "1+22 'mrr' is no metric that previous() could be about"},
      {"type(mrr) == 1", "1+4 type() is not supported yet"},
      {"dyn(mrr) == 1", "1+3 dyn() is not supported yet"},
      {"uint(5) == 1", "1+4 uint() is not supported: there are no unsigned integers (did you mean int()?)"},
      {"country.upperAscii() == 'X'", "9+10 upperAscii() is not supported yet"},
      {"mrr == null", "8+4 null is not supported yet (has(x) asks whether x has a value)"},
      {"5u == 5u",
       "1+2 unsigned integers such as 5u are not supported (write 5)\n7+2 unsigned integers such as 5u are not "
       "supported "
       "(write 5)"},
  }));
  CAPTURE(source);
  CHECK(MistakesOf(source, TestEnvironment()) == expected);
}

TEST_CASE("all mistakes at once, in the order of the text, and none that only follows", "[expr]") {
  CHECK(MistakesOf("mrrr = 5 and idle > '30d' or not (cuntry == 5 && mrr + visits > 1)", TestEnvironment()) ==
        "1+4 no metric or key named 'mrrr' (did you mean 'mrr'?)\n"
        "6+1 a single '=' is not an operator (did you mean '=='?)\n"
        "10+3 'and' is not an operator (did you mean '&&'?)\n"
        "14+12 a duration cannot be compared with a string: 'idle' is a duration (did you mean days(30)?)\n"
        "27+2 'or' is not an operator (did you mean '||'?)\n"
        "30+3 'not' is not an operator (did you mean '!'?)\n"
        "35+6 no metric or key named 'cuntry' (did you mean 'country'?)\n"
        "50+12 '+' does not take a double and an int (write double(visits))");
}

TEST_CASE("strict CEL says what it turns off", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"mrr == 1000", "1+11 a double cannot be compared with an int: 'mrr' is a double (write 1000.0)"},
      {"mrr * 2 > 1.0", "1+7 '*' does not take a double and an int (write 2.0)"},
      {"days(1) > idle", "1+4 days() is an addition to CEL, which strict_cel turns off (write duration(\"720h\"))"},
      {"2 * idle > idle", "1+8 a number times a duration is an addition to CEL, which strict_cel turns off"},
      {"now > since", "1+3 'now' is an addition to CEL, which strict_cel turns off"},
      {"has(mrr)", "1+3 has() of a name without a dot is an addition to CEL, which strict_cel turns off"},
      {"idle > '30d'",
       "1+12 a duration cannot be compared with a string: 'idle' is a duration (write duration(\"1h30m\"))"},
  }));
  CAPTURE(source);
  CHECK(MistakesOf(source, TestEnvironment(true)) == expected);
}

TEST_CASE("places count characters, and lines", "[expr]") {
  std::vector<Diagnostic> mistakes;
  CHECK_FALSE(
      Expression::Compile("country == '\u00e9\u6f22' &&\n  mr > 1", TestEnvironment(), Kind::kBool, "r", &mistakes));
  REQUIRE(mistakes.size() == 1);
  CHECK(Render(mistakes) ==
        "r:2:3: error: no metric or key named 'mr'\n"
        "  2 |   mr > 1\n"
        "    |   ^~ did you mean 'mrr'?");
  mistakes.clear();
  CHECK_FALSE(
      Expression::Compile("country == '\u00e9\u6f22' && mr > 1", TestEnvironment(), Kind::kBool, "r", &mistakes));
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes[0].column == 20);
  CHECK(mistakes[0].length == 2);
}

TEST_CASE("limits are the environment's", "[expr]") {
  Environment environment = TestEnvironment();
  environment.SetLimits({20, 3});
  CHECK(MistakesOf("mrr > 1 || mrr > 2222", environment) ==
        "1+1 the expression has 21 bytes; at most 20 are allowed (split it, for example over several metrics)");
  CHECK(MistakesOf("((mrr > 1))", environment).empty());
  CHECK(MistakesOf("(((mrr > 1)))", environment) ==
        "4+3 this is nested more than 3 deep (split the expression, for example over several metrics)");
  environment.SetLimits({1'000'000, 1'000'000});
  CHECK(MistakesOf(std::string(70'000, ' ') + "vip", environment).find("at most 65535 are allowed") !=
        std::string::npos);
}

}  // namespace
}  // namespace tocsin
