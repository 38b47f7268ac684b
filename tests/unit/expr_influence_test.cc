// Which way a variable must move to make a condition true: by hand, and against moving it.
#include <random>
#include <string>
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

// "mrr up, visits down": of the variables that are read, in order of their slots.
std::string InfluenceOf(const std::string& source) {
  static constexpr const char* kTurns[] = {"never", "up", "down", "both"};
  const Environment environment = TestEnvironment();
  const Expression condition = Compiled(source, environment);
  const std::vector<Turn> turns = Influence(condition);
  std::string text;
  for (const uint32_t slot : condition.slots()) {
    if (!text.empty()) text += ", ";
    text += environment.variables()[slot].name + " " + kTurns[static_cast<size_t>(turns[slot])];
  }
  return text;
}

struct Case {
  std::string source;
  std::string expected;
};

TEST_CASE("which way variables move a condition", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"mrr > 5", "mrr up"},
      {"mrr >= 5", "mrr up"},
      {"mrr < 5", "mrr down"},
      {"5 > mrr", "mrr down"},
      {"5 <= mrr", "mrr up"},
      {"mrr == 5", "mrr both"},
      {"mrr != 5", "mrr both"},
      {"mrr > 5 && visits < 3", "mrr up, visits down"},
      {"mrr > 5 || mrr < 3", "mrr both"},
      {"mrr > 5 || mrr > 3", "mrr up"},
      {"!(mrr > 5)", "mrr down"},
      {"!(mrr > 5 && !(visits < 3))", "mrr down, visits down"},
      {"mrr > refunds_24h", "mrr up, refunds_24h down"},
      {"mrr - refunds_24h > 5", "mrr up, refunds_24h down"},
      {"mrr + refunds_24h < 5", "mrr down, refunds_24h down"},
      {"-mrr > 5", "mrr down"},
      {"mrr * 2 > 5", "mrr up"},
      {"mrr * -2 > 5", "mrr down"},
      {"-2 * mrr > 5", "mrr down"},
      {"mrr * 0 > 5", "mrr both"},
      {"mrr / 2 > 5", "mrr up"},
      {"mrr / -2 > 5", "mrr down"},
      {"mrr / refunds_24h > 0.2", "mrr both, refunds_24h both"},
      {"2 / mrr > 5", "mrr both"},
      {"mrr * refunds_24h > 5", "mrr both, refunds_24h both"},
      {"visits % 3 > 1", "visits both"},
      {"visits / 3 > 1", "visits up"},
      {"int(mrr) > 5", "mrr up"},
      {"double(visits) > 5", "visits up"},
      {"int(country) > 5", "country both"},
      {"size(country) > 5", "country both"},
      {"country > \"F\"", "country up"},
      {"country + \"a\" > \"F\"", "country both"},
      {"country in [\"France\"]", "country both"},
      {"visits in [1, 2]", "visits both"},
      {"has(missing)", "missing both"},
      {"has(missing) && missing > 5", "missing both"},
      {"vip", "vip up"},
      {"!vip", "vip down"},
      {"vip ? mrr > 5 : mrr < 3", "mrr both, vip both"},
      {"vip ? mrr > 5 : visits < 3", "mrr up, visits down, vip both"},
      {"(vip ? mrr : price) > 5", "mrr up, vip both, price up"},
      {"idle > days(3)", "idle up"},
      {"idle >= 3 * usual_gap", "idle up, usual_gap down"},
      {"idle >= 1.5 * usual_gap", "idle up, usual_gap down"},
      {"idle > days(visits)", "visits down, idle up"},
      {"now - since > days(1)", "since down"},
      {"mrr > 30 * 60", "mrr up"},
      {"mrr > 5 && (now - since > days(1) || country == \"France\")", "mrr up, country both, since down"},
  }));
  CAPTURE(source);
  CHECK(InfluenceOf(source) == expected);
}

TEST_CASE("asking for presence", "[expr]") {
  const Expression condition = Compiled("has(missing) || mrr > 5 && !has(country)", TestEnvironment());
  CHECK(AsksPresence(condition, 10));
  CHECK(AsksPresence(condition, 2));
  CHECK_FALSE(AsksPresence(condition, 0));
  CHECK_FALSE(AsksPresence(condition, 99));
}

bool IsFalse(const Result& result) { return result.outcome == Outcome::kValue && !result.value.AsBool(); }

int Order(const Value& a, const Value& b) {
  if (a.kind() == Kind::kString) return a.AsString() < b.AsString() ? -1 : a.AsString() > b.AsString() ? 1 : 0;
  if (a.kind() == Kind::kDouble || a.kind() == Kind::kDecimal) {
    return a.AsNumber() < b.AsNumber() ? -1 : a.AsNumber() > b.AsNumber() ? 1 : 0;
  }
  return a.AsInt() < b.AsInt() ? -1 : a.AsInt() > b.AsInt() ? 1 : 0;
}

// Ordinary and extreme values: from false, no move against the turn makes it true; nor does a variable that vanishes.
TEST_CASE("no move against its turn makes a condition true", "[expr]") {
  const bool strict = GENERATE(false, true);
  const Environment environment = ExpressionGenerator::MakeEnvironment(strict);
  ExpressionGenerator generator(strict ? 43 : 41, strict);
  Scratch scratch;
  const Time now = FromNanos(1'700'000'000'000'000'000);
  int moves = 0;
  int turned = 0;
  int one_way = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = generator.Expression(Kind::kBool, 1 + i % 4);
    if (text.size() > environment.limits().max_source_bytes) continue;
    const Expression condition = Compiled(text, environment);
    const std::vector<Turn> turns = Influence(condition);
    for (const uint32_t slot : condition.slots()) {
      const Turn turn = turns[slot];
      one_way += turn == Turn::kUp || turn == Turn::kDown;
      std::vector<Value> values = generator.Values();
      for (int j = 0; j < 4; ++j) {
        const Result before = condition.Evaluate(values, now, scratch);
        const bool was_false = IsFalse(before);
        const bool was_true = before.IsTrue();
        const Value from = values[slot];
        values[slot] = generator.Values()[slot];
        const Value to = values[slot];
        const bool is_true = condition.Evaluate(values, now, scratch).IsTrue();
        CAPTURE(text, strict, slot, ToText(from), ToText(to));
        if (from.absent()) {
          if (turn == Turn::kNever) REQUIRE(is_true == was_true);
          continue;
        }
        if (to.absent()) {
          if (!was_true && !AsksPresence(condition, slot)) REQUIRE_FALSE(is_true);
          continue;
        }
        ++moves;
        if (!was_false || !is_true) continue;
        ++turned;
        const int order = Order(from, to);
        const unsigned bits = static_cast<unsigned>(turn);
        const unsigned needed = order < 0 ? 1 : order > 0 ? 2 : 3;  // 3: 0.0 and -0.0
        REQUIRE((bits & needed) == needed);
      }
    }
  }
  CHECK(moves > 20'000);
  CHECK(turned > 500);
  CHECK(one_way > 2'000);
}

}  // namespace
}  // namespace tocsin
