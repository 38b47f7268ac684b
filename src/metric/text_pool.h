// TextPool: texts that windows and groups keep, each once, as 32-bit numbers with a count of who holds them.
//
//   uint32_t number = pool.Acquire("France");   // held once
//   pool.AddRef(number);                        // twice
//   pool.Text(number);                          // "France"
//   pool.Release(number);
//
// A text that nobody holds is gone, and its number is given again, the last first. Numbers stay the same in a
// snapshot. One thread at a time; a text takes 40 bytes, 11 to 22 of the index and, beyond 28 bytes, its own.
#ifndef TOCSIN_METRIC_TEXT_POOL_H_
#define TOCSIN_METRIC_TEXT_POOL_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "metric/group_table.h"

namespace tocsin {

class TextPool {
 public:
  // Never 0. REQUIRES: text.size() < 2^32.
  uint32_t Acquire(std::string_view text);
  // Each REQUIRES contains(number).
  void AddRef(uint32_t number) { ++Refs(number); }
  void Release(uint32_t number);
  // Valid as long as somebody holds it.
  std::string_view Text(uint32_t number) const { return texts_.key(number - 1); }

  // For numbers that come from a snapshot.
  bool contains(uint32_t number) const { return number - 1 < texts_.end() && texts_.alive(number - 1); }
  size_t size() const { return texts_.size(); }
  size_t bytes() const { return texts_.bytes(); }

  void Save(ByteWriter* out) const { texts_.Save(out); }
  // False when the bytes are not a pool's; it is then empty. After it, whoever holds a text claims it, once for each
  // time, so that the counts are right whatever the bytes said.
  bool Load(ByteReader* in);
  // False when there is no such text.
  bool Claim(uint32_t number);
  // The last was claimed. False when there is a text that nobody holds.
  bool EndClaims() const;

 private:
  // How many hold it.
  uint64_t& Refs(uint32_t number) const { return *reinterpret_cast<uint64_t*>(texts_.row(number - 1)); }

  GroupTable texts_{sizeof(uint64_t)};
};

}  // namespace tocsin

#endif  // TOCSIN_METRIC_TEXT_POOL_H_
