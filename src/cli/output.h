// A file that the command writes, or standard output for "-".
#ifndef TOCSIN_CLI_OUTPUT_H_
#define TOCSIN_CLI_OUTPUT_H_

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace tocsin::cli {

class Output {
 public:
  // Nothing is opened before this.
  absl::Status Open(const std::string& path);
  bool is_open() const { return file_ != nullptr; }
  // Without effect while nothing is open. Errors are kept for Close.
  void Write(std::string_view text);
  absl::Status Close();
  ~Output();

 private:
  std::string path_;
  std::FILE* file_ = nullptr;
  bool failed_ = false;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_CLI_OUTPUT_H_
