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

// For a '{' at tokens[at], where a value should begin: `{x}`.
std::string HintForBrace(std::string_view source, std::span<const Token> tokens, size_t at);

// A word with which some language says that there is no value: "null", "nil", "none".
bool IsNothing(std::string_view word);

// ASCII letters only.
std::string Lower(std::string_view text);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_SYNTAX_ERROR_H_
