// Runs a program. Its only entry point is Run; what it keeps between runs is Scratch::Memory.
#ifndef TOCSIN_EXPR_EVALUATE_H_
#define TOCSIN_EXPR_EVALUATE_H_

#include <span>
#include <vector>

#include "expr/program.h"
#include "expr/text_arena.h"
#include "tocsin/event/value.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

struct Scratch::Memory {
  std::vector<Register> registers;
  TextArena arena;
  std::vector<Value> padded;  // the variables, where fewer were given than the program may read
};

Result Run(const Program& program, std::span<const Value> variables, Time now, Scratch::Memory* memory);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_EVALUATE_H_
