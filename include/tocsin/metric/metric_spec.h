// What a config declares of a metric, of the keys that group, and of what is known of a key.
#ifndef TOCSIN_METRIC_METRIC_SPEC_H_
#define TOCSIN_METRIC_METRIC_SPEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"
#include "tocsin/window/calendar_unit.h"

namespace tocsin {

// How finely a window over time lets go of what leaves (docs/semantics.md 3.10).
struct Resolution {
  enum class Kind { kAuto, kExact, kFixed };
  Kind kind = Kind::kAuto;
  Duration width{};  // of kFixed; divides the window
};

// The present hour, day, week or month of a zone, or the last complete one (docs/semantics.md 3.3).
struct CalendarSpec {
  CalendarUnit unit = CalendarUnit::kDay;
  SourceText zone = SourceText("UTC");  // its IANA name
  bool closed = false;                  // the last complete one
};

// One part of a score: an expression over other metrics, and which of its values are bad and good; what lies beyond is
// taken for the end.
struct PartSpec {
  std::string name;
  SourceText value;
  double weight = 1;  // above 0
  double bad = 0;     // may be the larger
  double good = 1;
  SourceText origin;
};

// Either an aggregate over events (`events`, `aggregate`), or an expression over other metrics (`value`), or an
// aggregate over the groups of a metric that is kept by more keys (`over`, `aggregate`), or a score (`parts`).
struct MetricSpec {
  std::string name;
  std::vector<SourceText> events;        // the event types
  SourceText aggregate;                  // "sum(amount)"
  SourceText over;                       // a metric, or empty
  SourceText where;                      // a condition over the event's attributes, or the group's metrics; or empty
  SourceText value;                      // "refunds_7d / sales_7d", or empty
  std::optional<Duration> window;        // the last so much time
  std::optional<CalendarSpec> calendar;  // a calendar period
  std::optional<int64_t> last;           // the last so many events; none of these three: all
  std::vector<SourceText> by;            // the keys of its grouping; empty: one group
  Resolution resolution;
  std::optional<Duration> every;   // of an expression: evaluated only at multiples of it
  std::vector<PartSpec> parts;     // of a score, from 0 to 100: the parts that have a value, by their weights
  std::vector<std::string> words;  // of an expression: its value is the text of that number. Not for configs.
  SourceText origin;               // where it was declared, for messages
};

// What is said once of an attribute that groups.
struct KeySpec {
  std::string name;
  std::optional<Duration> expire_after;  // a group without an event for so long is forgotten
  std::optional<int64_t> max_groups;     // of every grouping that contains the key
  SourceText origin;
};

// What is known of a key: the newest values of these attributes, read as profile.<attribute>.
struct ProfileSpec {
  std::string key;
  std::vector<SourceText> events;
  std::vector<SourceText> attributes;
  SourceText origin;
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_METRIC_SPEC_H_
