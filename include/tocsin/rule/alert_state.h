// The life of one alert: inactive -> pending -> firing and back (docs/semantics.md, section 5). Header only, no memory,
// no clock of its own: the caller says what the condition answered and at which instant.
//
//   tocsin::AlertState alert;
//   tocsin::AlertStep step = tocsin::Decide(alert, {.holds = true}, now, /*hold=*/1h, tocsin::Instant::kOpen);
//   // ... an hour later, when that instant is closed and nothing has ended it:
//   step = tocsin::ReachDeadline(alert, now, 1h);   // AlertStep::kFire
//
// "True at once, false when the instant is closed" (1.5): while an instant is open, an answer that would end something
// gives kAskAgain: the caller evaluates again when the instant is closed.
#ifndef TOCSIN_RULE_ALERT_STATE_H_
#define TOCSIN_RULE_ALERT_STATE_H_

#include <cstdint>

#include "tocsin/base/time.h"

namespace tocsin {

enum class AlertPhase : uint8_t { kInactive, kPending, kFiring };

// Trivially copyable, 24 bytes.
struct AlertState {
  Time active_at{};  // of pending and firing: when the condition began to hold
  Time fired_at{};   // of firing
  AlertPhase phase = AlertPhase::kInactive;
  bool frozen = false;   // the last evaluation was a fault: nothing is decided until the next answer
  bool awaited = false;  // the caller is to ask again when the instant is closed (a mark for the caller's own list)
};

// What the rule's conditions answered.
struct Verdict {
  bool holds = false;  // `when`
  bool clear = true;   // not `when`, and `resolve_when` where there is one; read only while firing
  bool fault = false;  // no answer at all
};

// Whether the present instant can still see events.
enum class Instant : uint8_t { kOpen, kClosed };

enum class AlertStep : uint8_t {
  kNothing,
  kBegin,     // inactive -> pending; the deadline is active_at + hold
  kFire,      // -> firing
  kResolve,   // firing -> inactive; active_at and fired_at keep what they were
  kCancel,    // pending -> inactive, untold
  kAskAgain,  // something would end: decided when the instant is closed
};

inline AlertStep Decide(AlertState& alert, Verdict verdict, Time now, Duration hold, Instant instant) {
  alert.frozen = verdict.fault;
  if (verdict.fault) return AlertStep::kNothing;
  switch (alert.phase) {
    case AlertPhase::kInactive:
      if (!verdict.holds) return AlertStep::kNothing;
      alert.active_at = now;
      alert.phase = hold == Duration::zero() ? AlertPhase::kFiring : AlertPhase::kPending;
      if (alert.phase == AlertPhase::kPending) return AlertStep::kBegin;
      alert.fired_at = now;
      return AlertStep::kFire;
    case AlertPhase::kPending: {
      if (!verdict.holds) {
        if (instant == Instant::kOpen) return AlertStep::kAskAgain;
        alert.phase = AlertPhase::kInactive;
        return AlertStep::kCancel;
      }
      // A deadline that passed while the state was frozen is decided at the first answer after.
      const Time deadline = SaturatingAdd(alert.active_at, hold);
      if (now < deadline || (now == deadline && instant == Instant::kOpen)) return AlertStep::kNothing;
      alert.phase = AlertPhase::kFiring;
      alert.fired_at = now;
      return AlertStep::kFire;
    }
    case AlertPhase::kFiring:
      if (!verdict.clear) return AlertStep::kNothing;
      if (instant == Instant::kOpen) return AlertStep::kAskAgain;
      alert.phase = AlertPhase::kInactive;
      return AlertStep::kResolve;
  }
  return AlertStep::kNothing;
}

// The instant `now` is closed, after everything else in it. Fires a pending alert that is due.
inline AlertStep ReachDeadline(AlertState& alert, Time now, Duration hold) {
  if (alert.phase != AlertPhase::kPending || alert.frozen || SaturatingAdd(alert.active_at, hold) > now) {
    return AlertStep::kNothing;
  }
  alert.phase = AlertPhase::kFiring;
  alert.fired_at = now;
  return AlertStep::kFire;
}

}  // namespace tocsin

#endif  // TOCSIN_RULE_ALERT_STATE_H_
