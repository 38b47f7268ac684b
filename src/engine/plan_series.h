// Part of PlanValues: metrics that detectors give.
#ifndef TOCSIN_ENGINE_PLAN_SERIES_H_
#define TOCSIN_ENGINE_PLAN_SERIES_H_

#include <cstdint>
#include <string>

#include "engine/layout.h"
#include "expr/metric_call.h"

namespace tocsin {

// Why there can be none of that metric; empty where there can.
std::string WhyNoSeries(const MetricCall& call, const Metric& metric);

// Adds the metric that the call names, of the metric `of`; its number. REQUIRES: WhyNoSeries is empty.
uint32_t AddSeriesMetric(const MetricCall& call, uint32_t of, Plan::Layout* layout);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_PLAN_SERIES_H_
