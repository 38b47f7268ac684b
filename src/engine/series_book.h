// SeriesBook: the detectors of an engine. One for each series (layout.h) and group that has been sampled; groups that
// have not been have none.
#ifndef TOCSIN_ENGINE_SERIES_BOOK_H_
#define TOCSIN_ENGINE_SERIES_BOOK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/byte_io.h"
#include "engine/layout.h"
#include "tocsin/anomaly/detector.h"
#include "tocsin/base/time.h"

namespace tocsin {

class SeriesBook {
 public:
  explicit SeriesBook(const Plan::Layout& layout) : layout_(layout), entries_(layout.series.size()) {}

  // The group's value at an instant that is a multiple of the series' step, later than the last.
  void Sample(uint32_t series, uint32_t row, Time now, double value);
  // How unusual the value of `now` was; nothing where none was taken then, or too little has been seen.
  std::optional<double> Score(uint32_t series, uint32_t row, Time now) const;
  std::optional<double> Forecast(uint32_t series, uint32_t row, Time time) const;

  // A group of the grouping is no more.
  void Release(uint32_t grouping, uint32_t row);
  // The series of another plan's book that is this one: what it knew of a row is known of another.
  void Take(uint32_t series, uint32_t row, SeriesBook& from, uint32_t old_series, uint32_t old_row);

  // What it holds for all groups of the grouping, and for one of them.
  size_t bytes(uint32_t grouping) const;
  size_t bytes(uint32_t grouping, uint32_t row) const;
  void Save(ByteWriter* out) const;
  // False when damaged. `is_alive(grouping, row)`: there is such a group.
  template <typename IsAlive>
  bool Load(ByteReader* in, const IsAlive& is_alive) {
    for (uint32_t s = 0; s < entries_.size(); ++s) {
      const auto count = in->Get<uint64_t>();
      for (uint64_t i = 0; i < count && in->good(); ++i) {
        const auto row = in->Get<uint32_t>();
        if (!is_alive(layout_.series[s].grouping, row) || !LoadOne(s, row, in)) return false;
      }
    }
    return in->good();
  }

 private:
  struct Entry {
    std::unique_ptr<Detector> detector;
    double score = 0;
    int64_t scored_at = 0;  // nanoseconds
    uint64_t scored = 0;    // 1: there is a score
  };

  Entry& At(uint32_t series, uint32_t row);
  const Entry* Find(uint32_t series, uint32_t row) const;
  bool LoadOne(uint32_t series, uint32_t row, ByteReader* in);

  const Plan::Layout& layout_;
  std::vector<std::vector<Entry>> entries_;  // by series and row
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_SERIES_BOOK_H_
