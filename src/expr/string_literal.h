// String literals of CEL: quotes, escapes, raw and triple-quoted forms. A part of the lexer.
#ifndef TOCSIN_EXPR_STRING_LITERAL_H_
#define TOCSIN_EXPR_STRING_LITERAL_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "expr/mistake.h"

namespace tocsin {

// True when a string literal, with or without a prefix (r, b, rb, br in any case), starts at `offset`.
bool StartsString(std::string_view source, size_t offset);

struct StringLiteral {
  size_t end = 0;       // the byte after its last quote
  bool closed = false;  // false: the rest of the line was taken
  std::string text;     // decoded; empty when there was a mistake
  bool broken = false;
};

// Reads the literal at `offset`. REQUIRES: StartsString(source, offset).
StringLiteral ReadString(std::string_view source, size_t offset, Mistakes* mistakes);

// The literal that reads back as `text`: "say \"hi\"".
std::string QuoteString(std::string_view text);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_STRING_LITERAL_H_
