// The life of an alert, answer by answer; the engine's scenarios (tests/scenarios) show the same with events and
// timers.
#include "tocsin/rule/alert_state.h"

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kZero = FromNanos(0);
constexpr Verdict kHolds{true, false, false};
constexpr Verdict kClear{false, true, false};
constexpr Verdict kBetween{false, false, false};
constexpr Verdict kFault{false, true, true};

TEST_CASE("without a duration an alert fires at once", "[rule]") {
  AlertState alert;
  CHECK(Decide(alert, kHolds, kZero, 0s, Instant::kOpen) == AlertStep::kFire);
  CHECK(alert.active_at == alert.fired_at);
}

TEST_CASE("what would end something waits for the end of the instant", "[rule]") {
  AlertState alert;
  Decide(alert, kHolds, kZero, 0s, Instant::kOpen);
  CHECK(Decide(alert, kClear, kZero + 1s, 0s, Instant::kOpen) == AlertStep::kAskAgain);
  CHECK(alert.phase == AlertPhase::kFiring);
  CHECK(Decide(alert, kClear, kZero + 1s, 0s, Instant::kClosed) == AlertStep::kResolve);
}

TEST_CASE("a deadline is not decided while events may still come", "[rule]") {
  AlertState alert;
  CHECK(Decide(alert, kHolds, kZero, 1h, Instant::kOpen) == AlertStep::kBegin);
  CHECK(Decide(alert, kHolds, kZero + 1h, 1h, Instant::kOpen) == AlertStep::kNothing);
  CHECK(ReachDeadline(alert, kZero + 1h - 1ns, 1h) == AlertStep::kNothing);
  CHECK(ReachDeadline(alert, kZero + 1h, 1h) == AlertStep::kFire);
  CHECK(alert.active_at == kZero);
  CHECK(alert.fired_at == kZero + 1h);
}

TEST_CASE("a deadline that passes while frozen is decided at the first answer after; the clock does not restart",
          "[rule]") {
  AlertState alert;
  Decide(alert, kHolds, kZero, 1h, Instant::kOpen);
  CHECK(Decide(alert, kFault, kZero + 30min, 1h, Instant::kOpen) == AlertStep::kNothing);
  CHECK(ReachDeadline(alert, kZero + 1h, 1h) == AlertStep::kNothing);
  SECTION("that holds") {
    CHECK(Decide(alert, kHolds, kZero + 2h, 1h, Instant::kOpen) == AlertStep::kFire);
    CHECK(alert.active_at == kZero);
    CHECK(alert.fired_at == kZero + 2h);
  }
  SECTION("that does not") { CHECK(Decide(alert, kClear, kZero + 2h, 1h, Instant::kClosed) == AlertStep::kCancel); }
}

TEST_CASE("an alert at the end of time does not wrap around", "[rule]") {
  AlertState alert;
  CHECK(Decide(alert, kHolds, Time::max() - 1s, 1h, Instant::kOpen) == AlertStep::kBegin);
  CHECK(ReachDeadline(alert, Time::max() - 1ns, 1h) == AlertStep::kNothing);
}

// The definition, told over the whole history of closed instants instead of step by step (docs/semantics.md 5.1, 5.2).
std::string FromHistory(const std::vector<Verdict>& history, size_t hold) {
  std::string steps;
  bool firing = false;
  size_t held = 0;  // how many answers in a row have held, while not firing
  for (const Verdict& verdict : history) {
    char step = '.';
    if (firing) {
      if (verdict.clear) step = 'R';
      if (verdict.clear) firing = false;
      if (!firing) held = 0;
    } else if (verdict.holds) {
      ++held;
      if (held == 1) step = 'B';
      if (held == hold + 1) step = 'F';
      firing = held == hold + 1;
    } else {
      if (held > 0) step = 'C';
      held = 0;
    }
    steps += step;
  }
  return steps;
}

TEST_CASE("randomised: step by step agrees with the whole history", "[rule]") {
  std::mt19937 random(tocsin::test::Seed(1));
  for (int round = 0; round < 2000; ++round) {
    size_t hold = 1 + random() % 4;
    std::vector<Verdict> history;
    for (int i = 0; i < 40; ++i) {
      constexpr Verdict kAll[] = {kHolds, kHolds, kHolds, kClear, kBetween};
      history.push_back(kAll[random() % 5]);
    }
    AlertState alert;
    std::string steps;
    for (size_t i = 0; i < history.size(); ++i) {
      Time now = kZero + std::chrono::seconds(i);
      AlertStep step = Decide(alert, history[i], now, std::chrono::seconds(hold), Instant::kClosed);
      if (step == AlertStep::kNothing) step = ReachDeadline(alert, now, std::chrono::seconds(hold));
      steps += ".BFRC?"[static_cast<size_t>(step)];
    }
    REQUIRE(steps == FromHistory(history, hold));
  }
}

}  // namespace
}  // namespace tocsin
