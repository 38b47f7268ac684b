// SeasonalModel: one view of a series: level, trend, the time of the day, the day of the season, their combination, and
// how far values lie from that. All in the view's scale. detector.h names the sources.
#ifndef TOCSIN_ANOMALY_SEASONAL_MODEL_H_
#define TOCSIN_ANOMALY_SEASONAL_MODEL_H_

#include <cstdint>
#include <span>
#include <vector>

namespace tocsin {

// How a value is looked at.
enum class View : uint8_t { kPlain = 0, kRoot = 1, kLog = 2 };
inline constexpr int kViews = 3;

// Of a value; the root and the logarithm want it at least 0. The root is Anscombe's, under which counts have a spread
// of about 1.
double ToView(View view, double value);
double FromView(View view, double seen);
// ln of the derivative of ToView.
double LogStretch(View view, double value);

// How a season is divided: `days` × `steps_of_day` steps; a season that is no whole number of days is one.
struct SeasonShape {
  uint32_t days = 1;
  uint32_t steps_of_day = 1;
  uint32_t steps() const { return days * steps_of_day; }
};

class SeasonalModel {
 public:
  SeasonalModel(View view, SeasonShape shape);

  // Starts from the values of a season by step; not finite: missing. `counts`: all values are whole and not below 0.
  void Begin(std::span<const float> values, bool counts);

  // `ahead`: steps after the last one that was observed.
  double Expected(uint32_t step, int64_t ahead) const;
  // How far values lie from what is expected; it depends on that.
  double spread(double expected) const;
  // In spreads, before anything else.
  double Residual(uint32_t step, int64_t ahead, double value) const;
  void Observe(uint32_t step, int64_t ahead, double value);

  // How well it has predicted of late: the mean ln of the density of what came. Larger is better.
  double credit() const { return state_.credit; }

  View view() const { return view_; }
  size_t bytes() const { return profile_.size() * sizeof(float); }

  // What a damaged snapshot could hold and no model does.
  bool IsSound() const;

  // The plain state: for snapshots.
  struct State {
    double level = 0;
    double trend = 0;
    double center = 0;  // of what is expected, and how far that goes from there
    double reach = 1;
    double log_spread = 0;  // at the center
    double slope = 0;       // of the logarithm of the spread, a reach
    double floor = 1;       // the least spread
    double credit = 0;
    double echo_product = 0;  // residual × what the combination says
    double echo_square = 0;
    double credit_weight = 0;
    uint64_t learned = 0;  // how many values
    uint64_t counts = 0;   // 1: all values are whole and not below 0
  };
  State& state() { return state_; }
  const State& state() const { return state_; }
  std::vector<float>& profile() { return profile_; }
  const std::vector<float>& profile() const { return profile_; }

 private:
  float* of_day() { return profile_.data(); }
  float* of_season() { return profile_.data() + shape_.steps_of_day; }
  const float* combined() const { return profile_.data() + shape_.steps_of_day + shape_.days; }
  float* combined() { return profile_.data() + shape_.steps_of_day + shape_.days; }
  double Echo() const;
  double WithoutCombined(uint32_t step, int64_t ahead) const;
  double Reaches(double expected) const;
  double Floor(double expected) const;
  void BeginSpread(std::span<const double> left);

  View view_;
  SeasonShape shape_;
  State state_;
  std::vector<float> profile_;  // by time of day, by day of season, by both
};

}  // namespace tocsin

#endif  // TOCSIN_ANOMALY_SEASONAL_MODEL_H_
