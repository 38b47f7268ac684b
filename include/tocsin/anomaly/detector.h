// Detector: how unusual a value is, against the past of its own series; and what comes next.
//
//   std::unique_ptr<tocsin::Detector> visits = tocsin::MakeSeasonalDetector(std::chrono::days(7));
//   std::optional<double> score = visits->Score(t, 12);     // -6.1: far too few for a Tuesday at ten
//   visits->Observe(t, 12);
//   std::optional<double> next = visits->Forecast(t + 2h);
//
// One interface, so that a better detector can take the place of one. What all of them promise: a score is in robust
// standard deviations, its sign says in which direction, and up to about 3 nothing is unusual; there is none until
// enough has been seen; memory is at most kMaxBytes; nothing but what was observed decides, to the bit. Threads:
// externally synchronised; the const calls may run at once.
#ifndef TOCSIN_ANOMALY_DETECTOR_H_
#define TOCSIN_ANOMALY_DETECTOR_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tocsin/base/time.h"

namespace tocsin {

class Detector {
 public:
  static constexpr size_t kMaxBytes = 8192;

  virtual ~Detector() = default;

  // One more value. Times grow; about one value each step() is meant, and missing ones are missing. A value that is not
  // finite, or at no later step than the last, is passed over.
  virtual void Observe(Time time, double value) = 0;

  // How unusual it would be to observe `value` next, at `time`; from -kMaxScore to kMaxScore. Nothing until enough has
  // been seen. Changes nothing.
  virtual std::optional<double> Score(Time time, double value) const = 0;

  // What is expected at `time`, from the last observation on. Nothing until enough has been seen.
  virtual std::optional<double> Forecast(Time time) const = 0;

  // How far apart observations should be.
  virtual Duration step() const = 0;

  // What it takes, itself included; at most kMaxBytes.
  virtual size_t bytes() const = 0;

  // Its whole state, and back. False, and nothing has changed, when the bytes are not those of a detector of this make
  // and shape, or damaged.
  virtual std::string Save() const = 0;
  virtual bool Load(std::string_view bytes) = 0;
};

inline constexpr double kMaxScore = 1000;

// The step that suits a season: the longest of 1 2 5 10 15 30 s, 1 2 5 10 15 30 min, 1 2 6 12 h, 1 d that divides it
// into at least 96: of a week an hour, of a day 15 minutes. Nothing where none does.
std::optional<Duration> StepOfSeason(Duration season);

// A robust seasonal profile with level, trend and spread. It knows a day inside a season of several (hours of the day,
// days of the season, and what is left of their combination). Values are looked at as they are, by their square root
// and by their logarithm, and the view that predicts best counts: noise that grows with the level is no surprise.
//
//   begin     median polish of the first season (J. W. Tukey, Exploratory Data Analysis, 1977)
//   go on     exponential smoothing of what is left after Huber's clipping, and a bounded spread (S. Gelper, R. Fried,
//             C. Croux, "Robust forecasting with exponential and Holt-Winters smoothing", Journal of Forecasting 29,
//             2010): an outlier moves the profile little, a lasting change is accepted within days
//   score     the residual, or where it says more, the moving average of residuals, in units of its own spread
//             (S. W. Roberts, "Control chart tests based on geometric moving averages", Technometrics 1, 1959); beyond
//             2 in units of how far values usually lie beyond (after A. Siffer et al., "Anomaly detection in streams
//             with extreme value theory", KDD 2017)
//
// Enough has been seen after one season of which two thirds were observed. About 6 KiB for a season of a week. Nothing
// when no step suits the season.
std::unique_ptr<Detector> MakeSeasonalDetector(Duration season);

}  // namespace tocsin

#endif  // TOCSIN_ANOMALY_DETECTOR_H_
