// What time does to an engine: events that come late, and the midnight at which a day's windows end.
//
//   late       W5: one event in 16 up to ten minutes late, against the same stream in order
//   midnight   the longest single call around a midnight at which a million customers have a day's window each
//   exits      the longest single call where what leaves a window must be noticed for a million customers
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bench/fed.h"
#include "bench/measure.h"
#include "bench/workloads.h"
#include "tocsin/engine/plan.h"

namespace tocsin::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr size_t kCustomers = 1'000'000;
constexpr int kRounds = 5;

// The same events: those of a stream in order, of which one in 16 bears a time up to ten minutes earlier.
std::vector<EventView> SomeLate(const std::vector<EventView>& views, Customers* customers) {
  std::vector<EventView> late = views;
  constexpr auto kMost = static_cast<uint64_t>(Duration(minutes(10)).count());
  for (EventView& view : late) {
    const uint64_t random = customers->Random();
    if (random % 16 == 0) view.time -= Duration(static_cast<int64_t>(random / 16 % kMost));
  }
  return late;
}

void MeasureLate() {
  fmt::print("W5: count, sum and mean of an hour by customer, {} customers, in batches\n", kCustomers);
  EngineSpec spec = HourSpec();
  spec.allowed_lateness = minutes(10);
  Customers customers(kCustomers, Customers::Draw::kUniform);
  Stream stream(&customers, 1, Duration(Duration(hours(1)).count() / static_cast<int64_t>(2 * kCustomers)));
  Fed in_order("in order", spec);
  Fed late("one in 16 up to 10 minutes late", spec);
  for (int round = -1; round < kRounds; ++round) {
    stream.Make(round < 0 ? kCustomers * 5 / 2 : 300'000);
    const std::vector<EventView> views = SomeLate(stream.views, &customers);
    const double nanos = NanosOf([&] { in_order.InBatches(stream.views); }, views.size());
    const double nanos_late = NanosOf([&] { late.InBatches(views); }, views.size());
    if (round < 0) continue;
    in_order.series.nanos.push_back(nanos);
    late.series.nanos.push_back(nanos_late);
  }
  in_order.series.Print(in_order.series.Median());
  late.series.Print(in_order.series.Median());
  PrintBar("W5: one in 16 late, ns", late.series.Median(), 200);
}

EngineSpec DaySpec(const std::vector<std::pair<std::string, std::string>>& metrics, const std::string& condition) {
  EngineSpec spec = HourSpec();
  spec.metrics.clear();
  for (const auto& [name, aggregate] : metrics) {
    spec.metrics.push_back(MetricOf(name, "purchase", aggregate, {}));
    spec.metrics.back().window.reset();
    spec.metrics.back().calendar = CalendarSpec{CalendarUnit::kDay, SourceText("UTC"), false};
  }
  RuleSpec rule;
  rule.name = "R";
  rule.when = SourceText(condition);
  spec.rules = {rule};
  return spec;
}

// Every customer buys about once a day. The hour around the second midnight goes one event after another.
void MeasureMidnight(const std::string& name, const EngineSpec& spec) {
  Customers customers(kCustomers, Customers::Draw::kUniform);
  const Duration step(Duration(hours(24)).count() / static_cast<int64_t>(kCustomers));
  Stream stream(&customers, 1, step);
  Fed fed(name, spec);
  const auto per_hour = static_cast<size_t>(Duration(hours(1)) / step);
  const Duration day = hours(24);
  const Duration today(stream.now() % day.count());
  const auto before = static_cast<size_t>((2 * day - today - minutes(30)) / step);
  for (size_t made = 0; made < before; made += std::min(per_hour, before - made)) {
    stream.Make(std::min(per_hour, before - made));
    fed.InBatches(stream.views);
  }
  stream.Make(per_hour);
  Latencies calm(per_hour);
  Latencies midnight(per_hour);
  for (const EventView& view : stream.views) {
    const Duration since(ToNanos(view.time) % day.count());
    (since < minutes(1) ? midnight : calm).Time([&] { fed.engine.Ingest(view); });
  }
  fmt::print("  {}: {} alert changes\n", name, fed.sink.changes);
  calm.Print("half an hour before and after");
  midnight.Print("the minute from midnight on");
}

// A timer for each customer, in the steady state.
void MeasureExits() {
  Customers customers(kCustomers, Customers::Draw::kUniform);
  Stream stream(&customers, 1, Duration(Duration(hours(24)).count() / static_cast<int64_t>(2 * kCustomers)));
  EngineSpec spec = HourSpec(hours(24));
  RuleSpec rule;
  rule.name = "R";
  rule.when = SourceText("mean < 0.01 && count >= 3");
  spec.rules = {rule};
  Fed fed("exits", spec);
  for (int part = 0; part < 10; ++part) {
    stream.Make(kCustomers / 4);
    fed.InBatches(stream.views);
  }
  Latencies latencies(kCustomers);
  for (int part = 0; part < 4; ++part) {
    stream.Make(kCustomers / 4);
    for (const EventView& view : stream.views) latencies.Time([&] { fed.engine.Ingest(view); });
  }
  latencies.Print("mean and count over 24 hours, twelve hours of it");
}

}  // namespace
}  // namespace tocsin::bench

int main() {
  using namespace tocsin::bench;
  MeasureLate();
  fmt::print("midnight of {} customers with a window of the day each: single calls\n", kCustomers);
  MeasureMidnight("bought > 1000", DaySpec({{"bought", "sum(amount)"}}, "bought > 1000"));
  MeasureMidnight("mean < 0.02 && count >= 1",
                  DaySpec({{"mean", "mean(amount)"}, {"count", "count"}}, "mean < 0.02 && count >= 1"));
  fmt::print("exits that must be noticed, of {} customers: single calls\n", kCustomers);
  MeasureExits();
  return 0;
}
