#include "cli/output.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace tocsin::cli {

absl::Status Output::Open(const std::string& path) {
  path_ = path == "-" ? "standard output" : path;
  file_ = path == "-" ? stdout : std::fopen(path.c_str(), "wb");
  if (file_ != nullptr) return absl::OkStatus();
  return absl::PermissionDeniedError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
}

void Output::Write(std::string_view text) {
  if (file_ == nullptr || text.empty()) return;
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) failed_ = true;
}

absl::Status Output::Close() {
  if (file_ == nullptr) return absl::OkStatus();
  if (std::fflush(file_) != 0) failed_ = true;
  if (file_ != stdout && std::fclose(file_) != 0) failed_ = true;
  file_ = nullptr;
  return failed_
             ? absl::DataLossError(fmt::format("writing {} failed: the disk is full, or who read it has gone", path_))
             : absl::OkStatus();
}

Output::~Output() {
  if (file_ != nullptr && file_ != stdout) std::fclose(file_);
}

}  // namespace tocsin::cli
