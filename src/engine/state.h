// Engine::State: everything that changes while an engine runs. Its parts are in a file each:
//
//   clock.cc     time passes, instants are closed
//   batch.cc     events come: keys are made, what is needed is fetched ahead
//   apply.cc     an event reaches its groups and windows
//   groups.cc    groups begin, are forgotten, are limited
//   watch.cc     which rules a change concerns
//   evaluate.cc  rules answer, alerts live
//   tell.cc      what an alert change says
//   read.cc      values of metrics, keys, coarser groups
//   rollup.cc    what groups contribute to coarser ones
//   query.cc     what is asked from outside
//   forget.cc    what is known of somebody, and its end
//   derive.cc    events are made of events
//   derived_state.cc  what is kept for them, through snapshots, reloads and forgetting
//   snapshot.cc  all of it as bytes
//   reload.cc    the same under another plan
#ifndef TOCSIN_ENGINE_STATE_H_
#define TOCSIN_ENGINE_STATE_H_

#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/alert_book.h"
#include "engine/derived_state.h"
#include "engine/evidence.h"
#include "engine/finer_groups.h"
#include "engine/layout.h"
#include "engine/reorder_buffer.h"
#include "engine/rollup.h"
#include "engine/seen_ids.h"
#include "engine/series_book.h"
#include "engine/timers.h"
#include "metric/group_table.h"
#include "metric/pane_pool.h"
#include "metric/row_window.h"
#include "metric/text_pool.h"
#include "tocsin/engine/engine.h"
#include "tocsin/rule/alert_state.h"

namespace tocsin {

// Every numeric metric is a double (docs/semantics.md 3.5).
inline Value AsMetricValue(const Value& value) {
  return value.kind() == Kind::kInt || value.kind() == Kind::kDecimal ? Value::Double(value.AsNumber()) : value;
}
inline int64_t ToBits(const Value& value) {
  if (value.kind() != Kind::kDouble) return value.kind() == Kind::kBool ? int64_t{value.AsBool()} : value.AsInt();
  int64_t bits = 0;
  const double number = value.AsDouble();
  std::memcpy(&bits, &number, sizeof(bits));
  return bits;
}
inline Value FromBits(Kind kind, int64_t bits) {
  double number = 0;
  std::memcpy(&number, &bits, sizeof(number));
  if (kind == Kind::kDouble) return Value::Double(number);
  if (kind == Kind::kBool) return Value::Bool(bits != 0);
  if (kind == Kind::kTimestamp) return Value::Timestamp(FromNanos(bits));
  return Value::Span(Duration(bits));
}

// Why an alert ended, where it is not the plain case.
enum class EndReason : uint8_t { kNone, kRuleRemoved, kOutOfScope, kGroupExpired, kForgotten };

// The engine's own rule about a grouping's limit.
struct LimitAlert {
  AlertState state;
  uint64_t occupied = 0;  // groups that are not empty
  uint64_t skipped = 0;   // events of new groups, for want of room, whichever limit it was
};

// One group.
struct GroupRow {
  uint32_t grouping = 0;
  uint32_t row = 0;
};

// One window for one group.
struct WindowRow {
  uint32_t window = 0;
  uint32_t row = 0;
};

// A group of a term's.
struct TermRow {
  uint32_t term = 0;
  uint32_t row = 0;
};

// An instant kept in a row, of the one timer that counts there: what rings at another is out of date.
class TimerMark {
 public:
  explicit TimerMark(std::byte* place) : bits_(*reinterpret_cast<uint64_t*>(place)) {}
  bool IsSet() const { return bits_ != 0; }
  Time time() const { return FromNanos(static_cast<int64_t>(bits_ ^ kSignBit)); }
  void Set(Time t) { bits_ = static_cast<uint64_t>(ToNanos(t)) ^ kSignBit; }
  void Clear() { bits_ = 0; }

 private:
  static constexpr uint64_t kSignBit = uint64_t{1} << 63;
  uint64_t& bits_;
};

struct Engine::State {
  // The keys of the events that are being taken, one for each of their groupings, in order.
  struct PreparedKey {
    const EventGrouping* place = nullptr;
    uint64_t hash = 0;
    uint32_t begin = 0;  // in key_bytes
    uint32_t size = 0;
    uint32_t row = GroupTable::kNone;  // probably
    uint32_t reached = 0;              // by the event, plus one; 0: none
    RowHead* head = nullptr;           // of the row that was reached
    bool present = false;              // the event has all its attributes
  };

  State(std::shared_ptr<const Plan> plan, AlertSink* sink);

  // --- clock.cc ---
  // The clock's first instant.
  void Start(Time t);
  // The clock is to go to `t` > now: everything due before t happens, at its own instant.
  void MoveTo(Time t);
  // Decides what waited for the end of the present instant: what passing time changed, what turned false, deadlines.
  void CloseInstant();
  bool IsQuiet() const { return NothingWaits() && !timers.AnyUntil(now); }
  // But for timers, the end of the present instant has nothing to decide.
  bool NothingWaits() const {
    return awaited.empty() && at_close.empty() && terms_at_close.empty() && concerned.empty() && expired.empty() &&
           !any_limits;
  }
  void Ring(const Timer& timer);
  void RingExit(const Timer& timer);
  void RingFlip(const Timer& timer);
  void RingAlert(const Timer& timer);
  void ReachDeadlines();
  void StoreAll(uint32_t metric);
  tocsin::Value ReadSeries(uint32_t metric, uint32_t row);
  bool IsWarm(const Metric& metric) const;
  void SetStandingTimers();
  void SetWarmTimer(uint32_t window);
  Time WarmFrom(uint32_t window) const;
  void RingWarm(uint32_t window);
  // What it was set for is still there.
  bool IsCurrent(const Timer& timer) const;
  uint32_t GroupingOf(const Timer& timer) const;
  // Sets a timer for what leaves next, where somebody must know.
  void WatchExit(uint32_t window, uint32_t row, WindowInRow* state);

  // --- batch.cc ---
  // The bytes and hashes of the group keys of `events`, and what they will need on its way to the cache. Changes
  // nothing.
  void Prepare(std::span<const EventView> events);
  void PrepareExits(Time until);
  // The key of one event for one of its groupings, into `prepared`.
  void PrepareKey(const EventView& event, const EventGrouping& place);
  size_t IngestBlock(std::span<const EventView> block, Reason* reasons);

  // --- apply.cc ---
  // Of a type that there is, with all its slots.
  bool IsWhole(const EventView& view) const {
    return view.type < layout.events.size() && view.attributes.size() == layout.events[view.type].attributes;
  }
  bool IsFromOutside(const EventView& view) const { return IsWhole(view) && view.type < layout.derived.outer_events; }
  // What an event is, before it is taken: known, seen before.
  Reason Admit(const EventView& event);
  // An event that has been admitted and prepared: its keys are prepared[first_key…].
  Reason Take(const EventView& event, size_t first_key);
  Reason TakeAlone(const EventView& event);
  Reason TakeInOrder(const EventView& event);
  void ReleaseUpTo(Time t);
  void Apply(const EventView& event, size_t first_key);
  // What happens in one group; `key->reached` becomes its row where some window or rule takes the event.
  void ReachGroup(const EventView& event, PreparedKey* key);
  void SetReached(PreparedKey* key, uint32_t row);
  // False where the window's filter leaves the event out.
  bool TakeArguments(const EventView& event, EventWindow window, Arguments* taken);
  void KeepEvidence(const EventView& event, std::span<const PreparedKey> reached);
  void LookAtEvent(std::span<const PreparedKey> reached);
  PreparedKey MakeProfileKey(const EventView& event, const EventGrouping& place);
  void TellObserver();

  // --- groups.cc ---
  RowHead& Head(uint32_t grouping, uint32_t row) { return *reinterpret_cast<RowHead*>(groups[grouping].row(row)); }
  // The row of a group that an event reaches; nothing where the grouping is full.
  std::optional<uint32_t> Reach(uint32_t grouping, std::string_view key, uint64_t hash);
  // A metric or rule of the group has taken an event of that time. Rules look at it from the first that a metric took.
  void MarkTaken(uint32_t grouping, uint32_t row, Time time, bool by_metric);
  bool MakeRoom(uint32_t grouping);
  bool IsFull(uint32_t grouping) const;
  void VacateEmpty();
  // A group that counts for no limit, or for which room has been made.
  bool IsAdmitted(uint32_t grouping, uint32_t row) {
    return !layout.groupings[grouping].counted || Head(grouping, row).occupied;
  }
  void Occupy(uint32_t grouping, uint32_t row);
  void Vacate(uint32_t grouping, uint32_t row);
  // What the group takes, where memory is limited: as it was when it last took an event.
  uint64_t& Charge(uint32_t grouping, uint32_t row) {
    return *reinterpret_cast<uint64_t*>(groups[grouping].row(row) + layout.groupings[grouping].charge_offset);
  }
  void Recharge(uint32_t grouping, uint32_t row);
  // What max_memory limits.
  uint64_t TakenMemory() const;
  Time NotEmptyBefore(uint32_t grouping, uint32_t row);
  void SetGroupTimer(uint32_t grouping, uint32_t row);
  void RingGroup(const Timer& timer);
  void Greet(uint32_t grouping, uint32_t row);
  void Expire();
  // Ends their alerts, then forgets them.
  void RemoveGroups(const std::vector<GroupRow>& going, EndReason reason);
  void EndLimits();
  bool IsEmpty(uint32_t grouping, uint32_t row);
  bool IsLongEmpty(const GroupingPlan& grouping, const RowHead& head) const;
  // Looks at a few groups of the grouping and frees those that hold nothing.
  void Sweep(uint32_t grouping, uint32_t added);
  void Release(uint32_t grouping, uint32_t row);
  // To be called for each row that is new.
  void ListUnderCoarser(uint32_t grouping, uint32_t row);

  // --- watch.cc ---
  void Concern(uint32_t rule, uint32_t row) { concerned.push_back({rule, row}); }
  // A window of the group has changed: its thresholds turn.
  // REQUIRES: it has been advanced to now.
  void Cross(uint32_t window, uint32_t row, const WindowInRow& state);
  // To be called before an event is added to a window, where layout.uses[window].exact is not empty.
  void CrossBefore(uint32_t window, uint32_t row);
  void CatchUpTouched();
  void CatchUp(uint32_t grouping, uint32_t row);
  void CrossIndex(uint32_t grouping, const ThresholdIndex& index, uint32_t row);
  // A value that is not there is a NaN: it is beyond no threshold.
  void CrossWith(uint32_t grouping, const ThresholdIndex& index, uint32_t row, double value);
  void Shift(GroupRow which, const ThresholdIndex& index, const ThresholdList& list, ThresholdPosition before,
             double value);
  bool IsAwaited(GroupRow which, const ThresholdIndex& index);
  void Turn(std::span<const Atom> atoms, bool rises, GroupRow which);
  double ReadSource(const ThresholdIndex& index, uint32_t row);
  uint32_t NumberOf(uint32_t grouping, uint32_t selector, uint32_t row);
  uint32_t LookUpNumber(uint32_t grouping, const SelectorPlan& selector, uint32_t row);
  void Rehang(uint32_t grouping, uint32_t selector, uint32_t row);
  void ConcernWaiting();
  // The rules that a changed window concerns, besides those whose threshold turned.
  void ConcernReaders(uint32_t window, uint32_t row);
  void ConcernOpen(uint32_t grouping, const ThresholdIndex& index, uint32_t row, uint32_t window);
  void ConcernWarmed(uint32_t grouping, uint32_t row, uint32_t window);
  void ConcernAll();
  // The rules of the atoms that hold for a group.
  template <typename Visit>
  void ForHolding(uint32_t grouping, const ThresholdIndex& index, uint32_t row, Visit visit) {
    const ThresholdPosition position = index.PositionIn(groups[grouping].row(row));
    if (position.above == 0 && position.below == 0) return;
    const ThresholdList& list = index.lists[index.selector == 0 ? 0 : NumberOf(grouping, index.selector - 1, row)];
    const uint32_t below = list.begin + list.above;
    for (const Atom& atom : index.AtomsOf(list.begin, list.begin + position.above)) visit(atom.rule);
    for (const Atom& atom : index.AtomsOf(below, below + position.below)) visit(atom.rule);
  }
  void ConcernGroup(uint32_t rule, uint32_t grouping, uint32_t row);
  // The groups of a finer grouping that are a part of a coarser one's.
  template <typename Visit>
  void ForFiner(uint32_t grouping, GroupRow coarse, Visit visit) {
    const std::vector<ParentPlan>& parents = layout.groupings[grouping].parents;
    for (uint32_t p = 0; p < parents.size(); ++p) {
      if (parents[p].grouping != coarse.grouping) continue;
      if (parents[p].list != 0) {
        finer[parents[p].list - 1].ForEach(groups[coarse.grouping].key(coarse.row), visit);
        continue;
      }
      groups[grouping].ForEach([&](uint32_t row) {
        if (ParentRow(grouping, row, p) == coarse.row) visit(row);
      });
    }
  }
  bool LooksAt(uint32_t rule, uint32_t row);
  void AddAllRows(uint32_t rule);
  // Orders by (rule name, canonical key) and takes out repetitions.
  void Order(std::vector<RuleRow>* list) const;
  void EvaluateConcerned();

  // --- coarse_terms.cc ---
  void AskTerm(uint32_t term, uint32_t row);
  // All of those that a group of a grouping has to do with: `ask` gets the terms' own rows.
  template <typename Ask>
  void ForTerms(std::span<const uint32_t> terms, GroupRow which, Ask ask) {
    for (uint32_t term : terms) {
      const uint32_t own = layout.terms[term].grouping;
      if (own == which.grouping) {
        ask(TermRow{term, which.row});
      } else {  // it reads something coarser still
        ForFiner(own, which, [&](uint32_t row) { ask(TermRow{term, row}); });
      }
    }
  }
  template <typename ReadSlot>
  std::byte AnswerMark(const CoarseTerm& term, ReadSlot read);
  std::byte UnseenMark(uint32_t term, uint32_t row);
  bool MarkTerm(uint32_t index, uint32_t row);
  void ConcernReadersOf(uint32_t index, uint32_t row);
  void AskTermsOf(const RulePlan& rule, uint32_t row);
  std::optional<uint32_t> RowIn(uint32_t coarse, uint32_t grouping, uint32_t row);

  // --- evaluate.cc ---
  void Evaluate(RuleRow which);
  void EvaluateMatch(RuleRow which);
  // Fills `variables` at those slots of a rule's reads.
  void Fill(const RulePlan& rule, uint32_t row, std::span<const uint32_t> slots);
  tocsin::Value ReadEvent(const RulePlan& rule, uint32_t index);
  tocsin::Value ReadForRule(const RulePlan& rule, uint32_t slot, uint32_t row);
  Verdict Judge(const RulePlan& rule, bool is_firing);
  enum class Scope : uint8_t { kInside, kOutside, kFault };
  Scope AskScope(const RulePlan& rule);
  void WatchFlips(const RulePlan& rule, RuleRow which);
  void SetFlipTimer(RuleRow which, Time flip);
  std::optional<Time> NextFall(const FallPlan& fall, const RulePlan& rule, uint32_t row);
  AlertRecord& Begin(RuleRow which);
  // Counts and tells what a step of an alert's life means, and frees what is over.
  void Act(AlertStep step, RuleRow which, AlertPhase before, EndReason reason = EndReason::kNone);
  void SetDeadline(RuleRow which);
  void AskAgain(AlertRecord* record);
  void End(RuleRow which, EndReason reason);

  // --- tell.cc ---
  void Tell(RuleRow which, Change change, EndReason reason = EndReason::kNone);
  void AddLabels(const RulePlan& rule, uint32_t row, AlertChange* told);
  void AddTexts(const RulePlan& rule, uint32_t row, const AlertRecord& record, AlertChange* told);
  const Explanation& ExplanationOf(const RulePlan& rule, size_t level);
  void AddEvidence(uint32_t grouping, uint32_t row, AlertChange* told);
  void TellLimit(uint32_t grouping, Change change, EndReason reason = EndReason::kNone);
  void TellMemoryLimit(Change change, EndReason reason = EndReason::kNone);
  void TellOfLimit(const LimitAlert& limit, AlertChange told, EndReason reason);

  // --- read.cc ---
  tocsin::Value Read(uint32_t metric, uint32_t row);
  tocsin::Value Compute(const Metric& metric, uint32_t row);
  // A group's score among all groups of the grouping.
  tocsin::Value ReadRfm(uint32_t metric, uint32_t row);
  // Of a window that is behind: it has not been fed for long enough to have a value.
  bool IsUnknown(uint32_t window) const;
  // The metric of a group that was never seen.
  tocsin::Value ReadNothing(uint32_t metric) const;
  tocsin::Value ReadVariable(const Variable& variable, uint32_t grouping, uint32_t row);
  // Text is borrowed from the table and from `key_text`.
  tocsin::Value KeyOf(uint32_t grouping, uint32_t row, uint32_t index);
  void KeysOf(uint32_t grouping, uint32_t row, std::vector<tocsin::Value>* keys);
  // The row of the coarser group that a group belongs to, where there is one.
  std::optional<uint32_t> ParentRow(uint32_t grouping, uint32_t row, uint32_t parent);

  // --- derive.cc ---
  class DerivedHost;
  class ClosedHost;
  // What patterns and sessions take of an event that has reached its groups.
  void Derive(const EventView& event, std::span<PreparedKey> reached);
  void LinkForLater(const DerivedUse& use, const EventView& event, PreparedKey* key);
  void TakeForPattern(uint32_t pattern, const EventView& event, PreparedKey* key);
  void TakeForSession(uint32_t session, const EventView& event, PreparedKey* key);
  std::string_view TextOf(const PreparedKey& key) const { return {key_bytes.data() + key.begin, key.size}; }
  // Up to which instant deadlines have been decided, for what comes so much later.
  Time DecidedUntil(Duration delay) const;
  // At the end of an event: what is to be held is, what has been made is applied.
  void FinishDeriving(const EventView& event, const EventPlan& event_plan);
  void ReleaseLane(uint32_t lane, Time t);
  void TakeFromLane(uint32_t lane, const EventView& event);
  void WatchPattern(uint32_t pattern);
  void WatchSession(uint32_t session, uint32_t row);
  void WatchLane(uint32_t lane);
  // In an instant that is being closed: what was held, before deadlines are reached; then those of attempts and
  // sessions.
  void ReleaseLanes();
  void EmptyLanes();
  void RingDerived(const Timer& timer);
  void CloseAttempts();
  // An event has been made. Its values, without keys; copied.
  void Make(uint32_t type, Time time, uint32_t row, uint64_t order, std::span<const tocsin::Value> values);
  void MakeAlertEvent(RuleRow which, Change change, std::string_view severity);
  // Applies what has been made, and what that makes, until there is nothing more.
  void ApplyMade();
  void OrderMade();
  uint32_t* PatternHeads(uint32_t pattern, uint32_t row) {
    const PatternPlan& plan_of_pattern = layout.derived.patterns[pattern];
    return reinterpret_cast<uint32_t*>(groups[plan_of_pattern.grouping].row(row) + plan_of_pattern.row_offset);
  }
  uint32_t* SessionHandle(uint32_t session, uint32_t row) {
    const SessionPlan& plan_of_session = layout.derived.sessions[session];
    return reinterpret_cast<uint32_t*>(groups[plan_of_session.grouping].row(row) + plan_of_session.row_offset);
  }

  // The first attempts of a group, on their way to the cache.
  void PrefetchDerived(const DerivedUse& use, const std::byte* row) const {
    if (use.kind != DerivedUse::Kind::kPattern) return;
    const auto* heads = reinterpret_cast<const uint32_t*>(row + layout.derived.patterns[use.index].row_offset);
    derived.attempts[use.index]->Prefetch(*heads);
  }

  // --- derived_state.cc ---
  // An attempt or a session of the group is open.
  bool HoldsOpen(uint32_t grouping, uint32_t row);
  // What was open is over: the group may be empty, or expire, earlier than was thought.
  void WatchGroup(uint32_t grouping, uint32_t row);
  // When the last of them is over; the earliest time where none is open.
  Time OpenUntil(uint32_t grouping, uint32_t row);
  // The group knows of a session that has closed, inside which an event may still come.
  bool Remembers(uint32_t grouping, uint32_t row);
  void DropDerived(uint32_t grouping, uint32_t row);
  void ForgetDerived(std::string_view key, std::string_view value);
  void SaveDerived(ByteWriter* out) const;
  bool LoadDerived(ByteReader* in);
  bool IsDerivedWatched();
  // Lists and numbers in rows are made anew.
  void TakeDerived(State& old, const std::vector<std::vector<uint32_t>>& new_rows);
  bool CanHoldLanes(const State& old) const;
  void WatchDerived();

  // --- rollup.cc ---
  void UpdateRollups();
  std::optional<uint32_t> RowOfMember(uint32_t rollup, uint32_t row);
  void Spread();
  void LetGoOfMembers();
  void UpdateMember(uint32_t rollup, uint32_t row);
  void UpdateAllMembers(uint32_t rollup);
  void RemoveMember(uint32_t grouping, uint32_t row);
  void TouchRollup(const RollupPlan& rollup, uint32_t coarse);
  void RingMember(const Timer& timer);
  RollupMember AskMember(uint32_t rollup, uint32_t row);
  void WatchMember(uint32_t rollup, uint32_t row, std::span<tocsin::Value> values);
  void ReplaceMember(const RollupPlan& rollup, uint32_t row, uint32_t coarse, const RollupMember& before,
                     const RollupMember& next);
  bool IsHeld(const RollupPlan& rollup, uint32_t row);
  std::optional<uint32_t> CoarseRow(const RollupPlan& rollup, uint32_t row);
  tocsin::Value ReadRollup(const RollupPlan& rollup, uint32_t coarse);
  bool AreSoundRollups();
  bool IsSoundTree(const RollupPlan& rollup, uint32_t coarse, const RollupTotals& totals);

  // --- query.cc, forget.cc ---
  bool IsForgettable(uint32_t grouping, uint32_t row);
  std::vector<uint32_t> RowsByKey(uint32_t grouping);
  // The groups of every grouping that have this value of the key.
  absl::StatusOr<std::vector<GroupRow>> RowsOf(std::string_view key, std::string_view value);
  void ForgetEvents(std::string_view key, std::string_view value);
  std::vector<uint32_t> ActiveRules(GroupRow which);

  // --- snapshot.cc ---
  void Save(ByteWriter* out) const;
  bool Load(ByteReader* in);
  bool IsTyped(const EventView& event) const;
  bool IsSound();
  bool IsSoundRow(uint32_t grouping, uint32_t row);
  bool AreSoundAlerts(uint32_t grouping, uint32_t row);
  bool AreCountsRight() const;
  bool IsSoundTimer(const Timer& timer) const;

  // --- reload.cc ---
  // Takes all that goes on under this plan. `old` is good for nothing afterwards.
  void TakeOver(State& old);
  void EndAlertsOf(const std::vector<uint32_t>& new_rules);
  struct Correspondence;
  void TakeLimits(State& old, const std::vector<uint32_t>& old_groupings);
  void TakeRows(State& old, uint32_t grouping, const Correspondence& was, std::vector<uint32_t>* new_rows);
  // An alert and the severity that it is given under another name.
  struct Renamed {
    RuleRow which;
    int8_t severity = 0;
  };
  std::vector<Renamed> TakeAlerts(State& old, const std::vector<uint32_t>& new_rules,
                                  const std::vector<std::vector<uint32_t>>& new_rows);
  void TakeIds(State& old);
  bool CanHold(const State& old) const;
  void AskEverything(const std::vector<Renamed>& renamed);
  void TellRenamed(const std::vector<Renamed>& renamed);

  std::shared_ptr<const Plan> plan;
  const Plan::Layout& layout;
  AlertSink* sink = nullptr;

  // The clock.
  Time now{};
  bool started = false;
  bool closed = false;   // the instant `now` is closed
  bool closing = false;  // its conditions are being decided; its deadlines come after
  Timers timers;
  std::vector<uint32_t> awaited;  // alert records that turned false in the present instant
  std::vector<Time> began;        // by window: since when it is fed
  Time warm_from{};               // from when on every window is

  // What is known of groups.
  std::vector<GroupTable> groups;       // by grouping
  std::vector<FinerGroups> finer;       // by ParentPlan::list
  std::vector<std::byte> unseen_marks;  // by coarse term: its answer for a group that is not there, where that is known
  std::vector<LimitAlert> limits;       // by grouping
  LimitAlert memory_limit;
  uint64_t charged = 0;  // what all groups take, where memory is limited
  bool any_limits = false;
  std::optional<Time> vacated_at;  // the instant whose empty groups count no more
  std::vector<uint32_t> sweeps;    // by grouping: the next row to look at
  PanePool pool;
  TextPool texts;
  SeriesBook series;
  AlertBook alerts;
  Evidence evidence;
  bool evidence_taken = false;  // by a reload: positions in rows still mean something

  // What is known of events.
  SeenIds seen_ids;
  ReorderBuffer held;
  uint64_t held_tag = 0;

  std::vector<PreparedKey> prepared;

  DerivedState derived;

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
  std::vector<std::vector<uint32_t>> observed;  // by window: metrics (of plan.metrics()) whose updates are told
  Duration tick{};

  std::unordered_map<const LevelPlan*, std::optional<Explanation>> explanations;
  AlertChange told_beginning;  // the last of each, whose memory is used again
  AlertChange told_end;

  // Memory used again from call to call.
  Scratch scratch;
  std::string key_bytes;  // room for more than there is
  size_t key_end = 0;     // of what there is
  std::string selector_key;
  std::vector<std::vector<std::string>> key_text;  // by grouping and key: text that could not be borrowed
  std::vector<tocsin::Value> variables;            // by slot
  std::vector<tocsin::Value> value_stack;
  std::vector<tocsin::Value> keys;
  // The scores of a metric that ranks, as long as nothing has changed since they were computed.
  struct Ranks {
    std::optional<uint32_t> metric;
    Time now{};
    uint64_t accepted = 0;
    size_t groups = 0;
    std::vector<int> scores;  // by row; 0: none
  };
  Ranks ranks;
  std::vector<Argument> arguments;
  std::vector<WindowRow> touched;  // windows that have just changed, by the present event or timer
  std::vector<Evidence::Link> evidence_links;
  std::vector<Timer> due;
  std::vector<RuleRow> concerned;
  std::vector<RuleRow> looked_at;       // of these, rules that look at the event that is being applied
  std::vector<RuleRow> asked;           // of those, while they are evaluated
  std::vector<RuleRow> at_close;        // to be evaluated when the present instant is closed
  std::vector<TermRow> terms_at_close;  // to be asked then
  std::vector<RuleRow> deadlines;
  std::vector<GroupRow> expired;
  const EventView* event = nullptr;  // the one that is being applied
  bool letting_go = false;           // of what leaves in this very instant, before its first event is applied
  bool unsettled = false;            // something else is due in its instant, when that is closed
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_STATE_H_
