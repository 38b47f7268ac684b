#include "tocsin/ingest/line_reader.h"

#include <algorithm>
#include <cstring>

#include "ingest/byte_source.h"

namespace tocsin {
namespace {

constexpr size_t kFirstBufferBytes = size_t{256} << 10;
constexpr size_t kReadableAfter = 64;  // promised behind every line
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// A line that a newline ended: what was before it belongs to the end where it is a carriage return.
Line WithoutReturn(Line line) {
  line.end = "\n";
  if (!line.text.empty() && line.text.back() == '\r') {
    line.text.remove_suffix(1);
    line.end = "\r\n";
  }
  return line;
}

// A window over the input: [begin_, end_) of the buffer has been read and not yet given out.
class BufferedLineReader : public LineReader {
 public:
  explicit BufferedLineReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {
    Allocate(kFirstBufferBytes);
  }

  bool Next(Line* line) override {
    if (!started_) SkipByteOrderMark();
    if (skipping_ && !SkipToNewline()) return false;
    size_t newline = 0;
    const bool found = FindNewline(&newline);
    // What an error cut off is not a line: its end is unknown.
    if (!found && (end_ == begin_ || !source_->status().ok())) return false;
    *line = Line();
    line->number = ++number_;
    line->offset = offset_;
    line->too_long = !found && end_ - begin_ > kMaxLineBytes;
    size_t size = (found ? newline : end_) - begin_;
    if (line->too_long) size = kMaxLineBytes;
    line->text = {buffer_.get() + begin_, size};
    Consume(size + (found ? 1 : 0));
    if (found) *line = WithoutReturn(*line);
    if (line->text.size() > kMaxLineBytes) {
      line->too_long = true;
      line->text = line->text.substr(0, kMaxLineBytes);
      line->end = {};
    }
    skipping_ = line->too_long && !found;
    return true;
  }

  absl::Status status() const override { return source_->status(); }
  uint64_t bytes_read() const override { return source_->bytes_read(); }
  uint64_t bytes_total() const override { return source_->bytes_total(); }

 private:
  void Allocate(size_t capacity) {
    auto larger = std::make_unique<char[]>(capacity + kReadableAfter);
    if (end_ > begin_) std::memcpy(larger.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    buffer_ = std::move(larger);
    capacity_ = capacity;
  }

  void Consume(size_t bytes) {
    begin_ += bytes;
    offset_ += bytes;
  }

  // More input behind what is there; false at the end of it. Moves what is there, so lines given out before end here.
  bool Refill() {
    if (begin_ > 0) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == capacity_) Allocate(capacity_ * 2);
    const size_t got = source_->Read(buffer_.get() + end_, capacity_ - end_);
    end_ += got;
    return got > 0;
  }

  // The place of the next newline in the buffer. False at the end of the input, and where the line is longer than
  // allowed: then more than kMaxLineBytes of it are in the buffer.
  bool FindNewline(size_t* newline) {
    size_t searched = 0;
    while (true) {
      const char* const from = buffer_.get() + begin_ + searched;
      const void* const found = std::memchr(from, '\n', end_ - begin_ - searched);
      if (found != nullptr) {
        *newline = static_cast<size_t>(static_cast<const char*>(found) - buffer_.get());
        return true;
      }
      searched = end_ - begin_;
      if (searched > kMaxLineBytes || !Refill()) return false;
    }
  }

  // Passes over the rest of a line that was too long. False when the input ends with it.
  bool SkipToNewline() {
    while (true) {
      const void* const found = std::memchr(buffer_.get() + begin_, '\n', end_ - begin_);
      if (found != nullptr) {
        Consume(static_cast<size_t>(static_cast<const char*>(found) - (buffer_.get() + begin_)) + 1);
        skipping_ = false;
        return true;
      }
      Consume(end_ - begin_);
      if (!Refill()) return false;
    }
  }

  void SkipByteOrderMark() {
    started_ = true;
    while (end_ - begin_ < kByteOrderMark.size() && Refill()) {
    }
    if (std::string_view(buffer_.get() + begin_, end_ - begin_).substr(0, kByteOrderMark.size()) == kByteOrderMark) {
      Consume(kByteOrderMark.size());
    }
  }

  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t offset_ = 0;  // of begin_ in the input
  uint64_t number_ = 0;
  bool started_ = false;
  bool skipping_ = false;
};

class TextLineReader : public LineReader {
 public:
  explicit TextLineReader(std::string_view text) : text_(text) {}

  bool Next(Line* line) override {
    if (begin_ >= text_.size()) return false;
    const size_t newline = text_.find('\n', begin_);
    *line = Line();
    line->number = ++number_;
    line->offset = begin_;
    line->text = text_.substr(begin_, std::min(newline, text_.size()) - begin_);
    begin_ += line->text.size() + 1;
    if (newline != std::string_view::npos) *line = WithoutReturn(*line);
    return true;
  }

  absl::Status status() const override { return absl::OkStatus(); }
  uint64_t bytes_read() const override { return std::min(begin_, text_.size()); }
  uint64_t bytes_total() const override { return text_.size(); }

 private:
  std::string_view text_;
  size_t begin_ = 0;
  uint64_t number_ = 0;
};

}  // namespace

std::unique_ptr<LineReader> LineReader::OfText(std::string_view text) { return std::make_unique<TextLineReader>(text); }

absl::StatusOr<std::unique_ptr<LineReader>> LineReader::Open(const std::string& path) {
  absl::StatusOr<std::unique_ptr<ByteSource>> source = ByteSource::Open(path);
  if (!source.ok()) return source.status();
  return std::unique_ptr<LineReader>(std::make_unique<BufferedLineReader>(*std::move(source)));
}

}  // namespace tocsin
