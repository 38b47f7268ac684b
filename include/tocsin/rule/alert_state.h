// The life of one alert: inactive -> pending -> firing and back (docs/semantics.md, section 5). Header only, no memory,
// no clock of its own: the caller says what the conditions answered and at which instant.
//
//   tocsin::AlertLife life{.hold = 1h, .keep = 15min};
//   tocsin::AlertState alert;
//   auto step = tocsin::Decide(alert, {.level = 0, .clear = false}, now, life, tocsin::Instant::kOpen);  // kBegin
//   std::optional<tocsin::Time> deadline = tocsin::NextDeadline(alert, life);                            // an hour on
//   // ... when that instant is closed and nothing has ended it:
//   step = tocsin::ReachDeadline(alert, *deadline, life);                                                // kFire
//
// One step at a time: each call changes the state by one step at most, and says which.
//
// "True at once, false when the instant is closed" (1.5): while an instant is open, an answer that would end, lower or
// clear something gives kAskAgain: the caller evaluates again when the instant is closed, before ReachDeadline.
//
// Time goes forward: `now` is not before that of the call before. Deadlines at Time::max() never come.
// Threads: none of its own; a state is one thread's at a time. Cost: a few comparisons.
#ifndef TOCSIN_RULE_ALERT_STATE_H_
#define TOCSIN_RULE_ALERT_STATE_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "tocsin/base/time.h"
#include "tocsin/rule/turn_ring.h"

namespace tocsin {

// What a rule says of the lives of its alerts.
struct AlertLife {
  Duration hold{};           // `for`
  Duration keep{};           // `keep_firing_for`; Duration::max(): time alone ends nothing
  int64_t flap_changes = 0;  // `flapping`: more turns than this, at most TurnRing::kMost; 0: not watched
  Duration flap_within{};
};

enum class AlertPhase : uint8_t { kInactive, kPending, kFiring };

// Where a firing alert is going, if that is held up for `keep`.
enum class AlertMotion : uint8_t { kNone, kClearing, kFalling };

// No byte of it is left unset, so that a snapshot may copy it.
struct AlertState {
  Time active_at{};     // of pending and firing: when the condition began to hold
  Time fired_at{};      // of firing
  Time moving_since{};  // of a motion: since when it has been clear, or the severity too high
  AlertPhase phase = AlertPhase::kInactive;
  AlertMotion motion = AlertMotion::kNone;
  int8_t severity = -1;  // the index of its severity: of pending the highest that holds
  int8_t level = -1;     // the last answer
  bool holds = false;    // whether the condition holds, as decided: true at once, false when the instant is closed
  bool frozen = false;   // there was no answer last: nothing is decided until there is one
  bool awaited = false;  // the caller is to ask again when the instant is closed (a mark for the caller's own list)
  uint8_t unused = 0;
};
static_assert(sizeof(AlertState) == 32 && std::has_unique_object_representations_v<AlertState>);

// What the rule's conditions answered.
struct Verdict {
  int level = -1;       // the index of the highest severity that holds, 0 is the highest, up to 127; -1: none holds
  bool clear = true;    // none holds, and `resolve_when` where there is one; read only while firing
  bool frozen = false;  // no answer: a fault, or no data where that keeps the state
};

// Whether the present instant can still see events. While it is being closed, first all conditions are decided, then
// the deadlines that lie at this very instant, by ReachDeadline.
enum class Instant : uint8_t { kOpen, kClosing, kClosed };

enum class AlertStep : uint8_t {
  kNothing,
  kBegin,     // inactive -> pending
  kFire,      // -> firing, with the severity that holds
  kAgain,     // a firing alert has seen one more event (Match)
  kSeverity,  // a firing alert has another severity
  kResolve,   // firing -> inactive; active_at, fired_at and severity keep what they were
  kCancel,    // pending -> inactive, untold; active_at and severity keep what they were
  kAskAgain,  // something would end, fall or turn clear: decided when the instant is closed
};

namespace alert_internal {

inline Time Deadline(Time since, Duration wait) {
  return wait == Duration::max() ? Time::max() : SaturatingAdd(since, wait);
}

inline bool Reached(Time deadline, Time now) { return deadline <= now && deadline != Time::max(); }

// When the motion arrives. An alert that flaps is kept until its condition has been still for long enough.
inline Time Arrival(const AlertState& alert, const AlertLife& life, const TurnRing* turns) {
  const Time kept = Deadline(alert.moving_since, life.keep);
  if (alert.motion != AlertMotion::kClearing || turns == nullptr || !turns->flapping()) return kept;
  return std::max(kept, turns->End(life.flap_within));
}

inline AlertStep Fire(AlertState& alert, Time fired_at) {
  alert.phase = AlertPhase::kFiring;
  alert.motion = AlertMotion::kNone;
  alert.fired_at = fired_at;
  return AlertStep::kFire;
}

inline AlertStep Arrive(AlertState& alert) {
  const bool resolves = alert.motion == AlertMotion::kClearing;
  alert.motion = AlertMotion::kNone;
  if (resolves) {
    alert.phase = AlertPhase::kInactive;
    return AlertStep::kResolve;
  }
  alert.severity = alert.level;
  return AlertStep::kSeverity;
}

inline AlertStep DecideFiring(AlertState& alert, bool clear, Time now, const AlertLife& life, Instant instant,
                              const TurnRing* turns) {
  const AlertMotion motion = alert.level < 0                ? clear ? AlertMotion::kClearing : AlertMotion::kNone
                             : alert.level > alert.severity ? AlertMotion::kFalling
                                                            : AlertMotion::kNone;
  if (motion == AlertMotion::kNone) {
    // `resolve_when` turned false: as of every condition, that counts when the instant is closed.
    if (alert.level < 0 && alert.motion == AlertMotion::kClearing && instant == Instant::kOpen)
      return AlertStep::kAskAgain;
    alert.motion = motion;
    if (alert.level < 0 || alert.level == alert.severity) return AlertStep::kNothing;
    alert.severity = alert.level;
    return AlertStep::kSeverity;
  }
  const bool begins = alert.motion != motion;
  if (begins) {
    alert.motion = AlertMotion::kNone;
    if (instant == Instant::kOpen) return AlertStep::kAskAgain;
    alert.motion = motion;
    alert.moving_since = now;
  }
  const Time arrival = Arrival(alert, life, turns);
  if (!Reached(arrival, now)) return AlertStep::kNothing;
  const bool waits = instant == Instant::kClosing && arrival == now && !begins;
  if (instant != Instant::kOpen && !waits) return Arrive(alert);
  // At its very instant ReachDeadline decides; it lies in the past where it passed while the state was frozen.
  return arrival == now ? AlertStep::kNothing : AlertStep::kAskAgain;
}

}  // namespace alert_internal

// The conditions have been evaluated. `turns` is not null exactly when life.flap_changes > 0, here and below.
inline AlertStep Decide(AlertState& alert, Verdict verdict, Time now, const AlertLife& life, Instant instant,
                        TurnRing* turns = nullptr) {
  alert.frozen = verdict.frozen;
  if (verdict.frozen) return AlertStep::kNothing;
  const bool holds = verdict.level >= 0;
  alert.level = static_cast<int8_t>(verdict.level);
  if (alert.holds && !holds && instant == Instant::kOpen) return AlertStep::kAskAgain;
  if (alert.holds != holds && turns != nullptr) turns->Add(now, life.flap_changes, life.flap_within);
  alert.holds = holds;
  switch (alert.phase) {
    case AlertPhase::kInactive:
      if (!holds) return AlertStep::kNothing;
      alert.active_at = now;
      alert.severity = alert.level;
      if (life.hold == Duration::zero()) return alert_internal::Fire(alert, now);
      alert.phase = AlertPhase::kPending;
      return AlertStep::kBegin;
    case AlertPhase::kPending: {
      if (!holds) {
        alert.phase = AlertPhase::kInactive;
        return AlertStep::kCancel;
      }
      // A lower severity counts when the instant is closed, as what turns false does (1.5).
      const bool falls = alert.level > alert.severity && instant == Instant::kOpen;
      const int8_t severity = falls ? alert.severity : alert.level;
      alert.severity = alert.level;
      // A deadline that passed while the state was frozen is decided at the first answer after.
      const Time deadline = alert_internal::Deadline(alert.active_at, life.hold);
      const bool decided_later = deadline == now && instant != Instant::kClosed;
      if (alert_internal::Reached(deadline, now) && !decided_later) return alert_internal::Fire(alert, now);
      alert.severity = severity;
      return falls ? AlertStep::kAskAgain : AlertStep::kNothing;
    }
    case AlertPhase::kFiring:
      return alert_internal::DecideFiring(alert, verdict.clear, now, life, instant, turns);
  }
  return AlertStep::kNothing;
}

// The instant `now` is closed, after everything else in it: fires a pending alert that is due, and ends a firing one or
// lowers its severity. Nothing when there is no deadline yet, or no longer.
inline AlertStep ReachDeadline(AlertState& alert, Time now, const AlertLife& life, TurnRing* turns = nullptr) {
  if (alert.frozen) return AlertStep::kNothing;
  if (alert.phase == AlertPhase::kPending) {
    const Time deadline = alert_internal::Deadline(alert.active_at, life.hold);
    return alert_internal::Reached(deadline, now) ? alert_internal::Fire(alert, now) : AlertStep::kNothing;
  }
  if (alert.phase != AlertPhase::kFiring || alert.motion == AlertMotion::kNone) return AlertStep::kNothing;
  const bool reached = alert_internal::Reached(alert_internal::Arrival(alert, life, turns), now);
  return reached ? alert_internal::Arrive(alert) : AlertStep::kNothing;
}

// When ReachDeadline is to be called, if no answer comes before. Ask after each Decide and Match, whatever its step;
// a call that comes for a deadline of before does no harm. Nothing while frozen. After kAskAgain it may lie in the
// past.
inline std::optional<Time> NextDeadline(const AlertState& alert, const AlertLife& life,
                                        const TurnRing* turns = nullptr) {
  Time deadline = Time::max();
  if (alert.frozen) return std::nullopt;
  if (alert.phase == AlertPhase::kPending) deadline = alert_internal::Deadline(alert.active_at, life.hold);
  if (alert.phase == AlertPhase::kFiring && alert.motion != AlertMotion::kNone) {
    deadline = alert_internal::Arrival(alert, life, turns);
  }
  return deadline == Time::max() ? std::nullopt : std::optional<Time>(deadline);
}

// A rule that looks at single events has seen one that it looks for (5.5): kFire, kAgain, or kSeverity where `level` is
// a higher severity than before. `event_time` is the event's, `now` the clock, from which `keep` counts: what is due at
// once (keep = 0) is due when the present instant is closed. Decide is not called for such a rule.
inline AlertStep Match(AlertState& alert, Time event_time, Time now, int level = 0) {
  alert.level = static_cast<int8_t>(level);
  AlertStep step = AlertStep::kAgain;
  if (alert.phase != AlertPhase::kFiring) {
    alert.active_at = event_time;
    alert.severity = alert.level;
    step = alert_internal::Fire(alert, event_time);
  } else if (alert.level < alert.severity) {
    alert.severity = alert.level;
    step = AlertStep::kSeverity;
  }
  alert.motion = AlertMotion::kClearing;
  alert.moving_since = now;
  return step;
}

// It ends here and now, whatever its conditions say: the rule is gone, the group is out of scope or expired, or an
// event of `resolve_event` has come. kResolve, kCancel or kNothing.
inline AlertStep End(AlertState& alert) {
  const AlertPhase phase = alert.phase;
  alert.phase = AlertPhase::kInactive;
  alert.motion = AlertMotion::kNone;
  alert.level = -1;
  alert.holds = false;
  alert.frozen = false;
  return phase == AlertPhase::kFiring    ? AlertStep::kResolve
         : phase == AlertPhase::kPending ? AlertStep::kCancel
                                         : AlertStep::kNothing;
}

// False for bytes that are no state of a rule with so many severities, such as a snapshot that somebody wrote by hand.
inline bool IsSound(const AlertState& alert, int severities) {
  for (const bool* mark : {&alert.holds, &alert.frozen, &alert.awaited}) {
    if (*reinterpret_cast<const uint8_t*>(mark) > 1) return false;  // no truth value, so it must not be read as one
  }
  const bool placed = alert.severity >= 0 && alert.level >= -1;
  return alert.phase <= AlertPhase::kFiring && alert.motion <= AlertMotion::kFalling &&
         (alert.phase == AlertPhase::kInactive || placed) && alert.severity < severities && alert.level < severities;
}

// True when a new state would do as well: inactive, and no turn is remembered that could still count.
inline bool Forgettable(const AlertState& alert, Time now, const AlertLife& life, const TurnRing* turns = nullptr) {
  if (alert.phase != AlertPhase::kInactive) return false;
  return turns == nullptr || turns->empty() || turns->End(life.flap_within) <= now;
}

}  // namespace tocsin

#endif  // TOCSIN_RULE_ALERT_STATE_H_
