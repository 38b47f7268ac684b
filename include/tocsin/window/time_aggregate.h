// Aggregates that ask for times (aggregate.h says what an aggregate is). They take the pane's partial, where there is
// one, and the total at once:
//
//   Add(partial, total, time, x)   partial: null in a window without panes
//   Get(total, moment)             at what instant, over how long a window, since which event
//   Oldest(total, partial)         before Get, where it is there: the oldest pane of those there are
#ifndef TOCSIN_WINDOW_TIME_AGGREGATE_H_
#define TOCSIN_WINDOW_TIME_AGGREGATE_H_

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "tocsin/base/time.h"
#include "tocsin/window/aggregate.h"

namespace tocsin {

// What a window knows when it is read.
struct Moment {
  Time now{};
  Duration length{};  // of a window over time
  Time oldest{};      // the first event time in the window, where the aggregate counts times
};

// A count or a sum, a second of the window's length. Over a SlidingWindow only.
template <typename Amount = Count>
struct Rate : Amount {
  using Output = double;
  static std::optional<Output> Get(const typename Amount::Total& total, const Moment& moment) {
    return static_cast<double>(*Amount::Get(total)) / (static_cast<double>(ToNanos(moment.length)) / 1e9);
  }
};

// The value of the newest event, by (time, arrival); absent over nothing. T: anything that can be copied.
template <typename T>
struct Last {
  using Input = T;
  using Output = T;
  struct Partial {};
  struct Total {
    std::optional<T> value;
    Time time{};
  };
  static void Add(Partial*, Total& total, Time time, const Input& x) {
    if (total.value && time < total.time) return;
    total = {x, time};
  }
  static std::optional<Output> Get(const Total& total) { return total.value; }
};

// The value of the oldest event, by (time, arrival); absent over nothing. T: trivially copyable, of a multiple of 8
// bytes.
template <typename T>
struct First {
  using Input = T;
  using Output = T;
  struct Partial {
    int64_t known = 0;
    Time time{};
    T value{};
  };
  using Total = Partial;
  static void Add(Partial* pane, Total& total, Time time, const Input& x) {
    Take(pane != nullptr ? *pane : total, {1, time, x});
  }
  static void Merge(Partial& p, const Partial& q) {
    if (q.known != 0) Take(p, q);
  }
  static void Remove(Total&, const Partial&) {}
  static void Oldest(Total& total, const Partial* oldest) { total = oldest != nullptr ? *oldest : Partial(); }
  static std::optional<Output> Get(const Total& total) {
    return total.known != 0 ? std::optional(total.value) : std::nullopt;
  }

 private:
  static void Take(Partial& p, const Partial& q) {
    if (p.known == 0 || q.time < p.time) p = q;
  }
};

// The newest event's value less the oldest's, by (time, arrival): 0 over one event, absent over nothing.
template <typename T>
struct Delta {
  using Input = T;
  using Output = T;
  using Partial = typename First<T>::Partial;
  struct Total {
    Partial first;
    typename Last<T>::Total last;
  };
  static void Add(Partial* pane, Total& total, Time time, const Input& x) {
    First<T>::Add(pane, total.first, time, x);
    Last<T>::Add(nullptr, total.last, time, x);
  }
  static void Merge(Partial& p, const Partial& q) { First<T>::Merge(p, q); }
  static void Remove(Total&, const Partial&) {}
  static void Oldest(Total& total, const Partial* oldest) { First<T>::Oldest(total.first, oldest); }
  static std::optional<Output> Get(const Total& total) {
    if (total.first.known == 0) return std::nullopt;
    return *total.last.value - total.first.value;
  }
};

// How long ago the newest event was; absent over nothing. Input is ignored. Not over a LastWindow.
struct TimeSince {
  using Input = int64_t;
  using Output = Duration;
  struct Partial {};
  struct Total {
    std::optional<Time> newest;
  };
  static void Add(Partial*, Total& total, Time time, Input) {
    if (!total.newest || time > *total.newest) total.newest = time;
  }
  static std::optional<Output> Get(const Total& total, const Moment& moment) {
    if (!total.newest) return std::nullopt;
    return SaturatingSubtract(moment.now, total.newest->time_since_epoch()).time_since_epoch();
  }
};

// The mean time between distinct event times, in whole nanoseconds, rounded down; absent below two. Input is ignored.
// Where a window keeps slices, a late event is taken for a time of its own unless it is its slice's first or the
// window's newest.
struct MeanInterval {
  using Input = int64_t;
  using Output = Duration;
  struct Partial {
    int64_t distinct = 0;
    Time first{};
  };
  struct Total {
    int64_t distinct = 0;
    Time newest = Time::min();
    Time first = Time::max();  // since the beginning: of a window without panes
  };
  static void Add(Partial* pane, Total& total, Time time, Input) {
    const bool is_newest = time == total.newest && total.distinct != 0;
    total.newest = std::max(total.newest, time);
    total.first = std::min(total.first, time);
    if (pane != nullptr) {
      if (pane->distinct != 0 && (time == pane->first || is_newest)) return;
      pane->first = pane->distinct == 0 ? time : std::min(pane->first, time);
      ++pane->distinct;
    }
    ++total.distinct;
  }
  static void Merge(Partial& p, const Partial& q) { p.distinct += q.distinct; }
  static void Remove(Total& total, const Partial& q) { total.distinct -= q.distinct; }
  static std::optional<Output> Get(const Total& total, const Moment& moment) {
    if (total.distinct < 2) return std::nullopt;
    return SaturatingSubtract(total.newest, moment.oldest.time_since_epoch()).time_since_epoch() / (total.distinct - 1);
  }
};

template <typename Aggregate>
concept CountsTimes = std::same_as<Aggregate, MeanInterval>;

// One event into a pane, where there is one, and the total.
template <typename Aggregate>
void AddEvent(typename Aggregate::Partial* pane, typename Aggregate::Total& total, Time time,
              const typename Aggregate::Input& x) {
  if constexpr (requires { Aggregate::Add(pane, total, time, x); }) {
    Aggregate::Add(pane, total, time, x);
  } else {
    if (pane != nullptr) Aggregate::Add(*pane, x);
    Aggregate::Add(total, x);
  }
}

// It is known by the oldest of the panes.
template <typename Aggregate>
concept AsksOldest = requires(typename Aggregate::Total& total, const typename Aggregate::Partial* oldest) {
  Aggregate::Oldest(total, oldest);
};

template <typename Aggregate>
std::optional<typename Aggregate::Output> GetAt(const typename Aggregate::Total& total, const Moment& moment) {
  if constexpr (requires { Aggregate::Get(total, moment); }) {
    return Aggregate::Get(total, moment);
  } else {
    return Aggregate::Get(total);
  }
}

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_TIME_AGGREGATE_H_
