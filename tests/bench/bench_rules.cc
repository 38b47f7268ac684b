// Rules cost what they decide, not what they number: an event with ten rules and with a hundred thousand over the same
// metrics of a million customers, and as many alert changes; what a rule takes in memory; how long plans take.
//
//   bench_rules          everything
//   bench_rules PART...  some of: customers tenants segments coarser plan
//   bench_rules profile [tenants]  a hundred thousand rules and nothing else: for a profiler
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>

#include "bench/fed.h"
#include "bench/measure.h"
#include "tocsin/config/config.h"
#include "tocsin/engine/plan.h"

namespace tocsin::bench {
namespace {

using std::chrono::hours;

constexpr size_t kCustomers = 1'000'000;
constexpr size_t kTenants = 10'000;
constexpr size_t kSegments = 1'000;
constexpr size_t kMany = 100'000;
constexpr size_t kWarmUp = 2'500'000;
constexpr size_t kRound = 300'000;
constexpr size_t kRounds = 11;

// Purchases and refunds of customers, each of whom has a tenant; or payments of segments.
class Stream {
 public:
  enum class Kind { kCustomers, kSegments, kFewCustomers };
  Stream(Kind kind, Duration window) : kind_(kind), step_(window.count() / static_cast<int64_t>(2 * Groups())) {
    for (size_t i = 0; i < Groups(); ++i) names_.push_back(fmt::format("customer-{:015}", i * 7919 % Groups()));
    // A hundred customers each.
    for (size_t i = 0; i < (Groups() + 99) / 100; ++i) tenants_.push_back(fmt::format("t{:05}", i));
    if (kind == Kind::kSegments) step_ = window.count() / 100'000;
  }
  void Make(size_t count) {
    views.clear();
    values_.resize(count * 3);
    text_.resize(count * kTextBytes);
    for (size_t i = 0; i < count; ++i) {
      now_ += step_;
      const uint64_t random = Random();
      const size_t group = random % Groups();
      Value* values = &values_[i * 3];
      // As decoders leave them: the texts of events that come one after another lie one after another.
      char* const text = text_.data() + i * kTextBytes;
      const size_t size = names_[group].copy(text, kTextBytes);
      values[0] = Value::String({text, size});
      values[1] = Value::String({text + size, tenants_[group % tenants_.size()].copy(text + size, kTextBytes - size)});
      values[2] = Value::Decimal(static_cast<int64_t>(random / Groups() % 10'000), 2);
      views.push_back({static_cast<uint32_t>(random >> 62 == 0 ? 1 : 0), FromNanos(now_), {}, {values, 3}});
    }
  }
  std::vector<EventView> views;

 private:
  static constexpr size_t kTextBytes = 32;
  size_t Groups() const {
    return kind_ == Kind::kCustomers ? kCustomers : kind_ == Kind::kSegments ? kSegments : kCustomers / 100;
  }
  uint64_t Random() {  // splitmix64
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  Kind kind_;
  int64_t step_;
  uint64_t state_ = 7;
  int64_t now_ = 1'000'000'000'000'000'000;
  std::vector<std::string> names_;
  std::vector<std::string> tenants_;
  std::string text_;
  std::vector<Value> values_;
};

MetricSpec MetricOf(std::string_view name, std::string_view event, std::string_view aggregate, Duration window,
                    bool tenant) {
  MetricSpec metric;
  metric.name = name;
  metric.events = {event};
  metric.aggregate = aggregate;
  metric.window = window;
  metric.by = {"customer"};
  if (tenant) metric.by.push_back("tenant");
  return metric;
}

RuleSpec RuleOf(std::string name, std::string when) {
  RuleSpec rule;
  rule.name = std::move(name);
  rule.when = when;
  rule.summary = "Customer {customer}";
  return rule;
}

// Ten that act, at about one event in a few hundred.
std::vector<RuleSpec> TenRules() {
  std::vector<RuleSpec> rules;
  for (int i = 0; i < 5; ++i) {
    rules.push_back(RuleOf(fmt::format("Spent{}", i), fmt::format("spent_24h > {}", 420 + 20 * i)));
    rules.push_back(
        RuleOf(fmt::format("Refunded{}", i), fmt::format("refunded_24h > {} && refunds_24h >= {}", 200 + 10 * i, 3)));
  }
  return rules;
}

// And very many over the same metrics, which nobody reaches.
std::vector<RuleSpec> ManyRules(size_t count, const std::function<std::string(size_t)>& condition) {
  std::vector<RuleSpec> rules = TenRules();
  for (size_t i = rules.size(); i < count; ++i) rules.push_back(RuleOf(fmt::format("Many{:06}", i), condition(i)));
  return rules;
}

double Far(size_t i) { return 5000 + 0.25 * static_cast<double>(i); }
std::string Plain(size_t i) {
  static constexpr const char* kMetrics[] = {"spent_24h", "refunded_24h", "refunds_24h", "purchases_24h"};
  return fmt::format("{} > {}", kMetrics[i % 4], Far(i));
}
// Their first terms hold for many, so that each event crosses some of them.
std::string Together(size_t i) {
  return fmt::format("spent_24h > {} && purchases_24h >= {}", static_cast<double>(i % 1000) / 4, 100 + i % 50);
}
std::string OfTenant(size_t i) { return fmt::format("tenant == \"t{:05}\" && {}", i % kTenants, Plain(i)); }

EngineSpec SpecOf(bool tenant, std::vector<RuleSpec> rules) {
  EngineSpec spec;
  for (const char* name : {"purchase", "refund"}) {
    EventSpec event;
    event.name = name;
    event.attributes.push_back({"customer", Kind::kString, {}, {}, {}, {}});
    event.attributes.push_back({"tenant", Kind::kString, {}, {}, {}, {}});
    event.attributes.push_back({"amount", Type::Decimal(2), {}, {}, {}, {}});
    spec.events.push_back(std::move(event));
  }
  spec.metrics = {MetricOf("purchases_24h", "purchase", "count", hours(24), tenant),
                  MetricOf("spent_24h", "purchase", "sum(amount)", hours(24), tenant),
                  MetricOf("refunds_24h", "refund", "count", hours(24), tenant),
                  MetricOf("refunded_24h", "refund", "sum(amount)", hours(24), tenant)};
  spec.rules = std::move(rules);
  return spec;
}

// Ten rules of each of a thousand segments, from `first` on: what is paid is 3750, give or take 500.
EngineSpec SegmentSpec(size_t rules, double first) {
  EngineSpec spec = SpecOf(false, {});
  spec.metrics = {MetricOf("paid_1h", "purchase", "sum(amount)", hours(1), false)};
  // 75 purchases in the window, of 50 on average.
  for (size_t i = 0; i < rules; ++i) {
    spec.rules.push_back(
        RuleOf(fmt::format("R{:06}", i),
               fmt::format("customer == \"customer-{:015}\" && paid_1h > {}", i % kSegments * 7919 % kSegments,
                           first + static_cast<double>(i / kSegments) * 25)));
  }
  return spec;
}

struct Ruled : Fed {
  using Fed::Fed;
  void Round(const std::vector<EventView>& views) {
    const uint64_t told = sink.changes;
    series.nanos.push_back(NanosOf([&] { InBatches(views); }, views.size()));
    changes += sink.changes - told;
    events += views.size();
  }
  uint64_t changes = 0;
  uint64_t events = 0;
};

void Compare(std::string_view title, Stream::Kind kind, Duration window,
             const std::vector<std::pair<std::string, EngineSpec>>& variants, double bar) {
  fmt::print("\n{}, medians of {} rounds of {} events in batches, ratios by round\n", title, kRounds, kRound);
  std::fflush(stdout);
  Stream stream(kind, window);
  std::vector<std::unique_ptr<Ruled>> engines;
  for (const auto& [name, spec] : variants) engines.push_back(std::make_unique<Ruled>(name, spec));
  stream.Make(kind == Stream::Kind::kCustomers ? kWarmUp : kRound);
  for (auto& fed : engines) fed->InBatches(stream.views);
  for (size_t round = 0; round < kRounds; ++round) {
    stream.Make(kRound);
    // Each is the first as often as the others.
    for (size_t e = 0; e < engines.size(); ++e) engines[(round + e) % engines.size()]->Round(stream.views);
  }
  const double base = engines[0]->series.Median();
  for (const auto& fed : engines) fed->series.Print(base);
  for (size_t e = 1; e < engines.size(); ++e) {
    if (bar > 0)
      PrintBar(engines[e]->series.name + " / " + engines[0]->series.name, engines[e]->series.Over(engines[0]->series),
               bar);
  }
  for (const auto& fed : engines) {
    fmt::print("  {:<44} {:.6f} alert changes an event\n", fed->series.name,
               static_cast<double>(fed->changes) / static_cast<double>(fed->events));
  }
}

// A customer's alert waits for something of the tenant, too: when that turns, the tenant's customers are asked.
void CompareCoarser() {
  EngineSpec spec = SpecOf(true, {RuleOf("Together", "spent_24h > 250 && tenant_refunds_24h >= 50")});
  MetricSpec of_tenant = MetricOf("tenant_refunds_24h", "refund", "count", hours(24), false);
  of_tenant.by = {"tenant"};
  spec.metrics.push_back(std::move(of_tenant));
  fmt::print("\nA term about a tenant of a hundred customers, medians of {} rounds of {} events in batches\n", kRounds,
             kRound / 10);
  Series few{"of 100 tenants"};
  Series many{"of 10,000 tenants"};
  for (auto [series, kind] : {std::pair(&few, Stream::Kind::kFewCustomers), {&many, Stream::Kind::kCustomers}}) {
    Stream stream(kind, hours(24));
    Ruled fed(series->name, spec);
    stream.Make(kind == Stream::Kind::kCustomers ? kWarmUp : kWarmUp / 100);
    fed.InBatches(stream.views);
    for (size_t round = 0; round < kRounds; ++round) {
      stream.Make(kRound / 10);
      fed.Round(stream.views);
    }
    *series = fed.series;
    series->Print(few.Median());
    fmt::print("  {:<44} {:.6f} alert changes an event\n", series->name,
               static_cast<double>(fed.changes) / static_cast<double>(fed.events));
  }
}

std::string YamlOf(const EngineSpec& spec) {
  std::string yaml =
      "version: 1\n"
      "events:\n"
      "  purchase: {customer: string, tenant: string, amount: decimal(2)}\n"
      "  refund: {customer: string, tenant: string, amount: decimal(2)}\n"
      "metrics:\n"
      "  purchases_24h: {event: purchase, aggregate: count, window: 24h, by: [customer, tenant]}\n"
      "  spent_24h: {event: purchase, aggregate: sum(amount), window: 24h, by: [customer, tenant]}\n"
      "  refunds_24h: {event: refund, aggregate: count, window: 24h, by: [customer, tenant]}\n"
      "  refunded_24h: {event: refund, aggregate: sum(amount), window: 24h, by: [customer, tenant]}\n"
      "rules:\n";
  for (const RuleSpec& rule : spec.rules) {
    yaml += fmt::format("  {}:\n    when: '{}'\n    severity: warning\n    summary: \"{}\"\n", rule.name,
                        rule.when.text(), rule.summary.text());
  }
  return yaml;
}

double SecondsOf(const std::function<void()>& work) { return NanosOf(work, 1) / 1e9; }
double HeapBytes() { return static_cast<double>(mallinfo2().uordblks); }

void MeasurePlans() {
  fmt::print("\nPlans\n");
  struct Shape {
    const char* name;
    std::string (*condition)(size_t);
  };
  for (const Shape& shape :
       {Shape{"one threshold", Plain}, {"two thresholds", Together}, {"a tenant's threshold", OfTenant}}) {
    for (const size_t count : {kMany / 10, kMany}) {
      const EngineSpec spec = SpecOf(true, ManyRules(count, shape.condition));
      const double before = HeapBytes();
      std::shared_ptr<const Plan> plan;
      const double seconds = SecondsOf([&] { plan = *Plan::Create(spec); });
      const double bytes = HeapBytes() - before;
      fmt::print("  {:<22} {:6} rules   plan {:6.2f} s, {:5.1f} us and {:5.0f} bytes a rule\n", shape.name, count,
                 seconds, seconds * 1e6 / static_cast<double>(count), bytes / static_cast<double>(count));
      plan.reset();
      const std::string yaml = YamlOf(spec);
      absl::StatusOr<Config> config = absl::UnknownError("");
      const double reading = SecondsOf([&] { config = ParseConfig(yaml); });
      if (!config.ok()) fmt::print("{}\n", std::string(config.status().message()));
      const double planning = SecondsOf([&] { plan = *Plan::Create(config->engine); });
      fmt::print("  {:<22} {:6} rules   YAML {:6.2f} s, then plan {:6.2f} s\n", shape.name, count, reading, planning);
    }
  }
}

void CompareCustomers() {
  Compare("1 million customers", Stream::Kind::kCustomers, hours(24),
          {{"10 rules", SpecOf(false, TenRules())},
           {"100,000 thresholds", SpecOf(false, ManyRules(kMany, Plain))},
           {"100,000 of two thresholds", SpecOf(false, ManyRules(kMany, Together))}},
          1.3);
}
void CompareTenants() {
  Compare(
      "1 million customers of 10,000 tenants", Stream::Kind::kCustomers, hours(24),
      {{"10 rules", SpecOf(true, TenRules())}, {"100,000 rules of tenants", SpecOf(true, ManyRules(kMany, OfTenant))}},
      1.3);
}
void CompareSegments() {
  Compare("W2: 1,000 segments", Stream::Kind::kSegments, hours(1),
          {{"no rules", SegmentSpec(0, 0)},
           {"10,000 rules, seldom crossed", SegmentSpec(10'000, 6000)},
           {"10,000 rules, often crossed", SegmentSpec(10'000, 4700)}},
          0);
}

int Run(std::span<char*> parts) {
  auto asked = [&](std::string_view part) {
    return parts.empty() || std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  if (asked("customers")) CompareCustomers();
  if (asked("tenants")) CompareTenants();
  if (asked("segments")) CompareSegments();
  if (asked("coarser")) CompareCoarser();
  if (asked("plan")) MeasurePlans();
  return 0;
}

int Profile(bool tenants) {
  Stream stream(Stream::Kind::kCustomers, hours(24));
  Ruled fed("100,000", SpecOf(tenants, ManyRules(kMany, tenants ? OfTenant : Together)));
  stream.Make(kWarmUp);
  fed.InBatches(stream.views);
  for (size_t round = 0; round < kRounds; ++round) {
    stream.Make(kRound);
    fed.Round(stream.views);
  }
  fed.series.Print(fed.series.Median());
  return 0;
}

}  // namespace
}  // namespace tocsin::bench

int main(int argc, char** argv) {
  const std::span<char*> parts(argv + 1, static_cast<size_t>(argc - 1));
  if (!parts.empty() && std::string_view(parts[0]) == "profile") {
    return tocsin::bench::Profile(parts.size() > 1 && std::string_view(parts[1]) == "tenants");
  }
  return tocsin::bench::Run(parts);
}
