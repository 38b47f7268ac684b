// Lines of a file, of a gzip file, or of standard input ("-"), in bounded memory.
#ifndef TOCSIN_INGEST_LINE_READER_H_
#define TOCSIN_INGEST_LINE_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tocsin {

struct Line {
  std::string_view text;  // without "\n" or "\r\n"; followed by at least 64 readable bytes; valid until the next call
  std::string_view end;   // what ended it: "\n", "\r\n", or nothing at the end of the input and of what was cut off
  uint64_t number = 0;    // 1-based
  uint64_t offset = 0;    // of its first byte, in the uncompressed input
  bool too_long = false;  // longer than the limit: `text` is its beginning, the rest was skipped
};

// One thread at a time.
class LineReader {
 public:
  static constexpr size_t kMaxLineBytes = size_t{16} << 20;

  // NotFound or PermissionDenied with the path when the file cannot be opened. Compression is seen by content, not by
  // name.
  static absl::StatusOr<std::unique_ptr<LineReader>> Open(const std::string& path);
  // The lines of a text in memory, which must outlive the reader. They end where the text does: only there nothing can
  // be read behind a line. They have no limit.
  static std::unique_ptr<LineReader> OfText(std::string_view text);
  virtual ~LineReader() = default;

  // False at the end of the input or on an error: then status() says which.
  virtual bool Next(Line* line) = 0;
  // OK, or DataLoss for a gzip file that is damaged or cut off.
  virtual absl::Status status() const = 0;
  // Bytes read from the file itself, and its size (0 when not known), for a progress bar.
  virtual uint64_t bytes_read() const = 0;
  virtual uint64_t bytes_total() const = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_LINE_READER_H_
