// An engine that is stopped and goes on (docs/semantics.md 9.2), and snapshots that are not to be trusted.
#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "base/digest.h"
#include "support/catch.h"
#include "support/rich_engine.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using test::AskAll;
using test::MakeRichStream;
using test::RichSpec;
using test::RichStream;
using test::TextSink;

std::shared_ptr<const Plan> MakePlan(const EngineSpec& spec) {
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(spec);
  INFO(plan.status().ToString());
  REQUIRE(plan.ok());
  return *plan;
}

// What is told, and what can be asked at the end. Before the events of these numbers, and after their AdvanceTo, the
// engine is stopped and another goes on.
std::string Run(const std::shared_ptr<const Plan>& plan, const RichStream& stream, const std::set<size_t>& stops) {
  TextSink sink;
  auto engine = std::make_unique<Engine>(plan, &sink);
  const std::span<const EventView> events = stream.events.views();
  for (size_t i = 0; i < events.size(); ++i) {
    if (stream.advance[i]) engine->AdvanceTo(*stream.advance[i]);
    if (stops.count(i) != 0) {
      const std::string snapshot = engine->Snapshot();
      engine = std::make_unique<Engine>(plan, &sink);
      REQUIRE(engine->Restore(snapshot).ok());
    }
    engine->Ingest(events[i]);
  }
  engine->AdvanceTo(*engine->now() + std::chrono::minutes(20));
  return sink.text + AskAll(*engine);
}

TEST_CASE("an engine that is stopped at random events tells what one that is not tells", "[engine]") {
  for (const bool reorder : {false, true}) {
    for (uint32_t seed = 0; seed < 3; ++seed) {
      CAPTURE(reorder, seed);
      test::RichOptions options;
      if (reorder) options.reorder = std::chrono::seconds(3);
      const auto plan = MakePlan(RichSpec(options));
      const auto stream = MakeRichStream(test::Seed(seed), 2000);
      std::mt19937 random(test::Seed(seed + 100));
      std::set<size_t> stops = {0};
      while (stops.size() < 100) stops.insert(random() % 2000);
      const std::string straight = Run(plan, *stream, {});
      for (const RuleInfo& rule : plan->rules()) {
        CAPTURE(rule.name);
        CHECK(straight.find("\"change\": \"firing\", \"rule\": \"" + rule.name) != std::string::npos);
      }
      CHECK(Run(plan, *stream, stops) == straight);
    }
  }
}

TEST_CASE("the same events give the same snapshot", "[engine]") {
  const auto plan = MakePlan(RichSpec());
  const auto stream = MakeRichStream(test::Seed(7), 1500);
  Engine one(plan);
  Engine other(plan);
  for (const EventView& event : stream->events.views()) one.Ingest(event);
  other.Ingest(stream->events.views());
  CHECK((one.Snapshot() == other.Snapshot()));  // in brackets: nobody wants to read them
}

// A snapshot with everything in it.
std::string RichSnapshot(const std::shared_ptr<const Plan>& plan) {
  Engine engine(plan);
  const auto stream = MakeRichStream(test::Seed(11), 400);
  engine.Ingest(stream->events.views());
  return engine.Snapshot();
}

// As if the bytes had been written like that.
std::string Sealed(std::string snapshot) {
  const std::string_view body(snapshot.data(), snapshot.size() - sizeof(uint64_t));
  const uint64_t digest = Digest().Add(body).value();
  std::memcpy(snapshot.data() + body.size(), &digest, sizeof(digest));
  return snapshot;
}

TEST_CASE("damage of any kind is told, and nothing has changed", "[engine]") {
  const auto plan = MakePlan(RichSpec());
  const std::string snapshot = RichSnapshot(plan);
  TextSink sink;
  Engine engine(plan, &sink);
  const auto stream = MakeRichStream(test::Seed(12), 100);
  engine.Ingest(stream->events.views());
  const std::string before = engine.Snapshot();
  auto check_refused = [&](std::string_view bytes) {
    const absl::Status status = engine.Restore(bytes);
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK((engine.Snapshot() == before));
  };
  check_refused("");
  check_refused("tocsin");
  std::mt19937 random(test::Seed(13));
  for (int i = 0; i < 30; ++i) {
    check_refused(std::string_view(snapshot).substr(0, random() % snapshot.size()));
    std::string flipped = snapshot;
    flipped[random() % flipped.size()] ^= static_cast<char>(1 << random() % 8);
    check_refused(flipped);
  }
  check_refused(snapshot + "x");
  check_refused(Sealed(snapshot + std::string(1, '\0')));
  std::string other_version = snapshot;
  other_version[std::strlen("tocsin snapshot\n")] ^= 2;
  check_refused(Sealed(other_version));
  CHECK(engine.Restore(snapshot).ok());
  Engine other(plan);
  CHECK(other.Restore(snapshot).ok());
  CHECK(AskAll(engine) == AskAll(other));
}

TEST_CASE("what waits for an instant's end waits once, however many groups are asked", "[engine]") {
  constexpr int kGroups = 500;
  ConfigBuilder builder;
  builder.EventType("visit").Attribute("tenant", Kind::kString).Attribute("customer", Kind::kInt);
  builder.Metric("idle").Event("visit").Aggregate("time_since").By("tenant");
  builder.Metric("visits").Event("visit").Aggregate("count").Window(std::chrono::hours(1)).By("tenant").By("customer");
  builder.Rule("Odd").When("idle > minutes(100000) && visits > 3.0");  // time turns a term that all groups read
  Engine engine(MakePlan(builder.config().engine));
  const Time start = FromNanos(1'704'067'200'000'000'000);
  const auto visit = [&](Duration at, int64_t customer) {
    REQUIRE(engine.Ingest(Event("visit").At(start + at).Set("tenant", "t").Set("customer", customer)).ok());
  };
  for (int64_t customer = 0; customer < kGroups; ++customer) visit(std::chrono::seconds(30), customer);
  const size_t before = engine.Snapshot().size();
  for (int i = 0; i < 3; ++i) visit(std::chrono::minutes(2), 1);  // the minute's timer is due at its end
  CHECK(engine.Snapshot().size() < before + 100 * kGroups);
}

TEST_CASE("a snapshot belongs to its plan", "[engine]") {
  const EngineSpec spec = RichSpec();
  const std::string snapshot = RichSnapshot(MakePlan(spec));
  CHECK(Engine(MakePlan(spec)).Restore(snapshot).ok());
  auto refuses = [&](auto change) {
    EngineSpec changed = spec;
    change(changed);
    const absl::Status status = Engine(MakePlan(changed)).Restore(snapshot);
    return status.code() == absl::StatusCode::kInvalidArgument &&
           status.message().find("other rules") != std::string::npos;
  };
  CHECK(refuses([](EngineSpec& other) { other.rules.pop_back(); }));
  CHECK(refuses([](EngineSpec& other) { other.rules[1].hold *= 2; }));
  CHECK(refuses([](EngineSpec& other) { other.metrics[0].window = std::chrono::hours(1); }));
  CHECK(refuses([](EngineSpec& other) { other.metrics[11].where = SourceText("amount > 61.0"); }));
  CHECK(refuses([](EngineSpec& other) { other.deduplicate = std::chrono::hours(1); }));
  CHECK(refuses([](EngineSpec& other) { other.limits.evidence_memory *= 2; }));
}

TEST_CASE("bytes that somebody wrote by hand are refused or lived with", "[engine]") {
  const auto plan = MakePlan(RichSpec());
  const std::string snapshot = RichSnapshot(plan);
  const auto stream = MakeRichStream(test::Seed(14), 30);
  std::mt19937 random(test::Seed(15));
  int taken = 0;
  for (int i = 0; i < 400; ++i) {
    std::string changed = snapshot;
    const size_t at = 28 + random() % (changed.size() - 36);  // behind what is compared first
    const size_t size = std::min<size_t>(random() % 3 == 0 ? 8 : 1, changed.size() - 8 - at);
    for (size_t b = 0; b < size; ++b) changed[at + b] = static_cast<char>(random() % 2 == 0 ? random() : 0xff);
    TextSink sink;
    Engine engine(plan, &sink);
    if (!engine.Restore(Sealed(changed)).ok()) continue;
    ++taken;
    // Under the sanitizers nothing may come to light; the clock may be anywhere.
    const Time now = engine.now().value_or(Time());
    for (const EventView& event : stream->events.views()) {
      EventView moved = event;
      moved.time = SaturatingAdd(now, event.time - stream->events.views()[0].time);
      engine.Ingest(moved);
    }
    (void)AskAll(engine);
    (void)engine.Snapshot();
  }
  CHECK(taken > 0);
}

}  // namespace
}  // namespace tocsin
