// What a reload keeps besides what tests/scenarios/reload.scenario shows (docs/semantics.md 9.4).
#include <memory>
#include <string>

#include "support/catch.h"
#include "support/rich_engine.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::TextSink;

constexpr Time kStart = FromNanos(1'700'000'040'000'000'000);  // a full minute

// Metrics are added before it, so that groupings have other numbers.
ConfigBuilder Spending(bool renumbered = false) {
  ConfigBuilder builder;
  builder.EventType("purchase")
      .Attribute("customer", Kind::kString)
      .Attribute("shop", Kind::kString)
      .Attribute("amount", Kind::kDouble);
  if (renumbered) builder.Metric("aside").Event("purchase").Aggregate("count").Window(minutes(1)).By("shop");
  builder.Metric("spent").Event("purchase").Aggregate("sum(amount)").Window(minutes(10)).By("customer");
  return builder;
}

std::shared_ptr<const Plan> MakePlan(const ConfigBuilder& builder) {
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(builder.config().engine);
  INFO(plan.status().ToString());
  REQUIRE(plan.ok());
  return *plan;
}

void Buy(Engine* engine, Duration at, const std::string& customer, double amount, std::string_view id = "") {
  engine
      ->Ingest(
          Event("purchase").At(kStart + at).Id(id).Set("customer", customer).Set("shop", "s").Set("amount", amount))
      .IgnoreError();
}

bool Has(const TextSink& sink, std::string_view text) { return sink.text.find(text) != std::string::npos; }

TEST_CASE("a severity of another name is told while the alert fires", "[engine]") {
  auto with = [](const char* severity) {
    ConfigBuilder builder = Spending();
    builder.Rule("Rich").When("spent > 50.0").Severity(severity);
    return MakePlan(builder);
  };
  TextSink sink;
  Engine engine(with("warning"), &sink);
  Buy(&engine, seconds(0), "ada", 60);
  sink.text.clear();
  engine.Reload(with("warning"));
  CHECK(sink.text.empty());
  engine.Reload(with("critical"));
  CHECK(Has(sink, "\"change\": \"severity\", \"rule\": \"Rich\", \"severity\": \"critical\""));
  CHECK(engine.Statistics().firing == 1);
}

TEST_CASE("evidence is of the group's own events, also where groupings have other numbers", "[engine]") {
  auto with = [](bool renumbered) {
    ConfigBuilder builder = Spending(renumbered);
    builder.Rule("Rich").When("spent > 50.0");
    if (renumbered) builder.Rule("Aside").When("aside > 100.0");
    return MakePlan(builder);
  };
  TextSink sink;
  Engine engine(with(false), &sink);
  Buy(&engine, seconds(0), "ada", 30);
  Buy(&engine, seconds(1), "bob", 30);
  engine.Reload(with(true));
  Buy(&engine, seconds(2), "bob", 30);
  REQUIRE(Has(sink, "\"rule\": \"Rich\""));
  CHECK(!Has(sink, "ada"));
}

TEST_CASE("events that wait go on waiting, and duplicates are known under another memory", "[engine]") {
  auto with = [](Duration reorder, Duration remembered) {
    return MakePlan(Spending().Reorder(reorder).Deduplicate(remembered));
  };
  Engine engine(with(seconds(10), minutes(1)));
  Buy(&engine, seconds(0), "ada", 1, "first");
  Buy(&engine, seconds(5), "ada", 1);
  engine.Reload(with(seconds(10), minutes(2)));
  CHECK(engine.Statistics().held == 2);
  Buy(&engine, seconds(6), "ada", 1, "first");
  CHECK(engine.Statistics().events[static_cast<size_t>(Reason::kDuplicate)] == 1);
  engine.Reload(with(seconds(20), minutes(2)));  // another order: what waits is applied
  CHECK(engine.Statistics().held == 0);
  CHECK(engine.now() == kStart + seconds(5));
}

TEST_CASE("a value that is kept at multiples is kept", "[engine]") {
  ConfigBuilder builder = Spending();
  builder.Metric("half").Value("spent / 2.0").Every(minutes(1));
  Engine engine(MakePlan(builder));
  Buy(&engine, seconds(1), "ada", 60);
  engine.AdvanceTo(kStart + minutes(1));
  Buy(&engine, seconds(70), "ada", 60);
  engine.Reload(MakePlan(builder));
  CHECK(engine.Value("half", {{"customer", "ada"}})->view().AsDouble() == 30);
  engine.AdvanceTo(kStart + minutes(2));
  CHECK(engine.Value("half", {{"customer", "ada"}})->view().AsDouble() == 60);
}

// A reload of the same plan asks everything once more, and nothing has changed.
TEST_CASE("a reload of the same plan between closed instants is not noticed", "[engine]") {
  for (uint32_t seed = 0; seed < 3; ++seed) {
    CAPTURE(seed);
    ConfigBuilder builder = Spending();
    builder.Rule("Rich").When("critical", "spent > 300.0").When("warning", "spent > 100.0").ResolveWhen("spent < 50.0");
    builder.Rule("Held").When("spent > 120.0").For(seconds(30)).KeepFiringFor(seconds(20));
    builder.Rule("Flaps").When("spent > 80.0").Flapping(2, minutes(3));
    const auto rules = MakePlan(builder);
    auto run = [&](bool reloads) {
      std::mt19937_64 random(test::Seed(seed));
      TextSink sink;
      Engine engine(rules, &sink);
      Duration at{};
      for (int i = 0; i < 2000; ++i) {
        at += std::chrono::milliseconds(random() % 8000);
        Buy(&engine, at, "c" + std::to_string(random() % 10), static_cast<double>(random() % 60));
        if (random() % 20 != 0) continue;
        engine.AdvanceTo(kStart + at);
        if (reloads) engine.Reload(rules);
      }
      return sink.text;
    };
    const std::string straight = run(false);
    REQUIRE(straight.size() > 10'000);
    CHECK(run(true) == straight);
  }
}

}  // namespace
}  // namespace tocsin
