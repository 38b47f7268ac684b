#include <fmt/format.h>

#include <string>

#include "expr/parse.h"
#include "support/catch.h"

namespace tocsin {
namespace {

std::string Dump(const std::string& source, const Tree& tree, const Node& node) {
  std::string text;
  switch (node.op) {
    case Op::kBroken:
      return "?";
    case Op::kName:
      return tree.texts[node.name];
    case Op::kLiteral:
      if (node.type == Kind::kString) return fmt::format("<{}>", tree.texts[node.text]);
      if (node.type == Kind::kDouble) return fmt::format("{}d", node.number);
      if (node.type == Kind::kBool) return node.integer != 0 ? "true" : "false";
      return fmt::format("{}", node.integer);
    case Op::kCall:
      text = fmt::format("{}{}", node.method ? "." : "", source.substr(node.mark, node.mark_length));
      break;
    case Op::kList:
      text = "list";
      break;
    case Op::kNegate:
      text = "neg";
      break;
    default:
      text = Spelling(node.op);
      break;
  }
  for (const uint32_t child : tree.ChildrenOf(node)) text += " " + Dump(source, tree, tree.nodes[child]);
  return "(" + text + ")";
}

// The tree as an S-expression, then the mistakes.
std::string ParseToText(const std::string& source, int max_depth = 64) {
  Tokens tokens;
  Tree tree;
  Mistakes mistakes;
  std::string text;
  if (Lex(source, &tokens, &mistakes) && Parse(source, std::move(tokens), max_depth, &tree, &mistakes)) {
    text = Dump(source, tree, tree.root());
  }
  for (const Mistake& mistake : mistakes) {
    text += fmt::format("!{}+{} {}", mistake.offset, mistake.length, mistake.message);
    if (!mistake.hint.empty()) text += fmt::format(" ({})", mistake.hint);
  }
  return text;
}

struct Case {
  std::string source;
  std::string expected;
};

TEST_CASE("operators bind as in CEL", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"a", "a"},
      {"a.b . c", "a.b.c"},
      {".a.b", "a.b"},
      {"a.if", "a.if"},
      {"1 + 2 * 3", "(+ 1 (* 2 3))"},
      {"(1 + 2) * 3", "(* (+ 1 2) 3)"},
      {"a - b - c", "(- (- a b) c)"},
      {"a / b * c % d", "(% (* (/ a b) c) d)"},
      {"a < b == c", "(== (< a b) c)"},
      {"a + b < c - d", "(< (+ a b) (- c d))"},
      {"a || b && c || d", "(|| a (&& b c) d)"},
      {"a && b && c", "(&& a b c)"},
      {"a && (b && c)", "(&& a (&& b c))"},
      {"(a || b) || c", "(|| (|| a b) c)"},
      {"a ? b : c ? d : e", "(?: a b (?: c d e))"},
      {"a || b ? c : d", "(?: (|| a b) c d)"},
      {"a ? (b ? c : d) : e", "(?: a (?: b c d) e)"},
      {"!a == b", "(== (! a) b)"},
      {"!!a", "(! (! a))"},
      {"- a", "(neg a)"},
      {"-5", "-5"},
      {"- -5", "(neg -5)"},
      {"a -5", "(- a 5)"},
      {"a - -5", "(- a -5)"},
      {"-1.5", "-1.5d"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"a in [1, 2]", "(in a (list 1 2))"},
      {"a in []", "(in a (list))"},
      {"a in [1,]", "(in a (list 1))"},
      {"f(a, b + 1)", "(f a (+ b 1))"},
      {"f()", "(f)"},
      {"a.b.f(c)", "(.f a.b c)"},
      {"'x'.f().g(1)", "(.g (.f <x>) 1)"},
      {"(a).f(1)", "(.f a 1)"},
      {"-5.f()", "(.f -5)"},
      {"true && false", "(&& true false)"},
      {"((((a))))", "a"},
      {"not", "not"},
  }));
  CAPTURE(source);
  CHECK(ParseToText(source) == expected);
}

TEST_CASE("words of other languages are said and understood", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"a and b", "(&& a b)!2+3 'and' is not an operator (did you mean '&&'?)"},
      {"a AND b Or c",
       "(|| (&& a b) c)!2+3 'AND' is not an operator (did you mean '&&'?)!8+2 'Or' is not an operator (did you mean "
       "'||'?)"},
      {"not a", "(! a)!0+3 'not' is not an operator (did you mean '!'?)"},
      {"not (a)", "(! a)!0+3 'not' is not an operator (did you mean '!'?)"},
      {"a is b", "(== a b)!2+2 'is' is not an operator (did you mean '=='?)"},
      {"a mod 2", "(% a 2)!2+3 'mod' is not an operator (did you mean '%'?)"},
  }));
  CAPTURE(source);
  CHECK(ParseToText(source) == expected);
}

TEST_CASE("what cannot be read is said at its place", "[expr]") {
  const auto [source, expected] = GENERATE(values<Case>({
      {"", "!0+0 there is no expression here"},
      {"  // nothing", "!0+12 there is no expression here"},
      {"a >", "!2+1 a value is missing after '>'"},
      {"> a", "!0+1 a value is missing before '>'"},
      {"a > * b", "!4+1 a value is missing between '>' and '*'"},
      {"a > 20%", "!6+1 a value is missing after '%' (for a share write a fraction: 0.2)"},
      {"a > 20% && b", "!8+2 a value is missing between '%' and '&&' (for a share write a fraction: 0.2)"},
      {"()", "!0+2 there is nothing between '(' and ')'"},
      {"(a", "!0+1 '(' is never closed (add ')')"},
      {"f(a", "!1+1 '(' is never closed (add ')')"},
      {"a in [1", "!5+1 '[' is never closed (add ']')"},
      {"a)", "!1+1 ')' closes nothing that was opened"},
      {"(a]", "!2+1 ']' closes nothing that was opened"},
      {"f(a,)", "!4+1 a value is missing between ',' and ')'"},
      {"a b", "!2+1 an operator is missing before 'b'"},
      {"a 5", "!2+1 an operator is missing before '5'"},
      {"a like 'x'",
       "!2+4 an operator is missing before 'like' (write x.contains(\"...\"), x.startsWith(\"...\") or "
       "x.endsWith(\"...\"))"},
      {"a not in [1]", "!2+3 an operator is missing before 'not' (write !(x in [...]))"},
      {"a > 30 days", "!7+4 an operator is missing before 'days' (did you mean days(30)?)"},
      {"1,000", "!1+1 ',' cannot stand here (digits are not grouped: write 1000)"},
      {"a : b", "!2+1 ':' has no '?' before it (write condition ? value : other value)"},
      {"a ? b", "!2+1 '?' has no ':' with the value for the other case (write condition ? value : other value)"},
      {"a ? b ? c : d : e", "!6+1 a condition between '?' and ':' needs parentheses (write a ? (b ? c : d) : e)"},
      {"a.", "!1+1 a name is missing after '.'"},
      {"a.5", "!1+2 an operator is missing before '.5'"},
      {"(a + b).c", "!8+1 only names have parts: '.c' cannot follow this"},
      {"a[0", "!1+1 '[' is never closed (add ']')"},
      {"a[?0]", "!2+1 optional values (.? and [?...]) are not supported (has(x) asks for a value)"},
      {"{'a': 1}", "!0+1 maps such as {\"a\": 1} are not supported"},
      {"Foo{a: 1}", "!3+1 messages such as Name{...} are not supported"},
      {"a.?b", "!2+1 optional values (.? and [?...]) are not supported (has(x) asks for a value)"},
      {"while", "!0+5 'while' is a reserved word and cannot be a name"},
      {"if a", "!0+2 'if' is a reserved word and cannot be a name (write condition ? value : other value)"},
      {"9223372036854775808",
       "?!0+19 this number is too large for an int (an int reaches 9223372036854775807; write 9223372036854775808.0 "
       "for a "
       "double)"},
  }));
  CAPTURE(source);
  CHECK(ParseToText(source) == expected);
}

std::string Repeat(const std::string& text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

TEST_CASE("nesting is bounded, length is not nesting", "[expr]") {
  CHECK(ParseToText(Repeat("(", 63) + "a" + Repeat(")", 63)) == "a");
  CHECK(ParseToText(Repeat("(", 64) + "a" + Repeat(")", 64)) ==
        "!64+1 this is nested more than 64 deep (split the expression, for example over several metrics)");
  CHECK(ParseToText(Repeat("f(", 64) + "a").find("nested more than 64 deep") != std::string::npos);
  CHECK(ParseToText(Repeat("a ? b : ", 64) + "c").find("nested more than 64 deep") != std::string::npos);
  CHECK(ParseToText("((a))", 2).find("nested more than 2 deep") != std::string::npos);
  // Thousands in a row.
  CHECK(ParseToText("a" + Repeat(" || a", 800)).rfind("(|| a a", 0) == 0);
  CHECK(ParseToText(Repeat("!", 2000) + "a").rfind("(! (! ", 0) == 0);
  CHECK(ParseToText("1" + Repeat("+1", 2000)).rfind("(+ (+ ", 0) == 0);
}

}  // namespace
}  // namespace tocsin
