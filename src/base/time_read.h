// ParseTime's reader, which tells a text that is no time from a time that 64-bit nanoseconds cannot hold.
#ifndef TOCSIN_BASE_TIME_READ_H_
#define TOCSIN_BASE_TIME_READ_H_

#include <cstdint>
#include <string_view>

#include "tocsin/base/time.h"

namespace tocsin {

enum class TimeProblem {
  kNone,
  kNotRfc3339,  // the shape is wrong, or a field is (month 13, 30 February, hour 24)
  kTooPrecise,  // more than nine fraction digits
  kOutOfRange,  // a true time before 1678 or after what 64 bits hold, in April 2262
};

// Sets `time` when there is no problem.
TimeProblem ReadTime(std::string_view text, Time* time);

// The instant so many whole seconds and nanoseconds (0 to 999,999,999) after 1970. False when it is out of range.
bool SinceEpoch(int64_t seconds, int64_t nanos, Time* time);

// "is not RFC 3339 (such as …)": what is wrong, to follow the quoted text.
std::string_view Describe(TimeProblem problem);

}  // namespace tocsin

#endif  // TOCSIN_BASE_TIME_READ_H_
