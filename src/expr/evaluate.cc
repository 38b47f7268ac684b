#include "expr/evaluate.h"

#include <functional>

#include "expr/call_steps.h"
#include "expr/list_steps.h"
#include "expr/number_steps.h"
#include "expr/text_steps.h"
#include "expr/time_steps.h"

namespace tocsin {
namespace {

template <typename Items, typename Item>
bool Has(const Items& items, const Instruction& instruction, Item item) {
  for (uint32_t i = 0; i < instruction.integer; ++i) {
    if (items[instruction.right + i] == item) return true;
  }
  return false;
}

// What has no value. By its own return, so that the usual result is built where the caller wants it.
Result Nothing(uint32_t state) {
  Result result;
  result.outcome = (state & kFaultBit) != 0 ? Outcome::kFault : Outcome::kNoData;
  return result;
}

Result ToResult(Kind kind, const Register& reg) {
  if (reg.state != kHasValue) return Nothing(reg.state);
  switch (kind) {
    case Kind::kBool:
      return {Outcome::kValue, Value::Bool(reg.integer != 0)};
    case Kind::kInt:
      return {Outcome::kValue, Value::Int(reg.integer)};
    case Kind::kDouble:
      return {Outcome::kValue, Value::Double(reg.number)};
    case Kind::kString:
      return {Outcome::kValue, Value::String(reg.AsText())};
    case Kind::kTimestamp:
      return {Outcome::kValue, Value::Timestamp(FromNanos(reg.integer))};
    case Kind::kDuration:
      return {Outcome::kValue, Value::Span(Duration(reg.integer))};
    default:
      return {};
  }
}

}  // namespace

namespace {

// A variable against a constant and nothing else: most rules. Without registers or a loop.
template <typename Kinds>
[[gnu::always_inline]] inline Result RunThreshold(const Program& program, const Value* variables) {
  const Instruction& only = program.code.front();
  typename Kinds::Type left{};
  const uint32_t state = Kinds::Load(variables[only.left], &left);
  if (state != kHasValue) [[unlikely]] {
    return Nothing(state);
  }
  const typename Kinds::Type right = Kinds::ConstantOf(only);
  bool value = false;
  switch (program.comparison) {
    case Op::kEqual:
      value = left == right;
      break;
    case Op::kNotEqual:
      value = left != right;
      break;
    case Op::kLess:
      value = left < right;
      break;
    case Op::kLessEqual:
      value = left <= right;
      break;
    case Op::kGreater:
      value = left > right;
      break;
    default:
      value = left >= right;
      break;
  }
  return {Outcome::kValue, Value::Bool(value)};
}

Result RunLoop(const Program& program, const Value* variables, Time now, Scratch::Memory* memory);

// Variables that were not given are absent.
[[gnu::noinline]] Result RunPadded(const Program& program, std::span<const Value> given, Time now,
                                   Scratch::Memory* memory) {
  memory->padded.assign(given.begin(), given.end());
  memory->padded.resize(program.variables);
  return Run(program, memory->padded, now, memory);
}

}  // namespace

Result Run(const Program& program, std::span<const Value> given, Time now, Scratch::Memory* memory) {
  if (given.size() < program.variables) [[unlikely]] {
    return RunPadded(program, given, now, memory);
  }
  switch (program.shape) {
    case Program::Shape::kIntThreshold:
      return RunThreshold<Ints>(program, given.data());
    case Program::Shape::kDoubleThreshold:
      return RunThreshold<Doubles>(program, given.data());
    default:
      return RunLoop(program, given.data(), now, memory);
  }
}

namespace {

// The six comparisons in one form, and the four operations in one place: a case each, so that the loop jumps straight
// to code that knows everything but the values.
#define TOCSIN_COMPARE_FORM(base, kinds, form)                        \
  case CompareOpcode(base, Op::kEqual, form):                         \
    at = RunComparison<kinds, form, std::equal_to<>>(at, frame);      \
    continue;                                                         \
  case CompareOpcode(base, Op::kNotEqual, form):                      \
    at = RunComparison<kinds, form, std::not_equal_to<>>(at, frame);  \
    continue;                                                         \
  case CompareOpcode(base, Op::kLess, form):                          \
    at = RunComparison<kinds, form, std::less<>>(at, frame);          \
    continue;                                                         \
  case CompareOpcode(base, Op::kLessEqual, form):                     \
    at = RunComparison<kinds, form, std::less_equal<>>(at, frame);    \
    continue;                                                         \
  case CompareOpcode(base, Op::kGreater, form):                       \
    at = RunComparison<kinds, form, std::greater<>>(at, frame);       \
    continue;                                                         \
  case CompareOpcode(base, Op::kGreaterEqual, form):                  \
    at = RunComparison<kinds, form, std::greater_equal<>>(at, frame); \
    continue
#define TOCSIN_COMPARE(base, kinds)               \
  TOCSIN_COMPARE_FORM(base, kinds, Form::kRR);    \
  TOCSIN_COMPARE_FORM(base, kinds, Form::kRC);    \
  TOCSIN_COMPARE_FORM(base, kinds, Form::kVC);    \
  TOCSIN_COMPARE_FORM(base, kinds, Form::kVV);    \
  TOCSIN_COMPARE_FORM(base, kinds, Form::kVCAnd); \
  TOCSIN_COMPARE_FORM(base, kinds, Form::kVCOr)
#define TOCSIN_DOUBLE(op, operation)              \
  case DoubleOpcode(op, Place::kRR):              \
    RunDouble<Place::kRR, operation>(*at, frame); \
    break;                                        \
  case DoubleOpcode(op, Place::kRC):              \
    RunDouble<Place::kRC, operation>(*at, frame); \
    break;                                        \
  case DoubleOpcode(op, Place::kCR):              \
    RunDouble<Place::kCR, operation>(*at, frame); \
    break;                                        \
  case DoubleOpcode(op, Place::kVV):              \
    RunDouble<Place::kVV, operation>(*at, frame); \
    break;                                        \
  case DoubleOpcode(op, Place::kVC):              \
    RunDouble<Place::kVC, operation>(*at, frame); \
    break;                                        \
  case DoubleOpcode(op, Place::kCV):              \
    RunDouble<Place::kCV, operation>(*at, frame); \
    break

Result RunLoop(const Program& program, const Value* variables, Time now, Scratch::Memory* memory) {
  if (memory->registers.size() < program.registers) memory->registers.resize(program.registers);
  if (program.uses_arena) {
    memory->arena.Clear();
    memory->steps = 0;
  }
  Register* const registers = memory->registers.data();
  const Frame frame = {program.code.data(), variables, registers, program.not_finite};
  const Instruction* at = frame.code;
  while (true) {
    Register& target = registers[at->target];
    switch (at->op) {
      case opcode::kReturnBool:
        if (target.state != kHasValue) return Nothing(target.state);
        return {Outcome::kValue, Value::Bool(target.integer != 0)};
      case opcode::kReturn:
        return ToResult(program.type.kind(), target);
      case opcode::kConstant:
        target.integer = at->integer;
        target.state = kHasValue;
        break;
      case opcode::kConstantText:
        target.text = program.texts[at->left].data();
        target.size = static_cast<uint32_t>(program.texts[at->left].size());
        target.state = kHasValue;
        break;
      case opcode::kLoadInt:
        target.state = Ints::Load(frame.variables[at->left], &target.integer);
        break;
      case opcode::kLoadDouble:
        target.state = Doubles::Load(frame.variables[at->left], &target.number);
        break;
      case opcode::kLoadText: {
        const Value& value = frame.variables[at->left];
        // Anything but text would be a pointer to nowhere.
        const std::string_view text = value.kind() == Kind::kString ? value.AsString() : std::string_view();
        target.text = text.data();
        target.size = static_cast<uint32_t>(text.size());
        target.state = value.kind() == Kind::kString ? kHasValue : kNoDataBit;
        break;
      }
      case opcode::kLoadNow:
        target.integer = ToNanos(now);
        target.state = kHasValue;
        break;
      case opcode::kHas:
        target.integer = !frame.variables[at->left].absent();
        target.state = kHasValue;
        break;
      case opcode::kAnd: {
        const Register& term = registers[at->left];
        at = Join<false>(at, frame.code, &target, term.integer != 0, term.state, at->right);
        continue;
      }
      case opcode::kOr: {
        const Register& term = registers[at->left];
        at = Join<true>(at, frame.code, &target, term.integer != 0, term.state, at->right);
        continue;
      }
      case opcode::kTextIsAnd:
      case opcode::kTextIsOr: {
        const Value& value = frame.variables[at->left];
        const bool is = TextIs(program, *at, value) != ((at->integer & 1) != 0);
        const uint32_t state = value.kind() == Kind::kString ? kHasValue : kNoDataBit;
        const uint32_t mask = static_cast<uint32_t>(at->integer >> 1);
        at = at->op == opcode::kTextIsAnd ? Join<false>(at, frame.code, &target, is, state, mask)
                                          : Join<true>(at, frame.code, &target, is, state, mask);
        continue;
      }
      case opcode::kNot:
        target.integer = registers[at->left].integer == 0;
        target.state = registers[at->left].state;
        break;
      case opcode::kBranch: {
        const Register& condition = registers[at->left];
        at = condition.state != kHasValue ? frame.code + at->jump
             : condition.integer != 0     ? at + 1
                                          : frame.code + at->right;
        continue;
      }
      case opcode::kJump:
        at = frame.code + at->jump;
        continue;
      case opcode::kMove:
        target = registers[at->left];
        break;
      case opcode::kIntToDouble:
        target.number = static_cast<double>(registers[at->left].integer);
        target.state = registers[at->left].state;
        break;
      case opcode::kAddInt:
      case opcode::kSubtractInt:
      case opcode::kMultiplyInt:
      case opcode::kDivideInt:
      case opcode::kModuloInt:
        RunInt(*at, registers);
        break;
      case opcode::kNegateInt: {
        const Register operand = registers[at->left];
        target.state = operand.state;
        if (__builtin_sub_overflow(int64_t{0}, operand.integer, &target.integer) && target.state == kHasValue) {
          target.state = kFaultBit;
        }
        break;
      }
      case opcode::kNegateDouble:
        target.number = -registers[at->left].number;
        target.state = registers[at->left].state;
        break;
      case opcode::kScaleDuration: {
        const Register span = registers[at->left];
        const Register factor = registers[at->right];
        ScaleSpan(span.integer, factor.number, span.state | factor.state, &target);
        break;
      }
      case opcode::kSpanOfDouble: {
        const Register factor = registers[at->left];
        ScaleSpan(at->integer, factor.number, factor.state, &target);
        break;
      }
      case opcode::kSpanOfInt: {
        const Register count = registers[at->left];
        target.state = count.state;
        if (__builtin_mul_overflow(at->integer, count.integer, &target.integer) && target.state == kHasValue) {
          target.state = kFaultBit;
        }
        break;
      }
      case opcode::kInInts: {
        const Register value = registers[at->left];
        target.integer = Has(program.ints, *at, value.integer);
        target.state = value.state;
        break;
      }
      case opcode::kInDoubles: {
        const Register value = registers[at->left];
        target.integer = Has(program.doubles, *at, value.number);
        target.state = value.state;
        break;
      }
      case opcode::kInTexts: {
        const Register value = registers[at->left];
        target.integer = value.state == kHasValue && Has(program.list_texts, *at, value.AsText());
        target.state = value.state;
        break;
      }
      case opcode::kGetter: {
        const Register time = registers[at->left];
        target.state = time.state;
        if (time.state != kHasValue) break;
        const int64_t offset = at->integer < 0 ? 0 : OffsetAt(program.zones[at->integer], time.integer, memory);
        target.integer = FieldOf(static_cast<Function>(at->right), time.integer, offset);
        break;
      }
      case opcode::kTypeOf:
        target.state = registers[at->left].state;
        target.text = program.texts[at->right].data();
        target.size = static_cast<uint32_t>(program.texts[at->right].size());
        break;
      case opcode::kInList:
      case opcode::kConstantList:
      case opcode::kMakeList:
      case opcode::kIndex:
      case opcode::kJoinLists:
      case opcode::kEqualAny:
      case opcode::kUnlikeAny:
        RunListStep(program, *at, registers, memory);
        break;
      case opcode::kBeginLoop:
      case opcode::kNextItem:
      case opcode::kFilterItem:
      case opcode::kTakeItem:
      case opcode::kEndLoop:
        at = RunLoopStep(program, at, registers, memory);
        continue;
      case opcode::kCall:
        RunCall(program, *at, registers, memory);
        break;
        TOCSIN_DOUBLE(Op::kAdd, std::plus<>);
        TOCSIN_DOUBLE(Op::kSubtract, std::minus<>);
        TOCSIN_DOUBLE(Op::kMultiply, std::multiplies<>);
        TOCSIN_DOUBLE(Op::kDivide, std::divides<>);
        TOCSIN_COMPARE(opcode::kCompareInt, Ints);
        TOCSIN_COMPARE(opcode::kCompareDouble, Doubles);
      default:
        RunTextStep(program, *at, registers, memory);
        break;
    }
    ++at;
  }
}

}  // namespace

#undef TOCSIN_COMPARE_FORM
#undef TOCSIN_COMPARE
#undef TOCSIN_DOUBLE

}  // namespace tocsin
