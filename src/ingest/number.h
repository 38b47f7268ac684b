// Numbers as JSON writes them, read exactly.
#ifndef TOCSIN_INGEST_NUMBER_H_
#define TOCSIN_INGEST_NUMBER_H_

#include <cstdint>
#include <string_view>

namespace tocsin {

// The parts of a number's text: (-)integer.fraction × 10^exponent.
struct NumberText {
  bool negative = false;
  std::string_view integer;   // at least one digit
  std::string_view fraction;  // may be empty
  int64_t exponent = 0;       // held at ±10^15, far beyond what any type holds
};

// False when `text` is not a number of JSON's grammar from its first to its last byte.
bool SplitNumber(std::string_view text, NumberText* number);

// The number in units of 10^-digits, rounded to the nearest, ties away from zero; `exact` tells whether nothing was
// rounded. False when it does not fit 64 bits.
bool ScaleNumber(const NumberText& number, int digits, int64_t* units, bool* exact);

// The nearest double. False when the number is beyond the largest one.
bool NumberToDouble(std::string_view text, const NumberText& number, double* result);

}  // namespace tocsin

#endif  // TOCSIN_INGEST_NUMBER_H_
