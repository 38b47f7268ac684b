// One walk over the nodes in their order, with a stack of operands. A variable or constant on the stack costs no
// instruction until something needs it in a register, so that an instruction that can read it directly does. An operand
// in a register is always in the register of its own place on the stack.
#include "expr/compile.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "expr/compiler.h"
#include "expr/evaluate.h"

namespace tocsin {

// What can be said only of the whole program.
void Compiler::Finish() {
  for (const uint32_t text : list_texts_) program_.list_texts.push_back(program_.texts[text]);
  for (const ListText& place : texts_of_lists_) {
    Register& item = program_.lists[place.list][place.item];
    item.text = program_.texts[place.text].data();
    item.size = static_cast<uint32_t>(program_.texts[place.text].size());
  }
  FindShape();
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
  program_.tests = TestsOf(program_);
  for (const Instruction& instruction : program_.code) {
    const Opcode op = instruction.op;
    program_.uses_arena |= (op >= opcode::kInList && op <= opcode::kContains) ||
                           (op >= opcode::kTextFromBool && op <= opcode::kTextFromDuration);
  }
}

// Those of the orders that are strict, or not.
std::vector<TwoOrders> InTwos(const std::vector<CompiledThreshold>& thresholds, bool strict) {
  std::vector<OrderOfDoubles> chosen;
  for (const CompiledThreshold& threshold : thresholds) {
    if (threshold.strict() == strict) chosen.push_back(*threshold.AsOrder());
  }
  std::vector<TwoOrders> twos;
  for (size_t i = 0; i < chosen.size(); i += 2)
    twos.emplace_back(chosen[i], chosen[std::min(i + 1, chosen.size() - 1)]);
  return twos;
}

// What `tests` have a way of their own for: thresholds joined by && or ||, a text among a few.
void Compiler::FindShape() {
  const Node& root = tree_.root();
  const auto children = tree_.ChildrenOf(root);
  if (root.op == Op::kAnd || root.op == Op::kOr) {
    std::vector<CompiledThreshold> thresholds;
    for (const uint32_t child : children) {
      const std::optional<Threshold> threshold = ThresholdOf(tree_, tree_.nodes[child]);
      if (!threshold) return;
      thresholds.emplace_back(*threshold);
    }
    const bool orders = std::all_of(thresholds.begin(), thresholds.end(),
                                    [](const CompiledThreshold& one) { return one.AsOrder().has_value(); });
    if (orders) {
      program_.strict_orders = InTwos(thresholds, /*strict=*/true);
      program_.orders = InTwos(thresholds, /*strict=*/false);
    }
    program_.thresholds = std::move(thresholds);
    if (root.op == Op::kAnd) {
      program_.shape = orders ? Program::Shape::kAllOrders : Program::Shape::kAllHold;
    } else {
      program_.shape = orders ? Program::Shape::kAnyOrders : Program::Shape::kAnyHolds;
    }
  } else if (root.op == Op::kIn) {
    const Node& variable = tree_.nodes[children[0]];
    const Node& list = tree_.nodes[children[1]];
    if (variable.op != Op::kVariable || variable.type != Kind::kString || list.op != Op::kList) return;
    std::vector<std::string_view> texts;
    for (const uint32_t child : tree_.ChildrenOf(list)) {
      const Node& item = tree_.nodes[child];
      if (item.op != Op::kLiteral || item.type != Kind::kString) return;
      texts.push_back(tree_.texts[item.text]);
    }
    program_.text_set = TextSet::Make(texts);
    if (!program_.text_set) return;
    program_.slot = variable.slot;
    program_.shape = Program::Shape::kTextIn;
  }
}

void Compiler::ToRegister(Operand* operand) {
  const uint32_t target = operand->place;
  if (operand->IsVariable()) {
    const Opcode load = operand->kind == Kind::kDouble ? opcode::kLoadDouble
                        : IsText(operand->kind)        ? opcode::kLoadText
                                                       : opcode::kLoadInt;
    Emit(load, target, ReadVariable(operand->index));
  } else if (operand->IsConstant() && IsText(operand->kind)) {
    Emit(opcode::kConstantText, target, AddText(operand->index));
  } else if (operand->IsConstant() && operand->kind == kListKind) {
    Emit(opcode::kConstantList, target, AddList(operand->index));
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
    case Op::kNow:
      return EmitLeaf(node);
    case Op::kHas: {
      const Operand asked = Pop();
      Emit(opcode::kHas, Push(Kind::kBool).place, ReadVariable(asked.index));
      return;
    }
    case Op::kNot:
    case Op::kNegate: {
      Operand operand = Pop();
      ToRegister(&operand);
      const Opcode opcode = node.op == Op::kNot          ? opcode::kNot
                            : node.type == Kind::kDouble ? opcode::kNegateDouble
                                                         : opcode::kNegateInt;
      Emit(opcode, Push(node.type).place, operand.place);
      return;
    }
    case Op::kAnd:
    case Op::kOr:
    case Op::kConditional:
      return PatchEndOf(i);  // emitted after each child; the result is on the stack
    case Op::kList:
      return EmitList(node);
    case Op::kIn:
      return EmitIn(node);
    case Op::kIndex: {
      Operand index = Pop();
      Operand list = Pop();
      ToRegister(&list);
      ToRegister(&index);
      Emit(opcode::kIndex, Push(node.type).place, list.place, index.place);
      return;
    }
    case Op::kMacro:
      return EmitMacro(node);
    case Op::kItem:
      return EmitItem(node);
    case Op::kBinder:
    case Op::kDyn:  // its child is on the stack
      return;
    case Op::kFunction:
      return EmitFunction(node);
    default:
      break;
  }
  if (IsComparison(node.op)) return EmitComparison(i);
  if (IsArithmetic(node.op)) return EmitArithmetic(node);
}

void Compiler::EmitLeaf(const Node& node) {
  Operand& operand = Push(node.type);
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
  if (IsText(operand.kind)) {
    operand.index = node.text;
  } else if (node.type == Kind::kDouble) {
    operand.number = node.number;
  } else {
    operand.integer = node.integer;
  }
}

// What an operator with jumps needs between its operands.
void Compiler::AfterChild(uint32_t i) {
  const auto [parent, ordinal] = parents_[i];
  const Op op = tree_.nodes[parent].op;
  if (op == Op::kMacro) return AfterMacroChild(parent, ordinal);
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

Program CompileTree(const Tree& tree, const CompileContext& context) { return Compiler(tree, context).Run(); }

}  // namespace tocsin
