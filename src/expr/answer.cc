// What a condition answers, in the ways that its shape allows: for one row of variables, and for many.
#include <algorithm>
#include <array>

#include "expr/evaluate.h"

namespace tocsin {
namespace {

static_assert(static_cast<int>(Truth::kFalse) == static_cast<int>(Answer::kFalse) &&
              static_cast<int>(Truth::kTrue) == static_cast<int>(Answer::kTrue) &&
              static_cast<int>(Truth::kNoData) == static_cast<int>(Answer::kNoData));

Answer AnyHolds(std::span<const CompiledThreshold> thresholds, const Value* variables) {
  Answer any = Answer::kFalse;
  for (const CompiledThreshold& threshold : thresholds) {
    const Truth truth = threshold.Evaluate(variables);
    if (truth == Truth::kTrue) return Answer::kTrue;
    if (truth == Truth::kNoData) any = Answer::kNoData;
  }
  return any;
}

// Whether one of the orders says `wanted`. All are looked at, without a branch on a value: some comparisons cost less
// than one branch that was guessed wrong. It means nothing where a variable turns out to be no double: bits are set in
// `others` then.
template <bool or_equal, bool wanted, typename Orders>
[[gnu::always_inline]] inline bool AnySays(const Orders& orders, const Value* variables, uint32_t* others) {
  using Bits [[gnu::vector_size(16)]] = int64_t;
  Bits found{};
  for (const TwoOrders& two : orders) {
    const Value& a = *reinterpret_cast<const Value*>(reinterpret_cast<const char*>(variables) + two.offsets[0]);
    const Value& b = *reinterpret_cast<const Value*>(reinterpret_cast<const char*>(variables) + two.offsets[1]);
    constexpr auto kDouble = static_cast<uint32_t>(Kind::kDouble);
    *others |= (static_cast<uint32_t>(a.kind()) ^ kDouble) | (static_cast<uint32_t>(b.kind()) ^ kDouble);
    const TwoOrders::Numbers numbers = TwoOrders::Numbers{a.AsDouble(), b.AsDouble()} * two.sign;
    const Bits says = or_equal ? numbers >= two.limit : numbers > two.limit;
    found |= wanted ? says : ~says;
  }
  return (found[0] | found[1]) != 0;
}

// Whatever the shape.
Answer TestAny(const Program& program, std::span<const Value> given, Time now, Scratch::Memory* memory) {
  const Result result = Run(program, given, now, memory);
  if (result.outcome != Outcome::kValue) return result.outcome == Outcome::kFault ? Answer::kFault : Answer::kNoData;
  return result.value.AsBool() ? Answer::kTrue : Answer::kFalse;
}

// && is decided by one that is false, || by one that is true.
template <bool deciding>
Answer TestThresholds(const Program& program, std::span<const Value> given, Time now, Scratch::Memory* memory) {
  if (given.size() < program.variables) return TestAny(program, given, now, memory);
  if (deciding) return AnyHolds(program.thresholds, given.data());
  return static_cast<Answer>(AllHold(program.thresholds, given.data()));
}

template <bool deciding>
Answer TestOrders(const Program& program, std::span<const Value> given, Time now, Scratch::Memory* memory) {
  if (given.size() < program.variables) return TestAny(program, given, now, memory);
  uint32_t others = 0;
  bool found = AnySays<false, deciding>(program.strict_orders, given.data(), &others);
  found |= AnySays<true, deciding>(program.orders, given.data(), &others);
  if (others == 0) [[likely]] {
    return static_cast<Answer>(found == deciding);
  }
  return TestThresholds<deciding>(program, given, now, memory);
}

Answer TestTextIn(const Program& program, std::span<const Value> given, Time now, Scratch::Memory* memory) {
  if (given.size() < program.variables) return TestAny(program, given, now, memory);
  const Value& value = given[program.slot];
  if (value.kind() != Kind::kString) return Answer::kNoData;
  return static_cast<Answer>(program.text_set->Has(value.AsString()));
}

// Row by row: what a call for each of them costs, setting up and jumping, is paid once.
template <TestFunction* kTest>
void TestEach(const Program& program, const Rows& rows, Time now, Scratch::Memory* memory, Answer* answers) {
  for (size_t row = 0; row < rows.count; ++row) answers[row] = kTest(program, rows.At(row), now, memory);
}

// The same for `count` pairs of orders of one strictness. They are unrolled, and stay in registers from row to row.
template <bool deciding, bool or_equal, size_t count>
Answer TestFewOrders(const Program& program, std::span<const Value> given, Time now, Scratch::Memory* memory) {
  if (given.size() < program.variables) return TestAny(program, given, now, memory);
  const std::span<const TwoOrders, count> orders(or_equal ? program.orders : program.strict_orders);
  uint32_t others = 0;
  const bool found = AnySays<or_equal, deciding>(orders, given.data(), &others);
  if (others == 0) [[likely]] {
    return static_cast<Answer>(found == deciding);
  }
  return TestThresholds<deciding>(program, given, now, memory);
}

template <bool deciding, bool or_equal, size_t count>
void TestFewOrdersOfRows(const Program& program, const Rows& rows, Time now, Scratch::Memory* memory, Answer* answers) {
  if (rows.width < program.variables) return TestEach<&TestAny>(program, rows, now, memory, answers);
  std::array<TwoOrders, count> orders;
  std::copy_n((or_equal ? program.orders : program.strict_orders).begin(), count, orders.begin());
  for (size_t row = 0; row < rows.count; ++row) {
    uint32_t others = 0;
    const bool found = AnySays<or_equal, deciding>(orders, rows.At(row).data(), &others);
    answers[row] = others == 0 ? static_cast<Answer>(found == deciding)
                               : TestThresholds<deciding>(program, rows.At(row), now, memory);
  }
}

template <bool deciding, bool or_equal, size_t count>
constexpr Tests kFew = {&TestFewOrders<deciding, or_equal, count>, &TestFewOrdersOfRows<deciding, or_equal, count>};

template <TestFunction* kTest>
constexpr Tests kTests = {kTest, &TestEach<kTest>};

template <bool deciding>
Tests TestsOfOrders(const Program& program) {
  static constexpr std::array<std::array<Tests, 4>, 2> kByCount = {
      {{kFew<deciding, false, 1>, kFew<deciding, false, 2>, kFew<deciding, false, 3>, kFew<deciding, false, 4>},
       {kFew<deciding, true, 1>, kFew<deciding, true, 2>, kFew<deciding, true, 3>, kFew<deciding, true, 4>}}};
  const bool strict = program.orders.empty();
  const size_t count = program.orders.size() + program.strict_orders.size();
  if (strict == program.strict_orders.empty() || count > kByCount[0].size()) return kTests<&TestOrders<deciding>>;
  return kByCount[strict ? 0 : 1][count - 1];
}

}  // namespace

Tests TestsOf(const Program& program) {
  switch (program.shape) {
    case Program::Shape::kAllHold:
      return kTests<&TestThresholds<false>>;
    case Program::Shape::kAnyHolds:
      return kTests<&TestThresholds<true>>;
    case Program::Shape::kAllOrders:
      return TestsOfOrders<false>(program);
    case Program::Shape::kAnyOrders:
      return TestsOfOrders<true>(program);
    case Program::Shape::kTextIn:
      return kTests<&TestTextIn>;
    default:
      return kTests<&TestAny>;
  }
}

}  // namespace tocsin
