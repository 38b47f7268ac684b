#include "cli/snapshot_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace tocsin::cli {
namespace {

absl::Status Failed(std::string_view what, const std::string& path, int error) {
  return absl::DataLossError(fmt::format("cannot {} the snapshot '{}': {}", what, path, std::strerror(error)));
}

}  // namespace

absl::StatusOr<std::string> ReadSnapshot(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return Failed("read", path, errno);
  std::string bytes;
  char block[1 << 16];
  for (size_t got = 0; (got = std::fread(block, 1, sizeof(block), file)) > 0;) bytes.append(block, got);
  const int error = std::ferror(file) != 0 ? errno : 0;
  std::fclose(file);
  if (error != 0) return Failed("read", path, error);
  return bytes;
}

absl::Status SnapshotFile::Open(const std::string& path) {
  path_ = path;
  // What is no plain file, such as a pipe, cannot be replaced by one.
  std::error_code ignored;
  const std::filesystem::file_status there = std::filesystem::status(path, ignored);
  const bool replace = !std::filesystem::exists(there) || std::filesystem::is_regular_file(there);
  written_to_ = replace ? path + ".part" : path;
  file_ = std::fopen(written_to_.c_str(), "wb");
  return file_ == nullptr ? Failed("write", path, errno) : absl::OkStatus();
}

absl::Status SnapshotFile::Finish(std::string_view bytes) {
  bool written = std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size();
  written = std::fflush(file_) == 0 && written;
  // On the disk before the name changes: a power cut leaves the old file or the new one. A pipe has no disk.
  if (written_to_ != path_) written = fsync(fileno(file_)) == 0 && written;
  const int error = errno;
  written = std::fclose(file_) == 0 && written;
  file_ = nullptr;
  if (!written) {
    if (written_to_ != path_) std::remove(written_to_.c_str());
    return Failed("write", path_, error);
  }
  if (written_to_ != path_ && std::rename(written_to_.c_str(), path_.c_str()) != 0)
    return Failed("write", path_, errno);
  return absl::OkStatus();
}

SnapshotFile::~SnapshotFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  if (written_to_ != path_) std::remove(written_to_.c_str());
}

}  // namespace tocsin::cli
