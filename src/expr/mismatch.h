// The sentences for operands that do not go together. The checker decides that they do not; this says so, with a
// correction where one can be guessed.
#ifndef TOCSIN_EXPR_MISMATCH_H_
#define TOCSIN_EXPR_MISMATCH_H_

#include <string_view>

#include "expr/ast.h"
#include "expr/mistake.h"

namespace tocsin {

// What the messages need of an expression.
struct Operands {
  std::string_view source;
  const Tree& tree;
  const Node& parent;
  const Node& left;
  const Node& right;
  bool strict;
};

Mistake MismatchInComparison(const Operands& operands);
Mistake MismatchInArithmetic(const Operands& operands);
// Of a list's item with the value that is looked for in it.
Mistake MismatchInList(const Operands& operands);

// The source of a node as it is shown in messages: 'refunds_24h', or "this" where it is long.
std::string Show(std::string_view source, const Node& node);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_MISMATCH_H_
