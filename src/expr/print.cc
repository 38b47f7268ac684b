#include "expr/print.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>
#include <vector>

#include "expr/conversions.h"
#include "expr/string_literal.h"
#include "tocsin/base/time.h"
#include "tocsin/event/value.h"

namespace tocsin {
namespace {

std::string PrintLiteral(const Tree& tree, const Node& node) {
  if (node.type == kNullKind) return "null";
  if (node.type == kTypeKind) return tree.texts[node.text];
  switch (node.type.kind()) {
    case Kind::kBool:
      return node.integer != 0 ? "true" : "false";
    case Kind::kDouble: {
      std::string text = FormatDouble(node.number);
      if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
      return text;
    }
    case Kind::kString:
      return QuoteString(tree.texts[node.text]);
    case Kind::kTimestamp:
      return fmt::format("timestamp(\"{}\")", FormatTime(FromNanos(node.integer)));
    case Kind::kDuration:
      return fmt::format("duration(\"{}\")", FormatCelDuration(node.integer));
    default:
      return fmt::format("{}", node.integer);
  }
}

std::string PrintPlainLiteral(const Tree& tree, const Node& node) {
  switch (node.type.kind()) {
    case Kind::kDouble:
      return std::isfinite(node.number) ? ToText(Value::Double(node.number)) : FormatDouble(node.number);
    case Kind::kTimestamp:
      return FormatTime(FromNanos(node.integer));
    case Kind::kDuration:
      return FormatDuration(Duration(node.integer));
    default:
      return PrintLiteral(tree, node);
  }
}

class Printer {
 public:
  Printer(const Tree& tree, bool plain) : tree_(tree), plain_(plain), texts_(tree.nodes.size()) {}

  // Bottom up, each text moved into its parent's, so that a long chain costs no more than its length.
  std::string Run() {
    for (size_t i = 0; i < tree_.nodes.size(); ++i) texts_[i] = PrintNode(tree_.nodes[i]);
    return std::move(texts_.back());
  }

 private:
  std::string PrintNode(const Node& node);
  std::string PrintCall(const Node& node);
  std::string PrintMacro(const Node& node);
  std::string Join(const Node& node, size_t first);

  // The text of a child, in parentheses where it binds less tightly than `precedence`.
  std::string Operand(const Node& node, size_t i, int precedence) {
    std::string text = std::move(texts_[tree_.children[node.first_child + i]]);
    const Node& child = tree_.Child(node, i);
    return Precedence(child.op) < precedence ? fmt::format("({})", text) : text;
  }

  const Tree& tree_;
  const bool plain_;
  std::vector<std::string> texts_;
};

std::string Printer::Join(const Node& node, size_t first) {
  std::string text;
  for (size_t i = first; i < node.child_count; ++i) {
    if (i > first) text += ", ";
    text += Operand(node, i, 0);
  }
  return text;
}

std::string Printer::PrintCall(const Node& node) {
  const std::string_view name =
      node.function == Function::kHost ? std::string_view(tree_.texts[node.name]) : Spelling(node.function);
  if (!node.method) return fmt::format("{}({})", name, Join(node, 0));
  return fmt::format("{}.{}({})", Operand(node, 0, 8), name, Join(node, 1));
}

// x.all(i, ...), cel.bind(i, x, ...): what is printed of a kBinder is its name.
std::string Printer::PrintMacro(const Node& node) {
  if (node.function == Function::kBind) return fmt::format("cel.bind({})", Join(node, 0));
  return fmt::format("{}.{}({})", Operand(node, 0, 8), Spelling(node.function), Join(node, 1));
}

std::string Printer::PrintNode(const Node& node) {
  const int precedence = Precedence(node.op);
  switch (node.op) {
    case Op::kLiteral:
      return plain_ ? PrintPlainLiteral(tree_, node) : PrintLiteral(tree_, node);
    case Op::kVariable:
      return node.method ? "." + tree_.texts[node.name] : tree_.texts[node.name];
    case Op::kItem:
    case Op::kBinder:
      return tree_.texts[node.name];
    case Op::kIndex:
      return fmt::format("{}[{}]", Operand(node, 0, 8), Operand(node, 1, 0));
    case Op::kDyn:
      return fmt::format("dyn({})", Operand(node, 0, 0));
    case Op::kMacro:
      return PrintMacro(node);
    case Op::kNow:
      return "now";
    case Op::kHas:
      return fmt::format("has({})", Operand(node, 0, 0));
    case Op::kList:
      return fmt::format("[{}]", Join(node, 0));
    case Op::kFunction:
      return PrintCall(node);
    case Op::kNot:
    case Op::kNegate: {
      // A literal's own minus would read as part of it.
      const Node& child = tree_.Child(node, 0);
      const bool literal = node.op == Op::kNegate && child.op == Op::kLiteral;
      if (literal) return fmt::format("-({})", Operand(node, 0, 0));
      return fmt::format("{}{}", Spelling(node.op), Operand(node, 0, precedence));
    }
    case Op::kConditional:
      return Operand(node, 0, precedence + 1) + " ? " + Operand(node, 1, precedence + 1) + " : " +
             Operand(node, 2, precedence);
    default:
      break;
  }
  // A chain inside a chain of its own kind was in parentheses, and comes back so: it is another tree.
  const bool chain = node.op == Op::kAnd || node.op == Op::kOr;
  std::string text = Operand(node, 0, chain ? precedence + 1 : precedence);
  for (size_t i = 1; i < node.child_count; ++i) {
    text.append(" ").append(Spelling(node.op)).append(" ").append(Operand(node, i, precedence + 1));
  }
  return text;
}

}  // namespace

std::string Print(const Tree& tree) { return Printer(tree, false).Run(); }
std::string PrintPlain(const Tree& tree) { return Printer(tree, true).Run(); }

}  // namespace tocsin
