#include "expr/ast.h"

namespace tocsin {

Tree Subtree(const Tree& tree, uint32_t root) {
  const uint32_t first = tree.FirstOf(root);
  Tree part;
  const auto add_text = [&](uint32_t text) {
    part.texts.push_back(tree.texts[text]);
    return static_cast<uint32_t>(part.texts.size() - 1);
  };
  for (uint32_t i = first; i <= root; ++i) {
    Node node = tree.nodes[i];
    const auto children = tree.ChildrenOf(node);
    node.first_child = static_cast<uint32_t>(part.children.size());
    for (const uint32_t child : children) part.children.push_back(child - first);
    if (node.op == Op::kLiteral && node.type == Kind::kString) node.text = add_text(node.text);
    if (node.op == Op::kVariable) node.name = add_text(node.name);
    part.nodes.push_back(node);
  }
  return part;
}

std::string_view Spelling(Op op) {
  switch (op) {
    case Op::kNot:
      return "!";
    case Op::kNegate:
      return "-";
    case Op::kAnd:
      return "&&";
    case Op::kOr:
      return "||";
    case Op::kConditional:
      return "?:";
    case Op::kEqual:
      return "==";
    case Op::kNotEqual:
      return "!=";
    case Op::kLess:
      return "<";
    case Op::kLessEqual:
      return "<=";
    case Op::kGreater:
      return ">";
    case Op::kGreaterEqual:
      return ">=";
    case Op::kIn:
      return "in";
    case Op::kAdd:
      return "+";
    case Op::kSubtract:
      return "-";
    case Op::kMultiply:
      return "*";
    case Op::kDivide:
      return "/";
    case Op::kModulo:
      return "%";
    case Op::kHas:
      return "has";
    case Op::kNow:
      return "now";
    default:
      return "";
  }
}

std::string_view Spelling(Function function) {
  switch (function) {
    case Function::kNone:
      return "";
    case Function::kSize:
      return "size";
    case Function::kStartsWith:
      return "startsWith";
    case Function::kEndsWith:
      return "endsWith";
    case Function::kContains:
      return "contains";
    case Function::kInt:
      return "int";
    case Function::kDouble:
      return "double";
    case Function::kString:
      return "string";
    case Function::kTimestamp:
      return "timestamp";
    case Function::kDuration:
      return "duration";
    case Function::kDays:
      return "days";
    case Function::kHours:
      return "hours";
    case Function::kMinutes:
      return "minutes";
  }
  return "";
}

int Precedence(Op op) {
  switch (op) {
    case Op::kConditional:
      return 1;
    case Op::kOr:
      return 2;
    case Op::kAnd:
      return 3;
    case Op::kIn:
      return 4;
    case Op::kAdd:
    case Op::kSubtract:
      return 5;
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kModulo:
      return 6;
    case Op::kNot:
    case Op::kNegate:
      return 7;
    default:
      return IsComparison(op) ? 4 : 8;
  }
}

}  // namespace tocsin
