// Engine::Ingest against a loop written by hand (hand_loop.h): count, sum and mean of the last hour for each of a
// million customers, at each event. Both read the same events, prepared outside the timed part, and take turns, so that
// the machine's noise meets both. Printed are medians over the rounds, and ratios to the loop.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bench/hand_loop.h"
#include "tocsin/engine/engine.h"
#include "tocsin/engine/plan.h"

namespace tocsin::bench {
namespace {

constexpr size_t kCustomers = 1'000'000;
constexpr size_t kWarmUp = 3'000'000;
constexpr size_t kRound = 500'000;
constexpr int kRounds = 7;
constexpr int64_t kStep = 1'800'000;  // nanoseconds between events: two of each customer in an hour, on average
constexpr size_t kBatch = 256;

// One stream of events: both forms of each.
class Stream {
 public:
  explicit Stream(bool zipf) : zipf_(zipf), random_(7) {
    names_.reserve(kCustomers);
    for (size_t i = 0; i < kCustomers; ++i) names_.push_back(fmt::format("customer-{:015}", i * 7919 % kCustomers));
    if (!zipf) return;
    cumulative_.reserve(kCustomers);
    double sum = 0;
    for (size_t i = 0; i < kCustomers; ++i) cumulative_.push_back(sum += 1 / std::pow(static_cast<double>(i + 1), 1.1));
  }

  void Make(size_t count) {
    loop_events.clear();
    values_.resize(count * 2);
    views.clear();
    for (size_t i = 0; i < count; ++i) {
      now_ += kStep;
      int64_t units = static_cast<int64_t>(random_() % 10000);
      const std::string& name = names_[Customer()];
      loop_events.push_back({name, now_, units});
      values_[2 * i] = Value::String(name);
      values_[2 * i + 1] = Value::Decimal(units, 2);
      views.push_back({0, FromNanos(now_), {}, {&values_[2 * i], 2}});
    }
  }
  const std::string& name(size_t i) const { return names_[i]; }

  std::vector<LoopEvent> loop_events;
  std::vector<EventView> views;

 private:
  size_t Customer() {
    if (!zipf_) return random_() % kCustomers;
    double wanted = static_cast<double>(random_()) / 0x1p64 * cumulative_.back();
    return static_cast<size_t>(std::lower_bound(cumulative_.begin(), cumulative_.end(), wanted) - cumulative_.begin());
  }

  bool zipf_;
  std::mt19937_64 random_;
  std::vector<std::string> names_;
  std::vector<double> cumulative_;
  std::vector<Value> values_;
  int64_t now_ = 1'000'000'000'000'000'000;
};

EngineSpec Spec(int rules) {
  EngineSpec spec;
  EventSpec purchase;
  purchase.name = "purchase";
  purchase.attributes = {{"customer", Kind::kString, {}, {}, {}, {}}, {"amount", Type::Decimal(2), {}, {}, {}, {}}};
  spec.events.push_back(purchase);
  for (const char* aggregate : {"count", "sum(amount)", "mean(amount)"}) {
    MetricSpec metric;
    metric.name = std::string(aggregate).substr(0, std::string(aggregate).find('(')) + "_1h";
    metric.event = "purchase";
    metric.aggregate = aggregate;
    metric.window = std::chrono::hours(1);
    metric.by = {"customer"};
    spec.metrics.push_back(metric);
  }
  for (int r = 0; r < rules; ++r) {
    RuleSpec rule;
    rule.name = fmt::format("R{:02}", r);
    rule.when = fmt::format("sum_1h > {} && count_1h >= 3", 400 + 20 * r);
    spec.rules.push_back(rule);
  }
  return spec;
}

double NanosOf(auto&& work, size_t events) {
  auto begin = std::chrono::steady_clock::now();
  work();
  std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  return took.count() / static_cast<double>(events);
}

struct Series {
  const char* name;
  std::vector<double> nanos{};
  double Median() {
    std::sort(nanos.begin(), nanos.end());
    return nanos[nanos.size() / 2];
  }
};

void InBatches(Engine* engine, const std::vector<EventView>& views) {
  for (size_t i = 0; i < views.size(); i += kBatch) {
    engine->Ingest(std::span(views).subspan(i, std::min(kBatch, views.size() - i)));
  }
}

void Compare(const char* title, bool zipf) {
  Stream stream(zipf);
  HandLoop loop_batch(kCustomers);
  HandLoop loop_single(kCustomers);
  Engine batch(*Plan::Create(Spec(0)));
  Engine single(*Plan::Create(Spec(0)));
  Engine with_rules(*Plan::Create(Spec(10)));
  Series series[] = {{"loop by hand, in batches"},
                     {"loop by hand, one by one"},
                     {"Engine::Ingest, in batches"},
                     {"Engine::Ingest, one by one"},
                     {"Engine::Ingest, in batches, 10 rules"}};
  double check = 0;
  for (int round = -1; round < kRounds; ++round) {
    stream.Make(round < 0 ? kWarmUp : kRound);
    const size_t n = stream.views.size();
    double nanos[] = {NanosOf([&] { check += loop_batch.Ingest(stream.loop_events); }, n),
                      NanosOf(
                          [&] {
                            for (const LoopEvent& e : stream.loop_events) check += loop_single.IngestOne(e);
                          },
                          n),
                      NanosOf([&] { InBatches(&batch, stream.views); }, n),
                      NanosOf(
                          [&] {
                            for (const EventView& v : stream.views) single.Ingest(v);
                          },
                          n),
                      NanosOf([&] { InBatches(&with_rules, stream.views); }, n)};
    for (size_t s = 0; round >= 0 && s < std::size(series); ++s) series[s].nanos.push_back(nanos[s]);
  }
  fmt::print("\n{}: {} customers, {} rounds of {} events, medians (check {:.3g})\n", title, kCustomers, kRounds, kRound,
             check);
  const double base = series[0].Median();
  for (Series& s : series) {
    double median = s.Median();
    fmt::print("  {:<40} {:7.1f} ns   {:5.2f} x   ({:.1f} to {:.1f})\n", s.name, median, median / base, s.nanos.front(),
               s.nanos.back());
  }
  // The same answers, where the loop was exact too (its rows hold six panes).
  size_t equal = 0;
  const size_t asked = 2000;
  for (size_t i = 0; i < asked; ++i) {
    auto [count, sum] = loop_batch.Totals(stream.name(i));
    (void)count;
    double engine_sum = batch.Value("sum_1h", {{"customer", stream.name(i)}})->view().AsDouble();
    // The loop's totals are as of the customer's last event: at most those of the engine, plus what has left since.
    if (engine_sum <= static_cast<double>(sum) / 100 + 1e-9) ++equal;
  }
  fmt::print("  {} of {} customers asked agree\n", equal, asked);
}

}  // namespace
}  // namespace tocsin::bench

int main() {
  tocsin::bench::Compare("W1, uniform", false);
  tocsin::bench::Compare("W1, Zipf 1.1", true);
}
