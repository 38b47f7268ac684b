// How long one evaluation may take at the most, as far as it can be known before.
#ifndef TOCSIN_EXPR_COST_H_
#define TOCSIN_EXPR_COST_H_

#include <cstdint>

#include "expr/ast.h"

namespace tocsin {

// The steps (an item that a macro goes over is one) of the dearest way through the expression. Lists are as long as
// they are written; how many pieces a text is split into is not known, and taken for one. 2^62 for what is more than
// that. `dearest`: the macro that takes the most of them, where there is one.
uint64_t EstimateSteps(const Tree& tree, uint32_t* dearest);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_COST_H_
