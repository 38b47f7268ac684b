// The life of an alert as time lines (support/alert_timeline.h), a table for every paragraph of docs/semantics.md,
// section 5; the engine's scenarios (tests/scenarios) show the same with events and timers.
#include "tocsin/rule/alert_state.h"

#include <chrono>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "support/alert_timeline.h"
#include "support/catch.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
using test::Timeline;

struct Line {
  const char* what;
  AlertLife life;
  const char* answers;
  const char* told;
};

void Check(const std::vector<Line>& lines) {
  for (const Line& line : lines) {
    INFO(line.what << ": " << line.answers);
    CHECK(Timeline(line.life).Run(line.answers) == line.told);
  }
}

AlertLife Hold(Duration hold) { return {.hold = hold}; }
AlertLife Keep(Duration keep) { return {.keep = keep}; }
AlertLife Flap(int64_t changes, Duration within, Duration keep = {}) {
  return {.keep = keep, .flap_changes = changes, .flap_within = within};
}

TEST_CASE("true at once, false when the instant is closed (1.5)") {
  Check({
      {"fires in the evaluation that finds it true", {}, "5=C", "5:fire/0"},
      {"what turns false is told when the instant is closed", {}, "5=C 9=.", "5:fire/0 9:resolve/0"},
      {"false and true again within an instant ends nothing", {}, "5=C 9=.C 10", "5:fire/0"},
      {"true and false again within an instant fires and ends", {}, "5=C.", "5:fire/0 5:resolve/0"},
      {"a pending alert goes on, too", Hold(10ns), "5=C 9=.C 15", "5:begin 15:fire/0"},
      {"in an instant that is closed already, at once", {}, "5=C 9=|. 9=C", "5:fire/0 9:resolve/0 9:fire/0"},
  });
  AlertState alert;
  Decide(alert, test::VerdictOf('C'), FromNanos(5), {}, Instant::kOpen);
  CHECK(Decide(alert, test::VerdictOf('.'), FromNanos(6), {}, Instant::kOpen) == AlertStep::kAskAgain);
  CHECK(alert.phase == AlertPhase::kFiring);
  CHECK(Decide(alert, test::VerdictOf('.'), FromNanos(6), {}, Instant::kClosed) == AlertStep::kResolve);
}

TEST_CASE("for: the condition has held all the time (5.1)") {
  Check({
      {"the instant before", Hold(10ns), "5=C 14", "5:begin"},
      {"at", Hold(10ns), "5=C 15", "5:begin 15:fire/0"},
      {"fires at its own instant, whatever comes later", Hold(10ns), "5=C 99=C", "5:begin 15:fire/0"},
      {"false the instant before", Hold(10ns), "5=C 14=. 20", "5:begin 14:cancel"},
      {"false at the deadline prevents it", Hold(10ns), "5=C 15=. 20", "5:begin 15:cancel"},
      {"false the instant after comes too late", Hold(10ns), "5=C 16=.", "5:begin 15:fire/0 16:resolve/0"},
      {"the next true one starts from zero", Hold(10ns), "5=C 9=. 10=C 30", "5:begin 9:cancel 10:begin 20:fire/0"},
      {"an open instant at the deadline may still change", Hold(10ns), "5=C 15=C 15=.", "5:begin 15:cancel"},
      {"in a closed instant the answer decides", Hold(10ns), "5=C 15=|C", "5:begin 15:fire/0"},
  });
  Timeline line(Hold(10ns));
  line.Run("5=C 20");
  CHECK(line.state().active_at == FromNanos(5));
  CHECK(line.state().fired_at == FromNanos(15));
}

TEST_CASE("a firing alert ends when its clear condition holds (5.2)") {
  Check({
      {"between the two it stays", {}, "5=C 9=~ 12=~", "5:fire/0"},
      {"and ends when resolve_when holds as well", {}, "5=C 9=~ 12=.", "5:fire/0 12:resolve/0"},
      {"or goes on when the condition comes back", {}, "5=C 9=~ 12=C", "5:fire/0"},
      {"a pending alert does not use resolve_when", Hold(10ns), "5=C 9=~", "5:begin 9:cancel"},
  });
}

TEST_CASE("keep_firing_for: the clear condition has held without interruption (5.3)") {
  Check({
      {"the instant before", Keep(10ns), "5=C 9=. 18", "5:fire/0"},
      {"at", Keep(10ns), "5=C 9=. 19", "5:fire/0 19:resolve/0"},
      {"at its own instant, whatever comes later", Keep(10ns), "5=C 9=. 50=C", "5:fire/0 19:resolve/0 50:fire/0"},
      {"an interruption the instant before", Keep(10ns), "5=C 9=. 18=C 19=. 28", "5:fire/0"},
      {"counts from when it is clear again", Keep(10ns), "5=C 9=. 18=C 19=. 29", "5:fire/0 29:resolve/0"},
      {"an interruption at the deadline", Keep(10ns), "5=C 9=. 19=C 20", "5:fire/0"},
      {"one within an instant counts", Keep(10ns), "5=C 9=. 15=C. 24", "5:fire/0"},
      {"and it is clear from then on", Keep(10ns), "5=C 9=. 15=C. 25", "5:fire/0 25:resolve/0"},
      {"resolve_when that is no longer true interrupts", Keep(10ns), "5=C 9=. 15=~ 16=. 25", "5:fire/0"},
      {"further answers that are clear do not restart it", Keep(10ns), "5=C 9=. 15=. 19=.", "5:fire/0 19:resolve/0"},
      {"clear and back within an instant begins nothing", Keep(10ns), "5=C 9=.C 10=. 19", "5:fire/0"},
      {"a new life starts at once",
       {.hold = 4ns, .keep = 3ns},
       "5=C 10=. 13=|C",
       "5:begin 9:fire/0 13:resolve/0 13:begin"},
      {"never, where keep is without end", Keep(Duration::max()), "5=C 9=. 9000000000000000000", "5:fire/0"},
  });
  Timeline line({.hold = 4ns, .keep = 3ns});
  line.Run("5=C 10=. 13");
  CHECK(line.state().active_at == FromNanos(5));
  CHECK(line.state().fired_at == FromNanos(9));
}

TEST_CASE("a map of severities (5.4)") {
  Check({
      {"for counts while any of them holds", Hold(10ns), "5=I 9=W 12=I 15", "5:begin 15:fire/2"},
      {"the severity is the highest when it fires", Hold(10ns), "5=I 9=I 15=C", "5:begin 15:fire/0"},
      {"not that of before", Hold(10ns), "5=C 15=I", "5:begin 15:fire/2"},
      {"a rise acts at once", Keep(10ns), "5=I 9=C", "5:fire/2 9:severity/0"},
      {"within one instant, too", Keep(10ns), "5=IW", "5:fire/2 5:severity/1"},
      {"a fall the instant before keep_firing_for", Keep(10ns), "5=C 9=W 18", "5:fire/0"},
      {"at", Keep(10ns), "5=C 9=W 19", "5:fire/0 19:severity/1"},
      {"a fall that is taken back", Keep(10ns), "5=C 9=W 19=C 40", "5:fire/0"},
      {"begins again from then on", Keep(10ns), "5=C 9=W 15=C 16=W 26", "5:fire/0 26:severity/1"},
      {"falls to the highest that holds then", Keep(10ns), "5=C 9=W 15=I 19", "5:fire/0 19:severity/2"},
      {"one step at a time", Keep(10ns), "5=C 9=W 25=I 35", "5:fire/0 19:severity/1 35:severity/2"},
      {"without keep_firing_for when the instant is closed", {}, "5=C 9=W", "5:fire/0 9:severity/1"},
      {"fallen and risen within an instant is nothing", {}, "5=C 9=WC", "5:fire/0"},
      {"with none holding the last stays", Keep(10ns), "5=C 9=~ 50", "5:fire/0"},
      {"and a fall starts when a lower one holds", Keep(10ns), "5=C 9=~ 20=W 30", "5:fire/0 30:severity/1"},
      {"not before", Keep(10ns), "5=C 9=~ 20=W 29", "5:fire/0"},
      {"none interrupts a fall", Keep(10ns), "5=C 9=W 15=~ 16=W 25", "5:fire/0"},
      {"clear interrupts a fall", Keep(10ns), "5=C 9=W 15=. 24", "5:fire/0"},
      {"and ends the alert with its last severity", Keep(10ns), "5=C 9=W 15=. 25", "5:fire/0 25:resolve/0"},
      {"a lower one interrupts an end", Keep(10ns), "5=C 9=. 15=W 24", "5:fire/0"},
      {"a rise over the first severity", Keep(10ns), "5=W 9=I 12=C 30", "5:fire/1 12:severity/0"},
  });
}

TEST_CASE("a rule that looks at single events (5.5)") {
  const AlertLife five = Keep(5ns);
  Check({
      {"fires at the event", five, "5=m", "5:fire/0"},
      {"a further match is told", five, "5=m 7=m", "5:fire/0 7:again/0"},
      {"the instant before its end", five, "5=m 9", "5:fire/0"},
      {"ends so long after the last match", five, "5=m 10", "5:fire/0 10:resolve/0"},
      {"a match at its end prevents it", five, "5=m 10=m 14", "5:fire/0 10:again/0"},
      {"and the end counts from there", five, "5=m 10=m 15", "5:fire/0 10:again/0 15:resolve/0"},
      {"a match after the end is a new alert", five, "5=m 11=m", "5:fire/0 10:resolve/0 11:fire/0"},
      {"two in one instant", five, "5=mm", "5:fire/0 5:again/0"},
      {"at once, where nothing is kept", Keep(0ns), "5=mm", "5:fire/0 5:again/0 5:resolve/0"},
      {"resolve_event ends it, and time does not", Keep(Duration::max()), "5=m 900=x", "5:fire/0 900:resolve/0"},
      {"a match after it is a new alert", Keep(Duration::max()), "5=mx 6=xm", "5:fire/0 5:resolve/0 6:fire/0"},
      {"a higher severity is told as one", five, "5=n 6=m 7=n", "5:fire/1 6:severity/0 7:again/0"},
  });
  AlertState alert;  // an event that comes late, behind the clock
  CHECK(Match(alert, FromNanos(3), FromNanos(9)) == AlertStep::kFire);
  CHECK(alert.active_at == FromNanos(3));
  CHECK(alert.fired_at == FromNanos(3));
  CHECK(NextDeadline(alert, five) == FromNanos(14));
}

TEST_CASE("flapping: kept firing until it has been still for long enough (5.6)") {
  const AlertLife flap = Flap(3, 100ns);
  Check({
      {"as many turns as allowed", flap, "10=C 20=. 30=C 129", "10:fire/0 20:resolve/0 30:fire/0"},
      {"one more, and it is kept", flap, "10=C 20=. 30=C 40=. 139", "10:fire/0 20:resolve/0 30:fire/0"},
      {"and ends so long after the last turn", flap, "10=C 20=. 30=C 40=. 140",
       "10:fire/0 20:resolve/0 30:fire/0 140:resolve/0"},
      {"a turn while it is kept prolongs it", flap, "10=C 20=. 30=C 40=. 140=C 141=. 240",
       "10:fire/0 20:resolve/0 30:fire/0"},
      {"even at the last instant", flap, "10=C 20=. 30=C 40=. 140=C 141=. 241",
       "10:fire/0 20:resolve/0 30:fire/0 241:resolve/0"},
      {"where it is not clear then it goes on", flap, "10=C 20=. 30=C 40=. 50=C 151 200=.",
       "10:fire/0 20:resolve/0 30:fire/0 200:resolve/0"},
      {"a turn that lies just within reach counts", flap, "10=C 20=. 30=C 109=.", "10:fire/0 20:resolve/0 30:fire/0"},
      {"one at its very edge does not", flap, "10=C 20=. 30=C 110=.", "10:fire/0 20:resolve/0 30:fire/0 110:resolve/0"},
      {"false and true within an instant are no turns", flap, "10=C 20=.C 30=.C 40=.", "10:fire/0 40:resolve/0"},
      {"true and false within one are two", Flap(1, 100ns), "10=C. 109", "10:fire/0"},
      {"keep_firing_for counts as well, the later wins", Flap(1, 20ns, 50ns), "10=C 20=. 69", "10:fire/0"},
      {"", Flap(1, 20ns, 50ns), "10=C 20=. 70", "10:fire/0 70:resolve/0"},
      {"the other way round", Flap(1, 50ns, 20ns), "10=C 20=. 69", "10:fire/0"},
      {"", Flap(1, 50ns, 20ns), "10=C 20=. 70", "10:fire/0 70:resolve/0"},
      {"hysteresis: turns are the condition's", Flap(2, 50ns), "10=C 20=~ 30=C 40=~ 41=. 89", "10:fire/0"},
      {"", Flap(2, 50ns), "10=C 20=~ 30=C 40=~ 41=. 90", "10:fire/0 90:resolve/0"},
      {"pending alerts turn, too",
       {.hold = 5ns, .flap_changes = 2, .flap_within = 50ns},
       "10=C 12=. 14=C 20=. 69",
       "10:begin 12:cancel 14:begin 19:fire/0"},
  });
}

TEST_CASE("what turned is remembered as long as it counts (5.6)") {
  Timeline line(Flap(3, 100ns));
  CHECK(line.forgettable());
  line.Run("10=C 20=. 119");
  CHECK_FALSE(line.forgettable());
  line.MoveTo(FromNanos(120));
  CHECK(line.forgettable());
  line.Run("121=C");
  CHECK_FALSE(line.forgettable());
}

TEST_CASE("as many turns as can be asked for") {
  const AlertLife most = Flap(TurnRing::kMost, 1000ns);
  std::string answers;
  for (int turn = 0; turn < 20; ++turn) answers += std::to_string(10 + turn) + (turn % 2 == 0 ? "=C " : "=. ");
  Timeline line(most);
  line.Run(answers);
  CHECK(line.state().phase == AlertPhase::kInactive);  // twenty turns are not more than twenty
  line.TakeTold();
  CHECK(line.Run("30=C 31=. 1030") == "30:fire/0");
  CHECK(line.Run("1031") == "30:fire/0 1031:resolve/0");
}

TEST_CASE("frozen: decided at the first answer after, and no clock restarts (4.2)") {
  Check({
      {"for", Hold(10ns), "5=C 9=! 15 20=C", "5:begin 20:fire/0"},
      {"for, no longer true", Hold(10ns), "5=C 9=! 20=.", "5:begin 20:cancel"},
      {"an answer before the deadline", Hold(10ns), "5=C 9=! 14=C 15", "5:begin 15:fire/0"},
      {"no answer at the deadline itself", Hold(10ns), "5=C 15=! 16=C", "5:begin 16:fire/0"},
      {"a fault that passes within the instant", Hold(10ns), "5=C 15=!C", "5:begin 15:fire/0"},
      {"keep_firing_for", Keep(10ns), "5=C 9=. 12=! 19 25=.", "5:fire/0 25:resolve/0"},
      {"keep_firing_for, interrupted", Keep(10ns), "5=C 9=. 12=! 25=C 26", "5:fire/0"},
      {"keep_firing_for, in time", Keep(10ns), "5=C 9=. 12=! 18=. 19", "5:fire/0 19:resolve/0"},
      {"a fall of the severity", Keep(10ns), "5=C 9=W 12=! 25=W", "5:fire/0 25:severity/1"},
      {"flapping", Flap(1, 10ns), "5=C 9=. 12=! 25=.", "5:fire/0 25:resolve/0"},
      {"nothing ends while there is no answer", {}, "5=C 9=! 20", "5:fire/0"},
      {"nor begins", {}, "5=!", ""},
      {"a fault when the instant is closed is no end", {}, "5=C 9=.! 10=.", "5:fire/0 10:resolve/0"},
  });
}

TEST_CASE("an end from outside (5.8)") {
  Check({
      {"of a firing alert", Keep(10ns), "5=C 9=. 12=x 20", "5:fire/0 12:resolve/0"},
      {"of a pending one", Hold(10ns), "5=C 12=x 20", "5:begin 12:cancel"},
      {"of none", {}, "5=x", ""},
      {"of a frozen one", {}, "5=C 6=!x 7=C", "5:fire/0 6:resolve/0 7:fire/0"},
      {"of one that flaps", Flap(1, 10ns), "5=C 6=. 7=x 30", "5:fire/0 7:resolve/0"},
      {"what comes after is a new life", Hold(10ns), "5=C 12=x 13=C 23", "5:begin 12:cancel 13:begin 23:fire/0"},
  });
}

TEST_CASE("a rule that changes lets its alerts live by the new definition (9.4)") {
  AlertState alert;
  Decide(alert, test::VerdictOf('C'), FromNanos(5), Hold(10ns), Instant::kOpen);
  SECTION("a pending alert older than the new `for` fires at the next answer") {
    CHECK(Decide(alert, test::VerdictOf('C'), FromNanos(9), Hold(3ns), Instant::kOpen) == AlertStep::kFire);
  }
  SECTION("a longer `for` does not un-fire") {
    CHECK(ReachDeadline(alert, FromNanos(15), Hold(10ns)) == AlertStep::kFire);
    CHECK(Decide(alert, test::VerdictOf('C'), FromNanos(16), Hold(99ns), Instant::kOpen) == AlertStep::kNothing);
    CHECK(alert.phase == AlertPhase::kFiring);
  }
}

TEST_CASE("the severity of what never fired is the last that held") {
  Timeline line(Hold(10ns));
  line.Run("5=C 7=W");
  CHECK(line.state().severity == 1);
  CHECK(line.Run("9=.") == "5:begin 9:cancel");
  CHECK(line.state().severity == 1);
}

TEST_CASE("bytes that are no state are known") {
  const auto with = [](size_t offset, uint8_t value) {
    Timeline line(Flap(3, 100ns));
    line.Run("5=C 9=.");
    AlertState state = line.state();
    std::memcpy(reinterpret_cast<unsigned char*>(&state) + offset, &value, 1);
    return IsSound(state, 2);
  };
  CHECK(with(offsetof(AlertState, severity), 1));
  CHECK_FALSE(with(offsetof(AlertState, severity), 2));
  CHECK_FALSE(with(offsetof(AlertState, level), 2));
  CHECK_FALSE(with(offsetof(AlertState, phase), 3));
  CHECK_FALSE(with(offsetof(AlertState, motion), 3));
  CHECK_FALSE(with(offsetof(AlertState, holds), 2));
  CHECK_FALSE(with(offsetof(AlertState, frozen), 255));
  CHECK(IsSound(AlertState(), 1));
  TurnRing turns;
  for (int i = 0; i < 50; ++i) turns.Add(FromNanos(i), 3, 100ns);
  CHECK(turns.IsSound());
  unsigned char bytes[sizeof(TurnRing)];
  for (size_t i = 20 * sizeof(Time); i < 20 * sizeof(Time) + 3; ++i) {
    std::memcpy(bytes, &turns, sizeof(turns));
    bytes[i] = 21;
    TurnRing wrong;
    std::memcpy(&wrong, bytes, sizeof(wrong));
    CHECK_FALSE(wrong.IsSound());
  }
}

TEST_CASE("an alert at the end of time does not wrap around") {
  AlertState alert;
  CHECK(Decide(alert, test::VerdictOf('C'), Time::max() - 1s, Hold(1h), Instant::kOpen) == AlertStep::kBegin);
  CHECK_FALSE(NextDeadline(alert, Hold(1h)).has_value());
  CHECK(ReachDeadline(alert, Time::max() - 1ns, Hold(1h)) == AlertStep::kNothing);
}

}  // namespace
}  // namespace tocsin
