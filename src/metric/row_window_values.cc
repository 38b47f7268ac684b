// What a window in a row says of what it holds.
#include <algorithm>
#include <string>

#include "metric/row_window.h"
#include "metric/samples.h"
#include "metric/stamped_value.h"
#include "tocsin/window/aggregate.h"
#include "tocsin/window/decayed_mean.h"

namespace tocsin {

using DoubleSum = Sum<double>;

int64_t WindowInRow::Word(const FieldPlan& field) const {
  return block_.exists() ? static_cast<int64_t>(block_.Word(field.total_offset)) : 0;
}

DoubleDouble WindowInRow::Sum(const FieldPlan& field) const {
  return block_.exists() ? FieldAt<DoubleSum::Total>(block_.totals(), field.total_offset).sum : DoubleDouble();
}

std::optional<double> WindowInRow::DecayedMean(const FieldPlan& field) const {
  if (!block_.exists()) return std::nullopt;
  return MeanOf(FieldAt<DecayedTotal>(block_.totals(), field.total_offset));
}

uint64_t WindowInRow::Extreme(const FieldPlan& field) const {
  return block_.exists() ? FieldAt<uint64_t>(block_.totals(), field.total_offset) : 0;
}

std::optional<uint64_t> WindowInRow::NewestValue(const FieldPlan& field, Time now) const {
  if (!block_.exists()) return std::nullopt;
  const auto& newest = FieldAt<StampedValue>(block_.totals(), field.total_offset);
  if (newest.time == 0) return std::nullopt;
  if (plan_.kind == WindowPlan::Kind::kTime) {
    // Newer events that lack the argument may keep the window alive.
    const bool sliced = block_.flag(WindowBlock::kSliced);
    if (HasLeft(plan_.shape, now, PaneTime(plan_.shape, sliced, TimeOf(newest.time)))) return std::nullopt;
  }
  return newest.bits;
}

std::optional<double> WindowInRow::Quantile(double q) const {
  if (!block_.exists()) return std::nullopt;
  PaneRing ring = block_.Open();
  RowPanes panes(ring, block_, operations_);
  return SampleWindow(plan_, panes, block_.totals(), block_.pool(), texts_).Quantile(q);
}

double WindowInRow::Distinct() const {
  if (!block_.exists()) return 0;
  PaneRing ring = block_.Open();
  RowPanes panes(ring, block_, operations_);
  return SampleWindow(plan_, panes, block_.totals(), block_.pool(), texts_).Distinct();
}

// The text is held until it is another, or the window is empty.
std::optional<uint32_t> WindowInRow::Top(uint32_t k) const {
  if (!block_.exists()) return std::nullopt;
  PaneRing ring = block_.Open();
  RowPanes panes(ring, block_, operations_);
  const std::string text = SampleWindow(plan_, panes, block_.totals(), block_.pool(), texts_).Top(k);
  uint32_t& shown = FieldAt<SampleTotal>(block_.totals(), 0).shown;
  if (shown != 0 && texts_.Text(shown) == text) return shown;
  if (shown != 0) texts_.Release(shown);
  return shown = texts_.Acquire(text);
}

std::optional<uint64_t> WindowInRow::OldestValue(const FieldPlan& field) const {
  if (!block_.exists()) return std::nullopt;
  const auto& oldest = FieldAt<StampedValue>(block_.totals(), field.total_offset);
  return oldest.time == 0 ? std::nullopt : std::optional(oldest.bits);
}

std::optional<Time> WindowInRow::Newest(const FieldPlan& field) const {
  if (!block_.exists()) return std::nullopt;
  return TimeOf(FieldAt<uint64_t>(block_.totals(), field.total_offset));
}

std::optional<WindowInRow::Span> WindowInRow::Times(const FieldPlan& times, const FieldPlan& newest) const {
  if (!block_.exists()) return std::nullopt;
  const auto& total = FieldAt<TimesTotal>(block_.totals(), times.total_offset);
  if (total.distinct < 2) return std::nullopt;
  Time first = FromNanos(total.first);
  if (plan_.kind != WindowPlan::Kind::kAll) {
    PaneRing ring = block_.Open();
    RowPanes panes(ring, block_, operations_);
    first = panes.time(0);
    if (ring.sliced || plan_.shape.slice_at_once) {
      first = FromNanos(FieldAt<TimesPartial>(panes.partial(0), times.partial_offset).first);
    }
  }
  return Span{SaturatingSubtract(*Newest(newest), first.time_since_epoch()).time_since_epoch(),
              static_cast<int64_t>(std::min<uint64_t>(total.distinct, INT64_MAX))};
}

}  // namespace tocsin
