// Recursive descent for what stands inside something else, precedence climbing for operators. Chains (`a + b + c`, `a
// || b`, `!!x`) are loops, so that only real nesting counts against the depth.
#include "expr/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "expr/foreign_words.h"
#include "expr/syntax_error.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 17> kReserved = {"as",        "break",  "const",  "continue", "else", "for",
                                                        "function",  "if",     "import", "let",      "loop", "package",
                                                        "namespace", "return", "var",    "void",     "while"};

// Before a function's name they are a part of it, and no value.
constexpr std::array<std::string_view, 11> kNamespaces = {"math",   "cel", "host",  "strings",  "lists", "sets",
                                                          "base64", "net", "regex", "optional", "proto"};

std::optional<Op> BinaryOp(TokenKind kind) {
  switch (kind) {
    case TokenKind::kOr:
      return Op::kOr;
    case TokenKind::kAnd:
      return Op::kAnd;
    case TokenKind::kEqual:
      return Op::kEqual;
    case TokenKind::kNotEqual:
      return Op::kNotEqual;
    case TokenKind::kLess:
      return Op::kLess;
    case TokenKind::kLessEqual:
      return Op::kLessEqual;
    case TokenKind::kGreater:
      return Op::kGreater;
    case TokenKind::kGreaterEqual:
      return Op::kGreaterEqual;
    case TokenKind::kPlus:
      return Op::kAdd;
    case TokenKind::kMinus:
      return Op::kSubtract;
    case TokenKind::kStar:
      return Op::kMultiply;
    case TokenKind::kSlash:
      return Op::kDivide;
    case TokenKind::kPercent:
      return Op::kModulo;
    default:
      return std::nullopt;
  }
}

using Index = std::optional<uint32_t>;  // of a node; nothing after a mistake

class Parser {
 public:
  Parser(std::string_view source, std::vector<Token> tokens, int max_depth, Tree* tree, Mistakes* mistakes)
      : source_(source), tokens_(std::move(tokens)), max_depth_(max_depth), tree_(tree), mistakes_(mistakes) {}

  bool Run() {
    if (tokens_.size() == 1) {
      mistakes_->push_back({0, source_.size(), "there is no expression here", ""});
      return false;
    }
    if (!ParseExpression()) return false;
    if (Now().kind != TokenKind::kEnd) RefuseRest();
    return Now().kind == TokenKind::kEnd;
  }

 private:
  const Token& Now() const { return tokens_[at_]; }
  const Token& Next() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool At(TokenKind kind) const { return Now().kind == kind; }
  std::string_view TextOf(const Token& token) const { return tocsin::TextOf(source_, token); }
  bool AtWord(std::string_view word) const { return At(TokenKind::kName) && TextOf(Now()) == word; }

  std::nullopt_t Wrong(size_t offset, size_t length, std::string message, std::string hint = {}) {
    mistakes_->push_back({offset, length, std::move(message), std::move(hint)});
    return std::nullopt;
  }
  std::nullopt_t Wrong(const Token& token, std::string message, std::string hint = {}) {
    return Wrong(token.offset, token.length, std::move(message), std::move(hint));
  }

  uint32_t Add(Op op, const Token& mark, uint32_t begin, uint32_t end, std::span<const uint32_t> children = {}) {
    Node node;
    node.op = op;
    node.offset = begin;
    node.length = end - begin;
    node.mark = mark.offset;
    node.mark_length = mark.length;
    node.first_child = static_cast<uint32_t>(tree_->children.size());
    node.child_count = static_cast<uint32_t>(children.size());
    tree_->children.insert(tree_->children.end(), children.begin(), children.end());
    tree_->nodes.push_back(node);
    return static_cast<uint32_t>(tree_->nodes.size() - 1);
  }
  uint32_t AddBinary(Op op, const Token& mark, uint32_t left, uint32_t right) {
    const uint32_t children[] = {left, right};
    return Add(op, mark, tree_->nodes[left].offset, tree_->nodes[right].end(), children);
  }
  uint32_t AddLeaf(Op op, const Token& token) { return Add(op, token, token.offset, token.end()); }

  Index ParseExpression();
  Index ParseConditional();
  Index ParseBinary(int tightest);
  Index ParseRightSide(Op op, const Token& mark, uint32_t left);
  Index ParseUnary();
  Index ParseNotWord();
  Index ParseMember();
  Index ParseSelection(uint32_t receiver);
  Index ParsePrimary();
  Index ParseName();
  Index ParseParentheses();
  Index ParseList();
  Index ParseIndex(uint32_t list);
  Index ParseCall(const Token& name, Index receiver, std::string text);
  std::optional<Token> TakeNamespace(uint32_t receiver);
  std::optional<std::vector<uint32_t>> ParseArguments(TokenKind close, const Token& open);
  std::optional<Op> OperatorHere();
  std::nullopt_t MissingValue() {
    mistakes_->push_back(tocsin::MissingValue(source_, tokens_, at_));
    return std::nullopt;
  }
  std::nullopt_t RefuseOptional() {
    return Wrong(Now(), "optional values (.? and [?...]) are not supported", "has(x) asks for a value");
  }
  // Something stands where an operator or the end should be.
  std::nullopt_t RefuseRest() {
    // The duration behind `for` is right where it belongs.
    if (AtWord("for") && Next().kind == TokenKind::kBroken)
      std::erase_if(*mistakes_, [&](const Mistake& mistake) { return mistake.offset == Next().offset; });
    mistakes_->push_back(MissingOperator(source_, tokens_, at_));
    return std::nullopt;
  }

  std::string_view source_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
  int max_depth_;
  Tree* tree_;
  Mistakes* mistakes_;
};

Index Parser::ParseExpression() {
  if (depth_ >= max_depth_) {
    return Wrong(Now(), fmt::format("this is nested more than {} deep", max_depth_),
                 "split the expression, for example over several metrics");
  }
  ++depth_;
  const Index result = ParseConditional();
  --depth_;
  return result;
}

Index Parser::ParseConditional() {
  const Index condition = ParseBinary(2);
  if (!condition || !At(TokenKind::kQuestion)) return condition;
  const Token mark = Now();
  ++at_;
  const Index first = ParseBinary(2);
  if (!first) return std::nullopt;
  if (At(TokenKind::kQuestion)) {
    return Wrong(Now(), "a condition between '?' and ':' needs parentheses", "write a ? (b ? c : d) : e");
  }
  if (!At(TokenKind::kColon)) {
    return Wrong(mark, "'?' has no ':' with the value for the other case", "write condition ? value : other value");
  }
  ++at_;
  const Index second = ParseExpression();
  if (!second) return std::nullopt;
  const uint32_t children[] = {*condition, *first, *second};
  return Add(Op::kConditional, mark, tree_->nodes[*condition].offset, tree_->nodes[*second].end(), children);
}

// The operator that stands here.
std::optional<Op> Parser::OperatorHere() {
  if (AtWord("in")) return Op::kIn;
  if (At(TokenKind::kName) && !TakeForeignOperator(source_, at_, &tokens_, mistakes_)) return std::nullopt;
  return BinaryOp(Now().kind);
}

// `not v > 3`, as other languages have it: what it is about reaches as far as there.
Index Parser::ParseNotWord() {
  const Token word = Now();
  if (depth_ >= max_depth_) return ParseExpression();  // which says so
  const size_t mistake = mistakes_->size();
  Wrong(word, fmt::format("'{}' is not an operator", TextOf(word)), "did you mean '!'?");
  ++at_;
  ++depth_;
  const Index operand = ParseBinary(Precedence(Op::kEqual));
  --depth_;
  if (!operand) return std::nullopt;
  const Node inner = tree_->nodes[*operand];
  if (IsComparison(inner.op) && !inner.parenthesized)
    (*mistakes_)[mistake].hint = fmt::format("did you mean !({})?", source_.substr(inner.offset, inner.length));
  const uint32_t children[] = {*operand};
  return Add(Op::kNot, word, word.offset, inner.end(), children);
}

// Operators that bind at least as tightly as `tightest`.
Index Parser::ParseBinary(int tightest) {
  Index left = ParseUnary();
  while (left) {
    const std::optional<Op> op = OperatorHere();
    if (!op || Precedence(*op) < tightest) break;
    const Token mark = Now();
    ++at_;
    left = ParseRightSide(*op, mark, *left);
  }
  return left;
}

Index Parser::ParseRightSide(Op op, const Token& mark, uint32_t left) {
  Index right = ParseBinary(Precedence(op) + 1);
  if (!right) return std::nullopt;
  if (op != Op::kAnd && op != Op::kOr) return AddBinary(op, mark, left, *right);
  // One node for a whole chain: its terms are evaluated, indexed and explained alike.
  std::vector<uint32_t> terms = {left, *right};
  while (OperatorHere() == op) {
    ++at_;
    right = ParseBinary(Precedence(op) + 1);
    if (!right) return std::nullopt;
    terms.push_back(*right);
  }
  return Add(op, mark, tree_->nodes[left].offset, tree_->nodes[terms.back()].end(), terms);
}

Index Parser::ParseUnary() {
  std::vector<Token> operators;
  while (true) {
    if (At(TokenKind::kNot) || At(TokenKind::kMinus)) {
      operators.push_back(Now());
      ++at_;
      continue;
    }
    // `not x` and `not (x)`, but a name `not` on its own stays a name.
    const bool not_word = At(TokenKind::kName) && Lower(TextOf(Now())) == "not";
    if (!not_word || !(Next().kind == TokenKind::kName || Next().kind == TokenKind::kLeftParen)) break;
    if (Next().kind == TokenKind::kName && TextOf(Next()) == "in") break;
    if (operators.empty()) return ParseNotWord();
    Wrong(Now(), fmt::format("'{}' is not an operator", TextOf(Now())), "did you mean '!'?");
    operators.push_back(Now());
    operators.back().kind = TokenKind::kNot;
    ++at_;
  }
  const bool negative_literal = !operators.empty() && operators.back().kind == TokenKind::kMinus &&
                                (At(TokenKind::kInt) || At(TokenKind::kDouble));
  if (negative_literal) {
    // The minus belongs to the literal: -9223372036854775808 is an int, its positive is not.
    Token& token = tokens_[at_];
    token.length = token.end() - operators.back().offset;
    token.offset = operators.back().offset;
    if (token.kind == TokenKind::kDouble) {
      token.number = -token.number;
    } else {
      token.integer = uint64_t{0} - token.integer;
    }
    operators.pop_back();
  } else if (At(TokenKind::kInt) && Now().integer > uint64_t{INT64_MAX}) {
    Wrong(Now(), "this number is too large for an int",
          fmt::format("an int reaches 9223372036854775807; write {}.0 for a double", TextOf(Now())));
    tokens_[at_].kind = TokenKind::kBroken;
  }
  Index operand = ParseMember();
  while (operand && !operators.empty()) {
    const Token mark = operators.back();
    operators.pop_back();
    const uint32_t children[] = {*operand};
    const Op op = mark.kind == TokenKind::kNot ? Op::kNot : Op::kNegate;
    operand = Add(op, mark, mark.offset, tree_->nodes[*operand].end(), children);
  }
  return operand;
}

// A value and what is attached to it: .name, .method(...), [index], {fields}.
Index Parser::ParseMember() {
  Index value = ParsePrimary();
  while (value) {
    if (At(TokenKind::kDot)) {
      ++at_;
      value = ParseSelection(*value);
    } else if (At(TokenKind::kLeftBracket)) {
      value = ParseIndex(*value);
    } else if (At(TokenKind::kLeftBrace) && tree_->nodes[*value].op == Op::kName) {
      return Wrong(Now(), "messages such as Name{...} are not supported");
    } else {
      return value;
    }
  }
  return value;
}

Index Parser::ParseIndex(uint32_t list) {
  const Token open = Now();
  ++at_;
  if (At(TokenKind::kQuestion)) return RefuseOptional();
  const Index index = ParseExpression();
  if (!index) return std::nullopt;
  if (At(TokenKind::kEnd)) return Wrong(open, "'[' is never closed", "add ']'");
  if (!At(TokenKind::kRightBracket)) return RefuseRest();
  ++at_;
  const uint32_t children[] = {list, *index};
  return Add(Op::kIndex, open, tree_->nodes[list].offset, tokens_[at_ - 1].end(), children);
}

// The name before the dot of `math.abs(x)` is no value: its node goes, and nothing where it is one.
std::optional<Token> Parser::TakeNamespace(uint32_t receiver) {
  const Node& node = tree_->nodes[receiver];
  if (node.op != Op::kName || node.parenthesized || node.method) return std::nullopt;
  const std::string& name = tree_->texts[node.name];
  if (std::find(kNamespaces.begin(), kNamespaces.end(), name) == kNamespaces.end()) return std::nullopt;
  Token token;
  token.offset = node.offset;
  token.length = node.length;
  tree_->nodes.pop_back();  // it was the last, and a leaf
  return token;
}

Index Parser::ParseSelection(uint32_t receiver) {
  const Token name = Now();
  if (At(TokenKind::kQuestion)) return RefuseOptional();
  if (!At(TokenKind::kName)) {
    const Node& node = tree_->nodes[receiver];
    const bool is_int = node.op == Op::kLiteral && node.type.kind() == Kind::kInt;
    return Wrong(tokens_[at_ - 1], "a name is missing after '.'",
                 is_int ? fmt::format("write {}.0", node.integer) : std::string());
  }
  ++at_;
  if (At(TokenKind::kLeftParen)) {
    const std::optional<Token> space = TakeNamespace(receiver);
    if (!space) return ParseCall(name, receiver, std::string(TextOf(name)));
    Token whole = name;
    whole.offset = space->offset;
    whole.length = name.end() - space->offset;
    return ParseCall(whole, std::nullopt, fmt::format("{}.{}", TextOf(*space), TextOf(name)));
  }
  Node& node = tree_->nodes[receiver];
  if (node.op == Op::kBroken) return receiver;
  if (node.op != Op::kName || node.parenthesized) {
    return Wrong(name, fmt::format("only names have parts: '.{}' cannot follow this", TextOf(name)));
  }
  tree_->texts[node.name].append(".").append(TextOf(name));
  node.length = name.end() - node.offset;
  node.mark_length = node.length;
  return receiver;
}

Index Parser::ParsePrimary() {
  const Token token = Now();
  switch (token.kind) {
    case TokenKind::kBroken:
      ++at_;
      return AddLeaf(Op::kBroken, token);
    case TokenKind::kInt:
    case TokenKind::kDouble:
    case TokenKind::kString: {
      ++at_;
      const uint32_t index = AddLeaf(Op::kLiteral, token);
      Node& node = tree_->nodes[index];
      if (token.kind == TokenKind::kInt) {
        node.type = Kind::kInt;
        node.integer = static_cast<int64_t>(token.integer);
      } else if (token.kind == TokenKind::kDouble) {
        node.type = Kind::kDouble;
        node.number = token.number;
      } else {
        node.type = Kind::kString;
        node.text = token.text;
      }
      return index;
    }
    case TokenKind::kName:
      return ParseName();
    case TokenKind::kDot: {  // `.a` is `a`, and no macro's variable
      if (Next().kind != TokenKind::kName) return MissingValue();
      ++at_;
      const Index name = ParseName();
      if (name && tree_->nodes[*name].op == Op::kName) tree_->nodes[*name].method = true;
      return name;
    }
    case TokenKind::kLeftParen:
      return ParseParentheses();
    case TokenKind::kLeftBracket:
      return ParseList();
    case TokenKind::kLeftBrace:
      return Wrong(token, "maps such as {\"a\": 1} are not supported", HintForBrace(source_, tokens_, at_));
    default:
      return MissingValue();
  }
}

Index Parser::ParseName() {
  const Token token = Now();
  const std::string_view text = TextOf(token);
  if (text == "true" || text == "false") {
    ++at_;
    const uint32_t index = AddLeaf(Op::kLiteral, token);
    tree_->nodes[index].type = Kind::kBool;
    tree_->nodes[index].integer = text == "true" ? 1 : 0;
    return index;
  }
  if (text == "null") {
    ++at_;
    const uint32_t index = AddLeaf(Op::kLiteral, token);
    tree_->nodes[index].type = kNullKind;
    return index;
  }
  if (text == "in") return MissingValue();
  if (std::find(kReserved.begin(), kReserved.end(), text) != kReserved.end()) {
    return Wrong(token, fmt::format("'{}' is a reserved word and cannot be a name", text),
                 text == "if" ? "write condition ? value : other value" : "");
  }
  ++at_;
  if (At(TokenKind::kLeftParen)) return ParseCall(token, std::nullopt, std::string(text));
  const uint32_t index = AddLeaf(Op::kName, token);
  tree_->nodes[index].name = static_cast<uint32_t>(tree_->texts.size());
  tree_->texts.emplace_back(text);
  return index;
}

Index Parser::ParseParentheses() {
  const Token open = Now();
  ++at_;
  const Index inner = ParseExpression();
  if (!inner) return std::nullopt;
  if (At(TokenKind::kEnd)) return Wrong(open, "'(' is never closed", "add ')'");
  if (!At(TokenKind::kRightParen)) return RefuseRest();
  Node& node = tree_->nodes[*inner];
  node.parenthesized = true;
  node.offset = open.offset;
  node.length = Now().end() - open.offset;
  ++at_;
  return inner;
}

Index Parser::ParseList() {
  const Token open = Now();
  ++at_;
  const auto items = ParseArguments(TokenKind::kRightBracket, open);
  if (!items) return std::nullopt;
  return Add(Op::kList, open, open.offset, tokens_[at_ - 1].end(), *items);
}

// From the '(' on. The receiver of a method is its first child.
Index Parser::ParseCall(const Token& name, Index receiver, std::string text) {
  const Token open = Now();
  ++at_;
  auto arguments = ParseArguments(TokenKind::kRightParen, open);
  if (!arguments) return std::nullopt;
  if (receiver) arguments->insert(arguments->begin(), *receiver);
  const uint32_t begin = receiver ? tree_->nodes[*receiver].offset : name.offset;
  const uint32_t index = Add(Op::kCall, name, begin, tokens_[at_ - 1].end(), *arguments);
  tree_->nodes[index].method = receiver.has_value();
  tree_->nodes[index].name = static_cast<uint32_t>(tree_->texts.size());
  tree_->texts.push_back(std::move(text));
  return index;
}

std::optional<std::vector<uint32_t>> Parser::ParseArguments(TokenKind close, const Token& open) {
  std::vector<uint32_t> arguments;
  while (!At(close)) {
    if (At(TokenKind::kEnd)) return Wrong(open, fmt::format("'{}' is never closed", TextOf(open)));
    if (At(TokenKind::kQuestion)) return RefuseOptional();
    const Index argument = ParseExpression();
    if (!argument) return std::nullopt;
    arguments.push_back(*argument);
    if (At(close)) break;
    if (At(TokenKind::kEnd)) {
      return Wrong(open, fmt::format("'{}' is never closed", TextOf(open)),
                   close == TokenKind::kRightParen ? "add ')'" : "add ']'");
    }
    if (!At(TokenKind::kComma)) return RefuseRest();
    ++at_;
    // A list may end in a comma, arguments may not.
    if (At(close) && close == TokenKind::kRightParen) return MissingValue();
  }
  ++at_;
  return arguments;
}

}  // namespace

bool Parse(std::string_view source, Tokens tokens, int max_depth, Tree* tree, Mistakes* mistakes) {
  *tree = Tree();
  tree->texts = std::move(tokens.texts);
  return Parser(source, std::move(tokens.list), max_depth, tree, mistakes).Run();
}

}  // namespace tocsin
