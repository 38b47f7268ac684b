// anomaly() and forecast() in an engine: what a detector that is fed by hand says, at the same instants; through
// snapshots and reloads; groups that go take theirs along.
#include <memory>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/labelled_series.h"
#include "support/rich_engine.h"
#include "support/seed.h"
#include "tocsin/anomaly/detector.h"

namespace tocsin {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::TextSink;

constexpr Time kStart = FromNanos(1'700'006'400'000'000'000);  // midnight
constexpr Duration kWeek = hours(168);

ConfigBuilder Visits() {
  ConfigBuilder builder;
  builder.EventType("visit").Attribute("shop", Kind::kString);
  builder.Metric("visits_1h").Event("visit").Aggregate("count").Window(hours(1)).By("shop");
  builder.Metric("soon").Value("forecast(visits_1h, hours(2)) + 0.0");
  builder.Rule("Odd").When("anomaly(visits_1h, days(7)) > 4 && visits_1h >= 0");
  return builder;
}

std::shared_ptr<const Plan> MakePlan(const ConfigBuilder& builder) {
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(builder.config().engine);
  INFO(plan.status().ToString());
  REQUIRE(plan.ok());
  return *plan;
}

// The visits of the hour that ends at `hour`, until `end`.
void Feed(Engine* engine, size_t hour, double count, Time end, const char* shop = "a") {
  for (int i = 0; i < count; ++i) {
    const Time at = kStart + hours(hour - 1) + minutes(1) + Duration(minutes(58)) / static_cast<int64_t>(count) * i;
    engine->Ingest(Event("visit").At(at).Set("shop", shop)).IgnoreError();
  }
  engine->AdvanceTo(end);
}
void Feed(Engine* engine, size_t hour, double count, const char* shop = "a") {
  Feed(engine, hour, count, kStart + hours(hour), shop);
}

std::optional<double> Number(const Engine& engine, std::string_view metric, const char* shop = "a") {
  const Key keys[] = {{"shop", shop}};
  const OwnedValue value = *engine.Value(metric, keys);
  return value.absent() ? std::nullopt : std::optional(value.view().AsDouble());
}

std::vector<double> Series() {
  std::vector<double> values =
      test::MakeSeries(test::Noise::kPoisson, test::Planted::kSpikes, 0, test::Seed(1), 4).values;
  for (double& value : values) value = std::floor(value / 4);
  return values;
}

TEST_CASE("an engine asks detectors at full steps, and tells when they find something", "[engine]") {
  const std::vector<double> values = Series();
  TextSink sink;
  Engine engine(MakePlan(Visits()), &sink);
  const std::unique_ptr<Detector> detector = MakeSeasonalDetector(kWeek);
  std::string expected_changes;
  bool fires = false;
  size_t scored = 0;
  for (size_t hour = 1; hour < values.size(); ++hour) {
    CAPTURE(hour);
    const Time now = kStart + hours(hour);
    const std::optional<double> before = Number(engine, "anomaly(visits_1h, 7d)");
    Feed(&engine, hour, values[hour], now - Duration(1));
    REQUIRE(Number(engine, "anomaly(visits_1h, 7d)") == before);  // between steps nothing changes
    engine.AdvanceTo(now);
    std::optional<double> score;
    if (hour >= 2) {  // the window of an hour began with the first event, just after midnight
      score = detector->Score(now, values[hour]);
      detector->Observe(now, values[hour]);
    }
    REQUIRE(Number(engine, "anomaly(visits_1h, 7d)") == (score ? std::optional(std::abs(*score)) : std::nullopt));
    REQUIRE(Number(engine, "soon") == (hour >= 2 ? detector->Forecast(now + hours(2)) : std::nullopt));
    scored += score ? 1 : 0;
    const bool holds = score && std::abs(*score) > 4;
    if (holds != fires) {
      expected_changes += FormatTime(now) + (holds ? " firing\n" : " resolved\n");
      fires = holds;
    }
  }
  CHECK(scored > 400);
  std::string changes;
  for (size_t at = 0; at < sink.text.size();) {
    const size_t end = sink.text.find('\n', at);
    const std::string line = sink.text.substr(at, end - at);
    const size_t change = line.find("\"change\": \"") + 11;
    changes +=
        line.substr(10, line.find('"', 10) - 10) + " " + line.substr(change, line.find('"', change) - change) + "\n";
    at = end + 1;
  }
  CHECK(changes == expected_changes);
  CHECK(!changes.empty());
  CHECK(sink.text.find("anomaly(visits_1h, 7d) = ") != std::string::npos);
}

TEST_CASE("series go through snapshots and reloads, and not into other definitions", "[engine]") {
  const std::vector<double> values = Series();
  TextSink sink, other_sink;
  std::shared_ptr<const Plan> plan = MakePlan(Visits());
  auto engine = std::make_unique<Engine>(plan, &sink);
  auto other = std::make_unique<Engine>(plan, &other_sink);
  for (size_t hour = 1; hour < values.size(); ++hour) {
    Feed(engine.get(), hour, values[hour]);
    Feed(other.get(), hour, values[hour]);
    if (hour % 50 == 0) {
      auto next = std::make_unique<Engine>(plan, &other_sink);
      REQUIRE(next->Restore(other->Snapshot()).ok());
      other = std::move(next);
    } else if (hour % 50 == 25) {
      ConfigBuilder more = Visits();
      more.Metric("aside").Event("visit").Aggregate("count").Window(minutes(hour));
      plan = MakePlan(hour % 100 == 25 ? more : Visits());
      other->Reload(plan);
    }
    REQUIRE(Number(*engine, "anomaly(visits_1h, 7d)") == Number(*other, "anomaly(visits_1h, 7d)"));
    REQUIRE(Number(*engine, "soon") == Number(*other, "soon"));
  }
  CHECK(sink.text == other_sink.text);
  REQUIRE(Number(*engine, "soon"));

  ConfigBuilder wider;
  wider.EventType("visit").Attribute("shop", Kind::kString);
  wider.Metric("visits_1h").Event("visit").Aggregate("count").Window(hours(3)).By("shop");
  wider.Metric("soon").Value("forecast(visits_1h, hours(2)) + 0.0");
  engine->Reload(MakePlan(wider));
  Feed(engine.get(), values.size(), 1);
  CHECK_FALSE(Number(*engine, "soon"));
}

TEST_CASE("a group that is forgotten begins anew", "[engine]") {
  const std::vector<double> values = Series();
  Engine engine(MakePlan(Visits()));
  for (size_t hour = 1; hour < 200; ++hour) Feed(&engine, hour, values[hour]);
  REQUIRE(Number(engine, "soon"));
  REQUIRE(engine.Forget("shop", "a").ok());
  Feed(&engine, 200, 3);
  CHECK_FALSE(Number(engine, "soon"));
  Feed(&engine, 201, 3, "b");
  CHECK_FALSE(Number(engine, "soon", "b"));
}

TEST_CASE("a damaged series in a snapshot is refused", "[engine]") {
  const std::vector<double> values = Series();
  Engine engine(MakePlan(Visits()));
  for (size_t hour = 1; hour < 200; ++hour) Feed(&engine, hour, values[hour]);
  const std::string good = engine.Snapshot();
  const size_t place = good.find("seasone1");
  REQUIRE(place != std::string::npos);
  CHECK(good.find("seasone1", place + 1) == std::string::npos);  // one detector for both metrics
  std::string bad = good;
  bad[place] = 'S';
  CHECK_FALSE(engine.Restore(bad).ok());
}

}  // namespace
}  // namespace tocsin
