#include "expr/expr_type.h"

namespace tocsin {

std::string NameOf(ExprType type) {
  std::string name;
  for (int i = 0; i < type.lists; ++i) name += "list(";
  if (type.base == kNullKind) {
    name += "null";
  } else if (type.base == kTypeKind) {
    name += "type";
  } else {
    name += TypeName(Type(type.base));
  }
  return name.append(type.lists, ')');
}

std::string WithArticle(ExprType type) {
  if (type.lists > 1) return "a list of lists";
  if (type.lists == 1)
    return type.base == Kind::kNone ? "an empty list" : "a list of " + NameOf(ExprType(type.base)) + "s";
  if (type.base == kNullKind) return "null";
  if (type.base == Kind::kNone) return "nothing";
  return (type.base == Kind::kInt ? "an " : "a ") + NameOf(type);
}

std::string CelTypeName(ExprType type) {
  if (type.lists > 0) return "list";
  if (type.base == kNullKind) return "null_type";
  switch (type.base) {
    case Kind::kTimestamp:
      return "google.protobuf.Timestamp";
    case Kind::kDuration:
      return "google.protobuf.Duration";
    default:
      return NameOf(type);
  }
}

}  // namespace tocsin
