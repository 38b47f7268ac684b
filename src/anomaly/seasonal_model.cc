#include "anomaly/seasonal_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "anomaly/robust.h"

namespace tocsin {
namespace {

// How much of a clipped residual each part takes.
constexpr double kDayGain = 0.05;      // of the time of day
constexpr double kCombinedGain = 0.2;  // of the combination, which is seen once a season
constexpr double kSpreadGain = 0.005;
constexpr double kCreditGain = 0.002;
constexpr double kMostSlope = 1.0;
constexpr double kTrendGain = 0.01;
constexpr double kForget = 0.001;  // of how well the combination came again
constexpr double kMostLogSpread = 100;
constexpr double kLeast = 1e-12;                            // spread or reach
constexpr auto kMostPart = static_cast<float>(kMostValue);  // of the profile

// Where a season is one day, the time of day says all.
size_t SizeOf(SeasonShape shape) { return shape.steps_of_day + shape.days + (shape.days > 1 ? shape.steps() : 0); }

double Median(std::vector<double>& values) {
  if (values.empty()) return 0;
  const size_t middle = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle), values.end());
  const double upper = values[middle];
  if (values.size() % 2 == 1) return upper;
  return (upper + *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle))) / 2;
}

}  // namespace

double ToView(View view, double value) {
  switch (view) {
    case View::kRoot:
      return 2 * std::sqrt(std::max(value, 0.0) + 0.375);
    case View::kLog:
      return std::log1p(std::max(value, 0.0));
    default:
      return value;
  }
}

double FromView(View view, double seen) {
  switch (view) {
    case View::kRoot:
      return seen <= 0 ? 0 : std::max(0.0, seen * seen / 4 - 0.375);
    case View::kLog:
      return std::max(0.0, std::expm1(seen));
    default:
      return seen;
  }
}

double LogStretch(View view, double value) {
  switch (view) {
    case View::kRoot:
      return -0.5 * std::log(std::max(value, 0.0) + 0.375);
    case View::kLog:
      return -std::log1p(std::max(value, 0.0));
    default:
      return 0;
  }
}

SeasonalModel::SeasonalModel(View view, SeasonShape shape) : view_(view), shape_(shape), profile_(SizeOf(shape)) {}

void SeasonalModel::Begin(std::span<const float> values, bool counts) {
  std::fill(profile_.begin(), profile_.end(), 0.0f);
  std::vector<double> left(values.size());
  std::vector<double> some;
  for (size_t i = 0; i < values.size(); ++i) {
    left[i] = std::isfinite(values[i]) ? ToView(view_, static_cast<double>(values[i])) : NAN;
    if (std::isfinite(left[i])) some.push_back(left[i]);
  }
  state_ = {};
  state_.level = Median(some);
  for (double& x : left) x -= state_.level;
  // The median of every `stride`-th value from `first` on, moved from what is left into `part`.
  auto polish = [&](size_t first, size_t stride, size_t count, float* part) {
    some.clear();
    for (size_t i = 0; i < count; ++i) {
      if (std::isfinite(left[first + i * stride])) some.push_back(left[first + i * stride]);
    }
    const double median = Median(some);
    for (size_t i = 0; i < count; ++i) left[first + i * stride] -= median;
    *part += static_cast<float>(median);
  };
  for (int round = 0; round < 4; ++round) {
    if (shape_.days > 1) {
      for (size_t day = 0; day < shape_.days; ++day)
        polish(day * shape_.steps_of_day, 1, shape_.steps_of_day, of_season() + day);
    }
    for (size_t step = 0; step < shape_.steps_of_day; ++step)
      polish(step, shape_.steps_of_day, shape_.days, of_day() + step);
  }
  for (size_t i = 0; i < left.size() && shape_.days > 1; ++i) {
    if (std::isfinite(left[i])) combined()[i] = static_cast<float>(left[i]);
  }
  if (shape_.days == 1) {  // the profile has taken all: how far neighbours lie apart is what is left
    for (size_t i = left.size() - 1; i > 0; --i) {
      if (std::isfinite(left[i])) left[i] = static_cast<double>(profile_[i]) - static_cast<double>(profile_[i - 1]);
    }
  }
  for (float& part : profile_) part = std::clamp(part, -kMostPart, kMostPart);
  state_.counts = counts ? 1 : 0;
  state_.floor = view_ == View::kLog ? 0.01 : std::max(1e-9, 0.01 * std::abs(state_.level));
  BeginSpread(left);
}

// The spread of what the polish left, apart for where little and where much is expected.
void SeasonalModel::BeginSpread(std::span<const double> left) {
  std::vector<std::pair<double, double>> pairs;  // what was expected, how far it was missed
  for (size_t i = 0; i < left.size(); ++i) {
    // A median leaves nothing of some value, which says nothing of the spread.
    if (std::isfinite(left[i]) && std::abs(left[i]) > 1e-9)
      pairs.emplace_back(WithoutCombined(static_cast<uint32_t>(i), 0), std::abs(left[i]));
  }
  const double freedom = std::sqrt(static_cast<double>(shape_.days) / std::max(1.0, shape_.days - 1.0));
  auto spread_of = [&](size_t from, size_t to) {
    std::vector<double> missed;
    for (size_t i = from; i < to; ++i) missed.push_back(pairs[i].second);
    return std::max(1.4826 * Median(missed) * freedom, state_.floor);
  };
  state_.center = state_.level;
  if (pairs.size() < 20) {
    state_.log_spread = std::log(spread_of(0, pairs.size()));
    return;
  }
  std::sort(pairs.begin(), pairs.end());
  const size_t half = pairs.size() / 2;
  const double low = pairs[half / 2].first;
  const double high = pairs[half + half / 2].first;
  state_.center = (low + high) / 2;
  state_.reach = std::clamp((high - low) / 2, std::max(1e-9, 0.01 * std::abs(state_.center)), kMostValue);
  const double log_low = std::log(spread_of(0, half));
  const double log_high = std::log(spread_of(half, pairs.size()));
  state_.log_spread = (log_low + log_high) / 2;
  state_.slope = std::clamp((log_high - log_low) / 2, -kMostSlope, kMostSlope);
}

// How much of the combination comes again: the slope of residuals on what it said of them.
double SeasonalModel::Echo() const {
  const double prior = 10 * std::exp(2 * state_.log_spread);  // as ten values at which it said nothing
  return std::clamp(state_.echo_product / (state_.echo_square + prior), 0.0, 1.0);
}

double SeasonalModel::WithoutCombined(uint32_t step, int64_t ahead) const {
  const float* profile = profile_.data();
  return state_.level + state_.trend * static_cast<double>(ahead) +
         static_cast<double>(profile[step % shape_.steps_of_day]) +
         static_cast<double>(profile[shape_.steps_of_day + step / shape_.steps_of_day]);
}

double SeasonalModel::Expected(uint32_t step, int64_t ahead) const {
  const double without = WithoutCombined(step, ahead);
  return shape_.days > 1 ? without + Echo() * static_cast<double>(combined()[step]) : without;
}

double SeasonalModel::Reaches(double expected) const {
  return std::clamp((expected - state_.center) / state_.reach, -2.5, 2.5);
}

// Counts have the spread of chance at least, as far as there are few: where nearly all are 0, they do not show it.
double SeasonalModel::Floor(double expected) const {
  if (state_.counts == 0) return state_.floor;
  const double mean = FromView(view_, expected);
  const double chance = 0.8 * std::sqrt(std::clamp(mean, 0.3, 3.0));
  return std::max(state_.floor, chance * std::exp(LogStretch(view_, mean)));
}

double SeasonalModel::spread(double expected) const {
  return std::max(std::exp(state_.log_spread + state_.slope * Reaches(expected)), Floor(expected));
}

double SeasonalModel::Residual(uint32_t step, int64_t ahead, double value) const {
  const double expected = Expected(step, ahead);
  return (ToView(view_, value) - expected) / spread(expected);
}

void SeasonalModel::Observe(uint32_t step, int64_t ahead, double value) {
  value = Bounded(value, kMostValue);
  const double expected = Expected(step, ahead);
  const double scale = spread(expected);
  const double seen = ToView(view_, value);
  const double z = (seen - expected) / scale;

  // The density of a value, with tails that let no outlier decide: Student's t of 4 degrees of freedom, by its shape.
  const double density = -std::log(scale) - 2.5 * std::log1p(z * z / 4) + LogStretch(view_, value);
  state_.credit_weight += kCreditGain * (1 - state_.credit_weight);
  state_.credit = Bounded(state_.credit + kCreditGain / state_.credit_weight * (density - state_.credit), kMostState);

  const double plain = WithoutCombined(step, ahead);
  const double rest = scale * HuberClip((seen - plain) / scale, 3);
  if (shape_.days > 1) {
    const auto said = static_cast<double>(combined()[step]);
    state_.echo_product = Bounded(state_.echo_product + rest * said - kForget * state_.echo_product, kMostState);
    state_.echo_square = Bounded(state_.echo_square + said * said - kForget * state_.echo_square, kMostState);
  }

  const double clean = scale * HuberClip(z, 2);
  const double per_day = 1.0 / static_cast<double>(shape_.steps_of_day);
  const double level_gain = std::clamp(0.3 * per_day, 0.002, 0.03);
  const double before = state_.level;
  state_.level = Bounded(before + state_.trend * static_cast<double>(ahead) + level_gain * clean, kMostState);
  const double most = 0.3 * level_gain * scale;
  state_.trend += kTrendGain * ((state_.level - before) / static_cast<double>(ahead) - state_.trend);
  state_.trend = std::clamp(state_.trend, -most, most);
  auto move = [](float& part, double by) {
    part = std::clamp(part + static_cast<float>(Bounded(by, kMostValue)), -kMostPart, kMostPart);
  };
  move(of_day()[step % shape_.steps_of_day], (shape_.days > 1 ? kDayGain : kCombinedGain) * clean);
  if (shape_.days > 1) {
    move(of_season()[step / shape_.steps_of_day], level_gain * clean);
    float& both = combined()[step];
    move(both, kCombinedGain * (rest - static_cast<double>(both)));
  }
  ++state_.learned;
  const double spread_gain = std::max(kSpreadGain, 1 / (40 + static_cast<double>(state_.learned)));
  const double wider = spread_gain * (BoundedSquare(z) - 1) / 2;
  const double reaches = Reaches(expected);
  state_.log_spread = std::clamp(state_.log_spread + wider, std::log(state_.floor) - 3, kMostLogSpread);
  state_.slope = std::clamp(state_.slope + wider * reaches, -kMostSlope, kMostSlope);
}

bool SeasonalModel::IsSound() const {
  const State& s = state_;
  for (double x : {s.level, s.trend, s.center, s.credit, s.echo_product, s.echo_square}) {
    if (!IsBounded(x, kMostState)) return false;
  }
  for (double x : {s.reach, s.floor}) {
    if (!(x >= kLeast && x <= kMostValue)) return false;
  }
  return IsBounded(s.log_spread, kMostLogSpread) && IsBounded(s.slope, kMostSlope) && s.credit_weight >= 0 &&
         s.credit_weight <= 1 && s.echo_square >= 0 && s.counts <= 1 && profile_.size() == SizeOf(shape_) &&
         std::all_of(profile_.begin(), profile_.end(), [](float x) { return std::abs(x) <= kMostPart; });
}

}  // namespace tocsin
