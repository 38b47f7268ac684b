// The first stage: text -> tokens. Its only entry point is Lex.
#ifndef TOCSIN_EXPR_LEX_H_
#define TOCSIN_EXPR_LEX_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "expr/mistake.h"

namespace tocsin {

enum class TokenKind : uint8_t {
  kEnd,
  kBroken,  // a value that is wrong and was reported: it stands for any value, so that the rest can be checked
  kInt,
  kDouble,
  kString,
  kName,  // an identifier, and also true, false, null and reserved words
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kLeftBrace,
  kRightBrace,
  kDot,
  kComma,
  kColon,
  kQuestion,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kNot,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  uint32_t offset = 0;
  uint32_t length = 0;
  union {
    uint64_t integer = 0;  // of kInt: up to 2^63, which only a minus before it makes valid
    double number;         // of kDouble
    uint32_t text;         // of kString: an index of Tokens::texts
  };

  uint32_t end() const { return offset + length; }
};

inline std::string_view TextOf(std::string_view source, const Token& token) {
  return source.substr(token.offset, token.length);
}

struct Tokens {
  std::vector<Token> list;         // the last one is kEnd
  std::vector<std::string> texts;  // of string literals, decoded
};

// Adds a mistake for everything that is no token of CEL; where it can be guessed what was meant (`=`, `<>`, `30d`), the
// token that was meant takes its place. False when nothing sensible can follow (a quote that is never closed).
// REQUIRES: source.size() < 2^16.
bool Lex(std::string_view source, Tokens* tokens, Mistakes* mistakes);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_LEX_H_
