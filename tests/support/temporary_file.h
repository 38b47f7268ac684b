// A file that goes away with the test.
#ifndef TOCSIN_TESTS_SUPPORT_TEMPORARY_FILE_H_
#define TOCSIN_TESTS_SUPPORT_TEMPORARY_FILE_H_

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/catch.h"

namespace tocsin::test {

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    path_ = (std::filesystem::temp_directory_path() / "tocsin-test-XXXXXX").string();
    const int descriptor = mkstemp(path_.data());
    REQUIRE(descriptor >= 0);
    close(descriptor);
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SUPPORT_TEMPORARY_FILE_H_
