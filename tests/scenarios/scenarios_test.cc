// Every scenario of every .scenario file beside this one, with its events one by one, in batches, and with a restart
// after each step.
#include <algorithm>
#include <filesystem>

#include "scenarios/scenario.h"
#include "support/catch.h"

using tocsin::test::Delivery;
using tocsin::test::ReadScenarios;
using tocsin::test::RunScenario;
using tocsin::test::Scenario;

TEST_CASE("scenarios", "[scenarios]") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(TOCSIN_SCENARIOS_FOLDER)) {
    if (entry.path().extension() == ".scenario") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 3);
  for (const std::filesystem::path& file : files) {
    const std::vector<Scenario> scenarios = ReadScenarios(file.string());
    CHECK(!scenarios.empty());
    for (const Scenario& scenario : scenarios) {
      DYNAMIC_SECTION(file.stem().string() << ": " << scenario.name) {
        REQUIRE(!scenario.parts.empty());
        CHECK(scenario.parts.back().steps.empty() != scenario.refused.empty());
        CHECK(RunScenario(scenario, Delivery::kOneByOne) == "");
        {
          INFO("in batches");
          CHECK(RunScenario(scenario, Delivery::kBatches) == "");
        }
        INFO("restarted after each step");
        CHECK(RunScenario(scenario, Delivery::kRestarted) == "");
      }
    }
  }
}
