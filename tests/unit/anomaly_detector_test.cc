// The seasonal detector: what it finds in labelled series against what simple ones find, and its promises.
#include "tocsin/anomaly/detector.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/labelled_series.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
using test::LabelledSeries;
using test::MakeSeries;
using test::Noise;
using test::Planted;
using test::Quality;

constexpr Time kStart = FromNanos(1'700'006'400'000'000'000);  // midnight
constexpr Duration kWeek = 168h;

Time Hour(size_t hour) { return kStart + hour * Duration(1h); }

std::vector<double> Scores(const std::vector<double>& values) {
  const std::unique_ptr<Detector> detector = MakeSeasonalDetector(kWeek);
  std::vector<double> scores;
  for (size_t hour = 0; hour < values.size(); ++hour) {
    scores.push_back(detector->Score(Hour(hour), values[hour]).value_or(0));
    detector->Observe(Hour(hour), values[hour]);
  }
  CHECK(detector->bytes() <= Detector::kMaxBytes);
  return scores;
}

// Distance from the mean of the last week, in its standard deviations.
std::vector<double> OfLastWeek(const std::vector<double>& values) {
  std::vector<double> scores(values.size());
  for (size_t i = 168; i < values.size(); ++i) {
    double sum = 0, squares = 0;
    for (size_t j = i - 168; j < i; ++j) {
      sum += values[j];
      squares += values[j] * values[j];
    }
    const double mean = sum / 168;
    scores[i] = (values[i] - mean) / std::sqrt(std::max(1e-9, squares / 168 - mean * mean));
  }
  return scores;
}

// Difference to the same hour a week before, in the standard deviations of such differences.
std::vector<double> ToWeekBefore(const std::vector<double>& values) {
  std::vector<double> scores(values.size());
  for (size_t i = 336; i < values.size(); ++i) {
    double squares = 0;
    for (size_t j = i - 168; j < i; ++j) squares += (values[j] - values[j - 168]) * (values[j] - values[j - 168]);
    scores[i] = (values[i] - values[i - 168]) / std::sqrt(std::max(1e-9, squares / 168));
  }
  return scores;
}

Quality QualityOf(const std::function<std::vector<double>(const std::vector<double>&)>& scores_of, Noise noise,
                  Planted planted, double trend) {
  test::QualityCounter counter;
  for (uint32_t seed = 0; seed < 8; ++seed) {
    const LabelledSeries series = MakeSeries(noise, planted, trend, test::Seed(seed));
    counter.Add(series, scores_of(series.values), 4);
  }
  return counter.Get();
}

double Together(const Quality& q) {
  return q.recall + q.precision == 0 ? 0 : 2 * q.recall * q.precision / (q.recall + q.precision);
}

TEST_CASE("labelled series: what is planted is found, and more of it than by simple means", "[anomaly]") {
  for (Noise noise : {Noise::kPoisson, Noise::kNormal, Noise::kSkewed, Noise::kHeavy, Noise::kDependent}) {
    for (Planted planted : {Planted::kSpikes, Planted::kMissingDays, Planted::kShifts}) {
      CAPTURE(static_cast<int>(noise), static_cast<int>(planted));
      const double trend = noise == Noise::kPoisson ? 0.01 : 0;
      const Quality ours = QualityOf(Scores, noise, planted, trend);
      const Quality last_week = QualityOf(OfLastWeek, noise, planted, trend);
      const Quality week_before = QualityOf(ToWeekBefore, noise, planted, trend);
      CAPTURE(ours.recall, ours.precision, ours.false_per_thousand, Together(last_week), Together(week_before));
      CHECK(ours.recall >= 0.6);
      CHECK(ours.precision >= 0.7);
      CHECK(Together(ours) > Together(last_week));
      CHECK(Together(ours) > Together(week_before));
    }
  }
}

TEST_CASE("ordinary series: fewer than three calls in a thousand hours", "[anomaly]") {
  for (Noise noise : {Noise::kPoisson, Noise::kNormal, Noise::kSkewed, Noise::kHeavy, Noise::kDependent}) {
    for (double trend : {0.0, 0.02}) {
      CAPTURE(static_cast<int>(noise), trend);
      const Quality quality = QualityOf(Scores, noise, Planted::kNothing, trend);
      CHECK(quality.false_per_thousand < 3);
    }
  }
}

TEST_CASE("nothing until a season has been seen, two thirds of it at least", "[anomaly]") {
  const LabelledSeries series = MakeSeries(Noise::kNormal, Planted::kNothing, 0, test::Seed(1));
  auto first_score = [&](auto is_missing) {
    const std::unique_ptr<Detector> detector = MakeSeasonalDetector(kWeek);
    for (size_t hour = 0; hour < series.values.size(); ++hour) {
      if (is_missing(hour)) continue;
      if (detector->Score(Hour(hour), 100)) return hour;
      REQUIRE_FALSE(detector->Forecast(Hour(hour)));
      detector->Observe(Hour(hour), series.values[hour]);
    }
    return series.values.size();
  };
  CHECK(first_score([](size_t) { return false; }) == 169);  // the value that completes a week is behind it
  CHECK(first_score([](size_t hour) { return hour % 4 == 1; }) < 172);
  CHECK(first_score([](size_t hour) { return hour < 168 && hour % 2 == 1; }) > 200);
}

TEST_CASE("a forecast knows the hour, the day and the trend", "[anomaly]") {
  const LabelledSeries series = MakeSeries(Noise::kNormal, Planted::kNothing, 0.01, test::Seed(2));
  const std::unique_ptr<Detector> detector = MakeSeasonalDetector(kWeek);
  double missed = 0, missed_by_last = 0;
  for (size_t hour = 0; hour + 5 < series.values.size(); ++hour) {
    detector->Observe(Hour(hour), series.values[hour]);
    if (hour < 3 * 168) continue;
    missed += std::abs(*detector->Forecast(Hour(hour + 5)) - series.values[hour + 5]);
    missed_by_last += std::abs(series.values[hour] - series.values[hour + 5]);
  }
  CHECK(missed < missed_by_last / 3);
  CHECK(missed / static_cast<double>(series.values.size() - 509) < 6);  // noise alone misses by 4
}

TEST_CASE("one outlier moves the profile little, a lasting change is accepted", "[anomaly]") {
  const std::unique_ptr<Detector> detector = MakeSeasonalDetector(kWeek);
  std::mt19937_64 random(test::Seed(3));
  std::normal_distribution<double> noise(50, 2);
  size_t hour = 0;
  for (; hour < 3 * 168; ++hour) detector->Observe(Hour(hour), noise(random));
  const double before = *detector->Forecast(Hour(hour + 24));
  detector->Observe(Hour(hour++), 5000);
  CHECK(*detector->Forecast(Hour(hour + 23)) == Approx(before).margin(1));
  CHECK(*detector->Score(Hour(hour), 70) > 4);
  CHECK(*detector->Score(Hour(hour), 30) < -4);
  for (size_t end = hour + 21 * 24; hour < end; ++hour) detector->Observe(Hour(hour), 15 + noise(random));
  CHECK(std::abs(*detector->Score(Hour(hour), 65)) < 3);
  CHECK(*detector->Score(Hour(hour), 50) < -3);
}

TEST_CASE("series that hardly move", "[anomaly]") {
  SECTION("constant") {
    const std::unique_ptr<Detector> detector = MakeSeasonalDetector(kWeek);
    for (size_t hour = 0; hour < 400; ++hour) detector->Observe(Hour(hour), 7);
    CHECK(std::abs(*detector->Score(Hour(400), 7)) < 1);
    CHECK(*detector->Score(Hour(400), 700) > 6);
    CHECK(*detector->Forecast(Hour(400)) == Approx(7));
  }
  SECTION("zeros") {
    const std::unique_ptr<Detector> detector = MakeSeasonalDetector(kWeek);
    for (size_t hour = 0; hour < 400; ++hour) detector->Observe(Hour(hour), hour % 50 == 0 ? 1 : 0);
    CHECK(std::abs(*detector->Score(Hour(400), 0)) < 2);
    CHECK(std::abs(*detector->Score(Hour(400), 1)) < 4);
    CHECK(*detector->Score(Hour(400), 20) > 4);
  }
  SECTION("below zero, at last") {
    const std::unique_ptr<Detector> detector = MakeSeasonalDetector(kWeek);
    for (size_t hour = 0; hour < 400; ++hour)
      detector->Observe(Hour(hour), hour == 399 ? -40 : 10 + static_cast<double>(hour % 3));
    CHECK(*detector->Score(Hour(400), -40) < -4);
    CHECK(std::isfinite(*detector->Forecast(Hour(400))));
  }
}

TEST_CASE("what it passes over", "[anomaly]") {
  const std::unique_ptr<Detector> detector = MakeSeasonalDetector(24h);
  CHECK(detector->step() == Duration(15min));
  for (size_t i = 0; i < 200; ++i) detector->Observe(kStart + i * Duration(15min), 5 + static_cast<double>(i % 2));
  const std::string state = detector->Save();
  const Time last = kStart + 199 * Duration(15min);
  detector->Observe(last, 1e9);          // again
  detector->Observe(last + 14min, 1e9);  // in the same step
  detector->Observe(last - 1h, 1e9);     // behind
  detector->Observe(last + 1h, std::nan(""));
  CHECK(detector->Save() == state);
  CHECK_FALSE(detector->Score(last, 5));
  CHECK_FALSE(detector->Score(last + 1h, std::nan("")));
}

TEST_CASE("a season has a step that suits it, or no detector", "[anomaly]") {
  CHECK(*StepOfSeason(kWeek) == Duration(1h));
  CHECK(*StepOfSeason(24h) == Duration(15min));
  CHECK(*StepOfSeason(1h) == Duration(30s));
  CHECK(*StepOfSeason(30 * 24h) == Duration(6h));
  CHECK(*StepOfSeason(365 * 24h) == Duration(24h));
  CHECK_FALSE(StepOfSeason(10s));
  CHECK_FALSE(StepOfSeason(7h + 1s));
  CHECK(MakeSeasonalDetector(7h + 1s) == nullptr);
  for (Duration season : {Duration(24h), Duration(48h), kWeek, Duration(30 * 24h), Duration(365 * 24h)}) {
    const std::unique_ptr<Detector> detector = MakeSeasonalDetector(season);
    for (int i = 0; i < 800; ++i) detector->Observe(kStart + i * detector->step(), i % 96);
    CHECK(detector->bytes() <= Detector::kMaxBytes);
    CHECK(detector->Forecast(kStart + 800 * detector->step()));
  }
}

TEST_CASE("saved and loaded it goes on the same to the bit", "[anomaly]") {
  const LabelledSeries series = MakeSeries(Noise::kPoisson, Planted::kSpikes, 0, test::Seed(4));
  const std::unique_ptr<Detector> whole = MakeSeasonalDetector(kWeek);
  std::unique_ptr<Detector> parts = MakeSeasonalDetector(kWeek);
  for (size_t hour = 0; hour < series.values.size(); ++hour) {
    if (hour % 83 == 0) {
      std::unique_ptr<Detector> next = MakeSeasonalDetector(kWeek);
      REQUIRE(next->Load(parts->Save()));
      parts = std::move(next);
    }
    REQUIRE(whole->Score(Hour(hour), series.values[hour]) == parts->Score(Hour(hour), series.values[hour]));
    whole->Observe(Hour(hour), series.values[hour]);
    parts->Observe(Hour(hour), series.values[hour]);
  }
  CHECK(whole->Save() == parts->Save());
}

TEST_CASE("a series that was below zero from the beginning is saved and loaded", "[anomaly]") {
  const std::unique_ptr<Detector> detector = MakeSeasonalDetector(kWeek);
  for (size_t hour = 0; hour < 400; ++hour) detector->Observe(Hour(hour), static_cast<double>(hour % 24) - 10.5);
  const std::unique_ptr<Detector> other = MakeSeasonalDetector(kWeek);
  REQUIRE(other->Load(detector->Save()));
  CHECK(other->Forecast(Hour(410)) == detector->Forecast(Hour(410)));
  CHECK(*other->Forecast(Hour(410)) == Approx(410 % 24 - 10.5).margin(1));
}

TEST_CASE("values of any size leave it with numbers, and it can be saved and loaded", "[anomaly]") {
  std::mt19937_64 random(test::Seed(6));
  const std::vector<double> extremes = {0, 1, -1, 1e9, 1e30, -1e30, 1e200, -1e200, 1.7e308, -1.7e308, 5e-324};
  for (Duration season : {Duration(24h), kWeek}) {
    for (bool below : {false, true}) {
      const std::unique_ptr<Detector> detector = MakeSeasonalDetector(season);
      for (int i = 0; i < 1500; ++i) {
        const double value = extremes[random() % extremes.size()];
        const Time time = kStart + i * detector->step();
        if (const std::optional<double> score = detector->Score(time, value)) CHECK(std::abs(*score) <= kMaxScore);
        detector->Observe(time, below ? value : std::abs(value));
        if (const std::optional<double> next = detector->Forecast(time)) CHECK(std::isfinite(*next));
        if (i % 100 == 99) CHECK(MakeSeasonalDetector(season)->Load(detector->Save()));
      }
    }
  }
}

TEST_CASE("damaged bytes are refused or harmless", "[anomaly]") {
  std::mt19937_64 random(test::Seed(5));
  for (size_t length : {100, 400}) {
    const std::unique_ptr<Detector> detector = MakeSeasonalDetector(kWeek);
    for (size_t hour = 0; hour < length; ++hour) detector->Observe(Hour(hour), static_cast<double>(random() % 50));
    const std::string good = detector->Save();
    const std::unique_ptr<Detector> other = MakeSeasonalDetector(kWeek);
    for (size_t size = 0; size < good.size(); size += 1 + size / 8) CHECK_FALSE(other->Load(good.substr(0, size)));
    CHECK_FALSE(other->Load(good + "x"));
    CHECK_FALSE(MakeSeasonalDetector(24h)->Load(good));
    for (int round = 0; round < 500; ++round) {
      std::string bad = good;
      bad[random() % bad.size()] ^= static_cast<char>(1 << random() % 8);
      const std::unique_ptr<Detector> damaged = MakeSeasonalDetector(kWeek);
      if (!damaged->Load(bad)) continue;
      damaged->Observe(Hour(length + 1), 10);
      const std::optional<double> score = damaged->Score(Hour(length + 2), 10);
      CHECK((!score || std::abs(*score) <= kMaxScore));
      // What was taken goes on: it is saved and taken again.
      for (size_t hour = length + 2; hour < length + 40; ++hour) damaged->Observe(Hour(hour), 1e9);
      CHECK(MakeSeasonalDetector(kWeek)->Load(damaged->Save()));
    }
  }
}

}  // namespace
}  // namespace tocsin
