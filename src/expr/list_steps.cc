#include "expr/list_steps.h"

#include <algorithm>

namespace tocsin {
namespace {

double AsNumber(const Register& reg, ExprType type) {
  return type == Kind::kDouble ? reg.number : static_cast<double>(reg.integer);
}

bool IsNumber(ExprType type) { return type == Kind::kInt || type == Kind::kDouble; }

// `count` registers from the arena, or none and the fault of having none.
Register* TakeList(const Program& program, size_t count, Register* target, Scratch::Memory* memory) {
  Register* const items = TakeSteps(program, count, memory) ? nullptr : memory->arena.TakeItems<Register>(count);
  if (items == nullptr) target->state = kFaultBit;
  return items;
}

void MakeList(const Program& program, const Instruction& instruction, Register* registers, Scratch::Memory* memory) {
  const Register* const first = &registers[instruction.left];
  Register list = {};
  for (uint32_t i = 0; i < instruction.right; ++i) list.state |= first[i].state;
  if (list.state == kHasValue) {
    if (Register* const items = TakeList(program, instruction.right, &list, memory)) {
      std::copy(first, first + instruction.right, items);
      list.items = items;
      list.size = instruction.right;
    }
  }
  registers[instruction.target] = list;
}

void JoinLists(const Program& program, const Register& left, const Register& right, Register* target,
               Scratch::Memory* memory) {
  const Register a = left;
  const Register b = right;
  Register* const items = TakeList(program, size_t{a.size} + b.size, target, memory);
  if (items == nullptr) return;
  std::copy(b.items, b.items + b.size, std::copy(a.items, a.items + a.size, items));
  target->items = items;
  target->size = a.size + b.size;
}

// CEL's equality, of values of any two types: numbers by what they count, lists item by item. Recursive by the depth of
// the types, which the checker bounds. Not so the items: a list may hold the same list many times, and that one too, so
// that each compared is a step.
class Equality {
 public:
  Equality(const Program& program, Scratch::Memory* memory) : program_(program), memory_(memory) {}

  // What it says means nothing once it has given up.
  bool Holds(const Register& a, ExprType a_type, const Register& b, ExprType b_type) {
    if (a_type.IsList() && b_type.IsList()) {
      if (a.size != b.size) return false;
      gave_up_ = gave_up_ || TakeSteps(program_, a.size, memory_);
      for (uint32_t i = 0; i < a.size && !gave_up_; ++i) {
        if (!Holds(a.items[i], a_type.Item(), b.items[i], b_type.Item())) return false;
      }
      return true;
    }
    if (IsNumber(a_type) && IsNumber(b_type)) {
      if (a_type == b_type && a_type == Kind::kInt) return a.integer == b.integer;
      return AsNumber(a, a_type) == AsNumber(b, b_type);
    }
    if (a_type.IsList() || b_type.IsList() || a_type.base != b_type.base) return false;
    return IsText(a_type.base) ? a.AsText() == b.AsText() : a.integer == b.integer;
  }

  bool IsIn(const Register& value, ExprType type, const Register& list, ExprType item) {
    gave_up_ = gave_up_ || TakeSteps(program_, list.size, memory_);
    for (uint32_t i = 0; i < list.size && !gave_up_; ++i) {
      if (Holds(value, type, list.items[i], item)) return true;
    }
    return false;
  }

  bool gave_up() const { return gave_up_; }

 private:
  const Program& program_;
  Scratch::Memory* memory_;
  bool gave_up_ = false;
};

}  // namespace

void RunListStep(const Program& program, const Instruction& instruction, Register* registers, Scratch::Memory* memory) {
  Register* const target = &registers[instruction.target];
  if (instruction.op == opcode::kMakeList) return MakeList(program, instruction, registers, memory);
  if (instruction.op == opcode::kConstantList) {
    const std::vector<Register>& list = program.lists[instruction.left];
    target->items = list.data();
    target->size = static_cast<uint32_t>(list.size());
    target->state = kHasValue;
    return;
  }
  const Register left = registers[instruction.left];
  const Register right = registers[instruction.right];
  target->state = left.state | right.state;
  if (target->state != kHasValue) return;
  switch (instruction.op) {
    case opcode::kIndex:
      if (right.integer < 0 || right.integer >= int64_t{left.size}) {
        target->state = kFaultBit;
      } else {
        *target = left.items[right.integer];
      }
      return;
    case opcode::kJoinLists:
      return JoinLists(program, left, right, target, memory);
    default: {
      Equality equality(program, memory);
      const ExprType left_type = UnpackType(instruction.integer, 0);
      const ExprType right_type = UnpackType(instruction.integer, 1);
      if (instruction.op == opcode::kInList) {
        target->integer = equality.IsIn(left, left_type, right, right_type);
      } else {
        target->integer = equality.Holds(left, left_type, right, right_type) == (instruction.op == opcode::kEqualAny);
      }
      if (equality.gave_up()) target->state = kFaultBit;
      return;
    }
  }
}

namespace {

// The registers of one loop.
struct Loop {
  explicit Loop(Register* first)
      : list(first[static_cast<int>(LoopRegister::kList)]),
        place(first[static_cast<int>(LoopRegister::kPlace)]),
        item(first[static_cast<int>(LoopRegister::kItem)]),
        found(first[static_cast<int>(LoopRegister::kFound)]) {}

  Register& list;
  Register& place;
  Register& item;
  Register& found;
};

bool MakesList(Function macro) { return macro == Function::kMap || macro == Function::kFilter; }

// False when there is nothing to go over.
bool BeginLoop(const Program& program, Function macro, const Loop& loop, Scratch::Memory* memory) {
  loop.found = {};
  loop.found.state = loop.list.state;
  if (loop.list.state != kHasValue) return false;
  loop.place.integer = 0;
  if (MakesList(macro)) {
    Register* const items = TakeList(program, loop.list.size, &loop.found, memory);
    loop.found.items = items;
    return items != nullptr;
  }
  loop.found.integer = macro == Function::kAll ? 1 : 0;  // of kExistsOne: how many
  return true;
}

bool NextItem(const Program& program, const Loop& loop, Scratch::Memory* memory) {
  if (loop.place.integer == int64_t{loop.list.size}) return false;
  if (TakeSteps(program, 1, memory)) {
    loop.found.state = kFaultBit;
    return false;
  }
  loop.item = loop.list.items[loop.place.integer++];
  return true;
}

void Append(const Loop& loop, const Register& item) {
  // Taken from the arena when the loop began, long enough for all.
  const_cast<Register*>(loop.found.items)[loop.found.size++] = item;
}

// all() and exists() take terms as && and || do; the others need every answer. False when what is found is decided.
bool TakeItem(Function macro, const Loop& loop, const Register& said) {
  if (macro == Function::kAll || macro == Function::kExists) {
    const bool deciding = macro == Function::kExists;
    if (said.state == kHasValue && (said.integer != 0) == deciding) {
      loop.found.integer = deciding;
      loop.found.state = kHasValue;
      return false;
    }
    loop.found.state |= said.state;
    return true;
  }
  if (said.state != kHasValue) {
    loop.found.state = said.state;
    return false;
  }
  if (macro == Function::kMap) {
    Append(loop, said);
  } else if (said.integer != 0 && macro == Function::kFilter) {
    Append(loop, loop.item);
  } else if (said.integer != 0) {
    ++loop.found.integer;
  }
  return true;
}

}  // namespace

const Instruction* RunLoopStep(const Program& program, const Instruction* at, Register* registers,
                               Scratch::Memory* memory) {
  const Instruction* const code = program.code.data();
  const Loop loop(&registers[at->target]);
  const Function macro = static_cast<Function>(at->integer);
  switch (at->op) {
    case opcode::kBeginLoop:
      return BeginLoop(program, macro, loop, memory) ? at + 1 : code + at->jump;
    case opcode::kNextItem:
      return NextItem(program, loop, memory) ? at + 1 : code + at->jump;
    case opcode::kFilterItem: {
      const Register& said = registers[at->left];
      if (said.state != kHasValue) {
        loop.found.state = said.state;
        return code + at->jump;
      }
      return said.integer != 0 ? at + 1 : code + at->right;
    }
    case opcode::kTakeItem:
      return TakeItem(macro, loop, registers[at->left]) ? code + at->right : code + at->jump;
    default:
      loop.list = loop.found;
      if (macro == Function::kExistsOne) loop.list.integer = loop.found.integer == 1;
      return at + 1;
  }
}

}  // namespace tocsin
