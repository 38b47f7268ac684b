#include "ingest/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <vector>

#include "fmt/format.h"

namespace tocsin {
namespace {

constexpr size_t kReadBytes = size_t{256} << 10;
constexpr std::string_view kGzipMagic("\x1f\x8b", 2);

std::string SystemMessage(int error) { return std::generic_category().message(error); }

absl::Status OpenError(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError(fmt::format("there is no file '{}'", path));
  if (error == EACCES || error == EPERM) {
    return absl::PermissionDeniedError(fmt::format("the file '{}' may not be read", path));
  }
  return absl::UnavailableError(fmt::format("the file '{}' cannot be opened: {}", path, SystemMessage(error)));
}

// A file as it is. Its first bytes can be looked at before they are read.
class RawFile {
 public:
  RawFile(std::string name, int descriptor, bool owned)
      : name_(std::move(name)), descriptor_(descriptor), owned_(owned) {
    struct stat info {};
    if (fstat(descriptor_, &info) == 0 && S_ISREG(info.st_mode)) total_ = static_cast<uint64_t>(info.st_size);
  }
  ~RawFile() {
    if (owned_) close(descriptor_);
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;

  std::string_view Peek(size_t size) {
    while (peeked_.size() < size) {
      char bytes[16];
      const size_t got = ReadDescriptor(bytes, std::min(sizeof(bytes), size - peeked_.size()));
      if (got == 0) break;
      peeked_.append(bytes, got);
    }
    return peeked_;
  }

  size_t Read(char* to, size_t size) {
    if (peeked_.empty()) return ReadDescriptor(to, size);
    const size_t count = std::min(size, peeked_.size());
    std::memcpy(to, peeked_.data(), count);
    peeked_.erase(0, count);
    return count;
  }

  const std::string& name() const { return name_; }
  const absl::Status& status() const { return status_; }
  uint64_t bytes_read() const { return bytes_read_; }
  uint64_t bytes_total() const { return total_; }

 private:
  size_t ReadDescriptor(char* to, size_t size) {
    if (!status_.ok()) return 0;
    ssize_t got = 0;
    do {
      got = read(descriptor_, to, size);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
      status_ = absl::UnavailableError(fmt::format("{} cannot be read: {}", name_, SystemMessage(errno)));
      return 0;
    }
    bytes_read_ += static_cast<uint64_t>(got);
    return static_cast<size_t>(got);
  }

  std::string name_;
  int descriptor_;
  bool owned_;
  std::string peeked_;
  absl::Status status_;
  uint64_t bytes_read_ = 0;
  uint64_t total_ = 0;
};

class PlainSource : public ByteSource {
 public:
  explicit PlainSource(std::unique_ptr<RawFile> file) : file_(std::move(file)) {}
  size_t Read(char* to, size_t size) override { return file_->Read(to, size); }
  absl::Status status() const override { return file_->status(); }
  uint64_t bytes_read() const override { return file_->bytes_read(); }
  uint64_t bytes_total() const override { return file_->bytes_total(); }

 private:
  std::unique_ptr<RawFile> file_;
};

// Gzip of one or more members, one after the other, as `cat a.gz b.gz` makes it.
class GzipSource : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<RawFile> file) : file_(std::move(file)), input_(kReadBytes) {
    constexpr int kGzipOnly = 16;  // zlib: added to the window's bits, it expects a gzip header
    if (inflateInit2(&zlib_, MAX_WBITS + kGzipOnly) != Z_OK) {
      status_ = absl::ResourceExhaustedError(fmt::format("there is not enough memory to read {}", file_->name()));
      return;
    }
    initialised_ = true;
  }
  ~GzipSource() override {
    if (initialised_) inflateEnd(&zlib_);
  }

  size_t Read(char* to, size_t size) override {
    while (status_.ok()) {
      if (zlib_.avail_in == 0 && !Refill()) return 0;
      if (between_members_ && !StartMember()) return 0;
      zlib_.next_out = reinterpret_cast<Bytef*>(to);
      zlib_.avail_out = static_cast<uInt>(std::min(size, kReadBytes));
      const uInt room = zlib_.avail_out;
      const int result = inflate(&zlib_, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        between_members_ = true;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        status_ = Damaged(zlib_.msg != nullptr ? zlib_.msg : "its data make no sense");
      }
      if (zlib_.avail_out < room) return room - zlib_.avail_out;
    }
    return 0;
  }

  absl::Status status() const override { return status_; }
  uint64_t bytes_read() const override { return file_->bytes_read(); }
  uint64_t bytes_total() const override { return file_->bytes_total(); }

 private:
  // False at the end of the file: a good one only where a member has just ended.
  bool Refill() {
    zlib_.next_in = reinterpret_cast<Bytef*>(input_.data());
    zlib_.avail_in = static_cast<uInt>(file_->Read(input_.data(), input_.size()));
    if (zlib_.avail_in > 0) return true;
    status_ = file_->status();
    if (status_.ok() && !between_members_) status_ = Damaged("it is cut off");
    return false;
  }

  // Only zeros may follow the last member: tapes and block devices pad with them.
  bool StartMember() {
    while (zlib_.avail_in > 0 && *zlib_.next_in == 0) {
      padded_ = true;
      ++zlib_.next_in;
      --zlib_.avail_in;
      if (zlib_.avail_in == 0 && !Refill()) return false;
    }
    if (padded_ || *zlib_.next_in != static_cast<Bytef>(kGzipMagic[0])) {
      status_ = Damaged("something that is not gzip follows its end");
      return false;
    }
    inflateReset(&zlib_);
    between_members_ = false;
    return true;
  }

  absl::Status Damaged(std::string_view why) const {
    return absl::DataLossError(fmt::format("{} is a damaged gzip file: {}", file_->name(), why));
  }

  std::unique_ptr<RawFile> file_;
  std::vector<char> input_;
  z_stream zlib_{};
  bool initialised_ = false;
  bool between_members_ = false;
  bool padded_ = false;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> ByteSource::Open(const std::string& path) {
  const bool standard_input = path == "-";
  const int descriptor = standard_input ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return OpenError(path, errno);
  std::string name = standard_input ? "standard input" : fmt::format("'{}'", path);
  auto file = std::make_unique<RawFile>(std::move(name), descriptor, !standard_input);
  const bool gzip = file->Peek(kGzipMagic.size()) == kGzipMagic;
  if (!file->status().ok()) return file->status();
  if (gzip) return std::unique_ptr<ByteSource>(std::make_unique<GzipSource>(std::move(file)));
  return std::unique_ptr<ByteSource>(std::make_unique<PlainSource>(std::move(file)));
}

}  // namespace tocsin
