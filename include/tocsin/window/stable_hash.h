// A hash that is the same in every run, build and process, for what is kept: sketches and snapshots. It spreads well;
// it does not protect against somebody who makes values for it. Source: the last step of MurmurHash3 (A. Appleby).
#ifndef TOCSIN_WINDOW_STABLE_HASH_H_
#define TOCSIN_WINDOW_STABLE_HASH_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tocsin {

// Two words never have the same: it can be undone.
constexpr uint64_t StableHash(uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccd;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
  return x ^ (x >> 33);
}

inline uint64_t StableHash(std::string_view text) {
  uint64_t hash = StableHash(text.size() + 0x9e3779b97f4a7c15);
  while (!text.empty()) {
    uint64_t word = 0;
    const size_t size = text.size() < sizeof(word) ? text.size() : sizeof(word);
    std::memcpy(&word, text.data(), size);
    hash = StableHash(std::rotl(hash, 23) ^ word);
    text.remove_prefix(size);
  }
  return hash;
}

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_STABLE_HASH_H_
