#include "metric/samples.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "metric/bin_array.h"
#include "metric/field_access.h"
#include "metric/rank_lists.h"
#include "tocsin/window/dd_sketch.h"
#include "tocsin/window/extremes.h"
#include "tocsin/window/stable_hash.h"

namespace tocsin {
namespace {

uint64_t HashOf(const Argument& argument) {
  switch (argument.kind()) {
    case Kind::kString:
      return StableHash(argument.AsString());
    case Kind::kBool:
      return StableHash(uint64_t{argument.AsBool()});
    case Kind::kDouble:
    case Kind::kDecimal:
      return StableHash(std::bit_cast<uint64_t>(argument.AsNumber() + 0.0));  // one zero, not two
    default:
      return StableHash(static_cast<uint64_t>(argument.AsInt()));
  }
}

// All words of a window that keeps each value, in memory of its own where they are few.
class Words {
 public:
  explicit Words(const SampleWindow::SamplePanes& panes) {
    if (panes.size() > few_.size()) many_.resize(panes.size());
    begin_ = many_.empty() ? few_.data() : many_.data();
    end_ = begin_ + panes.size();
    for (uint32_t i = 0; i < panes.size(); ++i) begin_[i] = FieldAt<uint64_t>(panes.partial(i), 0);
  }
  uint64_t* begin() const { return begin_; }
  uint64_t* end() const { return end_; }

 private:
  std::array<uint64_t, kMostSamples> few_;
  std::vector<uint64_t> many_;
  uint64_t* begin_ = nullptr;
  uint64_t* end_ = nullptr;
};

double QuantileOf(const BinArray& bins, double q) {
  const uint64_t rank = NearestRank(q, bins.sum());
  if (rank > bins.sum() / 2) {
    uint64_t left = bins.sum() - rank;  // how many are above it
    uint32_t i = bins.size() - 1;
    for (; i > 0 && left >= bins.count(i); --i) left -= bins.count(i);
    return DdValue(bins.code(i));
  }
  uint64_t left = rank;
  uint32_t i = 0;
  for (; i + 1 < bins.size() && left > bins.count(i); ++i) left -= bins.count(i);
  return DdValue(bins.code(i));
}

}  // namespace

SampleTotal& SampleWindow::total() const { return FieldAt<SampleTotal>(totals_, 0); }
uint32_t& SampleWindow::SketchOf(std::byte* partial) const { return FieldAt<uint32_t>(partial, 0); }

int64_t SampleWindow::SliceNumber(Time pane) const {
  if (plan_.kind == WindowPlan::Kind::kAll || plan_.shape.calendar != nullptr) return 0;
  return ToNanos(pane) / ToNanos(plan_.shape.slice);
}

uint64_t SampleWindow::WordOf(Samples samples, const Argument& argument, TextPool& texts) {
  switch (samples) {
    case Samples::kQuantile:
      return CodeOf(argument.AsNumber());
    case Samples::kDistinct:
      return HashOf(argument);
    default:
      return argument.kind() == Kind::kString ? texts.Acquire(argument.AsString()) : texts.Acquire(ToText(argument));
  }
}

void SampleWindow::AddValue(Time pane, uint64_t word) {
  if (plan_.samples == Samples::kDistinct && plan_.kind != WindowPlan::Kind::kLast) {
    for (uint32_t i = 0; i < panes_.size(); ++i) {
      if (FieldAt<uint64_t>(panes_.partial(i), 0) != word) continue;
      if (panes_.time(i) >= pane) return;
      panes_.Erase(i);
      break;
    }
  }
  FieldAt<uint64_t>(panes_.partial(panes_.Insert(pane)), 0) = word;
}

void SampleWindow::AddToSlice(Time pane, uint64_t word) {
  std::byte* const partial = panes_.Touch(pane);
  switch (plan_.samples) {
    case Samples::kQuantile: {
      const int32_t bin = DdBin(DoubleOf(word));
      BinArray(&SketchOf(partial), &pool_).Add(bin, 1);
      BinArray(&total().sketch, &pool_).Add(bin, 1);
      return;
    }
    case Samples::kDistinct:
      return RankLists(&total().sketch, &pool_).Add(word, SliceNumber(pane));
    default:
      return AddToTop(partial, static_cast<uint32_t>(word));
  }
}

// The text is held once more than before.
void SampleWindow::AddToTop(std::byte* partial, uint32_t text) {
  BinArray slice(&SketchOf(partial), &pool_);
  BinArray all(&total().sketch, &pool_);
  const auto code = static_cast<int32_t>(text);
  if (slice.size() < kTopCounters || slice.Has(code, slice.Find(code))) {
    if (!slice.Add(code, 1)) texts_.Release(text);
    all.Add(code, 1);
    return;
  }
  uint32_t least = 0;
  auto text_at = [&](uint32_t i) { return texts_.Text(static_cast<uint32_t>(slice.code(i))); };
  for (uint32_t i = 1; i < slice.size(); ++i) {
    if (slice.count(i) < slice.count(least) || (slice.count(i) == slice.count(least) && text_at(i) < text_at(least)))
      least = i;
  }
  const int32_t gone = slice.code(least);
  const uint64_t count = slice.count(least);
  slice.Replace(least, code, count + 1);
  all.Subtract(gone, count);
  all.Add(code, count + 1);
  all.SetNote(all.note() - slice.note() + count);
  slice.SetNote(count);
  texts_.Release(static_cast<uint32_t>(gone));
}

void SampleWindow::Slice(PaneRing& ring) {
  std::vector<std::pair<Time, uint64_t>> samples;
  samples.reserve(panes_.size());
  for (uint32_t i = 0; i < panes_.size(); ++i)
    samples.emplace_back(panes_.time(i), FieldAt<uint64_t>(panes_.partial(i), 0));
  while (!panes_.empty()) panes_.PopOldest();
  ring.sliced = true;
  for (const auto& [time, word] : samples) {
    AddToSlice(plan_.kind == WindowPlan::Kind::kAll ? Time() : PaneTime(plan_.shape, true, time), word);
  }
}

// The slice's block and texts.
void SampleWindow::ReleaseSlice(std::byte* partial) {
  if (plan_.samples == Samples::kDistinct) return;
  BinArray slice(&SketchOf(partial), &pool_);
  if (plan_.samples == Samples::kTop) {
    for (uint32_t i = 0; i < slice.size(); ++i) texts_.Release(static_cast<uint32_t>(slice.code(i)));
  }
  slice.Release();
}

void SampleWindow::Remove(const std::byte* leaving) {
  auto* const partial = const_cast<std::byte*>(leaving);  // of a pane, which is gone after this
  if (!panes_.ring().sliced) {
    if (plan_.samples == Samples::kTop) texts_.Release(FieldAt<uint32_t>(partial, 0));
    return;
  }
  if (plan_.samples == Samples::kDistinct) {
    const Time pane = FromNanos(FieldAt<int64_t>(leaving - sizeof(int64_t), 0));
    return RankLists(&total().sketch, &pool_).Forget(SliceNumber(pane));
  }
  const BinArray slice(&SketchOf(partial), &pool_);
  BinArray all(&total().sketch, &pool_);
  for (uint32_t i = 0; i < slice.size(); ++i) all.Subtract(slice.code(i), slice.count(i));
  if (all.exists() && slice.exists()) all.SetNote(all.note() - slice.note());
  ReleaseSlice(partial);
}

void SampleWindow::Reset() {
  for (uint32_t i = 0; i < panes_.size(); ++i) {
    if (panes_.ring().sliced) {
      ReleaseSlice(panes_.partial(i));
    } else if (plan_.samples == Samples::kTop) {
      texts_.Release(FieldAt<uint32_t>(panes_.partial(i), 0));
    }
  }
  if (plan_.samples == Samples::kDistinct) {
    RankLists(&total().sketch, &pool_).Release();
  } else {
    BinArray(&total().sketch, &pool_).Release();
  }
  if (total().shown != 0) texts_.Release(total().shown);
  total() = {};
}

std::optional<double> SampleWindow::Quantile(double q) const {
  if (panes_.empty()) return std::nullopt;
  if (panes_.ring().sliced) return QuantileOf(BinArray(&total().sketch, &pool_), q);
  const Words words(panes_);
  uint64_t* const place = words.begin() + NearestRank(q, panes_.size()) - 1;
  std::nth_element(words.begin(), place, words.end());
  return DoubleOf(*place);
}

double SampleWindow::Distinct() const {
  if (panes_.ring().sliced) return std::round(RankLists(&total().sketch, &pool_).Estimate());
  if (plan_.kind != WindowPlan::Kind::kLast) return panes_.size();
  const Words words(panes_);
  std::sort(words.begin(), words.end());
  return static_cast<double>(std::unique(words.begin(), words.end()) - words.begin());
}

std::string SampleWindow::Top(uint32_t k) const {
  struct Counted {
    uint64_t count;
    std::string_view text;
    bool operator<(const Counted& other) const {
      return count != other.count ? count > other.count : text < other.text;
    }
  };
  std::vector<Counted> all;
  uint64_t error = 0;
  if (panes_.ring().sliced) {
    const BinArray bins(&total().sketch, &pool_);
    error = bins.note();
    all.reserve(bins.size());
    for (uint32_t i = 0; i < bins.size(); ++i)
      all.push_back({bins.count(i), texts_.Text(static_cast<uint32_t>(bins.code(i)))});
  } else {
    const Words words(panes_);
    std::sort(words.begin(), words.end());
    for (const uint64_t* word = words.begin(); word != words.end();) {
      const uint64_t* const next = std::upper_bound(word, static_cast<const uint64_t*>(words.end()), *word);
      all.push_back({static_cast<uint64_t>(next - word), texts_.Text(static_cast<uint32_t>(*word))});
      word = next;
    }
  }
  const auto shown = static_cast<std::ptrdiff_t>(std::min<size_t>(k, all.size()));
  std::partial_sort(all.begin(), all.begin() + shown, all.end());
  std::string text;
  for (auto one = all.begin(); one != all.begin() + shown; ++one) {
    text += fmt::format("{}{} ({}", text.empty() && one == all.begin() ? "" : ", ", one->text, one->count);
    text += error == 0 ? ")" : fmt::format(" ±{})", error);
  }
  return text;
}

bool SampleWindow::Claim() {
  const bool sliced = panes_.ring().sliced;
  if (!sliced && total().sketch != 0) return false;
  if (total().shown != 0 && (plan_.samples != Samples::kTop || !texts_.Claim(total().shown))) return false;
  auto claim_text = [&](uint64_t word) { return word <= UINT32_MAX && texts_.Claim(static_cast<uint32_t>(word)); };
  for (uint32_t i = 0; i < panes_.size(); ++i) {
    if (!sliced) {
      if (plan_.samples == Samples::kTop && !claim_text(FieldAt<uint64_t>(panes_.partial(i), 0))) return false;
      continue;
    }
    if (plan_.samples == Samples::kDistinct) continue;
    uint32_t& handle = SketchOf(panes_.partial(i));
    if (!BinArray::Claim(&handle, &pool_)) return false;
    const BinArray slice(&handle, &pool_);
    for (uint32_t bin = 0; plan_.samples == Samples::kTop && bin < slice.size(); ++bin) {
      if (!claim_text(static_cast<uint32_t>(slice.code(bin)))) return false;
    }
  }
  if (plan_.samples == Samples::kDistinct) return RankLists::Claim(&total().sketch, &pool_);
  if (!BinArray::Claim(&total().sketch, &pool_)) return false;
  const BinArray all(&total().sketch, &pool_);
  if (sliced && all.size() == 0) return false;
  for (uint32_t bin = 0; plan_.samples == Samples::kTop && bin < all.size(); ++bin) {
    if (!texts_.contains(static_cast<uint32_t>(all.code(bin)))) return false;
  }
  return true;
}

}  // namespace tocsin
