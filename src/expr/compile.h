// The last stage before running: checked tree -> program. Its only entry point is CompileTree.
#ifndef TOCSIN_EXPR_COMPILE_H_
#define TOCSIN_EXPR_COMPILE_H_

#include <memory>

#include "expr/ast.h"
#include "expr/program.h"

namespace tocsin {

// REQUIRES: Check said that the tree is right.
// What a program needs besides its tree.
struct CompileContext {
  bool strict = false;
  uint64_t max_steps = 100'000;
  std::shared_ptr<const HostFunctions> functions{};
  std::shared_ptr<const RegexEngine> regex{};
};

// REQUIRES: a tree that Fold made, or one without a macro over a list that is always empty.
Program CompileTree(const Tree& tree, const CompileContext& context);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_COMPILE_H_
