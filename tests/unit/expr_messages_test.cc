// What a person is told: every mistake of an expression, its place, and the correction.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/expr_environment.h"
#include "tocsin/expr/expression.h"
#include "tocsin/expr/host_functions.h"

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
       "1+9 a duration cannot be compared with an int: 'idle' is a duration (did you mean days(30), hours(30), "
       "minutes(30) or duration(\"30s\")?)"},
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
      {"visits == [1]", "1+13 an int cannot be compared with a list of ints (did you mean visits in [1]?)"},
      {"mrr == null",
       "1+11 a double cannot be compared with null: 'mrr' is a double (has(x) asks whether x has a value)"},
      {"null > null", "1+11 '>' does not order values of type null"},
      {"[1] < [2]", "1+9 lists have no order (compare their sizes, or one item: x[0])"},
      {"type(mrr) == 1", "1+14 a type cannot be compared with an int: 'type(mrr)' is a type"},
      {"[visits] == ['a']",
       "1+17 a list of ints cannot be compared with a list of strings: '[visits]' is a list of ints"},
      {"country in country.split(',').map(c, size(c))",
       "1+7 a string cannot be in a list of ints: 'country' is a string"},
  }));
  CAPTURE(source);
  CHECK(MistakesOf(source, TestEnvironment()) == expected);
}

TEST_CASE("arithmetic that cannot be", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"mrr + visits > 3", "1+12 '+' does not take a double and an int (write double(visits))"},
      {"mrr / (visits + 1) > 3", "1+18 '/' does not take a double and an int (write double(visits + 1))"},
      {"now - 30 > since",
       "1+8 '-' does not take a timestamp and an int (did you mean days(30), hours(30), minutes(30) or "
       "duration(\"30s\")?)"},
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
      {"size(mrr) > 2", "6+3 size() takes a string or a list; 'mrr' is a double"},
      {"country.contains(5)", "18+1 contains() takes a string; '5' is an int (write string(5))"},
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
      {"previous(mrr, days(7)) > 1", "1+22 'mrr' is no metric that previous() could be about"},
      {"uint(5) == 1", "1+4 uint() is not supported: there are no unsigned integers (did you mean int()?)"},
      {"bytes(country) == 1", "1+5 bytes() is not supported: there are no bytes"},
      {"'%d'.format([1]) == country", "6+6 format() is not supported"},
      {"strings.quote(country) == 'x'", "1+13 strings.quote() is not supported"},
      {"optional.of(1).hasValue()",
       "16+8 hasValue() is not supported: there are no optional values (has(x) asks for a value)"},
      {"sets.contains([1], [2])", "1+13 sets.contains() is not supported: there is no extension 'sets'"},
      {"[1].all(i, v, i < v)", "5+3 macros with two variables are not supported (write x.all(item, ...))"},
      {"[1].transformList(i, v, v) == [1]",
       "5+13 macros with two variables such as transformList() are not supported (write x.map(item, ...))"},
      {"5u == 5u",
       "1+2 unsigned integers such as 5u are not supported (write 5)\n7+2 unsigned integers such as 5u are not "
       "supported "
       "(write 5)"},
  }));
  CAPTURE(source);
  CHECK(MistakesOf(source, TestEnvironment()) == expected);
}

TEST_CASE("lists, macros and their items that cannot be", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"size([1, 'a']) == 2", "10+3 an int cannot be in a list with a string: '1' is an int (write \"1\")"},
      {"country[0] == 'F'", "1+10 only a list has items; 'country' is a string (write country.charAt(0))"},
      {"[1, 2][mrr] == 1", "8+3 the place of an item is an int; 'mrr' is a double (write int(mrr))"},
      {"[][0] == 1", "1+5 this list is empty and has no items"},
      {"country.exists(c, c == 'a')", "1+7 exists() goes over a list; 'country' is a string"},
      {"[1].exists(x, x)",
       "15+1 the condition of exists() needs true or false; 'x' is an int (compare it, for example x > 0)"},
      {"[1].all(5, true)", "9+1 all() needs the name of a variable here (write x.all(item, ...))"},
      {"[1].all(x)", "5+3 all() takes a variable and an expression (write x.all(item, ...))"},
      {"cel.bind(x, 1) > 0",
       "1+8 cel.bind() takes a variable and two expressions (write cel.bind(n, size(country), n > 2 && n < 9))"},
      {"[1].exists(profile, profile.segment == 'a')",
       "21+15 'profile' is a macro's variable and has no parts (write .profile.segment for the name that is declared "
       "outside)"},
      {"[1].exists(x, y > x)", "15+1 no metric or key named 'y'"},
      {"[1].exists(x, has(x))", "19+1 has() asks whether a metric or key has a value; 'x' always has one"},
      {"has(now)", "5+3 has() asks whether a metric or key has a value; 'now' always has one"},
      {"[1].any(x, x > 0)", "5+3 no function named 'any' (did you mean 'exists'?)"},
      {"mrr.map(x, x) == [1]", "1+3 map() goes over a list; 'mrr' is a double"},
      {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]].exists(x, true)", "1+35 lists are nested more than 16 deep here"},
      {"[1, 2, 3]",
       "1+9 a condition needs true or false; '[1, 2, 3]' is a list of ints (ask something of it, for example "
       "size([1, 2, 3]) > 0)"},
  }));
  CAPTURE(source);
  CHECK(MistakesOf(source, TestEnvironment()) == expected);
}

TEST_CASE("a list, null or a type is no value of a metric", "[expr]") {
  CHECK(
      MistakesOf("[visits]", TestEnvironment(), Kind::kNone) ==
      "1+8 a list of ints cannot be the result; '[visits]' is one (write size(...) of it, an item [0] of it, or join() "
      "it)");
  CHECK(MistakesOf("null", TestEnvironment(), Kind::kNone) == "1+4 null cannot be the result; 'null' is one");
  CHECK(MistakesOf("null", TestEnvironment(), Kind::kDouble) == "1+4 a number is needed here; 'null' is null");
}

TEST_CASE("calls of the extensions that cannot be", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"country.toLowerCase() == 'x'", "9+11 no function named 'toLowerCase' (write x.lowerAscii())"},
      {"country.lowerAsci() == 'x'", "9+9 no function named 'lowerAsci' (did you mean 'lowerAscii'?)"},
      {"abs(mrr) > 1", "1+3 no function named 'abs' (did you mean 'math.abs'?)"},
      {"math.floor(5) > 1.0", "12+1 math.floor() takes a double; '5' is an int (write 5.0)"},
      {"math.floor(visits) > 1.0", "12+6 math.floor() takes a double; 'visits' is an int (write double(visits))"},
      {"math.abs(country) > 1", "10+7 math.abs() takes a number; 'country' is a string"},
      {"math.greatest(mrr, country) > 1.0",
       "20+7 math.greatest() takes numbers, or a list of them; 'country' is a string"},
      {"math.greatest() > 1.0", "1+13 math.greatest() takes one argument, not 0"},
      {"max(mrr, 5) > 1",
       "1+3 there is no max() in an expression (write math.greatest(a, b); an aggregate is declared as a metric, and "
       "read by the metric's name)"},
      {"country.charAt(mrr) == 'a'", "16+3 charAt() takes an int; 'mrr' is a double (write int(mrr))"},
      {"country.substring(1, 2, 3) == 'a'", "9+9 substring() takes one or two arguments, not 3"},
      {"charAt(country, 1) == 'a'", "1+6 charAt() is a method, not a function (write country.charAt(1))"},
      {"[1].join() == 'a'", "1+3 join() takes a list of strings; '[1]' is a list of ints"},
      {"now.getHours('Europe/Lodnon') > 8",
       "14+15 'Europe/Lodnon' is not a time zone (write a name such as \"Europe/London\", or an offset such as "
       "\"+02:00\")"},
      {"now.getHours(2) > 8", "14+1 getHours() takes a string; '2' is an int (write string(2))"},
      {"now.hour() > 8", "5+4 no function named 'hour' (write now.getHours(\"Europe/London\"))"},
      {"idle.getFullYear() > 8", "1+4 getFullYear() takes a timestamp; 'idle' is a duration"},
      {"country.matches('a')",
       "17+3 there are no regular expressions here: matches() needs an engine for them (contains(), startsWith() and "
       "endsWith() need none; the host sets `regex`)"},
      {"bool(visits)", "6+6 bool() takes a bool or a string such as \"true\"; 'visits' is an int"},
      {"host.risky(mrr)", "1+10 no function named 'host.risky' is registered by the host"},
  }));
  CAPTURE(source);
  CHECK(MistakesOf(source, TestEnvironment()) == expected);
}

TEST_CASE("a host's functions are checked like any other", "[expr]") {
  auto functions = std::make_shared<HostFunctions>();
  REQUIRE(functions->Register("risky", "1.0", [](double x, bool y) { return x > 5 && y; }).ok());
  CHECK_FALSE(functions->Register("risky", "2.0", [](double x) { return x > 5; }).ok());
  CHECK_FALSE(functions->Register("9lives", "1", [](double x) { return x > 5; }).ok());
  Environment environment = TestEnvironment();
  environment.SetFunctions(functions);
  CHECK(MistakesOf("host.risky(mrr, vip)", environment).empty());
  CHECK(MistakesOf("host.risky(5, vip)", environment).empty());
  CHECK(MistakesOf("host.risky(visits, vip)", environment) ==
        "12+6 host.risky() takes a double there; 'visits' is an int (write double(visits))");
  CHECK(MistakesOf("host.risky(mrr)", environment) == "1+10 host.risky() takes 2 arguments, not 1");
  CHECK(MistakesOf("host.risk(mrr)", environment) == "1+9 no function named 'host.risk' is registered by the host");
}

TEST_CASE("what would take too long is refused", "[expr]") {
  Environment environment = TestEnvironment();
  environment.SetLimits({4096, 64, 50});
  CHECK(MistakesOf("[1, 2, 3, 4].all(x, [1, 2, 3, 4].all(y, x < y))", environment).empty());
  CHECK(MistakesOf("vip && [1, 2, 3, 4].all(x, [1, 2, 3, 4].all(y, [1, 2, 3, 4].all(z, x < y + z)))", environment) ==
        "8+72 this can take 168 steps; at most 50 are allowed (shorten the lists that it goes over)");
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
