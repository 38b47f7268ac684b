#include "metric/group_key.h"

#include <cstdint>
#include <cstring>

namespace tocsin {
namespace {

using group_key::kEscape;
using group_key::kSignBit;
using group_key::kTerminator;
constexpr char kEscapedNul = '\xff';

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

char* WriteTextWithNul(std::string_view text, char* at) {
  for (char c : text) {
    *at++ = c;
    if (c == kEscape) *at++ = kEscapedNul;
  }
  *at++ = kEscape;
  *at++ = kTerminator;
  return at;
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
