// Mistakes in what a user wrote: each with its place, a sentence, and where one can be guessed the correction.
//
//   rules.yaml:31:11: error: no metric or key named 'refund_24h'
//     31 |     when: refund_24h > 500
//        |           ^~~~~~~~~~ did you mean 'refunds_24h'?
//
// A call that fails because of them returns an InvalidArgument status whose message is the rendered list and which
// carries the list itself (DiagnosticsOf), so that a binding can hand line and column to its own exceptions.
#ifndef TOCSIN_BASE_DIAGNOSTIC_H_
#define TOCSIN_BASE_DIAGNOSTIC_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace tocsin {

struct Diagnostic {
  std::string file;         // a path as the user gave it, or what a text built in code is ("rule RefundSpike, when")
  int line = 0;             // 1-based; 0 when the place is not known
  int column = 0;           // 1-based, in code points
  int length = 1;           // how many code points the caret covers, at least 1
  std::string message;      // "no metric or key named 'refund_24h'"
  std::string hint;         // "did you mean 'refunds_24h'?", or empty
  std::string source_line;  // the text of that line, or empty
};

// The lines shown above, without a newline at the end.
std::string Render(const Diagnostic& diagnostic);
std::string Render(const std::vector<Diagnostic>& diagnostics);

// OK when the list is empty.
absl::Status ToStatus(const std::vector<Diagnostic>& diagnostics);

// The list that a status carries; empty when it carries none.
std::vector<Diagnostic> DiagnosticsOf(const absl::Status& status);

// The name among `candidates` that `name` was probably meant to be, or empty: at most two edits away (one for short
// names), case ignored. Cost: O(candidates x length^2).
std::string ClosestName(std::string_view name, const std::vector<std::string>& candidates);

// A whole text file (or a text in code) that expressions were taken from.
struct SourceFile {
  std::string name;
  std::string text;
};

// A piece of text a user wrote - a condition, a duration, a name - that remembers where each of its bytes stands, so
// that an error inside it points into the file. Cheap to copy. Text given in code converts implicitly and is its own
// source.
class SourceText {
 public:
  SourceText() = default;
  SourceText(const char* text) : SourceText(std::string(text)) {}  // NOLINT: implicit, so that builders take literals
  SourceText(std::string text) : text_(std::move(text)) {}         // NOLINT
  SourceText(std::string_view text) : text_(text) {}               // NOLINT

  // `offsets[i]` is the byte in file->text at which byte i of `text` stands; one more entry gives the end.
  SourceText(std::string text, std::shared_ptr<const SourceFile> file, std::vector<size_t> offsets);

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  // True when the text comes from a file and an error in it can be placed there.
  bool located() const { return file_ != nullptr && !file_->name.empty(); }
  // The bytes [offset, offset + length), cut off at the end of the text; errors in it point into the same whole text.
  SourceText Sub(size_t offset, size_t length) const;

  // An error over [offset, offset + length) of the text. `description` names a text that has no file.
  Diagnostic Error(size_t offset, size_t length, std::string message, std::string hint = {},
                   std::string_view description = {}) const;
  // An error over the whole text.
  Diagnostic Error(std::string message, std::string hint = {}, std::string_view description = {}) const;

  friend bool operator==(const SourceText& a, const SourceText& b) { return a.text_ == b.text_; }

 private:
  std::string text_;
  std::shared_ptr<const SourceFile> file_;  // without a name: the text that this was cut out of
  std::shared_ptr<const std::vector<size_t>> offsets_;
};

}  // namespace tocsin

#endif  // TOCSIN_BASE_DIAGNOSTIC_H_
