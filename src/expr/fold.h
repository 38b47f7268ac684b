// Computes what is constant: `2 * 60`, `days(7)`, `timestamp("...")`. Its only entry point is Fold.
#ifndef TOCSIN_EXPR_FOLD_H_
#define TOCSIN_EXPR_FOLD_H_

#include "expr/ast.h"
#include "expr/compile.h"

namespace tocsin {

// The same tree with every largest constant part that has a value replaced by a literal. A part that faults stays, to
// fault when it is reached. REQUIRES: Check said that the tree is right.
Tree Fold(const Tree& tree, const CompileContext& context);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_FOLD_H_
