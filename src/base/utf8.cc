#include "base/utf8.h"

namespace tocsin {
namespace {

// What the first byte says of a sequence: its length, and the range of the second byte, which rules out overlong forms,
// surrogates and what lies above U+10FFFF.
struct Lead {
  int length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

Lead LeadOf(unsigned char byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

struct Range {
  char32_t first;
  char32_t last;
};

constexpr Range kWide[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE4F},   {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};
constexpr Range kZeroWidth[] = {
    {0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF},
};

template <size_t N>
bool IsIn(const Range (&ranges)[N], char32_t code_point) {
  for (const Range& range : ranges) {
    if (code_point >= range.first && code_point <= range.last) return true;
  }
  return false;
}

}  // namespace

CodePoint FirstCodePoint(std::string_view text) {
  const auto byte_at = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte_at(0);
  const Lead lead = LeadOf(first);
  if (lead.length == 0) return {0xFFFD, 1, false};
  if (lead.length == 1) return {first, 1, true};
  char32_t value = first & (0x7Fu >> lead.length);
  for (size_t i = 1; i < static_cast<size_t>(lead.length); ++i) {
    const unsigned char low = i == 1 ? lead.low : 0x80;
    const unsigned char high = i == 1 ? lead.high : 0xBF;
    if (i >= text.size() || byte_at(i) < low || byte_at(i) > high) return {0xFFFD, i, false};
    value = value << 6 | (byte_at(i) & 0x3Fu);
  }
  return {value, static_cast<size_t>(lead.length), true};
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = FirstCodePoint(text);
    if (!point.valid) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

size_t CountCodePoints(std::string_view text) {
  size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(FirstCodePoint(text).size);
  return count;
}

int DisplayWidth(char32_t code_point) {
  if (code_point < 0x300) return 1;
  if (IsIn(kZeroWidth, code_point)) return 0;
  return IsIn(kWide, code_point) ? 2 : 1;
}

std::string_view Utf8Prefix(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  size_t end = 0;
  while (end < text.size()) {
    const size_t size = FirstCodePoint(text.substr(end)).size;
    if (end + size > limit) break;
    end += size;
  }
  return text.substr(0, end);
}

}  // namespace tocsin
