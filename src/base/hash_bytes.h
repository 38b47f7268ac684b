// A fast hash of bytes for tables in memory. It differs from process to process, so that nobody can choose keys that
// collide; nothing that is told or stored may depend on it.
//
// Words are multiplied to 128 bits and folded, sixteen bytes at a step: the construction of wyhash (Wang Yi, 2019),
// with the seed on both sides of each product, so that no word that is known makes it zero.
#ifndef TOCSIN_BASE_HASH_BYTES_H_
#define TOCSIN_BASE_HASH_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tocsin {

// Where the program lies in memory, which the system chooses anew for each process.
inline uint64_t HashSeed() {
  static const char place = 0;
  return reinterpret_cast<uintptr_t>(&place) * 0x9E3779B97F4A7C15u;
}

inline uint64_t FoldedProduct(uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
#else
  // The same from four halves.
  const uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
  const uint64_t middle = (a >> 32) * (b & UINT32_MAX) + (low >> 32);
  const uint64_t other = (a & UINT32_MAX) * (b >> 32) + (middle & UINT32_MAX);
  return ((other << 32) | (low & UINT32_MAX)) ^ ((a >> 32) * (b >> 32) + (middle >> 32) + (other >> 32));
#endif
}

inline uint64_t HashBytes(std::string_view bytes) {
  constexpr uint64_t kOdd = 0xA0761D6478BD642F;
  auto word = [](const char* at) {
    uint64_t value = 0;
    std::memcpy(&value, at, sizeof(value));
    return value;
  };
  const uint64_t seed = HashSeed();
  const char* at = bytes.data();
  size_t left = bytes.size();
  uint64_t hash = seed ^ kOdd;
  for (; left > 16; at += 16, left -= 16) hash = FoldedProduct(word(at) ^ seed, word(at + 8) ^ hash);
  uint64_t first = 0;
  uint64_t last = 0;
  if (left >= 8) {
    first = word(at);
    last = word(at + left - 8);
  } else if (bytes.size() >= 8) {
    last = word(at + left - 8);  // some of it a second time
  } else if (left != 0) {
    std::memcpy(&last, at, left);
  }
  return FoldedProduct(FoldedProduct(first ^ seed, last ^ hash), bytes.size() ^ kOdd ^ seed);
}

}  // namespace tocsin

#endif  // TOCSIN_BASE_HASH_BYTES_H_
