#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "notify/secret.h"
#include "support/catch.h"

namespace tocsin {
namespace {

std::string Resolved(const std::string& text) {
  const absl::StatusOr<std::string> value = ResolveReference(text);
  return value.ok() ? *value : "error: " + std::string(value.status().message());
}

TEST_CASE("references to the environment") {
  setenv("TOCSIN_TEST_SECRET", "hunter2", 1);
  setenv("TOCSIN_TEST_EMPTY", "", 1);
  unsetenv("TOCSIN_TEST_NONE");
  CHECK(Resolved("env:TOCSIN_TEST_SECRET") == "hunter2");
  CHECK(Resolved("env:TOCSIN_TEST_NONE") == "error: the environment variable TOCSIN_TEST_NONE is not set");
  CHECK(Resolved("env:TOCSIN_TEST_EMPTY") == "error: the environment variable TOCSIN_TEST_EMPTY is empty");
  CHECK(Resolved("env:") == "error: 'env:' names no environment variable");
  CHECK(Resolved("hunter2") == "hunter2");
  // What a reference stands for is no reference.
  setenv("TOCSIN_TEST_SECRET", "env:TOCSIN_TEST_SECRET", 1);
  CHECK(Resolved("env:TOCSIN_TEST_SECRET") == "env:TOCSIN_TEST_SECRET");
}

TEST_CASE("references to files") {
  const std::string path = (std::filesystem::temp_directory_path() / "tocsin_secret_test").string();
  const auto holding = [&path](const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
    return Resolved("file:" + path);
  };
  CHECK(holding("hunter2") == "hunter2");
  CHECK(holding("hunter2\n") == "hunter2");
  CHECK(holding("hunter2\r\n\n") == "hunter2");
  CHECK(holding(" two words ") == " two words ");
  CHECK(holding("\n") == "error: cannot read the file '" + path + "': it is empty");
  CHECK(holding(std::string(65536, 'x')).size() == 65536);
  CHECK(holding(std::string(65537, 'x')) == "error: cannot read the file '" + path + "': it is too long for a secret");
  std::filesystem::remove(path);
  CHECK(Resolved("file:" + path) == "error: cannot read the file '" + path + "': No such file or directory");
  CHECK(absl::IsUnavailable(ResolveReference("file:" + path).status()));
  CHECK(Resolved("file:") == "error: 'file:' names no file");
}

}  // namespace
}  // namespace tocsin
