// The terms of a condition, and what is said of those that held.
#include <string>
#include <vector>

#include "expr/condition.h"
#include "support/catch.h"
#include "support/expr_environment.h"

namespace tocsin {
namespace {

using Texts = std::vector<std::string>;

Expression Compiled(const std::string& source) {
  std::vector<Diagnostic> mistakes;
  auto expression = Expression::Compile(source, TestEnvironment(), Kind::kBool, "test", &mistakes);
  CAPTURE(source, Render(mistakes));
  REQUIRE(expression.has_value());
  return *expression;
}

Texts TermsOf(const std::string& source) {
  Texts texts;
  for (const Expression& term : Terms(Compiled(source))) texts.push_back(term.ToString());
  return texts;
}

Texts BecauseOf(const std::string& source) {
  Scratch scratch;
  Texts texts;
  Because(Compiled(source), TestValues(), kTestNow, scratch, &texts);
  return texts;
}

struct Case {
  std::string source;
  Texts expected;
};

TEST_CASE("the terms of a condition", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"mrr > 5", {"mrr > 5.0"}},
      {"vip", {"vip"}},
      {"mrr > 5 && vip || !has(missing)", {"mrr > 5.0", "vip", "has(missing)"}},
      {"(mrr > 5 && (vip && visits < 3))", {"mrr > 5.0", "vip", "visits < 3"}},
      {"!(mrr > 5 || country in [\"France\"])", {"mrr > 5.0", "country in [\"France\"]"}},
      {"vip ? mrr > 5 : mrr > 7", {"vip", "mrr > 5.0", "mrr > 7.0"}},
      {"(vip ? mrr : price) > 5", {"(vip ? mrr : price) > 5.0"}},
      {"country.startsWith(\"F\") && idle > days(2 * 30)", {"country.startsWith(\"F\")", "idle > days(2 * 30)"}},
      {"(mrr > 5) == vip", {"mrr > 5.0 == vip"}},
      {"true && (mrr > 5 || 1 > 2)", {"mrr > 5.0"}},
      {"true", {}},
      {"mrr > 5 || mrr > 5", {"mrr > 5.0", "mrr > 5.0"}},
  }));
  CAPTURE(source);
  CHECK(TermsOf(source) == expected);
}

TEST_CASE("a term is evaluated against the condition's variables", "[expr]") {
  const std::vector<Expression> terms = Terms(Compiled("missing > 0 || idle > days(1) && now - since == days(1)"));
  REQUIRE(terms.size() == 3);
  Scratch scratch;
  const std::vector<Value> values = TestValues();
  CHECK(terms[0].Evaluate(values, kTestNow, scratch).outcome == Outcome::kNoData);
  CHECK(terms[1].Evaluate(values, kTestNow, scratch).IsTrue());
  CHECK(terms[1].slots() == std::vector<uint32_t>{4});
  CHECK(terms[2].Evaluate(values, kTestNow, scratch).IsTrue());
  CHECK(terms[2].reads_now());
}

TEST_CASE("the terms that held, with the values", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"mrr > 500", {"mrr = 612.5 > 500"}},
      {"mrr > 612.5", {}},
      {"500 < mrr", {"500 < mrr = 612.5"}},
      {"mrr > 500 && refunds_24h > 20.25", {"mrr = 612.5 > 500", "refunds_24h = 27.5 > 20.25"}},
      {"mrr > 1000 || refunds_24h > 20", {"refunds_24h = 27.5 > 20"}},
      {"price / 2 > 9 && price >= 19.99", {"price / 2 = 9.995 > 9", "price = 19.99 >= 19.99"}},
      {"mrr > 2 * refunds_24h", {"mrr = 612.5 > 2 * refunds_24h = 55"}},
      {"visits == 7", {"visits = 7 == 7"}},
      {"idle > hours(47)", {"idle = 2d > 1d23h"}},
      {"idle >= 3 * usual_gap", {"idle = 2d >= 3 * usual_gap = 15h"}},
      {"now - since > minutes(30)", {"now - since = 1d > 30m"}},
      {"since < timestamp(\"2024-01-31T00:00:00Z\")", {"since = 2024-01-30T09:00:00Z < 2024-01-31T00:00:00Z"}},
      {"country == \"France\"", {"country = \"France\" == \"France\""}},
      {"country in [\"Spain\", \"France\"]", {"country = \"France\" in [\"Spain\", \"France\"]"}},
      {"visits in [1, 2, 3, 4, 5, 6, 7]", {"visits = 7 in [1, 2, 3, ...]"}},
      {"visits in [3 + 4, visits + 1]", {"visits = 7 in [7, visits + 1 = 8]"}},
      {"country.startsWith(\"F\")", {"country = \"France\".startsWith(\"F\")"}},
      {"vip && has(mrr)", {"vip", "has(mrr)"}},
      {"!vip || !has(missing)", {"!has(missing)"}},
      {"!(mrr > 1000)", {"!(mrr = 612.5 > 1000)"}},
      {"!(mrr > 1000 || refunds_24h > 20)", {"!(mrr = 612.5 > 1000)"}},
      {"!!(mrr > 500)", {"mrr = 612.5 > 500"}},
      {"!(!vip)", {"vip"}},
      {"missing > 5 || mrr > 500", {"mrr = 612.5 > 500"}},
      {"!(missing > 5) || mrr > 500", {"mrr = 612.5 > 500"}},
      {"visits / 0 == 1 || vip", {"vip"}},
      {"vip ? mrr > 500 : mrr > 5", {"vip", "mrr = 612.5 > 500"}},
      {"visits > 7 ? mrr > 500 : mrr > 5", {"!(visits = 7 > 7)", "mrr = 612.5 > 5"}},
      {"missing_flag ? mrr > 500 : mrr > 5", {}},
      {"vip ? (visits > 9 ? mrr > 1 : mrr > 2) : mrr > 3", {"vip", "!(visits = 7 > 9)", "mrr = 612.5 > 2"}},
      {"!(vip ? mrr < 5 : mrr > 5)", {"vip", "!(mrr = 612.5 < 5)"}},
      {"(vip ? mrr : price) > 5", {"(vip ? mrr : price) = 612.5 > 5"}},
      {"(mrr > 5) == vip", {"(mrr > 5) = true == vip = true"}},
      {"mrr > 500 || mrr > 500", {"mrr = 612.5 > 500"}},
      {"profile.segment == \"vip\"", {"profile.segment = \"vip\" == \"vip\""}},
      {"true", {}},
  }));
  CAPTURE(source);
  CHECK(BecauseOf(source) == expected);
}

TEST_CASE("reasons are added to what is there", "[expr]") {
  Scratch scratch;
  Texts texts = {"vip"};
  const Explanation explanation(Compiled("vip && mrr > 500"));
  explanation.Write(TestValues(), kTestNow, scratch, &texts);
  CHECK(texts == Texts{"vip", "vip", "mrr = 612.5 > 500"});
}

}  // namespace
}  // namespace tocsin
