// The type of a node: what event/type.h has, and what only expressions have besides: lists, null, types themselves.
#ifndef TOCSIN_EXPR_EXPR_TYPE_H_
#define TOCSIN_EXPR_EXPR_TYPE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "tocsin/event/type.h"

namespace tocsin {

// Kinds that no attribute and no metric has.
constexpr Kind kNullKind = static_cast<Kind>(16);
constexpr Kind kTypeKind = static_cast<Kind>(17);  // a type as a value: `type(x) == int`; its name, as text
constexpr Kind kListKind = static_cast<Kind>(18);  // what ExprType::kind() says of every list

struct ExprType {
  Kind base = Kind::kNone;  // of what is in the innermost list, where there are lists. kNone alone: not known
  uint8_t lists = 0;        // how many lists deep; a list whose base is kNone is one that is always empty
  bool relaxed = false;     // written dyn(…): can be compared with everything

  constexpr ExprType() = default;
  constexpr ExprType(Kind kind) : base(kind) {}       // NOLINT: implicit, a kind alone is a type
  constexpr ExprType(Type type) : base(type.kind) {}  // NOLINT: of what is not a decimal
  static constexpr ExprType ListOf(ExprType item) {
    ++item.lists;
    return item;
  }

  constexpr Kind kind() const { return lists == 0 ? base : kListKind; }
  constexpr bool IsList() const { return lists > 0; }
  // Of a list that is always empty there is nothing known of its items.
  constexpr bool IsEmptyList() const { return lists == 1 && base == Kind::kNone; }
  // REQUIRES: IsList().
  constexpr ExprType Item() const {
    ExprType item = *this;
    --item.lists;
    return item;
  }

  // But for `relaxed`.
  friend constexpr bool operator==(ExprType a, ExprType b) { return a.base == b.base && a.lists == b.lists; }
};

// A register of this kind holds text.
constexpr bool IsText(Kind kind) { return kind == Kind::kString || kind == kTypeKind; }

// The type that values of both have, where there is one: [] is a list of anything.
constexpr std::optional<ExprType> Join(ExprType a, ExprType b) {
  if (a == b) return a;
  if (a.base == Kind::kNone && a.lists > 0 && a.lists <= b.lists) return b;
  if (b.base == Kind::kNone && b.lists > 0 && b.lists <= a.lists) return a;
  return std::nullopt;
}

// "double", "list(string)", "null".
std::string NameOf(ExprType type);
// "a double", "a list of strings", "null".
std::string WithArticle(ExprType type);
// As CEL's type() names it: "double", "list", "google.protobuf.Timestamp".
std::string CelTypeName(ExprType type);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_EXPR_TYPE_H_
