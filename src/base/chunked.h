// Chunked: items by number, in chunks that are never moved: adding one never copies those that are there, however many
// they are, and a reference stays good.
//
//   Chunked<Record> records;
//   records.Add();            // a new one, at records[records.size() - 1]
//
// One thread at a time. Memory is taken by the chunk and given back at the end.
#ifndef TOCSIN_BASE_CHUNKED_H_
#define TOCSIN_BASE_CHUNKED_H_

#include <cstddef>
#include <memory>
#include <vector>

namespace tocsin {

template <typename T>
class Chunked {
 public:
  size_t size() const { return size_; }
  // REQUIRES of both: i < size().
  T& operator[](size_t i) { return chunks_[i / kItems][i % kItems]; }
  const T& operator[](size_t i) const { return chunks_[i / kItems][i % kItems]; }
  T& Add() {
    if (size_ == chunks_.size() * kItems) chunks_.push_back(std::make_unique<T[]>(kItems));
    return (*this)[size_++];
  }
  // As many as that, all new.
  void Reset(size_t size) {
    chunks_.clear();
    size_ = 0;
    while (size_ < size) Add();
  }

 private:
  static constexpr size_t kItems = 256;

  std::vector<std::unique_ptr<T[]>> chunks_;
  size_t size_ = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_BASE_CHUNKED_H_
