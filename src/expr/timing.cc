// How expressions grow with time, and so which terms of a condition time can change.
#include <algorithm>
#include <utility>

#include "expr/checked.h"
#include "expr/condition.h"

namespace tocsin {
namespace {

bool IsTime(const Node& node) { return node.type == Kind::kTimestamp || node.type == Kind::kDuration; }

// How a value depends on time.
struct Growth {
  bool timed = false;
  bool linear = true;                // of what is not timed, too
  std::optional<int64_t> slope = 0;  // where it is linear and the factors are constants
};

constexpr Growth kSteady = {false, true, 0};
constexpr Growth kLinear = {true, true, std::nullopt};
constexpr Growth kOther = {true, false, std::nullopt};

class GrowthFinder {
 public:
  explicit GrowthFinder(const Expression& expression)
      : checked_(expression.checked()), tree_(checked_.folded), growths_(tree_.nodes.size()) {}

  Growth Run() {
    for (size_t i = 0; i < tree_.nodes.size(); ++i) growths_[i] = Of(tree_.nodes[i]);
    return growths_.back();
  }

 private:
  const Growth& Child(const Node& node, size_t i) const { return growths_[tree_.children[node.first_child + i]]; }

  Growth Of(const Node& node) const {
    if (node.op == Op::kNow) return {true, true, 1};
    if (node.op == Op::kVariable) {
      const auto& elapsed = checked_.elapsed;
      return std::binary_search(elapsed.begin(), elapsed.end(), node.slot) ? Growth{true, true, 1} : kSteady;
    }
    if (node.op == Op::kHas) return kSteady;  // comes and goes with events
    bool timed = false;
    bool linear = true;
    for (const uint32_t child : tree_.ChildrenOf(node)) {
      timed |= growths_[child].timed;
      linear &= growths_[child].linear;
    }
    if (!timed) return kSteady;
    return linear && IsTime(node) ? OfTimes(node) : kOther;
  }

  // Of a time or duration whose operands are linear, one of them at least timed.
  Growth OfTimes(const Node& node) const {
    switch (node.op) {
      case Op::kAdd:
      case Op::kSubtract: {
        Growth growth = kLinear;
        const std::optional<int64_t> left = Child(node, 0).slope;
        const std::optional<int64_t> right = Child(node, 1).slope;
        int64_t slope = 0;
        if (!left || !right) return growth;
        const bool overflow = node.op == Op::kAdd ? __builtin_add_overflow(*left, *right, &slope)
                                                  : __builtin_sub_overflow(*left, *right, &slope);
        if (!overflow) growth.slope = slope;
        return growth;
      }
      case Op::kMultiply: {
        // One operand is a duration, the other a number; a number that is timed was refused.
        const size_t timed = Child(node, 0).timed ? 0 : 1;
        const Node& factor = tree_.Child(node, 1 - timed);
        if (!IsTime(tree_.Child(node, timed))) return kOther;
        Growth growth = kLinear;
        const std::optional<int64_t> own = Child(node, timed).slope;
        int64_t slope = 0;
        // A factor that is a double rounds.
        const bool whole = factor.op == Op::kLiteral && factor.type == Kind::kInt;
        if (own && whole && !__builtin_mul_overflow(*own, factor.integer, &slope)) growth.slope = slope;
        return growth;
      }
      case Op::kConditional: {
        if (Child(node, 0).timed) return kOther;
        Growth growth = kLinear;
        if (Child(node, 1).slope == Child(node, 2).slope) growth.slope = Child(node, 1).slope;
        return growth;
      }
      case Op::kFunction:  // timestamp() of a timestamp, duration() of a duration
        return IsTime(tree_.Child(node, 0)) ? Child(node, 0) : kOther;
      default:
        return kOther;
    }
  }

  const Expression::Checked& checked_;
  const Tree& tree_;
  std::vector<Growth> growths_;
};

}  // namespace

bool IsTimed(const Expression& expression) { return GrowthFinder(expression).Run().timed; }

std::optional<int64_t> Slope(const Expression& expression) { return GrowthFinder(expression).Run().slope; }

TimeTerms TimedTerms(const Expression& condition) {
  TimeTerms terms;
  for (Expression& term : Terms(condition)) {
    if (!IsTimed(term)) continue;
    const Tree& tree = term.checked().tree;
    const Node& root = tree.root();
    if (!IsComparison(root.op) || !IsTime(tree.Child(root, 0))) {
      terms.other = true;
      continue;
    }
    Expression left = Part(term, tree.children[root.first_child]);
    Expression right = Part(term, tree.children[root.first_child + 1]);
    const Growth left_growth = GrowthFinder(left).Run();
    const Growth right_growth = GrowthFinder(right).Run();
    if (!left_growth.linear || !right_growth.linear) {
      terms.other = true;
    } else if (!left_growth.slope || left_growth.slope != right_growth.slope) {
      terms.linear.emplace_back(std::move(term), std::move(left), std::move(right));
    }
  }
  return terms;
}

}  // namespace tocsin
