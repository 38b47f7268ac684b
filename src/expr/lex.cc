#include "expr/lex.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "expr/string_literal.h"

namespace tocsin {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsNamePart(char c) { return IsNameStart(c) || IsDigit(c); }

struct Symbol {
  std::string_view text;
  TokenKind kind;
};

// Longer ones before their beginnings.
constexpr std::array<Symbol, 23> kSymbols = {{
    {"==", TokenKind::kEqual},        {"!=", TokenKind::kNotEqual},  {"<=", TokenKind::kLessEqual},
    {">=", TokenKind::kGreaterEqual}, {"&&", TokenKind::kAnd},       {"||", TokenKind::kOr},
    {"(", TokenKind::kLeftParen},     {")", TokenKind::kRightParen}, {"[", TokenKind::kLeftBracket},
    {"]", TokenKind::kRightBracket},  {"{", TokenKind::kLeftBrace},  {"}", TokenKind::kRightBrace},
    {".", TokenKind::kDot},           {",", TokenKind::kComma},      {":", TokenKind::kColon},
    {"?", TokenKind::kQuestion},      {"+", TokenKind::kPlus},       {"-", TokenKind::kMinus},
    {"*", TokenKind::kStar},          {"/", TokenKind::kSlash},      {"%", TokenKind::kPercent},
    {"<", TokenKind::kLess},          {">", TokenKind::kGreater},
}};

// What people write from habit, and what it stands for here. Tried before kSymbols.
struct Slip {
  std::string_view text;
  TokenKind kind;
  std::string_view meant;
};
constexpr std::array<Slip, 15> kSlips = {{
    {"===", TokenKind::kEqual, "=="},
    {"!==", TokenKind::kNotEqual, "!="},
    {"<>", TokenKind::kNotEqual, "!="},
    {"=<", TokenKind::kLessEqual, "<="},
    {"=>", TokenKind::kGreaterEqual, ">="},
    {"=!", TokenKind::kNotEqual, "!="},
    {"\u2264", TokenKind::kLessEqual, "<="},
    {"\u2265", TokenKind::kGreaterEqual, ">="},
    {"\u2260", TokenKind::kNotEqual, "!="},
    {"\u00d7", TokenKind::kStar, "*"},
    {"\u00f7", TokenKind::kSlash, "/"},
    {"\u2212", TokenKind::kMinus, "-"},
    {"\u2227", TokenKind::kAnd, "&&"},
    {"\u2228", TokenKind::kOr, "||"},
    {"\u00ac", TokenKind::kNot, "!"},
}};

class Lexer {
 public:
  Lexer(std::string_view source, Tokens* tokens, Mistakes* mistakes)
      : source_(source), tokens_(tokens), mistakes_(mistakes) {}

  bool Run() {
    while (SkipSpace(), at_ < source_.size()) {
      if (!ReadToken()) return false;
    }
    Push(TokenKind::kEnd, 0);
    return true;
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  bool At(std::string_view text) const { return source_.substr(at_, text.size()) == text; }

  Token& Push(TokenKind kind, size_t length) {
    Token token;
    token.kind = kind;
    token.offset = static_cast<uint32_t>(at_);
    token.length = static_cast<uint32_t>(length);
    tokens_->list.push_back(token);
    at_ += length;
    return tokens_->list.back();
  }

  void Wrong(size_t length, std::string message, std::string hint) {
    mistakes_->push_back({at_, length, std::move(message), std::move(hint)});
  }

  void SkipSpace() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
        ++at_;
      } else if (At("//")) {
        while (at_ < source_.size() && source_[at_] != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  bool ReadToken() {
    if (StartsString(source_, at_)) return ReadText();
    const char c = Peek();
    if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) {
      ReadNumber();
      return true;
    }
    if (IsNameStart(c)) {
      size_t length = 1;
      while (IsNamePart(Peek(length))) ++length;
      Push(TokenKind::kName, length);
      return true;
    }
    return ReadSymbol();
  }

  bool ReadText() {
    StringLiteral literal = ReadString(source_, at_, mistakes_);
    Token& token = Push(literal.broken ? TokenKind::kBroken : TokenKind::kString, literal.end - at_);
    if (!literal.broken) {
      token.text = static_cast<uint32_t>(tokens_->texts.size());
      tokens_->texts.push_back(std::move(literal.text));
    }
    return literal.closed;
  }

  bool ReadSymbol();
  bool RefuseCharacter();
  void ReadNumber();
  void ReadHex();
  bool RefuseSuffix(size_t digits);

  std::string_view source_;
  Tokens* tokens_;
  Mistakes* mistakes_;
  size_t at_ = 0;
};

bool Lexer::ReadSymbol() {
  for (const Slip& slip : kSlips) {
    if (!At(slip.text)) continue;
    Wrong(slip.text.size(), fmt::format("'{}' is not an operator", slip.text),
          fmt::format("did you mean '{}'?", slip.meant));
    Push(slip.kind, slip.text.size());
    return true;
  }
  for (const Symbol& symbol : kSymbols) {
    if (!At(symbol.text)) continue;
    Push(symbol.kind, symbol.text.size());
    return true;
  }
  switch (Peek()) {
    case '!':
      Push(TokenKind::kNot, 1);
      return true;
    case '=':
      Wrong(1, "a single '=' is not an operator", "did you mean '=='?");
      Push(TokenKind::kEqual, 1);
      return true;
    case '&':
      Wrong(1, "a single '&' is not an operator", "did you mean '&&'?");
      Push(TokenKind::kAnd, 1);
      return true;
    case '|':
      Wrong(1, "a single '|' is not an operator", "did you mean '||'?");
      Push(TokenKind::kOr, 1);
      return true;
    default:
      return RefuseCharacter();
  }
}

// A character that means nothing here. What follows it is not worth reading.
bool Lexer::RefuseCharacter() {
  const CodePoint point = FirstCodePoint(source_.substr(at_));
  const std::string_view text = source_.substr(at_, point.size);
  if (!point.valid) {
    Wrong(point.size, "the text is not valid UTF-8 here", "");
    return false;
  }
  std::string hint;
  if (point.value == '`') {
    Wrong(1, "names in backquotes are not supported", "write the name without them");
    return false;
  }
  if (point.value == 0x201C || point.value == 0x201D || point.value == 0x2018 || point.value == 0x2019) {
    hint = "write straight quotes: \"...\"";
  } else if (point.value == '$' || point.value == 0x20AC || point.value == 0xA3 || point.value == 0xA5) {
    hint = "write the number, or the name, alone";
  } else if (point.value == '^') {
    hint = "there is no power; multiply";
  } else if (point.value == '#') {
    hint = "a comment begins with //";
  } else if (point.value == ';') {
    hint = "nothing ends an expression: delete it";
  } else if (point.value == '\\' || point.value == '@' || point.value == '~') {
    hint = "";
  } else if (point.value == 0xA0 || point.value == 0x3000 || point.value == 0x200B || point.value == 0xFEFF) {
    Wrong(point.size, "there is an invisible character here that is not a space", "delete it, or write a space");
    return false;
  } else if (point.value > 0x7F) {
    hint = "a name is made of letters from a to z, digits and '_'; other text stands in quotes";
  }
  if (point.value < 0x20 || point.value == 0x7F) {
    Wrong(1, fmt::format("a control character (0x{:02x}) cannot stand here", static_cast<uint32_t>(point.value)), "");
  } else {
    Wrong(point.size, fmt::format("'{}' cannot stand here", text), std::move(hint));
  }
  return false;
}

// `digits` bytes of a number were read and letters follow: a unit, an unsigned number, grouped digits.
bool Lexer::RefuseSuffix(size_t digits) {
  size_t length = digits;
  while (IsNamePart(Peek(length))) ++length;
  if (length == digits) return false;
  const std::string_view number = source_.substr(at_, digits);
  const std::string_view suffix = source_.substr(at_ + digits, length - digits);
  const std::string_view whole = source_.substr(at_, length);
  std::string hint;
  std::string message = fmt::format("'{}' is not a number", whole);
  if (suffix == "u" || suffix == "U") {
    message = fmt::format("unsigned integers such as {} are not supported", whole);
    hint = fmt::format("write {}", number);
  } else if (suffix == "d" || suffix == "day" || suffix == "days") {
    hint = fmt::format("did you mean days({})?", number);
  } else if (suffix == "h" || suffix == "hour" || suffix == "hours") {
    hint = fmt::format("did you mean hours({})?", number);
  } else if (suffix == "m" || suffix == "min" || suffix == "minute" || suffix == "minutes") {
    hint = fmt::format("did you mean minutes({})?", number);
  } else if (suffix == "s" || suffix == "ms" || suffix == "us" || suffix == "ns" || suffix.find_first_of("dhms") == 0) {
    hint = fmt::format("did you mean duration(\"{}\")?", whole);
  } else if (suffix == "w") {
    hint = fmt::format("did you mean 7 * days({})?", number);
  } else if (suffix == "k" || suffix == "K") {
    hint = fmt::format("write {}000", number);
  } else if (suffix[0] == '_') {
    hint = "digits are not grouped: write them without '_'";
  } else {
    hint = "a name begins with a letter or '_'";
  }
  Wrong(length, std::move(message), std::move(hint));
  Push(TokenKind::kBroken, length);
  return true;
}

void Lexer::ReadHex() {
  size_t length = 2;
  while (IsHexDigit(Peek(length))) ++length;
  if (length == 2) {
    Wrong(2, "a hexadecimal number needs digits after '0x'", "");
    Push(TokenKind::kBroken, 2);
    return;
  }
  if (RefuseSuffix(length)) return;
  uint64_t integer = 0;
  const char* const begin = source_.data() + at_;
  if (std::from_chars(begin + 2, begin + length, integer, 16).ec != std::errc()) {
    Wrong(length, "this number is too large for an int",
          "an int reaches 9223372036854775807; a double, with a point, further");
    Push(TokenKind::kBroken, length);
    return;
  }
  Push(TokenKind::kInt, length).integer = integer;
}

void Lexer::ReadNumber() {
  if (Peek() == '0' && (Peek(1) == 'x' || Peek(1) == 'X')) return ReadHex();
  size_t length = 0;
  bool whole = true;
  while (IsDigit(Peek(length))) ++length;
  if (Peek(length) == '.' && IsDigit(Peek(length + 1))) {
    whole = false;
    ++length;
    while (IsDigit(Peek(length))) ++length;
  }
  if (Peek(length) == 'e' || Peek(length) == 'E') {
    const size_t sign = Peek(length + 1) == '+' || Peek(length + 1) == '-' ? 1 : 0;
    if (IsDigit(Peek(length + 1 + sign))) {
      whole = false;
      length += 1 + sign;
      while (IsDigit(Peek(length))) ++length;
    }
  }
  if (RefuseSuffix(length)) return;
  const char* const begin = source_.data() + at_;
  if (whole) {
    uint64_t integer = 0;
    if (std::from_chars(begin, begin + length, integer).ec == std::errc() && integer <= uint64_t{1} << 63) {
      Push(TokenKind::kInt, length).integer = integer;
      return;
    }
    Wrong(length, "this number is too large for an int",
          fmt::format("an int reaches 9223372036854775807; write {}.0 for a double", source_.substr(at_, length)));
  } else {
    double number = 0;
    const std::errc error = std::from_chars(begin, begin + length, number).ec;
    if (error == std::errc()) {
      Push(TokenKind::kDouble, length).number = number;
      return;
    }
    Wrong(length, "this number is beyond the range of a double", "");
  }
  Push(TokenKind::kBroken, length);
}

}  // namespace

bool Lex(std::string_view source, Tokens* tokens, Mistakes* mistakes) { return Lexer(source, tokens, mistakes).Run(); }

}  // namespace tocsin
