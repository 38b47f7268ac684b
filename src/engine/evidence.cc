#include "engine/evidence.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>

#include "base/utf8.h"
#include "event/value_io.h"

namespace tocsin {
namespace {

constexpr std::string_view kCut = "\xE2\x80\xA6";  // "…"

// A byte for kind and digits: three bits and five.
uint8_t TagOf(const Value& value) {
  return static_cast<uint8_t>(static_cast<unsigned>(value.kind()) | static_cast<unsigned>(value.digits()) << 3);
}

template <typename T>
std::byte* Put(std::byte* at, const T& value) {
  std::memcpy(at, &value, sizeof(value));
  return at + sizeof(value);
}

// Text, cut and filled up with zeros to whole words; its size in *size.
std::byte* PutText(std::byte* at, std::string_view text, size_t* size) {
  const bool cut = text.size() > Evidence::kTextBytes;
  if (cut) text = Utf8Prefix(text, Evidence::kTextBytes - kCut.size());
  *size = text.size() + (cut ? kCut.size() : 0);
  if (*size == 0) return at;
  std::byte* end = at + (*size + 7) / 8 * 8;
  Put(end - sizeof(uint64_t), uint64_t{0});
  std::memcpy(at, text.data(), text.size());
  if (cut) std::memcpy(at + text.size(), kCut.data(), kCut.size());
  return end;
}

// Takes pieces off the front of an entry; nothing beyond its end.
class Pieces {
 public:
  explicit Pieces(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::span<const std::byte> Take(size_t size) {
    if (size > bytes_.size()) {
      good_ = false;
      bytes_ = {};
      return {};
    }
    std::span<const std::byte> taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }
  template <typename T>
  T Get() {
    T value{};
    const std::span<const std::byte> taken = Take(sizeof(value));
    if (!taken.empty()) std::memcpy(&value, taken.data(), sizeof(value));
    return value;
  }
  std::string_view GetText(uint64_t size) {
    if (size > Evidence::kTextBytes) size = SIZE_MAX - 7;
    const std::span<const std::byte> taken = Take((size + 7) / 8 * 8);
    if (taken.empty()) return {};
    return {reinterpret_cast<const char*>(taken.data()), size};
  }
  bool good() const { return good_; }

 private:
  std::span<const std::byte> bytes_;
  bool good_ = true;
};

}  // namespace

void Evidence::MakeRoom(size_t bytes) {
  while (oldest_ + capacity_ < end_ + bytes) {
    Head head{};
    if (oldest_offset_ + sizeof(head) <= capacity_) std::memcpy(&head, ring_.data() + oldest_offset_, sizeof(head));
    size_t size = head.words * kWord;
    // No words: the rest of the ring was too small for the entry that came then.
    if (size == 0 || oldest_offset_ + size > capacity_) size = capacity_ - oldest_offset_;
    oldest_ += size;
    oldest_offset_ = oldest_offset_ + size == capacity_ ? 0 : oldest_offset_ + size;
  }
}

uint64_t Evidence::Add(const EventView& event, std::span<const Link> groups) {
  size_t most = sizeof(Head) + groups.size() * sizeof(Group) + kTextBytes + Padded(event.attributes.size());
  for (const Value& value : event.attributes)
    most += value.kind() == Kind::kString ? kWord + std::min(Padded(value.AsString().size()), kTextBytes) : kWord;
  if (most > std::min(capacity_ / 4, size_t{UINT16_MAX} * kWord) || groups.size() > UINT8_MAX) return 0;
  if (ring_.size() == 0) ring_ = ChunkMemory(capacity_, ChunkMemory::Pages::kSmall);
  if (offset_ + most > capacity_) {
    // An entry never lies on both ends.
    MakeRoom(capacity_ - offset_);
    std::memset(ring_.data() + offset_, 0, capacity_ - offset_);
    end_ += capacity_ - offset_;
    offset_ = 0;
  }
  MakeRoom(most);

  std::byte* const begin = ring_.data() + offset_;
  std::byte* at = begin + sizeof(Head);
  for (const Link& group : groups) {
    const bool reached = Reaches(group.newest);
    at = Put(at, Group{group.grouping, reached ? static_cast<uint32_t>((end_ - group.newest) / kWord) : 0});
  }
  size_t id_size = 0;
  at = PutText(at, event.id, &id_size);
  std::byte* tag = at;
  at += Padded(event.attributes.size());
  if (at != tag) Put(at - kWord, uint64_t{0});
  for (const Value& value : event.attributes) {
    tag = Put(tag, TagOf(value));
    if (value.kind() == Kind::kString) {
      size_t size = 0;
      std::byte* const text = at + kWord;
      std::byte* const after = PutText(text, value.AsString(), &size);
      Put(at, uint64_t{size});
      at = after;
    } else if (!value.absent()) {
      at = Put(at, ScalarBits(value));
    }
  }
  const auto size = static_cast<size_t>(at - begin);
  // In its place: a copy of what was just written in smaller pieces would wait for them.
  new (begin) Head{static_cast<uint32_t>(end_ / kWord),
                   event.type,
                   ToNanos(event.time),
                   static_cast<uint16_t>(size / kWord),
                   static_cast<uint16_t>(event.attributes.size()),
                   static_cast<uint8_t>(groups.size()),
                   static_cast<uint8_t>(id_size),
                   0};
  const uint64_t position = end_;
  end_ += size;
  offset_ += size;
  return position;
}

std::span<std::byte> Evidence::Entry(uint64_t position) const {
  if (!Reaches(position)) return {};
  const size_t offset = position % capacity_;
  Head head{};
  if (offset + sizeof(head) > capacity_) return {};
  std::memcpy(&head, ring_.data() + offset, sizeof(head));
  const size_t size = head.words * kWord;
  if (head.check != static_cast<uint32_t>(position / kWord) || offset + size > capacity_) return {};
  if (size < sizeof(head) + head.groups * sizeof(Group)) return {};
  return {ring_.data() + offset, size};
}

uint64_t Evidence::Previous(std::span<const std::byte> entry, uint64_t position, uint32_t grouping) {
  Pieces pieces(entry);
  const auto head = pieces.Get<Head>();
  for (size_t left = head.groups; left > 0; --left) {
    const auto group = pieces.Get<Group>();
    if (group.grouping != grouping || group.words_back == 0) continue;
    const uint64_t back = group.words_back * uint64_t{kWord};
    return back < position ? position - back : 0;
  }
  return 0;
}

bool Evidence::Read(std::span<const std::byte> entry, EventView* event) {
  Pieces pieces(entry);
  const auto head = pieces.Get<Head>();
  if (head.type == kForgotten) return false;
  pieces.Take(head.groups * sizeof(Group));
  event->type = head.type;
  event->time = FromNanos(head.time);
  event->id = pieces.GetText(head.id_size);
  const std::span<const std::byte> tags = pieces.Take(Padded(head.attributes));
  if (!pieces.good()) return false;
  attributes_.clear();
  for (std::byte tag : tags.first(head.attributes)) {
    const auto kind = static_cast<Kind>(std::to_integer<uint8_t>(tag) & 7);
    const auto digits = static_cast<uint8_t>(std::to_integer<uint8_t>(tag) >> 3);
    std::optional<Value> value = Value();
    if (kind == Kind::kString) {
      value = Value::String(pieces.GetText(pieces.Get<uint64_t>()));
    } else if (kind != Kind::kNone) {
      value = ScalarOf(kind, digits, pieces.Get<int64_t>());
    }
    if (!value || !pieces.good()) return false;
    attributes_.push_back(*value);
  }
  event->attributes = attributes_;
  return true;
}

void Evidence::Wipe(std::span<std::byte> entry) {
  Head head{};
  std::memcpy(&head, entry.data(), sizeof(head));
  head.type = kForgotten;
  head.time = 0;
  head.attributes = 0;
  head.id_size = 0;
  Put(entry.data(), head);
  // The groups stay: their other events are found through them.
  const std::span<std::byte> told = entry.subspan(sizeof(head) + head.groups * sizeof(Group));
  std::fill(told.begin(), told.end(), std::byte{});
}

void Evidence::WipeRest() {
  if (end_ > capacity_ && offset_ < oldest_offset_) std::memset(ring_.data() + offset_, 0, oldest_offset_ - offset_);
}

void Evidence::Forget(uint64_t newest, uint32_t grouping) {
  for (uint64_t position = newest; Reaches(position);) {
    const std::span<std::byte> entry = Entry(position);
    if (entry.empty()) break;
    position = Previous(entry, position, grouping);
    Wipe(entry);
  }
  WipeRest();  // it may have been of that group too
}

void Evidence::Save(ByteWriter* out) const {
  out->Put<uint64_t>(capacity_);
  out->Put(end_);
  out->Put<uint64_t>(offset_);
  out->Put(oldest_);
  out->PutText({reinterpret_cast<const char*>(ring_.data()), bytes()});
}

bool Evidence::Load(ByteReader* in) {
  *this = Evidence(capacity_);
  const auto capacity = in->Get<uint64_t>();
  end_ = in->Get<uint64_t>();
  offset_ = in->Get<uint64_t>();
  oldest_ = in->Get<uint64_t>();
  const std::string_view bytes = in->GetText();
  const bool untouched = end_ == kWord && offset_ == kWord && oldest_ == kWord && bytes.empty();
  const bool filled = end_ > kWord && end_ <= UINT64_MAX / 2 && end_ % kWord == 0 && capacity_ != 0 &&
                      (offset_ == end_ % capacity_ || (offset_ == capacity_ && end_ % capacity_ == 0)) &&
                      oldest_ >= kWord && oldest_ % kWord == 0 && oldest_ <= end_ && end_ - oldest_ <= capacity_ &&
                      bytes.size() == std::min<uint64_t>(end_, capacity_);
  if (!in->good() || capacity != capacity_ || (!untouched && !filled)) {
    in->Fail();
    *this = Evidence(capacity_);
    return false;
  }
  if (filled) {
    ring_ = ChunkMemory(capacity_, ChunkMemory::Pages::kSmall);
    std::memcpy(ring_.data(), bytes.data(), bytes.size());
    oldest_offset_ = oldest_ % capacity_;
  }
  return true;
}

}  // namespace tocsin
