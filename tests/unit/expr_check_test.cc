// What an expression means: its type and its checked form, text in, text out.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/expr_environment.h"
#include "tocsin/expr/expression.h"

namespace tocsin {
namespace {

std::string CheckToText(const std::string& source, const Environment& environment, Type expected = Kind::kNone) {
  std::vector<Diagnostic> mistakes;
  const auto expression = Expression::Compile(source, environment, expected, "test", &mistakes);
  if (!expression) {
    REQUIRE_FALSE(mistakes.empty());
    return "refused";
  }
  REQUIRE(mistakes.empty());
  return TypeName(expression->type()) + " " + expression->ToString();
}

struct Case {
  std::string source;
  std::string expected;
};

TEST_CASE("types and the checked form", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"mrr", "double mrr"},
      {"price", "double price"},
      {"visits", "int visits"},
      {"now", "timestamp now"},
      {"profile.segment", "string profile.segment"},
      {"(((vip)))", "bool vip"},
      {"mrr<1000", "bool mrr < 1000.0"},
      {"1000>mrr", "bool 1000.0 > mrr"},
      {"mrr == -5", "bool mrr == -5.0"},
      {"mrr * 2 + 1", "double mrr * 2.0 + 1.0"},
      {"mrr > 2 * 60", "bool mrr > 2 * 60"},
      {"visits < mrr", "bool visits < mrr"},
      {"visits < 2.5", "bool visits < 2.5"},
      {"vip ? mrr : 0", "double vip ? mrr : 0.0"},
      {"vip ? 0 : mrr", "double vip ? 0.0 : mrr"},
      {"vip ? 0 : 1", "int vip ? 0 : 1"},
      {"mrr in [1, 2.5]", "bool mrr in [1.0, 2.5]"},
      {"visits in [1, visits]", "bool visits in [1, visits]"},
      {"country in []", "bool country in []"},
      {"now - since", "duration now - since"},
      {"since + idle", "timestamp since + idle"},
      {"idle + since", "timestamp idle + since"},
      {"since - days(1)", "timestamp since - days(1)"},
      {"idle + usual_gap - hours(1)", "duration idle + usual_gap - hours(1)"},
      {"3 * usual_gap", "duration 3 * usual_gap"},
      {"usual_gap * 0.5", "duration usual_gap * 0.5"},
      {"mrr * usual_gap", "duration mrr * usual_gap"},
      {"days(mrr)", "duration days(mrr)"},
      {"has(missing) && missing > 1", "bool has(missing) && missing > 1.0"},
      {"has(profile.segment)", "bool has(profile.segment)"},
      {"size(country) + size('x')", "int size(country) + size(\"x\")"},
      {"country.size()", "int country.size()"},
      {"country.startsWith('F') || country.endsWith('e')", "bool country.startsWith(\"F\") || country.endsWith(\"e\")"},
      {"(country + 'x').contains('a')", "bool (country + \"x\").contains(\"a\")"},
      {"int(mrr) + int('5') + int(now)", "int int(mrr) + int(\"5\") + int(now)"},
      {"double(visits) / double('2')", "double double(visits) / double(\"2\")"},
      {"string(mrr) + string(vip) + string(idle)", "string string(mrr) + string(vip) + string(idle)"},
      {"timestamp('2024-01-31T09:00:00Z') < now", "bool timestamp(\"2024-01-31T09:00:00Z\") < now"},
      {"duration('7d') == days(7)", "bool duration(\"7d\") == days(7)"},
      {"-(visits)", "int -visits"},
      {"-(5)", "int -(5)"},
      {"!(vip && mrr > 1)", "bool !(vip && mrr > 1.0)"},
      {"(vip && vip) && vip", "bool (vip && vip) && vip"},
      {"vip || vip && vip", "bool vip || vip && vip"},
      {"(vip || vip) && vip", "bool (vip || vip) && vip"},
      {"visits - (visits - 1)", "int visits - (visits - 1)"},
      {"(visits - visits) - 1", "int visits - visits - 1"},
      {"(vip ? 1 : 2) + 3", "int (vip ? 1 : 2) + 3"},
      {"vip ? 1 : vip ? 2 : 3", "int vip ? 1 : vip ? 2 : 3"},
      {"(vip ? vip : vip) ? 1 : 2", "int (vip ? vip : vip) ? 1 : 2"},
      {"1e300 > 100.0 && 1.0e-7 < 0.1", "bool 1e+300 > 100.0 && 1e-07 < 0.1"},
      {"'a\\n\"'", "string \"a\\n\\\"\""},
      {"vip == (mrr > 1)", "bool vip == (mrr > 1.0)"},
      {"(mrr > 1) == vip", "bool mrr > 1.0 == vip"},
  }));
  CAPTURE(source);
  const std::string text = CheckToText(source, TestEnvironment());
  CHECK(text == expected);
  // The checked form is itself an expression with the same checked form.
  CHECK(CheckToText(text.substr(text.find(' ') + 1), TestEnvironment()) == expected);
}

TEST_CASE("the type that is expected", "[expr]") {
  struct Expectation {
    std::string source;
    Type expected;
    std::string result;
  };
  const auto [source, expected, result] = GENERATE(values<Expectation>({
      {"visits", Kind::kDouble, "double double(visits)"},
      {"visits + 1", Kind::kDouble, "double double(visits + 1)"},
      {"5", Kind::kDouble, "double 5.0"},
      {"mrr", Kind::kDouble, "double mrr"},
      {"visits", Type::Decimal(2), "double double(visits)"},
      {"country", Kind::kDouble, "refused"},
      {"mrr", Kind::kInt, "refused"},
      {"mrr", Kind::kBool, "refused"},
      {"mrr > 1", Kind::kBool, "bool mrr > 1.0"},
      {"idle", Kind::kDuration, "duration idle"},
      {"now", Kind::kDuration, "refused"},
  }));
  CAPTURE(source);
  CHECK(CheckToText(source, TestEnvironment(), expected) == result);
}

TEST_CASE("strict CEL has none of the additions", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"mrr < 1000.0", "bool mrr < 1000.0"},
      {"mrr < 1000", "bool mrr < 1000"},  // CEL itself orders numbers of different types
      {"mrr == 1000", "refused"},
      {"mrr * 2", "refused"},
      {"vip ? mrr : 0", "refused"},
      {"mrr in [1]", "refused"},
      {"2 * usual_gap", "refused"},
      {"days(1)", "refused"},
      {"hours(1)", "refused"},
      {"minutes(1)", "refused"},
      {"has(mrr)", "refused"},
      {"now > since", "refused"},
      {"has(profile.segment)", "bool has(profile.segment)"},
      {"duration('24h')", "duration duration(\"24h\")"},
      {"duration('7d')", "refused"},
  }));
  CAPTURE(source);
  CHECK(CheckToText(source, TestEnvironment(true)) == expected);
}

TEST_CASE("what an expression reads", "[expr]") {
  std::vector<Diagnostic> mistakes;
  const auto compile = [&](const char* text) {
    auto expression = Expression::Compile(text, TestEnvironment(), Kind::kNone, "test", &mistakes);
    REQUIRE(expression.has_value());
    return *expression;
  };
  CHECK(compile("vip && mrr > 1 && mrr < 9 && has(country)").slots() == std::vector<uint32_t>{0, 2, 6});
  CHECK(compile("1 + 2").slots().empty());
  CHECK(compile("now > since").reads_now());
  CHECK_FALSE(compile("mrr > 1").reads_now());
  CHECK(compile("(country)").AsVariable() == std::optional<uint32_t>(2));
  CHECK_FALSE(compile("mrr + 0").AsVariable().has_value());
}

TEST_CASE("an environment replaces, and finds", "[expr]") {
  Environment environment;
  environment.Add("a", Kind::kInt, 0).Add("b", Kind::kInt, 1).Add("a", Kind::kString, 5);
  REQUIRE(environment.variables().size() == 2);
  REQUIRE(environment.Find("a") != nullptr);
  CHECK(environment.Find("a")->slot == 5);
  CHECK(environment.Find("a")->type == Kind::kString);
  CHECK(environment.Find("c") == nullptr);
  // Copies are apart.
  Environment copy = environment;
  copy.Add("c", Kind::kInt, 2);
  CHECK(environment.Find("c") == nullptr);
  CHECK(copy.Find("c")->slot == 2);
}

}  // namespace
}  // namespace tocsin
