#include "config/scalar_source.h"

#include <cstdint>
#include <string>

namespace tocsin {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

ScalarStyle StyleOf(char first) {
  if (first == '\'') return ScalarStyle::kSingleQuoted;
  if (first == '"') return ScalarStyle::kDoubleQuoted;
  if (first == '|' || first == '>') return ScalarStyle::kBlock;
  return ScalarStyle::kPlain;
}

void AppendUtf8(uint32_t code_point, std::string* out) {
  const auto put = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | ((code_point >> 18) & 0x07));
    put(0x80 | ((code_point >> 12) & 0x3F));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

struct Escape {
  size_t size = 2;      // bytes in the file, the backslash included
  std::string meaning;  // what it stands for
};

// The escape of a double-quoted scalar that begins at file[at] == '\\'.
Escape ReadEscape(std::string_view file, size_t at) {
  Escape escape;
  const char kind = at + 1 < file.size() ? file[at + 1] : '\0';
  size_t digits = 0;
  switch (kind) {
    case '0':
      escape.meaning = std::string(1, '\0');
      break;
    case 'a':
      escape.meaning = "\a";
      break;
    case 'b':
      escape.meaning = "\b";
      break;
    case 't':
      escape.meaning = "\t";
      break;
    case 'n':
      escape.meaning = "\n";
      break;
    case 'v':
      escape.meaning = "\v";
      break;
    case 'f':
      escape.meaning = "\f";
      break;
    case 'r':
      escape.meaning = "\r";
      break;
    case 'e':
      escape.meaning = "\x1B";
      break;
    case 'N':
      AppendUtf8(0x85, &escape.meaning);
      break;
    case '_':
      AppendUtf8(0xA0, &escape.meaning);
      break;
    case 'L':
      AppendUtf8(0x2028, &escape.meaning);
      break;
    case 'P':
      AppendUtf8(0x2029, &escape.meaning);
      break;
    case 'x':
      digits = 2;
      break;
    case 'u':
      digits = 4;
      break;
    case 'U':
      digits = 8;
      break;
    default:
      escape.meaning = std::string(1, kind);
      break;
  }
  if (digits == 0) return escape;
  uint32_t code_point = 0;
  for (size_t i = at + 2; i < at + 2 + digits && i < file.size(); ++i) {
    const char c = file[i];
    const uint32_t digit = c >= '0' && c <= '9'   ? static_cast<uint32_t>(c - '0')
                           : c >= 'a' && c <= 'f' ? static_cast<uint32_t>(c - 'a' + 10)
                           : c >= 'A' && c <= 'F' ? static_cast<uint32_t>(c - 'A' + 10)
                                                  : 0;
    code_point = code_point * 16 + digit;
  }
  escape.size = 2 + digits;
  AppendUtf8(code_point, &escape.meaning);
  return escape;
}

// Follows a value and the file side by side.
class Walk {
 public:
  Walk(std::string_view file, size_t begin, std::string_view value, ScalarStyle style)
      : file_(file), value_(value), style_(style), at_(begin) {
    offsets_.reserve(value.size() + 1);
  }

  void Run() {
    if (style_ == ScalarStyle::kBlock) SkipHeader();
    if (style_ == ScalarStyle::kSingleQuoted || style_ == ScalarStyle::kDoubleQuoted) ++at_;
    end_of_last_ = at_;
    while (offsets_.size() < value_.size() && Step()) {
    }
    offsets_.resize(value_.size(), at_);  // where they parted, if they did
    offsets_.push_back(end_of_last_);
  }

  // Past the closing quote; false when there is none. (Where a quirk made value and file part, the next quote is
  // taken.)
  bool Close() {
    while (at_ < file_.size() && (IsBlank(file_[at_]) || AtEscapedBreak())) at_ += AtEscapedBreak() ? 2 : 1;
    const size_t quote = file_.find(style_ == ScalarStyle::kSingleQuoted ? '\'' : '"', at_);
    at_ = quote == std::string_view::npos ? file_.size() : quote + 1;
    return quote != std::string_view::npos;
  }

  size_t at() const { return at_; }
  std::vector<size_t> TakeOffsets() { return std::move(offsets_); }

 private:
  // "|2- # comment": the text begins on the next line.
  void SkipHeader() {
    while (at_ < file_.size() && file_[at_] != '\n') ++at_;
    if (at_ < file_.size()) ++at_;
  }

  bool AtEscapedBreak() const {
    return style_ == ScalarStyle::kDoubleQuoted && file_[at_] == '\\' && at_ + 1 < file_.size() &&
           file_[at_ + 1] == '\n';
  }

  void Match(size_t value_bytes, size_t file_bytes) {
    offsets_.insert(offsets_.end(), value_bytes, at_);
    at_ += file_bytes;
    end_of_last_ = at_;
  }

  // Places at least one more byte of the value, or says that the file has no place for it.
  bool Step() {
    const char wanted = value_[offsets_.size()];
    while (at_ < file_.size()) {
      const char c = file_[at_];
      if (AtEscapedBreak()) {
        at_ += 2;
        continue;
      }
      if (style_ == ScalarStyle::kDoubleQuoted && c == '\\') {
        const Escape escape = ReadEscape(file_, at_);
        if (value_.substr(offsets_.size(), escape.meaning.size()) == escape.meaning) {
          Match(escape.meaning.size(), escape.size);
          return true;
        }
        at_ += escape.size;
        continue;
      }
      if (style_ == ScalarStyle::kSingleQuoted && c == '\'') {
        if (wanted != '\'') return false;
        Match(1, 2);
        return true;
      }
      // A fold turns a line break into a space, and drops the blanks around it.
      if (c == wanted || (IsBlank(c) && IsBlank(wanted))) {
        Match(1, 1);
        return true;
      }
      if (IsBlank(wanted)) {
        offsets_.push_back(at_);
        return true;
      }
      if (!IsBlank(c)) return false;
      ++at_;
    }
    return false;
  }

  std::string_view file_;
  std::string_view value_;
  ScalarStyle style_;
  size_t at_;
  size_t end_of_last_ = 0;
  std::vector<size_t> offsets_;
};

}  // namespace

ScalarSource LocateScalar(std::string_view file, size_t begin, std::string_view value) {
  ScalarSource source;
  if (begin > file.size()) begin = file.size();
  source.style = begin < file.size() ? StyleOf(file[begin]) : ScalarStyle::kPlain;
  Walk walk(file, begin, value, source.style);
  walk.Run();
  if (source.style == ScalarStyle::kSingleQuoted || source.style == ScalarStyle::kDoubleQuoted)
    source.closed = walk.Close();
  source.end = walk.at() < file.size() ? walk.at() : file.size();
  source.offsets = walk.TakeOffsets();
  for (size_t& offset : source.offsets) offset = offset < file.size() ? offset : file.size();
  return source;
}

}  // namespace tocsin
