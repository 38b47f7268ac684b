// The life of an alert against its slow twin, which keeps every answer and every change there ever were and decides
// each time from all of them (docs/semantics.md 1.5, 4.2, 5.1 to 5.4, 5.6).
#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "support/alert_timeline.h"
#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/rule/alert_state.h"

namespace tocsin {
namespace {

struct Plain {
  int64_t hold = 0;
  int64_t keep = 0;
  int64_t changes = 0;
  int64_t within = 0;
};

class SlowAlert {
 public:
  explicit SlowAlert(const Plain& life) : life_(life) {}

  void Answer(int64_t now, char letter, bool closed) {
    answers_.push_back({now, letter, closed});
    Decide(now, closed);
  }
  void Close(int64_t now) {
    if (!answers_.empty() && answers_.back().time == now) answers_.back().final = true;
    Decide(now, true);
  }
  std::string Told() const {
    std::string told;
    for (const Change& change : changes_) {
      if (!told.empty()) told += ' ';
      told += fmt::format("{}:{}", change.time, change.name);
      if (change.name != "begin" && change.name != "cancel") told += fmt::format("/{}", change.severity);
    }
    return told;
  }

 private:
  struct Given {
    int64_t time;
    char letter;
    bool final;  // what the instant ended with, or what came when it had ended
  };
  struct Change {
    int64_t time;
    std::string name;
    int severity;
  };

  static int LevelOf(char letter) { return test::VerdictOf(letter).level; }

  // When the condition turned: to true at once, to false with what its instant ended with.
  std::vector<int64_t> Turns() const {
    std::vector<int64_t> turns;
    for (const Given& answer : answers_) {
      if (answer.letter == '!') continue;
      const bool held = turns.size() % 2 == 1;
      const bool holds = LevelOf(answer.letter) >= 0;
      if (holds != held && (holds || answer.final)) turns.push_back(answer.time);
    }
    return turns;
  }

  // Until when the alert is kept: some turn was one too many, and since then no pause was longer than `within`.
  std::optional<int64_t> Flaps() const {
    const std::vector<int64_t> turns = Turns();
    const auto n = static_cast<size_t>(life_.changes);
    for (size_t i = n; n > 0 && i < turns.size(); ++i) {
      bool flaps = turns[i] - turns[i - n] < life_.within;
      for (size_t k = i + 1; k < turns.size(); ++k) flaps = flaps && turns[k] - turns[k - 1] <= life_.within;
      if (flaps) return turns.back() + life_.within;
    }
    return std::nullopt;
  }

  // Since when all answers have been of one sort: the first instant of them that ended with an answer. One that is
  // false and not final has never counted.
  template <typename Sort>
  std::optional<int64_t> Since(Sort sort) const {
    std::optional<int64_t> since;
    for (auto answer = answers_.rbegin(); answer != answers_.rend(); ++answer) {
      if (answer->letter == '!') continue;
      if (!sort(answer->letter)) {
        if (LevelOf(answer->letter) < 0 && !answer->final) continue;
        break;
      }
      if (answer->final) since = answer->time;
    }
    return since;
  }

  void Decide(int64_t now, bool closed) {
    if (answers_.empty() || answers_.back().letter == '!') return;
    const int level = LevelOf(answers_.back().letter);
    const std::string last = changes_.empty() ? "cancel" : changes_.back().name;
    if (last == "begin") return DecidePending(now, closed, level);
    if (last == "cancel" || last == "resolve") {
      if (level < 0) return;
      if (life_.hold == 0) return Tell(now, "fire", level);
      return Tell(now, "begin", level);
    }
    DecideFiring(now, closed, level);
  }

  void DecidePending(int64_t now, bool closed, int level) {
    if (Turns().size() % 2 == 0) return Tell(now, "cancel", level);
    const int64_t deadline = changes_.back().time + life_.hold;
    if (level >= 0 && (now > deadline || (now == deadline && closed))) Tell(now, "fire", level);
  }

  void DecideFiring(int64_t now, bool closed, int level) {
    const int severity = changes_.back().severity;
    if (level >= 0 && level < severity) return Tell(now, "severity", level);
    if (!closed) return;
    const auto falling = Since([&](char letter) { return LevelOf(letter) > severity; });
    if (falling && now >= *falling + life_.keep) return Tell(now, "severity", level);
    const auto clear = Since([](char letter) { return letter == '.'; });
    if (clear && now >= std::max(*clear + life_.keep, Flaps().value_or(0))) Tell(now, "resolve", severity);
  }

  void Tell(int64_t now, std::string name, int severity) { changes_.push_back({now, std::move(name), severity}); }

  Plain life_;
  std::vector<Given> answers_;
  std::vector<Change> changes_;
};

TEST_CASE("randomised: the state agrees with the whole history") {
  std::mt19937 random(test::Seed(1));
  const auto below = [&random](uint32_t n) { return static_cast<int64_t>(random() % n); };
  size_t resolved = 0;
  for (int round = 0; round < 20000; ++round) {
    const bool flaps = below(2) == 0;
    const Plain plain{below(5), below(5), flaps ? 1 + below(4) : 0, flaps ? 1 + below(12) : 0};
    test::Timeline line({Duration(plain.hold), Duration(plain.keep), plain.changes, Duration(plain.within)});
    SlowAlert slow(plain);
    // Quiet stretches and busy ones, and some that are all fault.
    const std::string letters[] = {"C.", "CWI~.!", "CCCW.", "...~C", "C.!"};
    const std::string& choice = letters[below(5)];
    const auto any = [&] { return choice[static_cast<size_t>(below(static_cast<uint32_t>(choice.size())))]; };
    std::string script;
    for (int64_t now = 0; now < 60; ++now) {
      const int64_t count = below(4) == 0 ? 0 : below(3);
      if (count > 0) script += fmt::format(" {}=", now);
      if (count > 0) line.MoveTo(FromNanos(now));
      const bool behind = count > 0 && below(4) == 0;  // the last answer comes when the instant is closed
      for (int64_t i = 0; i < count; ++i) {
        const char letter = any();
        const bool closed = behind && i + 1 == count;
        if (closed) line.Close();
        if (closed) slow.Close(now);
        script += closed ? fmt::format("|{}", letter) : std::string(1, letter);
        line.Answer(letter);
        slow.Answer(now, letter, closed);
      }
      if (count > 0 && !behind) line.Close();
      slow.Close(now);
      if (count > 0 && line.forgettable()) line.Forget();
    }
    INFO("for " << plain.hold << " keep " << plain.keep << " flapping " << plain.changes << "/" << plain.within << ":"
                << script);
    const std::string told = line.Run("60");
    slow.Close(60);
    REQUIRE(told == slow.Told());
    resolved += told.find("resolve") != std::string::npos ? 1 : 0;
  }
  CHECK(resolved > 5000);
}

}  // namespace
}  // namespace tocsin
