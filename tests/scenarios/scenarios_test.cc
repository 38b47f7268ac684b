// Every scenario of every .scenario file beside this one.
#include <algorithm>
#include <filesystem>

#include "scenarios/scenario.h"
#include "support/catch.h"

TEST_CASE("scenarios", "[scenarios]") {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(TOCSIN_SCENARIOS_FOLDER)) {
    if (entry.path().extension() == ".scenario") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 3);
  for (const std::string& file : files) {
    std::vector<tocsin::test::Scenario> scenarios = tocsin::test::ReadScenarios(file);
    CHECK(!scenarios.empty());
    for (const tocsin::test::Scenario& scenario : scenarios) {
      INFO(file << ": " << scenario.name);
      CHECK(!scenario.steps.empty());
      CHECK(tocsin::test::RunScenario(scenario) == "");
    }
  }
}
