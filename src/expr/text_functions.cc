#include "expr/text_functions.h"

#include <algorithm>
#include <cstring>

#include "base/utf8.h"

namespace tocsin {
namespace {

// The byte where the code point at `place` begins; nothing beyond the end.
std::optional<size_t> ByteOf(std::string_view text, int64_t place) {
  if (place < 0) return std::nullopt;
  size_t byte = 0;
  for (; place > 0; --place) {
    if (byte >= text.size()) return std::nullopt;
    byte += FirstCodePoint(text.substr(byte)).size;
  }
  return byte;
}

int64_t PlaceOf(std::string_view text, size_t byte) {
  return static_cast<int64_t>(CountCodePoints(text.substr(0, byte)));
}

bool IsSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

}  // namespace

size_t FindText(std::string_view text, std::string_view part, size_t begin) {
  if (begin > text.size()) return std::string_view::npos;
  if (part.empty()) return begin;
  if (text.size() - begin < part.size()) return std::string_view::npos;  // nor may memmem be given no text
  const void* const found = memmem(text.data() + begin, text.size() - begin, part.data(), part.size());
  return found == nullptr ? std::string_view::npos : static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

std::optional<std::string_view> CharAt(std::string_view text, int64_t place) {
  const std::optional<size_t> byte = ByteOf(text, place);
  if (!byte) return std::nullopt;
  if (*byte == text.size()) return std::string_view();
  return text.substr(*byte, FirstCodePoint(text.substr(*byte)).size);
}

std::optional<std::string_view> Substring(std::string_view text, int64_t begin, std::optional<int64_t> end) {
  const std::optional<size_t> first = ByteOf(text, begin);
  const std::optional<size_t> last = end ? ByteOf(text, *end) : text.size();
  if (!first || !last || *first > *last) return std::nullopt;
  return text.substr(*first, *last - *first);
}

std::optional<int64_t> IndexOf(std::string_view text, std::string_view part, std::optional<int64_t> from) {
  if (part.empty()) return from.value_or(0);
  size_t begin = 0;
  if (from) {
    const std::optional<size_t> byte = ByteOf(text, *from);
    if (!byte || *byte == text.size()) return std::nullopt;
    begin = *byte;
  }
  const size_t found = FindText(text, part, begin);
  return found == std::string_view::npos ? -1 : PlaceOf(text, found);
}

std::optional<int64_t> LastIndexOf(std::string_view text, std::string_view part, std::optional<int64_t> from) {
  if (part.empty()) return from ? *from : PlaceOf(text, text.size());
  size_t begin = text.size();
  if (from) {
    const std::optional<size_t> byte = ByteOf(text, *from);
    if (!byte || *byte == text.size()) return std::nullopt;
    begin = *byte;
  }
  const size_t found = text.rfind(part, begin);
  return found == std::string_view::npos ? -1 : PlaceOf(text, found);
}

std::string_view Trim(std::string_view text) {
  size_t begin = 0;
  while (begin < text.size()) {
    const CodePoint point = FirstCodePoint(text.substr(begin));
    if (!IsSpace(point.value) || !point.valid) break;
    begin += point.size;
  }
  size_t end = begin;
  for (size_t at = begin; at < text.size();) {
    const CodePoint point = FirstCodePoint(text.substr(at));
    at += point.size;
    if (!IsSpace(point.value) || !point.valid) end = at;
  }
  return text.substr(begin, end - begin);
}

void Split(std::string_view text, std::string_view part, int64_t limit,
           const std::function<void(std::string_view)>& piece) {
  if (limit == 0 || (part.empty() && text.empty())) return;
  while (limit < 0 || limit > 1) {
    const size_t found = part.empty() ? FirstCodePoint(text).size : FindText(text, part);
    if (found == std::string_view::npos || (part.empty() && found == text.size())) break;
    piece(text.substr(0, found));
    text.remove_prefix(found + part.size());
    if (limit > 0) --limit;
  }
  piece(text);
}

void Replace(std::string_view text, std::string_view part, std::string_view by, int64_t limit,
             const std::function<void(std::string_view)>& piece) {
  for (; limit != 0; limit -= limit > 0 ? 1 : 0) {
    const size_t found = FindText(text, part);
    if (found == std::string_view::npos) break;
    piece(text.substr(0, found));
    piece(by);
    text.remove_prefix(found + part.size());
    if (!part.empty()) continue;
    if (text.empty()) return;
    const size_t point = FirstCodePoint(text).size;
    piece(text.substr(0, point));
    text.remove_prefix(point);
  }
  piece(text);
}

void Reverse(std::string_view text, char* out) {
  out += text.size();
  while (!text.empty()) {
    const size_t size = FirstCodePoint(text).size;
    out -= size;
    std::memcpy(out, text.data(), size);
    text.remove_prefix(size);
  }
}

std::optional<bool> ParseBool(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

}  // namespace tocsin
