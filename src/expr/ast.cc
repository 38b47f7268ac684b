#include "expr/ast.h"

namespace tocsin {

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
