// What functions and macros become.
#include <algorithm>
#include <utility>

#include "expr/compiler.h"
#include "expr/functions.h"

namespace tocsin {
namespace {

constexpr int64_t kMinute = 60'000'000'000;

// The instruction of a function that has one of its own, by the kind of its first argument; kReturn where it has none.
Opcode OwnOpcode(Function function, Kind from) {
  switch (function) {
    case Function::kSize:
      return opcode::kSize;
    case Function::kStartsWith:
      return opcode::kStartsWith;
    case Function::kEndsWith:
      return opcode::kEndsWith;
    case Function::kContains:
      return opcode::kContains;
    case Function::kInt:
      return from == Kind::kDouble   ? opcode::kIntFromDouble
             : from == Kind::kString ? opcode::kIntFromText
                                     : opcode::kIntFromTime;
    case Function::kDouble:
      return from == Kind::kInt ? opcode::kIntToDouble : opcode::kDoubleFromText;
    case Function::kString:
      return from == Kind::kBool        ? opcode::kTextFromBool
             : from == Kind::kInt       ? opcode::kTextFromInt
             : from == Kind::kDouble    ? opcode::kTextFromDouble
             : from == Kind::kTimestamp ? opcode::kTextFromTime
                                        : opcode::kTextFromDuration;
    case Function::kTimestamp:
      return from == Kind::kInt ? opcode::kTimeFromInt : opcode::kTimeFromText;
    case Function::kDuration:
      return opcode::kDurationFromText;
    default:
      return opcode::kReturn;
  }
}

bool IsConversion(Function function) {
  return (function >= Function::kInt && function <= Function::kDuration) || function == Function::kBool;
}

}  // namespace

void Compiler::EmitFunction(const Node& node) {
  switch (node.function) {
    case Function::kDays:
      return EmitSpan(Pop(), 1440 * kMinute);
    case Function::kHours:
      return EmitSpan(Pop(), 60 * kMinute);
    case Function::kMinutes:
      return EmitSpan(Pop(), kMinute);
    case Function::kMatches:
      return EmitMatches(node);
    case Function::kType: {
      Operand value = Pop();
      ToRegister(&value);
      program_.texts.push_back(CelTypeName(tree_.Child(node, 0).type));
      Emit(opcode::kTypeOf, Push(kTypeKind).place, value.place, static_cast<uint32_t>(program_.texts.size() - 1));
      return;
    }
    default:
      break;
  }
  if (IsGetter(node.function) && EmitGetter(node)) return;
  const Kind from = tree_.Child(node, 0).type.kind();
  if (IsConversion(node.function) && node.type.kind() == from) return;  // to what it is already
  const Opcode own = OwnOpcode(node.function, from);
  if (own == opcode::kReturn) return EmitCall(node);
  Operand second;
  if (node.child_count == 2) {
    second = Pop();
    ToRegister(&second);
  }
  Operand first = Pop();
  ToRegister(&first);
  Emit(own, Push(node.type).place, first.place, second.place).integer = from == kListKind ? 1 : 0;
}

// The arguments in registers beside one another, the result where the first of them was.
void Compiler::EmitCall(const Node& node) {
  std::vector<Operand> arguments(stack_.end() - static_cast<std::ptrdiff_t>(node.child_count), stack_.end());
  stack_.resize(stack_.size() - node.child_count);
  const bool mixed = node.type == Kind::kDouble && node.type.relaxed;  // math.greatest(1, 2.5)
  for (Operand& argument : arguments) {
    const bool convert = mixed && argument.kind == Kind::kInt;
    ToRegister(&argument);
    if (convert) Emit(opcode::kIntToDouble, argument.place, argument.place);
  }
  // Which of its kinds a function is called with, where its argument's kind says that.
  const bool list = IsVariadic(node.function) && arguments.front().kind == kListKind;
  int64_t constant = static_cast<int64_t>(IsVariadic(node.function) ? node.type.kind() : arguments.front().kind);
  if (list) constant |= kOfList;
  if (node.function == Function::kHost) {
    constant = static_cast<int64_t>(program_.host_functions.size());
    program_.host_functions.push_back(program_.functions->Find(tree_.texts[node.name]));
  }
  const uint32_t place = Push(node.type).place;
  Instruction& call = Emit(opcode::kCall, place, place, node.child_count);
  call.jump = static_cast<uint32_t>(node.function);
  call.integer = constant;
}

// Of a timestamp, in a zone that is known now. False for any other.
bool Compiler::EmitGetter(const Node& node) {
  if (tree_.Child(node, 0).type != Kind::kTimestamp) return false;
  int64_t zone = -1;
  if (node.child_count == 2) {
    if (!stack_.back().IsConstant()) return false;
    const std::optional<Zone> found = Zone::Find(tree_.texts[stack_.back().index]);
    if (!found) return false;
    Pop();
    zone = static_cast<int64_t>(program_.zones.size());
    program_.zones.push_back(*found);
  }
  Operand time = Pop();
  ToRegister(&time);
  Emit(opcode::kGetter, Push(Kind::kInt).place, time.place, static_cast<uint32_t>(node.function)).integer = zone;
  return true;
}

// With a pattern that is constant, it is compiled now.
void Compiler::EmitMatches(const Node& node) {
  std::shared_ptr<const Regex> pattern;
  if (stack_.back().IsConstant() && program_.regex != nullptr) {
    auto compiled = program_.regex->Compile(tree_.texts[stack_.back().index]);
    if (compiled.ok()) pattern = std::move(*compiled);
  }
  EmitCall(node);
  program_.code.back().integer = pattern == nullptr ? -1 : static_cast<int64_t>(program_.patterns.size());
  if (pattern != nullptr) program_.patterns.push_back(std::move(pattern));
}

// count * unit: days(2), hours(0.5).
void Compiler::EmitSpan(Operand count, int64_t unit) {
  ToRegister(&count);
  const Opcode opcode = count.kind == Kind::kDouble ? opcode::kSpanOfDouble : opcode::kSpanOfInt;
  Emit(opcode, Push(Kind::kDuration).place, count.place).integer = unit;
}

// A macro's variable: what it was bound to, or the register of the item.
void Compiler::EmitItem(const Node& node) {
  const Operand bound = bindings_[node.slot];
  Operand& item = Push(bound.kind);
  const uint32_t place = item.place;
  item = bound;
  item.place = place;
  if (bound.InRegister()) Emit(opcode::kMove, place, bound.place);
}

void Compiler::AfterMacroChild(uint32_t parent, uint32_t ordinal) {
  const Node& macro = tree_.nodes[parent];
  const bool bind = macro.function == Function::kBind;
  if (ordinal == RangeOrdinal(macro)) {
    bindings_.resize(std::max<size_t>(bindings_.size(), macro.slot + 1));
    if (bind) {
      bindings_[macro.slot] = stack_.back();
      return;
    }
    ToRegister(&stack_.back());
    const uint32_t place = stack_.back().place;
    Push(Kind::kInt);
    Operand& item = Push(tree_.Child(macro, 0).type.Item());
    bindings_[macro.slot] = item;
    Push(macro.type);
    Emit(opcode::kBeginLoop, place).integer = static_cast<int64_t>(macro.function);
    Emit(opcode::kNextItem, place);
    loops_.push_back({parent, Here() - 1, {Here() - 2, Here() - 1}});
    return;
  }
  if (bind || ordinal < 2) return;
  Operand said = Pop();
  ToRegister(&said);
  const uint32_t place = said.place - kLoopRegisters;
  const bool filter = macro.child_count == 4 && ordinal == 2;
  Instruction& take = Emit(filter ? opcode::kFilterItem : opcode::kTakeItem, place, said.place, loops_.back().next);
  take.integer = static_cast<int64_t>(macro.function);
  loops_.back().exits.push_back(Here() - 1);
}

void Compiler::EmitMacro(const Node& node) {
  if (node.function == Function::kBind) {
    Operand body = Pop();
    const Operand bound = Pop();
    if (body.InRegister()) Emit(opcode::kMove, bound.place, body.place);
    body.place = bound.place;
    stack_.push_back(body);
    return;
  }
  stack_.resize(stack_.size() - kLoopRegisters + 1);
  for (const uint32_t exit : loops_.back().exits) program_.code[exit].jump = Here();
  loops_.pop_back();
  stack_.back().kind = node.type.kind();
  Emit(opcode::kEndLoop, stack_.back().place).integer = static_cast<int64_t>(node.function);
}

}  // namespace tocsin
