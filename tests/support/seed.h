// Seed: what a randomised test gives its generator. The same on every run, so that a failure comes again; another with
// TOCSIN_SEED=7 in the environment, which is how `./dev soak` looks further.
#ifndef TOCSIN_TESTS_SUPPORT_SEED_H_
#define TOCSIN_TESTS_SUPPORT_SEED_H_

#include <cstdint>
#include <cstdlib>

namespace tocsin::test {

inline uint32_t Seed(uint64_t own) {
  const char* given = std::getenv("TOCSIN_SEED");
  uint64_t shift = given == nullptr ? 0 : std::strtoull(given, nullptr, 10);
  return static_cast<uint32_t>(own + shift * 0x9E3779B97F4A7C15ull);
}

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SUPPORT_SEED_H_
