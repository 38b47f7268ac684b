// Lists, macros, the strings and math extensions, getters, conversions: what an expression gives, text in, text out;
// and the traps of each, by name.
#include <cmath>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/expr_environment.h"
#include "support/expr_generator.h"
#include "tocsin/expr/expression.h"
#include "tocsin/expr/host_functions.h"

namespace tocsin {
namespace {

std::string Show(const Result& result) {
  if (result.outcome == Outcome::kFault) return "fault";
  if (result.outcome == Outcome::kNoData) return "no data";
  if (result.value.kind() == Kind::kDouble && !std::isfinite(result.value.AsDouble())) {
    return std::isnan(result.value.AsDouble()) ? "NaN" : "infinite";
  }
  return ToText(result.value);
}

std::string EvaluateToText(const std::string& source, const Environment& environment) {
  std::vector<Diagnostic> mistakes;
  const auto expression = Expression::Compile(source, environment, Kind::kNone, "test", &mistakes);
  CAPTURE(Render(mistakes));
  REQUIRE(expression.has_value());
  Scratch scratch;
  const std::vector<Value> values = TestValues();
  return Show(expression->Evaluate(values, kTestNow, scratch));
}
std::string EvaluateToText(const std::string& source, bool strict = false) {
  Environment environment = TestEnvironment(strict);
  environment.SetRegex(std::make_shared<LiteralRegexEngine>());
  return EvaluateToText(source, environment);
}

struct Case {
  std::string source;
  std::string expected;
};

TEST_CASE("lists", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"[1, visits, 3][1]", "7"},
      {"[1, 2][2]", "fault"},
      {"[1, 2][-1]", "fault"},
      {"[[1], [2, 3]][1][0]", "2"},
      {"size([])", "0"},
      {"size([visits, 1])", "2"},
      {"[1, 2].size()", "2"},
      {"size([1] + [visits] + [])", "2"},
      {"[1, 2] == [1, 2]", "true"},
      {"[1, 2] == [2, 1]", "false"},
      {"[1, 2] != [1]", "true"},
      {"[[1], []] == [[1], []]", "true"},
      {"[0.0 / 0.0] == [0.0 / 0.0]", "no data"},
      {"visits in [1] + [7]", "true"},
      {"visits in [[7]][0]", "true"},
      {"[7] in [[1], [visits]]", "true"},
      {"mrr in [1, 612.5]", "true"},
      {"[1, 2.5][0]", "1"},
      {"mrr in [mrr, missing]", "no data"},
      {"[missing_int] == [1]", "no data"},
      {"size([1 / 0, missing_int])", "fault"},
      {"vip ? size([1]) : 1 / 0", "1"},
      {"(vip ? [] : [1]) == []", "true"},
      {"country in []", "false"},
      {"missing_text in []", "no data"},
      {"null == null", "true"},
      {"[null] == [null]", "true"},
      {"[since, now][1] > since", "true"},
      {"[idle][0] > hours(1)", "true"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("macros", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"[1, 2, 3].all(x, x > 0)", "true"},
      {"[1, 2, 3].all(x, x > 1)", "false"},
      {"[].all(x, x > 1)", "true"},
      {"[].exists(x, x > 1)", "false"},
      {"[1, 7].exists(x, x == visits)", "true"},
      {"[1, 2, 3].exists_one(x, x > 2)", "true"},
      {"[1, 2, 3].exists_one(x, x > 1)", "false"},
      {"[1, 2, 3].map(x, x * x) == [1, 4, 9]", "true"},
      {"[1, 2, 3].map(x, x > 1, x * visits) == [14, 21]", "true"},
      {"[3, 2, 1].filter(x, x != 2) == [3, 1]", "true"},
      {"size([].map(x, x / 0))", "0"},
      {"[1, 2].map(x, [3, 4].map(y, x * y)) == [[3, 4], [6, 8]]", "true"},
      {"[1, 2].map(x, [x].map(x, x + 1)[0]) == [2, 3]", "true"},
      {"[1].map(visits, visits + .visits)[0]", "8"},
      {"[[1, 2], [3]].map(l, size(l)) == [2, 1]", "true"},
      {"[[1, 2], [3]].all(l, l.exists(x, x > 1))", "true"},
      {"country.split('a').map(s, s.upperAscii()).join('-')", "FR-NCE"},
      // all() and exists() take what has no answer as && and || do; the others need every answer.
      {"[1, 2, 3].all(e, 6 / (2 - e) == 6)", "false"},
      {"[2, 1].all(e, 6 / (2 - e) == 6)", "fault"},
      {"[2, 1].exists(e, 6 / (2 - e) == 6)", "true"},
      {"[2, 3].exists(e, 6 / (2 - e) == 6)", "fault"},
      {"[1, 2].exists_one(e, 6 / (2 - e) == 6)", "fault"},
      {"size([1, 2].map(e, 6 / (2 - e)))", "fault"},
      {"size([1, 2].filter(e, 6 / (2 - e) == 6))", "fault"},
      {"[1.0, 2.0].exists(x, x > missing)", "no data"},
      {"[1.0, 2.0].exists(x, x > missing || x == 2.0)", "true"},
      {"[1, missing_int].exists(x, x == 1)", "no data"},
      {"size([1.0, missing].map(x, 1 / 0))", "no data"},
      {"cel.bind(x, visits + 1, x * x)", "64"},
      {"cel.bind(x, 1 / 0, 5)", "5"},
      {"cel.bind(x, 1 / 0, x)", "fault"},
      {"cel.bind(x, mrr, cel.bind(y, x + x, y - x))", "612.5"},
      {"cel.bind(valid, [1, 2, 3], [4, 3].exists(e, e in valid))", "true"},
      {"cel.bind(x, now, x - since) == hours(24)", "true"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("the strings extension", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"'a\u00e9\u6f22'.charAt(1)", "\u00e9"},
      {"'ab'.charAt(2)", ""},
      {"'ab'.charAt(3)", "fault"},
      {"'ab'.charAt(-1)", "fault"},
      {"'a\u00e9\u6f22'.indexOf('\u6f22')", "2"},
      {"'abcabc'.indexOf('c', 3)", "5"},
      {"'abc'.indexOf('x')", "-1"},
      {"'abc'.indexOf('a', 3)", "fault"},
      {"'abc'.indexOf('a', -1)", "fault"},
      {"''.indexOf('a')", "-1"},
      {"'abcabc'.lastIndexOf('c')", "5"},
      {"'abcabc'.lastIndexOf('c', 4)", "2"},
      {"''.lastIndexOf('a')", "-1"},
      {"'a\u00e9\u6f22'.lastIndexOf('')", "3"},
      {"country.substring(2)", "ance"},
      {"country.substring(0, 2)", "Fr"},
      {"country.substring(6)", ""},
      {"country.substring(7)", "fault"},
      {"country.substring(2, 1)", "fault"},
      {"'ABC\u00c9z'.lowerAscii()", "abc\u00c9z"},
      {"'abc\u00e9Z'.upperAscii()", "ABC\u00e9Z"},
      {"'a-b-c'.replace('-', '+')", "a+b+c"},
      {"'a-b-c'.replace('-', '', 1)", "ab-c"},
      {"'a-b-c'.replace('-', '+', 0)", "a-b-c"},
      {"'ab'.replace('', '_')", "_a_b_"},
      {"'ab'.replace('', '_', 2)", "_a_b"},
      {"'a,b,c'.split(',').size()", "3"},
      {"'a,b,c'.split(',', 2)[1]", "b,c"},
      {"size('a,b'.split(',', 0))", "0"},
      {"'a\u00e9\u6f22'.split('')[2]", "\u6f22"},
      {"size(''.split(''))", "0"},
      {"''.split(',')[0]", ""},
      {"['a', 'b'].join()", "ab"},
      {"['a', 'b'].join(', ')", "a, b"},
      {"'\u2028 x\u00a0'.trim()", "x"},
      {"'\u200bx'.trim()", "\u200bx"},
      {"'a\u00e9\u6f22'.reverse()", "\u6f22\u00e9a"},
      {"missing_text.trim()", "no data"},
      {"country.matches('anc')", "true"},
      {"country.matches('x')", "false"},
      {"matches(country, profile.segment)", "false"},
      {"country.matches(profile.segment + '(')", "fault"},
      {"missing_text.matches('a')", "no data"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("the math extension, and what is not finite", "[expr]") {
  const auto [source, expected, strict] = GENERATE(table<std::string, std::string, bool>({
      {"math.greatest(visits, 3, 9)", "9", false},
      {"math.least(mrr, 3)", "3", false},
      {"math.greatest([1, visits])", "7", false},
      {"math.greatest(1, 2.5) == 2.5", "true", true},
      {"math.least(1, 1.0) == 1", "true", true},
      {"math.greatest(visits, mrr)", "612.5", false},
      {"math.ceil(-1.2)", "-1", false},
      {"math.floor(-1.2)", "-2", false},
      {"math.round(2.5)", "3", false},
      {"math.round(-2.5)", "-3", false},
      {"math.trunc(-1.9)", "-1", false},
      {"math.abs(-visits)", "7", false},
      {"math.abs(-9223372036854775808)", "fault", false},
      {"math.abs(-1.5)", "1.5", false},
      {"math.sign(-visits)", "-1", false},
      {"math.sign(0.0)", "0", false},
      {"math.sqrt(9)", "3", false},
      {"math.sqrt(-1.0)", "no data", false},
      {"math.sqrt(-1.0)", "NaN", true},
      {"math.isNaN(0.0 / 0.0)", "true", true},
      {"math.isNaN(0.0 / 0.0)", "no data", false},
      {"math.isInf(-1.0 / 0.0)", "true", true},
      {"math.isFinite(mrr)", "true", false},
      {"math.bitAnd(12, 10)", "8", false},
      {"math.bitNot(1)", "-2", false},
      {"math.bitShiftLeft(1, 64)", "0", false},
      {"math.bitShiftRight(-1, 60)", "15", false},
      {"math.bitShiftLeft(1, -1)", "fault", false},
  }));
  CAPTURE(source, strict);
  CHECK(EvaluateToText(source, strict) == expected);
}

TEST_CASE("getters of times, in zones", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"timestamp('2024-02-29T23:59:58.987Z').getFullYear()", "2024"},
      {"timestamp('2024-02-29T23:59:58.987Z').getMonth()", "1"},
      {"timestamp('2024-02-29T23:59:58.987Z').getDate()", "29"},
      {"timestamp('2024-02-29T23:59:58.987Z').getDayOfMonth()", "28"},
      {"timestamp('2024-02-29T23:59:58.987Z').getDayOfWeek()", "4"},
      {"timestamp('2024-02-29T23:59:58.987Z').getDayOfYear()", "59"},
      {"timestamp('2024-02-29T23:59:58.987Z').getHours()", "23"},
      {"timestamp('2024-02-29T23:59:58.987Z').getMinutes()", "59"},
      {"timestamp('2024-02-29T23:59:58.987Z').getSeconds()", "58"},
      {"timestamp('2024-02-29T23:59:58.987Z').getMilliseconds()", "987"},
      {"timestamp('1969-12-31T23:59:59.5Z').getMilliseconds()", "500"},
      {"timestamp('1969-12-31T23:59:59.5Z').getDayOfWeek()", "3"},
      {"now.getHours('Asia/Kathmandu')", "14"},
      {"now.getMinutes('Asia/Kathmandu')", "45"},
      {"now.getHours('+02:00')", "11"},
      {"now.getHours('-9:30')", "23"},
      {"now.getHours('02:00')", "11"},
      // Both edges of a summer: the hour that is left out, and the one that comes twice.
      {"timestamp('2024-03-31T00:59:59Z').getHours('Europe/London')", "0"},
      {"timestamp('2024-03-31T01:00:00Z').getHours('Europe/London')", "2"},
      {"timestamp('2024-10-27T00:59:59Z').getHours('Europe/London')", "1"},
      {"timestamp('2024-10-27T01:00:00Z').getHours('Europe/London')", "1"},
      {"timestamp('2024-10-27T02:00:00Z').getHours('Europe/London')", "2"},
      {"now.getHours(profile.segment)", "fault"},
      // What would ask the machine, or be a path.
      {"now.getHours(vip ? 'localtime' : country)", "fault"},
      {"now.getHours(vip ? 'libc:localtime' : country)", "fault"},
      {"now.getHours(vip ? 'file:/usr/share/zoneinfo/Asia/Tokyo' : country)", "fault"},
      {"now.getHours(vip ? 'Asia/../Asia/Tokyo' : country)", "fault"},
      {"now.getHours(vip ? 'Asia/Tokyo' : country)", "18"},
      {"idle.getHours()", "48"},
      {"duration('3730.5s').getMinutes()", "62"},
      {"duration('-3730.5s').getSeconds()", "-3730"},
      {"duration('3730.5s').getMilliseconds()", "500"},
      {"timestamp(-9223372036).getFullYear()", "1677"},
      {"timestamp(9223372036).getHours('Pacific/Kiritimati')", "13"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("conversions, types and dyn", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"bool('True')", "true"},
      {"bool('f')", "false"},
      {"bool('yes')", "fault"},
      {"bool(vip)", "true"},
      {"type(mrr) == double", "true"},
      {"type([1]) == list", "true"},
      {"type(type(1)) == type", "true"},
      {"type(1 / 0) == int", "fault"},
      {"dyn(1) == 1.0", "true"},
      {"dyn(1) == 'a'", "false"},
      {"dyn(1) != 'a'", "true"},
      {"dyn([1, 2]) == [1.0, 2.0]", "true"},
      {"dyn(2) in [1.0, 2.0]", "true"},
      {"dyn(missing) == 'a'", "no data"},
      {"dyn(mrr) > 5", "true"},
      {"dyn(9223372036854775807) == 9223372036854775807.0", "true"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("traps", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"-9223372036854775808 / -1", "fault"},
      {"-9223372036854775808 % -1", "fault"},
      {"[-9223372036854775808].map(x, x / -1)[0]", "fault"},
      {"9223372036854775807 + 1", "fault"},
      {"-9223372036854775808 - 1", "fault"},
      {"-(-9223372036854775808)", "fault"},
      {"4611686018427387904 * 2", "fault"},
      {"int(9223372036854775808.0)", "fault"},
      {"int(9223372036854774784.0)", "9223372036854774784"},
      {"int(-9223372036854775808.0)", "fault"},
      {"9223372036854775807 < 9223372036854775808.0", "false"},
      {"9223372036854775807 <= 9223372036854775808.0", "true"},
      {"visits < 7.5", "true"},
      {"double('NaN') == double('NaN')", "no data"},
      {"'Z' < 'a'", "true"},
      {"'\uffff' < '\U0001F600'", "true"},  // by code points; UTF-16 has it the other way round
      {"size('\U0001F600e\u0301')", "3"},
      {"timestamp('2262-04-11T23:47:16Z') + duration('1s')", "fault"},
      {"duration('106751d') * 2", "fault"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("NaN is equal to nothing and ordered with nothing, in strict CEL", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"0.0 / 0.0 == 0.0 / 0.0", "false"},
      {"0.0 / 0.0 != 0.0 / 0.0", "true"},
      {"0.0 / 0.0 < 1.0", "false"},
      {"0.0 / 0.0 >= 1.0", "false"},
      {"0.0 / 0.0 in [0.0 / 0.0]", "false"},
      {"[0.0 / 0.0] == [0.0 / 0.0]", "false"},
      {"dyn(1) == 0.0 / 0.0", "false"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source, true) == expected);
}

TEST_CASE("an evaluation is bounded in steps and memory, whatever the text brings", "[expr]") {
  Environment environment;
  environment.Add("text", Kind::kString, 0).SetLimits({4096, 64, 1000});
  std::vector<Diagnostic> mistakes;
  const auto loops = Expression::Compile("text.split(',').all(a, text.split(',').all(b, a == b))", environment,
                                         Kind::kBool, "test", &mistakes);
  const auto grows = Expression::Compile("text.replace(',', text).replace(',', text).replace(',', text) == text",
                                         environment, Kind::kBool, "test", &mistakes);
  REQUIRE(loops.has_value());
  REQUIRE(grows.has_value());
  Scratch scratch;
  std::string text = "a,a,a,a";
  const auto ask = [&](const Expression& expression) {
    const Value value = Value::String(text);
    return Show(expression.Evaluate({&value, 1}, Time(), scratch));
  };
  CHECK(ask(*loops) == "true");
  CHECK(ask(*grows) == "false");
  for (int i = 0; i < 6; ++i) text += "," + text;
  CHECK(ask(*loops) == "fault");
  CHECK(ask(*grows) == "fault");
  text = "a";
  CHECK(ask(*loops) == "true");  // nothing of it stays
}

TEST_CASE("long text counts by its length, and patterns that are compiled while it runs", "[expr]") {
  const std::string call =
      GENERATE("text.contains('b')", "size(text) == 1", "text.startsWith(text)", "text.endsWith(text + 'b')",
               "text.indexOf('b') == 1", "text.lastIndexOf('aaaaaaaa') == 1", "text.replace('b', 'c') == text",
               "text.reverse() == 'b'", "['b', 'c', 'd'].exists(p, text.matches(p))");
  Environment environment;
  environment.Add("text", Kind::kString, 0)
      .SetLimits({4096, 64, 1000})
      .SetRegex(std::make_shared<LiteralRegexEngine>());
  std::vector<Diagnostic> mistakes;
  const auto condition = Expression::Compile(call, environment, Kind::kBool, "test", &mistakes);
  REQUIRE(condition.has_value());
  Scratch scratch;
  const auto ask = [&](const std::string& text) {
    const Value value = Value::String(text);
    return condition->Test({&value, 1}, Time(), scratch);
  };
  const bool matches = call.find("matches") != std::string::npos;
  CAPTURE(call);
  CHECK((ask(std::string(20, 'a')) == Answer::kFault) == matches);
  CHECK(ask(std::string(300'000, 'a')) == Answer::kFault);
}

TEST_CASE("lists that hold the same list many times are compared within the bounds", "[expr]") {
  // 8^13 items in all, in 13 lists of 8.
  const std::string item = GENERATE("visits", "1");
  std::string text = "[" + item + ", " + item + ", 2, 3, 4, 5, 6, 7]";
  std::string opened;
  for (char name = 'a'; name < 'm'; ++name) {
    opened += std::string("cel.bind(") + name + ", " + text + ", ";
    text = "[";
    for (int i = 0; i < 8; ++i) text += std::string(i > 0 ? ", " : "") + name;
    text += "]";
  }
  const std::string equal = opened + text + " == " + text + std::string(12, ')');
  CHECK(EvaluateToText(equal) == "fault");
  CHECK(EvaluateToText(opened + "[" + text + "] in [[" + text + "]]" + std::string(12, ')')) == "fault");
}

TEST_CASE("sources of thousands of bytes, and deep ones", "[expr]") {
  std::string items = "visits";
  while (items.size() < 3900) items += ", " + std::to_string(items.size());
  CHECK(EvaluateToText("7 in [" + items + "]") == "true");
  std::string chain = "country";
  while (chain.size() < 4000) chain += ".trim()";
  CHECK(EvaluateToText(chain) == "France");
  std::string nested = "visits";
  for (int i = 0; i < 60; ++i) nested = "(" + nested + " + 1)";
  CHECK(EvaluateToText(nested) == "67");
  std::string lists = "visits";
  for (int i = 0; i < 16; ++i) lists = "[" + lists + "]";
  std::string index = lists;
  for (int i = 0; i < 16; ++i) index += "[0]";
  CHECK(EvaluateToText(index) == "7");
}

TEST_CASE("a host's functions", "[expr]") {
  auto functions = std::make_shared<HostFunctions>();
  REQUIRE(functions->Register("risky", "1.0", [](double refunds) { return refunds > 500; }).ok());
  REQUIRE(functions
              ->Register("known", "1.0",
                         [](std::string_view name) -> std::optional<int64_t> {
                           if (name == "France") return 33;
                           return std::nullopt;
                         })
              .ok());
  REQUIRE(functions->Register("later", "1.0", [](Time t, Duration d) { return t + d; }).ok());
  REQUIRE(functions
              ->Register("throws", "1.0",
                         [](int64_t x) -> int64_t {
                           if (x > 5) throw 5;
                           return x;
                         })
              .ok());
  REQUIRE(
      functions
          ->Register("lies", "1.0", {Kind::kInt}, Kind::kInt, [](std::span<const Value>) { return Value::Double(1); })
          .ok());
  Environment environment = TestEnvironment();
  environment.SetFunctions(functions);
  CHECK(EvaluateToText("host.risky(mrr)", environment) == "true");
  CHECK(EvaluateToText("host.risky(refunds_24h)", environment) == "false");
  CHECK(EvaluateToText("host.risky(5)", environment) == "false");
  CHECK(EvaluateToText("host.risky(missing)", environment) == "no data");
  CHECK(EvaluateToText("host.known(country)", environment) == "33");
  CHECK(EvaluateToText("host.known('nowhere') == 3", environment) == "no data");
  CHECK(EvaluateToText("host.later(since, hours(24)) == now", environment) == "true");
  CHECK(EvaluateToText("host.throws(visits)", environment) == "fault");
  CHECK(EvaluateToText("host.throws(visits) == 1 || vip", environment) == "true");
  CHECK(EvaluateToText("host.lies(visits)", environment) == "fault");
  CHECK(EvaluateToText("[1, 2].map(x, host.throws(x)) == [1, 2]", environment) == "true");
}

TEST_CASE("names in containers", "[expr]") {
  Environment environment;
  environment.Add("com.example.y", Kind::kInt, 0).Add("y", Kind::kInt, 1).Add("com.z", Kind::kInt, 2);
  environment.SetContainer("com.example");
  const Value values[] = {Value::Int(1), Value::Int(2), Value::Int(3)};
  Scratch scratch;
  const auto ask = [&](const std::string& source) {
    std::vector<Diagnostic> mistakes;
    const auto expression = Expression::Compile(source, environment, Kind::kNone, "test", &mistakes);
    REQUIRE(expression.has_value());
    return Show(expression->Evaluate(values, Time(), scratch));
  };
  CHECK(ask("y") == "1");
  CHECK(ask(".y") == "2");
  CHECK(ask("z") == "3");
  CHECK(ask("com.example.y") == "1");
  CHECK(ask("[5].map(y, y + .y)[0]") == "7");
}

TEST_CASE("steps are counted for one evaluation, however many went before", "[expr]") {
  std::vector<Diagnostic> mistakes;
  const Environment environment = TestEnvironment().SetLimits({4096, 64, 10});
  const auto expression = Expression::Compile("dyn(visits) in [1.5, 7.0]", environment, Kind::kBool, "test", &mistakes);
  REQUIRE(expression.has_value());
  Scratch scratch;
  for (int i = 0; i < 20; ++i) CHECK(expression->Evaluate(TestValues(), kTestNow, scratch).IsTrue());
}

}  // namespace
}  // namespace tocsin
