#include "engine/seen_ids.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"

namespace tocsin {

// How much is given back at once: more than comes in, and never a pause.
constexpr int kDropAtInsert = 2;
constexpr int kDropAtExpire = 256;

uint32_t SeenIds::TagOf(const Fingerprint& print) {
  return static_cast<uint32_t>(absl::HashOf(print.a, print.b) >> 32);
}

bool SeenIds::IsPast(const Entry& entry, std::optional<Time> clock) const {
  if (!clock) return false;
  const Time since = entry.clock == ToNanos(Time::min()) ? *started_ : FromNanos(entry.clock);
  return SaturatingAdd(since, remembered_) <= *clock;
}

uint32_t SeenIds::Find(const Fingerprint& print, uint32_t tag) const {
  return index_.Find(tag, [&](uint32_t number) { return At(number).print == print; });
}

bool SeenIds::Insert(std::string_view source, std::string_view id, std::optional<Time> clock,
                     std::optional<Time> after) {
  if (!started_) started_ = clock ? clock : after;
  const Fingerprint print = FingerprintOf(source, id);
  const uint32_t tag = TagOf(print);
  if (const uint32_t number = Find(print, tag); number != RowIndex::kNone) {
    if (!IsPast(At(number), clock)) return false;
    index_.Remove(tag, number);
  }
  // What is past goes first, so that it is never counted as forgotten for want of room.
  DropPast(clock, kDropAtInsert);
  while (index_.size() >= max_ids_) {
    const size_t before = index_.size();
    const bool past = IsPast(At(oldest_), clock);
    DropOldest();
    if (!past && index_.size() != before) ++forgotten_;
  }
  Append({print, after ? ToNanos(*after) : ToNanos(Time::min())}, tag);
  return true;
}

void SeenIds::Expire(Time clock) {
  if (!started_) started_ = clock;
  DropPast(clock, kDropAtExpire);
}

void SeenIds::DropPast(std::optional<Time> clock, int most) {
  for (; most > 0 && oldest_ != next_ && IsPast(At(oldest_), clock); --most) DropOldest();
}

void SeenIds::DropOldest() {
  // One at each insertion is usual: by then its line of the index is here.
  constexpr uint64_t kAhead = 8;
  if (next_ - oldest_ > kAhead) index_.Prefetch(TagOf(At(oldest_ + kAhead).print));
  index_.Remove(TagOf(At(oldest_).print), static_cast<uint32_t>(oldest_) & kNumber);
  ++oldest_;
  if ((oldest_ & ((1u << kChunkBits) - 1)) != 0) return;
  spare_.push_back(std::move(chunks_[((oldest_ - 1) >> kChunkBits) & (chunks_.size() - 1)]));
}

void SeenIds::Append(const Entry& entry, uint32_t tag) {
  if ((next_ & ((1u << kChunkBits) - 1)) == 0) {
    const uint64_t chunk = next_ >> kChunkBits;
    if (chunks_.empty() || chunk - (oldest_ >> kChunkBits) == chunks_.size()) GrowRing();
    std::unique_ptr<Chunk>& place = chunks_[chunk & (chunks_.size() - 1)];
    if (spare_.empty()) {
      place = std::make_unique<Chunk>();
    } else {
      place = std::move(spare_.back());
      spare_.pop_back();
    }
  }
  At(next_) = entry;
  index_.Add(tag, static_cast<uint32_t>(next_) & kNumber);
  ++next_;
}

// Of the chunks only the pointers move.
void SeenIds::GrowRing() {
  std::vector<std::unique_ptr<Chunk>> larger(chunks_.empty() ? 1 : chunks_.size() * 2);
  for (uint64_t chunk = oldest_ >> kChunkBits; chunk != next_ >> kChunkBits; ++chunk)
    larger[chunk & (larger.size() - 1)] = std::move(chunks_[chunk & (chunks_.size() - 1)]);
  chunks_ = std::move(larger);
  spare_.reserve(chunks_.size());
}

size_t SeenIds::bytes() const {
  const auto used = std::count_if(chunks_.begin(), chunks_.end(), [](const auto& chunk) { return chunk != nullptr; });
  return (static_cast<size_t>(used) + spare_.size()) * sizeof(Chunk) + index_.bytes();
}

void SeenIds::Clear() {
  started_.reset();
  forgotten_ = oldest_ = next_ = 0;
  chunks_.clear();
  spare_.clear();
  index_ = RowIndex();
}

void SeenIds::Save(ByteWriter* out) const {
  out->Put<uint8_t>(started_ ? 1 : 0);
  out->Put(started_ ? ToNanos(*started_) : 0);
  out->Put(forgotten_);
  out->Put(next_ - oldest_);
  for (uint64_t position = oldest_; position != next_; ++position) {
    const Entry& entry = At(position);
    out->Put(entry.print.a);
    out->Put(entry.print.b);
    out->Put(entry.clock);
  }
}

bool SeenIds::Load(ByteReader* in) {
  Clear();
  const bool started = in->Get<uint8_t>() != 0;
  const int64_t first = in->Get<int64_t>();
  if (started) started_ = FromNanos(first);
  forgotten_ = in->Get<uint64_t>();
  const uint64_t count = in->Get<uint64_t>();
  if (count > in->left() / sizeof(Entry) || count > kNumber) in->Fail();
  for (uint64_t n = 0; n < count && in->good(); ++n) {
    Entry entry{};
    entry.print.a = in->Get<uint64_t>();
    entry.print.b = in->Get<uint64_t>();
    entry.clock = in->Get<int64_t>();
    const uint32_t tag = TagOf(entry.print);
    if (const uint32_t older = Find(entry.print, tag); older != RowIndex::kNone) index_.Remove(tag, older);
    Append(entry, tag);
  }
  if (in->good()) return true;
  Clear();
  return false;
}

}  // namespace tocsin
