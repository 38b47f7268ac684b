// The sentences for what the parser cannot go on with, and what may have been meant.
#ifndef TOCSIN_EXPR_SYNTAX_ERROR_H_
#define TOCSIN_EXPR_SYNTAX_ERROR_H_

#include <cstddef>
#include <span>
#include <string_view>

#include "expr/lex.h"
#include "expr/mistake.h"

namespace tocsin {

// At tokens[at] a value should begin, and does not.
Mistake MissingValue(std::string_view source, std::span<const Token> tokens, size_t at);

// At tokens[at] an operator or the end should stand, and does not. REQUIRES: at > 0.
Mistake MissingOperator(std::string_view source, std::span<const Token> tokens, size_t at);

// ASCII letters only.
std::string Lower(std::string_view text);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_SYNTAX_ERROR_H_
