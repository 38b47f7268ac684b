// SeasonalDetector: three views of one series, of which the one that predicts best counts. See detector.h.
#ifndef TOCSIN_ANOMALY_SEASONAL_DETECTOR_H_
#define TOCSIN_ANOMALY_SEASONAL_DETECTOR_H_

#include <cstdint>
#include <vector>

#include "anomaly/seasonal_model.h"
#include "tocsin/anomaly/detector.h"

namespace tocsin {

class SeasonalDetector final : public Detector {
 public:
  // REQUIRES: step divides season.
  SeasonalDetector(Duration season, Duration step);

  void Observe(Time time, double value) override;
  std::optional<double> Score(Time time, double value) const override;
  std::optional<double> Forecast(Time time) const override;
  Duration step() const override { return step_; }
  size_t bytes() const override;
  std::string Save() const override;
  bool Load(std::string_view bytes) override;

 private:
  // All that is plain, in one piece for snapshots.
  struct State {
    int64_t first = 0;   // the number of the first step that was observed
    int64_t last = 0;    // and of the last
    uint64_t seen = 0;   // how many were
    double average = 0;  // moving, of residuals
    double average_square = 0;
    double last_residual = 0;
    double product = 0;  // of neighbouring residuals
    double square = 1;   // of a residual
    double excess = 0;   // the median of how far residuals lie beyond kUsual
    uint8_t ready = 0;
    uint8_t negative = 0;    // some value was below 0: views that cannot see it do not count
    uint8_t fractional = 0;  // some value was not whole
    uint8_t padding[5] = {};
  };

  int64_t StepOf(Time time) const { return ToNanos(RoundDown(time, step_)) / ToNanos(step_); }
  uint32_t PlaceOf(int64_t step) const;
  const SeasonalModel& Best() const;
  double Judge(double residual) const;
  double NextAverage(double residual) const;
  void Begin();
  void Learn(int64_t step, double value);
  bool IsSound() const;

  Duration season_;
  Duration step_;
  SeasonShape shape_;
  State state_;
  std::vector<float> first_season_;  // by place; emptied once the models have begun
  std::vector<SeasonalModel> models_;
};

}  // namespace tocsin

#endif  // TOCSIN_ANOMALY_SEASONAL_DETECTOR_H_
