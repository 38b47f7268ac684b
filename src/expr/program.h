// What an expression is compiled to: a flat list of instructions over registers, each instruction for one combination
// of types, so that nothing is looked up or dispatched by type while it runs.
//
// A register holds a value and its state. A state is a set of bits, so that the state of a result is the union of its
// operands' states, without a branch. && and || are chains: a term that decides jumps to the end, any other leaves its
// state in the chain's register, whose value is then not the deciding one.
#ifndef TOCSIN_EXPR_PROGRAM_H_
#define TOCSIN_EXPR_PROGRAM_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/ast.h"
#include "expr/expr_type.h"
#include "expr/text_set.h"
#include "expr/threshold.h"
#include "expr/zone.h"
#include "tocsin/event/value.h"
#include "tocsin/expr/expression.h"
#include "tocsin/expr/host_functions.h"
#include "tocsin/expr/regex.h"

namespace tocsin {

constexpr uint32_t kHasValue = 0;
constexpr uint32_t kNoDataBit = 1;
constexpr uint32_t kFaultBit = 2;  // wins where both are set

struct Register {
  union {
    int64_t integer;  // bool, int, timestamp, duration, null
    double number;
    const char* text;
    const Register* items;  // of a list, each with a value
  };
  uint32_t size;   // of text, of a list
  uint32_t state;  // kHasValue or bits

  std::string_view AsText() const { return {text, size}; }
};

// Comparisons by what they compare and where the operands are: registers (R), variables (V), the instruction's constant
// (C). The last two combine the result with the chain in `target`, and jump when it decides.
enum class Form : uint16_t { kRR, kRC, kVC, kVV, kVCAnd, kVCOr };
constexpr uint16_t kForms = 6;
constexpr uint16_t kComparisons = 6;  // Op::kEqual to Op::kGreaterEqual

// Arithmetic of doubles by where the operands are.
enum class Place : uint16_t { kRR, kRC, kCR, kVV, kVC, kCV };
constexpr uint16_t kPlaces = 6;

// Numbers rather than an enumeration of its own, because families of them are computed (CompareOpcode, DoubleOpcode).
using Opcode = uint16_t;
namespace opcode {
enum : Opcode {
  kReturn,  // the value of `target`
  kReturnBool,
  kConstant,      // target = the constant, as it is
  kConstantText,  // target = texts[left]
  kLoadInt,       // target = variable left; also bool, timestamp, duration
  kLoadDouble,
  kLoadText,
  kLoadNow,
  kHas,     // target = whether variable left has a value
  kAnd,     // target = chain target && register left; jump when false
  kOr,      // target = chain target || register left; jump when true
  kNot,     // target = !left
  kBranch,  // go on when left is true, to `right` when it is false, to `jump` when it has no value
  kJump,
  kMove,  // target = left
  kIntToDouble,
  kAddInt,  // with overflow check; also durations and timestamps
  kSubtractInt,
  kMultiplyInt,
  kDivideInt,
  kModuloInt,
  kNegateInt,
  kNegateDouble,
  kScaleDuration,  // duration left * double right
  kSpanOfInt,      // the constant, a duration, times int left
  kSpanOfDouble,
  kEqualText,  // left, right: registers; one for each of Op::kEqual to kGreaterEqual
  kNotEqualText,
  kLessText,
  kLessEqualText,
  kGreaterText,
  kGreaterEqualText,
  kTextIsAnd,  // chain && (variable left == texts[right]); the constant is made by TextIsConstant
  kTextIsOr,
  kInInts,  // target = register left in ints[right, right + constant)
  kInDoubles,
  kInTexts,
  kInList,        // target = register left is in the list register right; the constant is PackTypes(left's, the item's)
  kConstantList,  // target = lists[left]
  kMakeList,      // target = the registers [left, left + right)
  kIndex,         // target = list left [register right]
  kJoinLists,
  kEqualAny,    // target = left equals right; the constant is PackTypes
  kUnlikeAny,   // and its opposite
  kTypeOf,      // target = texts[right] where register left has a value
  kCall,        // target = function `jump` of the registers [left, left + right); the constant is of the function
  kGetter,      // target = function `right` of the timestamp in register left, in zones[constant]
  kBeginLoop,   // see LoopRegister; of the list in `target`; the constant is the macro; to `jump` when there is none
  kNextItem,    // to `jump` when there is none
  kFilterItem,  // of map() with a filter: to `right`, which is kNextItem, when register left is not true
  kTakeItem,    // what register left says of the item; then to `right`, or to `jump` when that is decided
  kEndLoop,     // target = what the loop found
  kConcatenate,
  kSize,
  kStartsWith,
  kEndsWith,
  kContains,
  kIntFromDouble,
  kIntFromText,
  kIntFromTime,
  kDoubleFromText,
  kTextFromBool,
  kTextFromInt,
  kTextFromDouble,
  kTextFromTime,
  kTextFromDuration,
  kTimeFromInt,
  kTimeFromText,
  kDurationFromText,
  kAddDouble,  // four times kPlaces
  kCompareInt = kAddDouble + 4 * kPlaces,
  kCompareDouble = kCompareInt + kComparisons * kForms,
  kEnd = kCompareDouble + kComparisons * kForms,
};
}  // namespace opcode

constexpr Opcode CompareOpcode(Opcode base, Op op, Form form) {
  return static_cast<Opcode>(base + (static_cast<uint16_t>(op) - static_cast<uint16_t>(Op::kEqual)) * kForms +
                             static_cast<uint16_t>(form));
}
// REQUIRES: op is kAdd, kSubtract, kMultiply or kDivide.
constexpr Opcode DoubleOpcode(Op op, Place place) {
  return static_cast<Opcode>(opcode::kAddDouble +
                             (static_cast<uint16_t>(op) - static_cast<uint16_t>(Op::kAdd)) * kPlaces +
                             static_cast<uint16_t>(place));
}

// Which bits of a chain's state so far count for a term: the first one starts it.
constexpr uint32_t ChainMask(bool first) { return first ? 0 : kNoDataBit | kFaultBit; }
constexpr int64_t TextIsConstant(bool first, bool not_equal) {
  return int64_t{ChainMask(first)} << 1 | (not_equal ? 1 : 0);
}

// A macro's registers, from that of its list on.
enum class LoopRegister : uint16_t { kList, kPlace, kItem, kFound, kCount };
constexpr uint32_t kLoopRegisters = static_cast<uint32_t>(LoopRegister::kCount);

// In the constant of math.greatest and math.least: of the items of a list.
constexpr int64_t kOfList = 256;

// Two types in an instruction's constant.
constexpr int64_t PackTypes(ExprType a, ExprType b) {
  return int64_t{static_cast<uint8_t>(a.base)} | int64_t{a.lists} << 8 | int64_t{static_cast<uint8_t>(b.base)} << 16 |
         int64_t{b.lists} << 24;
}
constexpr ExprType UnpackType(int64_t packed, int which) {
  packed >>= which * 16;
  ExprType type(static_cast<Kind>(packed & 0xFF));
  type.lists = static_cast<uint8_t>(packed >> 8 & 0xFF);
  return type;
}

struct Instruction {
  Opcode op = opcode::kReturn;
  uint16_t target = 0;
  uint32_t left = 0;
  uint32_t right = 0;  // of a term of a chain: ChainMask
  uint32_t jump = 0;
  union {
    int64_t integer = 0;
    double number;
  };
};

// Variables by row and slot.
struct Rows {
  const Value* first = nullptr;
  size_t width = 0;
  size_t count = 0;
  std::span<const Value> At(size_t row) const { return {first + row * width, width}; }
};

struct Program;
// Say of a program whose result is a bool what Run says, at less cost: for one row, and for each of many.
using TestFunction = Answer(const Program&, std::span<const Value> variables, Time now, Scratch::Memory* memory);
using TestRowsFunction = void(const Program&, const Rows& rows, Time now, Scratch::Memory* memory, Answer* answers);
struct Tests {
  TestFunction* one = nullptr;
  TestRowsFunction* rows = nullptr;
};

// Moved, not copied: list_texts and lists point into texts.
struct Program {
  enum class Shape : uint8_t {
    kAny,
    kIntThreshold,  // the first instruction compares a variable with a constant, and that is all
    kDoubleThreshold,
    kAllHold,    // all of `thresholds`: for `tests`, as those that follow
    kAnyHolds,   // one of them
    kAllOrders,  // the same where all of them are orders of doubles
    kAnyOrders,
    kTextIn,  // the variable `slot` is in `text_set`
  };

  Program() = default;
  Program(Program&&) = default;
  Program& operator=(Program&&) = default;

  std::vector<Instruction> code;
  std::vector<std::string> texts;
  std::vector<int64_t> ints;  // items of constant lists
  std::vector<double> doubles;
  std::vector<std::string_view> list_texts;
  std::vector<std::vector<Register>> lists;
  std::vector<Zone> zones;
  std::vector<std::shared_ptr<const Regex>> patterns;
  std::vector<const HostFunction*> host_functions;
  std::shared_ptr<const HostFunctions> functions;  // whom these belong to
  std::shared_ptr<const RegexEngine> regex;        // for patterns that are not constant
  ExprType type;                                   // of the result
  uint32_t registers = 0;
  uint32_t variables = 0;            // one more than the highest slot that is read
  uint32_t not_finite = kNoDataBit;  // the state of a result that is no finite number: strict CEL has it as a value
  bool days_and_weeks = true;        // in duration(text): an addition to CEL
  bool uses_arena = false;
  uint64_t max_steps = 0;
  Shape shape = Shape::kAny;
  Tests tests;
  Op comparison = Op::kEqual;  // of a threshold
  std::vector<CompiledThreshold> thresholds;
  std::vector<TwoOrders> strict_orders;  // those of the thresholds that are > or <
  std::vector<TwoOrders> orders;         // >= or <=
  std::optional<TextSet> text_set;
  uint32_t slot = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_EXPR_PROGRAM_H_
