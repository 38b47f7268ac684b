// Snapshots as files.
#ifndef TOCSIN_CLI_SNAPSHOT_FILE_H_
#define TOCSIN_CLI_SNAPSHOT_FILE_H_

#include <cstdio>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tocsin::cli {

absl::StatusOr<std::string> ReadSnapshot(const std::string& path);

// A snapshot to be written when all is done. It is opened before, so that a folder that cannot be written costs no
// replay, under another name, so that a file of the name is a whole snapshot at any time.
class SnapshotFile {
 public:
  absl::Status Open(const std::string& path);
  // Writes it and gives it its name. REQUIRES: opened.
  absl::Status Finish(std::string_view bytes);
  ~SnapshotFile();

 private:
  std::string path_;
  std::string written_to_;
  std::FILE* file_ = nullptr;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_CLI_SNAPSHOT_FILE_H_
