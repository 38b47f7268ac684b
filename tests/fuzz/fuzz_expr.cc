// Any bytes as an expression: it is refused with mistakes that lie inside the text, or compiled, evaluated on several
// sets of values, printed, and read back as the same. Also as an aggregate's call.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "expr/aggregate_call.h"
#include "tocsin/expr/expression.h"

namespace {

using tocsin::Kind;
using tocsin::Value;

tocsin::Environment MakeEnvironment(bool strict) {
  tocsin::Environment environment;
  environment.Add("d", Kind::kDouble, 0)
      .Add("m", tocsin::Type::Decimal(2), 1)
      .Add("i", Kind::kInt, 2)
      .Add("s", Kind::kString, 3)
      .Add("b", Kind::kBool, 4)
      .Add("t", Kind::kTimestamp, 5)
      .Add("u", Kind::kDuration, 6)
      .Add("p.s", Kind::kString, 7)
      .AllowNow()
      .SetStrict(strict);
  return environment;
}

const std::array<std::array<Value, 8>, 3>& Values() {
  using tocsin::Duration;
  using tocsin::Time;
  static const std::array<std::array<Value, 8>, 3> values = {{
      {Value::Double(1.5), Value::Decimal(199, 2), Value::Int(7), Value::String("text"), Value::Bool(true),
       Value::Timestamp(Time(Duration(1'700'000'000'000'000'000))), Value::Span(Duration(3'600'000'000'000)),
       Value::String("12")},
      {Value::Double(-1e308), Value::Decimal(INT64_MIN, 2), Value::Int(INT64_MIN), Value::String(""),
       Value::Bool(false), Value::Timestamp(Time::min()), Value::Span(Duration::max()), Value::String("\u6f22")},
      {},  // all absent
  }};
  return values;
}

void Check(const tocsin::SourceText& source, const std::vector<tocsin::Diagnostic>& mistakes) {
  if (mistakes.empty()) std::abort();
  for (const tocsin::Diagnostic& mistake : mistakes) {
    if (mistake.message.empty() || mistake.length < 1) std::abort();
    if (!source.empty() && (mistake.line < 1 || mistake.column < 1)) std::abort();
  }
  tocsin::Render(mistakes);
}

void Evaluate(const tocsin::Expression& expression, tocsin::Scratch* scratch) {
  for (const auto& values : Values()) {
    const tocsin::Result result = expression.Evaluate(values, tocsin::Time(), *scratch);
    if (result.outcome != tocsin::Outcome::kValue) continue;
    if (result.value.kind() != expression.type().kind) std::abort();
    tocsin::ToText(result.value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const tocsin::Environment environments[] = {MakeEnvironment(false), MakeEnvironment(true)};
  static tocsin::Scratch scratch;
  const tocsin::SourceText source(std::string(data, data + size));
  std::vector<tocsin::Diagnostic> mistakes;
  if (!tocsin::ParseAggregateCall(source, "fuzz", &mistakes)) Check(source, mistakes);
  for (const tocsin::Environment& environment : environments) {
    mistakes.clear();
    const auto expression = tocsin::Expression::Compile(source, environment, Kind::kNone, "fuzz", &mistakes);
    if (!expression) {
      Check(source, mistakes);
      continue;
    }
    if (!mistakes.empty()) std::abort();
    Evaluate(*expression, &scratch);
    const std::string printed = expression->ToString();
    if (printed.size() > environment.limits().max_source_bytes) continue;
    const auto again = tocsin::Expression::Compile(printed, environment, Kind::kNone, "fuzz", &mistakes);
    // Printing may need a pair of parentheses more than was written, and so go beyond the depth; nothing else may fail.
    if (!again && mistakes.at(0).message.find("nested") == std::string::npos) std::abort();
    if (again && again->ToString() != printed) std::abort();
  }
  return 0;
}
