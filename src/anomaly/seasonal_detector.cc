#include "anomaly/seasonal_detector.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "anomaly/robust.h"
#include "base/byte_io.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDay = 24h;
constexpr int64_t kFewestSteps = 96;
constexpr double kUsual = 2;            // residuals up to here say nothing about tails
constexpr double kNormalExcess = 0.28;  // of a normal distribution: the median beyond 2, less 2
constexpr double kAverageGain = 0.3;
constexpr double kAverageSquare = kAverageGain / (2 - kAverageGain);  // of independent residuals
constexpr double kSlowGain = 0.02;
constexpr uint64_t kMagic = 0x31656E6F73616573;  // "seasone1"

}  // namespace

std::optional<Duration> StepOfSeason(Duration season) {
  constexpr std::array<Duration, 17> kLadder = {24h,  12h,  6h,  2h,  1h,  30min, 15min, 10min, 5min,
                                                2min, 1min, 30s, 15s, 10s, 5s,    2s,    1s};
  for (Duration step : kLadder) {
    if (season % step == 0s && season / step >= kFewestSteps)
      return season / step <= 4 * kFewestSteps ? std::optional(step) : std::nullopt;
  }
  return std::nullopt;
}

std::unique_ptr<Detector> MakeSeasonalDetector(Duration season) {
  const std::optional<Duration> step = StepOfSeason(season);
  if (!step) return nullptr;
  return std::make_unique<SeasonalDetector>(season, *step);
}

SeasonalDetector::SeasonalDetector(Duration season, Duration step) : season_(season), step_(step) {
  const bool days = season > kDay && season % kDay == 0s && step < kDay;
  shape_.days = days ? static_cast<uint32_t>(season / kDay) : 1;
  shape_.steps_of_day = static_cast<uint32_t>((days ? kDay : season) / step);
  first_season_.assign(shape_.steps(), NAN);
}

uint32_t SeasonalDetector::PlaceOf(int64_t step) const {
  const int64_t steps = shape_.steps();
  return static_cast<uint32_t>((step % steps + steps) % steps);
}

const SeasonalModel& SeasonalDetector::Best() const {
  size_t best = 0;
  for (size_t view = 1; view < models_.size() && !state_.negative; ++view) {
    if (models_[view].state().credit > models_[best].state().credit) best = view;
  }
  return models_[best];
}

double SeasonalDetector::NextAverage(double residual) const {
  return state_.average + kAverageGain * (HuberClip(residual, 4) - state_.average);
}

// The score of a residual: itself, or the moving average with it, whichever says more.
double SeasonalDetector::Judge(double residual) const {
  const double average = NextAverage(residual) / std::sqrt(std::max(state_.average_square, kAverageSquare));
  const double beyond =
      std::max(0.0, std::abs(residual) - kUsual) * kNormalExcess / std::max(kNormalExcess, state_.excess);
  const double alone = std::copysign(std::min(std::abs(residual), kUsual) + beyond, residual);
  const double score = std::abs(average) > std::abs(alone) ? average : alone;
  return std::clamp(score, -kMaxScore, kMaxScore);
}

std::optional<double> SeasonalDetector::Score(Time time, double value) const {
  const int64_t step = StepOf(time);
  if (!state_.ready || !std::isfinite(value) || step <= state_.last) return std::nullopt;
  return Judge(Best().Residual(PlaceOf(step), step - state_.last, Bounded(value, kMostValue)));
}

std::optional<double> SeasonalDetector::Forecast(Time time) const {
  if (!state_.ready) return std::nullopt;
  const SeasonalModel& model = Best();
  const int64_t step = StepOf(time);
  const int64_t ahead = step - state_.last;
  const double echo = std::clamp(state_.product / std::max(state_.square, 0.1), 0.0, 0.98);
  const double carried =
      ahead < 0 ? 0 : std::pow(echo, static_cast<double>(ahead)) * HuberClip(state_.last_residual, 3);
  const double expected = model.Expected(PlaceOf(step), ahead);
  return Bounded(FromView(model.view(), expected + carried * model.spread(expected)), kMostValue);
}

void SeasonalDetector::Observe(Time time, double value) {
  const int64_t step = StepOf(time);
  if (!std::isfinite(value) || (state_.seen != 0 && step <= state_.last)) return;
  value = Bounded(value, kMostValue);
  if (value < 0) state_.negative = 1;
  if (value != std::floor(value)) state_.fractional = 1;
  if (state_.seen == 0) state_.first = step;
  if (!state_.ready && step - state_.first >= shape_.steps()) Begin();
  if (state_.ready) {
    Learn(step, value);
  } else {
    first_season_[PlaceOf(step)] = static_cast<float>(value);
  }
  state_.last = step;
  ++state_.seen;
}

// The first season is complete; where too much of it is missing, the second is waited for.
void SeasonalDetector::Begin() {
  const auto held = static_cast<uint32_t>(
      std::count_if(first_season_.begin(), first_season_.end(), [](float x) { return std::isfinite(x); }));
  if (3 * held < 2 * shape_.steps()) return;
  for (View view : {View::kPlain, View::kRoot, View::kLog}) {
    models_.emplace_back(view, shape_);
    if (view == View::kPlain || !state_.negative) models_.back().Begin(first_season_, !state_.fractional);
  }
  // Which view predicts best: how well each describes what it began with.
  for (SeasonalModel& model : models_) {
    double credit = 0;
    for (float value : first_season_) {
      if (std::isfinite(value)) credit += LogStretch(model.view(), static_cast<double>(value));
    }
    model.state().credit = credit / held - model.state().log_spread;
    model.state().credit_weight = 0.5;
  }
  first_season_ = {};
  state_.average_square = kAverageSquare;
  state_.excess = kNormalExcess;
  state_.ready = 1;
}

void SeasonalDetector::Learn(int64_t step, double value) {
  const int64_t ahead = step - state_.last;
  const uint32_t place = PlaceOf(step);
  const double residual = Best().Residual(place, ahead, value);
  const double clipped = HuberClip(residual, 3);
  if (ahead == 1) {
    state_.product += kSlowGain * (clipped * HuberClip(state_.last_residual, 3) - state_.product);
  }
  state_.square += kSlowGain * (clipped * clipped - state_.square);
  const double spread = std::sqrt(std::max(state_.average_square, kAverageSquare));
  state_.average = NextAverage(residual);
  state_.average_square += 0.01 * (BoundedSquare(state_.average / spread) - 1) * spread * spread;
  state_.average_square = std::max(state_.average_square, 0.5 * kAverageSquare);
  if (const double beyond = std::abs(residual) - kUsual; beyond > 0) {
    // A step towards the median: outliers count as much as what lies just beyond.
    state_.excess = std::clamp(state_.excess + (beyond > state_.excess ? 0.02 : -0.02), kNormalExcess, 4.0);
  }
  state_.last_residual = Bounded(residual, kMostState);
  for (SeasonalModel& model : models_) {
    if (model.view() == View::kPlain || !state_.negative) model.Observe(place, ahead, value);
  }
}

size_t SeasonalDetector::bytes() const {
  size_t bytes = sizeof(*this) + first_season_.capacity() * sizeof(float) + models_.capacity() * sizeof(SeasonalModel);
  for (const SeasonalModel& model : models_) bytes += model.bytes();
  return bytes;
}

std::string SeasonalDetector::Save() const {
  ByteWriter out;
  out.Put(kMagic);
  out.Put(ToNanos(season_));
  out.Put(ToNanos(step_));
  out.Put(state_);
  out.PutVector(first_season_);
  for (const SeasonalModel& model : models_) {
    out.Put(model.state());
    out.PutVector(model.profile());
  }
  return out.Take();
}

bool SeasonalDetector::Load(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.Get<uint64_t>() != kMagic || in.Get<int64_t>() != ToNanos(season_) || in.Get<int64_t>() != ToNanos(step_))
    return false;
  SeasonalDetector other(season_, step_);
  other.state_ = in.Get<State>();
  if (!in.GetVector(&other.first_season_)) return false;
  if (other.state_.ready == 1) {
    for (View view : {View::kPlain, View::kRoot, View::kLog}) {
      SeasonalModel& model = other.models_.emplace_back(view, shape_);
      model.state() = in.Get<SeasonalModel::State>();
      if (!in.GetVector(&model.profile())) return false;
    }
  }
  if (!in.good() || in.left() != 0 || !other.IsSound()) return false;
  *this = std::move(other);
  return true;
}

// What a damaged snapshot could hold and no detector does.
bool SeasonalDetector::IsSound() const {
  const State& s = state_;
  if (s.ready > 1 || s.negative > 1 || s.fractional > 1) return false;
  if (s.first < StepOf(Time::min()) || s.first > s.last || s.last > StepOf(Time::max())) return false;
  if (s.seen > static_cast<uint64_t>(INT64_MAX) || (s.ready == 1 && s.seen == 0)) return false;
  if (first_season_.size() != (s.ready == 1 ? 0 : shape_.steps())) return false;
  for (double x : {s.average, s.average_square, s.product, s.square, s.excess}) {
    if (!IsBounded(x, kMostValue)) return false;
  }
  return IsBounded(s.last_residual, kMostState) &&
         std::all_of(models_.begin(), models_.end(), [](const SeasonalModel& model) { return model.IsSound(); });
}

}  // namespace tocsin
