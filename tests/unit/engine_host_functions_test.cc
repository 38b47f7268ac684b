// What a host brings for conditions, through a plan and a reload (docs/semantics.md 4.6).
#include <memory>
#include <string>

#include "support/catch.h"
#include "support/rich_engine.h"
#include "tocsin/expr/host_functions.h"

namespace tocsin {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::TextSink;

constexpr Time kStart = FromNanos(1'700'000'040'000'000'000);

ConfigBuilder Risk(const std::string& version, double limit) {
  auto functions = std::make_shared<HostFunctions>();
  REQUIRE(functions->Register("risky", version, [limit](double refunds) { return refunds > limit; }).ok());
  ConfigBuilder builder;
  builder.EventType("refund").Attribute("amount", Kind::kDouble);
  builder.Metric("refunds").Event("refund").Aggregate("sum(amount)").Window(minutes(10));
  builder.Rule("Risky").When("host.risky(refunds)").IgnoreWarmUp();
  return builder.Functions(std::move(functions));
}

std::shared_ptr<const Plan> MakePlan(const ConfigBuilder& builder) {
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(builder.config().engine);
  INFO(plan.status().ToString());
  REQUIRE(plan.ok());
  return *plan;
}

TEST_CASE("a rule calls the host's function, and another version of it is another rule", "[engine]") {
  const auto first = MakePlan(Risk("1.0", 50));
  const auto second = MakePlan(Risk("2.0", 500));
  CHECK(first->rules()[0].version == MakePlan(Risk("1.0", 50))->rules()[0].version);
  CHECK(first->rules()[0].version != second->rules()[0].version);

  TextSink sink;
  Engine engine(first, &sink);
  REQUIRE(engine.Ingest(Event("refund").At(kStart).Set("amount", 60.0)).ok());
  CHECK(sink.text.find("\"change\": \"firing\", \"rule\": \"Risky\"") != std::string::npos);
  engine.Reload(second);
  engine.AdvanceTo(kStart + seconds(1));
  CHECK(sink.text.find("\"change\": \"resolved\"") != std::string::npos);
}

TEST_CASE("a plan without the function says so", "[engine]") {
  ConfigBuilder builder = Risk("1.0", 50);
  builder.Functions(nullptr);
  const auto plan = Plan::Create(builder.config().engine);
  REQUIRE_FALSE(plan.ok());
  CHECK(std::string(plan.status().message()).find("no function named 'host.risky' is registered by the host") !=
        std::string::npos);
}

}  // namespace
}  // namespace tocsin
