#include "metric/bin_array.h"

#include <algorithm>
#include <cstring>

namespace tocsin {

void BinArray::Point() {
  if (handle_ == 0) {
    head_ = nullptr;
    return;
  }
  std::byte* const block = pool_.At(handle_ - 1);
  head_ = reinterpret_cast<Head*>(block);
  counts_ = reinterpret_cast<uint64_t*>(block + sizeof(Head));
  codes_ = reinterpret_cast<int32_t*>(block + sizeof(Head) + size_t{head_->capacity} * sizeof(uint64_t));
}

uint32_t BinArray::Find(int32_t code) const {
  return static_cast<uint32_t>(std::lower_bound(codes_, codes_ + size(), code) - codes_);
}

bool BinArray::Add(int32_t code, uint64_t count) {
  const uint32_t i = size() == 0 ? 0 : Find(code);
  const bool is_new = !Has(code, i);
  if (is_new) {
    Insert(i, code, count);
  } else {
    counts_[i] += count;
  }
  head_->sum += count;
  return is_new;
}

bool BinArray::Subtract(int32_t code, uint64_t count) {
  if (size() == 0) return false;
  const uint32_t i = Find(code);
  if (!Has(code, i)) return false;
  const uint64_t taken = std::min(count, counts_[i]);
  counts_[i] -= taken;
  head_->sum -= taken;
  if (counts_[i] != 0) return false;
  Erase(i);
  return true;
}

void BinArray::Replace(uint32_t i, int32_t code, uint64_t count) {
  head_->sum += count - counts_[i];
  Erase(i);
  Insert(Find(code), code, count);
}

void BinArray::Release() {
  if (handle_ == 0) return;
  pool_.Free(handle_ - 1, Bytes(head_->capacity));
  handle_ = 0;
  head_ = nullptr;
}

void BinArray::Grow() {
  const uint32_t before = head_ == nullptr ? 0 : head_->capacity;
  const uint32_t wanted = std::max<uint32_t>(3, before + before / 2);
  size_t got = 0;
  const uint32_t block = pool_.Allocate(Bytes(wanted), &got);
  const auto capacity = static_cast<uint32_t>((got - sizeof(Head)) / (sizeof(uint64_t) + sizeof(int32_t)));
  std::byte* const made = pool_.At(block);
  Head head;
  if (head_ != nullptr) head = *head_;
  head.capacity = capacity;
  std::memcpy(made, &head, sizeof(head));
  if (head_ != nullptr) {
    std::memcpy(made + sizeof(Head), counts_, head.size * sizeof(uint64_t));
    std::memcpy(made + sizeof(Head) + capacity * sizeof(uint64_t), codes_, head.size * sizeof(int32_t));
    pool_.Free(handle_ - 1, Bytes(before));
  }
  handle_ = block + 1;
  Point();
}

void BinArray::Insert(uint32_t i, int32_t code, uint64_t count) {
  if (head_ == nullptr || head_->size == head_->capacity) Grow();
  std::memmove(counts_ + i + 1, counts_ + i, (head_->size - i) * sizeof(uint64_t));
  std::memmove(codes_ + i + 1, codes_ + i, (head_->size - i) * sizeof(int32_t));
  counts_[i] = count;
  codes_[i] = code;
  ++head_->size;
}

void BinArray::Erase(uint32_t i) {
  --head_->size;
  std::memmove(counts_ + i, counts_ + i + 1, (head_->size - i) * sizeof(uint64_t));
  std::memmove(codes_ + i, codes_ + i + 1, (head_->size - i) * sizeof(int32_t));
}

bool BinArray::Claim(uint32_t* handle, PanePool* pool) {
  if (*handle == 0) return true;
  if (!pool->Has(*handle - 1)) return false;
  Head head;
  std::memcpy(&head, pool->At(*handle - 1), sizeof(head));
  if (head.capacity == 0 || head.size > head.capacity || !pool->Claim(*handle - 1, Bytes(head.capacity))) return false;
  const BinArray bins(handle, pool);
  uint64_t sum = 0;
  for (uint32_t i = 0; i < head.size; ++i) {
    if (bins.count(i) == 0 || (i > 0 && bins.code(i) <= bins.code(i - 1))) return false;
    sum += bins.count(i);
  }
  return sum == head.sum;
}

}  // namespace tocsin
