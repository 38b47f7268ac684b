// The stable text of a checked tree: as few parentheses as are needed, doubles with a point, strings in double quotes.
#ifndef TOCSIN_EXPR_PRINT_H_
#define TOCSIN_EXPR_PRINT_H_

#include <string>

#include "expr/ast.h"

namespace tocsin {

std::string Print(const Tree& tree);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_PRINT_H_
