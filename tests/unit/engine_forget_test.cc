// People are forgotten and exported, groups expire (docs/semantics.md 3.11), and freed memory is never noticed.
#include <memory>
#include <string>

#include "support/catch.h"
#include "support/rich_engine.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::TextSink;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

// Purchases by customer and by shop; whoever spends much in a shop is told, with the purchases behind it.
ConfigBuilder ShopConfig() {
  ConfigBuilder builder;
  builder.EventType("purchase")
      .Attribute("customer", Kind::kString)
      .Attribute("shop", Kind::kString)
      .Attribute("amount", Kind::kDouble);
  builder.Metric("spent").Event("purchase").Aggregate("sum(amount)").Window(hours(1)).By("customer");
  builder.Metric("takings").Event("purchase").Aggregate("sum(amount)").Window(hours(1)).By("shop");
  builder.Metric("pair").Event("purchase").Aggregate("count").By("customer", "shop");
  return builder;
}

std::shared_ptr<const Plan> MakePlan(const ConfigBuilder& builder) {
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(builder.config().engine);
  INFO(plan.status().ToString());
  REQUIRE(plan.ok());
  return *plan;
}

void Buy(Engine* engine, Time time, const std::string& customer, const std::string& shop, double amount) {
  const absl::Status status =
      engine->Ingest(Event("purchase").At(time).Set("customer", customer).Set("shop", shop).Set("amount", amount));
  REQUIRE(status.ok());
}

double Number(const Engine& engine, std::string_view metric, std::initializer_list<Key> keys) {
  const absl::StatusOr<OwnedValue> value = engine.Value(metric, keys);
  REQUIRE(value.ok());
  return value->view().AsNumber();
}

TEST_CASE("who is forgotten is nowhere, and what came from them stays in coarser groups", "[engine]") {
  ConfigBuilder builder = ShopConfig();
  builder.Rule("Rich").When("spent > 50.0");
  builder.Rule("Loyal").When("pair >= 2.0");
  builder.Rule("Busy").When("takings > 100.0").Summary("{takings:.0f}");
  TextSink sink;
  Engine engine(MakePlan(builder), &sink);
  Buy(&engine, kStart, "ada", "north", 30);
  Buy(&engine, kStart + seconds(1), "ada", "north", 30);
  Buy(&engine, kStart + seconds(2), "bob", "north", 30);
  REQUIRE(engine.Statistics().firing == 2);
  sink.text.clear();

  const absl::StatusOr<Engine::Forgotten> forgotten = engine.Forget("customer", "ada");
  REQUIRE(forgotten.ok());
  CHECK(forgotten->groups == 2);  // by customer, and by customer and shop
  CHECK(forgotten->alerts == 2);
  const size_t loyal = sink.text.find("\"change\": \"resolved\", \"rule\": \"Loyal\"");
  const size_t rich = sink.text.find("\"change\": \"resolved\", \"rule\": \"Rich\"");
  CHECK(loyal < rich);
  CHECK(rich != std::string::npos);
  CHECK(sink.text.find("\"reason\": \"forgotten\"") != std::string::npos);
  CHECK(engine.Statistics().firing == 0);
  CHECK(Number(engine, "spent", {{"customer", "ada"}}) == 0);
  CHECK(Number(engine, "spent", {{"customer", "bob"}}) == 30);
  CHECK(Number(engine, "takings", {{"shop", "north"}}) == 90);
  CHECK(engine.Forget("customer", "ada")->groups == 0);

  // An alert of the shop tells its last events, but none of theirs, and the bytes of the engine do not name them.
  sink.text.clear();
  Buy(&engine, kStart + seconds(3), "bob", "north", 20);
  CHECK(sink.text.find("\"rule\": \"Busy\"") != std::string::npos);
  CHECK(sink.text.find("bob") != std::string::npos);
  CHECK(sink.text.find("ada") == std::string::npos);
  CHECK(engine.Snapshot().find("ada") == std::string::npos);
}

TEST_CASE("names longer than evidence keeps, and events that wait, are forgotten too", "[engine]") {
  ConfigBuilder builder = ShopConfig().Reorder(seconds(10));
  builder.Rule("Busy").When("takings > 0.0");
  const std::string name = "customer-" + std::string(90, 'x');
  Engine engine(MakePlan(builder));
  Buy(&engine, kStart, name, "north", 1);
  Buy(&engine, kStart + seconds(5), name, "north", 1);
  Buy(&engine, kStart + seconds(12), "bob", "north", 1);
  CHECK(engine.Statistics().held == 2);
  REQUIRE(engine.Forget("customer", name).ok());
  CHECK(engine.Statistics().held == 1);
  engine.AdvanceTo(kStart + minutes(1));
  CHECK(engine.Snapshot().find("xxxxxxxx") == std::string::npos);
  CHECK(Number(engine, "takings", {{"shop", "north"}}) == 2);
}

TEST_CASE("what is exported is what would be forgotten", "[engine]") {
  ConfigBuilder builder = ShopConfig();
  builder.Rule("Rich").When("spent > 50.0");
  Engine engine(MakePlan(builder));
  Buy(&engine, kStart, "ada", "north", 60);
  Buy(&engine, kStart, "bob", "north", 60);
  const absl::StatusOr<std::string> exported = engine.Export("customer", "ada");
  REQUIRE(exported.ok());
  CHECK(*exported == R"({"groups": [{"keys": {"customer": "ada"}, "metrics": {"spent": 60}, "alerts": ["Rich"]}, )"
                     R"({"keys": {"customer": "ada", "shop": "north"}, "metrics": {"pair": 1}, "alerts": []}]})");
  CHECK(*engine.Export("customer", "eve") == R"({"groups": []})");
  CHECK(engine.Export("nothing", "x").status().code() == absl::StatusCode::kNotFound);
  CHECK(engine.Forget("nothing", "x").status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE("a group without an event for `expire_after` is forgotten at that instant", "[engine]") {
  ConfigBuilder builder = ShopConfig();
  builder.Key("customer").ExpireAfter(minutes(10));
  builder.Rule("Loyal").When("pair >= 1.0");
  TextSink sink;
  Engine engine(MakePlan(builder), &sink);
  Buy(&engine, kStart, "zoe", "north", 1);
  Buy(&engine, kStart, "ada", "north", 1);
  Buy(&engine, kStart + minutes(5), "bob", "north", 1);
  sink.text.clear();
  engine.AdvanceTo(kStart + minutes(10) - Duration(1));
  CHECK(sink.text.empty());
  CHECK(Number(engine, "pair", {{"customer", "ada"}, {"shop", "north"}}) == 1);
  engine.AdvanceTo(kStart + minutes(10));
  CHECK(Number(engine, "pair", {{"customer", "ada"}, {"shop", "north"}}) == 0);
  CHECK(Number(engine, "pair", {{"customer", "bob"}, {"shop", "north"}}) == 1);
  // All of one instant, in order of their keys.
  CHECK(sink.text.find("\"reason\": \"group_expired\"") != std::string::npos);
  CHECK(sink.text.find("ada") < sink.text.find("zoe"));
  CHECK(engine.Statistics().firing == 1);
  CHECK(Number(engine, "takings", {{"shop", "north"}}) == 3);
}

TEST_CASE("an event at the very instant keeps a group from expiring", "[engine]") {
  ConfigBuilder builder = ShopConfig();
  builder.Key("customer").ExpireAfter(minutes(10));
  Engine engine(MakePlan(builder));
  Buy(&engine, kStart, "ada", "north", 1);
  Buy(&engine, kStart + minutes(10), "ada", "north", 1);
  engine.AdvanceTo(kStart + minutes(20) - Duration(1));
  CHECK(Number(engine, "pair", {{"customer", "ada"}, {"shop", "north"}}) == 2);
  engine.AdvanceTo(kStart + minutes(20));
  CHECK(Number(engine, "pair", {{"customer", "ada"}, {"shop", "north"}}) == 0);
}

TEST_CASE("memory does not grow with customers who come once", "[engine]") {
  for (const bool limited : {false, true}) {
    CAPTURE(limited);
    ConfigBuilder builder;
    builder.EventType("purchase")
        .Attribute("customer", Kind::kString)
        .Attribute("shop", Kind::kString)
        .Attribute("amount", Kind::kDouble);
    builder.Metric("spent").Event("purchase").Aggregate("sum(amount)").Window(minutes(1)).By("customer");
    builder.Rule("Rich").When("spent > 50.0").KeepFiringFor(minutes(2));
    if (limited) builder.LimitGroups(1000);
    Engine engine(MakePlan(builder));
    uint64_t most = 0;
    // A hundred customers within a window, some of whom fire beyond it.
    for (int i = 0; i < 20'000; ++i) {
      Buy(&engine, kStart + std::chrono::milliseconds(600 * i), "c" + std::to_string(i), "north", i % 7 == 0 ? 60 : 1);
      if (i > 10'000) most = std::max(most, engine.Statistics().groups);
    }
    CHECK(most < 500);
    CHECK(engine.Statistics().timers < 2000);
  }
}

// The same rules in an engine that frees groups and in one that cannot, because it keeps a counter for ever.
TEST_CASE("nobody can tell whether a group was freed", "[engine]") {
  for (uint32_t seed = 0; seed < 5; ++seed) {
    CAPTURE(seed);
    auto make = [](bool keeps) {
      ConfigBuilder builder;
      builder.AllowedLateness(seconds(20)).LimitEvidence(0);
      builder.EventType("purchase")
          .Attribute("customer", Kind::kString)
          .Attribute("shop", Kind::kInt)
          .Attribute("amount", Type::Decimal(2));
      builder.Metric("spent").Event("purchase").Aggregate("sum(amount)").Window(minutes(1)).By("customer");
      builder.Metric("mean").Event("purchase").Aggregate("mean(amount)").Window(seconds(30)).By("customer");
      builder.Metric("here").Event("purchase").Aggregate("count").Window(seconds(90)).By("shop");
      if (keeps) builder.Metric("ever").Event("purchase").Aggregate("count").By("customer");
      if (keeps) builder.Metric("ever_here").Event("purchase").Aggregate("count").By("shop");
      builder.Rule("Rich").When("spent > 120.0").For(seconds(10)).Summary("{spent:.2f} {mean:.2f}");
      builder.Rule("Mean").When("mean > 50.0 && spent > 60.0").ResolveWhen("mean < 20.0").Flapping(2, minutes(1));
      builder.Rule("Crowd").When("here > 8.0").KeepFiringFor(seconds(20));
      return MakePlan(builder);
    };
    TextSink frees;
    TextSink keeps;
    Engine one(make(false), &frees);
    Engine other(make(true), &keeps);
    std::mt19937_64 random(test::Seed(seed));
    auto below = [&](uint64_t n) { return static_cast<int64_t>(random() % n); };
    Time now = kStart;
    for (int i = 0; i < 4000; ++i) {
      if (below(3) != 0) now += std::chrono::milliseconds(below(2500));
      const Event event = Event("purchase")
                              .At(below(10) == 0 ? now - seconds(below(20)) : now)
                              .Set("customer", "c" + std::to_string(below(4) == 0 ? below(500) : below(6)))
                              .Set("shop", below(4))
                              .Set("amount", static_cast<double>(below(9000)) / 100);
      REQUIRE(one.Ingest(event).ok() == other.Ingest(event).ok());
    }
    one.AdvanceTo(now + minutes(5));
    other.AdvanceTo(now + minutes(5));
    REQUIRE(frees.text.size() > 10'000);
    CHECK(frees.text == keeps.text);
    CHECK(one.Statistics().groups < other.Statistics().groups);
  }
}

TEST_CASE("times three hundred years apart are held at the longest duration", "[engine]") {
  ConfigBuilder builder;
  builder.EventType("visit").Attribute("customer", Kind::kString);
  builder.Metric("idle").Event("visit").Aggregate("time_since").By("customer");
  builder.Metric("gap").Event("visit").Aggregate("mean_interval").By("customer");
  Engine engine(MakePlan(builder));
  const Time first = FromNanos(INT64_MIN / 100 * 99);
  REQUIRE(engine.Ingest(Event("visit").At(first).Set("customer", "a")).ok());
  REQUIRE(engine.Ingest(Event("visit").At(kStart).Set("customer", "b")).ok());
  CHECK(engine.Value("idle", {{"customer", "a"}})->view().AsDuration() == Duration::max());
  REQUIRE(engine.Ingest(Event("visit").At(kStart).Set("customer", "a")).ok());
  CHECK(engine.Value("gap", {{"customer", "a"}})->view().AsDuration() == Duration::max());
}

}  // namespace
}  // namespace tocsin
