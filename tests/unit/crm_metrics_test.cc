// The small formulas of CRM: by hand, against the obvious, and at their edges.
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/crm/customer_value.h"
#include "tocsin/crm/health.h"
#include "tocsin/crm/proportion.h"
#include "tocsin/crm/rfm.h"
#include "tocsin/crm/survey.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

TEST_CASE("Wilson's interval", "[crm]") {
  CHECK(WilsonInterval(45, 50)->low == Approx(0.78640).margin(1e-5));
  CHECK(WilsonInterval(45, 50)->high == Approx(0.95652).margin(1e-5));
  CHECK(WilsonInterval(0, 10)->low == 0);
  CHECK(WilsonInterval(0, 10)->high == Approx(0.27753).margin(1e-5));
  CHECK(WilsonInterval(10, 10)->high == 1);
  CHECK(WilsonInterval(10, 10)->low == Approx(1 - 0.27753).margin(1e-5));
  CHECK_FALSE(WilsonInterval(0, 0));
  // Its ends are the shares p at which the observed one is z standard errors away.
  for (int64_t held = 1; held < 20; ++held) {
    const Interval interval = *WilsonInterval(held, 20);
    for (double p : {interval.low, interval.high}) {
      CHECK(std::abs(static_cast<double>(held) / 20 - p) == Approx(kNormal95 * std::sqrt(p * (1 - p) / 20)));
    }
  }
}

TEST_CASE("answers of surveys", "[crm]") {
  Recommendations nps;
  CHECK_FALSE(nps.Score());
  for (double score : {10.0, 9.0, 8.0, 7.0, 6.0, 0.0}) nps.Add(score);
  CHECK(nps.Score() == 0);
  Recommendations more;
  more.Add(9);
  nps.Merge(more);
  CHECK(*nps.Score() == Approx(100.0 / 7));
  Recommendations stars;
  for (double score : {5.0, 4.0, 3.0, 1.0}) stars.Add(score, {5, 3});
  CHECK(stars.Score() == -25);

  Satisfied csat;
  CHECK_FALSE(csat.Share());
  CHECK_FALSE(csat.Wilson());
  for (double score : {5.0, 4.0, 3.0, 1.0}) csat.Add(score, 4);
  CHECK(csat.Share() == 0.5);
  CHECK(csat.Wilson()->low < 0.5);

  Effort ces;
  CHECK_FALSE(ces.Mean());
  ces.Add(7);
  ces.Add(4);
  CHECK(ces.Mean() == 5.5);
}

TEST_CASE("satisfaction: each customer once, or all pooled", "[crm]") {
  Satisfaction few, many, none;
  few.Add(1, 2);
  for (int i = 0; i < 3; ++i) many.Add(4, 2);
  none.Add(3, 0);
  CHECK(few.Ratio() == 0.5);
  CHECK(few.Difference() == -1);
  CHECK(many.Ratio() == 2);
  CHECK_FALSE(none.Ratio());
  CHECK(none.Difference() == 3);
  SatisfactionOfAll all;
  CHECK_FALSE(all.Mean());
  for (const Satisfaction& customer : {few, many, none}) all.Add(customer);
  CHECK(all.Mean() == 1.25);
  CHECK(all.left_out == 1);
  Satisfaction pooled = few;
  pooled.Merge(many);
  CHECK(pooled.Ratio() == 13.0 / 8);
}

TEST_CASE("customer value: what was spent, at the pace of purchases", "[crm]") {
  CustomerValue customer;
  CHECK_FALSE(customer.PerDay());
  customer.Add(kStart, 10);
  customer.Add(kStart, 20);
  CHECK_FALSE(customer.PerDay());  // one time
  customer.Add(kStart + 48h, 30);
  CHECK(customer.PerDay() == 30);  // 60 in two days between
  customer.Add(kStart + 72h, 0);
  CHECK(customer.PerDay() == 40);  // 60, a purchase each day and a half
  customer.Add(kStart - 24h, 0);   // late, before the first
  CHECK(customer.times() == 4);
  CHECK(customer.first() == kStart - 24h);
  ValueOfAll all;
  all.Add(customer);
  all.Add(CustomerValue());
  CHECK(all.customers == 1);
  CHECK(all.left_out == 1);
  CHECK(*all.Mean() == Approx(45));
}

TEST_CASE("randomised: quintiles are what counting the worse says", "[crm]") {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    std::mt19937_64 random(test::Seed(seed));
    std::vector<RfmInput> customers(1 + random() % 60);
    for (RfmInput& customer : customers) {
      customer = {kStart + Duration(random() % 40), static_cast<int64_t>(1 + random() % 5),
                  static_cast<double>(random() % 1000)};
    }
    const std::vector<RfmScore> scores = RfmScores(customers);
    REQUIRE(scores.size() == customers.size());
    for (size_t i = 0; i < customers.size(); ++i) {
      int64_t recency = 0, frequency = 0, monetary = 0;
      for (const RfmInput& other : customers) {
        recency += other.last < customers[i].last ? 1 : 0;
        frequency += other.purchases < customers[i].purchases ? 1 : 0;
        monetary += other.spent < customers[i].spent ? 1 : 0;
      }
      const auto count = static_cast<int64_t>(customers.size());
      REQUIRE(scores[i] == RfmScore{static_cast<int>(1 + 5 * recency / count),
                                    static_cast<int>(1 + 5 * frequency / count),
                                    static_cast<int>(1 + 5 * monetary / count)});
    }
  }
}

TEST_CASE("quintiles: fifths where all differ, one score where all are equal", "[crm]") {
  std::vector<RfmInput> customers;
  for (int i = 0; i < 10; ++i) customers.push_back({kStart + i * 1h, 1, 10.0 - i});
  const std::vector<RfmScore> scores = RfmScores(customers);
  for (int i = 0; i < 10; ++i) {
    CHECK(scores[static_cast<size_t>(i)] == RfmScore{1 + i / 2, 1, 1 + (9 - i) / 2});
  }
  CHECK(scores[9].Code() == 511);
  CHECK(RfmScores({}).empty());
}

TEST_CASE("health: what is missing weighs nothing and is named", "[crm]") {
  const HealthPart parts[] = {{"usage", 0.5, 0.8}, {"survey", 0.3, std::nullopt}, {"payment", 0.2, 1.5}};
  const Health health = HealthScore(parts);
  CHECK(*health.score == Approx(100 * (0.4 + 0.2) / 0.7));
  CHECK(health.missing == std::vector<size_t>{1});
  const HealthPart nothing[] = {{"survey", 1, std::nullopt}, {"other", 0, 1.0}};
  CHECK_FALSE(HealthScore(nothing).score);
  CHECK(HealthScore(nothing).missing.size() == 2);
  CHECK_FALSE(HealthScore({}).score);
  CHECK(HealthOf(15, 60, 0) == 0.75);
  CHECK(HealthOf(90, 60, 0) == 0);
}

TEST_CASE("churn: of those who were there at the start", "[crm]") {
  CHECK(ChurnRate(200, 10) == 0.05);
  CHECK_FALSE(ChurnRate(0, 0));
}

}  // namespace
}  // namespace tocsin
