// ConfigBuilder: what a file says, said in code.
#include "tocsin/config/builder.h"

#include <chrono>
#include <string>
#include <vector>

#include "config/read_config.h"
#include "support/catch.h"
#include "support/print_config.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
constexpr Duration kDay = 24h;

constexpr const char* kFile = R"yaml(
strict_cel: true
ingest: {allowed_lateness: 90m, unknown_events: ignore}
limits:
  {max_groups: 5000000, max_memory: 2GB, evidence_memory: 16MiB, max_expression_bytes: 9999, max_expression_steps: 5000}
events:
  refund:
    customer: string
    country: {type: string, from: attrs.country}
    amount: {type: decimal(3), from: value, min: 0, max: 1e6}
  review: {customer: string, score: int}
  identify: {customer: string, segment: string}
keys:
  customer: {expire_after: 400d, max_groups: 1000000}
profiles:
  customer: {from: [identify, review], attributes: [segment, score]}
metrics:
  refunds_24h: {event: refund, aggregate: sum(amount), window: 24h, by: [country], resolution: exact}
  big:
    {event: [refund, review], where: amount > 1000, aggregate: count, window: 1h, by: [customer, country],
     resolution: 1m}
  last_20: {event: review, aggregate: mean(score), last: 20}
  last_month: {event: review, aggregate: mean(score), window: {calendar: month, zone: Asia/Shanghai, closed: true}}
  ratio: {value: refunds_24h / last_20, every: 1h}
  health: {parts: {usage: {value: refunds_24h, bad: 500, good: 0, weight: 2.5}, mood: {value: last_20}}, every: 1h}
patterns:
  break_in:
    sequence:
      - {event: refund, times: 3}
      - {not: [review, identify], where: customer == refund.customer}
      - not identify
      - [refund, review]
      - {event: review, as: last, where: score < 3}
    within: 10m
    by: [customer]
    where: last.score > 1
    emit: {score: last.score}
    overlap: false
    reorder: 1m
  way: {funnel: [refund, review], within: 1d, by: [customer], window: 7d, per: [customer]}
sessions:
  visits: {event: [refund, review], where: customer != "x", gap: 30m, by: [customer], emit: {from: first.customer}}
rules:
  RefundSpike:
    when: refunds_24h > 500
    resolve_when: refunds_24h < 300
    for: 1h
    keep_firing_for: 15m
    severity: critical
    labels: {department: finance, floor: 7}
    summary: "Refunds of {refunds_24h:.2f} in {country}"
    annotations: {runbook: "https://wiki.example.com/{country}", action: call}
  Share:
    when: {critical: ratio > 0.2, warning: ratio > 0.1}
    scope: profile.segment == "vip"
    every: 1h
    on_no_data: alerting
    warm_up: ignore
    flapping: {changes: 6, within: 1h}
  Refunded:
    {event: [refund, review], resolve_event: identify, by: [customer], when: event.amount > 100, tell_again: false}
receivers:
  finance: [{email: {to: finance@example.com, server: "smtp://localhost"}}, {log: {}}]
  team: [{file: alerts.jsonl}]
route: {receiver: finance}
)yaml";

ConfigBuilder Built() {
  return ConfigBuilder()
      .StrictCel()
      .AllowedLateness(90min)
      .IgnoreUnknownEvents()
      .LimitGroups(5'000'000)
      .LimitMemory(2'000'000'000)
      .LimitEvidence(16 << 20)
      .LimitExpressions({9999, 64, 5000})
      .EventType("refund")
      .Attribute("customer", Kind::kString)
      .Attribute("country", Kind::kString)
      .From("attrs.country")
      .Attribute("amount", Type::Decimal(3))
      .From("value")
      .Min(0)
      .Max(1e6)
      .EventType("review")
      .Attribute("customer", Kind::kString)
      .Attribute("score", Kind::kInt)
      .EventType("identify")
      .Attribute("customer", Kind::kString)
      .Attribute("segment", Kind::kString)
      .Key("customer")
      .ExpireAfter(400 * kDay)
      .MaxGroups(1'000'000)
      .Profile("customer")
      .From("identify", "review")
      .Attributes("segment", "score")
      .Metric("refunds_24h")
      .Event("refund")
      .Aggregate("sum(amount)")
      .Window(24h)
      .By("country")
      .Exact()
      .Metric("big")
      .Event("refund", "review")
      .Where("amount > 1000")
      .Aggregate("count")
      .Window(1h)
      .By("customer", "country")
      .Slices(1min)
      .Metric("last_20")
      .Event("review")
      .Aggregate("mean(score)")
      .Last(20)
      .Metric("last_month")
      .Event("review")
      .Aggregate("mean(score)")
      .Calendar(CalendarUnit::kMonth, SourceText("Asia/Shanghai"))
      .Closed()
      .Metric("ratio")
      .Value("refunds_24h / last_20")
      .Every(1h)
      .Metric("health")
      .Part("usage", "refunds_24h", 2.5, 500, 0)
      .Part("mood", "last_20")
      .Every(1h)
      .Pattern("break_in")
      .Step("refund")
      .Times(3)
      .Not("review", "identify")
      .StepWhere("customer == refund.customer")
      .Not("identify")
      .Step("refund", "review")
      .Step("review")
      .As("last")
      .StepWhere("score < 3")
      .Within(10min)
      .By("customer")
      .Where("last.score > 1")
      .Emit("score", "last.score")
      .NoOverlap()
      .ReorderWithin(1min)
      .Pattern("way")
      .Funnel()
      .Step("refund")
      .Step("review")
      .Within(kDay)
      .By("customer")
      .Window(7 * kDay)
      .Per("customer")
      .Session("visits")
      .Event("refund", "review")
      .Where("customer != \"x\"")
      .Gap(30min)
      .By("customer")
      .Emit("from", "first.customer")
      .Rule("RefundSpike")
      .When("refunds_24h > 500")
      .ResolveWhen("refunds_24h < 300")
      .For(1h)
      .KeepFiringFor(15min)
      .Severity("critical")
      .Label("department", "finance")
      .Label("floor", "7")
      .Summary("Refunds of {refunds_24h:.2f} in {country}")
      .Annotation("runbook", "https://wiki.example.com/{country}")
      .Annotation("action", "call")
      .Rule("Share")
      .When("critical", "ratio > 0.2")
      .When("warning", "ratio > 0.1")
      .Scope("profile.segment == \"vip\"")
      .Every(1h)
      .WhenNoData(OnNoData::kAlerting)
      .IgnoreWarmUp()
      .Flapping(6, 1h)
      .Rule("Refunded")
      .Event("refund", "review")
      .ResolveEvent("identify")
      .By("customer")
      .When("event.amount > 100")
      .TellOnce()
      .Receiver("finance")
      .Notifier("email", {{"to", "finance@example.com"}, {"server", "smtp://localhost"}})
      .Notifier("log")
      .Receiver("team")
      .Notifier("file", {{"file", "alerts.jsonl"}})
      .Route("finance");
}

TEST_CASE("A file and a builder that say the same are the same config") {
  Mistakes mistakes;
  const ReadResult read = ReadConfig(kFile, "rules.yaml", mistakes);
  CHECK(Render(mistakes.Take()).empty());
  CHECK(test::Print(Built().config()) == test::Print(read.config));
}

TEST_CASE("An empty builder is the default config") {
  CHECK(test::Print(ConfigBuilder().config()) == test::Print(Config()));
}

TEST_CASE("What ingestion can be told beyond that") {
  const EngineSpec& engine = ConfigBuilder().Deduplicate(2 * kDay).MaxIds(1000).Reorder(30s).config().engine;
  CHECK(engine.deduplicate == 2 * kDay);
  CHECK(engine.max_ids == 1000);
  CHECK(engine.reorder == 30s);
}

TEST_CASE("Builders may be kept, in any order, and lists filled in a loop") {
  ConfigBuilder config;
  auto visits = config.Metric("visits");
  auto refunds = config.Metric("refunds");
  refunds.Event("refund");
  visits.Event("visit");
  for (const char* key : {"country", "shop"}) visits.By(key);
  config.Metric("third");
  visits.Window(1h);
  const auto& metrics = config.config().engine.metrics;
  REQUIRE(metrics.size() == 3);
  CHECK(metrics[0].events == std::vector<SourceText>{"visit"});
  CHECK(metrics[0].by == std::vector<SourceText>{"country", "shop"});
  CHECK(metrics[0].window == Duration(1h));
  CHECK(metrics[1].events == std::vector<SourceText>{"refund"});
}

TEST_CASE("Build answers with the config, as often as it is asked") {
  const ConfigBuilder builder = ConfigBuilder()
                                    .EventType("refund")
                                    .Attribute("country", Kind::kString)
                                    .Metric("refunds")
                                    .Event("refund")
                                    .Aggregate("count")
                                    .Window(24h)
                                    .By("country")
                                    .Rule("Many")
                                    .When("refunds > 5");
  for (int i = 0; i < 2; ++i) {
    const auto config = builder.Build();
    INFO(config.status().ToString());
    REQUIRE(config.ok());
    CHECK(test::Print(*config) == test::Print(builder.config()));
  }
}

TEST_CASE("Build tells every contradiction") {
  const std::vector<std::pair<ConfigBuilder, std::string>> cases = {
      {ConfigBuilder().Metric("m").Value("a / b").Window(1h), "metric m: error: 'window' does not go with 'value'"},
      {ConfigBuilder().Metric("m").Event("e").Aggregate("count").Last(3).Window(1h),
       "'window' does not go with 'last'"},
      {ConfigBuilder().Metric("m").Event("e").Aggregate("count").Every(1h), "'every' needs 'value'"},
      {ConfigBuilder().Metric("m").Event("e").Aggregate("count").Last(0), "'last' must be at least 1"},
      {ConfigBuilder().Rule("R").Event("e").For(1h), "rule R: error: 'for' does not go with 'event'"},
      {ConfigBuilder().Rule("R").When("x > 5").By("country"), "'by' needs 'event'"},
      {ConfigBuilder().Rule("R").When("x > 5").TellOnce(), "'tell_again' needs 'event'"},
      {ConfigBuilder().Rule("R").Event("e").ResolveEvent("f").KeepFiringFor(1h),
       "'keep_firing_for' does not go with 'resolve_event'"},
      {ConfigBuilder().Rule("R").When("critical", "x > 5").Severity("critical"),
       "a map of severities does not go with one condition or severity"},
      {ConfigBuilder().Rule("R").When("x > 5").Flapping(21, 1h), "'changes' must be 1 to 20"},
      {ConfigBuilder().Rule("R").When("x > 5").Flapping(0, 0h), "'within' must be longer than 0"},
      {ConfigBuilder().Rule("R").When("x > 5").KeepFiringFor(-1h), "'keep_firing_for' is negative"},
      {ConfigBuilder().EventType("a").Pattern("p").Step("a").Times(0).Within(1h), "'times' must be from 1 to 1000"},
      {ConfigBuilder().EventType("a").Pattern("p").As("x"), "a step names no event"},
      {ConfigBuilder().EventType("a").Pattern("p").Step("a").Not("a").As("x").Within(1h), "has no 'as'"},
      {ConfigBuilder().EventType("a").Pattern("p").Step("a").Step("a").Within(0h), "'within' must be longer"},
      {ConfigBuilder().EventType("a").Pattern("p").Step("a").Step("a").Within(1h).Window(1h),
       "'window' is for funnels"},
      {ConfigBuilder().EventType("a").Pattern("p").Funnel().Step("a").Not("a").Within(1h), "it has no 'not'"},
      {ConfigBuilder().EventType("a").Pattern("a").Step("a").Step("a").Within(1h), "an event named 'a' already"},
      {ConfigBuilder().EventType("a").Session("s").Event("a"), "the session 's' has no 'gap'"},
      {ConfigBuilder().Key("k").Key("k"), "the key 'k' is given twice"},
      {ConfigBuilder().Key("k").ExpireAfter(0h), "'expire_after' must be longer than 0"},
      {ConfigBuilder().Profile("k").Attributes("a"), "the profile 'k' has no 'from'"},
      {ConfigBuilder().LimitGroups(0), "'max_groups' must be at least 1"},
      {ConfigBuilder().LimitMemory(0), "'max_memory' must be at least 1"},
      {ConfigBuilder().Deduplicate(0h), "'deduplicate' must be longer than 0"},
      {ConfigBuilder().Route("nobody"), "there is no receiver 'nobody'"},
  };
  for (const auto& [builder, message] : cases) {
    INFO(message);
    const absl::Status status = builder.Build().status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    INFO(status.message());
    CHECK(std::string(status.message()).find(message) != std::string::npos);
  }
}

}  // namespace
}  // namespace tocsin
