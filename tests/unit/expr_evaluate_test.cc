// What an expression gives, text in, text out.
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "support/expr_environment.h"
#include "tocsin/expr/expression.h"

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

std::string EvaluateToText(const std::string& source, bool strict = false) {
  std::vector<Diagnostic> mistakes;
  const auto expression = Expression::Compile(source, TestEnvironment(strict), Kind::kNone, "test", &mistakes);
  CAPTURE(Render(mistakes));
  REQUIRE(expression.has_value());
  Scratch scratch;
  const std::vector<Value> values = TestValues();
  return Show(expression->Evaluate(values, kTestNow, scratch));
}

struct Case {
  std::string source;
  std::string expected;
};

TEST_CASE("arithmetic", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"visits + 3", "10"},
      {"visits - 10", "-3"},
      {"visits * visits", "49"},
      {"visits / 2", "3"},
      {"-7 / 2", "-3"},
      {"visits % 4", "3"},
      {"-7 % 4", "-3"},
      {"7 % -4", "3"},
      {"-visits", "-7"},
      {"0x1F + 0xF", "46"},
      {"mrr + price", "632.49"},
      {"mrr - 12.5", "600"},
      {"mrr * 2", "1225"},
      {"2 * mrr", "1225"},
      {"1 / mrr * 1225", "2"},
      {"mrr / refunds_24h", "22.272727272727273"},
      {"(mrr + 1) / (refunds_24h + 1)", "21.526315789473685"},
      {"(mrr + 1) * 2 - (mrr * 2)", "2"},
      {"-mrr", "-612.5"},
      {"price", "19.99"},
      {"2 + 3 * 4 - 1", "13"},
      {"\"a\" + country + 'b'", "aFranceb"},
      {"'' + ''", ""},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("int overflow and division by zero are faults", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"9223372036854775807 + visits", "fault"},
      {"-9223372036854775808 - visits", "fault"},
      {"9223372036854775807 * visits", "fault"},
      {"-9223372036854775808 / -1", "fault"},
      {"-9223372036854775808 % -1", "fault"},
      {"(visits - 9223372036854775807 - 8) / (visits - 8)", "fault"},
      {"(visits - 9223372036854775807 - 8) % (visits - 8)", "fault"},
      {"-(visits - 9223372036854775807 - 8)", "fault"},
      {"-(-9223372036854775808)", "fault"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"visits / 0", "fault"},
      {"visits % 0", "fault"},
      {"visits / (visits - 7)", "fault"},
      {"9223372036854775807", "9223372036854775807"},
      {"missing_int / 0", "no data"},  // nothing was divided
      {"missing_int + 9223372036854775807", "no data"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("arithmetic that gives no finite number is no data, and IEEE's in strict CEL", "[expr]") {
  struct Both {
    std::string source;
    std::string usual;
    std::string strict;
  };
  const auto [source, usual, strict] = GENERATE(values<Both>({
      {"mrr / 0.0", "no data", "infinite"},
      {"mrr * 1e308", "no data", "infinite"},
      {"(mrr - mrr) / (mrr - mrr)", "no data", "NaN"},
      {"mrr / 0.0 > 1.0", "no data", "true"},
      {"(mrr - mrr) / 0.0 == (mrr - mrr) / 0.0", "no data", "false"},
      {"(mrr - mrr) / 0.0 != (mrr - mrr) / 0.0", "no data", "true"},
      {"(mrr - mrr) / 0.0 < 1.0", "no data", "false"},
      {"(mrr - mrr) / 0.0 >= 1.0", "no data", "false"},
      {"double('NaN')", "no data", "NaN"},
      {"double('inf')", "no data", "infinite"},
      {"1e308 * 10.0", "no data", "infinite"},
      {"mrr / 0.0 > 1.0 || vip", "true", "true"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == usual);
  CHECK(EvaluateToText(source, true) == strict);
}

TEST_CASE("comparisons", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"mrr < 1000", "true"},
      {"mrr > 612.5", "false"},
      {"mrr >= 612.5", "true"},
      {"mrr <= 612", "false"},
      {"mrr == 612.5", "true"},
      {"mrr != 612.5", "false"},
      {"1000 > mrr", "true"},
      {"1000 <= mrr", "false"},
      {"612.5 >= mrr", "true"},
      {"612.5 < mrr", "false"},
      {"612 < mrr", "true"},
      {"7 <= visits", "true"},
      {"7 < visits", "false"},
      {"price == 19.99", "true"},
      {"mrr > refunds_24h", "true"},
      {"mrr + 1 > refunds_24h", "true"},
      {"refunds_24h > mrr + 1", "false"},
      {"mrr + 1 < mrr + 2", "true"},
      {"mrr + 1 == 613.5", "true"},
      {"613.5 == mrr + 1", "true"},
      {"visits == 7", "true"},
      {"visits < 7", "false"},
      {"visits < 7.5", "true"},
      {"7.5 > visits", "true"},
      {"visits <= mrr", "true"},
      {"mrr >= visits + 1", "true"},
      {"mrr > 2 * 300", "true"},
      {"visits + 0 < mrr", "true"},
      // int against double: as doubles, ends included
      {"9223372036854775807 < 9223372036854775808.0", "false"},
      {"9223372036854775807 <= 9223372036854775808.0", "true"},
      {"-9223372036854775808 < -1e19", "false"},
      {"9223372036854775807 < 1e19", "true"},
      {"vip == true", "true"},
      {"vip > false", "true"},
      {"vip != (mrr > 1)", "false"},
      {"country == 'France'", "true"},
      {"'France' != country", "false"},
      {"country < 'G'", "true"},
      {"country >= 'France'", "true"},
      {"country <= 'Fran'", "false"},
      {"'Z' < 'a' && 'a' < '\u00e9' && '\u00e9' < '\u6f22' && '\uffee' < '\U0001F62C'", "true"},
      {"'' < 'a'", "true"},
      {"idle > usual_gap", "true"},
      {"idle == days(2)", "true"},
      {"idle >= hours(49)", "false"},
      {"since < now", "true"},
      {"now == timestamp('2024-01-31T09:00:00Z')", "true"},
      {"now == timestamp('2024-01-31T10:00:00+01:00')", "true"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("logic absorbs what has no answer", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"missing > 1", "no data"},
      {"missing > 1 && vip", "no data"},
      {"vip && missing > 1", "no data"},
      {"missing > 1 && mrr < 1", "false"},
      {"mrr < 1 && missing > 1", "false"},
      {"missing > 1 || vip", "true"},
      {"vip || missing > 1", "true"},
      {"missing > 1 || mrr < 1", "no data"},
      {"mrr < 1 || missing > 1", "no data"},
      {"1 / 0 > 1 || vip", "true"},
      {"vip || 1 / 0 > 1", "true"},
      {"1 / 0 > 1 && mrr < 1", "false"},
      {"mrr < 1 && 1 / 0 > 1", "false"},
      {"1 / 0 > 1 && vip", "fault"},
      {"mrr < 1 || 1 / 0 > 1", "fault"},
      // where both remain, fault wins
      {"missing > 1 && 1 / 0 > 1", "fault"},
      {"1 / 0 > 1 && missing > 1", "fault"},
      {"missing > 1 || 1 / 0 > 1", "fault"},
      {"1 / 0 > 1 || missing > 1", "fault"},
      {"missing > 1 || 1 / 0 > 1 || vip", "true"},
      {"missing > 1 && 1 / 0 > 1 && vip && mrr < 1", "false"},
      {"missing_flag && vip", "no data"},
      {"missing_flag || !missing_flag", "no data"},
      {"!(missing > 1)", "no data"},
      {"(missing > 1 && vip) || (mrr > 1 && vip)", "true"},
      {"(missing > 1 || vip) && (mrr < 1 || missing > 1)", "no data"},
      {"vip && (mrr > 1 || missing > 1) && country == 'France' && visits != 3", "true"},
      {"country == 'x' || missing_text == 'y' || country == 'France'", "true"},
      {"country != 'x' && missing_text != 'y' && country == 'France'", "no data"},
      {"missing_text == 'y' && country == 'x'", "false"},
      {"true || missing_flag", "true"},
      {"missing_flag && false", "false"},
      {"missing_flag ? 1 : 2", "no data"},
      {"vip ? 1 : missing_int", "1"},
      {"mrr < 1 ? 1 : missing_int", "no data"},
      {"1 / 0 > 1 ? 1 : 2", "fault"},
      {"vip ? (mrr < 1 ? 'a' : 'b') : 'c'", "b"},
      {"(vip ? mrr : refunds_24h) > 100 && vip", "true"},
      {"has(mrr)", "true"},
      {"has(missing)", "false"},
      {"has(profile.segment) && has(missing_text)", "false"},
      {"!has(missing) || missing > 1", "true"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("lists after in", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"visits in [1, 7]", "true"},
      {"visits in [1, 2]", "false"},
      {"visits in []", "false"},
      {"mrr in [612.5]", "true"},
      {"mrr in [1, 612]", "false"},
      {"country in ['UK', 'France']", "true"},
      {"country in ['Fr', 'ance', '']", "false"},
      {"idle in [days(1), days(2)]", "true"},
      {"vip in [false]", "false"},
      {"visits in [missing_int, 7]", "no data"},  // the list is built first
      {"visits in [1 / 0, 7]", "fault"},
      {"visits in [visits]", "true"},
      {"visits in [1, visits - 1, visits + 0]", "true"},
      {"country in [country + 'x', 'France']", "true"},
      {"missing in [1]", "no data"},
      {"missing_text in []", "no data"},
      {"!(country in ['UK'])", "true"},
      {"vip && country in ['France'] && visits in [7]", "true"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("times and durations", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"now - since", "1d"},
      {"since + days(1) == now", "true"},
      {"now - hours(9)", "2024-01-31T00:00:00Z"},
      {"idle + usual_gap", "2d5h"},
      {"usual_gap - idle", "-1d19h"},
      {"3 * usual_gap", "15h"},
      {"usual_gap * 0.5", "2h30m"},
      {"0.1 * minutes(1)", "6s"},
      {"days(1.5)", "1d12h"},
      {"days(visits)", "7d"},
      {"hours(-2)", "-2h"},
      {"minutes(mrr - 612)", "30s"},
      {"idle >= 3 * usual_gap && idle >= days(2)", "true"},
      {"duration('1h30m')", "1h30m"},
      {"duration('-1.5h') + duration('90m')", "0s"},
      {"duration('1.5s') + duration('500ms')", "2s"},
      {"duration('2w1d')", "15d"},
      {"duration('0')", "0s"},
      {"duration('1us') * 1000 == duration('1ms')", "true"},
      {"duration(string(idle)) == idle", "true"},
      {"duration(country)", "fault"},
      {"timestamp(country)", "fault"},
      {"timestamp(string(now)) == now", "true"},
      {"timestamp(1706691600) == now", "true"},
      {"int(now)", "1706691600"},
      {"int(timestamp('1969-12-31T23:59:59.5Z'))", "-1"},
      {"timestamp('2262-04-11T00:00:00Z') + days(visits)", "fault"},
      {"timestamp('1678-01-01T00:00:00Z') - days(visits * 20)", "fault"},
      {"timestamp('2262-04-11T00:00:00Z') - timestamp('1678-01-01T00:00:00Z')", "fault"},
      {"days(100000) + days(visits * 1000)", "fault"},
      {"days(100000) * visits", "fault"},
      {"days(100000) * mrr", "fault"},
      {"days(visits * 100000)", "fault"},
      {"days(mrr * 1e9)", "fault"},
      {"days(mrr * 1e308)", "no data"},
      {"idle * missing", "no data"},
      {"timestamp(9223372036854775807)", "fault"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("text and conversions", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"size('')", "0"},
      {"size(country)", "6"},
      {"size('\u00e9\u6f22\U0001F62C')", "3"},
      {"'\u00e9'.size()", "1"},
      {"country.startsWith('Fra')", "true"},
      {"country.startsWith('France!')", "false"},
      {"country.startsWith('')", "true"},
      {"country.endsWith('ance')", "true"},
      {"country.endsWith('xFrance')", "false"},
      {"country.contains('ran')", "true"},
      {"country.contains('z')", "false"},
      {"missing_text.contains('z')", "no data"},
      {"country.contains(missing_text)", "no data"},
      {"country.contains(string(1 / 0))", "fault"},
      {"missing_text + country", "no data"},
      {"size(country + missing_text)", "no data"},
      {"int(3.9)", "3"},
      {"int(-3.9)", "-3"},
      {"int(mrr)", "612"},
      {"int(9223372036854774784.0)", "9223372036854774784"},
      {"int(9223372036854775808.0)", "fault"},
      {"int(-9223372036854775808.0)", "fault"},
      {"int(-9223372036854774784.0)", "-9223372036854774784"},
      {"int('12')", "12"},
      {"int('-12')", "-12"},
      {"int('+12')", "12"},
      {"int('9223372036854775808')", "fault"},
      {"int('1.5')", "fault"},
      {"int('')", "fault"},
      {"int(' 1')", "fault"},
      {"int(country)", "fault"},
      {"double('1.5')", "1.5"},
      {"double('1e3')", "1000"},
      {"double('x')", "fault"},
      {"double('')", "fault"},
      {"double('1.5 ')", "fault"},
      {"double(visits)", "7"},
      {"double(mrr)", "612.5"},
      {"string(visits)", "7"},
      {"string(mrr)", "612.5"},
      {"string(price) + '!'", "19.99!"},
      {"string(vip)", "true"},
      {"string(now)", "2024-01-31T09:00:00Z"},
      {"string(idle)", "172800s"},
      {"string(duration('-1.25s'))", "-1.25s"},
      {"string('x')", "x"},
      {"string(missing)", "no data"},
      {"string(string(visits) + string(vip)) == '7true'", "true"},
  }));
  CAPTURE(source);
  CHECK(EvaluateToText(source) == expected);
}

TEST_CASE("what is given may be less, or of another number type, than what is declared", "[expr]") {
  Environment environment;
  environment.Add("a", Kind::kDouble, 0).Add("b", Kind::kString, 3);
  std::vector<Diagnostic> mistakes;
  Scratch scratch;
  const auto evaluate = [&](const char* text, const std::vector<Value>& values) {
    const auto expression = Expression::Compile(text, environment, Kind::kNone, "test", &mistakes);
    REQUIRE(expression.has_value());
    return Show(expression->Evaluate(values, Time(), scratch));
  };
  CHECK(evaluate("a > 1", {}) == "no data");
  CHECK(evaluate("b == 'x' || a > 1", {Value::Double(2)}) == "true");
  CHECK(evaluate("has(b)", {Value::Double(2)}) == "false");
  CHECK(evaluate("a + 0.5", {Value::Int(2)}) == "2.5");
  CHECK(evaluate("a", {Value::Decimal(-1999, 2)}) == "-19.99");
  CHECK(evaluate("a", {Value::Decimal(1, 18)}) == "1e-18");
  CHECK(evaluate("b + 'x'", {Value(), Value(), Value(), Value::Int(4)}) == "no data");
  CHECK(evaluate("b == 'x' && a > 1", {Value::Double(2), Value(), Value(), Value::Int(4)}) == "no data");
}

TEST_CASE("text is made in bounded memory, and again after it was full", "[expr]") {
  Environment environment;
  environment.Add("t", Kind::kString, 0);
  std::vector<Diagnostic> mistakes;
  std::string source = "t";
  for (int i = 0; i < 4; ++i) source = "(" + source + " + " + source + ")";  // 16 times as long
  const auto expression = Expression::Compile(source, environment, Kind::kString, "test", &mistakes);
  REQUIRE(expression.has_value());
  Scratch scratch;
  const std::string small(1000, 'x');
  const std::string large(200'000, 'x');
  for (int i = 0; i < 3; ++i) {
    const Value few[] = {Value::String(small)};
    const Result result = expression->Evaluate(few, Time(), scratch);
    REQUIRE(result.outcome == Outcome::kValue);
    CHECK(result.value.AsString() == std::string(16'000, 'x'));
    const Value many[] = {Value::String(large)};
    CHECK(expression->Evaluate(many, Time(), scratch).outcome == Outcome::kFault);
  }
}

TEST_CASE("a long chain is one expression", "[expr]") {
  std::string text = "visits == 0";
  for (int i = 1; i < 200; ++i) text += " || visits == " + std::to_string(i == 199 ? 7 : -i);
  CHECK(EvaluateToText(text) == "true");
  std::string sum = "visits";
  for (int i = 0; i < 900; ++i) sum += " + 1";
  CHECK(EvaluateToText(sum) == "907");
  std::string list = "visits in [0";
  for (int i = 0; i < 500; ++i) list += ", visits";
  CHECK(EvaluateToText(list + "]") == "true");
}

TEST_CASE("one expression serves many threads", "[expr]") {
  std::vector<Diagnostic> mistakes;
  const auto expression = Expression::Compile("mrr * 2 > 1000 && country + 'x' == 'Francex'", TestEnvironment(),
                                              Kind::kBool, "test", &mistakes);
  REQUIRE(expression.has_value());
  int right[4] = {};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const Expression mine = *expression;
      Scratch scratch;
      const std::vector<Value> values = TestValues();
      for (int i = 0; i < 1000; ++i) right[t] += mine.Evaluate(values, kTestNow, scratch).IsTrue();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : right) CHECK(count == 1000);
}

}  // namespace
}  // namespace tocsin
