// The names that the tests of expressions read, with a value for each.
#ifndef TOCSIN_TESTS_SUPPORT_EXPR_ENVIRONMENT_H_
#define TOCSIN_TESTS_SUPPORT_EXPR_ENVIRONMENT_H_

#include <chrono>
#include <vector>

#include "tocsin/expr/expression.h"

namespace tocsin {

inline Environment TestEnvironment(bool strict = false) {
  Environment environment;
  environment.Add("mrr", Kind::kDouble, 0)
      .Add("refunds_24h", Kind::kDouble, 1)
      .Add("country", Kind::kString, 2)
      .Add("visits", Kind::kInt, 3)
      .Add("idle", Kind::kDuration, 4)
      .Add("usual_gap", Kind::kDuration, 5)
      .Add("vip", Kind::kBool, 6)
      .Add("since", Kind::kTimestamp, 7)
      .Add("profile.segment", Kind::kString, 8)
      .Add("price", Type::Decimal(2), 9)
      .Add("missing", Kind::kDouble, 10)
      .Add("missing_text", Kind::kString, 11)
      .Add("missing_flag", Kind::kBool, 12)
      .Add("missing_int", Kind::kInt, 13)
      .Forbid("state", "'state' is not a key of this rule's grouping")
      .AllowNow()
      .SetStrict(strict);
  return environment;
}

inline constexpr Time kTestNow = FromNanos(1'706'691'600'000'000'000);  // 2024-01-31T09:00:00Z

// By slot; what is called missing is absent.
inline std::vector<Value> TestValues() {
  using std::chrono::hours;
  return {Value::Double(612.5),
          Value::Double(27.5),
          Value::String("France"),
          Value::Int(7),
          Value::Span(hours(48)),
          Value::Span(hours(5)),
          Value::Bool(true),
          Value::Timestamp(kTestNow - hours(24)),
          Value::String("vip"),
          Value::Decimal(1999, 2),
          Value(),
          Value(),
          Value(),
          Value()};
}

}  // namespace tocsin

#endif  // TOCSIN_TESTS_SUPPORT_EXPR_ENVIRONMENT_H_
