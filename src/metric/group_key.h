// The canonical bytes of a group's keys: equal where the keys are equal, and ordered as the keys are
// (docs/semantics.md 1.7). Integers big-endian with the sign flipped, booleans one byte, strings as UTF-8 with a
// terminator (00 01; a NUL inside is written 00 FF, so that no string is another's prefix).
#ifndef TOCSIN_METRIC_GROUP_KEY_H_
#define TOCSIN_METRIC_GROUP_KEY_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
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
inline char* WriteKey(const Value& value, char* at);
constexpr size_t MostKeyBytes(const Value& value) {
  return value.kind() == Kind::kString ? 2 * value.AsString().size() + 2 : sizeof(int64_t);
}

// Takes one value of that kind off the front of `key`. A string is borrowed from `key` where it holds no NUL, else from
// `text`.
Value TakeKey(Kind kind, std::string_view* key, std::string* text);

// Whether the bytes are those of values of these kinds, and nothing more. For bytes that come from a snapshot.
bool IsKey(std::string_view key, const std::vector<Kind>& kinds);

namespace group_key {

inline constexpr uint64_t kSignBit = uint64_t{1} << 63;
inline constexpr char kEscape = '\0';
inline constexpr char kTerminator = '\x01';

// Copies text, eight bytes at a time while there are so many. False when it holds a NUL.
inline bool CopyText(std::string_view text, char* at) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  uint64_t nul = 0;
  size_t i = 0;
  for (; i + sizeof(uint64_t) <= text.size(); i += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof(word));
    std::memcpy(at + i, &word, sizeof(word));
    nul |= (word - kOnes) & ~word & (kOnes << 7);
  }
  for (; i < text.size(); ++i) {
    at[i] = text[i];
    nul |= static_cast<uint64_t>(text[i] == kEscape);
  }
  return nul == 0;
}

}  // namespace group_key

char* WriteTextWithNul(std::string_view text, char* at);

inline char* WriteKey(const Value& value, char* at) {
  if (value.kind() == Kind::kString) {
    const std::string_view text = value.AsString();
    if (!group_key::CopyText(text, at)) [[unlikely]]
      return WriteTextWithNul(text, at);
    at += text.size();
    *at++ = group_key::kEscape;
    *at++ = group_key::kTerminator;
    return at;
  }
  if (value.kind() == Kind::kBool) {
    *at = value.AsBool() ? '\1' : '\0';
    return at + 1;
  }
  const uint64_t bits = static_cast<uint64_t>(value.AsInt()) ^ group_key::kSignBit;
  for (int shift = 56; shift >= 0; shift -= 8) *at++ = static_cast<char>(bits >> shift);
  return at;
}

}  // namespace tocsin

#endif  // TOCSIN_METRIC_GROUP_KEY_H_
