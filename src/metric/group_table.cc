#include "metric/group_table.h"

#include <algorithm>
#include <cstring>

#include "base/prefetch.h"

namespace tocsin {
namespace {

constexpr size_t kChunk = size_t{2} << 20;
constexpr size_t kLine = 64;

// A row that nearly fills a line is given all of it, so that it never lies in two.
size_t Stride(size_t bytes) {
  bytes = (bytes + 7) / 8 * 8;
  return bytes > 40 && bytes < kLine ? kLine : bytes;
}

}  // namespace

GroupTable::GroupTable(size_t row_bytes) : stride_(Stride(sizeof(Head) + row_bytes)) {
  while (stride_ << chunk_bits_ < kChunk) ++chunk_bits_;
  chunk_mask_ = (size_t{1} << chunk_bits_) - 1;
}

std::string_view GroupTable::key(uint32_t index) const {
  const Head& head = *HeadOf(index);
  if ((head.generation & 1) == 0) return {};
  if (head.size != kLong) return {head.text, head.size};
  return {reinterpret_cast<const char*>(long_keys_.At(head.far.block)), head.far.size};
}

uint32_t GroupTable::PrefetchRow(uint64_t hash) const {
  // The first with that tag: seldom another's, and then only the wrong line was fetched.
  const uint32_t row = index_.Find(TagOf(hash), [](uint32_t) { return true; });
  if (row != kNone) PrefetchLines(row);
  return row;
}

void GroupTable::PrefetchLines(uint32_t row) const {
  const std::byte* base = Base(row);
  PrefetchLine(base);
  if (stride_ > kLine) PrefetchLine(base + kLine);
  if (stride_ > 2 * kLine) PrefetchLine(base + 2 * kLine);
}

std::optional<uint32_t> GroupTable::Find(std::string_view wanted, uint64_t hash) const {
  const uint32_t row = index_.Find(TagOf(hash), [&](uint32_t other) { return IsOf(other, wanted); });
  if (row == RowIndex::kNone) return std::nullopt;
  return row;
}

uint32_t GroupTable::NewRow() {
  if (first_free_ != 0) {
    const uint32_t row = first_free_ - 1;
    first_free_ = HeadOf(row)->next_free;
    return row;
  }
  if (end_ >> chunk_bits_ == chunks_.size()) {
    // The first takes small pages, so that a table that stays small does.
    chunks_.emplace_back(stride_ << chunk_bits_,
                         chunks_.empty() ? ChunkMemory::Pages::kSmall : ChunkMemory::Pages::kHuge);
  }
  return end_++;
}

uint32_t GroupTable::FindOrAdd(std::string_view key, uint64_t hash, bool* added) {
  const std::optional<uint32_t> found = Find(key, hash);
  if (added != nullptr) *added = !found;
  if (found) return *found;
  const uint32_t row = NewRow();
  Head& head = *HeadOf(row);
  ++head.generation;
  if (key.size() <= sizeof(head.text)) {
    head.size = static_cast<uint16_t>(key.size());
    if (!key.empty()) std::memcpy(head.text, key.data(), key.size());
  } else {
    size_t got = 0;
    head.size = kLong;
    head.far.size = static_cast<uint32_t>(key.size());
    head.far.block = long_keys_.Allocate(key.size(), &got);
    std::memcpy(long_keys_.At(head.far.block), key.data(), key.size());
  }
  index_.Add(TagOf(hash), row);
  return row;
}

void GroupTable::Remove(uint32_t row) {
  Head& head = *HeadOf(row);
  index_.Remove(TagOf(Hash(key(row))), row);
  if (head.size == kLong) {
    // What is forgotten is nowhere, not in freed blocks either.
    std::memset(long_keys_.At(head.far.block), 0, head.far.size);
    long_keys_.Free(head.far.block, head.far.size);
  }
  const auto generation = static_cast<uint16_t>(head.generation + 1);
  std::memset(Base(row), 0, stride_);
  head.generation = generation;
  head.next_free = first_free_;
  first_free_ = row + 1;
}

size_t GroupTable::LiveBytes(size_t chunk) const {
  return std::min<size_t>(chunk_mask_ + 1, end_ - (chunk << chunk_bits_)) * stride_;
}

void GroupTable::Save(ByteWriter* out) const {
  out->Put<uint64_t>(stride_);
  out->Put(end_);
  out->Put(size());
  out->Put(first_free_);
  for (size_t chunk = 0; chunk < chunks_.size(); ++chunk) out->Append(chunks_[chunk].data(), LiveBytes(chunk));
  long_keys_.Save(out);
}

bool GroupTable::Load(ByteReader* in) {
  const size_t stride = stride_;
  auto clear = [&] {
    chunks_.clear();
    end_ = first_free_ = 0;
    index_ = RowIndex();
    long_keys_ = PanePool();
  };
  clear();
  if (in->Get<uint64_t>() == stride && LoadRows(in)) return true;
  clear();
  in->Fail();
  return false;
}

bool GroupTable::LoadRows(ByteReader* in) {
  end_ = in->Get<uint32_t>();
  const uint32_t alive = in->Get<uint32_t>();
  first_free_ = in->Get<uint32_t>();
  if (alive > end_ || end_ > in->left() / stride_) return false;
  for (size_t chunk = 0; chunk << chunk_bits_ < end_; ++chunk) {
    chunks_.emplace_back(stride_ << chunk_bits_, chunk == 0 ? ChunkMemory::Pages::kSmall : ChunkMemory::Pages::kHuge);
    if (!in->Copy(chunks_[chunk].data(), LiveBytes(chunk))) return false;
  }
  return long_keys_.Load(in) && CheckFree(end_ - alive) && IndexRows(alive) && long_keys_.EndClaims();
}

// The list of free rows is of dead ones, and ends after all of them: so it names each once.
bool GroupTable::CheckFree(uint32_t dead) const {
  uint32_t listed = 0;
  for (uint32_t next = first_free_; next != 0; next = HeadOf(next - 1)->next_free) {
    if (next > end_ || alive(next - 1) || ++listed > dead) return false;
  }
  return listed == dead;
}

bool GroupTable::IndexRows(uint32_t alive_rows) {
  for (uint32_t row = 0; row < end_; ++row) {
    Head& head = *HeadOf(row);
    if (!alive(row)) {
      const Head kept = head;
      std::memset(Base(row), 0, stride_);
      head.generation = kept.generation;
      head.next_free = kept.next_free;
      continue;
    }
    if (head.size == kLong) {
      if (head.far.size <= sizeof(head.text) || !long_keys_.Claim(head.far.block, head.far.size)) return false;
    } else if (head.size > sizeof(head.text)) {
      return false;
    }
    const uint64_t hash = Hash(key(row));
    if (Find(key(row), hash)) return false;
    index_.Add(TagOf(hash), row);
  }
  return index_.size() == alive_rows;
}

}  // namespace tocsin
