#include <fmt/format.h>

#include <string>
#include <vector>

#include "expr/lex.h"
#include "expr/string_literal.h"
#include "support/catch.h"
#include "tocsin/event/value.h"

namespace tocsin {
namespace {

// Tokens as "kind" or "kind:value", mistakes as "!offset+length message (hint)".
std::string LexToText(const std::string& source) {
  Tokens tokens;
  Mistakes mistakes;
  const bool readable = Lex(source, &tokens, &mistakes);
  std::string text;
  for (const Token& token : tokens.list) {
    const std::string_view here = std::string_view(source).substr(token.offset, token.length);
    if (token.kind == TokenKind::kEnd) continue;
    if (!text.empty()) text += " ";
    switch (token.kind) {
      case TokenKind::kBroken:
        text += "?";
        break;
      case TokenKind::kInt:
        text += fmt::format("int:{}", token.integer);
        break;
      case TokenKind::kDouble:
        text += fmt::format("double:{}", token.number);
        break;
      case TokenKind::kString:
        text += fmt::format("string:<{}>", tokens.texts[token.text]);
        break;
      case TokenKind::kName:
        text += fmt::format("name:{}", here);
        break;
      default:
        text += here;
        break;
    }
  }
  for (const Mistake& mistake : mistakes) {
    text += fmt::format(" !{}+{} {}", mistake.offset, mistake.length, mistake.message);
    if (!mistake.hint.empty()) text += fmt::format(" ({})", mistake.hint);
  }
  return readable ? text : text + " STOP";
}

struct Case {
  std::string source;
  std::string expected;
};

TEST_CASE("numbers, names and symbols", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"", ""},
      {" \t\n\r\f ", ""},
      {"a+b", "name:a + name:b"},
      {"_x9.y", "name:_x9 . name:y"},
      {"0 7 007 0x1F 0Xff", "int:0 int:7 int:7 int:31 int:255"},
      {"1.5 .5 1e3 1E-3 2.5e+2", "double:1.5 double:0.5 double:1000 double:0.001 double:250"},
      {"1.x", "int:1 . name:x"},
      {"1.e", "int:1 . name:e"},
      {"9223372036854775808", "int:9223372036854775808"},
      {"a==b!=c<=d>=e<f>g", "name:a == name:b != name:c <= name:d >= name:e < name:f > name:g"},
      {"!a&&b||c", "! name:a && name:b || name:c"},
      {"f(x)[1]{}?:,-*/%", "name:f ( name:x ) [ int:1 ] { } ? : , - * / %"},
      {"a // to the end\nb", "name:a name:b"},
      {"true in null", "name:true name:in name:null"},
  }));
  CAPTURE(source);
  CHECK(LexToText(source) == expected);
}

TEST_CASE("string literals", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {R"("a" 'b')", "string:<a> string:<b>"},
      {R"("" '')", "string:<> string:<>"},
      {R"("it's" 'say "x"')", "string:<it's> string:<say \"x\">"},
      {R"("\a\b\f\n\r\t\v\\\?\"\'\`")", "string:<\a\b\f\n\r\t\v\\?\"'`>"},
      {R"("\x41\X42\u00e9\U0001F62C\101")", "string:<AB\u00e9\U0001F62CA>"},
      {R"(r"\n" R'\x')", "string:<\\n> string:<\\x>"},
      {R"("""a"b""c""" '''d'e''')", "string:<a\"b\"\"c> string:<d'e>"},
      {"\"\"\"two\nlines\"\"\"", "string:<two\nlines>"},
      {R"(r"""\""")", "string:<\\>"},
      {"'\u00e9\u6f22'", "string:<\u00e9\u6f22>"},
      {"rb", "name:rb"},
      {"b r", "name:b name:r"},
  }));
  CAPTURE(source);
  CHECK(LexToText(source) == expected);
}

TEST_CASE("a zero character in a string is a character", "[expr]") {
  Tokens tokens;
  Mistakes mistakes;
  REQUIRE(Lex(R"("\x00\000\u0000")", &tokens, &mistakes));
  CHECK(tokens.texts.at(0) == std::string(3, '\0'));
}

TEST_CASE("what is no token is said, and read as what was meant", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"a = b", "name:a = name:b !2+1 a single '=' is not an operator (did you mean '=='?)"},
      {"a & b | c",
       "name:a & name:b | name:c !2+1 a single '&' is not an operator (did you mean '&&'?) !6+1 a single '|' is not an "
       "operator (did you mean '||'?)"},
      {"a <> b", "name:a <> name:b !2+2 '<>' is not an operator (did you mean '!='?)"},
      {"a === b", "name:a === name:b !2+3 '===' is not an operator (did you mean '=='?)"},
      {"30d", "? !0+3 '30d' is not a number (did you mean days(30)?)"},
      {"1.5h", "? !0+4 '1.5h' is not a number (did you mean hours(1.5)?)"},
      {"1h30m", "? !0+5 '1h30m' is not a number (did you mean duration(\"1h30m\")?)"},
      {"1_000", "? !0+5 '1_000' is not a number (digits are not grouped: write them without '_')"},
      {"5u", "? !0+2 unsigned integers such as 5u are not supported (write 5)"},
      {"0x", "? !0+2 a hexadecimal number needs digits after '0x'"},
      {"9223372036854775809",
       "? !0+19 this number is too large for an int (an int reaches 9223372036854775807; write 9223372036854775809.0 "
       "for "
       "a double)"},
      {"1e999", "? !0+5 this number is beyond the range of a double"},
      {R"(b"x")", "? !0+4 bytes such as b\"...\" are not supported (write a string)"},
      {R"("\q")",
       "? !1+2 '\\q' is not an escape (a backslash itself is written '\\\\', or the text with an r before its quote)"},
      {R"("\x4")", "? !1+3 '\\x4' is cut short: 2 hexadecimal digits are needed"},
      {R"("\18")", "? !1+2 '\\1' is cut short: 3 octal digits are needed"},
      {R"("\ud800")", "? !1+6 '\\ud800' is not a character of Unicode"},
      {R"("\U00110000")", "? !1+10 '\\U00110000' is not a character of Unicode"},
      {"\"abc", "? !0+1 the text that begins here is never closed (end it with \") STOP"},
      {"'a\nb'", "? !0+1 the text that begins here is never closed (end it with ') STOP"},
      {"\"\"\"a\"", "? !0+3 the text that begins here is never closed (end it with \"\"\") STOP"},
      {"a \u2265 1", "name:a \u2265 int:1 !2+3 '\u2265' is not an operator (did you mean '>='?)"},
      {"\u201ca\u201d", " !0+3 '\u201c' cannot stand here (write straight quotes: \"...\") STOP"},
      {"a\u00a0b",
       "name:a !1+2 there is an invisible character here that is not a space (delete it, or write a space) STOP"},
      {"a \xff", "name:a !2+1 the text is not valid UTF-8 here STOP"},
      {"'a\xff\xff'", "? !2+1 the text is not valid UTF-8 here"},
      {"$5", " !0+1 '$' cannot stand here (write the number, or the name, alone) STOP"},
  }));
  CAPTURE(source);
  CHECK(LexToText(source) == expected);
}

TEST_CASE("a quoted string reads back", "[expr]") {
  const std::string text =
      GENERATE(as<std::string>(), "", "plain", "a\"b\\c'd", "\n\t\r\x01\x7f", "\u00e9\u6f22\U0001F62C");
  Tokens tokens;
  Mistakes mistakes;
  REQUIRE(Lex(QuoteString(text), &tokens, &mistakes));
  CHECK(mistakes.empty());
  CHECK(tokens.texts.at(0) == text);
}

}  // namespace
}  // namespace tocsin
