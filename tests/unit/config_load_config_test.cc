// YAML -> Config: what every key becomes.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "config/read_config.h"
#include "config/yaml_number.h"
#include "fmt/format.h"
#include "support/catch.h"
#include "tocsin/config/config.h"

namespace tocsin {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kWhole = R"yaml(
version: 1
strict_cel: true

ingest:
  allowed_lateness: 1h30m
  unknown_events: ignore

events:
  refund:
    customer: string
    country: {type: string, from: attrs.country}
    amount: {type: decimal(3), from: value, min: 0, max: 1e6, unit: GBP}
  visit: {}
  review: {score: int, at: timestamp, stay: duration, share: double, first: bool}
  identify: {customer: string, segment: string}

keys:
  customer: {expire_after: 400d, max_groups: 1000000}
  country: {}

profiles:
  customer: {from: [identify], attributes: [segment]}

metrics:
  refunds_24h: {event: refund, aggregate: sum(amount), window: 24h, by: [country], resolution: exact}
  big:
    event: refund
    where: amount > 1000.0
    aggregate: count
    window: 1h
    by: customer
    resolution: 1m
  ever: {event: visit, aggregate: count, window: all, resolution: auto}
  plain: {event: visit, aggregate: count}
  ratio: {value: refunds_24h / ever, every: 1h}
  last_20: {event: [refund, review], aggregate: count, last: 20, by: []}

rules:
  RefundSpike:
    when: refunds_24h > 500.0
    resolve_when: 'refunds_24h < 300.0'
    for: 1h
    severity: critical
    labels: {department: finance, floor: 7}
    summary: "Refunds of {refunds_24h:.2f} in {country}"
  Big: {when: big > 5.0, scope: profile.segment == "vip"}
  Share:
    when: {critical: ratio > 0.2, warning: 'ratio > 0.1'}
    scope: country != "France"
    keep_firing_for: 0s
    every: 1h
    on_no_data: keep
    warm_up: ignore
    flapping: {changes: 6, within: 1h}
    annotations: {runbook: "https://wiki.example.com/{country}", action: call}
  Refunded:
    event: refund
    resolve_event: [identify]
    when: event.amount > 100
    by: customer
    tell_again: false

limits:
  {max_groups: 5000000, max_memory: 2GB, evidence_memory: 16MiB, max_expression_depth: 32, max_expression_steps: 5000}

receivers:
  finance:
    - file: {path: alerts.jsonl}
  team: [{log: {path: stderr}}, {file: other.jsonl}]

route: {receiver: finance}
)yaml";

TEST_CASE("Every key of a config arrives") {
  Mistakes mistakes;
  const ReadResult result = ReadConfig(kWhole, "rules.yaml", mistakes);
  CHECK(Render(mistakes.Take()).empty());
  CHECK(result.complete);
  const EngineSpec& engine = result.config.engine;
  CHECK(engine.strict_cel);
  CHECK(engine.allowed_lateness == minutes(90));
  CHECK(engine.ignore_unknown_events);

  REQUIRE(engine.events.size() == 4);
  const EventSpec& refund = engine.events[0];
  CHECK(refund.name == "refund");
  CHECK(refund.origin.Error("x").line == 10);
  REQUIRE(refund.attributes.size() == 3);
  CHECK(refund.attributes[0].name == "customer");
  CHECK(refund.attributes[0].type == Type(Kind::kString));
  CHECK(refund.attributes[0].from.empty());
  CHECK(refund.attributes[1].from == "attrs.country");
  CHECK(refund.attributes[2].type == Type::Decimal(3));
  CHECK(refund.attributes[2].from == "value");
  CHECK(refund.attributes[2].min == 0.0);
  CHECK(refund.attributes[2].max == 1e6);
  CHECK(refund.attributes[2].origin.Error("x").column == 5);
  CHECK(engine.events[1].attributes.empty());
  std::string types;
  for (const AttributeSpec& attribute : engine.events[2].attributes) types += TypeName(attribute.type) + " ";
  CHECK(types == "int timestamp duration double bool ");

  REQUIRE(engine.keys.size() == 2);
  CHECK(engine.keys[0].name == "customer");
  CHECK(engine.keys[0].expire_after == hours(400 * 24));
  CHECK(engine.keys[0].max_groups == 1'000'000);
  CHECK(engine.keys[0].origin.Error("x").line == 19);
  CHECK(!engine.keys[1].expire_after.has_value());
  CHECK(!engine.keys[1].max_groups.has_value());
  REQUIRE(engine.profiles.size() == 1);
  CHECK(engine.profiles[0].key == "customer");
  CHECK(engine.profiles[0].events == std::vector<SourceText>{"identify"});
  CHECK(engine.profiles[0].attributes == std::vector<SourceText>{"segment"});
  CHECK(engine.limits.max_memory == 2'000'000'000);
  CHECK(engine.limits.max_groups == 5'000'000);
  CHECK(engine.limits.evidence_memory == int64_t{16} << 20);
  CHECK(engine.expression_limits.max_source_bytes == 4096);
  CHECK(engine.expression_limits.max_depth == 32);
  CHECK(engine.expression_limits.max_cost == 5000);

  REQUIRE(engine.metrics.size() == 6);
  const MetricSpec& refunds = engine.metrics[0];
  CHECK(refunds.name == "refunds_24h");
  CHECK(refunds.events == std::vector<SourceText>{"refund"});
  CHECK(refunds.aggregate.text() == "sum(amount)");
  CHECK(refunds.where.empty());
  CHECK(refunds.window == hours(24));
  REQUIRE(refunds.by.size() == 1);
  CHECK(refunds.by[0].text() == "country");
  CHECK(refunds.resolution.kind == Resolution::Kind::kExact);
  const MetricSpec& big = engine.metrics[1];
  CHECK(big.where.text() == "amount > 1000.0");
  CHECK(big.where.Error("x").line == 29);
  CHECK(big.by == std::vector<SourceText>{"customer"});
  CHECK(big.resolution.kind == Resolution::Kind::kFixed);
  CHECK(big.resolution.width == minutes(1));
  for (const size_t i : {2u, 3u}) {
    CHECK(!engine.metrics[i].window.has_value());
    CHECK(engine.metrics[i].by.empty());
    CHECK(engine.metrics[i].resolution.kind == Resolution::Kind::kAuto);
    CHECK(!engine.metrics[i].last.has_value());
  }
  CHECK(engine.metrics[4].value.text() == "refunds_24h / ever");
  CHECK(engine.metrics[4].every == hours(1));
  CHECK(engine.metrics[4].events.empty());
  CHECK(engine.metrics[5].events == std::vector<SourceText>{"refund", "review"});
  CHECK(engine.metrics[5].last == 20);

  REQUIRE(engine.rules.size() == 4);
  const RuleSpec& spike = engine.rules[0];
  CHECK(spike.name == "RefundSpike");
  CHECK(spike.when.text() == "refunds_24h > 500.0");
  CHECK(spike.resolve_when.text() == "refunds_24h < 300.0");
  CHECK(spike.hold == hours(1));
  CHECK(spike.severity == "critical");
  CHECK(spike.labels == std::vector<std::pair<std::string, std::string>>{{"department", "finance"}, {"floor", "7"}});
  CHECK(spike.summary.text() == "Refunds of {refunds_24h:.2f} in {country}");
  CHECK(engine.rules[1].hold == Duration::zero());
  CHECK(engine.rules[1].severity.empty());
  CHECK(engine.rules[1].warm_up);
  CHECK(engine.rules[1].on_no_data == OnNoData::kOk);
  CHECK(!engine.rules[1].keep_firing_for.has_value());
  CHECK(!engine.rules[1].flapping.has_value());
  const RuleSpec& share = engine.rules[2];
  CHECK(share.when.empty());
  REQUIRE(share.severities.size() == 2);
  CHECK(share.severities[0].severity == "critical");
  CHECK(share.severities[1].severity == "warning");
  CHECK(share.severities[1].when.text() == "ratio > 0.1");
  CHECK(share.severities[1].when.Error("x").column == 45);
  CHECK(share.scope.text() == "country != \"France\"");
  CHECK(share.keep_firing_for == Duration::zero());
  CHECK(share.every == hours(1));
  CHECK(share.on_no_data == OnNoData::kKeep);
  CHECK_FALSE(share.warm_up);
  REQUIRE(share.flapping.has_value());
  CHECK(share.flapping->changes == 6);
  CHECK(share.flapping->within == hours(1));
  REQUIRE(share.annotations.size() == 2);
  CHECK(share.annotations[0].first == "runbook");
  CHECK(share.annotations[0].second.text() == "https://wiki.example.com/{country}");
  const RuleSpec& refunded = engine.rules[3];
  CHECK(refunded.events == std::vector<SourceText>{"refund"});
  CHECK(refunded.resolve_events == std::vector<SourceText>{"identify"});
  CHECK(refunded.when.text() == "event.amount > 100");
  CHECK(refunded.by == std::vector<SourceText>{"customer"});
  CHECK_FALSE(refunded.tell_again);

  REQUIRE(result.config.receivers.size() == 2);
  CHECK(result.config.receivers[0].name == "finance");
  REQUIRE(result.config.receivers[0].notifiers.size() == 1);
  const NotifierSpec& file = result.config.receivers[0].notifiers[0];
  CHECK(file.kind == "file");
  REQUIRE(file.Find("path") != nullptr);
  CHECK(file.Find("path")->text() == "alerts.jsonl");
  CHECK(file.origin.Error("x").line == 69);
  REQUIRE(result.config.receivers[1].notifiers.size() == 2);
  CHECK(result.config.receivers[1].notifiers[0].options.size() == 1);
  REQUIRE(result.config.receivers[1].notifiers[1].Find("file") != nullptr);  // a bare value goes by its kind's name
  CHECK(result.config.route.receiver.text() == "finance");
}

TEST_CASE("The example of the manual loads") {
  std::ifstream stream(std::filesystem::path(TOCSIN_SOURCE_FOLDER) / "docs" / "config.md", std::ios::binary);
  const std::string manual{std::istreambuf_iterator<char>(stream), {}};
  const std::string fence = "```yaml\n";
  const size_t begin = manual.find(fence + "version: 1\n");
  REQUIRE(begin != std::string::npos);
  const size_t end = manual.find("```", begin + fence.size());
  const auto config = ParseConfig(manual.substr(begin + fence.size(), end - begin - fence.size()), "config.md");
  INFO(config.status().message());
  CHECK(config.ok());
}

TEST_CASE("What is planned is refused by name, where it stands") {
  struct Case {
    std::string before;  // the config up to the key
    std::string keys;
  };
  const std::vector<Case> cases = {
      {"", "time_intervals inhibit silences store settle journal"},
      {"ingest:\n  ", "max_jump"},
      {"events:\n  e:\n    a:\n      type: int\n      ", "pii"},
      {"keys:\n  k:\n    ", "pii"},
      {"receivers:\n  r:\n    - ", "fallback max_per_hour give_up_after timeout"},
      {"route:\n  ",
       "match group_by group_wait group_interval repeat_interval repeat_backoff continue mute_during active_during "
       "members "
       "tell_resolved tell_brief escalate ack_timeout routes"},
  };
  for (const Case& c : cases) {
    std::istringstream keys(c.keys);
    for (std::string key; keys >> key;) {
      INFO(c.before << key);
      Mistakes mistakes;
      ReadConfig(c.before + key + ": 5m\n", "c", mistakes);
      const std::vector<Diagnostic> list = mistakes.Take();
      REQUIRE(list.size() == 1);
      CHECK(list[0].message == fmt::format("'{}' is not supported yet", key));
      CHECK(list[0].line == 1 + std::count(c.before.begin(), c.before.end(), '\n'));
      CHECK(list[0].hint.empty());
    }
  }
}

TEST_CASE("A config without its optional parts has the defaults") {
  Mistakes mistakes;
  const ReadResult result = ReadConfig("events:\ningest:\nmetrics:\nrules:\nreceivers:\n", "rules.yaml", mistakes);
  CHECK(Render(mistakes.Take()).empty());
  CHECK(result.config.engine.allowed_lateness == seconds(10));
  CHECK_FALSE(result.config.engine.ignore_unknown_events);
  CHECK_FALSE(result.config.engine.strict_cel);
  CHECK(result.config.route.receiver.empty());
}

TEST_CASE("A list option is the option repeated") {
  Mistakes mistakes;
  const ReadResult result =
      ReadConfig("receivers:\n  a: [{email: {to: [x@a.example, y@a.example], port: 25}}]\n", "c", mistakes);
  CHECK(mistakes.empty());
  const NotifierSpec& email = result.config.receivers.at(0).notifiers.at(0);
  std::string options;
  for (const auto& [name, value] : email.options) options += fmt::format("{}={} ", name, value.text());
  CHECK(options == "to=x@a.example to=y@a.example port=25 ");
  CHECK(email.options[1].second.Error("x").column == 34);
}

TEST_CASE("What is left out makes a config incomplete where others may refer to it") {
  const std::vector<std::pair<std::string, bool>> cases = {
      {"metrics: {a: {event: x, aggregate: count, window: 5}}", true},
      {"metrics: {a: {event: x, aggregate: count, colour: red}}", true},
      {"metrics: {a: {value: b / c, window: 24h}}", false},
      {"metrics: {a: {event: x, aggregate: count, last: many}}", true},
      {"metrics: {a: {event: [], aggregate: count}}", false},
      {"metrics: {a: {event: x}}", false},
      {"metrics: {a: {event: x, aggregate: count, by: [[y]]}}", false},
      {"metrics: []", false},
      {"events: {a: {b: strnig}}", false},
      {"events: {a: 5}", false},
      {"rules: {a: {for: 5}}", true},
      {"rules: 5", true},
      {"rules: {a: {event: x, for: 5m}}", true},
      {"keys: {a: {expire_after: 5}}", true},
      {"profiles: {a: {from: x}}", false},
      {"profiles: 5", false},
      {"limits: {max_groups: many}", true},
      {"time_intervals: {}", false},
      {"metrcs: {}", false},
      {"a: [", false},
      {"", false},
  };
  for (const auto& [text, complete] : cases) {
    INFO(text);
    Mistakes mistakes;
    CHECK(ReadConfig(text, "c", mistakes).complete == complete);
    CHECK_FALSE(mistakes.empty());
  }
}

TEST_CASE("Numbers are read as JSON writes them, and nothing else") {
  struct Case {
    const char* text;
    std::optional<double> number;
    const char* hint;
  };
  const std::vector<Case> cases = {
      {"0", 0.0, ""},
      {"-0.5", -0.5, ""},
      {"12", 12.0, ""},
      {"1e6", 1e6, ""},
      {"1.25E-2", 0.0125, ""},
      {"010", {}, "write 10"},
      {"+5", {}, "write 5"},
      {"1_000", {}, "write 1000"},
      {".5", {}, "write 0.5"},
      {"-.5", {}, "write -0.5"},
      {"1,000.5", {}, "write 1000.5"},
      {"00", {}, "write 0"},
      {"5.", {}, ""},
      {"0x1F", {}, ""},
      {"1e", {}, ""},
      {"", {}, ""},
      {"nan", {}, ""},
      {".inf", {}, ""},
      {"1:30", {}, ""},
      {"-", {}, ""},
      {"1e400", {}, "it is beyond what a 64-bit floating-point number holds"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    std::string hint;
    CHECK(ParseNumberText(c.text, &hint) == c.number);
    CHECK(hint == c.hint);
  }
}

TEST_CASE("Sizes are bytes, with or without a unit") {
  struct Case {
    const char* text;
    std::optional<int64_t> bytes;
    const char* hint;
  };
  constexpr const char* kForms = "a size is a number of bytes, or has a unit: 64MB, 64MiB";
  const std::vector<Case> cases = {
      {"0", 0, ""},
      {"4096", 4096, ""},
      {"512B", 512, ""},
      {"64kB", 64000, ""},
      {"64KB", 64000, ""},
      {"64KiB", 65536, ""},
      {"64MB", 64000000, ""},
      {"64MiB", 67108864, ""},
      {"2GB", 2000000000, ""},
      {"2GiB", 2147483648, ""},
      {"64 MB", {}, "write 64MB"},
      {"64mb", {}, "write 64MB"},
      {"64M", {}, "write 64MB"},
      {"64mib", {}, "write 64MiB"},
      {"1.5GB", {}, kForms},
      {"-1", {}, kForms},
      {"MB", {}, kForms},
      {"9999999999GB", {}, kForms},
      {"99999999999999999999", {}, kForms},
      {"010", {}, kForms},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    Mistakes mistakes;
    const ReadResult result = ReadConfig(fmt::format("limits: {{evidence_memory: {}}}\n", c.text), "c", mistakes);
    const std::vector<Diagnostic> list = mistakes.Take();
    CHECK(list.size() == (c.bytes ? 0 : 1));
    CHECK(result.config.engine.limits.evidence_memory == c.bytes.value_or(64 << 20));
    if (!list.empty()) CHECK(list[0].hint == c.hint);
  }
}

TEST_CASE("A file is loaded by its name") {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "tocsin_load_config_test.yaml";
  const auto write = [&path](const std::string& text) { std::ofstream(path, std::ios::binary) << text; };
  write(kWhole);
  const auto config = LoadConfig(path.string());
  INFO(config.status().ToString());
  CHECK(config.ok());
  write("events: {a: {b: strnig}}\n");
  const auto wrong = LoadConfig(path.string());
  REQUIRE(DiagnosticsOf(wrong.status()).size() == 1);
  CHECK(DiagnosticsOf(wrong.status())[0].file == path.string());
  write("");
  CHECK(LoadConfig(path.string()).status().code() == absl::StatusCode::kInvalidArgument);
  std::filesystem::remove(path);
  CHECK(LoadConfig(path.string()).status().code() == absl::StatusCode::kNotFound);
  CHECK(LoadConfig(std::filesystem::temp_directory_path().string()).status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE("No mistake shows a password") {
  const std::string secret = "hunter2x";
  const std::vector<std::string> lines = {
      "  a: [{email: {to: x@a.example, password: hunter2x, server: smtp://h: 25}}]",
      "  a: [{email: {to: x@a.example, password: !hunter2x}}]",
      "  a: [{email: {to: x@a.example, password: @hunter2x}}]",
      "  a: [{email: {to: x@a.example, password: \"hunter2x\" y}}]",
      "  a: [{email: {to: x@a.example, password:hunter2x}}]",
      "  a: [{email: {to: x@a.example, pasword: hunter2x}}]",
      "  a: [{email: {to: x@a.example, password: {hunter2x: 1}}}]",
      "  a: [{email: {to: {}, password: hunter2x}}]",
      "  a: [{email: {to: x@a.example, server: smtp://user:hunter2x@host: 25}}]",
      "  a: [{email: {server: smtp://user:hunter2x@host:25, to: }}, password]",
      "  a:\n    - email:\n        password: hunter2x: 3",
      "  a:\n    - email:\n        password: !hunter2x",
      "  a:\n    - email:\n        password: 'hunter2x' 5",
      "  a:\n    - email:\n        password: {hunter2x} 5",
      "  a:\n    - email:\n        password: \"hunter2x\n  b: 5",
      "  a:\n    - password:hunter2x",
  };
  for (const std::string& line : lines) {
    for (const char* before : {"receivers:\n", "version: 1\nreceivers:\n", "events: {}\n'receivers':\n"}) {
      const auto config = ParseConfig(before + line + "\n", "rules.yaml");
      INFO(line << "\n" << config.status().message());
      CHECK(!config.ok());
      CHECK(std::string(config.status().message()).find(secret) == std::string::npos);
      for (const Diagnostic& diagnostic : DiagnosticsOf(config.status())) {
        CHECK((diagnostic.source_line + diagnostic.message + diagnostic.hint).find(secret) == std::string::npos);
      }
    }
  }
  // Elsewhere such names are what any others are.
  const auto config = ParseConfig("events: {login: {token: strnig}}\n", "rules.yaml");
  CHECK(std::string(config.status().message()).find("{token: strnig}") != std::string::npos);
}

TEST_CASE("A config built in code is checked as one that was read") {
  Config config;
  EventSpec refund;
  refund.name = "refund";
  refund.attributes.push_back({"amount", Kind::kDouble, "", {}, {}, {}});
  config.engine.events.push_back(refund);
  MetricSpec metric;
  metric.name = "refunds";
  metric.events = {"refund"};
  metric.aggregate = "count";
  config.engine.metrics.push_back(metric);
  RuleSpec rule;
  rule.name = "Many";
  rule.when = "refunds > 5.0";
  config.engine.rules.push_back(rule);
  config.receivers.push_back({"team", {{"log", {{"path", "stderr"}}, {}}}, {}});
  config.route.receiver = "team";
  CHECK(CheckConfig(config).ok());

  config.engine.rules[0].when = "refunds >";
  config.receivers.push_back(config.receivers[0]);
  config.route.receiver = "taem";
  const std::vector<Diagnostic> mistakes = DiagnosticsOf(CheckConfig(config));
  CHECK(mistakes.size() == 3);
  const std::string all = Render(mistakes);
  CHECK(all.find("two receivers are called 'team'") != std::string::npos);
  CHECK(all.find("there is no receiver 'taem'") != std::string::npos);
  CHECK(all.find("did you mean 'team'?") != std::string::npos);
}

}  // namespace
}  // namespace tocsin
