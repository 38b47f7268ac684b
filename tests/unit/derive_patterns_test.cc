// Patterns against a matcher that is slow and obvious: it keeps every attempt as it was written down, and looks at all
// of them at each event and at each instant that is closed. Random patterns, random streams: disordered, in batches,
// stopped and gone on from snapshots.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/config/builder.h"
#include "tocsin/engine/engine.h"

namespace tocsin {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

// One step: types of "abcd", how many of them, and whether n must be at least, or above the first step's.
struct SlowStep {
  std::string types;
  bool absent = false;
  int times = 1;
  enum class Where { kNone, kAtLeast3, kAboveFirst } where = Where::kNone;
};
struct SlowPattern {
  std::vector<SlowStep> steps;
  int within = 0;
  int reorder = 0;
  bool overlap = true;
  bool by = true;
};
struct SlowEvent {
  int time = 0;
  char type = 'a';
  int who = 0;
  int n = 0;
};

// "7 x 3 9": told at 7 about x, begun with n 3, over at 9.
using Told = std::vector<std::string>;

class SlowMatcher {
 public:
  SlowMatcher(const SlowPattern& pattern, int lateness) : pattern_(pattern), lateness_(lateness) {}

  void Take(const SlowEvent& event) {
    if (started_ && event.time < now_ - lateness_) return;
    if (!started_ || event.time > now_) {
      if (started_) CloseThrough(event.time - 1);
      started_ = true;
      now_ = event.time;
      closed_ = false;
    }
    if (pattern_.reorder == 0 || event.time <= Decided()) {
      Apply(event);
    } else {
      held_.push_back(event);
    }
  }

  void AdvanceTo(int t) {
    if (started_ && t < now_) return;
    started_ = true;
    CloseThrough(t);
    now_ = t;
    closed_ = true;
  }

  Told told;

 private:
  struct Attempt {
    int who = 0;
    int first_n = 0;
    int deadline = 0;
    size_t place = 0;  // in the sequence: what it waits for
    int count = 0;
    bool over = false;
  };

  bool IsHeld(const SlowStep& step, const SlowEvent& event, int first_n) const {
    if (step.types.find(event.type) == std::string::npos) return false;
    if (step.where == SlowStep::Where::kAtLeast3) return event.n >= 3;
    if (step.where == SlowStep::Where::kAboveFirst) return event.n > first_n;
    return true;
  }

  // Up to which second deadlines have been decided.
  int Decided() const { return (closed_ ? now_ : now_ - 1) - pattern_.reorder; }

  // Every second up to t passes: what was held is taken, then what is over is decided.
  void CloseThrough(int t) {
    for (int second = closed_ ? now_ + 1 : now_; second <= t; ++second) {
      now_ = second;
      if (pattern_.reorder > 0) {
        std::vector<SlowEvent> due;
        for (const SlowEvent& event : held_) {
          if (event.time + pattern_.reorder <= second) due.push_back(event);
        }
        std::erase_if(held_, [&](const SlowEvent& event) { return event.time + pattern_.reorder <= second; });
        std::stable_sort(due.begin(), due.end(),
                         [](const SlowEvent& a, const SlowEvent& b) { return a.time < b.time; });
        closed_ = false;
        for (const SlowEvent& event : due) Apply(event);
      }
      closed_ = true;
      for (size_t i = 0; i < attempts_.size(); ++i) {
        if (!attempts_[i].over && attempts_[i].deadline <= second - pattern_.reorder) End(i);
      }
    }
  }

  // The deadline of an attempt has passed.
  void End(size_t i) {
    attempts_[i].over = true;
    const bool waits = attempts_[i].place < pattern_.steps.size() && OnlyAbsentFrom(attempts_[i].place);
    if (waits) Match(i, attempts_[i].deadline);
  }

  bool OnlyAbsentFrom(size_t place) const {
    for (size_t i = place; i < pattern_.steps.size(); ++i) {
      if (!pattern_.steps[i].absent) return false;
    }
    return true;
  }

  void Match(size_t i, int time) {
    attempts_[i].over = true;
    told.push_back(fmt::format("{} {} {} {}", now_, attempts_[i].who, attempts_[i].first_n, time));
    if (pattern_.overlap) return;
    for (Attempt& other : attempts_) {
      if (Group(other.who) == Group(attempts_[i].who)) other.over = true;
    }
  }

  int Group(int who) const { return pattern_.by ? who : 0; }

  void Apply(const SlowEvent& event) {
    bool matched = false;
    for (size_t i = 0; i < attempts_.size(); ++i) {
      if (attempts_[i].over || Group(attempts_[i].who) != Group(event.who)) continue;
      Attempt& attempt = attempts_[i];
      // What must not come now: all that stands before the next step.
      size_t next = attempt.place;
      for (; next < pattern_.steps.size() && pattern_.steps[next].absent; ++next) {
        if (IsHeld(pattern_.steps[next], event, attempt.first_n)) attempt.over = true;
      }
      if (attempt.over || next == pattern_.steps.size()) continue;
      if (!IsHeld(pattern_.steps[next], event, attempt.first_n)) continue;
      if (next == 0) {  // a step is known by the last of its events
        attempt.first_n = event.n;
        attempt.who = event.who;
      }
      if (++attempt.count < pattern_.steps[next].times) continue;
      if (next + 1 == pattern_.steps.size()) {
        matched = true;
        Match(i, event.time);
        continue;
      }
      attempt.place = next + 1;
      attempt.count = 0;
    }
    if (matched && !pattern_.overlap) return;
    const SlowStep& first = pattern_.steps.front();
    if (first.where == SlowStep::Where::kAboveFirst || !IsHeld(first, event, 0)) return;
    Attempt begun;
    begun.who = event.who;
    begun.first_n = event.n;
    begun.deadline = event.time + pattern_.within;
    begun.count = 1;
    if (first.times == 1) {
      begun.place = 1;
      begun.count = 0;
    }
    attempts_.push_back(begun);
    const bool is_over = begun.deadline <= std::max(Decided(), pattern_.reorder > 0 ? event.time - 1 : Decided());
    if (is_over) End(attempts_.size() - 1);
  }

  const SlowPattern& pattern_;
  int lateness_;
  bool started_ = false;
  bool closed_ = false;
  int now_ = 0;
  std::vector<Attempt> attempts_;  // in the order of their first events
  std::vector<SlowEvent> held_;
};

// The engine's changes in the same words.
class ToldSink : public AlertSink {
 public:
  void OnAlert(const AlertChange& change) override {
    const auto second = [](Time t) { return ToNanos(t - kStart) / 1'000'000'000; };
    told.push_back(fmt::format("{} {}", second(change.time), change.summary));
  }
  Told told;
};

std::string TypesOf(std::mt19937_64& random) {
  std::string types(1, static_cast<char>('a' + random() % 4));
  if (random() % 4 == 0) {
    const char other = static_cast<char>('a' + random() % 4);
    if (other != types[0]) types += other;
  }
  return types;
}

SlowPattern RandomPattern(std::mt19937_64& random) {
  SlowPattern pattern;
  int events = 0;
  const int steps = 1 + static_cast<int>(random() % 4);
  for (int i = 0; i < steps; ++i) {
    SlowStep step;
    step.types = TypesOf(random);
    step.absent = i > 0 && random() % 3 == 0;
    if (!step.absent && random() % 4 == 0) step.times = 2 + static_cast<int>(random() % 2);
    if (random() % 4 == 0)
      step.where = i > 0 && random() % 2 == 0 ? SlowStep::Where::kAboveFirst : SlowStep::Where::kAtLeast3;
    if (!step.absent) events += step.times;
    pattern.steps.push_back(step);
  }
  if (events < 2 && !pattern.steps.back().absent) pattern.steps.push_back({TypesOf(random), random() % 2 == 0});
  pattern.within = 1 + static_cast<int>(random() % 12);
  pattern.reorder = random() % 3 == 0 ? 1 + static_cast<int>(random() % 4) : 0;
  pattern.overlap = random() % 3 != 0;
  pattern.by = random() % 4 != 0;
  return pattern;
}

std::shared_ptr<const Plan> PlanOf(const SlowPattern& slow, int lateness) {
  ConfigBuilder builder;
  builder.AllowedLateness(seconds(lateness)).LimitEvidence(4096);
  for (const char* type : {"a", "b", "c", "d"})
    builder.EventType(type).Attribute("who", Kind::kInt).Attribute("n", Kind::kInt);
  builder.Rule("R").Event("p").KeepFiringFor(hours(10000)).Summary("{event.who} {event.n} {event.time}");
  builder.Metric("ps").Event("p").Aggregate("count").By("who");
  EngineSpec spec = builder.config().engine;
  PatternSpec& pattern = spec.patterns.emplace_back();
  pattern.name = "p";
  for (const SlowStep& slow_step : slow.steps) {
    StepSpec step;
    for (const char type : slow_step.types) step.events.push_back(std::string(1, type));
    step.absent = slow_step.absent;
    step.times = slow_step.times;
    if (pattern.sequence.empty()) step.name = "first";
    if (slow_step.where == SlowStep::Where::kAtLeast3) step.where = "n >= 3";
    if (slow_step.where == SlowStep::Where::kAboveFirst) step.where = "n > first.n";
    pattern.sequence.push_back(std::move(step));
  }
  pattern.within = seconds(slow.within);
  pattern.reorder = seconds(slow.reorder);
  pattern.overlap = slow.overlap;
  pattern.emit = {{"n", "first.n"}};
  if (slow.by) {
    pattern.by = {"who"};
  } else {
    pattern.emit.emplace_back("who", "first.who");
  }
  const absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(spec);
  INFO(plan.status().ToString());
  REQUIRE(plan.ok());
  return *plan;
}

struct Call {
  bool is_event = true;
  SlowEvent event;
  int advance = 0;
};

std::vector<Call> RandomCalls(std::mt19937_64& random, int lateness) {
  std::vector<Call> calls;
  int now = 0;
  for (int i = 0; i < 60; ++i) {
    if (random() % 2 == 0) now += static_cast<int>(random() % 4);
    Call call;
    call.is_event = random() % 8 != 0;
    call.advance = now;
    call.event.time = now - (random() % 3 == 0 ? static_cast<int>(random() % static_cast<uint64_t>(lateness + 2)) : 0);
    call.event.type = static_cast<char>('a' + random() % 4);
    call.event.who = static_cast<int>(random() % 2);
    call.event.n = static_cast<int>(random() % 6);
    calls.push_back(call);
  }
  calls.push_back({false, {}, now + 40});
  return calls;
}

// "a(n >= 3) not b within 4": for a person to whom a difference is shown.
std::string Show(const SlowPattern& pattern, const std::vector<Call>& calls) {
  std::string text;
  for (const SlowStep& step : pattern.steps)
    text += fmt::format("{}{}{}x{} ", step.absent ? "not " : "", step.types, std::string(size_t(step.where), '?'),
                        step.times);
  text += fmt::format("within {} reorder {} overlap {} by {}:", pattern.within, pattern.reorder, pattern.overlap,
                      pattern.by);
  for (const Call& call : calls) {
    text += call.is_event ? fmt::format(" {}{}.{}.{}", call.event.time, call.event.type, call.event.who, call.event.n)
                          : fmt::format(" {}|", call.advance);
  }
  return text;
}

enum class Delivery { kOneByOne, kBatches, kRestarted };

Told RunEngine(const std::shared_ptr<const Plan>& plan, const std::vector<Call>& calls, Delivery delivery) {
  ToldSink sink;
  auto engine = std::make_unique<Engine>(plan, &sink);
  EventBatch batch;
  const auto flush = [&] {
    engine->Ingest(batch.views());
    batch.Clear();
  };
  for (const Call& call : calls) {
    if (!call.is_event) {
      flush();
      engine->AdvanceTo(kStart + seconds(call.advance));
    } else {
      Value* values = batch.Add(static_cast<uint32_t>(call.event.type - 'a'), kStart + seconds(call.event.time), {}, 2);
      values[0] = Value::Int(call.event.who);
      values[1] = Value::Int(call.event.n);
      if (delivery != Delivery::kBatches) flush();
    }
    if (delivery != Delivery::kRestarted) continue;
    const std::string snapshot = engine->Snapshot();
    auto next = std::make_unique<Engine>(plan, &sink);
    REQUIRE(next->Restore(snapshot).ok());
    REQUIRE((next->Snapshot() == snapshot));
    engine = std::move(next);
  }
  flush();
  return sink.told;
}

// In the order in which it was told, but for what one instant holds: there it goes by key, and that is the engine's.
Told InOrder(Told told) {
  std::sort(told.begin(), told.end());
  return told;
}

TEST_CASE("patterns match as a slow matcher says", "[derive]") {
  const uint32_t seed = test::Seed(6);
  size_t matches = 0;
  for (uint32_t round = 0; round < 400; ++round) {
    std::mt19937_64 random(seed + round);
    const int lateness = static_cast<int>(random() % 6);
    const SlowPattern pattern = RandomPattern(random);
    const std::vector<Call> calls = RandomCalls(random, lateness);
    SlowMatcher slow(pattern, lateness);
    for (const Call& call : calls) call.is_event ? slow.Take(call.event) : slow.AdvanceTo(call.advance);
    for (std::string& line : slow.told) {
      const size_t last = line.rfind(' ');
      line = line.substr(0, last + 1) + FormatTime(kStart + seconds(std::stoi(line.substr(last))));
    }
    matches += slow.told.size();
    const std::shared_ptr<const Plan> plan = PlanOf(pattern, lateness);
    const Told told = RunEngine(plan, calls, Delivery::kOneByOne);
    INFO("round " << round << ": " << Show(pattern, calls));
    REQUIRE(InOrder(told) == InOrder(slow.told));
    if (round % 4 == 0) REQUIRE(RunEngine(plan, calls, Delivery::kBatches) == told);
    if (round % 4 == 1) REQUIRE(RunEngine(plan, calls, Delivery::kRestarted) == told);
  }
  CHECK(matches > 400);
}

}  // namespace
}  // namespace tocsin
