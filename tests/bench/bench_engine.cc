// Engine::Ingest against loops written by hand (hand_loop.h) over a million customers. Both read the same events,
// prepared outside the timed part, and take turns, so that the machine's noise meets both. Printed are medians over the
// rounds, ratios, and the bars of docs/performance.md.
//
//   bench_engine                 everything, in about a minute
//   bench_engine PART...         some of: w1 w1-zipf crm crm-zipf windows sizes memory
//   bench_engine profile [CUSTOMERS] [zipf]
//                                one engine on the workload CRM in batches, and nothing else: for a profiler
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bench/fed.h"
#include "bench/hand_loop.h"
#include "bench/measure.h"
#include "bench/workloads.h"
#include "tocsin/engine/plan.h"

namespace tocsin::bench {
namespace {

using std::chrono::hours;
using Draw = Customers::Draw;

constexpr size_t kCustomers = 1'000'000;
constexpr size_t kWarmUp = 2'500'000;  // a window's length and a quarter
constexpr size_t kRound = 300'000;
constexpr int kRounds = 5;

// Two events of each customer in a window, on average.
constexpr Duration StepFor(Duration window, size_t customers) {
  return Duration(window.count() / static_cast<int64_t>(2 * customers));
}

// An engine that is fed, and what it has cost.
struct Counted : Fed {
  using Fed::Fed;

  void OneByOne(const std::vector<EventView>& views) {
    for (const EventView& view : views) engine.Ingest(view);
  }
  // A round of the steady state.
  void Round(const std::vector<EventView>& views, bool batches) {
    const uint64_t allocated = Allocations();
    const uint64_t told = sink.changes;
    series.nanos.push_back(NanosOf([&] { batches ? InBatches(views) : OneByOne(views); }, views.size()));
    allocations += Allocations() - allocated;
    changes += sink.changes - told;
    events += views.size();
  }
  void PrintCounts() const {
    const auto n = static_cast<double>(events);
    fmt::print("  {:<44} {:.6f} allocations and {:.6f} alert changes an event; {} alerts fire\n", series.name,
               static_cast<double>(allocations) / n, static_cast<double>(changes) / n, engine.Statistics().firing);
  }

  uint64_t allocations = 0;
  uint64_t changes = 0;
  uint64_t events = 0;
};

template <typename Row>
struct Loops {
  explicit Loops(size_t customers) : batch(customers), single(customers) {}
  void WarmUp(const std::vector<LoopEvent>& events) {
    check += batch.Ingest(events);
    for (const LoopEvent& event : events) check += single.IngestOne(event);
  }
  void Round(const std::vector<LoopEvent>& events) {
    batch_series.nanos.push_back(NanosOf([&] { check += batch.Ingest(events); }, events.size()));
    auto one_by_one = [&] {
      for (const LoopEvent& event : events) check += single.IngestOne(event);
    };
    single_series.nanos.push_back(NanosOf(one_by_one, events.size()));
  }

  HandLoop<Row> batch;
  HandLoop<Row> single;
  Series batch_series{"loop by hand, in batches"};
  Series single_series{"loop by hand, one by one"};
  double check = 0;
};

// Whether the loop and the engine answer alike for a customer. The loop counts whole seconds, and busy customers
// roughly.
bool Agrees(HourRow& row, const Engine& engine, const std::string& name) {
  return std::abs(engine.Value("sum", {{"customer", name}})->view().AsDouble() - static_cast<double>(row.sum) / 100) <
         0.001;
}
bool Agrees(CrmRow& row, const Engine& engine, const std::string& name) {
  auto is = [&](std::string_view metric, double wanted) {
    return std::abs(engine.Value(metric, {{"customer", name}})->view().AsDouble() - wanted) < 0.001;
  };
  return is("purchases_24h", row.purchases_24h) && is("spent_24h", static_cast<double>(row.spent_24h) / 100) &&
         is("refunded_24h", static_cast<double>(row.refunded_24h) / 100) && is("refunds_1h", row.refunds_1h) &&
         is("complaints_24h", row.complaints_24h) && is("visited_1h", static_cast<double>(row.visited_1h));
}

template <typename Row>
bool CompareAnswers(HandLoop<Row>* loop, const Engine& engine, const Customers& customers, int64_t now) {
  constexpr size_t kAsked = 2000;
  size_t equal = 0;
  for (size_t i = 0; i < kAsked; ++i) {
    const std::string& name = customers.name(customers.size() / kAsked * i + 1);
    Row& row = loop->RowOf(name);
    row.LetGo(static_cast<uint32_t>(now / 1'000'000'000));
    if (Agrees(row, engine, name)) ++equal;
  }
  const bool good = equal >= kAsked * 96 / 100;
  fmt::print("  {} of {} customers have the same values in both{}\n", equal, kAsked,
             good ? "" : "   DIFFERENT ANSWERS");
  return good;
}

template <typename Row>
bool Compare(std::string_view title, Draw draw, uint32_t types, Duration window,
             const std::vector<EngineSpec>& variants) {
  fmt::print("\n{}: {} customers, medians of {} rounds of {} events\n", title, kCustomers, kRounds, kRound);
  Customers customers(kCustomers, draw);
  Stream stream(&customers, types, StepFor(window, kCustomers));
  Loops<Row> loops(kCustomers);
  std::vector<std::unique_ptr<Counted>> engines;  // of each variant: in batches, one by one
  for (const EngineSpec& spec : variants) {
    for (const char* how : {"in batches", "one by one"}) {
      engines.push_back(
          std::make_unique<Counted>(fmt::format("Engine::Ingest, {}{}", how,
                                                spec.rules.empty() ? "" : fmt::format(", {} rules", spec.rules.size())),
                                    spec));
    }
  }
  stream.Make(kWarmUp);
  loops.WarmUp(stream.loop_events);
  for (auto& fed : engines) fed->InBatches(stream.views);
  for (int round = 0; round < kRounds; ++round) {
    stream.Make(kRound);
    loops.Round(stream.loop_events);
    for (size_t e = 0; e < engines.size(); ++e) engines[e]->Round(stream.views, e % 2 == 0);
  }

  const double base = loops.batch_series.Median();
  loops.batch_series.Print(base);
  loops.single_series.Print(base);
  for (const auto& fed : engines) fed->series.Print(base);
  for (size_t e = 0; e < engines.size(); e += 2) {
    const std::string with = variants[e / 2].rules.empty() ? "" : ", with rules";
    const double single = engines[e + 1]->series.Median();
    PrintBar("in batches / loop in batches" + with, engines[e]->series.Median() / base, 3);
    PrintBar("one by one / loop in batches" + with, single / base, 6);
    fmt::print("  {:<60} {:8.2f}\n", "one by one / loop one by one" + with, single / loops.single_series.Median());
  }
  for (const auto& fed : engines) fed->PrintCounts();

  stream.Make(kRound);
  Latencies latencies(kRound);
  for (const EventView& view : stream.views) latencies.Time([&] { engines.back()->engine.Ingest(view); });
  Latencies nothing(kRound);
  for (size_t i = 0; i < kRound; ++i) nothing.Time([] {});
  latencies.Print("a single ingest" + std::string(variants.back().rules.empty() ? "" : ", with rules"));
  nothing.Print("nothing: the clock itself");
  loops.batch.Ingest(stream.loop_events);
  engines[0]->InBatches(stream.views);
  return CompareAnswers(&loops.batch, engines[0]->engine, customers, stream.now());
}

// The same events, the same number of them in a window, whose length is all that differs.
void CompareWindows() {
  constexpr Duration kShort = std::chrono::minutes(1);
  constexpr Duration kLong = 30 * hours(24);
  fmt::print("\nWindows of 30 days and of 1 minute, with as many panes\n");
  Counted fed[] = {{"1 minute", HourSpec(kShort)}, {"30 days", HourSpec(kLong)}};
  Customers customers[] = {{kCustomers, Draw::kUniform}, {kCustomers, Draw::kUniform}};
  Stream streams[] = {{&customers[0], 1, StepFor(kShort, kCustomers)}, {&customers[1], 1, StepFor(kLong, kCustomers)}};
  for (int round = -1; round < kRounds; ++round) {
    for (size_t i = 0; i < 2; ++i) {
      streams[i].Make(round < 0 ? kWarmUp : kRound);
      round < 0 ? fed[i].InBatches(streams[i].views) : fed[i].Round(streams[i].views, true);
    }
  }
  const double base = fed[0].series.Median();
  for (const Fed& each : fed) each.series.Print(base);
  PrintBar("30 days / 1 minute", fed[1].series.Median() / base, 1.2);
}

void CompareSizes() {
  constexpr size_t kFew = kCustomers / 10;
  fmt::print("\nTen times as many customers: CRM in batches, with rules, uniform\n");
  struct Side {
    explicit Side(size_t count)
        : customers(count, Draw::kUniform),
          stream(&customers, 4, StepFor(hours(24), count)),
          loop(count),
          loop_series{fmt::format("loop by hand, {} customers", count)},
          fed(fmt::format("Engine::Ingest, {} customers", count), CrmSpec(CrmRules(1))) {}
    Customers customers;
    Stream stream;
    HandLoop<CrmRow> loop;
    Series loop_series;
    Counted fed;
    double check = 0;
  };
  Side sides[] = {Side(kFew), Side(kCustomers)};
  for (int round = -1; round < kRounds; ++round) {
    for (Side& side : sides) {
      side.stream.Make(round >= 0 ? kRound : side.customers.size() * 5 / 2);
      const double nanos = NanosOf([&] { side.check += side.loop.Ingest(side.stream.loop_events); }, kRound);
      if (round >= 0) side.loop_series.nanos.push_back(nanos);
      round < 0 ? side.fed.InBatches(side.stream.views) : side.fed.Round(side.stream.views, true);
    }
  }
  for (const Side& side : sides) side.loop_series.Print(sides[0].loop_series.Median());
  for (const Side& side : sides) side.fed.series.Print(sides[0].fed.series.Median());
  const double loop_growth = sides[1].loop_series.Median() / sides[0].loop_series.Median();
  const double growth = sides[1].fed.series.Median() / sides[0].fed.series.Median();
  PrintBar("growth of the engine / growth of the loop", growth / loop_growth, 1.2);
}

// Without evidence, whose memory does not depend on how many customers there are.
void MeasureMemory(std::string_view title, uint32_t types, Duration window, EngineSpec spec) {
  spec.limits.evidence_memory = 0;
  Customers customers(kCustomers, Draw::kUniform);
  Stream stream(&customers, types, StepFor(window, kCustomers));
  stream.MakeForEach(2);
  const double before = ResidentBytes();
  Counted fed("", spec);
  fed.InBatches(stream.views);
  const double resident = ResidentBytes() - before;
  const Statistics statistics = fed.engine.Statistics();
  double bytes = static_cast<double>(statistics.pane_bytes + statistics.timers * 24);
  for (const Statistics::Grouping& grouping : statistics.groupings) bytes += static_cast<double>(grouping.bytes);
  PrintBar(fmt::format("{}: bytes by the engine's own count", title), bytes / kCustomers, 200);
  PrintBar(fmt::format("{}: bytes by the process", title), resident / kCustomers, 200);
  fmt::print("    of them groups {:.1f}, panes {:.1f}, timers {:.1f}\n",
             (bytes - static_cast<double>(statistics.pane_bytes + statistics.timers * 24)) / kCustomers,
             static_cast<double>(statistics.pane_bytes) / kCustomers,
             static_cast<double>(statistics.timers * 24) / kCustomers);
}

bool Run(const std::vector<std::string_view>& parts) {
  auto asked = [&](std::string_view part) {
    return parts.empty() || std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  bool good = true;
  const std::vector<EngineSpec> hour = {HourSpec()};
  const std::vector<EngineSpec> crm = {CrmSpec({}), CrmSpec(CrmRules(1))};
  const std::vector<EngineSpec> crm_busy = {CrmSpec({}), CrmSpec(CrmRules(80))};
  if (asked("w1")) good &= Compare<HourRow>("W1, uniform", Draw::kUniform, 1, hours(1), hour);
  if (asked("w1-zipf")) good &= Compare<HourRow>("W1, Zipf 1.1", Draw::kZipf, 1, hours(1), hour);
  if (asked("crm")) good &= Compare<CrmRow>("CRM, uniform", Draw::kUniform, 4, hours(24), crm);
  if (asked("crm-zipf")) good &= Compare<CrmRow>("CRM, Zipf 1.1", Draw::kZipf, 4, hours(24), crm_busy);
  if (asked("windows")) CompareWindows();
  if (asked("sizes")) CompareSizes();
  if (asked("memory")) {
    fmt::print("\nMemory of a customer with two live events\n");
    MeasureMemory("W1", 1, hours(1), HourSpec());
    MeasureMemory("CRM, 10 rules", 4, hours(24), CrmSpec(CrmRules(1)));
  }
  return good;
}

int Profile(size_t count, Draw draw) {
  Customers customers(count, draw);
  Stream stream(&customers, 4, StepFor(hours(24), count));
  Counted fed("Engine::Ingest, in batches, 10 rules", CrmSpec(CrmRules(draw == Draw::kZipf ? 80 : 1)));
  stream.Make(count * 5 / 2);
  fed.InBatches(stream.views);
  for (int round = 0; round < 4 * kRounds; ++round) {
    stream.Make(count * 3 / 10);
    fed.Round(stream.views, true);
  }
  fed.series.Print(fed.series.Median());
  fed.PrintCounts();
  return 0;
}

}  // namespace
}  // namespace tocsin::bench

int main(int argc, char** argv) {
  using tocsin::bench::Customers;
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  if (words.empty() || words[0] != "profile") return tocsin::bench::Run(words) ? 0 : 1;
  const size_t customers = words.size() > 1 ? std::stoul(argv[2]) : tocsin::bench::kCustomers;
  return tocsin::bench::Profile(customers, words.size() > 2 ? Customers::Draw::kZipf : Customers::Draw::kUniform);
}
