// Fingerprints of 128 bits, the same in every run and build: among a thousand million texts, two that share one are
// less likely than a fault of the machine. They stand for texts that are too many to be kept; they protect nothing
// against somebody who makes texts for them.
#ifndef TOCSIN_BASE_FINGERPRINT_H_
#define TOCSIN_BASE_FINGERPRINT_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tocsin {

struct Fingerprint {
  uint64_t a = 0;
  uint64_t b = 0;
  friend bool operator==(const Fingerprint& x, const Fingerprint& y) { return x.a == y.a && x.b == y.b; }
};

namespace internal {

// The last step of MurmurHash3 (A. Appleby), which spreads every bit over all.
inline uint64_t Spread(uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccd;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
  return x ^ (x >> 33);
}

// Two sums that take in every word by different steps, each of which can be undone: texts of one length that differ in
// a single word never share either.
inline void TakeIn(uint64_t word, Fingerprint* print) {
  print->a = std::rotl((print->a ^ word) * 0x9e3779b97f4a7c15, 29);
  print->b = std::rotl(print->b + word, 23) * 0xc2b2ae3d27d4eb4f + 0x165667b19e3779f9;
}

inline void TakeIn(std::string_view text, Fingerprint* print) {
  while (!text.empty()) {
    uint64_t word = 0;
    const size_t size = text.size() < sizeof(word) ? text.size() : sizeof(word);
    std::memcpy(&word, text.data(), size);
    TakeIn(word, print);
    text.remove_prefix(size);
  }
}

}  // namespace internal

// Of a pair of texts; ("ab", "c") and ("a", "bc") differ.
inline Fingerprint FingerprintOf(std::string_view first, std::string_view second) {
  Fingerprint print;
  internal::TakeIn(first.size(), &print);
  internal::TakeIn(second.size(), &print);
  internal::TakeIn(first, &print);
  internal::TakeIn(second, &print);
  return {internal::Spread(print.a), internal::Spread(print.b)};
}

}  // namespace tocsin

#endif  // TOCSIN_BASE_FINGERPRINT_H_
