// What a config declares of a metric.
#ifndef TOCSIN_METRIC_METRIC_SPEC_H_
#define TOCSIN_METRIC_METRIC_SPEC_H_

#include <optional>
#include <string>
#include <vector>

#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"

namespace tocsin {

// How finely a window over time lets go of what leaves (docs/semantics.md 3.10).
struct Resolution {
  enum class Kind { kAuto, kExact, kFixed };
  Kind kind = Kind::kAuto;
  Duration width{};  // of kFixed; divides the window
};

struct MetricSpec {
  std::string name;
  SourceText event;                // the event type
  SourceText aggregate;            // "sum(amount)"
  SourceText where;                // a condition over the event's attributes, or empty
  std::optional<Duration> window;  // none: all
  std::vector<SourceText> by;      // the keys of its grouping; empty: one group
  Resolution resolution;
  SourceText origin;  // where it was declared, for messages
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_METRIC_SPEC_H_
