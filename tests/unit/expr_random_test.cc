// The compiled evaluator against one that walks the tree, on expressions and values by chance.
#include <optional>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/expr_compare.h"
#include "support/expr_generator.h"
#include "support/expr_reference.h"
#include "tocsin/expr/expression.h"

namespace tocsin {
namespace {

struct Seen {
  int values = 0;
  int no_data = 0;
  int faults = 0;
};

void CompareOn(const std::string& text, const Expression& compiled, const Tree& tree, const Environment& environment,
               ExpressionGenerator* generator, Scratch* scratch, Seen* seen) {
  for (int i = 0; i < 4; ++i) {
    std::vector<Value> values = generator->Values();
    if (i == 3) values.resize(values.size() / 2);  // what is not given is absent
    const Time now = FromNanos(1'700'000'000'000'000'000);
    const Result result = compiled.Evaluate(values, now, *scratch);
    const reference::Answer answer = reference::Evaluator(tree, values, now, environment.strict(),
                                                          environment.functions().get(), environment.regex().get())
                                         .Evaluate();
    const std::string got = ShowAnswer(result.outcome, result.value);
    const std::string expected = ShowAnswer(answer.outcome, AsValue(tree.root().type, answer));
    if (got != expected) {
      for (const Value& value : values)
        UNSCOPED_INFO(ShowAnswer(value.absent() ? Outcome::kNoData : Outcome::kValue, value));
      CAPTURE(text, environment.strict());
      REQUIRE(got == expected);
    }
    if (tree.root().type == Kind::kBool) {
      const Answer tested = compiled.Test(values, now, *scratch);
      CAPTURE(text);
      REQUIRE(tested == AnswerOf(result));
      Answer answers[1] = {};
      compiled.TestRows(values, values.size(), now, *scratch, answers);
      REQUIRE(answers[0] == tested);
    }
    seen->values += result.outcome == Outcome::kValue;
    seen->no_data += result.outcome == Outcome::kNoData;
    seen->faults += result.outcome == Outcome::kFault;
  }
}

TEST_CASE("compiled and tree-walking evaluation agree", "[expr]") {
  const bool strict = GENERATE(false, true);
  const Environment environment = ExpressionGenerator::MakeEnvironment(strict);
  ExpressionGenerator generator(strict ? 11 : 7, strict);
  Scratch scratch;
  Seen seen;
  int compiled_count = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = generator.Expression(generator.AnyKind(), 1 + i % 4);
    if (text.size() > environment.limits().max_source_bytes) continue;
    std::vector<Diagnostic> mistakes;
    const auto compiled = Expression::Compile(text, environment, Kind::kNone, "generated", &mistakes);
    CAPTURE(text, Render(mistakes));
    REQUIRE(compiled.has_value());
    ++compiled_count;
    const std::optional<Tree> tree = CheckedTree(text, environment);
    REQUIRE(tree.has_value());
    CompareOn(text, *compiled, *tree, environment, &generator, &scratch, &seen);

    // What is printed is the same expression.
    const std::string printed = compiled->ToString();
    if (printed.size() > environment.limits().max_source_bytes) continue;
    const auto again = Expression::Compile(printed, environment, Kind::kNone, "printed", &mistakes);
    CAPTURE(printed, Render(mistakes));
    REQUIRE(again.has_value());
    REQUIRE(again->ToString() == printed);
  }
  CHECK(compiled_count > 19'000);
  // All outcomes must have been met, or nothing was compared.
  CHECK(seen.values > 10'000);
  CHECK(seen.no_data > 10'000);
  CHECK(seen.faults > 3'000);
}

}  // namespace
}  // namespace tocsin
