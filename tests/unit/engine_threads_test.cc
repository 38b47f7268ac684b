// A plan is shared by engines in several threads, without a lock: each tells what it would tell alone. What this is for
// shows under the thread sanitizer.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "support/rich_engine.h"
#include "support/seed.h"

namespace tocsin {
namespace {

std::string Run(const std::shared_ptr<const Plan>& plan, const test::RichStream& stream) {
  test::TextSink sink;
  auto engine = std::make_unique<Engine>(plan, &sink);
  const std::span<const EventView> views = stream.events.views();
  for (size_t i = 0; i < views.size(); ++i) {
    if (stream.advance[i]) engine->AdvanceTo(*stream.advance[i]);
    engine->Ingest(views[i]);
    if (i % 100 != 99) continue;
    const std::string snapshot = engine->Snapshot();
    engine = std::make_unique<Engine>(plan, &sink);
    if (!engine->Restore(snapshot).ok()) return "a snapshot is refused";
  }
  engine->Reload(plan);
  engine->Finish();
  return sink.text + test::AskAll(*engine);
}

TEST_CASE("engines of one plan are independent, each in its thread", "[engine][threads]") {
  const absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(test::RichSpec());
  REQUIRE(plan.ok());
  const auto stream = test::MakeRichStream(test::Seed(1), 400);
  const std::string expected = Run(*plan, *stream);
  CHECK(expected.find("firing") != std::string::npos);
  std::vector<std::string> told(4);
  std::vector<std::thread> threads;
  for (std::string& one : told) threads.emplace_back([&] { one = Run(*plan, *stream); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& one : told) CHECK(one == expected);
}

}  // namespace
}  // namespace tocsin
