// When p_alive crosses a threshold by time alone: against evaluation at the instants around.
#include "metric/customer_model.h"

#include <chrono>
#include <random>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = FromNanos(850'000'000'000'000'000);

bool Answer(const CustomerModel& model, const PurchaseTimes& times, Op op, double p, Time t) {
  const double value = ProbabilityAlive(model, times, t);
  return op == Op::kLess ? value < p : op == Op::kLessEqual ? value <= p : op == Op::kGreater ? value > p : value >= p;
}

TEST_CASE("randomised: the answer about p_alive turns at one instant, which is found", "[metric]") {
  std::mt19937_64 random(test::Seed(1));
  std::uniform_real_distribution<double> unit(0, 1);
  int turns = 0;
  for (int round = 0; round < 3000; ++round) {
    CustomerModel model;
    model.bg_nbd = {0.05 + 2 * unit(random), 0.1 + 9 * unit(random), 0.05 + 2 * unit(random), 0.05 + 5 * unit(random)};
    model.unit = round % 2 == 0 ? Duration(168h) : Duration(24h);
    PurchaseTimes times{1 + static_cast<int64_t>(random() % 12), kStart, kStart};
    if (times.distinct > 1) times.last += Duration(1 + static_cast<int64_t>(random() % 30'000'000'000'000'000));
    const Time now = times.last + Duration(static_cast<int64_t>(random() % 10'000'000'000'000'000));
    const double p = 0.02 + 0.96 * unit(random);
    const Op op = std::vector<Op>{Op::kLess, Op::kLessEqual, Op::kGreater, Op::kGreaterEqual}[round % 4];
    const std::optional<Time> turn = NextTurn(model, times, op, p, now);
    const bool before = Answer(model, times, op, p, now);
    CAPTURE(round, times.distinct, p);
    if (!turn) {
      // Once, or at most behind the range of times.
      REQUIRE((times.distinct == 1 || ProbabilityAlive(model, times, now) <= p ||
               ProbabilityAlive(model, times, FromNanos(INT64_MAX)) >= p));
      continue;
    }
    ++turns;
    REQUIRE(*turn > now);
    REQUIRE(Answer(model, times, op, p, *turn) != before);
    REQUIRE(Answer(model, times, op, p, *turn - 1ns) == before);
    // And so it is everywhere else, but for rounding close by.
    for (int look = 0; look < 20; ++look) {
      const auto far = static_cast<int64_t>(random() % 1'000'000'000'000'000);
      if (far > ToNanos(1ms)) {
        REQUIRE(Answer(model, times, op, p, *turn + Duration(far)) != before);
        if (*turn - Duration(far) > now) REQUIRE(Answer(model, times, op, p, *turn - Duration(far)) == before);
      }
    }
  }
  CHECK(turns > 1000);
}

TEST_CASE("what never turns", "[metric]") {
  CustomerModel model;
  model.bg_nbd = {0.243, 4.414, 0.793, 2.426};
  model.unit = 168h;
  CHECK_FALSE(NextTurn(model, {1, kStart, kStart}, Op::kLess, 0.5, kStart + 24h));
  const PurchaseTimes twice{2, kStart, kStart + 24h};
  CHECK_FALSE(NextTurn(model, twice, Op::kLess, 0, kStart + 24h));
  CHECK_FALSE(NextTurn(model, twice, Op::kLess, 1, kStart + 24h));
  CHECK_FALSE(NextTurn(model, twice, Op::kLess, 1e-300, kStart + 24h));
  // Already below: it does not rise again.
  const std::optional<Time> turn = NextTurn(model, twice, Op::kLess, 0.3, kStart + 24h);
  REQUIRE(turn);
  CHECK_FALSE(NextTurn(model, twice, Op::kLess, 0.3, *turn));
}

TEST_CASE("expected purchases over a horizon in the model's unit", "[metric]") {
  CustomerModel model;
  model.bg_nbd = {0.243, 4.414, 0.793, 2.426};
  model.unit = 168h;
  model.horizon = 39 * 168h;
  const Time last = kStart + 213 * 24h;  // 30.43 weeks
  CHECK(ExpectedPurchases(model, {3, kStart, last}, kStart + 272 * 24h) == Approx(1.226).margin(0.001));
}

}  // namespace
}  // namespace tocsin
