// How much memory groups may take (docs/semantics.md 5.9): what is counted, and that nothing but what groups hold
// decides it.
#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/rich_engine.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

EngineSpec Shops(std::optional<int64_t> most) {
  ConfigBuilder builder;
  builder.EventType("purchase").Attribute("shop", Kind::kString).Attribute("text", Kind::kString);
  builder.Metric("bought").Event("purchase").Aggregate("count").Window(minutes(10)).By("shop").Exact();
  builder.Metric("words").Event("purchase").Aggregate("last(text)").Window(minutes(10)).By("shop");
  if (most) builder.LimitMemory(*most);
  return builder.config().engine;
}

class Run {
 public:
  explicit Run(const EngineSpec& spec) : engine(*Plan::Create(spec), &sink) {}
  void Buy(Duration at, std::string_view shop, std::string_view text = "") {
    REQUIRE(engine.Ingest(Event("purchase").At(kStart + at).Set("shop", shop).Set("text", text)).ok());
  }
  double Bought(std::string_view shop) { return engine.Value("bought", {{"shop", shop}})->view().AsNumber(); }
  uint64_t Memory() const { return engine.Statistics().memory; }

  test::TextSink sink;
  Engine engine;
};

TEST_CASE("memory is counted group by group, and given back", "[engine]") {
  Run run(Shops(1 << 30));
  CHECK(run.Memory() == 0);
  run.Buy(seconds(0), "a");
  const uint64_t one = run.Memory();
  CHECK(one > 32);
  CHECK(one < 400);
  run.Buy(seconds(0), "b");
  CHECK(run.Memory() == 2 * one);
  run.Buy(seconds(0), std::string(100, 'c'));
  CHECK(run.Memory() == 3 * one + 102);  // a key of 102 bytes, which has no room in the row
  const uint64_t three = run.Memory();
  run.Buy(seconds(1), "a", std::string(1000, 'x'));
  CHECK(run.Memory() >= three + 1000);  // a text, and a pane
  CHECK(run.Memory() < three + 1100);
  run.engine.AdvanceTo(kStart + minutes(10));
  CHECK(run.Memory() >= one + 1000);  // b and the third have gone
  CHECK(run.Memory() < one + 1100);
  run.engine.AdvanceTo(kStart + minutes(10) + seconds(1));
  CHECK(run.Memory() == 0);
  CHECK(Run(Shops(std::nullopt)).Memory() == 0);
}

TEST_CASE("a new group is let in while a byte is left", "[engine]") {
  uint64_t two = 0;
  {
    Run run(Shops(1 << 30));
    run.Buy(seconds(0), "a");
    run.Buy(seconds(0), "b");
    two = run.Memory();
  }
  SECTION("none is left") {
    Run run(Shops(static_cast<int64_t>(two)));
    for (const char* shop : {"a", "b"}) run.Buy(seconds(0), shop);
    CHECK(run.sink.text.empty());
    run.Buy(seconds(1), "c");
    CHECK(run.Bought("c") == 0);
    CHECK(run.sink.text.find("firing") != std::string::npos);
    CHECK(run.sink.text.find("TocsinLimitReached") != std::string::npos);
    CHECK(run.engine.Statistics().firing == 1);
    CHECK(run.engine.Statistics().groupings.back().skipped == 1);
    run.Buy(seconds(1), "a");  // one that is known
    CHECK(run.Bought("a") == 2);
    CHECK(run.Memory() > two);
    run.sink.text.clear();
    run.engine.AdvanceTo(kStart + minutes(10) - Duration(1));
    CHECK(run.sink.text.empty());
    run.Buy(minutes(10), "c");  // what leaves at this instant makes room for what comes at it
    CHECK(run.Bought("c") == 1);
    run.engine.AdvanceTo(kStart + minutes(10) + seconds(1));
    CHECK(run.sink.text.find("resolved") != std::string::npos);
    CHECK(run.engine.Statistics().firing == 0);
  }
  SECTION("one is") {
    Run run(Shops(static_cast<int64_t>(two) + 1));
    for (const char* shop : {"a", "b", "c"}) run.Buy(seconds(0), shop);
    CHECK(run.Bought("c") == 1);
    CHECK(run.sink.text.empty());
    run.Buy(seconds(0), "d");
    CHECK(run.Bought("d") == 0);
  }
}

TEST_CASE("a limit of memory goes on through a reload and a restart", "[engine]") {
  Run run(Shops(1));
  for (const char* shop : {"a", "b"}) run.Buy(seconds(0), shop);
  CHECK(run.engine.Statistics().firing == 1);
  run.sink.text.clear();
  const uint64_t memory = run.Memory();
  SECTION("the same limit") {
    run.engine.Reload(*Plan::Create(Shops(1)));
    CHECK(run.Memory() == memory);
    REQUIRE(run.engine.Restore(run.engine.Snapshot()).ok());
    CHECK(run.Memory() == memory);
    CHECK(run.engine.Statistics().firing == 1);
    CHECK(run.sink.text.empty());
    run.Buy(seconds(1), "b");
    CHECK(run.Bought("b") == 0);
    run.engine.AdvanceTo(kStart + minutes(10));
    CHECK(run.sink.text.find("\"change\": \"resolved\", \"rule\": \"TocsinLimitReached\"") != std::string::npos);
  }
  SECTION("a higher one") {
    run.engine.AdvanceTo(kStart);
    run.engine.Reload(*Plan::Create(Shops(1 << 20)));
    CHECK(run.sink.text.find("resolved") != std::string::npos);
    run.Buy(seconds(1), "b");
    CHECK(run.Bought("b") == 1);
  }
  SECTION("none") {
    run.engine.Reload(*Plan::Create(Shops(std::nullopt)));
    CHECK(run.sink.text.find("rule_removed") != std::string::npos);
    CHECK(run.engine.Statistics().firing == 0);
    run.Buy(seconds(1), "b");
    CHECK(run.Bought("b") == 1);
  }
  SECTION("somebody is forgotten") {
    REQUIRE(run.engine.Forget("shop", "a")->groups == 1);
    CHECK(run.Memory() == 0);
    CHECK(run.sink.text.find("resolved") != std::string::npos);
  }
}

// Every kind of window and what is made of events, at a limit that is reached again and again.
struct Outcome {
  std::string told;
  std::vector<uint64_t> memory;  // after each hundred events
};

Outcome RunRich(const std::shared_ptr<const Plan>& plan, const test::RichStream& stream, size_t batch, bool asks,
                std::optional<uint64_t> stops) {
  Outcome outcome;
  test::TextSink sink;
  Engine engine(plan, &sink);
  std::mt19937_64 random(stops.value_or(0));
  const std::span<const EventView> events = stream.events.views();
  for (size_t begin = 0; begin < events.size(); begin += batch) {
    engine.Ingest(events.subspan(begin, std::min(batch, events.size() - begin)));
    if (asks) (void)test::AskAll(engine);
    if (stops && random() % 40 == 0) REQUIRE(engine.Restore(engine.Snapshot()).ok());
    if ((begin + batch) % 100 == 0) outcome.memory.push_back(engine.Statistics().memory);
  }
  engine.AdvanceTo(*engine.now() + minutes(20));
  outcome.told = sink.text + test::AskAll(engine);
  return outcome;
}

TEST_CASE("randomised: neither batches, nor who looks, nor a restart decides what memory is taken", "[engine]") {
  test::RichOptions options;
  options.limits = false;
  EngineSpec spec = test::RichSpec(options);
  spec.limits.max_memory = 1 << 30;
  for (uint64_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    const auto stream = test::MakeRichStream(static_cast<uint32_t>(test::Seed(i)), 2000);
    const Outcome free = RunRich(*Plan::Create(spec), *stream, 100, false, std::nullopt);
    std::vector<uint64_t> sorted = free.memory;
    std::sort(sorted.begin(), sorted.end());
    EngineSpec limited = spec;
    limited.limits.max_memory = static_cast<int64_t>(sorted[sorted.size() / 2]);
    const auto plan = *Plan::Create(limited);
    const Outcome once = RunRich(plan, *stream, 100, false, std::nullopt);
    REQUIRE(once.told.find("\"change\": \"firing\", \"rule\": \"TocsinLimitReached\"") != std::string::npos);
    REQUIRE(once.told.find("\"change\": \"resolved\", \"rule\": \"TocsinLimitReached\"") != std::string::npos);
    const Outcome cut = RunRich(plan, *stream, 20, false, std::nullopt);
    CHECK(cut.told == once.told);
    CHECK(cut.memory == once.memory);
    const Outcome asked = RunRich(plan, *stream, 5, true, std::nullopt);
    CHECK(asked.told == once.told);
    CHECK(asked.memory == once.memory);
    const Outcome stopped = RunRich(plan, *stream, 1, false, test::Seed(i));
    CHECK(stopped.told == once.told);
    CHECK(stopped.memory == once.memory);
  }
}

}  // namespace
}  // namespace tocsin
