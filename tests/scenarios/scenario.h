// Scenarios: what must happen at which instant, as text. One file holds several:
//
//   === a pending alert fires when its instant is closed (5.1)
//   config:
//     version: 1
//     …
//   steps:
//     0s     refund country=FR amount=600      an event: offset from the start, type, attributes
//     +0s    pending R country=FR              what must have been told by the step before, in order, nothing else
//     2m     close                             AdvanceTo
//     2m     refund ... -> late                 what else than acceptance is expected
//     value m country=FR = 600                  a metric now; "= none" where it has no value
//
// Offsets are durations from 2026-01-01T00:00:00Z, with "-1ns" or "+1ns" behind them for the instants beside.
#ifndef TOCSIN_TESTS_SCENARIOS_SCENARIO_H_
#define TOCSIN_TESTS_SCENARIOS_SCENARIO_H_

#include <string>
#include <vector>

namespace tocsin::test {

struct Scenario {
  std::string name;
  std::string config;
  std::vector<std::string> steps;
};

std::vector<Scenario> ReadScenarios(const std::string& path);

// Empty when everything happened as it should; otherwise what did not, for a person.
std::string RunScenario(const Scenario& scenario);

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SCENARIOS_SCENARIO_H_
