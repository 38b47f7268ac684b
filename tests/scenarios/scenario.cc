#include "scenarios/scenario.h"

#include <algorithm>
#include <fstream>
#include <memory>

#include "scenarios/runner.h"
#include "tocsin/config/config.h"
#include "tocsin/engine/plan.h"

namespace tocsin::test {

std::vector<Scenario> ReadScenarios(const std::string& path) {
  std::ifstream file(path);
  std::vector<Scenario> scenarios;
  std::vector<std::string>* lines = nullptr;  // where those of the present section go; null: into the config
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("=== ", 0) == 0) {
      scenarios.push_back({line.substr(4), {}, {}});
    } else if (line == "config:") {
      scenarios.back().parts.emplace_back();
      lines = nullptr;
    } else if (line == "steps:") {
      lines = &scenarios.back().parts.back().steps;
    } else if (line == "refused:") {
      lines = &scenarios.back().refused;
    } else if (scenarios.empty() || line.empty()) {
      continue;
    } else if (lines == nullptr) {
      scenarios.back().parts.back().config += (line.size() > 2 ? line.substr(2) : line) + "\n";
    } else {
      const std::string step = line.substr(std::min(line.find_first_not_of(' '), line.size()));
      const bool goes_on = step.rfind("| ", 0) == 0 && !lines->empty();
      if (goes_on) {
        lines->back() += " " + step;
      } else {
        lines->push_back(step);
      }
    }
  }
  return scenarios;
}

namespace {

absl::StatusOr<std::shared_ptr<const Plan>> PlanOf(const Scenario::Part& part) {
  absl::StatusOr<Config> config = ParseConfig(part.config, "scenario");
  if (!config.ok()) return config.status();
  return Plan::Create(config->engine);
}

std::string ExpectRefusal(const Scenario& scenario, const absl::Status& status) {
  if (status.ok()) return "the config should have been refused";
  const std::string message(status.message());
  for (const std::string& piece : scenario.refused) {
    if (message.find(piece) == std::string::npos) return "'" + piece + "' is not in the message: " + message;
  }
  return "";
}

}  // namespace

std::string RunScenario(const Scenario& scenario, Delivery delivery) {
  std::unique_ptr<Runner> runner;
  for (const Scenario::Part& part : scenario.parts) {
    absl::StatusOr<std::shared_ptr<const Plan>> plan = PlanOf(part);
    if (!scenario.refused.empty()) return ExpectRefusal(scenario, plan.status());
    if (!plan.ok()) return std::string(plan.status().message());
    if (runner == nullptr) {
      runner = std::make_unique<Runner>(*plan, delivery);
    } else {
      runner->Reload(*plan);
    }
    if (std::string problem = runner->Run(part.steps); !problem.empty()) return problem;
  }
  return "";
}

}  // namespace tocsin::test
