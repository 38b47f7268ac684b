// The stable text of a checked tree: as few parentheses as are needed, doubles with a point, strings in double quotes.
#ifndef TOCSIN_EXPR_PRINT_H_
#define TOCSIN_EXPR_PRINT_H_

#include <string>

#include "expr/ast.h"

namespace tocsin {

std::string Print(const Tree& tree);

// The same with constants as people write them, for what people read: 500, 60d, 2024-01-31T09:00:00Z.
std::string PrintPlain(const Tree& tree);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_PRINT_H_
