// Part of CheckAggregate: aggregates of CRM, which take several arguments and the constants of a model.
#ifndef TOCSIN_METRIC_CRM_AGGREGATE_H_
#define TOCSIN_METRIC_CRM_AGGREGATE_H_

#include <string_view>
#include <vector>

#include "expr/aggregate_call.h"
#include "metric/metric_plan.h"
#include "tocsin/base/diagnostic.h"
#include "tocsin/event/catalog.h"

namespace tocsin {

// satisfaction, customer_value, rfm, p_alive, expected_purchases, expected_spend.
bool IsCrmAggregate(std::string_view name);
std::vector<std::string_view> CrmAggregateNames();

// False, with mistakes added, when the call is not as it should be. REQUIRES: IsCrmAggregate(call.name).
bool CheckCrmAggregate(const MetricSpec& spec, const AggregateCall& call, const std::vector<const EventSpec*>& events,
                       const Language& language, CheckedAggregate* checked, std::vector<Diagnostic>* diagnostics);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_CRM_AGGREGATE_H_
