// One walk over the nodes in their order, with a stack of operands. A variable or constant on the stack costs no instruction
// until something needs it in a register, so that an instruction that can read it directly does. An operand in a register
// is always in the register of its own place on the stack.
#include "expr/compile.h"

#include <algorithm>
#include <utility>

namespace tocsin {
namespace {

constexpr int64_t kMinute = 60'000'000'000;

struct Operand {
  enum class Where : uint8_t { kRegister, kVariable, kConstant };
  Where where = Where::kRegister;
  Kind kind = Kind::kNone;
  uint32_t place = 0;  // on the stack, and so its register
  uint32_t index = 0;  // slot of a variable, text of a constant
  union {
    int64_t integer = 0;
    double number;
  };

  bool InRegister() const { return where == Where::kRegister; }
  bool IsVariable() const { return where == Where::kVariable; }
  bool IsConstant() const { return where == Where::kConstant; }
};

Op Flip(Op op) {
  switch (op) {
    case Op::kLess: return Op::kGreater;
    case Op::kLessEqual: return Op::kGreaterEqual;
    case Op::kGreater: return Op::kLess;
    case Op::kGreaterEqual: return Op::kLessEqual;
    default: return op;
  }
}

Opcode TextOpcode(Op op) {
  return static_cast<Opcode>(opcode::kEqualText + static_cast<uint16_t>(op) -
                             static_cast<uint16_t>(Op::kEqual));
}

class Compiler {
 public:
  Compiler(const Tree& tree, bool strict) : tree_(tree) {
    program_.type = tree.root().type;
    program_.not_finite = strict ? kHasValue : kNoDataBit;
    program_.days_and_weeks = !strict;
  }

  Program Run() {
    FindParents();
    for (uint32_t i = 0; i < tree_.nodes.size(); ++i) {
      joined_ = false;
      EmitNode(i);
      if (parents_[i].node != kNoNode) AfterChild(i);
    }
    ToRegister(&stack_.back());
    Emit(program_.type == Kind::kBool ? opcode::kReturnBool : opcode::kReturn, 0);
    Finish();
    return std::move(program_);
  }

 private:
  static constexpr uint32_t kNoNode = UINT32_MAX;
  struct Parent {
    uint32_t node = kNoNode;
    uint32_t ordinal = 0;
  };
  struct Patch {
    uint32_t node;
    uint32_t instruction;
    bool otherwise;  // the second target of a branch
  };

  void FindParents() {
    parents_.resize(tree_.nodes.size());
    for (uint32_t i = 0; i < tree_.nodes.size(); ++i) {
      uint32_t ordinal = 0;
      for (const uint32_t child : tree_.ChildrenOf(tree_.nodes[i])) parents_[child] = {i, ordinal++};
    }
  }

  Instruction& Emit(Opcode op, uint32_t target, uint32_t left = 0, uint32_t right = 0) {
    Instruction instruction;
    instruction.op = op;
    instruction.target = static_cast<uint16_t>(target);
    instruction.left = left;
    instruction.right = right;
    program_.code.push_back(instruction);
    return program_.code.back();
  }
  uint32_t Here() const { return static_cast<uint32_t>(program_.code.size()); }
  // The jump of the last instruction goes where `node` ends.
  void JumpToEndOf(uint32_t node) { patches_.push_back({node, Here() - 1, false}); }
  void PatchEndOf(uint32_t node) {
    while (!patches_.empty() && patches_.back().node == node && !patches_.back().otherwise) {
      program_.code[patches_.back().instruction].jump = Here();
      patches_.pop_back();
    }
  }

  Operand& Push(Kind kind) {
    Operand operand;
    operand.kind = kind;
    operand.place = static_cast<uint32_t>(stack_.size());
    stack_.push_back(operand);
    program_.registers = std::max(program_.registers, operand.place + 1);
    return stack_.back();
  }
  Operand Pop() {
    const Operand operand = stack_.back();
    stack_.pop_back();
    return operand;
  }
  uint32_t ReadVariable(uint32_t slot) {
    program_.variables = std::max(program_.variables, slot + 1);
    return slot;
  }
  uint32_t AddText(uint32_t text) {
    program_.texts.push_back(tree_.texts[text]);
    return static_cast<uint32_t>(program_.texts.size() - 1);
  }

  bool IsChain(uint32_t node) const {
    return node != kNoNode && (tree_.nodes[node].op == Op::kAnd || tree_.nodes[node].op == Op::kOr);
  }

  void Finish();
  void ToRegister(Operand* operand);
  void EmitNode(uint32_t i);
  void EmitLeaf(const Node& node);
  void EmitComparison(uint32_t i);
  void EmitNumberComparison(uint32_t i, Op op, Operand left, Operand right);
  void EmitTextComparison(uint32_t i, Op op, Operand left, Operand right);
  uint32_t ChainTarget(uint32_t i, bool* first);
  void EmitIn(const Node& node);
  void EmitConstantList(const Operand& value, const std::vector<Operand>& items);
  void EmitComputedList(const Operand& value, std::vector<Operand> items);
  void EmitArithmetic(const Node& node);
  void EmitDoubleArithmetic(Op op, Operand left, Operand right);
  void EmitFunction(const Node& node);
  void EmitSpan(Operand count, int64_t unit);
  void AfterChild(uint32_t i);

  const Tree& tree_;
  Program program_;
  std::vector<Parent> parents_;
  std::vector<Operand> stack_;
  std::vector<Patch> patches_;
  std::vector<uint32_t> list_texts_;  // indices into the texts, which still move
  bool joined_ = false;  // the node just emitted has joined its chain already
};

// What can be said only of the whole program.
void Compiler::Finish() {
  for (const uint32_t text : list_texts_) program_.list_texts.push_back(program_.texts[text]);
  const Node& root = tree_.root();
  if (program_.code.size() == 2 && IsComparison(root.op)) {
    // Flipped where the constant stands on the left, so the comparison is taken from the instruction.
    for (const Op op : {Op::kEqual, Op::kNotEqual, Op::kLess, Op::kLessEqual, Op::kGreater, Op::kGreaterEqual}) {
      const Opcode only = program_.code.front().op;
      const bool ints = only == CompareOpcode(opcode::kCompareInt, op, Form::kVC);
      if (!ints && only != CompareOpcode(opcode::kCompareDouble, op, Form::kVC)) continue;
      program_.shape = ints ? Program::Shape::kIntThreshold : Program::Shape::kDoubleThreshold;
      program_.comparison = op;
    }
  }
  for (const Instruction& instruction : program_.code) {
    program_.makes_text |= instruction.op == opcode::kConcatenate ||
                           (instruction.op >= opcode::kTextFromBool && instruction.op <= opcode::kTextFromDuration);
  }
}

void Compiler::ToRegister(Operand* operand) {
  const uint32_t target = operand->place;
  if (operand->IsVariable()) {
    const Opcode load = operand->kind == Kind::kDouble   ? opcode::kLoadDouble
                        : operand->kind == Kind::kString ? opcode::kLoadText
                                                         : opcode::kLoadInt;
    Emit(load, target, ReadVariable(operand->index));
  } else if (operand->IsConstant() && operand->kind == Kind::kString) {
    Emit(opcode::kConstantText, target, AddText(operand->index));
  } else if (operand->IsConstant()) {
    Instruction& instruction = Emit(opcode::kConstant, target);
    if (operand->kind == Kind::kDouble) {
      instruction.number = operand->number;
    } else {
      instruction.integer = operand->integer;
    }
  }
  operand->where = Operand::Where::kRegister;
}

void Compiler::EmitNode(uint32_t i) {
  const Node& node = tree_.nodes[i];
  switch (node.op) {
    case Op::kLiteral:
    case Op::kVariable:
    case Op::kNow: return EmitLeaf(node);
    case Op::kHas: {
      const Operand asked = Pop();
      Emit(opcode::kHas, Push(Kind::kBool).place, ReadVariable(asked.index));
      return;
    }
    case Op::kNot:
    case Op::kNegate: {
      Operand operand = Pop();
      ToRegister(&operand);
      const Opcode opcode = node.op == Op::kNot             ? opcode::kNot
                            : node.type == Kind::kDouble ? opcode::kNegateDouble
                                                            : opcode::kNegateInt;
      Emit(opcode, Push(node.type.kind).place, operand.place);
      return;
    }
    case Op::kAnd:
    case Op::kOr:
    case Op::kConditional: return PatchEndOf(i);  // emitted after each child; the result is on the stack
    case Op::kList: return;                       // its items stay on the stack for kIn
    case Op::kIn: return EmitIn(node);
    case Op::kFunction: return EmitFunction(node);
    default: break;
  }
  if (IsComparison(node.op)) return EmitComparison(i);
  if (IsArithmetic(node.op)) return EmitArithmetic(node);
}

void Compiler::EmitLeaf(const Node& node) {
  Operand& operand = Push(node.type.kind);
  if (node.op == Op::kNow) {
    Emit(opcode::kLoadNow, operand.place);
    return;
  }
  if (node.op == Op::kVariable) {
    operand.where = Operand::Where::kVariable;
    operand.index = node.slot;
    return;
  }
  operand.where = Operand::Where::kConstant;
  if (node.type == Kind::kString) {
    operand.index = node.text;
  } else if (node.type == Kind::kDouble) {
    operand.number = node.number;
  } else {
    operand.integer = node.integer;
  }
}

// Where the comparison `i` puts its result when it joins the chain that it is a term of. The first term starts the chain.
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
    opcode = static_cast<Opcode>(opcode::kAddInt + static_cast<uint16_t>(node.op) -
                                 static_cast<uint16_t>(Op::kAdd));
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
    case Function::kDays: return EmitSpan(first, 1440 * kMinute);
    case Function::kHours: return EmitSpan(first, 60 * kMinute);
    case Function::kMinutes: return EmitSpan(first, kMinute);
    default: break;
  }
  if (from == node.type.kind) {  // a conversion to what it is already
    stack_.push_back(first);
    return;
  }
  ToRegister(&first);
  Opcode opcode = opcode::kMove;
  switch (node.function) {
    case Function::kSize: opcode = opcode::kSize; break;
    case Function::kStartsWith: opcode = opcode::kStartsWith; break;
    case Function::kEndsWith: opcode = opcode::kEndsWith; break;
    case Function::kContains: opcode = opcode::kContains; break;
    case Function::kInt:
      opcode = from == Kind::kDouble   ? opcode::kIntFromDouble
               : from == Kind::kString ? opcode::kIntFromText
                                       : opcode::kIntFromTime;
      break;
    case Function::kDouble: opcode = from == Kind::kInt ? opcode::kIntToDouble : opcode::kDoubleFromText; break;
    case Function::kString:
      opcode = from == Kind::kBool        ? opcode::kTextFromBool
               : from == Kind::kInt       ? opcode::kTextFromInt
               : from == Kind::kDouble    ? opcode::kTextFromDouble
               : from == Kind::kTimestamp ? opcode::kTextFromTime
                                          : opcode::kTextFromDuration;
      break;
    case Function::kTimestamp: opcode = from == Kind::kInt ? opcode::kTimeFromInt : opcode::kTimeFromText; break;
    case Function::kDuration: opcode = opcode::kDurationFromText; break;
    default: break;
  }
  Emit(opcode, Push(node.type.kind).place, first.place, second.place);
}

// What an operator with jumps needs between its operands.
void Compiler::AfterChild(uint32_t i) {
  const auto [parent, ordinal] = parents_[i];
  const Op op = tree_.nodes[parent].op;
  if (op == Op::kConditional) {
    Operand& value = stack_.back();
    ToRegister(&value);
    if (ordinal == 0) {
      Emit(opcode::kBranch, value.place, value.place);
      patches_.push_back({parent, Here() - 1, false});
      patches_.push_back({parent, Here() - 1, true});
    } else if (ordinal == 1) {
      Emit(opcode::kJump, 0);
      program_.code[patches_.back().instruction].right = Here();
      patches_.pop_back();
      JumpToEndOf(parent);
    }
    if (ordinal < 2) stack_.pop_back();
    return;
  }
  if (!IsChain(parent) || joined_) return;
  Operand& term = stack_.back();
  ToRegister(&term);
  const uint32_t chain = ordinal == 0 ? term.place : term.place - 1;
  Emit(op == Op::kAnd ? opcode::kAnd : opcode::kOr, chain, term.place, ChainMask(ordinal == 0));
  JumpToEndOf(parent);
  if (ordinal > 0) stack_.pop_back();
}

}  // namespace

Program CompileTree(const Tree& tree, bool strict) { return Compiler(tree, strict).Run(); }

}  // namespace tocsin
