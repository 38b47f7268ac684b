// A variable against a constant: most conditions are this, or a few of them joined by &&. Inlined, because a call and a
// Result cost several times what the comparison does.
//
//   CompiledThreshold refunds(*AsThreshold(condition));
//   if (refunds.Evaluate(variables) == Truth::kTrue) ...
#ifndef TOCSIN_EXPR_THRESHOLD_H_
#define TOCSIN_EXPR_THRESHOLD_H_

#include <cstdint>
#include <span>
#include <variant>

#include "expr/ast.h"
#include "tocsin/event/value.h"

namespace tocsin {

// `variable op constant`. The constant is a double where the variable or the constant is one, and else an integer: of
// an int, or the nanoseconds of a duration or timestamp.
struct Threshold {
  uint32_t slot = 0;
  Op op = Op::kGreater;  // a comparison
  std::variant<double, int64_t> constant;
};

enum class Truth : uint8_t { kFalse = 0, kTrue = 1, kNoData = 2 };

class CompiledThreshold {
 public:
  explicit CompiledThreshold(const Threshold& threshold)
      : slot_(threshold.slot),
        doubles_(std::holds_alternative<double>(threshold.constant)),
        below_(threshold.op == Op::kLess || threshold.op == Op::kLessEqual),
        above_(threshold.op == Op::kGreater || threshold.op == Op::kGreaterEqual),
        equal_(threshold.op != Op::kLess && threshold.op != Op::kGreater),
        inverted_(threshold.op == Op::kNotEqual) {
    if (doubles_) {
      number_ = std::get<double>(threshold.constant);
    } else {
      integer_ = std::get<int64_t>(threshold.constant);
    }
  }

  uint32_t slot() const { return slot_; }

  // `variables` by slot. REQUIRES: there is one at slot(); an absent value is no data.
  [[gnu::always_inline]] Truth Evaluate(const Value* variables) const {
    const Value& value = variables[slot_];
    if (doubles_) {
      if (value.kind() == Kind::kDouble) [[likely]] {
        return Compare(value.AsDouble(), number_);
      }
      // As the evaluator reads it: a decimal or an int as a double.
      const bool number = value.kind() == Kind::kDecimal || value.kind() == Kind::kInt;
      return number ? Compare(value.AsNumber(), number_) : Truth::kNoData;
    }
    return value.absent() ? Truth::kNoData : Compare(value.AsInt(), integer_);
  }

 private:
  // Without a branch on the operator. A NaN is none of the three, and so unlike everything.
  template <typename Number>
  [[gnu::always_inline]] Truth Compare(Number left, Number right) const {
    const bool holds = ((left < right) & below_) | ((left > right) & above_) | ((left == right) & equal_);
    return static_cast<Truth>(holds != inverted_);
  }

  uint32_t slot_;
  bool doubles_;
  bool below_;
  bool above_;
  bool equal_;
  bool inverted_;
  union {
    double number_;
    int64_t integer_;
  };
};

// `a && b && ...`: false where one is, else no data where one has none. No thresholds: true.
[[gnu::always_inline]] inline Truth AllHold(std::span<const CompiledThreshold> thresholds, const Value* variables) {
  Truth all = Truth::kTrue;
  for (const CompiledThreshold& threshold : thresholds) {
    const Truth truth = threshold.Evaluate(variables);
    if (truth == Truth::kFalse) return truth;
    if (truth == Truth::kNoData) all = truth;
  }
  return all;
}

}  // namespace tocsin

#endif  // TOCSIN_EXPR_THRESHOLD_H_
