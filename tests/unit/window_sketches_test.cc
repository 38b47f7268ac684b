// Sketches within their stated error over many seeds, and merges in any order.
#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/window/dd_sketch.h"
#include "tocsin/window/hyper_log_log.h"
#include "tocsin/window/stable_hash.h"

namespace tocsin {
namespace {

// Amounts of every kind: even, of many sizes, with many alike, of either sign.
double Number(uint64_t kind, std::mt19937_64& random) {
  std::uniform_real_distribution<double> even(0, 1);
  switch (kind % 5) {
    case 0:
      return even(random) * 1000;
    case 1:
      return std::exp(even(random) * 60 - 30);
    case 2:
      return static_cast<double>(random() % 10);
    case 3:
      return even(random) * 200 - 100;
    default:
      return std::pow(even(random), -2);
  }
}

TEST_CASE("a number's bin stands for it to 1 %", "[window]") {
  std::mt19937_64 random(test::Seed(1));
  for (int i = 0; i < 100'000; ++i) {
    const double x = Number(random(), random);
    REQUIRE(std::fabs(DdValue(DdBin(x)) - x) <= 0.01 * std::fabs(x));
  }
  for (const double x : {1e-299, 1e307, 1e308, 1.0, -1.0, -1e-299, 123456789.0}) {
    CAPTURE(x);
    CHECK(std::fabs(DdValue(DdBin(x)) - x) <= 0.01 * std::fabs(x));
  }
  CHECK(DdValue(DdBin(0)) == 0);
  CHECK(DdValue(DdBin(-0.0)) == 0);
  CHECK(DdValue(DdBin(1e-305)) == 0);
  CHECK(DdBin(-2) < DdBin(-1));
  CHECK(DdBin(-1e-300) < 0);
  CHECK(DdBin(1e-300) > 0);
}

TEST_CASE("quantiles are within 1 % of the nearest rank's, over a thousand seeds", "[window]") {
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    DdSketch sketch;
    std::vector<double> numbers(1 + random() % 400);
    for (double& x : numbers) sketch.Add(x = Number(seed, random));
    std::sort(numbers.begin(), numbers.end());
    for (const double q : {0.0, 0.01, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0}) {
      CAPTURE(q);
      const double exact = numbers[NearestRank(q, numbers.size()) - 1];
      REQUIRE(std::fabs(*sketch.Quantile(q) - exact) <= 0.01 * std::fabs(exact));
    }
  }
  CHECK_FALSE(DdSketch().Quantile(0.5));
}

TEST_CASE("the nearest rank", "[window]") {
  CHECK(NearestRank(0, 10) == 1);
  CHECK(NearestRank(0.5, 10) == 5);
  CHECK(NearestRank(0.5, 11) == 6);
  CHECK(NearestRank(0.95, 20) == 19);
  CHECK(NearestRank(0.951, 20) == 20);
  CHECK(NearestRank(1, 20) == 20);
}

TEST_CASE("bins merge in any order and are taken out again", "[window]") {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    std::mt19937_64 random(test::Seed(seed));
    DdSketch parts[3];
    DdSketch all;
    for (int i = 0; i < 300; ++i) {
      const double x = Number(seed, random);
      parts[random() % 3].Add(x);
      all.Add(x);
    }
    DdSketch left = parts[0];
    left.Merge(parts[1]);
    left.Merge(parts[2]);
    DdSketch right = parts[2];
    right.Merge(parts[1]);
    DdSketch other = parts[0];
    other.Merge(right);
    REQUIRE(left == all);
    REQUIRE(other == all);
    left.Remove(parts[1]);
    DdSketch without = parts[0];
    without.Merge(parts[2]);
    REQUIRE(left == without);
    REQUIRE(left.count() == without.count());
  }
}

TEST_CASE("different values are counted to 2 % (one standard error), over a thousand seeds", "[window]") {
  double squares = 0;
  double bias = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    std::mt19937_64 random(test::Seed(seed));
    const double count = std::exp(std::uniform_real_distribution<double>(5.6, 10.3)(random));
    HyperLogLog sketch;
    for (int i = 0; i < static_cast<int>(count); ++i) sketch.Add(random());
    const double error = sketch.Estimate() / std::floor(count) - 1;
    REQUIRE(std::fabs(error) < 0.1);  // six standard errors
    squares += error * error;
    bias += error;
  }
  CHECK(std::sqrt(squares / 1000) < 0.02);
  CHECK(std::fabs(bias / 1000) < 0.002);
}

TEST_CASE("few different values are counted nearly exactly, nothing as nothing", "[window]") {
  HyperLogLog sketch;
  CHECK(sketch.Estimate() == 0);
  for (int i = 1; i <= 50; ++i) {
    sketch.Add(StableHash("value " + std::to_string(i)));
    CHECK(std::fabs(sketch.Estimate() - i) <= 1.5);
    sketch.Add(StableHash("value " + std::to_string(i)));
  }
}

TEST_CASE("registers merge in any order", "[window]") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    std::mt19937_64 random(test::Seed(seed));
    HyperLogLog parts[3];
    HyperLogLog all;
    for (int i = 0; i < 3000; ++i) {
      const uint64_t hash = random();
      parts[random() % 3].Add(hash);
      all.Add(hash);
    }
    HyperLogLog left = parts[0];
    left.Merge(parts[1]);
    left.Merge(parts[2]);
    HyperLogLog right = parts[2];
    right.Merge(parts[1]);
    right.Merge(parts[0]);
    right.Merge(parts[0]);
    REQUIRE(left == all);
    REQUIRE(right == all);
  }
}

TEST_CASE("hashes are those of every run", "[window]") {
  CHECK(StableHash("") != StableHash(std::string_view("\0", 1)));
  CHECK(StableHash("a") == 0x6c76e1d6898ae1cd);
  CHECK(StableHash(uint64_t{1}) == 0xb456bcfc34c2cb2c);
  std::set<uint64_t> seen;
  for (int i = 0; i < 20'000; ++i) seen.insert(StableHash("customer " + std::to_string(i)));
  for (uint64_t i = 0; i < 20'000; ++i) seen.insert(StableHash(i));
  CHECK(seen.size() == 40'000);
}

}  // namespace
}  // namespace tocsin
