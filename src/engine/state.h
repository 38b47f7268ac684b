// Engine::State: everything that changes while an engine runs. Its parts are in a file each: clock.cc (time passes,
// instants are closed), apply.cc (an event reaches its windows), evaluate.cc (rules answer, alerts change), query.cc
// (values are read).
#ifndef TOCSIN_ENGINE_STATE_H_
#define TOCSIN_ENGINE_STATE_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/layout.h"
#include "engine/timers.h"
#include "metric/group_table.h"
#include "metric/pane_pool.h"
#include "metric/row_window.h"
#include "tocsin/engine/engine.h"
#include "tocsin/rule/alert_state.h"

namespace tocsin {

// One rule for one group.
struct RuleRow {
  uint32_t rule = 0;
  uint32_t row = 0;
  friend bool operator==(RuleRow a, RuleRow b) { return a.rule == b.rule && a.row == b.row; }
};

struct Engine::State {
  State(std::shared_ptr<const Plan> plan, AlertSink* sink);

  // --- clock.cc ---
  // The clock's first instant.
  void Start(Time t);
  // An event at `t` > now is about to be applied: everything due before t happens, at its own instant.
  void MoveTo(Time t);
  // Decides what waited for the end of the present instant: what passing time changed, what turned false, deadlines.
  void CloseInstant();
  void SetExitTimer(const WindowPlan& plan, uint32_t window, uint32_t row, WindowInRow* state);

  // --- batch.cc ---
  // The bytes and hashes of the group keys of `events`, and what they will need on its way to the cache. Changes
  // nothing.
  void Prepare(std::span<const EventView> events);
  // The key of one event for one of its groupings, into `prepared`.
  void PrepareKey(const EventView& event, const EventGrouping& place);

  // --- apply.cc ---
  // Of a type that there is, with all its slots.
  bool IsWhole(const EventView& event) const;
  // An event that has been prepared: its keys are prepared[first_key…].
  Reason Take(const EventView& event, size_t first_key);
  void Apply(const EventView& event, size_t first_key);
  bool AddToWindow(const EventView& event, uint32_t window, uint32_t row);
  void TellObserver(const EventPlan& event);

  // --- evaluate.cc ---
  void Evaluate(RuleRow which);
  Verdict Judge(const RulePlan& rule, const AlertState& alert, uint32_t row);
  void Tell(RuleRow which, Change change);
  // Orders by (rule name, canonical key) and takes out repetitions.
  void Order(std::vector<RuleRow>* list) const;
  AlertState& Alert(RuleRow which);

  // --- query.cc ---
  tocsin::Value Read(uint32_t metric, uint32_t row);
  tocsin::Value ReadRow(uint32_t metric, std::byte* row);
  // Fills `keys` with the group's keys; text is borrowed from the table and from `key_text`.
  void KeysOf(uint32_t grouping, uint32_t row, std::vector<tocsin::Value>* keys);
  // Fills `variables` at those slots for that group.
  void Fill(uint32_t grouping, uint32_t row, std::span<const uint32_t> slots);

  std::shared_ptr<const Plan> plan;
  const Plan::Layout& layout;
  AlertSink* sink = nullptr;

  // The clock.
  Time now{};
  bool started = false;
  bool closed = false;  // the instant `now` is closed
  Timers timers;
  std::vector<RuleRow> awaited;  // turned false in the present instant: asked again when it is closed

  // What is known of groups.
  std::vector<GroupTable> groups;  // by grouping
  PanePool pool;

  // The keys of the events that are being taken, one for each of their groupings, in order.
  struct PreparedKey {
    uint32_t begin = 0;  // in key_bytes
    uint32_t size = 0;
    uint64_t hash = 0;
    bool present = false;      // the event has all its attributes
    std::byte* row = nullptr;  // probably; only to fetch it early
  };
  std::vector<PreparedKey> prepared;

  // What is told and counted.
  uint64_t seq = 0;
  std::array<uint64_t, kReasonCount> events{};
  uint64_t firing = 0;
  uint64_t pending = 0;
  uint64_t faults = 0;
  std::vector<uint64_t> skipped_keys;       // by grouping: events that lacked a key
  std::vector<uint64_t> skipped_where;      // by window: a filter without an answer
  std::vector<uint64_t> skipped_arguments;  // by window: an argument without an answer

  // An observer.
  EngineObserver* observer = nullptr;
  std::vector<std::vector<uint32_t>> observed;  // by window: metrics whose updates are told
  Duration tick{};

  // Memory used again from call to call.
  Scratch scratch;
  std::string key_bytes;
  std::vector<std::string> key_text;     // by key: text that could not be borrowed
  std::vector<tocsin::Value> variables;  // by slot
  std::vector<tocsin::Value> keys;
  std::vector<Argument> arguments;
  std::vector<std::optional<uint32_t>> rows;  // by place in the event's plan
  std::vector<uint8_t> touched;               // by window in the event's plan
  std::vector<Timer> due;
  std::vector<RuleRow> to_evaluate;
  std::vector<RuleRow> deadlines;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_STATE_H_
