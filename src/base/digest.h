// A digest that is the same on every machine and in every build: FNV-1a, 64 bits (G. Fowler, L. C. Noll, K.-P. Vo; RFC
// 9923). It tells definitions apart; it protects nothing.
#ifndef TOCSIN_BASE_DIGEST_H_
#define TOCSIN_BASE_DIGEST_H_

#include <cstdint>
#include <string_view>

namespace tocsin {

class Digest {
 public:
  // Each piece is followed by its length, so that ("ab", "c") and ("a", "bc") differ.
  Digest& Add(std::string_view text) {
    for (char c : text) AddByte(static_cast<unsigned char>(c));
    return Add(static_cast<int64_t>(text.size()));
  }
  Digest& Add(int64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
      AddByte(static_cast<unsigned char>(static_cast<uint64_t>(number) >> shift));
    return *this;
  }
  uint64_t value() const { return value_; }

 private:
  void AddByte(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3; }
  uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace tocsin

#endif  // TOCSIN_BASE_DIGEST_H_
