#include "tocsin/base/diagnostic.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/cord.h"
#include "base/utf8.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

constexpr char kPayloadType[] = "tocsin/diagnostics";
constexpr size_t kMaxRendered = 50;
constexpr size_t kMaxShown = 160;         // code points of a source line; a longer one is cut around the caret
constexpr size_t kShownBeforeCaret = 60;  // of these, at most so many before it where the line is cut

// A source line and what goes below it.
struct Excerpt {
  std::string text;
  std::string carets;
};

void AppendShown(std::string_view bytes, const CodePoint& point, std::string* text) {
  // A file may hold anything; what a terminal would obey is not handed to it.
  const bool obeyed = point.value != '\t' && (point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0));
  text->append(point.valid && !obeyed ? bytes.substr(0, point.size) : std::string_view("\xEF\xBF\xBD"));
}

// REQUIRES: column >= 1, length >= 1.
Excerpt MakeExcerpt(std::string_view line, size_t column, size_t length) {
  const size_t count = CountCodePoints(line);
  const size_t caret = std::min(column - 1, count);  // just behind the line's end at most
  size_t begin = 0;
  size_t end = count;
  if (count > kMaxShown) {
    begin = std::min(caret - std::min(caret, kShownBeforeCaret), count - kMaxShown);
    end = begin + kMaxShown;
  }
  Excerpt excerpt;
  std::string under;
  if (begin > 0) {
    excerpt.text = "…";
    excerpt.carets = " ";
  }
  for (size_t i = 0; i < end; ++i) {
    const CodePoint point = FirstCodePoint(line);
    if (i >= begin) {
      AppendShown(line, point, &excerpt.text);
      const size_t width = static_cast<size_t>(DisplayWidth(point.value));
      if (i < caret && point.value == '\t') excerpt.carets.push_back('\t');
      if (i < caret && point.value != '\t') excerpt.carets.append(width, ' ');
      if (i >= caret && i - caret < length) under.append(width, '~');
    }
    line.remove_prefix(point.size);
  }
  if (end < count) excerpt.text += "…";
  if (under.empty()) under = "~";
  under[0] = '^';
  excerpt.carets += under;
  return excerpt;
}

std::string Place(const Diagnostic& diagnostic) {
  std::string place = diagnostic.file;
  const auto part = [&place](int number) { place += fmt::format("{}{}", place.empty() ? "" : ":", number); };
  if (diagnostic.line > 0) {
    part(diagnostic.line);
    if (diagnostic.column > 0) part(diagnostic.column);
  }
  if (!place.empty()) place += ": ";
  return place;
}

// The list as bytes: every field as its length in decimal, a colon, and its bytes.
void AppendField(std::string_view field, std::string* out) {
  *out += fmt::format("{}:", field.size());
  *out += field;
}

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : bytes_(bytes) {}

  bool Done() const { return bytes_.empty(); }

  bool Read(std::string* field) {
    size_t size = 0;
    if (!ReadNumber(&size, ':') || size > bytes_.size()) return false;
    *field = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return true;
  }

  bool Read(int* number) {
    std::string field;
    if (!Read(&field)) return false;
    const std::from_chars_result result = std::from_chars(field.data(), field.data() + field.size(), *number);
    return result.ec == std::errc() && result.ptr == field.data() + field.size();
  }

 private:
  bool ReadNumber(size_t* number, char end) {
    const std::from_chars_result result = std::from_chars(bytes_.data(), bytes_.data() + bytes_.size(), *number);
    if (result.ec != std::errc() || result.ptr == bytes_.data() + bytes_.size() || *result.ptr != end) return false;
    bytes_.remove_prefix(static_cast<size_t>(result.ptr - bytes_.data()) + 1);
    return true;
  }

  std::string_view bytes_;
};

}  // namespace

std::string Render(const Diagnostic& diagnostic) {
  std::string text = fmt::format("{}error: {}", Place(diagnostic), diagnostic.message);
  if (diagnostic.line <= 0 || diagnostic.source_line.empty()) {
    if (!diagnostic.hint.empty()) text += fmt::format(" ({})", diagnostic.hint);
    return text;
  }
  const std::string number = fmt::format("{}", diagnostic.line);
  const Excerpt excerpt = MakeExcerpt(diagnostic.source_line, static_cast<size_t>(std::max(diagnostic.column, 1)),
                                      static_cast<size_t>(std::max(diagnostic.length, 1)));
  text += fmt::format("\n  {} | {}\n  {:{}} | {}", number, excerpt.text, "", number.size(),
                      diagnostic.column > 0 ? excerpt.carets : "");
  if (!diagnostic.hint.empty()) text += (diagnostic.column > 0 ? " " : "") + diagnostic.hint;
  while (text.back() == ' ') text.pop_back();
  return text;
}

std::string Render(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  const size_t shown = std::min(diagnostics.size(), kMaxRendered);
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) text += '\n';
    text += Render(diagnostics[i]);
  }
  if (shown < diagnostics.size()) text += fmt::format("\nand {} more", diagnostics.size() - shown);
  return text;
}

absl::Status ToStatus(const std::vector<Diagnostic>& diagnostics) {
  if (diagnostics.empty()) return absl::OkStatus();
  absl::Status status = absl::InvalidArgumentError(Render(diagnostics));
  std::string payload;
  for (const Diagnostic& diagnostic : diagnostics) {
    AppendField(diagnostic.file, &payload);
    AppendField(std::to_string(diagnostic.line), &payload);
    AppendField(std::to_string(diagnostic.column), &payload);
    AppendField(std::to_string(diagnostic.length), &payload);
    AppendField(diagnostic.message, &payload);
    AppendField(diagnostic.hint, &payload);
    AppendField(diagnostic.source_line, &payload);
  }
  status.SetPayload(kPayloadType, absl::Cord(std::move(payload)));
  return status;
}

std::vector<Diagnostic> DiagnosticsOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadType);
  if (!payload.has_value()) return {};
  const std::string bytes(*payload);
  FieldReader reader(bytes);
  std::vector<Diagnostic> diagnostics;
  while (!reader.Done()) {
    Diagnostic diagnostic;
    if (!reader.Read(&diagnostic.file) || !reader.Read(&diagnostic.line) || !reader.Read(&diagnostic.column) ||
        !reader.Read(&diagnostic.length) || !reader.Read(&diagnostic.message) || !reader.Read(&diagnostic.hint) ||
        !reader.Read(&diagnostic.source_line)) {
      return {};
    }
    diagnostics.push_back(std::move(diagnostic));
  }
  return diagnostics;
}

}  // namespace tocsin
