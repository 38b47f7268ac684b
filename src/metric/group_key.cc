#include "metric/group_key.h"

#include <cstdint>
#include <cstring>

namespace tocsin {
namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;
constexpr char kEscape = '\0';
constexpr char kTerminator = '\x01';
constexpr char kEscapedNul = '\xff';

char* WriteBigEndian(uint64_t bits, char* at) {
  for (int shift = 56; shift >= 0; shift -= 8) *at++ = static_cast<char>(bits >> shift);
  return at;
}

// Copies text, eight bytes at a time while there are so many. False when it holds a NUL.
bool CopyText(std::string_view text, char* at) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  const size_t words = text.size() / sizeof(uint64_t) * sizeof(uint64_t);
  uint64_t nul = 0;
  for (size_t i = 0; i < words; i += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof(word));
    std::memcpy(at + i, &word, sizeof(word));
    nul |= (word - kOnes) & ~word & (kOnes << 7);
  }
  for (size_t i = words; i < text.size(); ++i) {
    at[i] = text[i];
    nul |= static_cast<uint64_t>(text[i] == '\0');
  }
  return nul == 0;
}

char* WriteText(std::string_view text, char* at) {
  if (CopyText(text, at)) [[likely]] {
    at += text.size();
  } else {
    for (char c : text) {
      *at++ = c;
      if (c == kEscape) *at++ = kEscapedNul;
    }
  }
  *at++ = kEscape;
  *at++ = kTerminator;
  return at;
}

std::string_view TakeText(std::string_view* key, std::string* text) {
  size_t nul = key->find('\0');
  if ((*key)[nul + 1] == kTerminator) {
    std::string_view taken = key->substr(0, nul);
    key->remove_prefix(nul + 2);
    return taken;
  }
  text->clear();
  for (size_t i = 0;; ++i) {
    if ((*key)[i] != kEscape) {
      text->push_back((*key)[i]);
      continue;
    }
    ++i;
    if ((*key)[i] == kTerminator) {
      key->remove_prefix(i + 1);
      return *text;
    }
    text->push_back('\0');
  }
}

}  // namespace

char* WriteKey(const Value& value, char* at) {
  switch (value.kind()) {
    case Kind::kString:
      return WriteText(value.AsString(), at);
    case Kind::kBool:
      *at = value.AsBool() ? '\1' : '\0';
      return at + 1;
    default:
      return WriteBigEndian(static_cast<uint64_t>(value.AsInt()) ^ kSignBit, at);
  }
}

void AppendKey(const Value& value, std::string* key) {
  const size_t before = key->size();
  key->resize(before + MostKeyBytes(value));
  key->resize(static_cast<size_t>(WriteKey(value, key->data() + before) - key->data()));
}

Value TakeKey(Kind kind, std::string_view* key, std::string* text) {
  if (kind == Kind::kString) return Value::String(TakeText(key, text));
  if (kind == Kind::kBool) {
    bool b = key->front() != '\0';
    key->remove_prefix(1);
    return Value::Bool(b);
  }
  uint64_t bits = 0;
  for (size_t i = 0; i < 8; ++i) bits = bits << 8 | static_cast<unsigned char>((*key)[i]);
  key->remove_prefix(8);
  return Value::Int(static_cast<int64_t>(bits ^ kSignBit));
}

bool IsKey(std::string_view key, const std::vector<Kind>& kinds) {
  for (Kind kind : kinds) {
    if (kind == Kind::kString) {
      size_t end = key.find('\0');
      while (end != std::string_view::npos && end + 1 < key.size() && key[end + 1] == kEscapedNul)
        end = key.find('\0', end + 2);
      if (end == std::string_view::npos || end + 1 >= key.size() || key[end + 1] != kTerminator) return false;
      key.remove_prefix(end + 2);
      continue;
    }
    const size_t bytes = kind == Kind::kBool ? 1 : 8;
    if (key.size() < bytes) return false;
    key.remove_prefix(bytes);
  }
  return key.empty();
}

}  // namespace tocsin
