// The first half of checking: what every name and call refers to. Its only entry point is Resolve.
#ifndef TOCSIN_EXPR_RESOLVE_H_
#define TOCSIN_EXPR_RESOLVE_H_

#include <string_view>

#include "expr/ast.h"
#include "expr/mistake.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

// Turns every kName into a kVariable or kNow and every kCall into a kFunction or kHas; what cannot be becomes kBroken
// and is reported. Numbers and types of arguments are CheckTypes' affair.
void Resolve(std::string_view source, const Environment& environment, Tree* tree, Mistakes* mistakes);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_RESOLVE_H_
