// SourceText: where each byte of a text stands in the file it was taken from.
#include <algorithm>

#include "base/utf8.h"
#include "tocsin/base/diagnostic.h"

namespace tocsin {
namespace {

// Puts an error over the bytes [begin, end) of a whole file or text: line, column, length and the line's text. What
// goes on in later lines is left out of the length.
void PlaceIn(std::string_view whole, size_t begin, size_t end, Diagnostic* diagnostic) {
  begin = std::min(begin, whole.size());
  end = std::clamp(end, begin, whole.size());
  const size_t newline_before = begin == 0 ? std::string_view::npos : whole.rfind('\n', begin - 1);
  const size_t line_begin = newline_before == std::string_view::npos ? 0 : newline_before + 1;
  size_t line_end = std::min(whole.find('\n', begin), whole.size());
  if (line_end > line_begin && whole[line_end - 1] == '\r') --line_end;
  begin = std::min(begin, line_end);
  end = std::min(end, line_end);
  diagnostic->line = 1 + static_cast<int>(std::count(whole.begin(), whole.begin() + line_begin, '\n'));
  diagnostic->column = 1 + static_cast<int>(CountCodePoints(whole.substr(line_begin, begin - line_begin)));
  diagnostic->length =
      begin < end ? std::max(1, static_cast<int>(CountCodePoints(whole.substr(begin, end - begin)))) : 1;
  diagnostic->source_line = whole.substr(line_begin, line_end - line_begin);
}

}  // namespace

SourceText::SourceText(std::string text, std::shared_ptr<const SourceFile> file, std::vector<size_t> offsets)
    : text_(std::move(text)), file_(std::move(file)) {
  // Without a place for every byte nothing can be placed: better no place than a wrong one.
  if (offsets.size() != text_.size() + 1) file_ = nullptr;
  if (file_ != nullptr) offsets_ = std::make_shared<const std::vector<size_t>>(std::move(offsets));
}

Diagnostic SourceText::Error(size_t offset, size_t length, std::string message, std::string hint,
                             std::string_view description) const {
  offset = std::min(offset, text_.size());
  length = std::min(length, text_.size() - offset);
  Diagnostic diagnostic;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  if (file_ == nullptr) {
    diagnostic.file = description;
    if (!text_.empty()) PlaceIn(text_, offset, offset + length, &diagnostic);
    return diagnostic;
  }
  diagnostic.file = located() ? file_->name : std::string(description);
  const std::vector<size_t>& offsets = *offsets_;
  // The end is taken from the last byte covered, not from the next one, which may stand in another line of the file.
  const size_t begin = offsets[offset];
  const size_t end = length == 0 ? begin : std::max(begin, offsets[offset + length - 1] + 1);
  PlaceIn(file_->text, begin, end, &diagnostic);
  return diagnostic;
}

SourceText SourceText::Sub(size_t offset, size_t length) const {
  offset = std::min(offset, text_.size());
  length = std::min(length, text_.size() - offset);
  std::vector<size_t> offsets(length + 1);
  if (file_ == nullptr) {
    for (size_t i = 0; i <= length; ++i) offsets[i] = offset + i;
    return {text_.substr(offset, length), std::make_shared<const SourceFile>(SourceFile{"", text_}),
            std::move(offsets)};
  }
  std::copy_n(offsets_->begin() + static_cast<std::ptrdiff_t>(offset), length + 1, offsets.begin());
  return {text_.substr(offset, length), file_, std::move(offsets)};
}

Diagnostic SourceText::Error(std::string message, std::string hint, std::string_view description) const {
  return Error(0, text_.size(), std::move(message), std::move(hint), description);
}

}  // namespace tocsin
