// Time zones for getHours("Europe/London") and the like: where a clock on the wall stands at an instant.
#ifndef TOCSIN_EXPR_ZONE_H_
#define TOCSIN_EXPR_ZONE_H_

#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/time/time.h"

namespace tocsin {

// How far a zone's clock is from UTC, and for which instants [begin, end) that is said.
struct ZoneOffset {
  int64_t begin = 0;
  int64_t end = 0;  // begin == end: nothing is known yet
  int64_t nanos = 0;

  bool Covers(int64_t instant) const { return instant >= begin && instant < end; }
};

class Zone {
 public:
  // By its IANA name, or as CEL has it by an offset such as "+02:00", "-9:30" or "02:00".
  static std::optional<Zone> Find(std::string_view name);

  // At an instant in nanoseconds since 1970. Some hundred nanoseconds; what it answers holds until the zone's next
  // change.
  ZoneOffset At(int64_t instant) const;

  // Equal only for the same zone: Abseil hands out one pointer for each and never takes it back.
  uint64_t key() const { return std::bit_cast<uint64_t>(zone_); }

 private:
  explicit Zone(absl::TimeZone zone) : zone_(zone) {}

  absl::TimeZone zone_;
};

}  // namespace tocsin

#endif  // TOCSIN_EXPR_ZONE_H_
