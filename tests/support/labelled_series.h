// Series of hourly values whose unusual hours are known: business hours, quieter week-ends, and on top of that noise of
// several kinds, and what is planted.
#ifndef TOCSIN_TESTS_SUPPORT_LABELLED_SERIES_H_
#define TOCSIN_TESTS_SUPPORT_LABELLED_SERIES_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace tocsin::test {

enum class Noise { kPoisson, kNormal, kSkewed, kHeavy, kDependent };
enum class Planted { kNothing, kSpikes, kMissingDays, kShifts };

struct LabelledSeries {
  std::vector<double> values;
  std::vector<bool> unusual;
};

inline constexpr size_t kHoursOfWeek = 168;

inline LabelledSeries MakeSeries(Noise noise, Planted planted, double daily_trend, uint32_t seed, size_t weeks = 8) {
  std::mt19937_64 random(seed);
  auto unit = [&] { return std::uniform_real_distribution<double>(0, 1)(random); };
  auto normal = [&] { return std::normal_distribution<double>(0, 1)(random); };
  const size_t hours = weeks * kHoursOfWeek;
  LabelledSeries series{std::vector<double>(hours), std::vector<bool>(hours)};
  std::vector<double> factor(hours, 1);
  std::vector<double> jump(hours, 0);

  // From the third week on, at least four days apart.
  for (size_t start = 2 * kHoursOfWeek + 30; start + 60 < hours; start += 100 + random() % 60) {
    switch (planted) {
      case Planted::kNothing:
        break;
      case Planted::kSpikes:
        jump[start] = unit() < 0.5 ? 1 : -1;
        series.unusual[start] = true;
        break;
      case Planted::kMissingDays: {
        size_t day = start / 24;
        while (day % 7 == 2 || day % 7 == 3) ++day;  // of a working day
        for (size_t hour = 24 * day + 8; hour < std::min(hours, 24 * day + 19); ++hour) {
          factor[hour] = 0.15;
          series.unusual[hour] = true;
        }
        break;
      }
      case Planted::kShifts: {
        const double by = unit() < 0.5 ? 1.7 : 0.45;
        for (size_t hour = start; hour < std::min(hours, start + 36); ++hour) {
          factor[hour] = by;
          series.unusual[hour] = true;
        }
        start += 100;
        break;
      }
    }
  }
  double before = 0;
  for (size_t hour = 0; hour < hours; ++hour) {
    const double peak = (static_cast<double>(hour % 24) - 13) / 4;
    const bool weekend = hour / 24 % 7 == 2 || hour / 24 % 7 == 3;
    const double shape = (0.2 + std::exp(-peak * peak / 2)) * (weekend ? 0.4 : 1) *
                         (1 + daily_trend * static_cast<double>(hour) / 24) * factor[hour];
    double& value = series.values[hour];
    switch (noise) {
      case Noise::kPoisson: {
        const double mean = jump[hour] > 0 ? 80 * shape + 60 : jump[hour] < 0 ? 8 * shape : 80 * shape;
        value = static_cast<double>(std::poisson_distribution<int>(mean)(random));
        break;
      }
      case Noise::kNormal:
        value = 100 + 60 * shape + 5 * normal() + 40 * jump[hour];
        break;
      case Noise::kSkewed:
        value = 100 * shape * std::exp(0.25 * normal()) * (jump[hour] > 0 ? 4 : jump[hour] < 0 ? 0.2 : 1);
        break;
      case Noise::kHeavy: {
        const double u = unit() - 0.5;
        value = 100 + 60 * shape - 4 * std::copysign(std::log(1 - 2 * std::abs(u)), u) + 60 * jump[hour];
        break;
      }
      case Noise::kDependent:
        before = 0.7 * before + 4 * normal();
        value = 100 + 60 * shape + before + 45 * jump[hour];
        break;
    }
  }
  return series;
}

// How good scores are: of the unusual stretches those that were found, and of all calls those in an unusual hour. A
// stretch counts once; twelve hours after one nothing counts.
struct Quality {
  double recall = 0;
  double precision = 0;
  double false_per_thousand = 0;
};

class QualityCounter {
 public:
  void Add(const LabelledSeries& series, const std::vector<double>& scores, double threshold) {
    for (size_t hour = 2 * kHoursOfWeek; hour < scores.size();) {
      if (series.unusual[hour]) {
        bool found = false;
        for (; hour < scores.size() && series.unusual[hour]; ++hour) found |= std::abs(scores[hour]) > threshold;
        ++stretches_;
        found_ += found ? 1 : 0;
        hour += 12;
        continue;
      }
      ++usual_;
      wrong_ += std::abs(scores[hour]) > threshold ? 1 : 0;
      ++hour;
    }
  }
  Quality Get() const {
    const double called = found_ + wrong_;
    return {stretches_ > 0 ? found_ / stretches_ : 1, called > 0 ? found_ / called : 1, 1000 * wrong_ / usual_};
  }

 private:
  double stretches_ = 0;
  double found_ = 0;
  double usual_ = 0;
  double wrong_ = 0;
};

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SUPPORT_LABELLED_SERIES_H_
