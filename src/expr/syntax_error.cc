#include "expr/syntax_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tocsin {
namespace {

Mistake At(const Token& token, std::string message, std::string hint = {}) {
  return {token.offset, token.length, std::move(message), std::move(hint)};
}

// For a word in the place of an operator; `last` is what stands before it.
std::string HintForWord(const std::string& word, std::string_view last) {
  if (word == "like" || word == "ilike") {
    return "write x.contains(\"...\"), x.startsWith(\"...\") or x.endsWith(\"...\")";
  }
  if (word == "between") return "write x >= low && x <= high";
  if (word == "by") return "a metric has its keys where it is declared: by: [...]";
  if (word == "then" || word == "if") return "write condition ? value : other value";
  if (word == "days" || word == "day") return fmt::format("did you mean days({})?", last);
  if (word == "hours" || word == "hour") return fmt::format("did you mean hours({})?", last);
  if (word == "minutes" || word == "minute") return fmt::format("did you mean minutes({})?", last);
  return {};
}

}  // namespace

std::string HintForBrace(std::string_view source, std::span<const Token> tokens, size_t at) {
  while (tokens[at].kind == TokenKind::kLeftBrace) ++at;
  const bool is_name = tokens[at].kind == TokenKind::kName && tokens[at + 1].kind == TokenKind::kRightBrace;
  return is_name ? fmt::format("a name stands by itself: {}", TextOf(source, tokens[at])) : std::string();
}

bool IsNothing(std::string_view word) {
  const std::string lower = Lower(word);
  return lower == "null" || lower == "nil" || lower == "none" || lower == "undefined";
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

Mistake MissingValue(std::string_view source, std::span<const Token> tokens, size_t at) {
  const Token& token = tokens[at];
  const std::string_view text = TextOf(source, token);
  if (at == 0) return At(token, fmt::format("a value is missing before '{}'", text));
  const Token& last = tokens[at - 1];
  const std::string_view last_text = TextOf(source, last);
  std::string hint;
  if (last.kind == TokenKind::kPercent && at >= 2 && tokens[at - 2].kind == TokenKind::kInt) {
    hint = fmt::format("for a share write a fraction: {}", static_cast<double>(tokens[at - 2].integer) / 100);
  }
  if (token.kind == TokenKind::kStar && last.kind == TokenKind::kStar) hint = "there is no power; multiply";
  if (token.kind == TokenKind::kEnd) {
    return At(last, fmt::format("a value is missing after '{}'", last_text), std::move(hint));
  }
  if (token.kind == TokenKind::kRightParen && last.kind == TokenKind::kLeftParen) {
    return {last.offset, token.end() - last.offset, "there is nothing between '(' and ')'", ""};
  }
  return At(token, fmt::format("a value is missing between '{}' and '{}'", last_text, text), std::move(hint));
}

Mistake MissingOperator(std::string_view source, std::span<const Token> tokens, size_t at) {
  const Token& token = tokens[at];
  const Token& last = tokens[at - 1];
  const Token& next = tokens[std::min(at + 1, tokens.size() - 1)];
  const std::string_view text = TextOf(source, token);
  const std::string word = token.kind == TokenKind::kName ? Lower(text) : std::string();
  std::string hint = HintForWord(word, TextOf(source, last));
  if (word == "for") {
    const std::string_view wait = next.kind == TokenKind::kBroken ? TextOf(source, next) : std::string_view("5m");
    hint = fmt::format("write for: {} in a line of its own, beside the condition", wait);
  }
  if ((word == "not" || token.kind == TokenKind::kNot) && TextOf(source, next) == "in") hint = "write !(x in [...])";
  switch (token.kind) {
    case TokenKind::kRightParen:
    case TokenKind::kRightBracket:
    case TokenKind::kRightBrace:
      return At(token, fmt::format("'{}' closes nothing that was opened", text));
    case TokenKind::kColon:
      return At(token, "':' has no '?' before it", "write condition ? value : other value");
    case TokenKind::kComma:
      if (last.kind == TokenKind::kInt && next.kind == TokenKind::kInt) {
        hint = fmt::format("digits are not grouped: write {}{}", TextOf(source, last), TextOf(source, next));
      }
      if (at >= 2) {
        const size_t before = at >= 3 && tokens[at - 2].kind == TokenKind::kLeftParen ? at - 3 : at - 2;
        if (TextOf(source, tokens[before]) == "in")
          hint = fmt::format("a list stands in brackets: in [{}, {}]", TextOf(source, last), TextOf(source, next));
      }
      return At(token, "',' cannot stand here", std::move(hint));
    default:
      return At(token, fmt::format("an operator is missing before '{}'", text), std::move(hint));
  }
}

}  // namespace tocsin
