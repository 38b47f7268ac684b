// When passing time alone changes the answer of a term.
#include <algorithm>
#include <utility>

#include "expr/checked.h"
#include "expr/condition.h"

namespace tocsin {
namespace {

__extension__ using Wide = __int128;  // a difference of two int64 and its multiples

int SignOf(Wide number) { return number < 0 ? -1 : number > 0 ? 1 : 0; }

// Whether `left op right`, for left - right.
bool Holds(Op op, Wide difference) {
  switch (op) {
    case Op::kEqual:
      return difference == 0;
    case Op::kNotEqual:
      return difference != 0;
    case Op::kLess:
      return difference < 0;
    case Op::kLessEqual:
      return difference <= 0;
    case Op::kGreater:
      return difference > 0;
    default:
      return difference >= 0;
  }
}

bool IsEquality(Op op) { return op == Op::kEqual || op == Op::kNotEqual; }

// After how many nanoseconds the answer changes, for a difference that grows by `slope` in each.
std::optional<Wide> FirstChange(Op op, Wide difference, Wide slope) {
  if (slope == 0) return std::nullopt;
  if (slope < 0) {
    slope = -slope;
    difference = -difference;
    op = Flip(op);
  }
  if (IsEquality(op)) {
    if (difference == 0) return 1;
    if (difference > 0 || -difference % slope != 0) return std::nullopt;  // past, or stepped over
    return -difference / slope;
  }
  const Wide first =
      op == Op::kLess || op == Op::kGreaterEqual ? 0 : 1;  // that is answered otherwise than what is less
  if (difference >= first) return std::nullopt;
  return (first - difference + slope - 1) / slope;
}

}  // namespace

// The difference of a term's sides while time passes and nothing else happens.
class LinearTerm::Passing {
 public:
  Passing(const LinearTerm& term, std::span<Value> variables, Time now, Scratch& scratch)
      : term_(term), variables_(variables), now_(now), scratch_(scratch) {
    if (ToNanos(now) > 0) horizon_ = INT64_MAX - ToNanos(now);
    for (const uint32_t slot : term_.term_.checked().elapsed) {
      if (!Grows(slot)) continue;
      const int64_t nanos = ToNanos(variables_[slot].AsDuration());
      if (nanos > 0) room_ = std::min(room_, INT64_MAX - nanos);
    }
  }
  ~Passing() { MoveTo(0); }
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;

  int64_t horizon() const { return horizon_; }

  // After `passed` nanoseconds; nothing where there is no answer. REQUIRES: 0 <= passed <= horizon().
  std::optional<Wide> Difference(int64_t passed) {
    if (passed > room_) return std::nullopt;
    MoveTo(passed);
    const Time then = now_ + Duration(passed);
    const Result left = term_.left_.Evaluate(variables_, then, scratch_);
    const Result right = term_.right_.Evaluate(variables_, then, scratch_);
    if (left.outcome != Outcome::kValue || right.outcome != Outcome::kValue) return std::nullopt;
    return Wide{left.value.AsInt()} - right.value.AsInt();
  }

 private:
  bool Grows(uint32_t slot) const { return slot < variables_.size() && variables_[slot].kind() == Kind::kDuration; }

  void MoveTo(int64_t passed) {
    if (passed == passed_) return;
    for (const uint32_t slot : term_.term_.checked().elapsed) {
      if (Grows(slot)) variables_[slot] = Value::Span(variables_[slot].AsDuration() + Duration(passed - passed_));
    }
    passed_ = passed;
  }

  const LinearTerm& term_;
  const std::span<Value> variables_;
  const Time now_;
  Scratch& scratch_;
  int64_t horizon_ = INT64_MAX;  // until Time::max()
  int64_t room_ = INT64_MAX;     // until a variable would overflow
  int64_t passed_ = 0;           // how far the variables are now
};

LinearTerm::LinearTerm(Expression term, Expression left, Expression right)
    : term_(std::move(term)), left_(std::move(left)), right_(std::move(right)) {
  const std::optional<int64_t> left_slope = Slope(left_);
  const std::optional<int64_t> right_slope = Slope(right_);
  int64_t slope = 0;
  if (left_slope && right_slope && !__builtin_sub_overflow(*left_slope, *right_slope, &slope)) slope_ = slope;
}

namespace {

// Where the answer changes, by evaluation alone: a guess by the slope between two instants, then steps that double away
// from it until the change is enclosed, then halving. Difference(passed) is monotone but for rounding.
template <typename Passing>
class Search {
 public:
  Search(Passing& passing, Op op, Wide start) : passing_(passing), op_(op), start_(start) {}

  std::optional<int64_t> Run() {
    if (!Differs(passing_.horizon())) return std::nullopt;
    other_ = passing_.horizon();
    Enclose(Guess());
    while (other_ - same_ > 1) {
      const int64_t middle = same_ + (other_ - same_) / 2;
      (Differs(middle) ? other_ : same_) = middle;
    }
    // What differs may be that there is no answer any more, or that equality was stepped over.
    const std::optional<Wide> difference = passing_.Difference(other_);
    if (!difference || Holds(op_, *difference) == Holds(op_, start_)) return std::nullopt;
    return other_;
  }

 private:
  bool Differs(int64_t passed) {
    const std::optional<Wide> difference = passing_.Difference(passed);
    if (!difference) return true;
    if (IsEquality(op_)) return SignOf(*difference) != SignOf(start_);  // monotone, which equality is not
    return Holds(op_, *difference) != Holds(op_, start_);
  }

  // Within [1, other_].
  int64_t Guess() {
    constexpr int64_t kStep = int64_t{1} << 42;  // an hour and a bit: rounding is small beside it
    const int64_t step = std::min(kStep, other_);
    const std::optional<Wide> later = passing_.Difference(step);
    if (!later || *later == start_) return 1;
    const double slope = static_cast<double>(*later - start_) / static_cast<double>(step);
    double guess = -static_cast<double>(start_) / slope;
    for (int i = 0; i < 2; ++i) {
      if (!(guess >= 1 && guess < static_cast<double>(other_))) return 1;
      const std::optional<Wide> there = passing_.Difference(static_cast<int64_t>(guess));
      if (!there) break;
      guess -= static_cast<double>(*there) / slope;
    }
    if (!(guess >= 1 && guess < static_cast<double>(other_))) return 1;
    return static_cast<int64_t>(guess);
  }

  // Narrows (same_, other_] around the guess.
  void Enclose(int64_t guess) {
    if (Differs(guess)) {
      other_ = guess;
      for (int64_t step = 1; step < other_ - same_; step += step) {
        if (!Differs(other_ - step)) {
          same_ = other_ - step;
          return;
        }
        other_ -= step;
      }
    } else {
      same_ = guess;
      for (int64_t step = 1; step < other_ - same_; step += step) {
        if (Differs(same_ + step)) {
          other_ = same_ + step;
          return;
        }
        same_ += step;
      }
    }
  }

  Passing& passing_;
  const Op op_;
  const Wide start_;
  int64_t same_ = 0;
  int64_t other_ = 0;
};

}  // namespace

std::optional<Time> LinearTerm::NextFlip(std::span<Value> variables, Time now, Scratch& scratch) const {
  Passing passing(*this, variables, now, scratch);
  const std::optional<Wide> start = passing.Difference(0);
  if (!start) return std::nullopt;
  const Op op = term_.checked().tree.root().op;
  if (!slope_) {
    const std::optional<int64_t> passed = Search<Passing>(passing, op, *start).Run();
    return passed ? std::optional<Time>(now + Duration(*passed)) : std::nullopt;
  }
  const std::optional<Wide> passed = FirstChange(op, *start, *slope_);
  if (!passed || *passed > passing.horizon()) return std::nullopt;
  return now + Duration(static_cast<int64_t>(*passed));
}

}  // namespace tocsin
