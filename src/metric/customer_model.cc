#include "metric/customer_model.h"

#include <algorithm>
#include <cmath>

namespace tocsin {
namespace {

PurchaseHistory HistoryAt(const CustomerModel& model, const PurchaseTimes& times, Time now) {
  // A clock behind the newest event stands at it.
  return HistoryOf(times.distinct, times.first, times.last, std::max(now, times.last), model.unit);
}

bool Holds(Op op, double value, double p) {
  switch (op) {
    case Op::kLess:
      return value < p;
    case Op::kLessEqual:
      return value <= p;
    case Op::kGreater:
      return value > p;
    default:
      return value >= p;
  }
}

// first + units × unit, held within the range of times.
Time After(Time first, double units, Duration unit) {
  const double nanos = units * static_cast<double>(ToNanos(unit));
  if (!(nanos < 9.2e18)) return Time::max();
  if (nanos < -9.2e18) return Time::min();
  return SaturatingAdd(first, Duration(std::llround(nanos)));
}

}  // namespace

double ProbabilityAlive(const CustomerModel& model, const PurchaseTimes& times, Time now) {
  return model.bg_nbd.ProbabilityAlive(HistoryAt(model, times, now));
}

double ExpectedPurchases(const CustomerModel& model, const PurchaseTimes& times, Time now) {
  const double horizon = static_cast<double>(ToNanos(model.horizon)) / static_cast<double>(ToNanos(model.unit));
  return model.bg_nbd.ExpectedPurchases(HistoryAt(model, times, now), horizon);
}

std::optional<Time> NextTurn(const CustomerModel& model, const PurchaseTimes& times, Op op, double p, Time now) {
  if (!(p > 0 && p < 1)) return std::nullopt;
  const std::optional<double> units = model.bg_nbd.TimeOfProbability(HistoryAt(model, times, now), p);
  if (!units) return std::nullopt;
  const Time guess = After(times.first, *units, model.unit);
  if (guess == Time::max()) return std::nullopt;
  const bool before = Holds(op, ProbabilityAlive(model, times, now), p);
  auto turned = [&](Time t) { return Holds(op, ProbabilityAlive(model, times, t), p) != before; };
  // It only falls. Around the guess rounding decides: enclose the turn in steps that double, then halve.
  Time same = now;
  Time other = std::max(guess, SaturatingAdd(now, Duration(1)));
  for (Duration step(1); !turned(other); step *= 2) {
    if (step > std::chrono::hours(24)) return std::nullopt;  // it had turned before now
    same = other;
    other = SaturatingAdd(other, step);
  }
  for (Duration step(1); other - step > same; step *= 2) {
    if (turned(other - step)) {
      other -= step;
    } else {
      same = other - step;
    }
  }
  while (other - same > Duration(1)) {
    const Time middle = same + (other - same) / 2;
    (turned(middle) ? other : same) = middle;
  }
  return other;
}

}  // namespace tocsin
