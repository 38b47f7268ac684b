// Patterns over a million customers: workload W3 of docs/performance.md, and what open attempts cost. Engines take the
// same events in turns, prepared outside the timed part, so that the machine's noise meets all of them. Printed are
// medians over the rounds, and ratios to an engine that counts the same events by customer.
//
//   bench_patterns                     everything
//   bench_patterns profile NAME        one engine and nothing else, for a profiler: w3a, w3b, count
#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "bench/measure.h"
#include "bench/workloads.h"
#include "tocsin/config/builder.h"
#include "tocsin/engine/engine.h"

namespace tocsin::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr size_t kCustomers = 1'000'000;
constexpr size_t kWarmUp = 2'500'000;
constexpr size_t kRound = 250'000;
constexpr int kRounds = 5;
constexpr size_t kBatch = 256;
constexpr Duration kStep = std::chrono::microseconds(1800);  // two events of a customer in an hour

// Events a, b and c of customers: 45, 45 and 10 of a hundred.
class AbcStream {
 public:
  explicit AbcStream(Customers* customers) : customers_(*customers) {}
  const std::vector<EventView>& Make(size_t count) {
    values_.clear();
    views_.clear();
    values_.reserve(count);
    text_.resize(count * kIdBytes);
    for (size_t i = 0; i < count; ++i) {
      // As decoders leave them: the texts of events that come one after another lie one after another.
      char* const text = &text_[i * kIdBytes];
      values_.push_back(Value::String({text, customers_.Next().copy(text, kIdBytes)}));
      const uint64_t draw = customers_.Random() % 100;
      now_ += kStep;
      views_.push_back({draw < 45 ? 0u : draw < 90 ? 1u : 2u, now_, {}, {&values_.back(), 1}});
    }
    return views_;
  }

 private:
  Customers& customers_;
  Time now_ = FromNanos(1'700'000'000'000'000'000);
  std::string text_;
  std::vector<Value> values_;
  std::vector<EventView> views_;
};

ConfigBuilder Events() {
  ConfigBuilder builder;
  builder.LimitEvidence(0);
  for (const char* type : {"a", "b", "c"}) builder.EventType(type).Attribute("customer", Kind::kString);
  return builder;
}

EngineSpec Counting() {
  ConfigBuilder builder = Events();
  builder.Metric("n").Event("a", "b", "c").Aggregate("count").Window(hours(1)).By("customer");
  return builder.config().engine;
}

// A, then B within ten minutes, no C between.
EngineSpec SequenceSpec() {
  ConfigBuilder builder = Events();
  builder.Pattern("p").Step("a").Not("c").Step("b").Within(minutes(10)).By("customer");
  builder.Metric("matches").Event("p").Aggregate("count").Window(hours(1));
  return builder.config().engine;
}

// A, and no B within ten minutes.
EngineSpec AbsenceSpec() {
  ConfigBuilder builder = Events();
  builder.Pattern("p").Step("a").Not("b").Within(minutes(10)).By("customer");
  builder.Metric("matches").Event("p").Aggregate("count").Window(hours(1));
  return builder.config().engine;
}

// The same groups, of which more or fewer wait for something.
EngineSpec OpenSpec(Duration within) {
  ConfigBuilder builder = Events();
  builder.Metric("n").Event("a", "b", "c").Aggregate("count").Window(hours(1)).By("customer");
  builder.Pattern("p").Step("a").Step("b").Within(within).By("customer");
  builder.Metric("matches").Event("p").Aggregate("count").Window(hours(1));
  return builder.config().engine;
}

struct Fed {
  Fed(std::string name, const EngineSpec& spec) : series{std::move(name)}, engine(*Plan::Create(spec)) {}
  void Feed(const std::vector<EventView>& views) {
    for (size_t i = 0; i < views.size(); i += kBatch)
      engine.Ingest(std::span(views).subspan(i, std::min(kBatch, views.size() - i)));
  }
  void Round(const std::vector<EventView>& views) {
    const uint64_t allocated = Allocations();
    series.nanos.push_back(NanosOf([&] { Feed(views); }, views.size()));
    allocations += Allocations() - allocated;
  }
  Series series;
  Engine engine;
  uint64_t allocations = 0;
};

void Compare(const std::vector<Fed*>& engines, AbcStream* stream) {
  for (size_t made = 0; made < kWarmUp; made += kRound) {
    const std::vector<EventView>& views = stream->Make(kRound);
    for (Fed* fed : engines) fed->Feed(views);
  }
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<EventView>& views = stream->Make(kRound);
    for (Fed* fed : engines) fed->Round(views);
  }
  for (const Fed* fed : engines) {
    fed->series.Print(engines.front()->series.Median());
    const Statistics statistics = fed->engine.Statistics();
    fmt::print("    {} attempts open, {} events made, {:.4f} allocations an event\n", statistics.attempts,
               statistics.derived, static_cast<double>(fed->allocations) / (kRounds * kRound));
  }
}

void RunAll() {
  Customers customers(kCustomers, Customers::Draw::kUniform);
  {
    fmt::print("W3: patterns by customer, in batches\n");
    AbcStream stream(&customers);
    Fed counting("count of an hour by customer", Counting());
    Fed sequence("A, then B within 10m, no C between", SequenceSpec());
    Fed absence("A and no B within 10m", AbsenceSpec());
    Compare({&counting, &sequence, &absence}, &stream);
    PrintBar("A, then B, no C, ns an event", sequence.series.Median(), 60);
    PrintBar("A and no B, ns an event", absence.series.Median(), 60);
  }
  fmt::print("open attempts of one pattern, over the same million customers\n");
  AbcStream stream(&customers);
  Fed few("about a thousand open", OpenSpec(seconds(4)));
  Fed many("about a million open", OpenSpec(hours(24)));
  Compare({&few, &many}, &stream);
  PrintBar("a million open attempts, as a multiple of a thousand", many.series.Median() / few.series.Median(), 2);
}

void Profile(std::string_view name) {
  Customers customers(kCustomers, Customers::Draw::kUniform);
  AbcStream stream(&customers);
  Fed fed(std::string(name), name == "w3a" ? SequenceSpec() : name == "w3b" ? AbsenceSpec() : Counting());
  for (size_t made = 0; made < 4 * kRound; made += kRound) fed.Feed(stream.Make(kRound));
}

}  // namespace
}  // namespace tocsin::bench

int main(int argc, char** argv) {
  if (argc > 2 && std::string_view(argv[1]) == "profile") {
    tocsin::bench::Profile(argv[2]);
  } else {
    tocsin::bench::RunAll();
  }
}
