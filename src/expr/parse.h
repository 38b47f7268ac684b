// The second stage: tokens -> tree. Its only entry point is Parse.
#ifndef TOCSIN_EXPR_PARSE_H_
#define TOCSIN_EXPR_PARSE_H_

#include <string_view>

#include "expr/ast.h"
#include "expr/lex.h"
#include "expr/mistake.h"

namespace tocsin {

// Builds the tree of the whole text. Words of other languages (`and`, `not`, `is`) are reported and read as what they
// mean, so that the rest is still checked. False, with a mistake added, at the first thing that cannot be read; the
// tree is then unusable. `max_depth` bounds parentheses, arguments and conditionals inside one another. Takes the
// tokens' texts.
bool Parse(std::string_view source, Tokens tokens, int max_depth, Tree* tree, Mistakes* mistakes);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_PARSE_H_
