// ExactSum: a sum of doubles without any rounding before it is read, to which values are added and from which they are
// taken away in whatever order, as long as one likes: what is left depends on what is in it alone.
//
// The small superaccumulator of R. M. Neal, "Fast exact summation using small and large superaccumulators"
// (arXiv:1505.05571, 2015): the range of doubles in chunks of 32 bits, each in a word of 64, so that carries wait until
// the sum is read. Adding costs three additions; 2^31 values fit. Whole numbers of 64 bits are added the same way.
#ifndef TOCSIN_METRIC_EXACT_SUM_H_
#define TOCSIN_METRIC_EXACT_SUM_H_

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace tocsin {

class ExactSum {
 public:
  // REQUIRES: finite.
  void Add(double x) { Apply(x, 1); }
  void Subtract(double x) { Apply(x, -1); }
  void Add(int64_t x) { ApplyInteger(x, 1); }
  void Subtract(int64_t x) { ApplyInteger(x, -1); }

  // The nearest double.
  double Value() const {
    ExactSum sum = *this;
    const bool negative = sum.Settle();
    int top = kChunks - 1;
    while (top > 0 && sum.chunks_[top] == 0) --top;
    if (top < 2) top = 2;
    unsigned __int128 bits = 0;
    for (int i = top; i >= top - 2; --i) bits = bits << 32 | static_cast<uint64_t>(sum.chunks_[i]);
    for (int i = 0; i < top - 2; ++i) {
      if (sum.chunks_[i] != 0) {
        bits |= 1;  // something is below, for the rounding
        break;
      }
    }
    const double value = std::ldexp(static_cast<double>(bits), 32 * (top - 2) - kLowest);
    return negative ? -value : value;
  }
  // Of whole numbers only: the sum divided by how many there are, rounded down.
  int64_t MeanOfIntegers(int64_t count) const {
    ExactSum sum = *this;
    const bool negative = sum.Settle();
    unsigned __int128 magnitude = 0;
    for (int i = kLowest / 32 + 4; i > kLowest / 32; --i)
      magnitude = magnitude << 32 | static_cast<uint64_t>(sum.chunks_[i]);
    magnitude = magnitude << (32 - kLowest % 32) | static_cast<uint64_t>(sum.chunks_[kLowest / 32]) >> (kLowest % 32);
    const auto total = negative ? -static_cast<__int128>(magnitude) : static_cast<__int128>(magnitude);
    const __int128 quotient = total / count;
    return static_cast<int64_t>(total % count < 0 ? quotient - 1 : quotient);
  }

  bool operator==(const ExactSum&) const = default;

 private:
  static constexpr int kLowest = 1074;  // the lowest bit of a double is 2^-1074
  static constexpr int kChunks = 68;

  void Apply(double x, int64_t sign) {
    const auto bits = std::bit_cast<uint64_t>(x);
    const auto exponent = static_cast<int>(bits >> 52 & 0x7ff);
    uint64_t mantissa = bits & ((uint64_t{1} << 52) - 1);
    if (exponent != 0) mantissa |= uint64_t{1} << 52;
    Place(mantissa, exponent == 0 ? 0 : exponent - 1, bits >> 63 != 0 ? -sign : sign);
  }
  void ApplyInteger(int64_t x, int64_t sign) {
    const uint64_t magnitude = x < 0 ? ~static_cast<uint64_t>(x) + 1 : static_cast<uint64_t>(x);
    Place(magnitude, kLowest, x < 0 ? -sign : sign);
  }
  void Place(uint64_t mantissa, int shift, int64_t sign) {
    const unsigned __int128 wide = static_cast<unsigned __int128>(mantissa) << (shift % 32);
    int64_t* const chunk = chunks_ + shift / 32;
    chunk[0] += sign * static_cast<int64_t>(static_cast<uint32_t>(wide));
    chunk[1] += sign * static_cast<int64_t>(static_cast<uint32_t>(wide >> 32));
    chunk[2] += sign * static_cast<int64_t>(static_cast<uint32_t>(wide >> 64));
  }
  // Carries, and makes the sum positive: whether it was below zero.
  bool Settle() {
    Carry();
    if (chunks_[kChunks - 1] >= 0) return false;
    for (int64_t& chunk : chunks_) chunk = -chunk;
    Carry();
    return true;
  }
  void Carry() {
    for (int i = 0; i + 1 < kChunks; ++i) {
      const int64_t carry = chunks_[i] >> 32;
      chunks_[i] -= carry * (int64_t{1} << 32);
      chunks_[i + 1] += carry;
    }
  }

  int64_t chunks_[kChunks] = {};
};
static_assert(sizeof(ExactSum) == 544);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_EXACT_SUM_H_
