// What benchmarks measure with: time of the processor (others may use the machine too), memory, allocations.
#ifndef TOCSIN_TESTS_BENCH_MEASURE_H_
#define TOCSIN_TESTS_BENCH_MEASURE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace tocsin::bench {

// How often operator new has been called: the program that asks replaces it.
uint64_t Allocations();

inline double NanosOf(auto&& work, size_t events) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) * (1e9 / CLOCKS_PER_SEC) / static_cast<double>(events);
}

inline double MedianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The median of what one thing took as a multiple of another in the same round: a machine that is slow for a while is
// slow for both.
inline double MedianRatio(const std::vector<double>& of, const std::vector<double>& to) {
  std::vector<double> ratios;
  for (size_t i = 0; i < of.size(); ++i) ratios.push_back(of[i] / to[i]);
  return MedianOf(std::move(ratios));
}

// One thing that takes turns with others: nanoseconds an event, by round.
struct Series {
  std::string name;
  std::vector<double> nanos{};

  double Median() const { return MedianOf(nanos); }
  double Over(const Series& other) const { return MedianRatio(nanos, other.nanos); }
  void Print(double base) const {
    const auto [least, most] = std::minmax_element(nanos.begin(), nanos.end());
    fmt::print("  {:<44} {:7.1f} ns   {:5.2f} x   ({:.1f} to {:.1f})\n", name, Median(), Median() / base, *least,
               *most);
  }
};

// A figure beside the bar that it must not pass.
inline void PrintBar(const std::string& what, double figure, double bar) {
  fmt::print("  {:<60} {:8.2f}   bar {:6.2f}   {}\n", what, figure, bar, figure <= bar ? "met" : "MISSED");
}

// How long single calls take, by the thread's own time on the processor: page faults and all that the system does for
// the call counts, the turns that others get on a machine in use do not.
class Latencies {
 public:
  explicit Latencies(size_t calls) { nanos_.reserve(calls); }
  void Time(auto&& call) {
    const int64_t begin = Now();
    call();
    nanos_.push_back(static_cast<uint32_t>(std::min<int64_t>(Now() - begin, UINT32_MAX)));
  }
  void Print(const std::string& name) {
    std::sort(nanos_.begin(), nanos_.end());
    auto at = [&](double share) { return nanos_[static_cast<size_t>(static_cast<double>(nanos_.size() - 1) * share)]; };
    fmt::print("  {:<44} p50 {:5}   p99 {:6}   p99.9 {:7}   max {:9} ns\n", name, at(0.5), at(0.99), at(0.999), at(1));
  }

 private:
  static int64_t Now() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  }

  std::vector<uint32_t> nanos_;
};

// What the process has in memory now.
inline double ResidentBytes() {
  double pages = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%*s %lf", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace tocsin::bench

#endif  // TOCSIN_TESTS_BENCH_MEASURE_H_
