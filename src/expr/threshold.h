// A variable against a constant: most conditions are this, or a few of them joined by &&. Inlined, because a call and a
// Result cost several times what the comparison does.
//
//   CompiledThreshold refunds(*AsThreshold(condition));
//   if (refunds.Evaluate(variables) == Truth::kTrue) ...
#ifndef TOCSIN_EXPR_THRESHOLD_H_
#define TOCSIN_EXPR_THRESHOLD_H_

#include <cstdint>
#include <optional>
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

struct Tree;
// The comparison `node` as one, where it is that; `tree` is folded.
std::optional<Threshold> ThresholdOf(const Tree& tree, const Node& node);

enum class Truth : uint8_t { kFalse = 0, kTrue = 1, kNoData = 2 };

// `variable < constant` or another order, of a variable that is a double: in a form in which all four look alike, so
// that many in a row take no branch that tells them apart.
struct OrderOfDoubles {
  uint32_t offset = 0;  // of the variable, in bytes
  double sign = 1;      // -1 where the variable must be below
  double limit = 0;     // sign * variable must be above it, or at it
};

// Two of the same strictness, side by side for one vector instruction each; one alone is there twice.
struct TwoOrders {
  using Numbers [[gnu::vector_size(16)]] = double;

  TwoOrders() = default;
  TwoOrders(const OrderOfDoubles& a, const OrderOfDoubles& b)
      : sign{a.sign, b.sign}, limit{a.limit, b.limit}, offsets{a.offset, b.offset} {}

  Numbers sign{};
  Numbers limit{};
  uint32_t offsets[2] = {};
};

class CompiledThreshold {
 public:
  explicit CompiledThreshold(const Threshold& threshold)
      : slot_(threshold.slot),
        doubles_(std::holds_alternative<double>(threshold.constant)),
        equality_(threshold.op == Op::kEqual || threshold.op == Op::kNotEqual),
        inverted_(threshold.op == Op::kNotEqual),
        above_(threshold.op == Op::kGreater || threshold.op == Op::kGreaterEqual),
        strict_(threshold.op == Op::kLess || threshold.op == Op::kGreater) {
    if (doubles_) {
      number_ = std::get<double>(threshold.constant);
    } else {
      integer_ = std::get<int64_t>(threshold.constant);
    }
  }

  uint32_t slot() const { return slot_; }
  // Nothing where it is no order of doubles.
  std::optional<OrderOfDoubles> AsOrder() const {
    if (!doubles_ || equality_) return std::nullopt;
    const double sign = above_ ? 1 : -1;
    return OrderOfDoubles{static_cast<uint32_t>(slot_ * sizeof(Value)), sign, sign * number_};
  }
  bool strict() const { return strict_; }

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
  // A branch on the operator, which stays the same, and none on the values. A NaN is neither below nor above, and
  // unlike everything.
  template <typename Number>
  [[gnu::always_inline]] Truth Compare(Number left, Number right) const {
    if (equality_) return static_cast<Truth>((left == right) != inverted_);
    const Number low = above_ ? right : left;
    const Number high = above_ ? left : right;
    return static_cast<Truth>(strict_ ? low < high : low <= high);
  }

  uint32_t slot_;
  bool doubles_;
  bool equality_;
  bool inverted_;
  bool above_;
  bool strict_;
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
