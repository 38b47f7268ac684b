// A threshold on p_alive: an alert begins at the very nanosecond at which the probability, computed apart, has fallen,
// and ends with the next purchase; through snapshots too.
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "metric/customer_model.h"
#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/config/builder.h"
#include "tocsin/engine/engine.h"

namespace tocsin {
namespace {

using std::chrono::hours;

constexpr Time kStart = FromNanos(850'000'000'000'000'000);
constexpr double kThreshold = 0.4;

std::shared_ptr<const Plan> MakePlan() {
  ConfigBuilder builder;
  builder.LimitEvidence(0);  // what it keeps of events is not what is counted here
  builder.EventType("purchase").Attribute("customer", Kind::kInt);
  builder.Metric("alive").Event("purchase").Aggregate("p_alive(0.243, 4.414, 0.793, 2.426, days(7))").By("customer");
  builder.Rule("Going").When("alive < 0.4");
  return *Plan::Create(builder.config().engine);
}

struct Log : AlertSink {
  void OnAlert(const AlertChange& change) override {
    text += FormatTime(change.time) + (change.change == Change::kFiring ? " firing " : " resolved ") +
            change.labels[0].second + "\n";
  }
  std::string text;
};

// What is told, from the times of each customer's purchases and evaluation alone.
std::string Expected(const std::map<int64_t, std::vector<Time>>& purchases, Time end) {
  CustomerModel model;
  model.bg_nbd = {0.243, 4.414, 0.793, 2.426};
  model.unit = hours(168);
  std::map<std::pair<Time, std::string>, std::string> told;  // by rule name and key, at one instant
  for (const auto& [customer, times] : purchases) {
    bool fires = false;
    for (size_t i = 0; i < times.size(); ++i) {
      const PurchaseTimes seen{static_cast<int64_t>(i) + 1, times[0], times[i]};
      const auto gone = [&](Time t) { return ProbabilityAlive(model, seen, t) < kThreshold; };
      const Time until = i + 1 < times.size() ? times[i + 1] : end + Duration(1);
      const std::string name = std::to_string(customer);
      if (fires && !gone(times[i])) told[{times[i], name}] = " resolved ";
      if (!fires && gone(times[i])) told[{times[i], name}] = " firing ";
      fires = gone(times[i]);
      if (fires || !gone(until - Duration(1))) continue;
      Time low = times[i], high = until - Duration(1);
      while (high - low > Duration(1)) {
        const Time middle = low + (high - low) / 2;
        (gone(middle) ? high : low) = middle;
      }
      told[{high, name}] = " firing ";
      fires = true;
    }
  }
  std::string text;
  for (const auto& [when, change] : told) text += FormatTime(when.first) + change + when.second + "\n";
  return text;
}

// Rounding can make the answer change to and fro within a microsecond.
std::string ToMicroseconds(const std::string& text) {
  std::string shorter;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    const Time time = *ParseTime(line.substr(0, line.find(' ')));
    shorter += FormatTime(RoundDown(time + Duration(500), Duration(1000))) + line.substr(line.find(' ')) + "\n";
    at = end + 1;
  }
  return shorter;
}

TEST_CASE("randomised: who is going is told when the probability has fallen", "[engine]") {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(test::Seed(seed));
    const auto plan = MakePlan();
    Log log;
    auto engine = std::make_unique<Engine>(plan, &log);
    std::map<int64_t, std::vector<Time>> purchases;
    Time now = kStart;
    for (int i = 0; i < 300; ++i) {
      now += Duration(static_cast<int64_t>(random() % ToNanos(hours(100))));
      const auto customer = static_cast<int64_t>(random() % 20);
      purchases[customer].push_back(now);
      engine->Ingest(Event("purchase").At(now).Set("customer", customer)).IgnoreError();
      if (random() % 20 == 0) {
        auto next = std::make_unique<Engine>(plan, &log);
        REQUIRE(next->Restore(engine->Snapshot()).ok());
        engine = std::move(next);
      }
      if (random() % 30 == 0) engine->Reload(plan);
    }
    now += hours(24 * 1000);
    engine->AdvanceTo(now);
    CHECK(ToMicroseconds(log.text) == ToMicroseconds(Expected(purchases, now)));
    CHECK(log.text.find("resolved") != std::string::npos);
  }
}

TEST_CASE("one timer a customer", "[engine]") {
  const auto plan = MakePlan();
  Engine engine(plan);
  for (int i = 0; i < 100; ++i) {
    engine.Ingest(Event("purchase").At(kStart + hours(i)).Set("customer", int64_t{1})).IgnoreError();
  }
  const size_t one = engine.Snapshot().size();
  for (int i = 100; i < 1000; ++i) {
    engine.Ingest(Event("purchase").At(kStart + hours(i)).Set("customer", int64_t{1})).IgnoreError();
  }
  CHECK(engine.Snapshot().size() <= one + 64);
}

}  // namespace
}  // namespace tocsin
