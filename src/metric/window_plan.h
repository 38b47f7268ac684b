// WindowPlan: one window that is kept for every group of a grouping, shared by all metrics over the same events,
// filters, length and resolution. Says where in a pane and in the totals each partial result stands. Immutable.
#ifndef TOCSIN_METRIC_WINDOW_PLAN_H_
#define TOCSIN_METRIC_WINDOW_PLAN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/event/event.h"
#include "tocsin/event/value.h"
#include "tocsin/expr/expression.h"
#include "tocsin/window/window_clock.h"

namespace tocsin {

// What becomes of a number before it is taken: of a score, what it says of its customer.
struct Recode {
  enum class Kind : uint8_t {
    kNone,
    kAtLeast,  // whether it is at least `number`
    kNps,      // 100 for a promoter (9 or 10), -100 for a detractor (below 7), 0 in between; nothing outside 0 to 10
  };
  Kind kind = Kind::kNone;
  double number = 0;
};

// What an aggregate is taken over, in events of one type: one attribute, an expression over them, or `type`.
struct ArgumentPlan {
  std::string text;                       // as checked, to find the same one again
  Type type;                              // of its values; a decimal stays one
  uint32_t slot = 0;                      // of an attribute alone
  std::optional<Expression> expression;   // otherwise
  std::optional<std::string> event_name;  // the event's type is the value
  Recode recode;

  // An int or decimal attribute, or a number of points: added up as integers.
  bool exact() const {
    return (!expression || recode.kind == Recode::Kind::kNps) &&
           (type.kind == Kind::kInt || type.kind == Kind::kDecimal);
  }
};

// The value of an argument for one event, absent where it has none. A decimal or int attribute is exact: its AsInt() is
// in units of 10^-digits. Text is borrowed from the event, the scratch or the plan.
using Argument = Value;

// The arguments of one event, in the order of the plan: values, or the event's attributes and their slots.
class Arguments {
 public:
  Arguments() = default;
  Arguments(const std::vector<Argument>& values) : values_(values.data()), size_(values.size()) {}
  Arguments(const EventView& event, const std::vector<uint32_t>& slots)
      : values_(event.attributes.data()), slots_(slots.data()), size_(slots.size()) {}

  size_t size() const { return size_; }
  const Argument& operator[](size_t i) const { return values_[slots_ == nullptr ? i : slots_[i]]; }

 private:
  const Value* values_ = nullptr;
  const uint32_t* slots_ = nullptr;
  size_t size_ = 0;
};

Argument TakeArgument(const ArgumentPlan& plan, const EventView& event, Time now, Scratch& scratch);

// One running result over one argument. Offsets are in bytes, into a pane's partial and into the totals.
struct FieldPlan {
  enum class Kind : uint8_t {
    // 64-bit words that are added and taken away alike, in panes and totals.
    kEvents,     // how many events
    kArguments,  // how many had the argument
    kTrue,       // for how many it was true
    kExactSum,   // wraps
    // Others.
    kSum,          // DoubleDouble in panes, Sum<double>::Total in totals
    kSquares,      // the same of squares
    kDecayed,      // DecayedPartial in panes, DecayedTotal in totals
    kLeast,        // codes (extremes.h)
    kGreatest,     // codes
    kTimes,        // TimesPartial in panes, TimesTotal in totals: how many distinct event times
    kOldestValue,  // StampedValue in panes and totals; a text is held by the panes, where there are some
    kNewestValue,  // StampedValue in totals: what leaves is never newer than what stays
    kNewest,       // TimeCode in totals
    kSample,       // one value of one event in panes, or the sketch of a slice; SampleTotal in totals (samples.h)
  };
  Kind kind = Kind::kEvents;
  uint16_t argument = 0;
  Duration half_life{};  // of kDecayed
  bool text = false;     // of kOldestValue and kNewestValue: the number of a text
  uint16_t partial_offset = 0;
  uint16_t total_offset = 0;
};

struct WordPlan {
  FieldPlan::Kind kind = FieldPlan::Kind::kEvents;
  uint16_t argument = 0;
};

// Event times as codes: they grow with the time, and 0 is none. The very first instant counts as the second.
constexpr uint64_t TimeCode(Time t) { return CodeOf(ToNanos(t)); }
constexpr Time TimeOf(uint64_t code) { return FromNanos(IntOf(code)); }

// The distinct times of a pane: how many, and the first. Where panes are slices, a late event is taken for a time of
// its own unless it is the slice's first or the window's newest.
struct TimesPartial {
  uint64_t distinct = 0;
  int64_t first = 0;  // nanoseconds
};
struct TimesTotal {
  uint64_t distinct = 0;
  int64_t first = 0;  // used by a window that never lets go
};

struct StampedValue {
  uint64_t time = 0;  // TimeCode; 0: there is none
  uint64_t bits = 0;  // of the value: an integer, a double, the number of a text
};

// What is made of single values, of which a window keeps each while they are few, and a sketch of each slice of it when
// they are many. Such a window has one field, a kSample.
enum class Samples : uint8_t { kNone, kQuantile, kDistinct, kTop };

struct WindowSource {
  uint32_t event = 0;  // the event type
  std::optional<Expression> where;
  std::vector<ArgumentPlan> arguments;  // parallel in all sources
  bool plain = false;                   // no filter, and all arguments are attributes
  std::vector<uint32_t> slots;          // of these, where it is plain
};

// A part of every row of a grouping in which its windows keep their panes while these are few. Which of its units are
// taken is told by the bits of one byte of the row.
struct PocketPlan {
  static constexpr uint32_t kUnit = 8;   // bytes
  static constexpr uint32_t kUnits = 8;  // at most
  uint32_t taken_offset = 0;
  uint32_t offset = 0;
  uint32_t units = 0;
};

struct WindowPlan {
  enum class Kind : uint8_t {
    kTime,  // the last so much time, or a calendar period
    kLast,  // the last so many events; one that lacks the argument is not among them, so metrics over different
            // arguments do not share such a window
    kAll,   // never lets go
    // What has happened since waits in a block of its own:
    kClosed,   // the calendar period before the present one
    kDelayed,  // a window as it would have been `delay` ago
    // No events: what groups of a finer grouping contribute, kept by the engine.
    kRollup,
  };
  uint32_t grouping = 0;
  std::vector<WindowSource> sources;
  Kind kind = Kind::kAll;
  WindowShape shape;                                // of kTime and kClosed
  std::shared_ptr<const CalendarPeriods> calendar;  // of the shape, where it has one
  Duration delay{};                                 // of kDelayed
  bool closed = false;                              // of kClosed and kDelayed: the last complete period
  uint32_t last = 0;                                // of kLast
  Duration lateness{};      // the engine's allowed lateness: how long kAll knows a time again that it has counted
  std::string identity;     // what metrics that share it have in common
  std::string description;  // "metric refunds_24h", for counters
  uint32_t row_offset = 0;  // of its handles in the row: four bytes each
  PocketPlan pocket;        // of the row

  // Over time: everything leaves it sooner or later.
  bool over_time() const { return kind == Kind::kTime || behind(); }
  // What has happened is not in the window yet: it has a second block, whose handle stands behind the first.
  bool behind() const { return kind == Kind::kClosed || kind == Kind::kDelayed; }
  uint32_t handles() const { return behind() ? 2 : 1; }
  // The clock that the window goes by, when the engine's is `now`: a closed period is whole at its last instant.
  Time ClockAt(Time now) const {
    if (!behind()) [[likely]]
      return now;
    const Time then = SaturatingSubtract(now, delay);
    return closed ? SaturatingSubtract(shape.calendar->Start(then), Duration(1)) : then;
  }
  // The engine's clock when the window's gets to `t`. REQUIRES: behind().
  Time InstantOf(Time t) const { return SaturatingAdd(closed ? shape.calendar->Next(t) : t, delay); }
  // When it holds all that it should, if it has been fed since `began`. Before, one that is behind has no value.
  Time WholeAt(Time began) const;
  // How long after its newest event it is empty at the latest. REQUIRES: over_time().
  Duration EmptyAfter() const;

  Samples samples = Samples::kNone;
  bool exact_samples = false;  // always each value
  // Whether it goes over to sketches.
  bool may_sketch() const {
    return kind != Kind::kLast && !exact_samples && (kind == Kind::kAll || shape.slice != Duration::zero());
  }

  // Made by PlaceField.
  std::vector<FieldPlan> fields;
  std::vector<WordPlan> words;   // fields that are words, in the order in which they stand from offset 0 on
  std::vector<uint16_t> others;  // the others; kNewest is the last
  ExtremeFields extreme_codes;
  uint16_t extreme_totals = 0;  // offset
  uint16_t partial_bytes = 0;
  uint16_t total_bytes = 0;
  bool rounds = false;        // it has a field that rounds: kSum, kSquares, kDecayed
  bool counts_times = false;  // it has a kTimes
  // A ring with fewer places than this has no totals: they are added up when they are asked for. 0: it always has.
  uint32_t totals_from = 0;
  bool holds_texts = false;  // its panes do

  // What PaneRing asks of it.
  size_t stride() const { return sizeof(int64_t) + partial_bytes; }
  ExtremeFields extremes() const { return extreme_codes; }
  void Clear(std::byte* partial) const;
  // Of two texts of a kOldestValue it keeps the number of one; the other has been let go before (row_operations.h).
  void Merge(std::byte* into, const std::byte* partial) const;
};

// Finds out whether it is plain, when all its arguments are there.
void FindSlots(WindowSource* source);

// Places a field of that kind, or finds it where there is one already. Its number stays; offsets may move until the
// last field is placed. REQUIRES: plan->kind is known.
uint16_t PlaceField(FieldPlan::Kind kind, uint16_t argument, WindowPlan* plan);
uint16_t PlaceDecayed(uint16_t argument, Duration half_life, WindowPlan* plan);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_WINDOW_PLAN_H_
