// What each operator and function becomes: which instruction, and which operands it can read without a register.
#include <algorithm>
#include <utility>

#include "expr/compiler.h"

namespace tocsin {
namespace {

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

// Lists, and what dyn() compares: whatever the types are.
void Compiler::EmitAnyEquality(const Node& node) {
  Operand right = Pop();
  Operand left = Pop();
  ToRegister(&left);
  ToRegister(&right);
  const Opcode op = node.op == Op::kEqual ? opcode::kEqualAny : opcode::kUnlikeAny;
  Emit(op, Push(Kind::kBool).place, left.place, right.place).integer =
      PackTypes(tree_.Child(node, 0).type, tree_.Child(node, 1).type);
}

void Compiler::EmitComparison(uint32_t i) {
  const ExprType left_type = tree_.Child(tree_.nodes[i], 0).type;
  const ExprType right_type = tree_.Child(tree_.nodes[i], 1).type;
  const auto number = [](ExprType type) { return type == Kind::kInt || type == Kind::kDouble; };
  const bool alike = left_type == right_type || (number(left_type) && number(right_type));
  if (!alike || left_type.IsList()) return EmitAnyEquality(tree_.nodes[i]);
  Operand right = Pop();
  Operand left = Pop();
  Op op = tree_.nodes[i].op;
  if (left.IsConstant() && !right.IsConstant()) {
    std::swap(left, right);
    op = Flip(op);
  }
  if (left.IsConstant()) ToRegister(&left);
  if (IsText(left.kind)) return EmitTextComparison(i, op, left, right);
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
  Operand list = Pop();
  Operand value = Pop();
  const ExprType type = tree_.Child(node, 0).type;
  const ExprType list_type = tree_.Child(node, 1).type;
  ToRegister(&value);
  if (list.IsConstant() && !type.IsList() && (list_type.IsEmptyList() || list_type.Item() == type)) {
    EmitConstantList(value, constant_lists_[list.index]);
  } else {
    ToRegister(&list);
    Emit(opcode::kInList, value.place, value.place, list.place).integer = PackTypes(type, list_type.Item());
  }
  Push(Kind::kBool);
}

void Compiler::EmitConstantList(const Operand& value, const std::vector<Operand>& items) {
  const auto emit = [&](Opcode op, size_t first) {
    Emit(op, value.place, value.place, static_cast<uint32_t>(first)).integer = static_cast<int64_t>(items.size());
  };
  if (IsText(value.kind)) {
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

// A list of constants is one, and on the stack so far; any other is made of registers that stand beside one another.
// Every item is needed.
void Compiler::EmitList(const Node& node) {
  std::vector<Operand> items(stack_.end() - static_cast<std::ptrdiff_t>(node.child_count), stack_.end());
  stack_.resize(stack_.size() - node.child_count);
  if (std::all_of(items.begin(), items.end(), [](const Operand& item) { return item.IsConstant(); })) {
    constant_lists_.push_back(std::move(items));
    Operand& list = Push(kListKind);
    list.where = Operand::Where::kConstant;
    list.index = static_cast<uint32_t>(constant_lists_.size() - 1);
    return;
  }
  for (Operand& item : items) ToRegister(&item);
  const uint32_t place = Push(kListKind).place;
  Emit(opcode::kMakeList, place, place, node.child_count);
}

// Its place in the program; the same list has one place however often it is written down. Recursive by the depth of the
// list, which the checker bounds.
uint32_t Compiler::AddList(uint32_t constant_list) {
  constexpr uint32_t kNone = UINT32_MAX;
  list_places_.resize(constant_lists_.size(), kNone);
  if (list_places_[constant_list] != kNone) return list_places_[constant_list];
  const std::vector<Operand>& items = constant_lists_[constant_list];
  std::vector<Register> list(items.size());
  std::vector<ListText> texts;
  for (size_t i = 0; i < items.size(); ++i) {
    list[i].state = kHasValue;
    if (IsText(items[i].kind)) {
      texts.push_back({0, static_cast<uint32_t>(i), AddText(items[i].index)});
    } else if (items[i].kind == kListKind) {
      const std::vector<Register>& inner = program_.lists[AddList(items[i].index)];
      list[i].items = inner.data();  // stays there when the vector of lists grows
      list[i].size = static_cast<uint32_t>(inner.size());
    } else if (items[i].kind == Kind::kDouble) {
      list[i].number = items[i].number;
    } else {
      list[i].integer = items[i].integer;
    }
  }
  program_.lists.push_back(std::move(list));
  const uint32_t place = static_cast<uint32_t>(program_.lists.size() - 1);
  for (ListText& text : texts) {
    text.list = place;
    texts_of_lists_.push_back(text);
  }
  list_places_[constant_list] = place;
  return place;
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
  } else if (node.type.IsList()) {
    opcode = opcode::kJoinLists;
  } else if (right.kind == Kind::kDouble) {
    opcode = opcode::kScaleDuration;
  } else {
    opcode = static_cast<Opcode>(opcode::kAddInt + static_cast<uint16_t>(node.op) - static_cast<uint16_t>(Op::kAdd));
  }
  Emit(opcode, Push(node.type).place, left.place, right.place);
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

}  // namespace tocsin
