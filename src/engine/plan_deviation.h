// Part of PlanValues: deviation(metric, key), how far a group lies from those that share the key with it
// (docs/semantics.md 3.15).
#ifndef TOCSIN_ENGINE_PLAN_DEVIATION_H_
#define TOCSIN_ENGINE_PLAN_DEVIATION_H_

#include <string>
#include <vector>

#include "engine/layout.h"
#include "expr/metric_call.h"
#include "tocsin/metric/metric_spec.h"

namespace tocsin {

// Why there can be none of that metric, whose grouping is given; empty where there can.
std::string WhyNoDeviation(const MetricCall& call, const Metric& metric, const GroupingPlan& grouping);

// The rollups that it is made of: the quartiles of those around the group, known by their names like other metrics.
std::vector<MetricSpec> QuartilesOf(const MetricCall& call);

// The expression over them.
std::string DeviationText(const MetricCall& call);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_PLAN_DEVIATION_H_
