// A time line of one alert as text: what its conditions answered when, and what came of it. Between the answers it does
// what an engine does: it asks again when an instant is closed, and keeps its deadlines.
//
//   Timeline({.hold = 10ns}).Run("5=C 20=.")   ->  "5:begin 15:fire/0 20:resolve/0"
//
// An answer is TIME=LETTERS, one letter after the other in that instant: C W I the severities 0 1 2 that hold, '~' none
// holds but `resolve_when` is not true either, '.' clear, '!' no answer, 'm' an event that a rule looks for (Match, of
// severity 0; 'n' of severity 1), 'x' its end from outside (End), '|' the instant is closed, and open to nothing but
// what comes behind the clock. TIME alone closes that instant.
#ifndef TOCSIN_TESTS_SUPPORT_ALERT_TIMELINE_H_
#define TOCSIN_TESTS_SUPPORT_ALERT_TIMELINE_H_

#include <sstream>
#include <string>
#include <utility>

#include "tocsin/rule/alert_state.h"

namespace tocsin::test {

inline Verdict VerdictOf(char letter) {
  switch (letter) {
    case 'C':
      return {.level = 0, .clear = false};
    case 'W':
      return {.level = 1, .clear = false};
    case 'I':
      return {.level = 2, .clear = false};
    case '~':
      return {.level = -1, .clear = false};
    case '.':
      return {.level = -1, .clear = true};
    default:
      return {.frozen = true};
  }
}

class Timeline {
 public:
  explicit Timeline(const AlertLife& life) : life_(life) {}

  std::string Run(const std::string& text) {
    std::istringstream words(text);
    for (std::string word; words >> word;) {
      const size_t sign = word.find('=');
      MoveTo(FromNanos(std::stoll(word.substr(0, sign))));
      if (sign == std::string::npos) {
        Close();
        continue;
      }
      for (const char letter : word.substr(sign + 1)) Answer(letter);
    }
    if (!closed_) Close();
    return told_;
  }

  void MoveTo(Time t) {
    if (t <= now_) return;
    if (!closed_) Close();
    for (;;) {
      const auto deadline = NextDeadline(state_, life_, turns());
      if (!deadline || *deadline >= t) break;
      now_ = *deadline;
      Close();
    }
    now_ = t;
    closed_ = false;
  }

  void Answer(char letter) {
    if (letter == '|') return Close();
    if (letter == 'x') return Tell(End(state_));
    if (letter == 'm' || letter == 'n') return Tell(Match(state_, now_, now_, letter == 'm' ? 0 : 1));
    last_ = letter;
    const AlertStep step = Decide(state_, VerdictOf(letter), now_, life_, InstantNow(), turns());
    if (step == AlertStep::kAskAgain) state_.awaited = true;
    Tell(step);
  }

  void Close() {
    closed_ = true;
    if (state_.awaited) {
      state_.awaited = false;
      Answer(last_);
    }
    Tell(ReachDeadline(state_, now_, life_, turns()));
  }

  const AlertState& state() const { return state_; }
  bool forgettable() { return Forgettable(state_, now_, life_, turns()); }
  // What an engine does to free memory. Only at the end of an instant.
  void Forget() {
    state_ = {};
    turns_ = {};
  }
  std::string TakeTold() { return std::exchange(told_, {}); }

 private:
  TurnRing* turns() { return life_.flap_changes > 0 ? &turns_ : nullptr; }
  Instant InstantNow() const { return closed_ ? Instant::kClosed : Instant::kOpen; }

  void Tell(AlertStep step) {
    constexpr const char* kNames[] = {"", "begin", "fire", "again", "severity", "resolve", "cancel", ""};
    const std::string name = kNames[static_cast<size_t>(step)];
    if (name.empty()) return;
    if (!told_.empty()) told_ += ' ';
    told_ += std::to_string(ToNanos(now_)) + ":" + name;
    if (name != "begin" && name != "cancel") told_ += "/" + std::to_string(state_.severity);
  }

  AlertLife life_;
  AlertState state_;
  TurnRing turns_;
  Time now_ = Time::min();
  bool closed_ = true;
  char last_ = '.';
  std::string told_;
};

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SUPPORT_ALERT_TIMELINE_H_
