// The bytes of a file or of standard input, uncompressed where they are gzip.
#ifndef TOCSIN_INGEST_BYTE_SOURCE_H_
#define TOCSIN_INGEST_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tocsin {

// One thread at a time.
class ByteSource {
 public:
  // "-" is standard input. NotFound or PermissionDenied with the path when it cannot be opened.
  static absl::StatusOr<std::unique_ptr<ByteSource>> Open(const std::string& path);
  virtual ~ByteSource() = default;

  // Up to `size` bytes, at least one; waits for them where the input is a pipe. 0 at the end or on an error. What came
  // before an error has been given out first.
  virtual size_t Read(char* to, size_t size) = 0;
  virtual absl::Status status() const = 0;
  // Of the input itself, before it is uncompressed; the total is 0 when it is not known.
  virtual uint64_t bytes_read() const = 0;
  virtual uint64_t bytes_total() const = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_BYTE_SOURCE_H_
