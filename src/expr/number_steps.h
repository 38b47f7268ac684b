// The instructions over numbers, as functions that the evaluator's loop inlines: each knows at compile time where its
// operands are. Included by evaluate.cc alone.
#ifndef TOCSIN_EXPR_NUMBER_STEPS_H_
#define TOCSIN_EXPR_NUMBER_STEPS_H_

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "expr/program.h"
#include "tocsin/event/value.h"

namespace tocsin {

constexpr std::array<double, 19> kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                                 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

// How an operand of one kind is read: from a variable (answers the state), a register, an instruction.
struct Ints {
  using Type = int64_t;
  static uint32_t Load(const Value& value, Type* out) {
    *out = value.AsInt();
    return value.absent() ? kNoDataBit : kHasValue;
  }
  static Type Of(const Register& reg) { return reg.integer; }
  static Type ConstantOf(const Instruction& instruction) { return instruction.integer; }
};

struct Doubles {
  using Type = double;
  [[gnu::always_inline]] static uint32_t Load(const Value& value, Type* out) {
    if (value.kind() == Kind::kDouble) [[likely]] {
      *out = value.AsDouble();
      return kHasValue;
    }
    return LoadOther(value, out);
  }
  [[gnu::noinline]] static uint32_t LoadOther(const Value& value, Type* out) {
    *out = 0;
    if (value.kind() == Kind::kDecimal) {
      *out = static_cast<double>(value.AsDecimalUnits()) / kPowersOfTen[value.digits() <= 18 ? value.digits() : 18];
      return kHasValue;
    }
    if (value.kind() == Kind::kInt) {
      *out = static_cast<double>(value.AsInt());
      return kHasValue;
    }
    return kNoDataBit;
  }
  static Type Of(const Register& reg) { return reg.number; }
  static Type ConstantOf(const Instruction& instruction) { return instruction.number; }
};

// Adds a term to the chain in `chain` and answers where to go on. `deciding` is the value that ends the chain.
template <bool deciding>
[[gnu::always_inline]] inline const Instruction* Join(const Instruction* at, const Instruction* code, Register* chain,
                                                      bool value, uint32_t state, uint32_t mask) {
  if (value == deciding && state == kHasValue) {
    chain->integer = deciding;
    chain->state = kHasValue;
    return code + at->jump;
  }
  chain->integer = !deciding;
  chain->state = (chain->state & mask) | state;
  return at + 1;
}

struct Frame {
  const Instruction* code;
  const Value* variables;
  Register* registers;
  uint32_t not_finite;
};

template <typename Kinds, Form form, typename Compare>
[[gnu::always_inline]] inline const Instruction* RunComparison(const Instruction* at, const Frame& frame) {
  typename Kinds::Type left{};
  typename Kinds::Type right{};
  uint32_t state = kHasValue;
  if constexpr (form == Form::kRR || form == Form::kRC) {
    const Register& reg = frame.registers[at->left];
    left = Kinds::Of(reg);
    state = reg.state;
  } else {
    state = Kinds::Load(frame.variables[at->left], &left);
  }
  if constexpr (form == Form::kRR) {
    const Register& reg = frame.registers[at->right];
    right = Kinds::Of(reg);
    state |= reg.state;
  } else if constexpr (form == Form::kVV) {
    state |= Kinds::Load(frame.variables[at->right], &right);
  } else {
    right = Kinds::ConstantOf(*at);
  }
  const bool value = Compare()(left, right);
  Register* const target = &frame.registers[at->target];
  if constexpr (form == Form::kVCAnd) {
    return Join<false>(at, frame.code, target, value, state, at->right);
  } else if constexpr (form == Form::kVCOr) {
    return Join<true>(at, frame.code, target, value, state, at->right);
  } else {
    target->integer = value;
    target->state = state;
    return at + 1;
  }
}

template <Place place, typename Operation>
[[gnu::always_inline]] inline void RunDouble(const Instruction& instruction, const Frame& frame) {
  double left = 0;
  double right = 0;
  uint32_t state = kHasValue;
  if constexpr (place == Place::kRR || place == Place::kRC) {
    left = frame.registers[instruction.left].number;
    state = frame.registers[instruction.left].state;
  } else if constexpr (place == Place::kVV || place == Place::kVC) {
    state = Doubles::Load(frame.variables[instruction.left], &left);
  } else {
    left = instruction.number;
  }
  if constexpr (place == Place::kRR || place == Place::kCR) {
    right = frame.registers[instruction.right].number;
    state |= frame.registers[instruction.right].state;
  } else if constexpr (place == Place::kVV || place == Place::kCV) {
    state |= Doubles::Load(frame.variables[instruction.right], &right);
  } else {
    right = instruction.number;
  }
  Register& target = frame.registers[instruction.target];
  const double result = Operation()(left, right);
  target.number = result;
  target.state = state | (std::isfinite(result) ? kHasValue : frame.not_finite);
}

// left op right with what cannot be represented as a fault.
inline void RunInt(const Instruction& instruction, Register* registers) {
  const Register left = registers[instruction.left];
  const Register right = registers[instruction.right];
  Register& target = registers[instruction.target];
  int64_t result = 0;
  bool fault = false;
  switch (instruction.op) {
    case opcode::kAddInt:
      fault = __builtin_add_overflow(left.integer, right.integer, &result);
      break;
    case opcode::kSubtractInt:
      fault = __builtin_sub_overflow(left.integer, right.integer, &result);
      break;
    case opcode::kMultiplyInt:
      fault = __builtin_mul_overflow(left.integer, right.integer, &result);
      break;
    default:
      // The smallest int has no positive: its quotient by -1 overflows, and by CEL so does its remainder.
      fault = right.integer == 0 || (right.integer == -1 && left.integer == std::numeric_limits<int64_t>::min());
      if (!fault)
        result = instruction.op == opcode::kDivideInt ? left.integer / right.integer : left.integer % right.integer;
      break;
  }
  target.integer = result;
  target.state = left.state | right.state;
  if (fault && target.state == kHasValue) target.state = kFaultBit;
}

// span * factor, rounded to whole nanoseconds.
inline void ScaleSpan(int64_t span, double factor, uint32_t state, Register* target) {
  const double scaled = std::nearbyint(static_cast<double>(span) * factor);
  target->state = state;
  target->integer = 0;
  if (state != kHasValue) return;
  constexpr double kEnd = 9223372036854775808.0;  // 2^63
  if (!std::isfinite(scaled)) {
    target->state = kNoDataBit;
  } else if (scaled >= kEnd || scaled < -kEnd) {
    target->state = kFaultBit;
  } else {
    target->integer = static_cast<int64_t>(scaled);
  }
}

inline bool TextIs(const Program& program, const Instruction& instruction, const Value& value) {
  return value.kind() == Kind::kString && value.AsString() == program.texts[instruction.right];
}

}  // namespace tocsin

#endif  // TOCSIN_EXPR_NUMBER_STEPS_H_
