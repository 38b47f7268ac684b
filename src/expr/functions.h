// The functions that an expression may call: one table for the checker, its messages and the printer.
#ifndef TOCSIN_EXPR_FUNCTIONS_H_
#define TOCSIN_EXPR_FUNCTIONS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "expr/ast.h"
#include "tocsin/event/type.h"

namespace tocsin {

constexpr uint32_t Bit(Kind kind) { return uint32_t{1} << static_cast<uint32_t>(kind); }

struct Signature {
  Function function;
  uint32_t first;   // kinds that the first argument, or the receiver, may have
  uint32_t second;  // of the second; 0: there is none
  Kind result;
  bool as_function;        // f(x)
  bool as_method;          // x.f()
  bool addition;           // not of CEL: off when strict
  std::string_view takes;  // "a string", for messages

  size_t arguments() const { return second == 0 ? 1 : 2; }
};

// Nothing when there is no such function.
const Signature* FindFunction(std::string_view name);

// "days", "size"…, and has.
std::vector<std::string> FunctionNames(bool strict);

struct Refusal {
  std::string message;
  std::string hint;
};

// What to say of a function that FindFunction does not know: that a part of CEL is not supported, or that there is no
// such function and what may have been meant. `receiver` is the name before the dot, or empty.
Refusal RefuseFunction(std::string_view name, std::string_view receiver, bool strict);

// "days(30)" for "30d", "duration(\"1h30m\")" for "1h30m"; empty for what is no duration.
std::string DurationCall(std::string_view text);

// "a bool", "an int".
std::string_view WithArticle(Type type);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_FUNCTIONS_H_
