// The last stage before running: checked tree -> program. Its only entry point is CompileTree.
#ifndef TOCSIN_EXPR_COMPILE_H_
#define TOCSIN_EXPR_COMPILE_H_

#include "expr/ast.h"
#include "expr/program.h"

namespace tocsin {

// REQUIRES: Check said that the tree is right.
Program CompileTree(const Tree& tree, bool strict);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_COMPILE_H_
