#include "expr/aggregate_call.h"

#include <fmt/format.h>

#include "expr/lex.h"

namespace tocsin {
namespace {

constexpr std::string_view kForm = "write an aggregate as in count, sum(amount) or quantile(0.95, amount)";
constexpr size_t kLongest = 65535;  // what the lexer takes

class Splitter {
 public:
  Splitter(std::string_view source, const std::vector<Token>& tokens, Mistakes* mistakes)
      : source_(source), tokens_(tokens), mistakes_(*mistakes) {}

  std::optional<AggregateCall> Run() {
    const Token& name = tokens_[0];
    if (name.kind == TokenKind::kEnd) return Wrong(name, "the aggregate is missing", std::string(kForm));
    if (name.kind != TokenKind::kName) {
      return Wrong(name, fmt::format("an aggregate begins with its name, not with '{}'", TextOf(name)),
                   std::string(kForm));
    }
    AggregateCall call;
    call.name = TextOf(name);
    call.place = {name.offset, name.length};
    at_ = 1;
    if (Now().kind == TokenKind::kEnd) return call;
    if (Now().kind != TokenKind::kLeftParen) {
      return Wrong(Now(), fmt::format("'{}' cannot follow the aggregate's name", TextOf(Now())), std::string(kForm));
    }
    call.called = true;
    if (!ReadArguments(&call)) return std::nullopt;
    if (Now().kind != TokenKind::kEnd) {
      const Token& last = tokens_[tokens_.size() - 2];
      mistakes_.push_back({Now().offset, last.end() - Now().offset, "nothing can follow the aggregate",
                           "arithmetic stands inside the parentheses, or in a metric of its own with value:"});
      return std::nullopt;
    }
    return call;
  }

 private:
  const Token& Now() const { return tokens_[at_]; }
  std::string_view TextOf(const Token& token) const { return source_.substr(token.offset, token.length); }
  std::nullopt_t Wrong(const Token& token, std::string message, std::string hint = {}) {
    mistakes_.push_back({token.offset, token.length, std::move(message), std::move(hint)});
    return std::nullopt;
  }

  // From '(' to behind ')'. Commas inside other brackets belong to the argument.
  bool ReadArguments(AggregateCall* call) {
    const Token& open = Now();
    size_t first = ++at_;
    size_t depth = 0;
    for (; Now().kind != TokenKind::kEnd; ++at_) {
      switch (Now().kind) {
        case TokenKind::kLeftParen:
        case TokenKind::kLeftBracket:
        case TokenKind::kLeftBrace:
          ++depth;
          continue;
        case TokenKind::kRightBracket:
        case TokenKind::kRightBrace:
          depth -= depth > 0 ? 1 : 0;
          continue;
        case TokenKind::kComma:
          if (depth > 0) continue;
          if (!AddArgument(first, call)) return false;
          first = at_ + 1;
          continue;
        case TokenKind::kRightParen:
          if (depth > 0) {
            --depth;
            continue;
          }
          if ((at_ > first || !call->arguments.empty()) && !AddArgument(first, call)) return false;
          ++at_;
          return true;
        default:
          continue;
      }
    }
    Wrong(open, "'(' is never closed", "add ')'");
    return false;
  }

  // The tokens [first, at_).
  bool AddArgument(size_t first, AggregateCall* call) {
    if (first == at_) {
      Wrong(Now(), fmt::format("an argument is missing before '{}'", TextOf(Now())));
      return false;
    }
    call->arguments.push_back({tokens_[first].offset, tokens_[at_ - 1].end() - tokens_[first].offset});
    return true;
  }

  std::string_view source_;
  const std::vector<Token>& tokens_;
  Mistakes& mistakes_;
  size_t at_ = 0;
};

}  // namespace

std::optional<AggregateCall> ParseAggregateCall(const SourceText& source, std::string_view description,
                                                std::vector<Diagnostic>* diagnostics) {
  const std::string_view text = source.text();
  if (text.size() > kLongest) {
    diagnostics->push_back(source.Error(0, 1, "the aggregate is too long", "", description));
    return std::nullopt;
  }
  Tokens tokens;
  Mistakes mistakes;
  std::optional<AggregateCall> call;
  if (Lex(text, &tokens, &mistakes)) {
    // What is wrong inside an argument is said when the argument is compiled.
    mistakes.clear();
    call = Splitter(text, tokens.list, &mistakes).Run();
  }
  for (Mistake& mistake : mistakes) {
    diagnostics->push_back(
        source.Error(mistake.offset, mistake.length, std::move(mistake.message), std::move(mistake.hint), description));
  }
  return call;
}

}  // namespace tocsin
