// DecayedMean: a mean in which an event that is one half-life older counts half.
//
//   tocsin::AllWindow<tocsin::DecayedMean<ToNanos(24h)>> usual;      // of all events there ever were
//   usual.Add(t, 27.5);
//   std::optional<double> mean = usual.Value(t);
//
// The weight of an event is 2^(time / half-life), and the mean is the sum of weighted values over the sum of weights,
// so that it does not change while only time passes, and a late event counts as it would have in time. Weights that
// grow with the event's own time, and are never made smaller, are forward decay: G. Cormode, V. Shkapenyuk, D.
// Srivastava, B. Xu, "Forward decay: a practical time decay model for streaming systems" (ICDE 2009). Here they do not
// overflow: sums stand for themselves times a power of two, whose exponent is that of the newest event, and moving it
// is exact. What is so old that it has become nothing beside the newest event is nothing.
#ifndef TOCSIN_WINDOW_DECAYED_MEAN_H_
#define TOCSIN_WINDOW_DECAYED_MEAN_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "tocsin/base/time.h"
#include "tocsin/window/aggregate.h"
#include "tocsin/window/double_double.h"

namespace tocsin {

// The sums over a pane, times 2^exponent. Nothing: a weight of 0.
struct DecayedPartial {
  int64_t exponent = 0;
  DoubleDouble amount;
  DoubleDouble weight;
};
// Those over a window, from which panes are subtracted.
struct DecayedTotal {
  int64_t exponent = 0;
  Sum<double>::Total amount;
  Sum<double>::Total weight;
};

namespace internal {

// 2^-5000 of anything is nothing.
constexpr int Shift(int64_t from, int64_t to) {
  if (from >= to) return 0;
  const uint64_t distance = static_cast<uint64_t>(to) - static_cast<uint64_t>(from);
  return -static_cast<int>(std::min<uint64_t>(distance, 5000));
}
inline void Scale(DoubleDouble& sum, int shift) { sum = sum.Scaled(shift); }
inline void Scale(Sum<double>::Total& total, int shift) {
  total.sum = total.sum.Scaled(shift);
  total.peak = std::ldexp(total.peak, shift);
}
inline bool IsNothing(const DecayedPartial& p) { return p.weight.hi == 0; }
// A total out of which a pane is taken keeps its exponent: what stays is newer.
inline bool IsNothing(const DecayedTotal& total) { return total.weight.peak == 0; }

}  // namespace internal

// One event.
inline DecayedPartial DecayedEvent(Time time, Duration half_life, double x) {
  const int64_t nanos = ToNanos(time);
  const int64_t unit = ToNanos(half_life);
  int64_t exponent = nanos / unit;
  int64_t rest = nanos % unit;
  if (rest < 0) {
    --exponent;
    rest += unit;
  }
  const double weight = std::exp2(static_cast<double>(rest) / static_cast<double>(unit));
  return {exponent, DoubleDouble::Product(weight, x), {weight, 0}};
}

// `sums`: a DecayedPartial or DecayedTotal.
template <typename Sums>
void MergeDecayed(Sums& sums, DecayedPartial q) {
  if (internal::IsNothing(q)) return;
  if (internal::IsNothing(sums)) sums.exponent = q.exponent;
  if (const int shift = internal::Shift(sums.exponent, q.exponent); shift != 0) {
    internal::Scale(sums.amount, shift);
    internal::Scale(sums.weight, shift);
    sums.exponent = q.exponent;
  }
  const int shift = internal::Shift(q.exponent, sums.exponent);
  Sum<double>::Merge(sums.amount, q.amount.Scaled(shift));
  Sum<double>::Merge(sums.weight, q.weight.Scaled(shift));
}

// REQUIRES: it was merged into the total before.
inline void RemoveDecayed(DecayedTotal& total, const DecayedPartial& q) {
  const int shift = internal::Shift(q.exponent, total.exponent);
  Sum<double>::Remove(total.amount, q.amount.Scaled(shift));
  Sum<double>::Remove(total.weight, q.weight.Scaled(shift));
}

inline bool IsSuspect(const DecayedTotal& total) {
  return Sum<double>::Suspect(total.amount) || Sum<double>::Suspect(total.weight);
}

inline std::optional<double> MeanOf(const DecayedTotal& total) {
  const double mean = total.amount.sum.Over(total.weight.sum);
  return total.weight.sum.hi > 0 && std::isfinite(mean) ? std::optional(mean) : std::nullopt;
}

// As an aggregate; absent over nothing.
template <int64_t kHalfLifeNanos>
struct DecayedMean {
  using Input = double;
  using Output = double;
  using Partial = DecayedPartial;
  using Total = DecayedTotal;
  static void Add(Partial* pane, Total& total, Time time, Input x) {
    const DecayedPartial event = DecayedEvent(time, Duration(kHalfLifeNanos), x);
    if (pane != nullptr) MergeDecayed(*pane, event);
    MergeDecayed(total, event);
  }
  static void Merge(Partial& p, const Partial& q) { MergeDecayed(p, q); }
  static void Merge(Total& total, const Partial& q) { MergeDecayed(total, q); }
  static void Remove(Total& total, const Partial& q) { RemoveDecayed(total, q); }
  static bool Suspect(const Total& total) { return IsSuspect(total); }
  static std::optional<Output> Get(const Total& total) { return MeanOf(total); }
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_DECAYED_MEAN_H_
