// What each aggregate costs an event beside `count`, and what a customer takes in memory.
//
//   of everybody   one group, 24 hours, 10,000 events a minute: where windows are slices and sketches
//   of customers   a million customers of two to three events an hour: where they keep single events
//   memory         quantile and distinct over 24 hours, a million customers with three events each
//
//   bench_aggregates [AGGREGATE...]   all of them, or these: count 'mean(amount)'
//
// A rule reads each value at every event, so that reading is part of the cost.
#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bench/fed.h"
#include "bench/measure.h"
#include "tocsin/engine/plan.h"

namespace tocsin::bench {
namespace {

using std::chrono::hours;

constexpr int kRounds = 3;

EngineSpec Spec(const std::vector<std::string>& aggregates, Duration window, bool by_customer, bool read) {
  EngineSpec spec;
  spec.limits.evidence_memory = 0;
  EventSpec visit;
  visit.name = "visit";
  const std::pair<const char*, Type> attributes[] = {
      {"customer", Kind::kString}, {"item", Kind::kString}, {"amount", Type::Decimal(2)}, {"late", Kind::kBool}};
  for (const auto& [name, type] : attributes) {
    visit.attributes.emplace_back();
    visit.attributes.back().name = name;
    visit.attributes.back().type = type;
  }
  spec.events.push_back(std::move(visit));
  for (size_t i = 0; i < aggregates.size(); ++i) {
    MetricSpec metric;
    metric.name = fmt::format("m{}", i);
    metric.events = {SourceText("visit")};
    metric.aggregate = SourceText(aggregates[i]);
    metric.window = window;
    if (by_customer) metric.by = {SourceText("customer")};
    spec.metrics.push_back(std::move(metric));
    if (!read) continue;
    RuleSpec rule;
    rule.name = fmt::format("R{}", i);
    const bool is_text = aggregates[i].find("topk") == 0;
    const bool is_time = aggregates[i].find("mean_interval") == 0;
    rule.when = SourceText(is_text   ? fmt::format("m{} == ''", i)
                           : is_time ? fmt::format("m{} < minutes(0)", i)
                                     : fmt::format("m{} > 1000000000.0", i));
    spec.rules.push_back(std::move(rule));
  }
  return spec;
}

// Events at even steps, made outside the timed part.
class Stream {
 public:
  Stream(size_t customers, size_t items, Duration step) : items_(items), step_(step) {
    for (size_t i = 0; i < customers; ++i) customers_.push_back(fmt::format("customer-{:015}", i));
    for (size_t i = 0; i < items; ++i) names_.push_back(fmt::format("item-{:07}", i));
  }
  const std::vector<EventView>& Make(size_t count, bool in_turn = false) {
    values_.resize(count * 4);
    views_.resize(count);
    text_.resize(count * kTextBytes);
    for (size_t i = 0; i < count; ++i) {
      now_ += step_;
      Value* const values = values_.data() + i * 4;
      // As decoders leave them: the texts of events that come one after another lie one after another.
      char* text = text_.data() + i * kTextBytes;
      auto put = [&](const std::string& name) {
        const std::string_view put(text, name.copy(text, name.size()));
        text += put.size();
        return Value::String(put);
      };
      values[0] = put(customers_[(in_turn ? i : random_()) % customers_.size()]);
      values[1] = put(names_[std::min(random_() % items_, random_() % items_)]);
      values[2] = Value::Decimal(static_cast<int64_t>(100 + random_() % 100'000), 2);
      values[3] = Value::Bool(random_() % 8 == 0);
      views_[i].type = 0;
      views_[i].time = now_;
      views_[i].attributes = std::span<const Value>(values, 4);
    }
    return views_;
  }

 private:
  static constexpr size_t kTextBytes = 40;

  size_t items_;
  Duration step_;
  std::mt19937_64 random_{7};
  Time now_ = FromNanos(1'700'000'000'000'000'000);
  std::vector<std::string> customers_;
  std::vector<std::string> names_;
  std::string text_;
  std::vector<Value> values_;
  std::vector<EventView> views_;
};

const std::vector<std::string> kAggregates = {
    "count",           "rate(amount)",  "sum(amount)",    "mean(amount)",
    "min(amount)",     "max(amount)",   "share(late)",    "stddev(amount)",
    "first(amount)",   "last(amount)",  "delta(amount)",  "ewma(amount, hours(1))",
    "csat(amount, 4)", "mean_interval", "distinct(item)", "quantile(0.95, amount)",
    "topk(3, item)"};

// Of the first where there is none of that name.
double CostOf(const std::vector<Fed*>& feds, const char* what) {
  for (const Fed* fed : feds) {
    if (fed->series.name == what) return fed->series.Median();
  }
  return feds[0]->series.Median();
}

void Compare(const char* title, const std::vector<std::string>& aggregates, size_t customers, bool by_customer,
             Duration window, Duration step, size_t warm_up, size_t round) {
  fmt::print("{}\n", title);
  std::vector<std::unique_ptr<Fed>> feds;
  std::vector<Fed*> all;
  for (const std::string& aggregate : aggregates) {
    feds.push_back(std::make_unique<Fed>(aggregate, Spec({aggregate}, window, by_customer, true)));
    all.push_back(feds.back().get());
  }
  Stream stream(customers, 20'000, step);
  for (size_t fed = 0; fed < warm_up; fed += round) {
    const std::vector<EventView>& views = stream.Make(round);
    for (Fed* one : all) one->InBatches(views);
  }
  for (int i = 0; i < kRounds; ++i) {
    const std::vector<EventView>& views = stream.Make(round);
    for (Fed* one : all) one->series.nanos.push_back(NanosOf([&] { one->InBatches(views); }, views.size()));
  }
  for (const Fed* one : all) one->series.Print(CostOf(all, "count"));
  const double base = CostOf(all, "count");
  if (!by_customer) {
    PrintBar("distinct of everybody, to a count", CostOf(all, "distinct(item)") / base, 5);
    PrintBar("p95 of everybody, to a count", CostOf(all, "quantile(0.95, amount)") / base, 5);
  } else {
    PrintBar("W4: distinct items of each customer in an hour, ns", CostOf(all, "distinct(item)"), 200);
  }
}

void Memory() {
  fmt::print("bytes a customer with three events in the window, of a million\n");
  const double before = ResidentBytes();
  constexpr size_t kCustomers = 1'000'000;
  auto fed = std::make_unique<Fed>("", Spec({"quantile(0.95, amount)", "distinct(item)"}, hours(24), true, false));
  Stream stream(kCustomers, 20'000, Duration(8'000'000));
  double own = ResidentBytes() - before;
  for (int i = 0; i < 3; ++i) {
    const double at = ResidentBytes();
    const std::vector<EventView>& views = stream.Make(kCustomers, true);
    own += ResidentBytes() - at;
    fed->InBatches(views);
  }
  PrintBar("quantile and distinct over 24 hours, bytes", (ResidentBytes() - before - own) / kCustomers, 400);
}

}  // namespace
}  // namespace tocsin::bench

int main(int argc, char** argv) {
  using namespace tocsin::bench;
  using namespace std::chrono_literals;
  std::vector<std::string> aggregates(argv + 1, argv + argc);
  if (aggregates.empty()) aggregates = kAggregates;
  Compare("of everybody: 24 hours, 10,000 events a minute", aggregates, 1000, false, std::chrono::hours(24), 6ms,
          1'500'000, 100'000);
  Compare("of customers: an hour, 200,000 customers with 2.5 events in it", aggregates, 200'000, true, 1h, 7'200us,
          600'000, 100'000);
  Memory();
  return 0;
}
