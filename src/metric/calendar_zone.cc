#include "metric/calendar_zone.h"

#include "absl/time/time.h"
#include "tocsin/base/diagnostic.h"

namespace tocsin {
namespace {

// For messages. Names that the machine knows beyond these are as good.
constexpr std::string_view kKnownZones[] = {
    "UTC",
    "Africa/Algiers",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Africa/Nairobi",
    "America/Anchorage",
    "America/Argentina/Buenos_Aires",
    "America/Bogota",
    "America/Caracas",
    "America/Chicago",
    "America/Denver",
    "America/Halifax",
    "America/Lima",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/Montevideo",
    "America/New_York",
    "America/Phoenix",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Toronto",
    "America/Vancouver",
    "Asia/Almaty",
    "Asia/Baghdad",
    "Asia/Bangkok",
    "Asia/Beirut",
    "Asia/Colombo",
    "Asia/Dhaka",
    "Asia/Dubai",
    "Asia/Ho_Chi_Minh",
    "Asia/Hong_Kong",
    "Asia/Jakarta",
    "Asia/Jerusalem",
    "Asia/Kabul",
    "Asia/Karachi",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Kuala_Lumpur",
    "Asia/Manila",
    "Asia/Novosibirsk",
    "Asia/Riyadh",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Taipei",
    "Asia/Tashkent",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Asia/Vladivostok",
    "Asia/Yangon",
    "Asia/Yekaterinburg",
    "Atlantic/Azores",
    "Atlantic/Reykjavik",
    "Australia/Adelaide",
    "Australia/Brisbane",
    "Australia/Darwin",
    "Australia/Melbourne",
    "Australia/Perth",
    "Australia/Sydney",
    "Europe/Amsterdam",
    "Europe/Athens",
    "Europe/Berlin",
    "Europe/Brussels",
    "Europe/Bucharest",
    "Europe/Budapest",
    "Europe/Copenhagen",
    "Europe/Dublin",
    "Europe/Helsinki",
    "Europe/Istanbul",
    "Europe/Kyiv",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Moscow",
    "Europe/Oslo",
    "Europe/Paris",
    "Europe/Prague",
    "Europe/Rome",
    "Europe/Sofia",
    "Europe/Stockholm",
    "Europe/Vienna",
    "Europe/Warsaw",
    "Europe/Zurich",
    "Pacific/Auckland",
    "Pacific/Honolulu",
};

}  // namespace

std::optional<std::vector<CalendarPeriods::Offset>> LoadZone(std::string_view name) {
  absl::TimeZone zone;
  if (name.empty() || !absl::LoadTimeZone({name.data(), name.size()}, &zone)) return std::nullopt;
  constexpr int64_t kFirst = -9'223'372'037;  // seconds: all that a time in nanoseconds can be
  constexpr int64_t kLast = 9'223'372'037;
  absl::Time at = absl::FromUnixSeconds(kFirst);
  std::vector<CalendarPeriods::Offset> offsets{{CalendarPeriods::kAlways, zone.At(at).offset}};
  absl::TimeZone::CivilTransition change;
  while (zone.NextTransition(at, &change)) {
    // What is skipped and what is repeated are both found by the civil time at which that begins.
    const absl::TimeZone::TimeInfo skipped = zone.At(change.from);
    at = skipped.kind == absl::TimeZone::TimeInfo::SKIPPED ? skipped.trans : zone.At(change.to).trans;
    const int64_t seconds = absl::ToUnixSeconds(at);
    if (seconds > kLast || seconds <= offsets.back().from) break;
    offsets.push_back({seconds, zone.At(at).offset});
  }
  return offsets;
}

std::string ClosestZone(std::string_view name) {
  const std::vector<std::string> names(std::begin(kKnownZones), std::end(kKnownZones));
  std::string closest = ClosestName(name, names);
  if (!closest.empty()) return closest;
  // "Shanghai", "shanghai": a city alone.
  for (const std::string& known : names) {
    const std::string city = known.substr(known.rfind('/') + 1);
    if (name == city || ClosestName(name, {city}) == city) return known;
  }
  return "";
}

}  // namespace tocsin
