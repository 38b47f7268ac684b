#include "expr/foreign_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "expr/syntax_error.h"

namespace tocsin {
namespace {

struct ForeignOperator {
  std::string_view word;
  TokenKind kind;
  std::string_view meant;
};
constexpr std::array<ForeignOperator, 6> kForeign = {{{"and", TokenKind::kAnd, "&&"},
                                                      {"or", TokenKind::kOr, "||"},
                                                      {"is", TokenKind::kEqual, "=="},
                                                      {"equals", TokenKind::kEqual, "=="},
                                                      {"eq", TokenKind::kEqual, "=="},
                                                      {"mod", TokenKind::kPercent, "%"}}};

// The name that ends before tokens[at], with its dots.
std::string_view NameBefore(std::string_view source, const std::vector<Token>& tokens, size_t at) {
  size_t first = at;
  while (first > 0 && tokens[first - 1].kind == TokenKind::kName) {
    --first;
    if (first < 2 || tokens[first - 1].kind != TokenKind::kDot) break;
    --first;
  }
  if (first == at) return "x";
  return source.substr(tokens[first].offset, tokens[at - 1].end() - tokens[first].offset);
}

// `is null` and `is not null`: what follows `is` is taken for `==` and something.
bool AsksForNothing(std::string_view source, size_t at, std::vector<Token>* tokens, Mistakes* mistakes) {
  const auto word_at = [&](size_t i) {
    const Token& token = (*tokens)[std::min(i, tokens->size() - 1)];
    return token.kind == TokenKind::kName ? TextOf(source, token) : std::string_view();
  };
  const bool negated = Lower(word_at(at + 1)) == "not";
  const size_t last = at + (negated ? 2 : 1);
  if (!IsNothing(word_at(last))) return false;
  const Token is = (*tokens)[at];
  mistakes->push_back({is.offset, (*tokens)[last].end() - is.offset,
                       fmt::format("'{}' is not an operator", TextOf(source, is)),
                       fmt::format("write {}has({})", negated ? "" : "!", NameBefore(source, *tokens, at))});
  (*tokens)[last].kind = TokenKind::kBroken;
  if (negated) tokens->erase(tokens->begin() + static_cast<std::ptrdiff_t>(at) + 1);
  (*tokens)[at].kind = TokenKind::kEqual;
  return true;
}

}  // namespace

bool TakeForeignOperator(std::string_view source, size_t at, std::vector<Token>* tokens, Mistakes* mistakes) {
  Token& token = (*tokens)[at];
  const std::string word = Lower(TextOf(source, token));
  const auto foreign =
      std::find_if(kForeign.begin(), kForeign.end(), [&](const ForeignOperator& known) { return known.word == word; });
  if (foreign == kForeign.end()) return false;
  if (word == "is" && AsksForNothing(source, at, tokens, mistakes)) return true;
  token.kind = foreign->kind;
  mistakes->push_back({token.offset, token.length, fmt::format("'{}' is not an operator", TextOf(source, token)),
                       fmt::format("did you mean '{}'?", foreign->meant)});
  return true;
}

}  // namespace tocsin
