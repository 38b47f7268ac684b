// The canonical bytes of a group's keys: equal where the keys are equal, and ordered as the keys are
// (docs/semantics.md 1.7). Integers big-endian with the sign flipped, booleans one byte, strings as UTF-8 with a
// terminator (00 01; a NUL inside is written 00 FF, so that no string is another's prefix).
#ifndef TOCSIN_METRIC_GROUP_KEY_H_
#define TOCSIN_METRIC_GROUP_KEY_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/event/type.h"
#include "tocsin/event/value.h"

namespace tocsin {

// What attributes may group by.
constexpr bool IsKeyKind(Kind kind) { return kind == Kind::kString || kind == Kind::kInt || kind == Kind::kBool; }

// REQUIRES of all: IsKeyKind(value.kind()).
void AppendKey(const Value& value, std::string* key);
// The same to a place with room for MostKeyBytes(value); the end of what was written.
char* WriteKey(const Value& value, char* at);
constexpr size_t MostKeyBytes(const Value& value) {
  return value.kind() == Kind::kString ? 2 * value.AsString().size() + 2 : sizeof(int64_t);
}

// Takes one value of that kind off the front of `key`. A string is borrowed from `key` where it holds no NUL, else from
// `text`.
Value TakeKey(Kind kind, std::string_view* key, std::string* text);

// Whether the bytes are those of values of these kinds, and nothing more. For bytes that come from a snapshot.
bool IsKey(std::string_view key, const std::vector<Kind>& kinds);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_GROUP_KEY_H_
