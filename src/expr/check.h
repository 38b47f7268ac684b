// The third stage: what every name and operator means, and of which type. Its only entry point is Check.
#ifndef TOCSIN_EXPR_CHECK_H_
#define TOCSIN_EXPR_CHECK_H_

#include <string_view>

#include "expr/ast.h"
#include "expr/mistake.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

// Resolves names and calls of a parsed tree, decides types, and makes an int literal beside a double a double. Adds
// every mistake; what follows from a mistake is not reported again. True when the tree is ready to be compiled and its
// root has the type `expected` (kNone: any; kDouble: an int root is converted).
// `any_type`: the result may also be a list, null or a type, which no one else has a use for than tests.
bool Check(std::string_view source, const Environment& environment, Type expected, Tree* tree, Mistakes* mistakes,
           bool any_type = false);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_CHECK_H_
