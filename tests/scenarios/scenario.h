// Scenarios: what must happen at which instant, as text. One file holds several:
//
//   === a pending alert fires when its instant is closed (5.1)
//   config:
//     version: 1
//     …
//   steps:
//     0s     refund country=FR amount=600      an event: offset from the start, type, attributes
//     0s     refund #r1 country=FR             with an id
//     +0s    pending R country=FR              what must have been told by the step before, in order, nothing else
//     +1h    firing R | severity=high | total=600   and what its JSON says: a member, or "=none" where it has none
//            | because=n = 2 > 1                     goes on
//     2m     close                             AdvanceTo
//     2m     refund ... -> late                what else than acceptance is expected
//     json {"type": …} -> bad_time             a record; with "-> reason" where it is to be refused
//     value m country=FR = 600                 a metric now; "= none" where it has no value
//     counts late=1 skipped=2 groups=0         some of the engine's statistics, from its beginning
//
// Offsets are durations from 2026-01-01T00:00:00Z, with "-1ns" or "+1ns" behind them for the instants beside. Of the
// JSON, a value "+1h" is such an instant, `because=…` one of the parts that held, `evidence=a,b` the ids behind it.
//
// A second config, with steps of its own, is a reload: the engine goes on under it.
//
// In place of steps, a config that must not get as far as a plan:
//
//   refused:
//     no attribute 'countri'                   a piece of the message
#ifndef TOCSIN_TESTS_SCENARIOS_SCENARIO_H_
#define TOCSIN_TESTS_SCENARIOS_SCENARIO_H_

#include <string>
#include <vector>

namespace tocsin::test {

struct Scenario {
  struct Part {
    std::string config;
    std::vector<std::string> steps;
  };
  std::string name;
  std::vector<Part> parts;           // one after the other
  std::vector<std::string> refused;  // pieces of the message; empty: the configs are good
};

// How events reach the engine. It must make no difference (docs/semantics.md 1.6, 9.2).
enum class Delivery {
  kOneByOne,   // each by name
  kBatches,    // by slot, as many as stand between two other steps
  kRestarted,  // one by one, and after each step another engine goes on from a snapshot
};

std::vector<Scenario> ReadScenarios(const std::string& path);

// Empty when everything happened as it should; otherwise what did not, for a person.
std::string RunScenario(const Scenario& scenario, Delivery delivery);

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SCENARIOS_SCENARIO_H_
