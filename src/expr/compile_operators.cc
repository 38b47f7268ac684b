// What each operator and function becomes: which instruction, and which operands it can read without a register.
#include <algorithm>
#include <utility>

#include "expr/compiler.h"

namespace tocsin {
namespace {

constexpr int64_t kMinute = 60'000'000'000;

Opcode TextOpcode(Op op) {
  return static_cast<Opcode>(opcode::kEqualText + static_cast<uint16_t>(op) - static_cast<uint16_t>(Op::kEqual));
}

}  // namespace

// Where the comparison `i` puts its result when it joins the chain that it is a term of. The first term starts the
// chain.
uint32_t Compiler::ChainTarget(uint32_t i, bool* first) {
  joined_ = true;
  *first = parents_[i].ordinal == 0;
  return *first ? Push(Kind::kBool).place : stack_.back().place;
}

void Compiler::EmitComparison(uint32_t i) {
  Operand right = Pop();
  Operand left = Pop();
  Op op = tree_.nodes[i].op;
  if (left.IsConstant() && !right.IsConstant()) {
    std::swap(left, right);
    op = Flip(op);
  }
  if (left.IsConstant()) ToRegister(&left);
  if (left.kind == Kind::kString) return EmitTextComparison(i, op, left, right);
  EmitNumberComparison(i, op, left, right);
}

void Compiler::EmitNumberComparison(uint32_t i, Op op, Operand left, Operand right) {
  const uint32_t target = static_cast<uint32_t>(stack_.size());
  const bool doubles = left.kind == Kind::kDouble || right.kind == Kind::kDouble;
  if (doubles) {
    for (Operand* operand : {&left, &right}) {
      if (operand->kind == Kind::kDouble) continue;
      if (operand->InRegister()) {
        Emit(opcode::kIntToDouble, operand->place, operand->place);
      } else if (operand->IsConstant()) {
        operand->number = static_cast<double>(operand->integer);
      }
      operand->kind = Kind::kDouble;  // a variable is read as one
    }
  }
  const Opcode base = doubles ? opcode::kCompareDouble : opcode::kCompareInt;
  if (left.IsVariable() && right.InRegister()) ToRegister(&left);
  if (left.InRegister() && right.IsVariable()) ToRegister(&right);
  const auto set_constant = [&](Instruction& instruction) {
    if (doubles) {
      instruction.number = right.number;
    } else {
      instruction.integer = right.integer;
    }
  };
  if (left.IsVariable() && right.IsConstant()) {
    const uint32_t slot = ReadVariable(left.index);
    const uint32_t parent = parents_[i].node;
    if (!IsChain(parent)) {
      set_constant(Emit(CompareOpcode(base, op, Form::kVC), Push(Kind::kBool).place, slot));
      return;
    }
    bool first = false;
    const uint32_t chain = ChainTarget(i, &first);
    const Form form = tree_.nodes[parent].op == Op::kAnd ? Form::kVCAnd : Form::kVCOr;
    set_constant(Emit(CompareOpcode(base, op, form), chain, slot, ChainMask(first)));
    JumpToEndOf(parent);
    return;
  }
  Push(Kind::kBool);
  if (left.IsVariable()) {
    Emit(CompareOpcode(base, op, Form::kVV), target, ReadVariable(left.index), ReadVariable(right.index));
  } else if (right.IsConstant()) {
    set_constant(Emit(CompareOpcode(base, op, Form::kRC), target, left.place));
  } else {
    Emit(CompareOpcode(base, op, Form::kRR), target, left.place, right.place);
  }
}

void Compiler::EmitTextComparison(uint32_t i, Op op, Operand left, Operand right) {
  const uint32_t parent = parents_[i].node;
  const bool equality = op == Op::kEqual || op == Op::kNotEqual;
  if (equality && left.IsVariable() && right.IsConstant() && IsChain(parent)) {
    const uint32_t slot = ReadVariable(left.index);
    const uint32_t text = AddText(right.index);
    bool first = false;
    const uint32_t chain = ChainTarget(i, &first);
    const Opcode opcode = tree_.nodes[parent].op == Op::kAnd ? opcode::kTextIsAnd : opcode::kTextIsOr;
    Emit(opcode, chain, slot, text).integer = TextIsConstant(first, op == Op::kNotEqual);
    JumpToEndOf(parent);
    return;
  }
  ToRegister(&left);
  ToRegister(&right);
  Emit(TextOpcode(op), Push(Kind::kBool).place, left.place, right.place);
}

void Compiler::EmitIn(const Node& node) {
  const size_t count = tree_.Child(node, 1).child_count;
  std::vector<Operand> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  stack_.resize(stack_.size() - count);
  Operand value = Pop();
  ToRegister(&value);
  if (std::all_of(items.begin(), items.end(), [](const Operand& item) { return item.IsConstant(); })) {
    EmitConstantList(value, items);
  } else {
    EmitComputedList(value, std::move(items));
  }
  Push(Kind::kBool);
}

void Compiler::EmitConstantList(const Operand& value, const std::vector<Operand>& items) {
  const auto emit = [&](Opcode op, size_t first) {
    Emit(op, value.place, value.place, static_cast<uint32_t>(first)).integer = static_cast<int64_t>(items.size());
  };
  if (value.kind == Kind::kString) {
    emit(opcode::kInTexts, list_texts_.size());
    for (const Operand& item : items) list_texts_.push_back(AddText(item.index));
  } else if (value.kind == Kind::kDouble) {
    emit(opcode::kInDoubles, program_.doubles.size());
    for (const Operand& item : items) program_.doubles.push_back(item.number);
  } else {
    emit(opcode::kInInts, program_.ints.size());
    for (const Operand& item : items) program_.ints.push_back(item.integer);
  }
}

// CEL builds the list before it looks into it: the state of every item counts.
void Compiler::EmitComputedList(const Operand& value, std::vector<Operand> items) {
  const Opcode base = value.kind == Kind::kDouble ? opcode::kCompareDouble : opcode::kCompareInt;
  const Opcode equal =
      value.kind == Kind::kString ? TextOpcode(Op::kEqual) : CompareOpcode(base, Op::kEqual, Form::kRR);
  for (Operand& item : items) {
    ToRegister(&item);
    Emit(equal, item.place, value.place, item.place);
    if (&item != &items.front()) Emit(opcode::kEither, items.front().place, items.front().place, item.place);
  }
  Emit(opcode::kMove, value.place, items.front().place);
}

void Compiler::EmitArithmetic(const Node& node) {
  Operand right = Pop();
  Operand left = Pop();
  if (node.type == Kind::kDouble) return EmitDoubleArithmetic(node.op, left, right);
  if (left.kind == Kind::kDouble) std::swap(left, right);  // 1.5 * duration
  ToRegister(&left);
  ToRegister(&right);
  Opcode opcode = opcode::kAddInt;
  if (node.type == Kind::kString) {
    opcode = opcode::kConcatenate;
  } else if (right.kind == Kind::kDouble) {
    opcode = opcode::kScaleDuration;
  } else {
    opcode = static_cast<Opcode>(opcode::kAddInt + static_cast<uint16_t>(node.op) - static_cast<uint16_t>(Op::kAdd));
  }
  Emit(opcode, Push(node.type.kind).place, left.place, right.place);
}

void Compiler::EmitDoubleArithmetic(Op op, Operand left, Operand right) {
  if (left.IsConstant() && right.IsConstant()) ToRegister(&left);
  if (left.InRegister() && right.IsVariable()) ToRegister(&right);
  if (left.IsVariable() && right.InRegister()) ToRegister(&left);
  Place place = Place::kRR;
  double constant = 0;
  if (right.IsConstant()) {
    place = left.IsVariable() ? Place::kVC : Place::kRC;
    constant = right.number;
  } else if (left.IsConstant()) {
    place = right.IsVariable() ? Place::kCV : Place::kCR;
    constant = left.number;
  } else if (left.IsVariable()) {
    place = Place::kVV;
  }
  const auto source = [&](const Operand& operand) {
    return operand.IsVariable() ? ReadVariable(operand.index) : operand.place;
  };
  Emit(DoubleOpcode(op, place), Push(Kind::kDouble).place, source(left), source(right)).number = constant;
}

// count * unit: days(2), hours(0.5).
void Compiler::EmitSpan(Operand count, int64_t unit) {
  ToRegister(&count);
  const Opcode opcode = count.kind == Kind::kDouble ? opcode::kSpanOfDouble : opcode::kSpanOfInt;
  Emit(opcode, Push(Kind::kDuration).place, count.place).integer = unit;
}

void Compiler::EmitFunction(const Node& node) {
  Operand second;
  if (node.child_count == 2) {
    second = Pop();
    ToRegister(&second);
  }
  Operand first = Pop();
  const Kind from = first.kind;
  switch (node.function) {
    case Function::kDays:
      return EmitSpan(first, 1440 * kMinute);
    case Function::kHours:
      return EmitSpan(first, 60 * kMinute);
    case Function::kMinutes:
      return EmitSpan(first, kMinute);
    default:
      break;
  }
  if (from == node.type.kind) {  // a conversion to what it is already
    stack_.push_back(first);
    return;
  }
  ToRegister(&first);
  Opcode opcode = opcode::kMove;
  switch (node.function) {
    case Function::kSize:
      opcode = opcode::kSize;
      break;
    case Function::kStartsWith:
      opcode = opcode::kStartsWith;
      break;
    case Function::kEndsWith:
      opcode = opcode::kEndsWith;
      break;
    case Function::kContains:
      opcode = opcode::kContains;
      break;
    case Function::kInt:
      opcode = from == Kind::kDouble   ? opcode::kIntFromDouble
               : from == Kind::kString ? opcode::kIntFromText
                                       : opcode::kIntFromTime;
      break;
    case Function::kDouble:
      opcode = from == Kind::kInt ? opcode::kIntToDouble : opcode::kDoubleFromText;
      break;
    case Function::kString:
      opcode = from == Kind::kBool        ? opcode::kTextFromBool
               : from == Kind::kInt       ? opcode::kTextFromInt
               : from == Kind::kDouble    ? opcode::kTextFromDouble
               : from == Kind::kTimestamp ? opcode::kTextFromTime
                                          : opcode::kTextFromDuration;
      break;
    case Function::kTimestamp:
      opcode = from == Kind::kInt ? opcode::kTimeFromInt : opcode::kTimeFromText;
      break;
    case Function::kDuration:
      opcode = opcode::kDurationFromText;
      break;
    default:
      break;
  }
  Emit(opcode, Push(node.type.kind).place, first.place, second.place);
}

}  // namespace tocsin
