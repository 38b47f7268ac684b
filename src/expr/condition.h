// What a checked condition can tell about itself, so that the engine evaluates it only where and when its answer can
// change. All of it is computed when the plan is made; only Explanation::Write, Because and LinearTerm::NextFlip run
// later.
//
//   terms.cc      Terms: the leaves of && || ! ?:
//   because.cc    Because: the terms that held, with the values
//   influence.cc  Influence: which way each variable must move to make it true
//   conjuncts.cc  Conjuncts: what must all hold, and which of it compares a variable with a constant
//   timing.cc     TimedTerms: which terms passing time alone can change
//   next_flip.cc  LinearTerm::NextFlip: when it does
#ifndef TOCSIN_EXPR_CONDITION_H_
#define TOCSIN_EXPR_CONDITION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "expr/threshold.h"
#include "tocsin/base/time.h"
#include "tocsin/event/value.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

// ---- Terms ----

// The boolean leaves of a condition in their order: comparisons, `in`, has(), bool variables, bool functions; constants
// are left out. Each is evaluated against the condition's own variables. For a condition `c ? x : y`, those of all
// three.
std::vector<Expression> Terms(const Expression& condition);

// ---- Because ----

// Writes the terms that held. A variable is written "name = value", a constant as it is, what is computed with its
// value: "refunds_24h = 612.5 > 500", "refunds_7d / sales_7d = 0.25 > 0.2", "idle = 61d > 60d". A negated term that is
// false held as "!(mrr = 3 > 5)". Of `c ? x : y` the side that counted is written, and of c every term that has an
// answer.
class Explanation {
 public:
  explicit Explanation(const Expression& condition);

  // Adds to `out`, in the order of the condition, no text twice. Allocates; for when an alert changes.
  void Write(std::span<const Value> variables, Time now, Scratch& scratch, std::vector<std::string>* out) const;

 private:
  // A text, and what gives the value that follows it.
  struct Piece {
    std::string text;
    std::optional<Expression> value;
  };
  // A term counts while each of these has the wanted answer: the conditions of the ?: that it stands in.
  struct Guard {
    Expression condition;
    bool wanted = true;
    uint32_t outer = 0;  // the next, in guards_, plus one; 0: none
  };
  struct Reason {
    Expression term;
    bool when_true = true;
    bool when_false = false;
    uint32_t guard = 0;
    std::vector<Piece> pieces;
  };
  class Builder;

  bool Counts(const Reason& reason, std::span<const Value> variables, Time now, Scratch& scratch) const;

  std::vector<Guard> guards_;
  std::vector<Reason> reasons_;
};

// The same at once, for what is asked only now and then: it takes the condition apart on every call.
void Because(const Expression& condition, std::span<const Value> variables, Time now, Scratch& scratch,
             std::vector<std::string>* out);

// ---- Influence ----

// Which way a variable must move, alone, so that a condition that was false can become true. Up for bools is from false
// to true, for text by its order.
enum class Turn : uint8_t { kNever = 0, kUp = 1, kDown = 2, kBoth = 3 };

// By slot, up to the highest slot that the condition reads. Cautious: kBoth where it cannot be known.
// What it leaves open: a variable that appears can make a condition true wherever its turn is not kNever; one that
// vanishes, only where AsksPresence. And a condition that is without answer because of arithmetic (an overflow, a
// division by zero) can become true by any move of what that arithmetic reads.
std::vector<Turn> Influence(const Expression& condition);

// has() of this slot occurs.
bool AsksPresence(const Expression& expression, uint32_t slot);

// ---- Conjuncts ----

// `variable == constant`, also a bool variable by itself or negated. Text is borrowed from the conjunct's term.
struct Equality {
  uint32_t slot = 0;
  Value constant;
};

// One of the terms that must all hold. It is a threshold, an equality, both (`visits == 3`), or something else.
struct Conjunct {
  Expression term;
  std::optional<Threshold> threshold;
  std::optional<Equality> equality;
};

// The condition's parts between its outermost &&, in their order; the condition itself where it has none. The condition
// is true exactly when all of them are.
std::vector<Conjunct> Conjuncts(const Expression& condition);

// One of the terms that must all hold, without an expression of its own: made in a few steps, for plans of very many
// rules.
struct ConjunctShape {
  std::vector<uint32_t> slots;  // that it reads, ascending
  std::optional<Threshold> threshold;
  std::optional<Equality> equality;  // text is borrowed from the condition
  // `variable op variable`, an order.
  struct Pair {
    uint32_t left = 0;
    uint32_t right = 0;
    Op op = Op::kGreater;
  };
  std::optional<Pair> pair;
};

// Those of the condition after its constants are computed. It is true exactly when all of them are.
std::vector<ConjunctShape> ConjunctShapes(const Expression& condition);

// The whole condition as a comparison of a number, a time or a duration with a constant; nothing where it is more.
std::optional<Threshold> AsThreshold(const Expression& condition);

// The whole condition as thresholds joined by &&, to be evaluated by AllHold; nothing where it is more.
std::optional<std::vector<CompiledThreshold>> AsThresholds(const Expression& condition);

// ---- Time ----

// Whether it reads `now` or a variable that grows with time.
bool IsTimed(const Expression& expression);

// How many nanoseconds the value grows while one passes: 0 for what is not timed, 1 for `now - last_order`. Nothing
// for what grows otherwise, or by a factor that is known only later (`idle * factor`).
std::optional<int64_t> Slope(const Expression& expression);

// A comparison of times or durations that is linear in time: `idle >= 3 * usual_gap`, `now - last_order > days(30)`.
class LinearTerm {
 public:
  LinearTerm(Expression term, Expression left, Expression right);

  const Expression& term() const { return term_; }

  // The earliest instant after `now` at which the term has another answer than at `now` if nothing but time passes:
  // variables that grow with time grow from what they are in `variables`, all else stays. Nothing when there is no such
  // instant up to Time::max(), or no answer at `now`.
  // Exact to the nanosecond. Where both sides grow and one by a factor that is no whole constant (`1.5 * idle > now -
  // start`), rounding can make the answer change to and fro about the crossing; one of these instants is given.
  // Costs two evaluations where factors are whole constants, else some dozens. `variables` is used as scratch and
  // restored. An overflow on the way (after 292 years) has no answer.
  std::optional<Time> NextFlip(std::span<Value> variables, Time now, Scratch& scratch) const;

 private:
  class Passing;

  Expression term_;
  Expression left_;
  Expression right_;
  std::optional<int64_t> slope_;  // of left - right, where it is known
};

struct TimeTerms {
  std::vector<LinearTerm> linear;
  bool other = false;  // some term reads time in another way: `int(now) % 86400 < 3600`
};

// The terms of a condition that time can change. One that grows with time on both sides alike is left out.
TimeTerms TimedTerms(const Expression& condition);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_CONDITION_H_
