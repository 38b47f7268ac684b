// The quick ways of Expression::Test: each against Evaluate, which has none of them, on values by chance.
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "expr/checked.h"
#include "expr/text_set.h"
#include "support/catch.h"
#include "support/expr_compare.h"
#include "support/seed.h"
#include "tocsin/expr/expression.h"

namespace tocsin {
namespace {

Environment QuickEnvironment() {
  Environment environment;
  environment.Add("a", Kind::kDouble, 0)
      .Add("b", Type::Decimal(2), 1)
      .Add("c", Kind::kDouble, 2)
      .Add("n", Kind::kInt, 3)
      .Add("s", Kind::kString, 4)
      .Add("d", Kind::kDuration, 5);
  return environment;
}

class Chance {
 public:
  explicit Chance(uint64_t seed) : random_(test::Seed(seed)) {}

  size_t Below(size_t n) { return random_() % n; }
  double Number() {
    static constexpr double kNumbers[] = {0.0,
                                          -0.0,
                                          1,
                                          -1,
                                          1000,
                                          5e-324,
                                          -5e-324,
                                          std::numeric_limits<double>::infinity(),
                                          -std::numeric_limits<double>::infinity(),
                                          std::numeric_limits<double>::quiet_NaN()};
    return kNumbers[Below(10)];
  }
  int64_t Integer() {
    static constexpr int64_t kIntegers[] = {0, 1, -1, 1000, INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1};
    return kIntegers[Below(8)];
  }
  // A double may also come as an int or a decimal.
  Value Double() {
    switch (Below(12)) {
      case 0:
        return Value();
      case 1:
        return Value::Int(Integer());
      case 2:
        return Value::Decimal(Integer(), 2);
      default:
        return Value::Double(Number());
    }
  }
  std::vector<Value> Values(const std::vector<std::string>& texts) {
    std::vector<Value> values = {Double(), Value::Decimal(Integer(), 2), Double()};
    values.push_back(Below(8) == 0 ? Value() : Value::Int(Integer()));
    values.push_back(Below(8) == 0 ? Value() : Value::String(texts[Below(texts.size())]));
    values.push_back(Below(8) == 0 ? Value() : Value::Span(Duration(Integer())));
    return values;
  }
  std::string Comparison() {
    static const char* const kNames[] = {"a", "a", "a", "b", "c", "c", "n", "d"};
    static const char* const kOps[] = {" < ", " <= ", " > ", " >= ", " < ", " > ", " == ", " != "};
    static const char* const kDoubles[] = {"0.0", "1.0", "-1.0", "1000.0", "5e-324"};
    static const char* const kInts[] = {"0", "1", "-1", "1000", "9223372036854775807", "-9223372036854775808"};
    const std::string name = kNames[Below(8)];
    std::string constant = name == "n" ? kInts[Below(6)] : kDoubles[Below(5)];
    if (name == "d") constant = Below(2) == 0 ? "duration('0s')" : "duration('1000ns')";
    return Below(4) == 0 ? constant + kOps[Below(8)] + name : name + kOps[Below(8)] + constant;
  }

 private:
  std::mt19937_64 random_;
};

Expression Compiled(const std::string& text) {
  std::vector<Diagnostic> mistakes;
  auto expression = Expression::Compile(text, QuickEnvironment(), Kind::kBool, "quick", &mistakes);
  CAPTURE(text, Render(mistakes));
  REQUIRE(expression.has_value());
  return *std::move(expression);
}

// TestRows of all rows says what Test says of each.
void CheckRows(const Expression& condition, const std::vector<Value>& table, size_t width, Scratch* scratch) {
  std::vector<Answer> answers(width == 0 ? 5 : table.size() / width);
  condition.TestRows(table, width, Time(), *scratch, answers);
  for (size_t row = 0; row < answers.size(); ++row) {
    CAPTURE(row, width);
    REQUIRE(answers[row] == condition.Test(std::span(table).subspan(row * width, width), Time(), *scratch));
  }
}

TEST_CASE("Test says what Evaluate says of comparisons, joined and alone", "[expr]") {
  Chance chance(23);
  Scratch scratch;
  std::set<Program::Shape> shapes;
  for (int i = 0; i < 3'000; ++i) {
    std::string text = chance.Comparison();
    const std::string op = chance.Below(2) == 0 ? " && " : " || ";
    for (size_t more = chance.Below(i % 3 == 0 ? 10 : 5); more > 0; --more) text += op + chance.Comparison();
    const Expression condition = Compiled(text);
    shapes.insert(condition.checked().program.shape);
    CAPTURE(text);
    // Whole rows, and such as are too short.
    const size_t width = i % 4 == 0 ? chance.Below(6) : 6;
    std::vector<Value> table;
    for (size_t row = chance.Below(9); row > 0; --row) {
      const std::vector<Value> values = chance.Values({"x"});
      table.insert(table.end(), values.begin(), values.begin() + static_cast<std::ptrdiff_t>(width));
    }
    CheckRows(condition, table, width, &scratch);
    for (int j = 0; j < 20; ++j) {
      std::vector<Value> values = chance.Values({"x"});
      if (j == 0) values.resize(chance.Below(6));
      const Result result = condition.Evaluate(values, Time(), scratch);
      if (condition.Test(values, Time(), scratch) == AnswerOf(result)) continue;
      for (const Value& value : values) UNSCOPED_INFO((value.absent() ? "absent" : ToText(value)));
      CAPTURE(text);
      REQUIRE(condition.Test(values, Time(), scratch) == AnswerOf(result));
    }
  }
  for (const auto shape : {Program::Shape::kIntThreshold, Program::Shape::kDoubleThreshold, Program::Shape::kAllHold,
                           Program::Shape::kAnyHolds, Program::Shape::kAllOrders, Program::Shape::kAnyOrders}) {
    CHECK(shapes.count(shape) == 1);
  }
}

// Texts of few letters and of all lengths about the boundaries, so that many are nearly alike.
std::vector<std::string> NearTexts(Chance* chance, size_t count) {
  std::vector<std::string> texts;
  while (texts.size() < count) {
    std::string text;
    for (size_t length = chance->Below(18); length > 0; --length) text += chance->Below(6) == 0 ? 'b' : 'a';
    texts.push_back(text);
  }
  return texts;
}

TEST_CASE("a set of texts has what was put into it, and nothing else", "[expr]") {
  Chance chance(29);
  size_t made = 0;
  for (int i = 0; i < 500; ++i) {
    const std::vector<std::string> texts = NearTexts(&chance, chance.Below(12));
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const std::optional<TextSet> set = TextSet::Make(views);
    const bool short_enough =
        std::all_of(texts.begin(), texts.end(), [](const auto& text) { return text.size() <= 16; });
    if (!set) continue;
    ++made;
    REQUIRE(short_enough);
    for (const std::string& text : texts) REQUIRE(set->Has(text));
    for (const std::string& text : NearTexts(&chance, 200)) {
      CAPTURE(text);
      REQUIRE(set->Has(text) == (std::find(texts.begin(), texts.end(), text) != texts.end()));
    }
  }
  CHECK(made > 200);
  // As people write them.
  CHECK(TextSet::Make(std::vector<std::string_view>{"pro", "team", "enterprise", "trial"}));
  CHECK(TextSet::Make(std::vector<std::string_view>{"France", "Spain", "France", ""}));
  CHECK_FALSE(TextSet::Make(std::vector<std::string_view>{"the United Kingdom"}));
}

TEST_CASE("Test says what Evaluate says of a text among others", "[expr]") {
  Chance chance(31);
  Scratch scratch;
  for (int i = 0; i < 300; ++i) {
    std::string text = "s in [";
    std::vector<std::string> texts = NearTexts(&chance, 1 + chance.Below(9));
    for (const std::string& one : texts) text += (&one == texts.data() ? "'" : ", '") + one + "'";
    const Expression condition = Compiled(text + "]");
    for (const std::string& one : NearTexts(&chance, 20)) texts.push_back(one);
    std::vector<Value> table;
    for (int j = 0; j < 50; ++j) {
      const std::vector<Value> values = chance.Values(texts);
      table.insert(table.end(), values.begin(), values.end());
      CAPTURE(text, ToText(values[4]));
      REQUIRE(condition.Test(values, Time(), scratch) == AnswerOf(condition.Evaluate(values, Time(), scratch)));
    }
    CheckRows(condition, table, 6, &scratch);
  }
}

}  // namespace
}  // namespace tocsin
