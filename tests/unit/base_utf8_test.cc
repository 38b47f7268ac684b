#include "base/utf8.h"

#include <random>
#include <string>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

// The slow way: read the bits, then ask whether writing the code point gives the same bytes.
bool SlowIsUtf8(const std::string& text) {
  for (size_t i = 0; i < text.size();) {
    const unsigned char first = static_cast<unsigned char>(text[i]);
    const size_t size = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (i + size > text.size()) return false;
    uint32_t value = size == 1 ? first : first & (0xFF >> (size + 1));
    for (size_t k = 1; k < size; ++k) value = value << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    std::string written;
    if (value < 0x80) {
      written = {static_cast<char>(value)};
    } else if (value < 0x800) {
      written = {static_cast<char>(0xC0 | value >> 6), static_cast<char>(0x80 | (value & 0x3F))};
    } else if (value < 0x10000) {
      written = {static_cast<char>(0xE0 | value >> 12), static_cast<char>(0x80 | (value >> 6 & 0x3F)),
                 static_cast<char>(0x80 | (value & 0x3F))};
    } else {
      written = {static_cast<char>(0xF0 | value >> 18), static_cast<char>(0x80 | (value >> 12 & 0x3F)),
                 static_cast<char>(0x80 | (value >> 6 & 0x3F)), static_cast<char>(0x80 | (value & 0x3F))};
    }
    if (written != text.substr(i, size) || (value >= 0xD800 && value < 0xE000) || value > 0x10FFFF) return false;
    i += size;
  }
  return true;
}

TEST_CASE("UTF-8 is told from what is not") {
  struct Example {
    std::string text;
    bool valid;
  };
  const Example examples[] = {
      {"", true},
      {"abc", true},
      {"\xC2\x80", true},
      {"\xDF\xBF", true},
      {"\xE0\xA0\x80", true},
      {"\xED\x9F\xBF", true},
      {"\xEE\x80\x80", true},
      {"\xF0\x90\x80\x80", true},
      {"\xF4\x8F\xBF\xBF", true},
      {"告警", true},
      {"\x80", false},
      {"\xC0\x80", false},  // overlong
      {"\xC1\xBF", false},
      {"\xE0\x9F\xBF", false},
      {"\xF0\x8F\xBF\xBF", false},
      {"\xED\xA0\x80", false},      // a surrogate
      {"\xF4\x90\x80\x80", false},  // above U+10FFFF
      {"\xF5\x80\x80\x80", false},
      {"\xFF", false},
      {"\xC2", false},  // cut off
      {"\xE5\x91", false},
      {"a\xE5\x91z", false},
  };
  for (const Example& example : examples) {
    CHECK(IsUtf8(example.text) == example.valid);
    CHECK(SlowIsUtf8(example.text) == example.valid);
  }
}

TEST_CASE("Random bytes are judged like the slow way judges them") {
  std::mt19937 random(tocsin::test::Seed(42));
  const unsigned char likely[] = {0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1,
                                  0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4};
  int valid = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string text(1 + random() % 4, ' ');
    for (char& c : text) c = static_cast<char>(i % 2 == 0 ? likely[random() % sizeof(likely)] : random() % 256);
    REQUIRE(IsUtf8(text) == SlowIsUtf8(text));
    valid += IsUtf8(text);
  }
  CHECK(valid > 1000);  // both answers were tried
}

TEST_CASE("Code points are counted and cut whole") {
  CHECK(CountCodePoints("naïve") == 5);
  CHECK(CountCodePoints("告警") == 2);
  CHECK(CountCodePoints("a\xFFz") == 3);
  CHECK(Utf8Prefix("naïve", 3) == "na");
  CHECK(Utf8Prefix("naïve", 4) == "naï");
  CHECK(Utf8Prefix("abc", 3) == "abc");
  CHECK(Utf8Prefix("告", 2).empty());
  CHECK(DisplayWidth(U'a') == 1);
  CHECK(DisplayWidth(U'告') == 2);
  CHECK(DisplayWidth(0x301) == 0);
}

}  // namespace
}  // namespace tocsin
