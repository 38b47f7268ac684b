// The checker's state, shared by check.cc (the pass over the nodes, and operators), check_lists.cc (lists and the
// macros over them) and check_calls.cc (functions).
#ifndef TOCSIN_EXPR_CHECKER_H_
#define TOCSIN_EXPR_CHECKER_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expr/ast.h"
#include "expr/functions.h"
#include "expr/mismatch.h"
#include "expr/mistake.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

inline bool Is(const Node& node, Kind kind) { return node.type.kind() == kind; }
inline bool IsNumber(const Node& node) { return Is(node, Kind::kInt) || Is(node, Kind::kDouble); }
inline bool IsIntLiteral(const Node& node) { return node.op == Op::kLiteral && Is(node, Kind::kInt); }

inline void MakeDouble(Node* literal) {
  literal->number = static_cast<double>(literal->integer);
  literal->type = Kind::kDouble;
}

class Checker {
 public:
  Checker(std::string_view source, const Environment& environment, Tree* tree, Mistakes* mistakes, bool any_type)
      : source_(source), environment_(environment), tree_(*tree), mistakes_(*mistakes), any_type_(any_type) {}

  void Run(Type expected);

 private:
  void Wrong(const Node& node, std::string message, std::string hint = {}) {
    mistakes_.push_back({node.offset, node.length, std::move(message), std::move(hint)});
  }
  std::string_view TextOf(const Node& node) const { return source_.substr(node.offset, node.length); }
  Operands OperandsOf(const Node& parent, const Node& left, const Node& right) const {
    return {source_, tree_, parent, left, right, environment_.strict()};
  }
  bool KnowsChildren(const Node& node) const {
    for (const uint32_t child : tree_.ChildrenOf(node)) {
      if (tree_.nodes[child].type == Kind::kNone) return false;
    }
    return true;
  }
  // Tocsin's first addition: an int literal next to a double is a double.
  void MixLiterals(Node* a, Node* b) {
    if (environment_.strict()) return;
    MakeLike(a, b->type);
    MakeLike(b, a->type);
  }
  void MakeLike(Node* node, ExprType type);

  void FindPlaces();
  void CheckNode(uint32_t i);
  void CheckHas(Node* node);
  void CheckItem(uint32_t i);
  void CheckMacro(Node* node);
  void CheckList(uint32_t i);
  void CheckIndex(Node* node);
  void CheckLogic(Node* node);
  bool CheckAlternative(const Node& before, const Node& node);
  void CheckNot(Node* node);
  void CheckNegate(Node* node);
  void CheckConditional(Node* node);
  void CheckComparison(Node* node);
  bool CanBeCompared(const Node& node, ExprType left, ExprType right) const;
  void CheckIn(Node* node);
  void CheckInComputed(const Node& left, const Node& right);
  void CheckArithmetic(Node* node);
  void CheckFunction(Node* node);
  void CheckVariadic(Node* node);
  void CheckHost(Node* node);
  void RefuseArgument(const Node& node, size_t ordinal, std::span<const Overload> overloads);
  bool CheckConstantArgument(const Node& node, size_t ordinal);
  bool CheckPattern(const Node& argument);
  void CheckRoot(Type expected);
  bool WantBool(const Node& node, std::string_view who);

  std::string_view source_;
  const Environment& environment_;
  Tree& tree_;
  Mistakes& mistakes_;
  const bool any_type_;
  std::vector<bool> list_places_;  // nodes that stand after `in`
  std::vector<uint32_t> sources_;  // of a kItem: what its macro goes over
  std::vector<bool> bound_;        // or binds it to
};

}  // namespace tocsin

#endif  // TOCSIN_EXPR_CHECKER_H_
