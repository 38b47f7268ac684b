// The wrong configs of the folder `diagnostics`: NAME.yaml in, the text of NAME.expected out. TOCSIN_UPDATE=1 in the
// environment writes what is said now; read it aloud before it is kept.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/catch.h"
#include "tocsin/config/config.h"

namespace tocsin {
namespace {

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::filesystem::path> Cases() {
  std::vector<std::filesystem::path> cases;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(TOCSIN_UNIT_FOLDER) / "diagnostics")) {
    if (entry.path().extension() == ".yaml") cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

TEST_CASE("Wrong configs are answered as expected") {
  const char* update = std::getenv("TOCSIN_UPDATE");
  const std::vector<std::filesystem::path> cases = Cases();
  REQUIRE(cases.size() >= 60);
  for (const std::filesystem::path& path : cases) {
    INFO(path.filename().string());
    const absl::StatusOr<Config> config = ParseConfig(ReadAll(path), path.filename().string());
    CHECK(!config.ok());
    CHECK(config.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(!DiagnosticsOf(config.status()).empty());
    const std::string said = std::string(config.status().message()) + "\n";
    std::filesystem::path expected = path;
    expected.replace_extension(".expected");
    if (update != nullptr && std::string(update) == "1") std::ofstream(expected, std::ios::binary) << said;
    CHECK(said == ReadAll(expected));
  }
}

TEST_CASE("Every mistake that is placed shows its line") {
  for (const std::filesystem::path& path : Cases()) {
    INFO(path.filename().string());
    const std::string text = ReadAll(path);
    for (const Diagnostic& diagnostic : DiagnosticsOf(ParseConfig(text, "c").status())) {
      if (diagnostic.line == 0 || diagnostic.source_line.empty()) continue;
      size_t begin = 0;
      for (int line = 1; line < diagnostic.line; ++line) begin = text.find('\n', begin) + 1;
      CHECK(text.compare(begin, diagnostic.source_line.size(), diagnostic.source_line) == 0);
      CHECK(diagnostic.column >= 1);
    }
  }
}

}  // namespace
}  // namespace tocsin
