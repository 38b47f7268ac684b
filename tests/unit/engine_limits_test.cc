// How many groups there may be (docs/semantics.md 5.9): the instant before, at and after there is room.
#include <memory>
#include <string>

#include "support/catch.h"
#include "support/rich_engine.h"

namespace tocsin {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

EngineSpec TwoShops(int64_t most = 2) {
  ConfigBuilder builder;
  builder.EventType("purchase").Attribute("shop", Kind::kString);
  builder.Key("shop").MaxGroups(most);
  builder.Metric("bought").Event("purchase").Aggregate("count").Window(minutes(10)).By("shop").Exact();
  builder.Metric("all").Event("purchase").Aggregate("count").Window(minutes(10));
  return builder.config().engine;
}

class Shops {
 public:
  explicit Shops(const EngineSpec& spec) : engine(*Plan::Create(spec), &sink) {}
  void Buy(Duration at, std::string_view shop) {
    REQUIRE(engine.Ingest(Event("purchase").At(kStart + at).Set("shop", shop)).ok());
  }
  int64_t Bought(std::string_view shop) { return Read(engine.Value("bought", {{"shop", shop}})); }
  int64_t All() { return Read(engine.Value("all")); }
  uint64_t Skipped() {
    uint64_t skipped = 0;
    for (const Statistics::Grouping& grouping : engine.Statistics().groupings) skipped += grouping.skipped;
    return skipped;
  }
  // The changes since the last call: "firing 0s,"
  std::string Told() {
    std::string told;
    for (const AlertChange& change : sink.changes) {
      REQUIRE(change.rule == "TocsinLimitReached");
      told += std::string(ChangeName(change.change)) + " " + FormatDuration(change.time - kStart) + ",";
    }
    sink.changes.clear();
    return told;
  }

 private:
  class Sink : public AlertSink {
   public:
    void OnAlert(const AlertChange& change) override { changes.push_back(change); }
    std::vector<AlertChange> changes;
  };
  static int64_t Read(const absl::StatusOr<OwnedValue>& value) {
    return static_cast<int64_t>(value->view().AsNumber());
  }
  Sink sink;

 public:
  Engine engine;
};

TEST_CASE("as many groups as there may be are served, and who came first stays", "[engine]") {
  Shops shops(TwoShops());
  shops.Buy(seconds(0), "a");
  shops.Buy(seconds(1), "b");
  CHECK(shops.Told().empty());
  shops.Buy(seconds(2), "c");
  CHECK(shops.Told() == "firing 2s,");
  shops.Buy(seconds(3), "d");
  CHECK(shops.Told().empty());
  shops.Buy(seconds(4), "a");
  CHECK(shops.Bought("a") == 2);
  CHECK(shops.Bought("b") == 1);
  CHECK(shops.Bought("c") == 0);
  CHECK(shops.All() == 5);  // other groupings see every event
  CHECK(shops.Skipped() == 2);
  CHECK(shops.engine.Statistics().firing == 1);
}

TEST_CASE("there is room again at the instant at which a group is empty, not before", "[engine]") {
  Shops shops(TwoShops());
  shops.Buy(seconds(0), "a");
  shops.Buy(seconds(1), "b");
  shops.Buy(seconds(2), "c");
  CHECK(shops.Told() == "firing 2s,");
  SECTION("the instant before") {
    shops.Buy(minutes(10) - Duration(1), "c");
    CHECK(shops.Bought("c") == 0);
    CHECK(shops.Told().empty());
  }
  SECTION("at the instant, whose end nobody has seen") {
    shops.Buy(minutes(10), "c");
    CHECK(shops.Bought("c") == 1);
    CHECK(shops.Told().empty());  // the place was taken at once
    shops.Buy(minutes(10), "d");
    CHECK(shops.Bought("d") == 0);
    shops.engine.AdvanceTo(kStart + minutes(10));
    CHECK(shops.Told().empty());
    shops.engine.AdvanceTo(kStart + minutes(10) + seconds(1));
    CHECK(shops.Told() == "resolved 10m1s,");
  }
  SECTION("when it is closed") {
    shops.engine.AdvanceTo(kStart + minutes(10) - Duration(1));
    CHECK(shops.Told().empty());
    shops.engine.AdvanceTo(kStart + minutes(10));
    CHECK(shops.Told() == "resolved 10m,");
    shops.Buy(minutes(10), "c");
    CHECK(shops.Bought("c") == 1);
    shops.Buy(minutes(10), "d");
    CHECK(shops.Told() == "firing 10m,");
  }
  SECTION("both at one instant, and one comes") {
    shops.Buy(seconds(60), "a");
    shops.Buy(seconds(60), "b");
    shops.Buy(minutes(11), "c");
    CHECK(shops.Bought("c") == 1);
    shops.engine.AdvanceTo(kStart + minutes(11));
    CHECK(shops.Told() == "resolved 11m,");
    CHECK(shops.engine.Statistics().groups == 2);  // c, and that of everything
  }
}

TEST_CASE("somebody is forgotten, and there is room", "[engine]") {
  Shops shops(TwoShops());
  for (const char* shop : {"a", "b", "c"}) shops.Buy(seconds(0), shop);
  CHECK(shops.Told() == "firing 0s,");
  REQUIRE(shops.engine.Forget("shop", "b")->groups == 1);
  CHECK(shops.Told() == "resolved 0s,");
  shops.Buy(seconds(1), "c");
  CHECK(shops.Bought("c") == 1);
}

TEST_CASE("a limit's alert goes on through a reload and a restart", "[engine]") {
  Shops shops(TwoShops());
  for (const char* shop : {"a", "b", "c"}) shops.Buy(seconds(0), shop);
  CHECK(shops.Told() == "firing 0s,");
  shops.engine.AdvanceTo(kStart + seconds(5));
  SECTION("the same limit") {
    shops.engine.Reload(*Plan::Create(TwoShops()));
    REQUIRE(shops.engine.Restore(shops.engine.Snapshot()).ok());
    CHECK(shops.Told().empty());
    CHECK(shops.engine.Statistics().firing == 1);
    CHECK(shops.Skipped() == 1);
    shops.Buy(seconds(6), "c");
    CHECK(shops.Bought("c") == 0);
    shops.engine.AdvanceTo(kStart + minutes(10));
    CHECK(shops.Told() == "resolved 10m,");
  }
  SECTION("a higher one") {
    shops.engine.Reload(*Plan::Create(TwoShops(3)));
    CHECK(shops.Told() == "resolved 5s,");
    shops.Buy(seconds(6), "c");
    CHECK(shops.Bought("c") == 1);
  }
  SECTION("a lower one: those that are there stay") {
    shops.engine.Reload(*Plan::Create(TwoShops(1)));
    shops.Buy(seconds(6), "a");
    CHECK(shops.Bought("a") == 2);
    CHECK(shops.Bought("b") == 1);
    shops.engine.AdvanceTo(kStart + minutes(10));
    CHECK(shops.Told().empty());  // b has gone, and a is one too
    shops.engine.AdvanceTo(kStart + minutes(10) + seconds(6));
    CHECK(shops.Told() == "resolved 10m6s,");
  }
  SECTION("none") {
    EngineSpec spec = TwoShops();
    spec.keys.clear();
    shops.engine.Reload(*Plan::Create(spec));
    CHECK(shops.Told() == "resolved 5s,");
    shops.Buy(seconds(6), "c");
    CHECK(shops.Bought("c") == 1);
  }
}

}  // namespace
}  // namespace tocsin
