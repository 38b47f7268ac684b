// The instructions over lists, and those of the macros' loops.
#ifndef TOCSIN_EXPR_LIST_STEPS_H_
#define TOCSIN_EXPR_LIST_STEPS_H_

#include "expr/evaluate.h"
#include "expr/program.h"

namespace tocsin {

// Runs one instruction over lists. Never jumps.
void RunListStep(const Program& program, const Instruction& instruction, Register* registers, Scratch::Memory* memory);

// Runs one instruction of a loop and answers where to go on.
const Instruction* RunLoopStep(const Program& program, const Instruction* at, Register* registers,
                               Scratch::Memory* memory);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_LIST_STEPS_H_
