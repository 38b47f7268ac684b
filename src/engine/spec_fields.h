// Which fields a metric gives, by their names in a config: each kind of metric has some and must not have others.
#ifndef TOCSIN_ENGINE_SPEC_FIELDS_H_
#define TOCSIN_ENGINE_SPEC_FIELDS_H_

#include <initializer_list>
#include <string_view>

#include "tocsin/metric/metric_spec.h"

namespace tocsin {

// The first of `fields` that the metric gives, in the order of configs; empty where it gives none of them.
std::string_view FirstGiven(const MetricSpec& spec, std::initializer_list<std::string_view> fields);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_SPEC_FIELDS_H_
