// What is needed to hold the compiled evaluator against the reference: the checked tree that both begin with, and
// answers as text.
#ifndef TOCSIN_TESTS_SUPPORT_EXPR_COMPARE_H_
#define TOCSIN_TESTS_SUPPORT_EXPR_COMPARE_H_

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "expr/check.h"
#include "expr/lex.h"
#include "expr/metric_call.h"
#include "expr/parse.h"
#include "support/expr_reference.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

inline std::string ShowAnswer(Outcome outcome, const Value& value) {
  if (outcome == Outcome::kFault) return "fault";
  if (outcome == Outcome::kNoData) return "no data";
  if (value.kind() == Kind::kDouble && std::isnan(value.AsDouble())) return "NaN";
  if (value.kind() == Kind::kDouble && value.AsDouble() == 0) return std::signbit(value.AsDouble()) ? "-0.0" : "0.0";
  return TypeName(value.kind()) + " " + ToText(value);
}

inline Value AsValue(ExprType type, const reference::Answer& answer) {
  switch (type.kind()) {
    case Kind::kBool:
      return Value::Bool(answer.integer != 0);
    case Kind::kInt:
      return Value::Int(answer.integer);
    case Kind::kDouble:
      return Value::Double(answer.number);
    case Kind::kString:
      return Value::String(answer.text);
    case Kind::kTimestamp:
      return Value::Timestamp(FromNanos(answer.integer));
    default:
      return Value::Span(Duration(answer.integer));
  }
}

// What Test must say where Evaluate says this.
inline Answer AnswerOf(const Result& result) {
  if (result.outcome == Outcome::kFault) return Answer::kFault;
  if (result.outcome == Outcome::kNoData) return Answer::kNoData;
  return result.IsTrue() ? Answer::kTrue : Answer::kFalse;
}

// As Expression::Compile has it, before constants are computed. Nothing where it is refused.
inline std::optional<Tree> CheckedTree(const std::string& text, const Environment& environment) {
  Tree tree;
  Tokens tokens;
  Mistakes mistakes;
  if (!Lex(text, &tokens, &mistakes)) return std::nullopt;
  if (!Parse(text, std::move(tokens), environment.limits().max_depth, &tree, &mistakes)) return std::nullopt;
  NameMetricCalls(text, environment, &tree, &mistakes);
  if (!Check(text, environment, Kind::kNone, &tree, &mistakes) || !mistakes.empty()) return std::nullopt;
  return tree;
}

}  // namespace tocsin

#endif  // TOCSIN_TESTS_SUPPORT_EXPR_COMPARE_H_
