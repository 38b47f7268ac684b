// Time zones by IANA name, as calendar periods need them.
#ifndef TOCSIN_METRIC_CALENDAR_ZONE_H_
#define TOCSIN_METRIC_CALENDAR_ZONE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/window/calendar_periods.h"

namespace tocsin {

// What the zone's clocks were ahead of UTC, from the year 1678 to 2262; nothing where the machine knows no such zone.
// Cost: reads the machine's zone file once.
std::optional<std::vector<CalendarPeriods::Offset>> LoadZone(std::string_view name);

// The name of a zone that people use which is close to a wrong one, or "".
std::string ClosestZone(std::string_view name);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_CALENDAR_ZONE_H_
