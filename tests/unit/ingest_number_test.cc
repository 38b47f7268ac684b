#include "ingest/number.h"

#include <cmath>
#include <random>
#include <string>

#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/ingest/json_decoder.h"

namespace tocsin {
namespace {

// The slow way: move the point in the text, then add up digits in 128 bits. For exponents that are small.
bool SlowDecimal(bool negative, std::string integer, std::string fraction, int exponent, int digits, int64_t* units) {
  std::string all = integer + fraction;
  int point = static_cast<int>(integer.size()) + exponent + digits;
  while (point < 0) {
    all.insert(0, "0");
    ++point;
  }
  while (point > static_cast<int>(all.size())) all += "0";
  const std::string kept = all.substr(0, static_cast<size_t>(point));
  const std::string dropped = all.substr(static_cast<size_t>(point));
  __int128 sum = 0;
  const __int128 bound = __int128{1} << 100;
  for (const char c : kept) sum = sum > bound ? sum : sum * 10 + (c - '0');
  if (!dropped.empty() && dropped[0] >= '5') ++sum;
  if (negative) sum = -sum;
  if (sum > INT64_MAX || sum < INT64_MIN) return false;
  *units = static_cast<int64_t>(sum);
  return true;
}

TEST_CASE("Decimals are read exactly and rounded half away from zero") {
  struct Example {
    const char* text;
    int digits;
    int64_t units;
  };
  const Example examples[] = {
      {"27.5", 3, 27500},
      {"27.500", 3, 27500},
      {"0", 3, 0},
      {"-0", 3, 0},
      {"-0.0", 3, 0},
      {"168469.6", 3, 168469600},
      {"0.0005", 3, 1},
      {"-0.0005", 3, -1},
      {"0.00049999999999999999999999", 3, 0},
      {"0.0015", 3, 2},
      {"2.5", 0, 3},
      {"-2.5", 0, -3},
      {"2.4999", 0, 2},
      {"1e2", 2, 10000},
      {"1E+2", 2, 10000},
      {"12345e-3", 2, 1235},
      {"1e-400", 18, 0},
      {"5e-19", 18, 1},
      {"4.9e-19", 18, 0},
      {"0e999999999999999999999", 3, 0},
      {"0.000e99", 3, 0},
      {"1e-999999999999999999999", 3, 0},
      {"9223372036854775807", 0, INT64_MAX},
      {"-9223372036854775808", 0, INT64_MIN},
      {"9223372036854775807.4", 0, INT64_MAX},
      {"-9223372036854775808.4", 0, INT64_MIN},
      {"922337203685477580.7", 1, INT64_MAX},
      {"0.92233720368547758074", 18, 922337203685477581},
      {"9.223372036854775807", 18, INT64_MAX},
      {"0.000000000000000000000000000009e30", 0, 9},
  };
  for (const Example& example : examples) {
    INFO(example.text);
    int64_t units = -77;
    CHECK(ParseDecimal(example.text, example.digits, &units));
    CHECK(units == example.units);
  }
}

TEST_CASE("What does not fit 64 bits or is no JSON number is refused") {
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "9223372036854775807.5",
                           "-9223372036854775808.5", "18446744073709551615.9", "18446744073709551616", "1e19",
                           "1e999999999999999999999", "99999999999999999999999999999"}) {
    INFO(text);
    int64_t units = 0;
    CHECK_FALSE(ParseDecimal(text, 0, &units));
  }
  for (const char* text :
       {"",     "-",   "+1",  "01",       "-01",  "1.",    ".5",  "1e",    "1e+",  "1e1.5", "1 ",  " 1",
        "0x10", "1,5", "NaN", "Infinity", "-inf", "1_000", "--1", "1e--1", "null", "1.5.5", "1ee5"}) {
    INFO(text);
    int64_t units = 0;
    CHECK_FALSE(ParseDecimal(text, 3, &units));
    NumberText number;
    CHECK_FALSE(SplitNumber(text, &number));
  }
}

TEST_CASE("Any decimal is read as the slow way reads it") {
  std::mt19937 random(tocsin::test::Seed(11));
  const auto digits_of = [&random](size_t count) {
    std::string digits;
    for (size_t i = 0; i < count; ++i)
      digits += static_cast<char>('0' + (random() % 3 == 0 ? random() % 2 * 9 : random() % 10));
    return digits;
  };
  int fitted = 0;
  int overflowed = 0;
  for (int i = 0; i < 100000; ++i) {
    const bool negative = random() % 2 == 0;
    std::string integer = digits_of(1 + random() % 22);
    if (integer.size() > 1 && integer[0] == '0') integer[0] = '1';
    const std::string fraction = digits_of(random() % 22);
    const int exponent = random() % 2 == 0 ? 0 : static_cast<int>(random() % 50) - 25;
    const int digits = static_cast<int>(random() % 19);
    std::string text = (negative ? "-" : "") + integer + (fraction.empty() ? "" : "." + fraction);
    if (exponent != 0) text += "e" + std::to_string(exponent);
    int64_t expected = 0;
    int64_t units = 0;
    const bool fits = SlowDecimal(negative, integer, fraction, exponent, digits, &expected);
    INFO(text << " in " << digits << " digits");
    REQUIRE(ParseDecimal(text, digits, &units) == fits);
    if (fits) REQUIRE(units == expected);
    ++(fits ? fitted : overflowed);
  }
  CHECK(fitted > 10000);
  CHECK(overflowed > 10000);
}

TEST_CASE("Exactness is noticed") {
  struct Example {
    const char* text;
    bool exact;
  };
  const Example examples[] = {
      {"1", true},     {"1.0", true}, {"1e3", true},  {"1000e-3", true}, {"1.5", false},
      {"1e-1", false}, {"0.0", true}, {"0e-5", true}, {"1e-40", false},  {"1.00000000000000000001", false}};
  for (const Example& example : examples) {
    INFO(example.text);
    NumberText number;
    REQUIRE(SplitNumber(example.text, &number));
    int64_t units = 0;
    bool exact = !example.exact;
    REQUIRE(ScaleNumber(number, 0, &units, &exact));
    CHECK(exact == example.exact);
  }
}

TEST_CASE("Doubles are the nearest; too small is zero, too large is refused") {
  struct Example {
    const char* text;
    double number;
  };
  const Example examples[] = {
      {"0.1", 0.1},
      {"-27.5", -27.5},
      {"1e308", 1e308},
      {"5e-324", 5e-324},
      {"1e-400", 0},
      {"-1e-400", 0},
      {"0e500", 0},
      {"123456789012345678901234567890", 1.2345678901234568e29},
      {"0.00000000000000000000000000000000000000000000000000e99", 0},
  };
  for (const Example& example : examples) {
    INFO(example.text);
    NumberText number;
    REQUIRE(SplitNumber(example.text, &number));
    double result = NAN;
    CHECK(NumberToDouble(example.text, number, &result));
    CHECK(result == example.number);
  }
  for (const char* text : {"1e309", "-1e309", "1e999999999999", "0.001e400"}) {
    INFO(text);
    NumberText number;
    REQUIRE(SplitNumber(text, &number));
    double result = 0;
    CHECK_FALSE(NumberToDouble(text, number, &result));
  }
}

}  // namespace
}  // namespace tocsin
