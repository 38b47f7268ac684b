// Rollups against the obvious: ask every group for its value, and put the answers together.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "engine/rank_tree.h"
#include "metric/exact_sum.h"
#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/config/config.h"
#include "tocsin/engine/engine.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = FromNanos(1'767'225'600'000'000'000);

constexpr std::string_view kConfig = R"yaml(
version: 1
ingest: {allowed_lateness: 20m}
events:
  visit: {tenant: string, customer: string, amount: double}
  call: {tenant: string, customer: string}
keys: {customer: {expire_after: 6h}}
metrics:
  n: {event: visit, aggregate: count, window: 1h, by: [tenant, customer]}
  spent: {event: visit, aggregate: sum(amount), window: 30m, by: [tenant, customer]}
  idle: {event: visit, aggregate: time_since, by: [tenant, customer]}
  calls: {event: call, aggregate: count, window: 10m, by: [tenant, customer]}
  pace: {value: spent / n}
  active: {over: n, aggregate: count}
  active_of: {over: n, aggregate: count, by: [tenant]}
  called: {over: n, where: calls >= 1, aggregate: count, by: [tenant]}
  total: {over: spent, aggregate: sum, by: [tenant]}
  average: {over: spent, aggregate: mean, by: [tenant]}
  least: {over: spent, aggregate: min, by: [tenant]}
  most: {over: spent, aggregate: max}
  middle: {over: pace, aggregate: quantile(0.5), by: [tenant]}
  busy: {over: n, aggregate: share(n >= 3), by: [tenant]}
  silent: {over: idle, where: idle >= minutes(90), aggregate: count, by: [tenant]}
  mean_idle: {over: idle, aggregate: mean, by: [tenant]}
  p90_idle: {over: idle, aggregate: quantile(0.9)}
  of_tenants: {over: active_of, aggregate: max}
  apart: {value: "deviation(spent, tenant)"}
rules:
  Silent: {when: silent >= 3}
  Busy: {when: "busy > 0.5 && active_of >= 3", resolve_when: busy < 0.25}
  Idle: {when: mean_idle > minutes(80), on_no_data: keep}
  Most: {when: most > 40, for: 5m}
  Apart: {when: spent > 2 * average}
  Odd: {when: "deviation(spent, tenant) > 2"}
)yaml";

struct Sink : AlertSink {
  void OnAlert(const AlertChange& change) override { text += ToJson(change) + "\n"; }
  std::string text;
};

// The values of a metric, by "tenant/customer" or "tenant".
std::map<std::string, OwnedValue> ScanAll(const Engine& engine, std::string_view metric) {
  std::map<std::string, OwnedValue> all;
  REQUIRE(engine
              .Scan(
                  metric,
                  [](void* context, std::span<const Value> keys, const Value& value) {
                    std::string key;
                    // In the order of the names: customer, tenant.
                    for (size_t k = keys.size(); k-- > 0;)
                      key += (key.empty() ? "" : "/") + std::string(keys[k].AsString());
                    static_cast<std::map<std::string, OwnedValue>*>(context)->emplace(key, value);
                  },
                  &all)
              .ok());
  return all;
}

double Number(const Value& value) {
  return value.kind() == Kind::kDuration ? static_cast<double>(ToNanos(value.AsDuration())) : value.AsDouble();
}

// What is expected of `aggregate` over these; nothing where there is no value.
std::optional<double> Together(const std::string& aggregate, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  if (aggregate == "count") return count;
  if (aggregate == "sum") return sum;
  if (values.empty()) return std::nullopt;
  if (aggregate == "mean") return sum / count;
  if (aggregate == "min") return values.front();
  if (aggregate == "max") return values.back();
  const double q = aggregate == "p50" ? 0.5 : 0.9;
  return values[static_cast<size_t>(std::ceil(q * count - 1e-9)) - 1];
}

void CheckOne(const Engine& engine, const std::string& rollup, const std::string& tenant, const std::string& aggregate,
              const std::vector<double>& values) {
  const auto got = tenant.empty() ? engine.Value(rollup) : engine.Value(rollup, {{"tenant", tenant}});
  REQUIRE(got.ok());
  const std::optional<double> expected = Together(aggregate, values);
  INFO(rollup << " of '" << tenant << "' at " << FormatTime(*engine.now()) << " is " << ToText(got->view()));
  CAPTURE(values);
  REQUIRE(got->view().absent() == !expected.has_value());
  if (expected) REQUIRE(std::fabs(Number(got->view()) - *expected) <= 1e-9 * std::max(1.0, std::fabs(*expected)));
}

// Each group of a tenant against the quartiles of those that count.
void CheckDeviations(const Engine& engine, const std::string& tenant, std::vector<double> counted) {
  std::sort(counted.begin(), counted.end());
  const auto rank = [&](double q) {
    return counted[static_cast<size_t>(std::ceil(q * static_cast<double>(counted.size()))) - 1];
  };
  const auto spent = ScanAll(engine, "spent");
  const auto apart = ScanAll(engine, "apart");
  for (const auto& [key, value] : spent) {
    if (key.substr(0, 1) != tenant) continue;
    INFO(key << " at " << FormatTime(*engine.now()) << " is " << ToText(apart.at(key).view()));
    const bool known = !counted.empty() && rank(0.25) < rank(0.75);
    REQUIRE(apart.at(key).absent() != known);
    if (!known) continue;
    // 0.7413 of the distance between the quartiles of a normal distribution is its standard deviation.
    const double expected = (Number(value.view()) - rank(0.5)) / (rank(0.75) - rank(0.25)) / 0.741301109;
    REQUIRE(std::fabs(Number(apart.at(key).view()) - expected) <= 1e-8 * std::max(1.0, std::fabs(expected)));
  }
}

void CheckAll(const Engine& engine) {
  const auto n = ScanAll(engine, "n");
  const auto spent = ScanAll(engine, "spent");
  const auto idle = ScanAll(engine, "idle");
  const auto calls = ScanAll(engine, "calls");
  const auto at = [](const std::map<std::string, OwnedValue>& values, const std::string& key) {
    return Number(values.at(key).view());
  };
  const std::vector<std::string> tenants = {"", "x", "y", "z"};
  double most_active = 0;
  for (const std::string& tenant : tenants) {
    std::map<std::string, std::vector<double>> held;
    for (const auto& [key, count] : n) {
      if (!tenant.empty() && key.substr(0, 1) != tenant) continue;
      const double visits = Number(count.view());
      if (visits > 0) held["active"].push_back(visits);
      if (visits > 0 && at(calls, key) >= 1) held["called"].push_back(visits);
      if (visits >= 3) held["busy"].push_back(visits);
      if (!idle.at(key).view().absent()) {
        held["idle"].push_back(at(idle, key));
        if (at(idle, key) >= 90 * 60e9) held["silent"].push_back(at(idle, key));
        // The window of what was spent is not empty where the last visit was less than half an hour ago.
        if (at(idle, key) < 30 * 60e9) held["spent"].push_back(at(spent, key));
        if (visits > 0) held["pace"].push_back(at(spent, key) / visits);
      }
    }
    if (tenant.empty()) {
      CheckOne(engine, "active", "", "count", held["active"]);
      CheckOne(engine, "most", "", "max", held["spent"]);
      CheckOne(engine, "p90_idle", "", "p90", held["idle"]);
      continue;
    }
    most_active = std::max(most_active, static_cast<double>(held["active"].size()));
    CheckOne(engine, "active_of", tenant, "count", held["active"]);
    CheckOne(engine, "called", tenant, "count", held["called"]);
    CheckOne(engine, "total", tenant, "sum", held["spent"]);
    CheckOne(engine, "average", tenant, "mean", held["spent"]);
    CheckOne(engine, "least", tenant, "min", held["spent"]);
    CheckDeviations(engine, tenant, held["spent"]);
    CheckOne(engine, "middle", tenant, "p50", held["pace"]);
    CheckOne(engine, "silent", tenant, "count", held["silent"]);
    CheckOne(engine, "mean_idle", tenant, "mean", held["idle"]);
    const auto busy = engine.Value("busy", {{"tenant", tenant}});
    REQUIRE(busy->view().absent() == held["active"].empty());
    if (!held["active"].empty()) {
      REQUIRE(Number(busy->view()) ==
              static_cast<double>(held["busy"].size()) / static_cast<double>(held["active"].size()));
    }
  }
  const auto of_tenants = engine.Value("of_tenants");
  REQUIRE(of_tenants->view().absent() == (most_active == 0));
  if (most_active > 0) REQUIRE(Number(of_tenants->view()) == most_active);
}

std::shared_ptr<const Plan> MakePlan() {
  const absl::StatusOr<Config> config = ParseConfig(std::string(kConfig), "rollups.yaml");
  INFO(config.status().message());
  REQUIRE(config.ok());
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(config->engine);
  REQUIRE(plan.ok());
  return *plan;
}

struct Step {
  Event event;
  std::optional<Time> close;  // before it
};

std::vector<Step> MakeSteps(uint64_t seed, int count) {
  std::mt19937_64 random(test::Seed(seed));
  auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  std::vector<Step> steps;
  Time now = kStart;
  for (int i = 0; i < count; ++i) {
    // On a grid, so that what leaves meets what comes.
    now += 1min * below(3);
    if (below(60) == 0) now += 10min * below(30);
    Step step{Event(below(4) == 0 ? "call" : "visit"), std::nullopt};
    step.event.At(below(4) == 0 ? now - 1min * below(25) : now);
    step.event.Set("tenant", std::string(1, static_cast<char>('x' + below(3))));
    step.event.Set("customer", std::string(1, static_cast<char>('a' + below(8))));
    if (step.event.type() == "visit") step.event.Set("amount", static_cast<double>(below(4000)) / 128 - 5);
    if (below(4) == 0) step.close = now;
    steps.push_back(std::move(step));
  }
  return steps;
}

TEST_CASE("randomised: rollups agree with what their groups say", "[engine]") {
  const auto plan = MakePlan();
  for (uint64_t seed = 0; seed < 6; ++seed) {
    CAPTURE(seed);
    Engine engine(plan);
    int step_number = 0;
    for (const Step& step : MakeSteps(seed, 600)) {
      if (step.close) {
        engine.AdvanceTo(*step.close);
        CheckAll(engine);
      }
      static_cast<void>(engine.Ingest(step.event));
      if (++step_number % 3 == 0) CheckAll(engine);
    }
    // All of it goes.
    for (int i = 0; i < 60; ++i) {
      engine.AdvanceTo(*engine.now() + 7min);
      CheckAll(engine);
    }
  }
}

TEST_CASE("rollups go on from a snapshot, and tell the same", "[engine]") {
  const auto plan = MakePlan();
  for (uint64_t seed = 0; seed < 3; ++seed) {
    CAPTURE(seed);
    const std::vector<Step> steps = MakeSteps(seed, 500);
    auto run = [&](size_t every) {
      Sink sink;
      auto engine = std::make_unique<Engine>(plan, &sink);
      for (size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].close) engine->AdvanceTo(*steps[i].close);
        static_cast<void>(engine->Ingest(steps[i].event));
        if (i % every != 0) continue;
        const std::string snapshot = engine->Snapshot();
        engine = std::make_unique<Engine>(plan, &sink);
        REQUIRE(engine->Restore(snapshot).ok());
        CheckAll(*engine);
      }
      engine->AdvanceTo(*engine->now() + 3h);
      return sink.text;
    };
    const std::string straight = run(steps.size() + 1);
    for (const RuleInfo& rule : plan->rules()) {
      CAPTURE(rule.name);
      CHECK(straight.find("\"change\": \"firing\", \"rule\": \"" + rule.name) != std::string::npos);
    }
    CHECK(run(7) == straight);
  }
}

TEST_CASE("a reload makes rollups anew of what their groups hold", "[engine]") {
  const auto plan = MakePlan();
  Engine engine(plan);
  for (const Step& step : MakeSteps(11, 300)) static_cast<void>(engine.Ingest(step.event));
  engine.Reload(MakePlan());
  CheckAll(engine);
  for (const Step& step : MakeSteps(12, 300)) static_cast<void>(engine.Ingest(step.event));
  CheckAll(engine);
}

TEST_CASE("who is forgotten contributes nothing more", "[engine]") {
  const auto plan = MakePlan();
  Engine engine(plan);
  for (const Step& step : MakeSteps(13, 300)) static_cast<void>(engine.Ingest(step.event));
  for (const char* customer : {"a", "b", "c"}) {
    REQUIRE(engine.Forget("customer", customer).ok());
    CheckAll(engine);
  }
  REQUIRE(engine.Forget("tenant", "y").ok());
  CheckAll(engine);
  CHECK(engine.Value("active_of", {{"tenant", "y"}})->view() == Value::Double(0));
  for (const Step& step : MakeSteps(14, 300)) static_cast<void>(engine.Ingest(step.event));
  CheckAll(engine);
}

TEST_CASE("an exact sum depends on what is in it alone", "[engine]") {
  std::mt19937_64 random(test::Seed(1));
  for (int round = 0; round < 50; ++round) {
    ExactSum sum;
    std::vector<double> values;
    for (int i = 0; i < 200; ++i) {
      const double x =
          std::ldexp(static_cast<double>(static_cast<int64_t>(random())), static_cast<int>(random() % 200) - 150);
      values.push_back(x);
      sum.Add(x);
    }
    ExactSum backwards;
    for (size_t i = values.size(); i-- > 0;) backwards.Add(values[i]);
    CHECK(sum == backwards);
    std::shuffle(values.begin(), values.end(), random);
    while (values.size() > 1) {
      sum.Subtract(values.back());
      values.pop_back();
    }
    CHECK(sum.Value() == values[0]);
    sum.Subtract(values[0]);
    CHECK(sum == ExactSum());
    CHECK(sum.Value() == 0);
  }
  ExactSum sum;
  for (const double x : {1e300, 1.0, -1e300, 0x1p-1074, -0.0}) sum.Add(x);
  CHECK(sum.Value() == 1.0);
  sum.Subtract(1.0);
  CHECK(sum.Value() == 0x1p-1074);
  sum.Subtract(0x1p-1073);
  CHECK(sum.Value() == -0x1p-1074);
}

TEST_CASE("the mean of whole numbers is rounded down", "[engine]") {
  ExactSum sum;
  sum.Add(int64_t{7});
  sum.Add(int64_t{-2});
  CHECK(sum.MeanOfIntegers(2) == 2);
  sum.Subtract(int64_t{12});
  CHECK(sum.MeanOfIntegers(2) == -4);
  ExactSum large;
  for (int i = 0; i < 1000; ++i) large.Add(std::numeric_limits<int64_t>::max() - i);
  CHECK(large.MeanOfIntegers(1000) == std::numeric_limits<int64_t>::max() - 500);
  ExactSum low;
  low.Add(std::numeric_limits<int64_t>::min());
  CHECK(low.MeanOfIntegers(1) == std::numeric_limits<int64_t>::min());
}

TEST_CASE("randomised: ranks in rows agree with a sorted list", "[engine]") {
  std::mt19937_64 random(test::Seed(2));
  GroupTable table(sizeof(RankNode) + 8);
  for (int row = 0; row < 300; ++row) table.FindOrAdd("row " + std::to_string(row));
  RankTree tree(table, 8);
  uint32_t root = 0;
  std::map<uint32_t, uint64_t> held;
  for (int step = 0; step < 4000; ++step) {
    const auto row = static_cast<uint32_t>(random() % 300);
    if (held.count(row) != 0) {
      tree.Erase(&root, row);
      held.erase(row);
    } else {
      held[row] = random() % 40;
      tree.Insert(&root, row, held[row]);
    }
    REQUIRE(tree.size(root) == held.size());
    if (step % 20 != 0) continue;
    std::vector<uint64_t> codes;
    for (const auto& [at, code] : held) codes.push_back(code);
    std::sort(codes.begin(), codes.end());
    for (uint32_t rank = 0; rank < codes.size(); ++rank) REQUIRE(tree.At(root, rank) == codes[rank]);
    std::vector<uint32_t> rows;
    REQUIRE(tree.Collect(root, held.size(), &rows));
    REQUIRE(rows.size() == held.size());
    if (root == 0) continue;
    // One that says something else of itself is no tree.
    auto& node = *reinterpret_cast<RankNode*>(table.row(root - 1) + 8);
    ++node.size;
    rows.clear();
    CHECK_FALSE(tree.Collect(root, held.size(), &rows));
    --node.size;
    std::swap(node.left, node.right);
    rows.clear();
    if (node.left != node.right) CHECK_FALSE(tree.Collect(root, held.size(), &rows));
    std::swap(node.left, node.right);
  }
}

}  // namespace
}  // namespace tocsin
