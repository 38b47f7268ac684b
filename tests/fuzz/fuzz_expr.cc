// Any bytes as an expression: it is refused with mistakes that lie inside the text, or compiled, evaluated on several
// sets of values as an evaluator that walks the tree evaluates it, asked all that the engine asks conditions, printed,
// and read back as the same. Also as an aggregate's call.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "expr/aggregate_call.h"
#include "expr/checked.h"
#include "expr/condition.h"
#include "expr/evaluate.h"
#include "support/expr_compare.h"
#include "support/expr_reference.h"
#include "tocsin/expr/expression.h"
#include "tocsin/expr/host_functions.h"
#include "tocsin/expr/re2.h"

namespace {

using tocsin::Answer;
using tocsin::Duration;
using tocsin::Expression;
using tocsin::Kind;
using tocsin::Outcome;
using tocsin::Result;
using tocsin::Time;
using tocsin::Value;
using Values = std::vector<Value>;

constexpr Time kNow = tocsin::FromNanos(1'706'691'600'000'000'000);  // 2024-01-31T09:00:00Z
constexpr size_t kMostCost = 2'000;      // as large limits hide no more mistakes, and cost time
constexpr uint64_t kMostWork = 200'000;  // of the reference
constexpr size_t kMostNodesAsked = 200;  // each part of a condition is compiled again
constexpr uint32_t kMostHeight = 300;    // the reference recurses

// Aborts, with a line that says what is wrong.
[[noreturn]] void Fail(std::string_view what, std::string_view got = "", std::string_view expected = "") {
  std::fprintf(stderr, "fuzz_expr: %s: got '%s', expected '%s'\n", std::string(what).c_str(), std::string(got).c_str(),
               std::string(expected).c_str());
  std::abort();
}

std::shared_ptr<tocsin::HostFunctions> MakeFunctions() {
  auto functions = std::make_shared<tocsin::HostFunctions>();
  functions->Register("half", "1", [](double x) { return x / 2; }).IgnoreError();
  functions->Register("even", "1", [](int64_t n) { return n % 2 == 0; }).IgnoreError();
  functions
      ->Register("later", "1",
                 [](Time time, Duration by) -> std::optional<Time> {
                   int64_t sum = 0;
                   if (__builtin_add_overflow(tocsin::ToNanos(time), by.count(), &sum)) return std::nullopt;
                   return tocsin::FromNanos(sum);
                 })
      .IgnoreError();
  functions
      ->Register("pick", "1",
                 [](bool first, std::string_view a, std::string_view b) -> std::optional<int64_t> {
                   if (a == b) return std::nullopt;
                   return static_cast<int64_t>((first ? a : b).size());
                 })
      .IgnoreError();
  functions
      ->Register("echo", "1", {tocsin::Type(Kind::kString)}, tocsin::Type(Kind::kString),
                 [](std::span<const Value> arguments) { return arguments[0]; })
      .IgnoreError();
  return functions;
}

tocsin::Environment MakeEnvironment(bool strict) {
  tocsin::Environment environment;
  environment.Add("d", Kind::kDouble, 0)
      .Add("m", tocsin::Type::Decimal(2), 1)
      .Add("i", Kind::kInt, 2)
      .Add("s", Kind::kString, 3)
      .Add("b", Kind::kBool, 4)
      .Add("t", Kind::kTimestamp, 5)
      .Add("u", Kind::kDuration, 6)
      .Add("p.s", Kind::kString, 7)
      .AddElapsed("e", 8)
      .Add("i2", Kind::kInt, 9)
      .Add("z", Kind::kString, 10)
      .Add("previous(d, 7d)", Kind::kDouble, 11)
      .Forbid("f", "'f' is not for reading")
      .AllowNow()
      .SetStrict(strict)
      .SetLimits({.max_cost = kMostCost})
      .SetFunctions(MakeFunctions())
      .SetRegex(tocsin::Re2());
  return environment;
}

Value At(int64_t nanos) { return Value::Timestamp(tocsin::FromNanos(nanos)); }

// Ordinary ones, extreme ones, some absent, all absent, fewer than there are.
const std::vector<Values>& FixedValues() {
  static const std::string spaced = " a\u00e9b,a\u2028, \u6f22";
  static const std::vector<Values> values = {
      {Value::Double(1.5), Value::Decimal(199, 2), Value::Int(7), Value::String("text"), Value::Bool(true),
       At(1'700'000'000'000'000'000), Value::Span(std::chrono::hours(1)), Value::String("12"),
       Value::Span(std::chrono::hours(50)), Value::Int(3), Value::String("Europe/London"), Value::Double(2)},
      {Value::Double(-1e308), Value::Decimal(INT64_MIN, 2), Value::Int(INT64_MIN), Value::String(""),
       Value::Bool(false), Value::Timestamp(Time::min()), Value::Span(Duration::max()), Value::String("\u6f22"),
       Value::Span(Duration::zero()), Value::Int(-1), Value::String("-09:30"), Value::Double(-0.0)},
      {Value::Double(0), Value(), Value::Int(INT64_MAX), Value::String(spaced), Value::Bool(true),
       Value::Timestamp(Time::max()), Value::Span(Duration::min()), Value::String(","), Value(), Value(),
       Value::String("localtime"), Value()},
      {Value(), Value::Decimal(-1, 2), Value(), Value(), Value::Bool(true), At(0), Value::Span(Duration(-1)),
       Value::String("a"), Value::Span(Duration(1)), Value::Int(0)},
      {},
  };
  return values;
}

// Others for every text.
Values ChanceValues(uint64_t seed) {
  static const std::string texts[] = {"a", "ab", "b", "1.5", "true", "1h30m", "2024-01-31T09:00:00Z", "[a-c]+", "("};
  std::mt19937_64 random(seed);
  Values values(12);
  const auto text = [&] { return Value::String(texts[random() % 9]); };
  const auto integer = [&] { return static_cast<int64_t>(random() >> random() % 64) * (random() % 2 == 0 ? 1 : -1); };
  values[0] = Value::Double(static_cast<double>(integer()) / 4);
  values[1] = Value::Decimal(integer(), 2);
  values[2] = Value::Int(integer());
  values[3] = text();
  values[4] = Value::Bool(random() % 2 == 0);
  values[5] = At(integer());
  values[6] = Value::Span(Duration(integer()));
  values[7] = text();
  values[8] = Value::Span(Duration(static_cast<int64_t>(random() >> (2 + random() % 62))));
  values[9] = Value::Int(integer() % 5);
  values[10] = text();
  values[11] = Value::Double(static_cast<double>(integer() % 9));
  return values;
}

void CheckMistakes(const tocsin::SourceText& source, const std::vector<tocsin::Diagnostic>& mistakes) {
  if (mistakes.empty()) Fail("refused without a mistake");
  for (const tocsin::Diagnostic& mistake : mistakes) {
    if (mistake.message.empty() || mistake.length < 1) Fail("mistake without a text or length", mistake.message);
    if (!source.empty() && (mistake.line < 1 || mistake.column < 1)) Fail("mistake nowhere", mistake.message);
  }
  tocsin::Render(mistakes);
}

uint32_t HeightOf(const tocsin::Tree& tree) {
  std::vector<uint32_t> heights(tree.nodes.size());
  for (size_t i = 0; i < tree.nodes.size(); ++i) {
    for (const uint32_t child : tree.ChildrenOf(tree.nodes[i])) heights[i] = std::max(heights[i], heights[child] + 1);
  }
  return heights.back();
}

// Evaluate, Test and the reference; faults for want of steps or memory are the evaluator's alone.
void CheckEvaluation(const Expression& expression, const tocsin::Tree* tree, const tocsin::Environment& environment,
                     const Values& values, tocsin::Scratch* scratch) {
  const Result result = expression.Evaluate(values, kNow, *scratch);
  if (result.outcome == Outcome::kValue && result.value.kind() != expression.type().kind)
    Fail("a value of another kind");
  const std::string got = tocsin::ShowAnswer(result.outcome, result.value);
  const auto& memory = scratch->memory();
  const bool limited = result.outcome == Outcome::kFault && expression.checked().program.uses_arena &&
                       (memory.steps > kMostCost || memory.arena.exhausted());
  if (expression.type() == Kind::kBool) {
    const Answer answer = tocsin::AnswerOf(result);
    if (expression.Test(values, kNow, *scratch) != answer) Fail("Test says something else", "", got);
    std::vector<Value> rows(values.begin(), values.end());
    rows.insert(rows.end(), values.begin(), values.end());
    Answer answers[2] = {};
    expression.TestRows(rows, values.size(), kNow, *scratch, answers);
    if (answers[0] != answer || answers[1] != answer) Fail("TestRows says something else", "", got);
  }
  if (limited || tree == nullptr) return;
  tocsin::reference::Evaluator reference(*tree, values, kNow, environment.strict(), environment.functions().get(),
                                         environment.regex().get());
  reference.SetMostWork(kMostWork);
  const tocsin::reference::Answer answer = reference.Evaluate();
  if (reference.gave_up()) return;
  const std::string expected = tocsin::ShowAnswer(answer.outcome, tocsin::AsValue(tree->root().type, answer));
  if (got != expected) Fail("another answer than the reference", got, expected);
}

// What the engine asks a condition when the plan is made, and what it does with the answers.
void CheckQuestions(const Expression& condition, const Values& values, tocsin::Scratch* scratch) {
  const Answer whole = condition.Test(values, kNow, *scratch);
  bool all = true;
  for (const tocsin::Conjunct& conjunct : tocsin::Conjuncts(condition)) {
    const Answer term = conjunct.term.Test(values, kNow, *scratch);
    all &= term == Answer::kTrue;
    if (conjunct.threshold && conjunct.threshold->slot < values.size()) {
      const auto truth = tocsin::CompiledThreshold(*conjunct.threshold).Evaluate(values.data());
      if (static_cast<Answer>(truth) != term) Fail("a threshold that is not its term");
    }
  }
  if (all != (whole == Answer::kTrue)) Fail("the conjuncts are not the condition");
  if (tocsin::ConjunctShapes(condition).size() < 1) Fail("no conjunct");
  std::vector<std::string> because;
  tocsin::Because(condition, values, kNow, *scratch, &because);
  tocsin::Influence(condition);
  Values passing = values;
  passing.resize(12);
  for (const tocsin::LinearTerm& term : tocsin::TimedTerms(condition).linear) {
    const std::optional<Time> flip = term.NextFlip(passing, kNow, *scratch);
    if (flip && *flip <= kNow) Fail("it flips in the past");
  }
}

void CheckPrinted(const Expression& expression, const tocsin::Environment& environment) {
  const std::string printed = expression.ToString();
  if (printed.size() > environment.limits().max_source_bytes) return;
  // A call about a metric is printed as its value is called: "previous(d, 7d)".
  if (printed.find("previous(d, 7d)") != std::string::npos) return;
  std::vector<tocsin::Diagnostic> mistakes;
  const auto again = Expression::Compile(printed, environment, Kind::kNone, "fuzz", &mistakes);
  // Printing may need a pair of parentheses more than was written, and so go beyond the depth; nothing else may fail.
  if (!again && mistakes.at(0).message.find("nested") == std::string::npos) Fail(mistakes.at(0).message, printed);
  if (again && again->ToString() != printed) Fail("printed otherwise", again->ToString(), printed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const tocsin::Environment environments[] = {MakeEnvironment(false), MakeEnvironment(true)};
  static tocsin::Scratch scratch;
  const std::string text(data, data + size);
  const tocsin::SourceText source(text);
  std::vector<tocsin::Diagnostic> mistakes;
  if (!tocsin::ParseAggregateCall(source, "fuzz", &mistakes)) CheckMistakes(source, mistakes);
  std::vector<Values> all_values = FixedValues();
  all_values.push_back(ChanceValues(std::hash<std::string>()(text)));
  for (const tocsin::Environment& environment : environments) {
    mistakes.clear();
    const auto expression = Expression::Compile(source, environment, Kind::kNone, "fuzz", &mistakes);
    if (!expression) {
      CheckMistakes(source, mistakes);
      continue;
    }
    if (!mistakes.empty()) Fail("a mistake, and compiled", mistakes[0].message);
    const std::optional<tocsin::Tree> tree = tocsin::CheckedTree(text, environment);
    if (!tree) Fail("compiled, and not checked");
    const bool walk = HeightOf(*tree) <= kMostHeight;
    const bool ask = expression->type() == Kind::kBool && tree->nodes.size() <= kMostNodesAsked;
    for (const Values& values : all_values) {
      CheckEvaluation(*expression, walk ? &*tree : nullptr, environment, values, &scratch);
      if (ask) CheckQuestions(*expression, values, &scratch);
    }
    CheckPrinted(*expression, environment);
  }
  return 0;
}
