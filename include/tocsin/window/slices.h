// How wide the slices of a window are, once it keeps slices instead of exact event times (docs/semantics.md 3.10).
//
// Slices are aligned to UTC and right-closed: (k w, (k+1) w]. A pane that stands for one carries the slice's end as its
// time, so that it leaves exactly when all of the slice has left: the same comparison as for a pane with an exact time.
#ifndef TOCSIN_WINDOW_SLICES_H_
#define TOCSIN_WINDOW_SLICES_H_

#include <array>
#include <chrono>
#include <cstdint>

#include "tocsin/base/time.h"

namespace tocsin {

// Above so many distinct times a window of automatic resolution goes over to slices.
inline constexpr uint32_t kMaxExactTimes = 1024;

// The widths that slices may have.
inline constexpr std::array<Duration, 26> kSliceLadder = {
    std::chrono::milliseconds(1),   std::chrono::milliseconds(2),   std::chrono::milliseconds(5),
    std::chrono::milliseconds(10),  std::chrono::milliseconds(20),  std::chrono::milliseconds(50),
    std::chrono::milliseconds(100), std::chrono::milliseconds(200), std::chrono::milliseconds(500),
    std::chrono::seconds(1),        std::chrono::seconds(2),        std::chrono::seconds(5),
    std::chrono::seconds(10),       std::chrono::seconds(15),       std::chrono::seconds(30),
    std::chrono::minutes(1),        std::chrono::minutes(2),        std::chrono::minutes(5),
    std::chrono::minutes(10),       std::chrono::minutes(15),       std::chrono::minutes(30),
    std::chrono::hours(1),          std::chrono::hours(2),          std::chrono::hours(6),
    std::chrono::hours(12),         std::chrono::hours(24)};

// The widest step of the ladder that divides `window` and gives at least `min_slices` of them, else the narrowest that
// divides it. Zero when none does (a window that is no multiple of a millisecond): such a window stays exact.
constexpr Duration AutomaticSlice(Duration window, int64_t min_slices = 1024) {
  Duration narrowest{};
  Duration widest{};
  for (Duration step : kSliceLadder) {
    if (window % step != Duration::zero()) continue;
    if (narrowest == Duration::zero()) narrowest = step;
    if (window / step >= min_slices) widest = step;
  }
  return widest != Duration::zero() ? widest : narrowest;
}

static_assert(AutomaticSlice(std::chrono::hours(24)) == std::chrono::minutes(1));
static_assert(AutomaticSlice(std::chrono::hours(1)) == std::chrono::seconds(2));
static_assert(AutomaticSlice(std::chrono::seconds(1)) == std::chrono::milliseconds(1));
static_assert(AutomaticSlice(std::chrono::milliseconds(7)) == std::chrono::milliseconds(1));

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_SLICES_H_
