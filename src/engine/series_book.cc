#include "engine/series_book.h"

#include <cmath>
#include <utility>

namespace tocsin {

SeriesBook::Entry& SeriesBook::At(uint32_t series, uint32_t row) {
  std::vector<Entry>& entries = entries_[series];
  if (row >= entries.size()) entries.resize(row + 1);
  Entry& entry = entries[row];
  if (entry.detector == nullptr) entry.detector = MakeSeasonalDetector(layout_.series[series].season);
  return entry;
}

const SeriesBook::Entry* SeriesBook::Find(uint32_t series, uint32_t row) const {
  const std::vector<Entry>& entries = entries_[series];
  return row < entries.size() && entries[row].detector != nullptr ? &entries[row] : nullptr;
}

void SeriesBook::Sample(uint32_t series, uint32_t row, Time now, double value) {
  Entry& entry = At(series, row);
  const std::optional<double> score = entry.detector->Score(now, value);
  entry.scored = score ? 1 : 0;
  entry.score = score.value_or(0);
  entry.scored_at = ToNanos(now);
  entry.detector->Observe(now, value);
}

std::optional<double> SeriesBook::Score(uint32_t series, uint32_t row, Time now) const {
  const Entry* entry = Find(series, row);
  if (entry == nullptr || entry->scored == 0 || entry->scored_at != ToNanos(now)) return std::nullopt;
  return entry->score;
}

std::optional<double> SeriesBook::Forecast(uint32_t series, uint32_t row, Time time) const {
  const Entry* entry = Find(series, row);
  return entry == nullptr ? std::nullopt : entry->detector->Forecast(time);
}

void SeriesBook::Release(uint32_t grouping, uint32_t row) {
  for (uint32_t s = 0; s < entries_.size(); ++s) {
    if (layout_.series[s].grouping == grouping && row < entries_[s].size()) entries_[s][row] = {};
  }
}

void SeriesBook::Take(uint32_t series, uint32_t row, SeriesBook& from, uint32_t old_series, uint32_t old_row) {
  if (from.Find(old_series, old_row) == nullptr) return;
  At(series, row) = std::move(from.entries_[old_series][old_row]);
}

size_t SeriesBook::bytes(uint32_t grouping) const {
  size_t bytes = 0;
  for (uint32_t s = 0; s < entries_.size(); ++s) {
    if (layout_.series[s].grouping != grouping) continue;
    bytes += entries_[s].capacity() * sizeof(Entry);
    for (const Entry& entry : entries_[s]) bytes += entry.detector == nullptr ? 0 : entry.detector->bytes();
  }
  return bytes;
}

size_t SeriesBook::bytes(uint32_t grouping, uint32_t row) const {
  size_t bytes = 0;
  for (uint32_t s = 0; s < entries_.size(); ++s) {
    if (layout_.series[s].grouping != grouping) continue;
    const Entry* entry = Find(s, row);
    if (entry != nullptr) bytes += sizeof(Entry) + entry->detector->bytes();
  }
  return bytes;
}

void SeriesBook::Save(ByteWriter* out) const {
  for (const std::vector<Entry>& entries : entries_) {
    uint64_t count = 0;
    for (const Entry& entry : entries) count += entry.detector == nullptr ? 0 : 1;
    out->Put(count);
    for (uint32_t row = 0; row < entries.size(); ++row) {
      const Entry& entry = entries[row];
      if (entry.detector == nullptr) continue;
      out->Put(row);
      out->Put(entry.score);
      out->Put(entry.scored_at);
      out->Put(entry.scored);
      out->PutText(entry.detector->Save());
    }
  }
}

bool SeriesBook::LoadOne(uint32_t series, uint32_t row, ByteReader* in) {
  if (Find(series, row) != nullptr) return false;
  Entry& entry = At(series, row);
  entry.score = in->Get<double>();
  entry.scored_at = in->Get<int64_t>();
  entry.scored = in->Get<uint64_t>();
  return entry.scored <= 1 && std::isfinite(entry.score) && entry.detector->Load(in->GetText());
}

}  // namespace tocsin
