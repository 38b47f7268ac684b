// SeenIds: the ids of events that have arrived, to tell those that are delivered again (docs/semantics.md 2.3).
//
//   SeenIds seen(48h, 10'000'000);
//   if (!seen.Insert(source, event.id, now)) return Reason::kDuplicate;
//
// An id is remembered from its arrival until the clock has moved W past the clock at its arrival: an instant before
// that it is a duplicate, at it and after it is new. One that arrives before there is a clock is remembered from the
// clock's first instant. Beyond `max_ids` the oldest are forgotten, and counted.
//
// What is kept of (source, id) is a fingerprint of 128 bits, in order of arrival, and an index over these: 35 to 46
// bytes an id. An insertion takes one cache line of the index; nothing is moved or freed in large pieces, and nothing
// allocated once the numbers have been as high as they get. One thread at a time.
#ifndef TOCSIN_ENGINE_SEEN_IDS_H_
#define TOCSIN_ENGINE_SEEN_IDS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/byte_io.h"
#include "base/fingerprint.h"
#include "base/row_index.h"
#include "tocsin/base/time.h"

namespace tocsin {

class SeenIds {
 public:
  // REQUIRES: 0 < max_ids <= 2^30.
  SeenIds(Duration remembered, size_t max_ids) : remembered_(remembered), max_ids_(max_ids) {}

  // Has the line on its way that Insert will look at first, for batches.
  void Prefetch(std::string_view source, std::string_view id) const {
    index_.Prefetch(TagOf(FingerprintOf(source, id)));
  }
  // False when it is remembered: a duplicate, which changes nothing. `clock`: the engine's at the arrival, if it has
  // started; it never goes back from call to call.
  bool Insert(std::string_view source, std::string_view id, std::optional<Time> clock) {
    return Insert(source, id, clock, clock);
  }
  // The same where the event itself moves the clock, to `after`: it is asked for by the clock before, and remembered
  // from the clock after.
  bool Insert(std::string_view source, std::string_view id, std::optional<Time> clock, std::optional<Time> after);
  // The clock has moved: gives back what is forgotten, some of it at each call. Only memory depends on it.
  void Expire(Time clock);

  // How many were forgotten because there were too many.
  uint64_t forgotten() const { return forgotten_; }
  // Those that are kept, forgotten or not.
  size_t size() const { return index_.size(); }
  size_t bytes() const;

  void Save(ByteWriter* out) const;
  // False when the bytes are not those of ids; there are then none. Neither W nor max_ids is in them.
  bool Load(ByteReader* in);

 private:
  struct Entry {
    Fingerprint print;
    int64_t clock;  // nanoseconds; the least before there was one
  };
  static constexpr int kChunkBits = 12;
  using Chunk = std::array<Entry, size_t{1} << kChunkBits>;
  // A position's bits in the index.
  static constexpr uint32_t kNumber = (1u << 31) - 1;

  // Seeded by process, so that nobody can choose ids that meet in one place.
  static uint32_t TagOf(const Fingerprint& print);
  Entry& At(uint64_t position) const {
    return (*chunks_[(position >> kChunkBits) & (chunks_.size() - 1)])[position & ((1u << kChunkBits) - 1)];
  }
  bool IsPast(const Entry& entry, std::optional<Time> clock) const;
  uint32_t Find(const Fingerprint& print, uint32_t tag) const;
  void Append(const Entry& entry, uint32_t tag);
  void GrowRing();
  void DropOldest();
  void DropPast(std::optional<Time> clock, int most);
  void Clear();

  Duration remembered_;
  size_t max_ids_;
  std::optional<Time> started_;  // the clock's first instant
  uint64_t forgotten_ = 0;
  // Entries by position, [oldest_, next_), in chunks; a ring of a power of two of them. An entry whose id was forgotten
  // and came again is no longer in the index.
  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::vector<std::unique_ptr<Chunk>> spare_;
  uint64_t oldest_ = 0;
  uint64_t next_ = 0;
  RowIndex index_;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_SEEN_IDS_H_
