// Aggregates: what a window computes. Each is a commutative monoid as a struct of static functions:
//
//   Input, Output      what goes in, what comes out
//   Partial            the result over a part of the events: trivially copyable, a multiple of 8 bytes or empty; its
//                      default is the identity
//   Total              the running result over the whole window; a Partial where nothing more is needed
//   Add(p, x)          one more event into a partial or total
//   Merge(p, q)        one more, later partial into a partial or total
//   Remove(total, q)   a partial out of a total: what left the window
//   Suspect(total)     the total may have lost precision and must be added up anew; only where rounding exists
//   Get(total)         the output; nothing where there is no value (the mean of nothing)
//
// Min and Max have no inverse: their Partial is a `code` (extremes.h), and their window finds what is left.
// Rate, Last, TimeSince and MeanInterval, which ask for times, stand in time_aggregate.h.
//
// Values of nothing: a count and a sum are 0; a mean, a share and an extreme are absent (docs/semantics.md 3.6).
#ifndef TOCSIN_WINDOW_AGGREGATE_H_
#define TOCSIN_WINDOW_AGGREGATE_H_

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <optional>

#include "tocsin/window/double_double.h"
#include "tocsin/window/extremes.h"

namespace tocsin {

// How many events. Input is ignored.
struct Count {
  using Input = int64_t;
  using Output = int64_t;
  struct Partial {
    int64_t count = 0;
  };
  using Total = Partial;
  static void Add(Partial& p, Input) { ++p.count; }
  static void Merge(Partial& p, const Partial& q) { p.count += q.count; }
  static void Remove(Total& total, const Partial& q) { total.count -= q.count; }
  static std::optional<Output> Get(const Total& total) { return total.count; }
};

template <typename T>
struct Sum;

// Exact; wraps beyond 64 bits.
template <>
struct Sum<int64_t> {
  using Input = int64_t;
  using Output = int64_t;
  struct Partial {
    uint64_t sum = 0;  // unsigned: an intermediate overflow is undone by what leaves
  };
  using Total = Partial;
  static void Add(Partial& p, Input x) { p.sum += static_cast<uint64_t>(x); }
  static void Merge(Partial& p, const Partial& q) { p.sum += q.sum; }
  static void Remove(Total& total, const Partial& q) { total.sum -= q.sum; }
  static std::optional<Output> Get(const Total& total) { return static_cast<int64_t>(total.sum); }
};

// Does not drift: after any insertions and removals within 1e-12 of the sum of absolute values (docs/semantics.md 3.5).
//
// Why subtraction is safe here: an addition of double-doubles errs by at most 2^-104 of the largest sum met so far.
// `peak` remembers it; once the sum has fallen below 2^-30 of it, the total is suspect and the window adds its panes up
// anew. So the error stays below k 2^-74 of the sum after k steps, and a ring adds up anew each time that it wraps
// around, which bounds k.
template <>
struct Sum<double> {
  using Input = double;
  using Output = double;
  using Partial = DoubleDouble;
  struct Total {
    DoubleDouble sum;
    double peak = 0;
  };
  static void Add(Partial& p, Input x) { p.Add(x); }
  static void Merge(Partial& p, const Partial& q) { p.Add(q); }
  static void Add(Total& total, Input x) {
    total.sum.Add(x);
    total.peak = std::max({total.peak, std::abs(total.sum.hi), std::abs(x)});
  }
  static void Merge(Total& total, const Partial& q) {
    total.sum.Add(q);
    total.peak = std::max({total.peak, std::abs(total.sum.hi), std::abs(q.hi)});
  }
  static void Remove(Total& total, const Partial& q) {
    total.sum.Subtract(q);
    total.peak = std::max(total.peak, std::abs(total.sum.hi));
  }
  // Also where it has overflowed: what overflowed may have left.
  static bool Suspect(const Total& total) { return !(std::abs(total.sum.hi) >= total.peak * 0x1p-30); }
  static std::optional<Output> Get(const Total& total) { return total.sum.Value(); }
};

// Its totals are rounded.
template <typename Aggregate>
concept Rounding = requires(const typename Aggregate::Total& total) {
  { Aggregate::Suspect(total) } -> std::same_as<bool>;
};

// The arithmetic mean; absent over nothing.
template <typename T>
struct Mean {
  using Input = T;
  using Output = double;
  struct Partial {
    typename Sum<T>::Partial sum;
    int64_t count = 0;
  };
  struct Total {
    typename Sum<T>::Total sum;
    int64_t count = 0;
  };
  template <typename Part>
  static void Add(Part& p, Input x) {
    Sum<T>::Add(p.sum, x);
    ++p.count;
  }
  template <typename Part>
  static void Merge(Part& p, const Partial& q) {
    Sum<T>::Merge(p.sum, q.sum);
    p.count += q.count;
  }
  static void Remove(Total& total, const Partial& q) {
    Sum<T>::Remove(total.sum, q.sum);
    total.count -= q.count;
  }
  static bool Suspect(const Total& total) requires Rounding<Sum<T>> { return Sum<T>::Suspect(total.sum); }
  static std::optional<Output> Get(const Total& total) {
    if (total.count == 0) return std::nullopt;
    return static_cast<double>(*Sum<T>::Get(total.sum)) / static_cast<double>(total.count);
  }
};

// The sample standard deviation: the root of the sum of squared differences from the mean over n - 1. Absent below two
// events, and where squares overflow (beyond 1e150).
//
// The sums of x and of x^2 are kept in twice the precision of a double, so that they can be subtracted when a pane
// leaves, merged in any order, and their difference does not cancel to nothing: the textbook formula, of which T. F.
// Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance" (The American Statistician 37, 1983)
// say what it loses in single precision. The value is right to 1e-9 of itself as long as it is at least 1e-7 of the
// root of the mean square; below 1e-12 of that it is taken for 0, so that equal values have none.
struct StdDev {
  using Input = double;
  using Output = double;
  struct Partial {
    DoubleDouble sum;
    DoubleDouble squares;
    int64_t count = 0;
  };
  struct Total {
    Sum<double>::Total sum;
    Sum<double>::Total squares;
    int64_t count = 0;
  };
  static void Add(Partial& p, Input x) {
    p.sum.Add(x);
    p.squares.Add(DoubleDouble::Product(x, x));
    ++p.count;
  }
  static void Add(Total& total, Input x) {
    Sum<double>::Add(total.sum, x);
    Sum<double>::Merge(total.squares, DoubleDouble::Product(x, x));
    ++total.count;
  }
  static void Merge(Partial& p, const Partial& q) {
    p.sum.Add(q.sum);
    p.squares.Add(q.squares);
    p.count += q.count;
  }
  static void Merge(Total& total, const Partial& q) {
    Sum<double>::Merge(total.sum, q.sum);
    Sum<double>::Merge(total.squares, q.squares);
    total.count += q.count;
  }
  static void Remove(Total& total, const Partial& q) {
    Sum<double>::Remove(total.sum, q.sum);
    Sum<double>::Remove(total.squares, q.squares);
    total.count -= q.count;
  }
  static bool Suspect(const Total& total) {
    return Sum<double>::Suspect(total.sum) || Sum<double>::Suspect(total.squares);
  }
  static std::optional<Output> Get(const Total& total) { return Of(total.sum.sum, total.squares.sum, total.count); }

  static std::optional<Output> Of(DoubleDouble sum, DoubleDouble squares, int64_t count) {
    if (count < 2) return std::nullopt;
    DoubleDouble rest = squares;
    rest.Subtract(sum.Squared().DividedBy(static_cast<double>(count)));
    if (rest.Value() <= squares.hi * 0x1p-80) return 0.0;
    const double deviation = std::sqrt(rest.Value() / static_cast<double>(count - 1));
    return std::isfinite(deviation) ? std::optional(deviation) : std::nullopt;
  }
};

// The share of events for which something is true, from 0 to 1; absent over nothing.
struct Share {
  using Input = bool;
  using Output = double;
  struct Partial {
    int64_t held = 0;
    int64_t count = 0;
  };
  using Total = Partial;
  static void Add(Partial& p, Input x) {
    p.held += x ? 1 : 0;
    ++p.count;
  }
  static void Merge(Partial& p, const Partial& q) {
    p.held += q.held;
    p.count += q.count;
  }
  static void Remove(Total& total, const Partial& q) {
    total.held -= q.held;
    total.count -= q.count;
  }
  static std::optional<Output> Get(const Total& total) {
    if (total.count == 0) return std::nullopt;
    return static_cast<double>(total.held) / static_cast<double>(total.count);
  }
};

// The least or the greatest, of doubles or 64-bit integers; absent over nothing. Zero has no sign; of integers, the two
// ends of the range count as their neighbours. REQUIRES: doubles are numbers.
template <typename T, bool kGreatest>
struct Extreme {
  using Input = T;
  using Output = T;
  struct Partial {
    uint64_t code = 0;
  };
  using Total = Partial;
  static void Add(Partial& p, Input x) { p.code = std::max(p.code, kGreatest ? CodeOf(x) : ~CodeOf(x)); }
  static void Merge(Partial& p, const Partial& q) { p.code = std::max(p.code, q.code); }
  static std::optional<Output> Get(const Total& total) {
    if (total.code == 0) return std::nullopt;
    const uint64_t code = kGreatest ? total.code : ~total.code;
    if constexpr (std::same_as<T, double>) {
      return DoubleOf(code);
    } else {
      return IntOf(code);
    }
  }
};
template <typename T>
using Min = Extreme<T, false>;
template <typename T>
using Max = Extreme<T, true>;

template <typename Aggregate>
concept IsExtreme = requires(typename Aggregate::Total& total) {
  total.code;
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_AGGREGATE_H_
