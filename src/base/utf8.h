// UTF-8 by code points, for texts that people wrote: columns, carets, escapes.
#ifndef TOCSIN_BASE_UTF8_H_
#define TOCSIN_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tocsin {

struct CodePoint {
  char32_t value = 0;
  size_t size = 0;  // bytes; of an invalid sequence those that are replaced together, at least 1
  bool valid = false;
};

// The code point at the start of `text`, or how many bytes of it are invalid (the longest beginning of a sequence that
// could have been one, as Unicode recommends for replacement). REQUIRES: !text.empty().
CodePoint FirstCodePoint(std::string_view text);

// True when all of `text` is valid UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

// How many code points; an invalid sequence counts as one.
size_t CountCodePoints(std::string_view text);

// How many columns of a terminal a code point takes: 2 for the wide ones of East Asia and emoji, 0 for combining marks.
int DisplayWidth(char32_t code_point);

// At most `limit` bytes from the start of `text`, never ending inside a valid code point.
std::string_view Utf8Prefix(std::string_view text, size_t limit);

}  // namespace tocsin

#endif  // TOCSIN_BASE_UTF8_H_
