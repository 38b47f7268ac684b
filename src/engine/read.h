// Values that need no engine: those of a group that holds nothing.
#ifndef TOCSIN_ENGINE_READ_H_
#define TOCSIN_ENGINE_READ_H_

#include <cstdint>
#include <vector>

#include "engine/layout.h"

namespace tocsin {

// What a metric is for a group that holds nothing, wherever its clock is. `unknown`: windows that have no value yet.
// Cost: for tests of a plan and rare questions.
Value ReadEmpty(const Plan::Layout& layout, const Metric& metric, const std::vector<uint32_t>& unknown = {});

// What the answer of its expression makes of an expression metric. Text is borrowed from the metric.
Value ValueOf(const Metric& metric, const Result& result);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_READ_H_
