// Engine: a plan with state. Events in, alert changes out. Pure: no threads, no wall clock, no input or output; what it
// does depends on its plan and the sequence of calls, nothing else.
//
//   auto plan = tocsin::Plan::Create(spec);
//   tocsin::Engine engine(*plan, &sink);
//   engine.Ingest(tocsin::Event("refund").At(now).Set("country", "France").Set("amount", 27.5));
//   engine.AdvanceTo(now + 1h);                                 // time passes without events
//   auto value = engine.Value("refunds_24h", {{"country", "France"}});
//
// Time: the clock is the largest event time accepted, or the last AdvanceTo. What is due exactly at the clock's instant
// waits until that instant is closed, by AdvanceTo or by a later event (docs/semantics.md, section 1).
//
// Threads: externally synchronised - one call at a time. Separate engines are independent, also those of one plan.
// Errors: an event that is not taken changes nothing but a counter, and never stops the stream.
#ifndef TOCSIN_ENGINE_ENGINE_H_
#define TOCSIN_ENGINE_ENGINE_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tocsin/engine/plan.h"
#include "tocsin/event/event.h"
#include "tocsin/event/reason.h"
#include "tocsin/rule/alert.h"

namespace tocsin {

// One key of a group, as text: {"country", "France"}. The value is read as the key's declared type.
struct Key {
  std::string_view name;
  std::string_view value;
};

struct Statistics {
  std::array<uint64_t, kReasonCount> events{};  // by Reason; kNone: accepted
  uint64_t groups = 0;                          // over all groupings
  uint64_t alert_changes = 0;
  uint64_t firing = 0;  // alerts that fire now
  uint64_t pending = 0;
  uint64_t faults = 0;         // evaluations that ended in one
  uint64_t held = 0;           // events that wait to be put in order
  uint64_t ids = 0;            // remembered to know duplicates
  uint64_t ids_forgotten = 0;  // before their time, for want of room
  struct Grouping {
    std::vector<std::string> keys;
    uint64_t groups = 0;
    uint64_t skipped = 0;        // events of new groups, at a limit
    uint64_t bytes = 0;          // of its table; panes are counted together
    uint64_t series_bytes = 0;   // of what anomaly() and forecast() know of its groups
    uint64_t derived_bytes = 0;  // of its patterns' attempts, and sessions
  };
  std::vector<Grouping> groupings;
  uint64_t pane_bytes = 0;
  uint64_t memory = 0;  // what `max_memory` counts (docs/semantics.md 5.9); 0 where there is no such limit
  uint64_t timers = 0;
  uint64_t derived = 0;             // matches, closed sessions and alert changes that were made events
  uint64_t attempts = 0;            // of patterns, open; one whose end is no match may be counted until it is looked at
  uint64_t attempts_unmatched = 0;  // ended without a match, since the beginning
  uint64_t open_sessions = 0;
  struct Skipped {
    std::string where;  // "metric refunds_24h, key country", "metric big, where"
    uint64_t count = 0;
  };
  std::vector<Skipped> skipped;  // events seen but not usable there; only where the count is not 0
};

// Watches an engine from inside a call, at instants that calls from outside cannot reach. It may read the engine
// (Value, Scan, Statistics), as an AlertSink may; it must not ingest or advance.
class EngineObserver {
 public:
  virtual ~EngineObserver() = default;
  // An event has been applied and the conditions that it can change evaluated. `updates` of a metric are seen by
  // OnUpdate. The group's keys are in the order of the metric's grouping.
  virtual void OnUpdate(Time now, uint32_t metric, std::span<const tocsin::Value> keys, const tocsin::Value& value) {
    (void)now, (void)metric, (void)keys, (void)value;
  }
  // An instant that is a multiple of the period given to Engine::Observe (in UTC) has been closed.
  virtual void OnTick(Time now) { (void)now; }
};

class Engine {
 public:
  // `sink` may be null; it must outlive the engine.
  explicit Engine(std::shared_ptr<const Plan> plan, AlertSink* sink = nullptr);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  // One event by name. OK when it was accepted, or ignored as `unknown_events: ignore` says; otherwise why it was not,
  // and nothing else has happened: InvalidArgument (what it is), AlreadyExists (a duplicate), OutOfRange (late).
  absl::Status Ingest(const Event& event);
  // One event by slot. kNone when it was accepted.
  Reason Ingest(const EventView& event);
  // Many, with exactly the effect of one by one; the fast path. `reasons` is empty or has a place for each event.
  // Returns how many were accepted.
  size_t Ingest(std::span<const EventView> events, std::span<Reason> reasons = {});

  // Counts a record that never became an event, so that Statistics tells of everything that came.
  void CountRefused(Reason reason);

  // Moves the clock to `t` and closes that instant: everything due until then, and at it, is decided. Earlier than the
  // clock: no effect.
  void AdvanceTo(Time t);

  // No more events are to come: those that are held to be put in order are applied, and the last instant is closed.
  void Finish();

  // Nothing before the first event or AdvanceTo.
  std::optional<Time> now() const;

  // The value of a metric for one group at the clock; absent when it has none. NotFound for an unknown metric,
  // InvalidArgument for keys that are not the metric's. Text in the result is owned by it. A group never seen answers
  // like an empty one. Cost: one hash and the letting go of what has left.
  absl::StatusOr<OwnedValue> Value(std::string_view metric, std::span<const Key> keys) const;
  absl::StatusOr<OwnedValue> Value(std::string_view metric, std::initializer_list<Key> keys = {}) const {
    return Value(metric, std::span<const Key>(keys.begin(), keys.size()));
  }

  // Every group of a metric that holds something, or has an alert, and its value, ordered by key. `visit(keys, value)`;
  // what it is given is valid during the call.
  using Visitor = void (*)(void* context, std::span<const tocsin::Value> keys, const tocsin::Value& value);
  absl::Status Scan(std::string_view metric, Visitor visit, void* context) const;

  // The groups with the largest values, largest first, at most `count`; groups without a value are left out, equal ones
  // ordered by key. For metrics that are numbers or durations. Cost: a Scan.
  struct Ranked {
    std::vector<OwnedValue> keys;  // in the order of the metric's grouping
    OwnedValue value;
  };
  absl::StatusOr<std::vector<Ranked>> Top(std::string_view metric, size_t count) const;

  // Everything the future depends on, as bytes: windows, alerts, timers, ids, evidence, the clock. They belong to this
  // plan and to machines with this one's byte order. Going on from them gives byte for byte what this engine would
  // give.
  std::string Snapshot() const;
  // Replaces the state by a snapshot's. InvalidArgument, and nothing has changed, for bytes that are damaged, of
  // another version or of another plan.
  absl::Status Restore(std::string_view snapshot);

  // Goes on under another plan (docs/semantics.md 9.4): windows of unchanged definition keep what they hold, alerts of
  // rules with the same name, labels and grouping live on, those of others end with reason rule_removed; then every
  // rule is asked. Values, counters and ids stay. Cost: about a snapshot.
  void Reload(std::shared_ptr<const Plan> plan);

  // Forgets everybody who has this value of a key, in all groupings that contain it: alerts end with reason forgotten.
  // What came from them into coarser groups stays, unnamed. Says how much there was.
  struct Forgotten {
    uint64_t groups = 0;
    uint64_t alerts = 0;
  };
  absl::StatusOr<Forgotten> Forget(std::string_view key, std::string_view value);
  // All that Forget would remove, as one JSON object: groups with the values of their metrics, alerts.
  absl::StatusOr<std::string> Export(std::string_view key, std::string_view value) const;

  tocsin::Statistics Statistics() const;
  const Plan& plan() const;

  // `metrics` are indices into plan().metrics(); updates of others are not told. `period` 0: no ticks. Null turns it
  // off.
  void Observe(EngineObserver* observer, const std::vector<uint32_t>& metrics, Duration period = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_ENGINE_H_
