// BG/NBD and gamma-gamma: the published values of the CDNOW sample, the published formulas, and the edges.
#include "tocsin/crm/bg_nbd.h"

#include <cmath>
#include <random>
#include <vector>

#include "support/catch.h"
#include "support/cdnow.h"
#include "support/hypergeometric.h"
#include "support/seed.h"
#include "tocsin/crm/gamma_gamma.h"

namespace tocsin {
namespace {

constexpr BgNbd kCdnow{0.243, 4.414, 0.793, 2.426};
constexpr GammaGamma kCdnowSpend{6.25, 3.74, 15.44};

// As the authors print it (their equation 10).
double Published(const BgNbd& m, const PurchaseHistory& h, double t) {
  const auto x = static_cast<double>(h.x);
  const double z = t / (m.alpha + h.T + t);
  const double f = test::Hypergeometric2F1(m.r + x, m.b + x, m.a + m.b + x - 1, z);
  const double made =
      (m.a + m.b + x - 1) / (m.a - 1) * (1 - std::pow((m.alpha + h.T) / (m.alpha + h.T + t), m.r + x) * f);
  if (h.x == 0) return made;
  return made / (1 + m.a / (m.b + x - 1) * std::pow((m.alpha + h.T) / (m.alpha + h.t_x), m.r + x));
}

TEST_CASE("the hypergeometric function of the twin has its closed forms", "[crm]") {
  for (double z : {-3.0, -0.5, 0.1, 0.5, 0.9}) {
    CAPTURE(z);
    CHECK(test::Hypergeometric2F1(1, 1, 2, z) == Approx(-std::log(1 - z) / z).epsilon(1e-12));
    CHECK(test::Hypergeometric2F1(0.7, 2.5, 2.5, z) == Approx(std::pow(1 - z, -0.7)).epsilon(1e-12));
  }
  CHECK(test::Hypergeometric2F1(0.5, 1, 1.5, 0.25) == Approx(std::atanh(0.5) / 0.5).epsilon(1e-12));
}

TEST_CASE("the published values of the CDNOW sample", "[crm]") {
  CHECK(kCdnow.ExpectedPurchases({2, 30.43, 38.86}, 39) == Approx(1.226).margin(0.0005));
  const auto customers = test::CdnowSample();
  if (!customers) {
    WARN("the real events are not here: ../shared/data/cdnow_sample.csv.gz");
    return;
  }
  std::vector<PurchaseHistory> histories;
  for (const test::CdnowCustomer& customer : *customers) histories.push_back(customer.history);
  REQUIRE(histories.size() == 2357);
  CHECK(histories[0].x == 2);
  CHECK(histories[0].t_x == Approx(30.43).margin(0.005));
  CHECK(histories[0].T == Approx(38.86).margin(0.005));
  CHECK(kCdnow.LogLikelihood(histories) == Approx(-9582.43).margin(0.005));
  for (const BgNbd& other : {BgNbd{0.3, 4.414, 0.793, 2.426}, BgNbd{0.243, 5, 0.793, 2.426},
                             BgNbd{0.243, 4.414, 0.7, 2.426}, BgNbd{0.243, 4.414, 0.793, 2}}) {
    CHECK(other.LogLikelihood(histories) < kCdnow.LogLikelihood(histories));
  }

  const double published[] = {24.65, 18.91, 35.17};
  for (size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    CHECK(*kCdnowSpend.ExpectedMean((*customers)[i].history.x, (*customers)[i].mean) ==
          Approx(published[i]).margin(0.1));
  }
}

TEST_CASE("randomised: the sum without a minus is the published form", "[crm]") {
  std::mt19937_64 random(test::Seed(1));
  std::uniform_real_distribution<double> unit(0, 1);
  for (int round = 0; round < 2000; ++round) {
    const BgNbd model{0.05 + 3 * unit(random), 0.1 + 20 * unit(random), 0.05 + 4 * unit(random),
                      0.05 + 5 * unit(random)};
    PurchaseHistory history{static_cast<int64_t>(random() % 4 == 0 ? 0 : random() % 40), 0, 100 * unit(random)};
    if (history.x > 0) history.t_x = history.T * unit(random);
    const double t = 100 * unit(random);
    if (std::abs(model.a - 1) < 0.05 || model.a + model.b + static_cast<double>(history.x) < 1.05) continue;
    CAPTURE(model.r, model.alpha, model.a, model.b, history.x, history.t_x, history.T, t);
    REQUIRE(model.ExpectedPurchases(history, t) == Approx(Published(model, history, t)).epsilon(1e-8));
  }
}

TEST_CASE("expected purchases where the published form has no value", "[crm]") {
  const PurchaseHistory history{3, 20, 30};
  const auto at = [&](double a) { return BgNbd{0.5, 5, a, 2}.ExpectedPurchases(history, 10); };
  CHECK(at(1) == Approx((Published({0.5, 5, 0.99, 2}, history, 10) + Published({0.5, 5, 1.01, 2}, history, 10)) / 2)
                     .epsilon(1e-4));
  CHECK(at(1) < at(0.999999));
  CHECK(at(1) > at(1.000001));
  // Little time: nearly the rate times the time; no digit is lost.
  const BgNbd model{0.5, 5, 2, 2};
  CHECK(model.ExpectedPurchases(1e-12) == Approx(0.5 / 5 * 1e-12).epsilon(1e-9));
  CHECK(model.ExpectedPurchases(0) == 0);
  CHECK(model.ExpectedPurchases({2000, 400, 400}, 400) > 0);
  CHECK(BgNbd{0.1, 1, 0.3, 0.3}.ExpectedPurchases(10) > 0);
}

TEST_CASE("the model is the mean of simulated customers", "[crm]") {
  // Customers drawn from the model; of those whose first purchases look alike, how many are still there.
  std::mt19937_64 random(test::Seed(2));
  const BgNbd model{1.5, 4, 1.2, 2.5};
  std::gamma_distribution<double> rates(model.r, 1 / model.alpha), left(model.a), right(model.b);
  const int kCustomers = 100'000;
  double purchases = 0;
  double alive = 0, predicted = 0;
  for (int i = 0; i < kCustomers; ++i) {
    const double rate = rates(random), u = left(random), p = u / (u + right(random));
    PurchaseHistory history{0, 0, 10};
    bool active = true;
    for (double t = 0; active;) {
      t += std::exponential_distribution<double>(rate)(random);
      if (t > 10) break;
      ++history.x;
      history.t_x = t;
      active = std::bernoulli_distribution(1 - p)(random);
    }
    purchases += static_cast<double>(history.x);
    alive += active ? 1 : 0;
    predicted += model.ProbabilityAlive(history);
  }
  CHECK(purchases / kCustomers == Approx(model.ExpectedPurchases(10)).epsilon(0.03));
  CHECK(alive / kCustomers == Approx(predicted / kCustomers).margin(0.01));
}

TEST_CASE("the instant at which the probability has fallen", "[crm]") {
  std::mt19937_64 random(test::Seed(3));
  std::uniform_real_distribution<double> unit(0, 1);
  for (int round = 0; round < 500; ++round) {
    const BgNbd model{0.05 + 2 * unit(random), 0.1 + 9 * unit(random), 0.05 + 2 * unit(random),
                      0.05 + 5 * unit(random)};
    PurchaseHistory history{1 + static_cast<int64_t>(random() % 10), 50 * unit(random), 0};
    const double p = 0.01 + 0.98 * unit(random);
    history.T = *model.TimeOfProbability(history, p);
    REQUIRE(model.ProbabilityAlive(history) == Approx(p).epsilon(1e-9));
  }
  CHECK_FALSE(kCdnow.TimeOfProbability({0, 0, 10}, 0.5));
  CHECK(kCdnow.ProbabilityAlive({0, 0, 1000}) == 1);
}

TEST_CASE("a history is of distinct times, in the model's unit", "[crm]") {
  using std::chrono::hours;
  const Time start = FromNanos(1'700'000'000'000'000'000);
  const PurchaseHistory history = HistoryOf(3, start, start + hours(168), start + hours(336), hours(168));
  CHECK(history.x == 2);
  CHECK(history.t_x == 1);
  CHECK(history.T == 2);
}

TEST_CASE("parameters that are none", "[crm]") {
  CHECK(kCdnow.Valid());
  CHECK_FALSE(BgNbd{0, 1, 1, 1}.Valid());
  CHECK_FALSE(BgNbd{1, 1, -1, 1}.Valid());
  CHECK_FALSE(BgNbd{1, 1, 1, std::nan("")}.Valid());
  CHECK(kCdnowSpend.Valid());
  CHECK_FALSE(GammaGamma{1, 0, 1}.Valid());
}

TEST_CASE("the expected mean lies between the customer's and everybody's", "[crm]") {
  const double everybody = *kCdnowSpend.ExpectedMean(0, 0);
  CHECK(everybody == Approx(6.25 * 15.44 / 2.74));
  CHECK(*kCdnowSpend.ExpectedMean(1, 100) < 100);
  CHECK(*kCdnowSpend.ExpectedMean(1, 100) > everybody);
  CHECK(*kCdnowSpend.ExpectedMean(1000, 100) == Approx(100).epsilon(0.01));
  CHECK_FALSE(GammaGamma{1, 1, 1}.ExpectedMean(0, 0));
}

TEST_CASE("the density of a mean adds up to one", "[crm]") {
  for (int64_t x : {1, 5}) {
    double sum = 0;
    const double step = 0.01;
    for (double u = -10 + step / 2; u < 15; u += step) sum += std::exp(kCdnowSpend.LogLikelihood(x, std::exp(u)) + u);
    CHECK(sum * step == Approx(1).epsilon(1e-4));
  }
}

}  // namespace
}  // namespace tocsin
