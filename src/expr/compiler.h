// The compiler's state, shared by compile.cc (the walk and its jumps) and compile_operators.cc (what operators become).
#ifndef TOCSIN_EXPR_COMPILER_H_
#define TOCSIN_EXPR_COMPILER_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "expr/ast.h"
#include "expr/compile.h"
#include "expr/program.h"

namespace tocsin {

struct Operand {
  enum class Where : uint8_t { kRegister, kVariable, kConstant };
  Where where = Where::kRegister;
  Kind kind = Kind::kNone;
  uint32_t place = 0;  // on the stack, and so its register
  uint32_t index = 0;  // slot of a variable, text of a constant, place in constant_lists_
  union {
    int64_t integer = 0;
    double number;
  };

  bool InRegister() const { return where == Where::kRegister; }
  bool IsVariable() const { return where == Where::kVariable; }
  bool IsConstant() const { return where == Where::kConstant; }
};

class Compiler {
 public:
  Compiler(const Tree& tree, const CompileContext& context) : tree_(tree) {
    program_.type = tree.root().type;
    program_.not_finite = context.strict ? kHasValue : kNoDataBit;
    program_.days_and_weeks = !context.strict;
    program_.max_steps = context.max_steps;
    program_.functions = context.functions;
    program_.regex = context.regex;
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
  // A macro whose body is being emitted.
  struct Loop {
    uint32_t node;
    uint32_t next;                // the kNextItem
    std::vector<uint32_t> exits;  // instructions that jump to its end
  };
  // Text of a constant list, to be set when the texts do not move any more.
  struct ListText {
    uint32_t list;
    uint32_t item;
    uint32_t text;
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

  Operand& Push(ExprType type) { return Push(type.kind()); }
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
  void FindShape();
  void ToRegister(Operand* operand);
  void EmitNode(uint32_t i);
  void EmitLeaf(const Node& node);
  void EmitComparison(uint32_t i);
  void EmitNumberComparison(uint32_t i, Op op, Operand left, Operand right);
  void EmitTextComparison(uint32_t i, Op op, Operand left, Operand right);
  uint32_t ChainTarget(uint32_t i, bool* first);
  void EmitAnyEquality(const Node& node);
  void EmitIn(const Node& node);
  void EmitConstantList(const Operand& value, const std::vector<Operand>& items);
  void EmitList(const Node& node);
  uint32_t AddList(uint32_t constant_list);
  void EmitItem(const Node& node);
  void EmitMacro(const Node& node);
  void AfterMacroChild(uint32_t parent, uint32_t ordinal);
  void EmitArithmetic(const Node& node);
  void EmitDoubleArithmetic(Op op, Operand left, Operand right);
  void EmitFunction(const Node& node);
  void EmitCall(const Node& node);
  bool EmitGetter(const Node& node);
  void EmitMatches(const Node& node);
  void EmitSpan(Operand count, int64_t unit);
  void AfterChild(uint32_t i);

  const Tree& tree_;
  Program program_;
  std::vector<Parent> parents_;
  std::vector<Operand> stack_;
  std::vector<Patch> patches_;
  std::vector<Loop> loops_;
  std::vector<Operand> bindings_;  // of the macros around, by level: where their variables are
  std::vector<std::vector<Operand>> constant_lists_;
  std::vector<uint32_t> list_places_;  // of those in the program, as far as they have one
  std::vector<ListText> texts_of_lists_;
  std::vector<uint32_t> list_texts_;  // indices into the texts, which still move
  bool joined_ = false;               // the node just emitted has joined its chain already
};

}  // namespace tocsin

#endif  // TOCSIN_EXPR_COMPILER_H_
