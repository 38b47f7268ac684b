// Why a record or event was not taken. One word for each, as it stands in dead letters, counters and the C ABI.
#ifndef TOCSIN_EVENT_REASON_H_
#define TOCSIN_EVENT_REASON_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tocsin {

// The numbers are part of the C ABI: never renumbered.
enum class Reason : uint8_t {
  kNone = 0,  // taken
  kMalformed = 1,
  kEmpty = 2,
  kEncoding = 3,
  kNotAnObject = 4,
  kMissingType = 5,
  kUnknownType = 6,
  kMissingTime = 7,
  kBadTime = 8,
  kOutOfRange = 9,
  kBadValue = 10,
  kLate = 11,
  kDuplicate = 12,
  kTooFarAhead = 13,
  kIgnored = 14,  // an unknown type under `unknown_events: ignore`: counted, no dead letter
};
inline constexpr size_t kReasonCount = 15;

// "malformed", "bad_time", …; "accepted" for kNone, "ignored" for kIgnored.
std::string_view ReasonName(Reason reason);

}  // namespace tocsin

#endif  // TOCSIN_EVENT_REASON_H_
