// WindowPlan: one window that is kept for every group of a grouping, shared by all metrics over the same events,
// filter, length and resolution. Says where in a row and in a pane each partial result stands. Immutable.
#ifndef TOCSIN_METRIC_WINDOW_PLAN_H_
#define TOCSIN_METRIC_WINDOW_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/expr/expression.h"
#include "tocsin/window/window_clock.h"

namespace tocsin {

// What an aggregate is taken over: one attribute, or an expression over them.
struct ArgumentPlan {
  std::string text;                      // as written, to find the same one again
  uint32_t slot = 0;                     // of an attribute alone
  std::optional<Expression> expression;  // otherwise
  bool exact = false;                    // a decimal or int attribute: added up as integers
  uint8_t digits = 0;                    // of a decimal
};

// One running result over one argument. Offsets are in bytes, into a pane's partial and into the row's totals.
struct FieldPlan {
  enum class Kind : uint8_t {
    kEvents,     // how many events: int64
    kArguments,  // how many had the argument: int64
    kExactSum,   // uint64
    kSum,        // DoubleDouble in panes, Sum<double>::Total in totals
  };
  Kind kind = Kind::kEvents;
  uint16_t argument = 0;
  uint16_t partial_offset = 0;
  uint16_t total_offset = 0;
};

struct WindowPlan {
  uint32_t event = 0;  // the event type
  uint32_t grouping = 0;
  std::string identity;     // what metrics that share it have in common
  std::string description;  // "metric refunds_24h", for counters
  std::optional<Expression> where;
  bool over_time = false;  // else it never lets go: totals only
  WindowShape shape;
  std::vector<ArgumentPlan> arguments;
  std::vector<FieldPlan> fields;
  uint32_t row_offset = 0;  // of its RowWindow in the row; its totals follow
  uint16_t partial_bytes = 0;
  uint16_t total_bytes = 0;
  bool timed = false;  // a rule wants to know when something leaves

  // What PaneRing asks of it.
  size_t stride() const { return sizeof(int64_t) + partial_bytes; }
  void Clear(std::byte* partial) const;
  void Merge(std::byte* into, const std::byte* partial) const;
};

// Places a field of that kind, or finds it where there is one already.
uint16_t PlaceField(FieldPlan::Kind kind, uint16_t argument, WindowPlan* plan);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_WINDOW_PLAN_H_
