// The facade: Lex -> Parse -> Check -> Fold -> CompileTree, and Run.
#include "tocsin/expr/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "expr/ast.h"
#include "expr/check.h"
#include "expr/checked.h"
#include "expr/compile.h"
#include "expr/condition.h"
#include "expr/cost.h"
#include "expr/evaluate.h"
#include "expr/fold.h"
#include "expr/lex.h"
#include "expr/metric_call.h"
#include "expr/parse.h"
#include "expr/print.h"
#include "tocsin/expr/host_functions.h"

namespace tocsin {
namespace {

constexpr size_t kLongestSource = 65535;  // nodes, registers and texts are counted in 16 bits

bool CheckLength(std::string_view text, const ExpressionLimits& limits, Mistakes* mistakes) {
  const size_t limit = std::min(limits.max_source_bytes, kLongestSource);
  if (text.size() <= limit) return true;
  mistakes->push_back({0, 1, fmt::format("the expression has {} bytes; at most {} are allowed", text.size(), limit),
                       "split it, for example over several metrics"});
  return false;
}

bool CheckCost(const Tree& tree, const ExpressionLimits& limits, Mistakes* mistakes) {
  uint32_t dearest = static_cast<uint32_t>(tree.nodes.size()) - 1;
  const uint64_t steps = EstimateSteps(tree, &dearest);
  if (steps <= limits.max_cost) return true;
  const Node& node = tree.nodes[dearest];
  mistakes->push_back({node.offset, node.length,
                       fmt::format("this can take {} steps; at most {} are allowed", steps, limits.max_cost),
                       "shorten the lists that it goes over"});
  return false;
}

bool BuildTree(std::string_view text, const Environment& environment, Type expected, Tree* tree, Mistakes* mistakes) {
  if (!CheckLength(text, environment.limits(), mistakes)) return false;
  Tokens tokens;
  if (!Lex(text, &tokens, mistakes)) return false;
  if (!Parse(text, std::move(tokens), environment.limits().max_depth, tree, mistakes)) return false;
  NameMetricCalls(text, environment, tree, mistakes);
  if (!Check(text, environment, expected, tree, mistakes) || !mistakes->empty()) return false;
  return CheckCost(*tree, environment.limits(), mistakes);
}

struct IntRange {
  int64_t low = std::numeric_limits<int64_t>::min();
  int64_t high = std::numeric_limits<int64_t>::max();
};
// For which ints `int op constant` holds; nothing where there is none, or they are not one range.
std::optional<IntRange> RangeOf(Op op, int64_t constant) {
  IntRange range;
  if (op == Op::kEqual) return IntRange{constant, constant};
  if (op == Op::kLessEqual) return IntRange{range.low, constant};
  if (op == Op::kGreaterEqual) return IntRange{constant, range.high};
  if (op == Op::kLess && constant != range.low) return IntRange{range.low, constant - 1};
  if (op == Op::kGreater && constant != range.high) return IntRange{constant + 1, range.high};
  return std::nullopt;
}

CompileContext ContextOf(const Environment& environment) {
  return {environment.strict(), environment.limits().max_cost, environment.functions(), environment.regex()};
}

}  // namespace

Scratch::Scratch() : memory_(std::make_unique<Memory>()) {}
Scratch::~Scratch() = default;

std::optional<Expression> Expression::Compile(const SourceText& source, const Environment& environment, Type expected,
                                              std::string_view description, std::vector<Diagnostic>* diagnostics) {
  Tree tree;
  Mistakes mistakes;
  if (!BuildTree(source.text(), environment, expected, &tree, &mistakes)) {
    std::stable_sort(mistakes.begin(), mistakes.end(),
                     [](const Mistake& a, const Mistake& b) { return a.offset < b.offset; });
    for (Mistake& mistake : mistakes) {
      diagnostics->push_back(source.Error(mistake.offset, mistake.length, std::move(mistake.message),
                                          std::move(mistake.hint), description));
    }
    return std::nullopt;
  }
  std::vector<uint32_t> elapsed;
  for (const Environment::Variable& variable : environment.variables()) {
    if (variable.elapsed) elapsed.push_back(variable.slot);
  }
  return Checked::Finish(std::move(tree), ContextOf(environment), std::move(elapsed));
}

Expression Expression::Checked::Finish(Tree tree, CompileContext context, std::vector<uint32_t> elapsed) {
  auto checked = std::make_shared<Checked>();
  checked->folded = Fold(tree, context);
  checked->program = CompileTree(checked->folded, context);
  checked->tree = std::move(tree);
  checked->context = std::move(context);
  for (const Node& node : checked->tree.nodes) {
    if (node.op == Op::kVariable) checked->slots.push_back(node.slot);
    if (node.op == Op::kNow) checked->reads_now = true;
  }
  std::sort(checked->slots.begin(), checked->slots.end());
  checked->slots.erase(std::unique(checked->slots.begin(), checked->slots.end()), checked->slots.end());
  for (const uint32_t slot : checked->slots) {
    if (std::find(elapsed.begin(), elapsed.end(), slot) != elapsed.end()) checked->elapsed.push_back(slot);
  }
  Expression expression;
  expression.checked_ = std::move(checked);
  expression.program_ = &expression.checked_->program;
  expression.test_ = expression.program_->tests.one;
  expression.FindQuickTest();
  return expression;
}

Expression Part(const Expression& whole, uint32_t root) {
  const Expression::Checked& checked = whole.checked();
  return Expression::Checked::Finish(Subtree(checked.tree, root), checked.context, checked.elapsed);
}

Type Expression::type() const {
  const ExprType type = checked_->program.type;
  return type.IsList() || type.base > Kind::kDuration ? Type() : Type(type.base);
}
const std::vector<uint32_t>& Expression::slots() const { return checked_->slots; }
bool Expression::reads_now() const { return checked_->reads_now; }

std::optional<uint32_t> Expression::AsVariable() const {
  const Node& root = checked_->tree.root();
  if (root.op != Op::kVariable) return std::nullopt;
  return root.slot;
}

Result Expression::Evaluate(std::span<const Value> variables, Time now, Scratch& scratch) const {
  return Run(checked_->program, variables, now, &scratch.memory());
}

// The variable of the quick test, from row to row, without a branch on a value. What is neither of its kind nor absent
// is asked for afterwards.
template <typename Compare>
void Expression::TestColumn(const Rows& rows, Time now, Scratch& scratch, const Compare& compare,
                            Answer* answers) const {
  const char* const column = reinterpret_cast<const char*>(rows.first) + quick_.offset;
  const auto at = [&](size_t row) -> const Value& {
    return *reinterpret_cast<const Value*>(column + row * rows.width * sizeof(Value));
  };
  const Kind usual = quick_.kind;
  bool others = false;
  for (size_t row = 0; row < rows.count; ++row) {
    const Kind kind = at(row).kind();
    const Answer compared = compare(at(row));
    answers[row] = kind == usual ? compared : Answer::kNoData;
    others |= (kind != usual) & (kind != Kind::kNone);
  }
  for (size_t row = 0; others && row < rows.count; ++row) {
    if (at(row).kind() != usual) answers[row] = test_(*program_, rows.At(row), now, &scratch.memory());
  }
}

void Expression::TestRows(std::span<const Value> variables, size_t width, Time now, Scratch& scratch,
                          std::span<Answer> answers) const {
  const Rows rows{variables.data(), width, answers.size()};
  if (quick_.offset >= width * sizeof(Value)) {
    program_->tests.rows(*program_, rows, now, &scratch.memory(), answers.data());
    return;
  }
  // Its numbers, by value, stay in registers.
  const auto test = [&](const auto& compare) { TestColumn(rows, now, scratch, compare, answers.data()); };
  if (quick_.kind != Kind::kDouble) {
    test([low = static_cast<uint64_t>(quick_.low), width = quick_.width](const Value& value) {
      return static_cast<Answer>(static_cast<uint64_t>(value.AsInt()) - low <= width);
    });
  } else if (quick_.or_equal) {
    test([sign = quick_.sign, limit = quick_.limit](const Value& value) {
      return static_cast<Answer>(value.AsDouble() * sign >= limit);
    });
  } else {
    test([sign = quick_.sign, limit = quick_.limit](const Value& value) {
      return static_cast<Answer>(value.AsDouble() * sign > limit);
    });
  }
}

void Expression::FindQuickTest() {
  const Tree& tree = checked_->folded;
  if (!IsComparison(tree.root().op)) return;
  const std::optional<Threshold> threshold = AsThreshold(*this);
  // An int against a double is compared as doubles: by the program.
  if (!threshold || tree.Child(tree.root(), 0).type != tree.Child(tree.root(), 1).type) return;
  QuickTest quick;
  quick.offset = threshold->slot * sizeof(Value);
  quick.kind = tree.Child(tree.root(), 0).type.kind();
  if (quick.kind == Kind::kDouble) {
    const std::optional<OrderOfDoubles> order = CompiledThreshold(*threshold).AsOrder();
    if (!order) return;
    quick.or_equal = !CompiledThreshold(*threshold).strict();
    quick.sign = order->sign;
    quick.limit = order->limit;
  } else {
    const std::optional<IntRange> range = RangeOf(threshold->op, std::get<int64_t>(threshold->constant));
    if (!range) return;
    quick.low = range->low;
    quick.width = static_cast<uint64_t>(range->high) - static_cast<uint64_t>(range->low);
  }
  quick_ = quick;
}

std::string Expression::ToString() const { return Print(checked_->tree); }

std::string Expression::Definition() const {
  std::string text = ToString();
  for (const Node& node : checked_->tree.nodes) {
    if (node.op != Op::kFunction || node.function != Function::kHost) continue;
    const std::string& name = checked_->tree.texts[node.name];
    text += fmt::format(" | {} {}", name, checked_->context.functions->Find(name)->version);
  }
  return text;
}

}  // namespace tocsin
