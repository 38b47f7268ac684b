#include "expr/string_literal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/utf8.h"

namespace tocsin {
namespace {

bool IsQuote(char c) { return c == '"' || c == '\''; }

void AppendUtf8(uint32_t code_point, std::string* out) {
  const auto put = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// What stands after the backslash at `offset` - 1: how many digits of which base give a code point.
struct NumericEscape {
  size_t skip = 0;  // letters before the digits
  size_t digits = 0;
  uint32_t base = 16;
};
NumericEscape NumericEscapeOf(char c) {
  switch (c) {
    case 'x':
    case 'X':
      return {1, 2, 16};
    case 'u':
      return {1, 4, 16};
    case 'U':
      return {1, 8, 16};
    case '0':
    case '1':
    case '2':
    case '3':
      return {0, 3, 8};
    default:
      return {};
  }
}

// The character that `\c` stands for, or 0xFF.
char SimpleEscape(char c) {
  static constexpr std::string_view kFrom = "abfnrtv\\?\"'`";
  static constexpr std::string_view kTo = "\a\b\f\n\r\t\v\\?\"'`";
  const size_t found = kFrom.find(c);
  return found == std::string_view::npos ? '\xFF' : kTo[found];
}

// Decodes the escape whose backslash is at `offset`; answers how many bytes it takes, at least 1.
size_t ReadEscape(std::string_view source, size_t offset, size_t end, StringLiteral* literal, Mistakes* mistakes) {
  const auto wrong = [&](size_t length, std::string message, std::string hint) {
    mistakes->push_back({offset, length, std::move(message), std::move(hint)});
    literal->broken = true;
    return length;
  };
  const char c = offset + 1 < end ? source[offset + 1] : '\0';
  const NumericEscape numeric = NumericEscapeOf(c);
  if (numeric.digits == 0) {
    const char simple = SimpleEscape(c);
    if (simple == '\xFF') {
      size_t length = 2;  // all bytes of a character beyond ASCII
      while (offset + length < end && (static_cast<unsigned char>(source[offset + length]) & 0xC0) == 0x80) ++length;
      length = std::min(length, end - offset);
      return wrong(length, fmt::format("'{}' is not an escape", source.substr(offset, length)),
                   "a backslash itself is written '\\\\', or the text with an r before its quote");
    }
    literal->text.push_back(simple);
    return 2;
  }
  uint64_t code_point = 0;
  size_t read = 0;
  size_t at = offset + 1 + numeric.skip;
  while (read < numeric.digits && at < end && DigitValue(source[at]) < static_cast<int>(numeric.base)) {
    code_point = code_point * numeric.base + static_cast<uint64_t>(DigitValue(source[at]));
    ++read;
    ++at;
  }
  if (read < numeric.digits) {
    return wrong(at - offset,
                 fmt::format("'{}' is cut short: {} {} digits are needed", source.substr(offset, at - offset),
                             numeric.digits, numeric.base == 8 ? "octal" : "hexadecimal"),
                 "");
  }
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000)) {
    return wrong(at - offset, fmt::format("'{}' is not a character of Unicode", source.substr(offset, at - offset)),
                 "");
  }
  AppendUtf8(static_cast<uint32_t>(code_point), &literal->text);
  return at - offset;
}

// Takes the character at `offset` as it is; answers how many bytes it has.
size_t ReadPlain(std::string_view source, size_t offset, StringLiteral* literal, Mistakes* mistakes) {
  const CodePoint point = FirstCodePoint(source.substr(offset));
  literal->text.append(source.substr(offset, point.size));
  if (!point.valid && !literal->broken) {
    mistakes->push_back({offset, point.size, "the text is not valid UTF-8 here", ""});
    literal->broken = true;
  }
  return point.size;
}

struct Prefix {
  size_t length = 0;
  bool raw = false;
  bool bytes = false;
};
Prefix PrefixAt(std::string_view source, size_t offset) {
  Prefix prefix;
  for (size_t i = offset; i < source.size() && i < offset + 2; ++i) {
    const char c = source[i];
    if ((c == 'r' || c == 'R') && !prefix.raw) {
      prefix.raw = true;
    } else if ((c == 'b' || c == 'B') && !prefix.bytes) {
      prefix.bytes = true;
    } else {
      break;
    }
    ++prefix.length;
  }
  return prefix;
}

}  // namespace

bool StartsString(std::string_view source, size_t offset) {
  const size_t quote = offset + PrefixAt(source, offset).length;
  return quote < source.size() && IsQuote(source[quote]);
}

StringLiteral ReadString(std::string_view source, size_t offset, Mistakes* mistakes) {
  const Prefix prefix = PrefixAt(source, offset);
  const size_t open = offset + prefix.length;
  const char quote = source[open];
  const bool triple = source.substr(open, 3) == std::string(3, quote);
  const std::string closing(triple ? 3 : 1, quote);

  StringLiteral literal;
  size_t at = open + closing.size();
  while (at < source.size()) {
    if (source.substr(at, closing.size()) == closing) {
      literal.closed = true;
      break;
    }
    const char c = source[at];
    if (!triple && (c == '\n' || c == '\r')) break;
    if (c == '\\' && !prefix.raw && at + 1 < source.size() && (triple || (source[at + 1] != '\n'))) {
      at += ReadEscape(source, at, source.size(), &literal, mistakes);
    } else {
      at += ReadPlain(source, at, &literal, mistakes);
    }
  }
  literal.end = literal.closed ? at + closing.size() : at;
  if (!literal.closed) {
    literal.broken = true;
    mistakes->push_back({offset, closing.size() + prefix.length, "the text that begins here is never closed",
                         fmt::format("end it with {}", closing)});
  } else if (prefix.bytes) {
    literal.broken = true;
    mistakes->push_back({offset, literal.end - offset, "bytes such as b\"...\" are not supported", "write a string"});
  }
  if (literal.broken) literal.text.clear();
  return literal;
}

std::string QuoteString(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted.push_back('\\');
      quoted.push_back(c);
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (c == '\r') {
      quoted += "\\r";
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\x{:02x}", byte);
    } else {
      quoted.push_back(c);
    }
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace tocsin
