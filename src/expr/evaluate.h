// Runs a program. Its only entry point is Run; what it keeps between runs is Scratch::Memory.
#ifndef TOCSIN_EXPR_EVALUATE_H_
#define TOCSIN_EXPR_EVALUATE_H_

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "expr/program.h"
#include "expr/text_arena.h"
#include "tocsin/event/value.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

// What was found out about zones and patterns is kept: it is true of the next evaluation as well.
struct Scratch::Memory {
  struct KnownZone {
    uint64_t key = 0;
    std::array<ZoneOffset, 4> offsets{};  // two years of a zone with summers
    uint32_t next = 0;                    // to be forgotten
  };

  std::vector<Register> registers;
  TextArena arena;
  uint64_t steps = 0;  // of this evaluation
  std::array<KnownZone, 8> zones;
  std::string pattern_text;  // the last pattern that was not constant
  std::shared_ptr<const RegexEngine> pattern_engine;
  std::shared_ptr<const Regex> pattern;
  std::vector<Value> padded;  // the variables, where fewer were given than the program may read
};

// True, and no more to be done, when the evaluation has taken too many steps.
inline bool TakeSteps(const Program& program, uint64_t steps, Scratch::Memory* memory) {
  memory->steps += steps;
  return memory->steps > program.max_steps;
}

// What going through so much text counts.
constexpr uint64_t StepsOfBytes(uint64_t bytes) { return bytes / 256; }

Result Run(const Program& program, std::span<const Value> variables, Time now, Scratch::Memory* memory);

// What to ask a program of its shape whose result is a bool: Program::tests.
Tests TestsOf(const Program& program);

// Where the last Run of the program left its result, whatever its type. REQUIRES: shape kAny.
inline const Register& ResultOf(const Program& program, const Scratch::Memory& memory) {
  return memory.registers[program.code.back().target];
}

}  // namespace tocsin

#endif  // TOCSIN_EXPR_EVALUATE_H_
