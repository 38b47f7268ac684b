// The instructions that read or make text: everything of a program that may be slow, away from its inner loop.
#ifndef TOCSIN_EXPR_TEXT_STEPS_H_
#define TOCSIN_EXPR_TEXT_STEPS_H_

#include "expr/evaluate.h"
#include "expr/program.h"

namespace tocsin {

// Runs one instruction that Run's own loop does not know. Never jumps.
void RunTextStep(const Program& program, const Instruction& instruction, Register* registers, Scratch::Memory* memory);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_TEXT_STEPS_H_
