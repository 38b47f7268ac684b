// RE2 behind the hook for `matches`.
#include "tocsin/expr/re2.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "tocsin/expr/expression.h"

namespace tocsin {
namespace {

Environment MakeEnvironment() {
  Environment environment;
  environment.Add("text", Kind::kString, 0).Add("pattern", Kind::kString, 1).SetRegex(Re2());
  return environment;
}

Answer Ask(const std::string& source, const std::string& text, const std::string& pattern = "") {
  std::vector<Diagnostic> mistakes;
  const auto expression = Expression::Compile(source, MakeEnvironment(), Kind::kBool, "test", &mistakes);
  CAPTURE(Render(mistakes));
  REQUIRE(expression.has_value());
  Scratch scratch;
  const Value values[] = {Value::String(text), Value::String(pattern)};
  return expression->Test(values, Time(), scratch);
}

TEST_CASE("patterns are unanchored and know Unicode", "[expr]") {
  CHECK(Ask("text.matches('ubb')", "hubba") == Answer::kTrue);
  CHECK(Ask("text.matches('^ubb')", "hubba") == Answer::kFalse);
  CHECK(Ask("text.matches('gr(a|e)y')", "grey") == Answer::kTrue);
  CHECK(Ask("text.matches('^.$')", "\u6f22") == Answer::kTrue);
  CHECK(Ask("text.matches(r'\\d{3}')", "a123") == Answer::kTrue);
}

TEST_CASE("a wrong pattern is a mistake when constant, a fault when not", "[expr]") {
  std::vector<Diagnostic> mistakes;
  CHECK_FALSE(Expression::Compile("text.matches('a(b')", MakeEnvironment(), Kind::kBool, "test", &mistakes));
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes[0].message == "'a(b' is not a regular expression: missing ): a(b");
  CHECK(Ask("text.matches(pattern)", "a", "a(b") == Answer::kFault);
  CHECK(Ask("text.matches(pattern)", "ab", "^a.$") == Answer::kTrue);
  // One that would need more memory than a pattern may.
  CHECK(Ask("text.matches(pattern)", "a", "((a{100}){100}){100}") == Answer::kFault);
}

TEST_CASE("a catastrophic pattern takes time linear in the text", "[expr]") {
  // A backtracking engine needs 2^5000 steps for this.
  CHECK(Ask("text.matches('^(a+)+$')", std::string(5000, 'a') + "!") == Answer::kFalse);
}

}  // namespace
}  // namespace tocsin
