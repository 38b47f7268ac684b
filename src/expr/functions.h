// The functions that an expression may call: one table for the checker, its messages and the printer.
#ifndef TOCSIN_EXPR_FUNCTIONS_H_
#define TOCSIN_EXPR_FUNCTIONS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/ast.h"
#include "expr/expr_type.h"

namespace tocsin {

enum class CallForm : uint8_t { kFunction, kMethod, kEither };  // f(x), x.f(), both

// One way to call a function. Types are letters: B bool, I int, D double, S string, T timestamp, U duration, Y type, *
// any; in lower case a list of them, and _ a list of anything.
struct Overload {
  Function function = Function::kNone;
  CallForm form = CallForm::kFunction;
  std::string_view parameters;  // the receiver is the first
  char result = '*';
  bool addition = false;     // not of CEL: off when strict
  std::string_view takes{};  // "a string such as ...", of the first argument; where empty, the types say it
};

// All of a function's overloads, which stand together. Empty when there is no such function, and for macros.
std::span<const Overload> FindFunction(std::string_view name);
std::span<const Overload> OverloadsOf(Function function);
bool IsVariadic(Function function);  // math.greatest and least: any number of numbers

// Of the macro of that name, has() and cel.bind() left out; kNone when there is none.
Function FindMacro(std::string_view name);

ExprType TypeOfLetter(char letter);
// Whether an argument may stand where `letter` is wanted.
bool Accepts(char letter, ExprType argument);

// "days", "size"..., has, and the macros.
std::vector<std::string> FunctionNames(bool strict);

struct Refusal {
  std::string message;
  std::string hint;
};

// What to say of a function that FindFunction does not know: that a part of CEL is not supported, or that there is no
// such function and what may have been meant. `name` has its namespace before it.
Refusal RefuseFunction(std::string_view name, bool strict);

// "days(30)" for "30d", "duration(\"1h30m\")" for "1h30m"; empty for what is no duration.
std::string DurationCall(std::string_view text);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_FUNCTIONS_H_
