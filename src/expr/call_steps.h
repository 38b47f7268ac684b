// The functions that have no instruction of their own: CEL's strings and math extensions, getters in zones known only
// now, regular expressions, the host's functions.
#ifndef TOCSIN_EXPR_CALL_STEPS_H_
#define TOCSIN_EXPR_CALL_STEPS_H_

#include "expr/evaluate.h"
#include "expr/program.h"

namespace tocsin {

// Runs one kCall. Never jumps.
void RunCall(const Program& program, const Instruction& call, Register* registers, Scratch::Memory* memory);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_CALL_STEPS_H_
