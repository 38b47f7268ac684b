// What an Expression holds, for the stages that ask it about itself (condition.h).
#ifndef TOCSIN_EXPR_CHECKED_H_
#define TOCSIN_EXPR_CHECKED_H_

#include <cstdint>
#include <vector>

#include "expr/ast.h"
#include "expr/compile.h"
#include "expr/program.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

struct Expression::Checked {
  Program program;
  Tree tree;                      // as it was written
  Tree folded;                    // with constants computed
  std::vector<uint32_t> slots;    // ascending
  std::vector<uint32_t> elapsed;  // those of them that grow with time, ascending
  bool reads_now = false;
  CompileContext context;

  // The last stages, from a checked tree on. `elapsed` may name more slots than the tree reads.
  static Expression Finish(Tree tree, CompileContext context, std::vector<uint32_t> elapsed);
};

// The subtree at `root` of the expression's tree, as an expression over the same variables.
Expression Part(const Expression& whole, uint32_t root);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_CHECKED_H_
