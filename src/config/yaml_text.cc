#include "config/yaml_text.h"

#include <algorithm>
#include <string>

#include "base/utf8.h"
#include "config/yaml_reader.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

// A mistake at a byte, whose line is not shown: it may hold what a terminal should not see.
Diagnostic At(std::string_view text, size_t offset, std::string_view name, std::string message, std::string hint) {
  Diagnostic diagnostic;
  diagnostic.file = name;
  diagnostic.line = 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(offset), '\n'));
  const size_t newline = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  diagnostic.column = 1 + static_cast<int>(CountCodePoints(text.substr(begin, offset - begin)));
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

bool IsForbidden(char32_t c) {
  return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F || (c >= 0x80 && c < 0xA0 && c != 0x85);
}

}  // namespace

std::shared_ptr<const SourceFile> CleanYamlText(std::string_view text, std::string_view name, Mistakes& mistakes) {
  const auto refuse = [&](size_t offset, std::string message, std::string hint) {
    mistakes.Add(At(text, offset, name, std::move(message), std::move(hint)));
    return nullptr;
  };
  if (text.size() > kMaxYamlBytes) {
    return refuse(0, fmt::format("this config has {} bytes", text.size()),
                  fmt::format("at most {} are read", kMaxYamlBytes));
  }
  if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF") {
    return refuse(0, "this file is UTF-16", "save it as UTF-8");
  }
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  auto file = std::make_shared<SourceFile>();
  file->name = name;
  file->text.reserve(text.size() + 1);
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = FirstCodePoint(text.substr(i));
    if (!c.valid) return refuse(i, "this byte is not UTF-8", "save the file as UTF-8");
    if (c.value == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      ++i;
      continue;
    }
    if (c.value == '\r') return refuse(i, "a carriage return stands alone here", "end lines as Unix or Windows does");
    if (IsForbidden(c.value)) {
      return refuse(i, fmt::format("a control character (U+{:04X}) stands here", static_cast<uint32_t>(c.value)),
                    "remove it");
    }
    file->text.append(text, i, c.size);
    i += c.size;
  }
  return file;
}

}  // namespace tocsin
