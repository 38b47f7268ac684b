#include "expr/ast.h"

#include <iterator>

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
    if (HasText(node)) node.text = add_text(node.text);
    if (HasName(node)) node.name = add_text(node.name);
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
  // In the order of the enumeration.
  static constexpr std::string_view kNames[] = {
      "",
      "size",
      "startsWith",
      "endsWith",
      "contains",
      "int",
      "double",
      "string",
      "timestamp",
      "duration",
      "days",
      "hours",
      "minutes",
      "bool",
      "type",
      "dyn",
      "matches",
      "charAt",
      "indexOf",
      "lastIndexOf",
      "join",
      "lowerAscii",
      "upperAscii",
      "replace",
      "reverse",
      "split",
      "substring",
      "trim",
      "getFullYear",
      "getMonth",
      "getDate",
      "getDayOfMonth",
      "getDayOfWeek",
      "getDayOfYear",
      "getHours",
      "getMinutes",
      "getSeconds",
      "getMilliseconds",
      "math.greatest",
      "math.least",
      "math.ceil",
      "math.floor",
      "math.round",
      "math.trunc",
      "math.abs",
      "math.sign",
      "math.sqrt",
      "math.isNaN",
      "math.isInf",
      "math.isFinite",
      "math.bitAnd",
      "math.bitOr",
      "math.bitXor",
      "math.bitNot",
      "math.bitShiftLeft",
      "math.bitShiftRight",
      "",
      "all",
      "exists",
      "exists_one",
      "map",
      "filter",
      "cel.bind",
  };
  static_assert(std::size(kNames) == static_cast<size_t>(kLastFunction) + 1);
  return kNames[static_cast<size_t>(function)];
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
