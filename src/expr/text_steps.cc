#include "expr/text_steps.h"

#include <cmath>
#include <cstring>
#include <optional>
#include <string>

#include "base/utf8.h"
#include "expr/conversions.h"
#include "expr/text_functions.h"
#include "tocsin/base/time.h"

namespace tocsin {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

void SetText(std::string_view text, TextArena* arena, Register* target) {
  char* const copy = arena->Take(text.size());
  if (copy == nullptr) {
    target->state |= kFaultBit;
    return;
  }
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  target->text = copy;
  target->size = static_cast<uint32_t>(text.size());
}

void Concatenate(std::string_view left, std::string_view right, TextArena* arena, Register* target) {
  char* const copy = arena->Take(left.size() + right.size());
  if (copy == nullptr) {
    target->state |= kFaultBit;
    return;
  }
  if (!left.empty()) std::memcpy(copy, left.data(), left.size());
  if (!right.empty()) std::memcpy(copy + left.size(), right.data(), right.size());
  target->text = copy;
  target->size = static_cast<uint32_t>(left.size() + right.size());
}

void SetInteger(std::optional<int64_t> integer, Register* target) {
  if (integer) {
    target->integer = *integer;
  } else {
    target->state |= kFaultBit;
  }
}

int64_t FloorSeconds(int64_t nanos) { return nanos / kSecond - (nanos % kSecond < 0 ? 1 : 0); }

std::optional<int64_t> NanosOf(int64_t seconds) {
  int64_t nanos = 0;
  if (__builtin_mul_overflow(seconds, kSecond, &nanos)) return std::nullopt;
  return nanos;
}

std::optional<int64_t> NanosOf(std::string_view text) {
  const std::optional<Time> time = TryParseTime(text);
  if (!time) return std::nullopt;
  return ToNanos(*time);
}

// Three-way on bytes, which for UTF-8 is the order of code points.
bool CompareText(Opcode op, std::string_view left, std::string_view right) {
  switch (op) {
    case opcode::kEqualText:
      return left == right;
    case opcode::kNotEqualText:
      return left != right;
    case opcode::kLessText:
      return left < right;
    case opcode::kLessEqualText:
      return left <= right;
    case opcode::kGreaterText:
      return left > right;
    default:
      return left >= right;
  }
}

bool StartsWith(std::string_view text, std::string_view part) { return text.substr(0, part.size()) == part; }
bool EndsWith(std::string_view text, std::string_view part) {
  return text.size() >= part.size() && text.substr(text.size() - part.size()) == part;
}

// Whose time grows with the text.
bool GoesThroughText(Opcode op) {
  return op == opcode::kConcatenate || op == opcode::kContains || op == opcode::kSize || op == opcode::kStartsWith ||
         op == opcode::kEndsWith;
}

}  // namespace

void RunTextStep(const Program& program, const Instruction& instruction, Register* registers, Scratch::Memory* memory) {
  const Opcode op = instruction.op;
  const Register left = registers[instruction.left];
  Register* const target = &registers[instruction.target];
  const bool two = op == opcode::kConcatenate || op == opcode::kStartsWith || op == opcode::kEndsWith ||
                   op == opcode::kContains || (op >= opcode::kEqualText && op <= opcode::kGreaterEqualText);
  const Register right = two ? registers[instruction.right] : left;
  target->state = left.state | right.state;
  if (target->state != kHasValue) return;  // what is not there is not looked at
  if (GoesThroughText(op) && TakeSteps(program, StepsOfBytes(size_t{left.size} + (two ? right.size : 0)), memory)) {
    target->state = kFaultBit;
    return;
  }
  TextArena* const arena = &memory->arena;
  switch (op) {
    case opcode::kConcatenate:
      return Concatenate(left.AsText(), right.AsText(), arena, target);
    case opcode::kStartsWith:
      target->integer = StartsWith(left.AsText(), right.AsText());
      return;
    case opcode::kEndsWith:
      target->integer = EndsWith(left.AsText(), right.AsText());
      return;
    case opcode::kContains:
      target->integer = FindText(left.AsText(), right.AsText()) != std::string_view::npos;
      return;
    case opcode::kSize:
      target->integer = instruction.integer != 0 ? left.size : static_cast<int64_t>(CountCodePoints(left.AsText()));
      return;
    case opcode::kIntFromDouble:
      return SetInteger(DoubleToInt(left.number), target);
    case opcode::kIntFromText:
      return SetInteger(ParseInt(left.AsText()), target);
    case opcode::kIntFromTime:
      target->integer = FloorSeconds(left.integer);
      return;
    case opcode::kTimeFromInt:
      return SetInteger(NanosOf(left.integer), target);
    case opcode::kTimeFromText:
      return SetInteger(NanosOf(left.AsText()), target);
    case opcode::kDurationFromText:
      return SetInteger(ParseCelDuration(left.AsText(), program.days_and_weeks), target);
    case opcode::kDoubleFromText: {
      const std::optional<double> number = ParseDouble(left.AsText());
      if (!number) {
        target->state = kFaultBit;
        return;
      }
      target->number = *number;
      if (!std::isfinite(*number)) target->state = program.not_finite;
      return;
    }
    case opcode::kTextFromBool:
      return SetText(left.integer != 0 ? "true" : "false", arena, target);
    case opcode::kTextFromInt:
      return SetText(std::to_string(left.integer), arena, target);
    case opcode::kTextFromDouble:
      return SetText(FormatDouble(left.number), arena, target);
    case opcode::kTextFromTime:
      return SetText(FormatTime(FromNanos(left.integer)), arena, target);
    case opcode::kTextFromDuration:
      return SetText(FormatCelDuration(left.integer), arena, target);
    default:
      target->integer = CompareText(op, left.AsText(), right.AsText());
      return;
  }
}

}  // namespace tocsin
