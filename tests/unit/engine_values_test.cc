// Every aggregate over every kind of window, through the engine: values read after events, at instants between them, at
// the borders of windows, in batches of any cut and from snapshots, against metrics that keep every event.
#include <chrono>
#include <cmath>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "support/catch.h"
#include "support/obvious_metrics.h"
#include "support/seed.h"
#include "tocsin/config/builder.h"
#include "tocsin/engine/engine.h"
#include "tocsin/window/slices.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
using test::Expected;
using test::ObviousAggregate;
using test::ObviousMetric;
using test::ObviousPeriods;
using test::ObviousVisit;
using test::ObviousWindow;

// What a rule says of a value.
enum class Shows { kNumber, kDuration, kText, kTime, kRank };

struct Aggregate {
  const char* name;
  const char* argument;
  double number = 0;
  const char* written = "";  // where it is not "name(argument)"
  Shows shows = Shows::kNumber;
  bool of_all = false;    // over all events only
  bool has_past = false;  // previous() goes back in it
  size_t keeps = 0;       // so many values exactly
};

constexpr char kModel[] = "0.243, 4.414, 0.793, 2.426, hours(1)";

const Aggregate kAggregates[] = {
    {"count", "", 0, "count", Shows::kNumber, false, true},
    {"rate", "", 0, "rate", Shows::kNumber, false, true},
    {"rate", "amount", 0, "", Shows::kNumber, false, true},
    {"sum", "amount", 0, "", Shows::kNumber, false, true},
    {"sum", "score", 0, "", Shows::kNumber, false, true},
    {"sum", "amount * 2.0 + score", 0, "", Shows::kNumber, false, true},
    {"mean", "amount", 0, "", Shows::kNumber, false, true},
    {"mean", "score", 0, "", Shows::kNumber, false, true},
    {"min", "amount", 0, "", Shows::kNumber, false, true},
    {"max", "score", 0, "", Shows::kNumber, false, true},
    {"max", "points", 0, "", Shows::kNumber, false, true},
    {"min", "due", 0, "", Shows::kTime},
    {"share", "late", 0, "", Shows::kNumber, false, true},
    {"share", "amount > 5.0", 0, "", Shows::kNumber, false, true},
    {"first", "amount"},
    {"first", "page", 0, "", Shows::kText},
    {"last", "page", 0, "", Shows::kText},
    {"last", "score"},
    {"last", "type", 0, "", Shows::kText},
    {"delta", "amount"},
    {"delta", "due", 0, "", Shows::kDuration},
    {"stddev", "score", 0, "", Shows::kNumber, false, true},
    {"stddev", "amount", 0, "", Shows::kNumber, false, true},
    {"ewma", "score", 70, "ewma(score, duration('70s'))", Shows::kNumber, false, true},
    {"time_since", "", 0, "time_since", Shows::kDuration},
    {"mean_interval", "", 0, "mean_interval", Shows::kDuration, false, true},
    {"csat", "points", 4, "csat(points, 4)", Shows::kNumber, false, true},
    {"nps", "points", 0, "", Shows::kNumber, false, true},
    {"ces", "points", 0, "", Shows::kNumber, false, true},
    {"quantile", "score", 0.5, "quantile(0.5, score)", Shows::kNumber, false, false, 256},
    {"quantile", "amount", 0.95, "quantile(0.95, amount)", Shows::kNumber, false, false, 256},
    {"distinct", "page", 0, "", Shows::kNumber, false, false, 256},
    {"distinct", "customer", 0, "", Shows::kNumber, false, false, 256},
    {"topk", "page", 3, "topk(3, page)", Shows::kText, false, false, 256},
    {"satisfaction", "amount, score"},
    {"customer_value", "amount"},
    {"rfm", "amount", 0, "", Shows::kRank},
    {"p_alive", "", 0, kModel, Shows::kNumber, true},
    {"expected_purchases", "", 0, kModel, Shows::kNumber, true},
    {"expected_spend", "amount", 0, "expected_spend(amount, 6.25, 3.74, 15.44)", Shows::kNumber, true},
};

std::string Written(const Aggregate& aggregate) {
  const std::string name = aggregate.name;
  if (name == "p_alive") return fmt::format("p_alive({})", kModel);
  if (name == "expected_purchases") return fmt::format("expected_purchases({}, hours(10))", kModel);
  if (*aggregate.written != '\0') return aggregate.written;
  return fmt::format("{}({})", name, aggregate.argument);
}

enum class Over { kAuto, kExact, kSlices, kLast, kCalendar, kClosed, kAll };

struct WindowCase {
  const char* name;
  Over over;
  bool past = false;     // previous() of it, too
  bool crowded = false;  // many events of few
};
constexpr WindowCase kWindows[] = {
    {"sliding", Over::kAuto},
    {"sliding, exact", Over::kExact},
    {"sliding, slices", Over::kSlices},
    {"last", Over::kLast},
    {"calendar", Over::kCalendar},
    {"calendar, closed", Over::kClosed},
    {"all", Over::kAll},
    {"previous", Over::kAuto, true},
    {"previous, slices", Over::kSlices, true},
    {"previous, calendar", Over::kCalendar, true},
    {"previous, closed", Over::kClosed, true},
    {"sliding, crowded", Over::kAuto, false, true},
    {"sliding, exact, crowded", Over::kExact, false, true},
    {"calendar, crowded", Over::kCalendar, false, true},
    {"all, crowded", Over::kAll, false, true},
};

// Whether there is such a metric (docs/metrics.md), and it is looked at here.
bool MakesSense(const Aggregate& aggregate, const WindowCase& window) {
  const std::string name = aggregate.name;
  if (aggregate.of_all && window.over != Over::kAll) return false;
  if (name == "rate" && (window.over == Over::kLast || window.over == Over::kAll)) return false;
  if (name == "time_since" && window.over == Over::kLast) return false;
  // What slices make of late events that are behind, or in a whole period, is held to its rule elsewhere.
  if (name == "mean_interval" && window.over == Over::kSlices && window.past) return false;
  if (name == "mean_interval" && window.over == Over::kCalendar && window.crowded) return false;
  return !window.past || aggregate.has_past;
}

class Random {
 public:
  explicit Random(uint64_t seed) : random_(test::Seed(seed)) {}
  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  bool OneIn(int64_t n) { return Below(n) == 0; }
  template <typename T>
  const T& Of(const std::vector<T>& items) {
    return items[static_cast<size_t>(Below(static_cast<int64_t>(items.size())))];
  }

 private:
  std::mt19937_64 random_;
};

// When something happens, and what the windows of a case are.
struct Setting {
  Duration tick{};
  Duration length{};
  Duration slice{};
  Duration back{};
  Duration lateness{};
  int64_t last = 0;
  CalendarUnit unit = CalendarUnit::kDay;
  std::string zone = "UTC";
  Time start{};
  int events = 160;
  int64_t pages = 900;  // where it is crowded
  std::optional<ObviousPeriods> periods;
};

Setting MakeSetting(const WindowCase& window, Random& random) {
  // Clocks change in the middle of what happens.
  const std::vector<std::pair<std::string, std::string>> changes = {{"Europe/London", "2026-03-29T01:00:00Z"},
                                                                    {"Europe/London", "2026-10-25T01:00:00Z"},
                                                                    {"America/New_York", "2026-11-01T06:00:00Z"},
                                                                    {"Australia/Lord_Howe", "2026-04-04T15:00:00Z"},
                                                                    {"Asia/Kathmandu", "2026-06-30T18:15:00Z"}};
  Setting setting;
  const auto& [zone, change] = random.Of(changes);
  setting.zone = zone;
  setting.tick = 10s;
  if (window.over == Over::kCalendar || window.over == Over::kClosed) {
    setting.unit = window.crowded ? CalendarUnit::kDay : static_cast<CalendarUnit>(random.Below(4));
    setting.tick = std::vector<Duration>{5min, 100min, 11h, 40h}[static_cast<size_t>(setting.unit)];
  }
  setting.length = setting.tick * 60;
  setting.slice = random.Of(std::vector<Duration>{60s, 100s, 600s});
  setting.back = setting.tick * (1 + random.Below(50)) + Duration(random.OneIn(2) ? 1'000'000 : 0);
  setting.last = random.Of(std::vector<int64_t>{1, 3, 7});
  if (window.crowded) {
    setting.events = 2400;
    setting.tick = window.over == Over::kCalendar ? Duration(30s) : Duration(1s);
    setting.length = 40min;
    setting.slice = 0s;
  }
  setting.lateness = setting.tick * 30;
  setting.start = *ParseTime(change) - setting.tick * (setting.events / 2);
  if (window.over == Over::kCalendar || window.over == Over::kClosed) {
    constexpr Duration kAround = 24h * 110;
    setting.periods.emplace(setting.unit, setting.zone, setting.start - kAround,
                            setting.start + setting.tick * 10 * setting.events + kAround);
  }
  return setting;
}

// An event, or the clock alone; and whether values are looked at after it.
struct Step {
  const ObviousVisit* visit = nullptr;
  Time advance{};
  bool looks = false;
};

struct Stream {
  EventBatch batch;
  std::deque<ObviousVisit> visits;
  std::vector<Step> steps;
};

constexpr const char* kPages[] = {"a", "b", "cart", "a page whose name no small buffer holds", ""};

void AddVisit(Stream& stream, Random& random, Time time, bool crowded, int64_t pages) {
  ObviousVisit visit;
  visit.time = time;
  visit.type = random.OneIn(4) ? "call" : "visit";
  visit.region = crowded || random.OneIn(2) ? "n" : "s";
  visit.customer = std::to_string(crowded ? 1 : 1 + random.Below(3));
  const auto given = [&] { return crowded || !random.OneIn(6); };
  if (given()) visit.amount = Value::Decimal(random.Below(2000) - 500, 2);
  if (given()) visit.points = Value::Int(crowded ? random.Below(11) : random.Below(13) - 1);
  if (given()) {
    visit.page =
        crowded
            ? Value::String(stream.batch.Own(fmt::format("/{}", std::min(random.Below(pages), random.Below(pages)))))
            : Value::String(kPages[random.Below(5)]);
  }
  if (crowded && random.OneIn(3)) visit.page = Value::String(kPages[random.Below(4)]);
  if (visit.type == "visit") {
    if (given()) visit.score = Value::Double(static_cast<double>(random.Below(1000)) / 8 - 30);
    if (given()) visit.late = Value::Bool(random.OneIn(3));
    if (given()) visit.due = Value::Timestamp(time + 1s * random.Below(900));
  }
  const bool is_call = visit.type == "call";
  Value* to = stream.batch.Add(is_call ? 1 : 0, time, "", is_call ? 5 : 8);
  to[0] = Value::String(stream.batch.Own(visit.region));
  to[1] = Value::Int(visit.customer[0] - '0');
  to[2] = visit.amount, to[3] = visit.points, to[4] = visit.page;
  if (!is_call) to[5] = visit.score, to[6] = visit.late, to[7] = visit.due;
  stream.visits.push_back(visit);
  stream.steps.push_back({&stream.visits.back(), {}, false});
}

// An instant at which something may leave, the one before it or after it.
Time Border(const Stream& stream, const Setting& setting, const WindowCase& window, Random& random, Time now) {
  const Duration off = Duration(random.Below(3) - 1);
  if (setting.periods) {
    const Duration back = window.past ? setting.back : Duration::zero();
    return setting.periods->Start(setting.periods->Of(now - back) + 1) + back + off;
  }
  if (stream.visits.empty()) return now;
  const size_t ago = static_cast<size_t>(random.Below(30));
  const ObviousVisit& visit = stream.visits[stream.visits.size() > ago ? stream.visits.size() - 1 - ago : 0];
  return visit.time + setting.length + (window.past && random.OneIn(2) ? setting.back : Duration::zero()) + off;
}

std::unique_ptr<Stream> MakeStream(const WindowCase& window, const Setting& setting, bool in_order, Random& random) {
  auto stream = std::make_unique<Stream>();
  Time now = setting.start;
  const auto advance = [&](Time to) {
    now = std::max(now, to);
    stream->steps.push_back({nullptr, now, true});
  };
  for (int i = 0; i < setting.events; ++i) {
    if (!window.crowded && random.OneIn(5)) {
      advance(random.OneIn(2) ? now + setting.tick * random.Below(8)
                              : std::min(Border(*stream, setting, window, random, now), now + setting.tick * 20));
    }
    // On a grid, so that what leaves meets what comes.
    const int64_t rest = ToNanos(now) % ToNanos(setting.tick);
    if (rest != 0) now += setting.tick - Duration(rest);
    now += setting.tick * random.Below(3);
    if (random.OneIn(window.crowded ? 1500 : 50)) now += setting.length * random.Below(3);
    const bool late = !in_order && random.OneIn(3);
    AddVisit(*stream, random, late ? now - setting.tick * random.Below(33) : now, window.crowded, setting.pages);
    stream->steps.back().looks = random.OneIn(window.crowded ? 120 : 4);
  }
  for (const int ticks : {1, 7, 30, 61, 130, 400}) advance(now + setting.tick * ticks);
  return stream;
}

// A metric of the case, as it is declared and as it is worked out.
struct Metric {
  std::string name;
  std::vector<std::string> by;
  const Aggregate* aggregate = nullptr;
  bool filtered = false;  // where: late
  bool calls_too = false;
  std::optional<ObviousMetric> obvious;
  // Or a rollup over another.
  size_t over = 0;
  std::string of_groups;
  std::optional<double> above;  // where: it is above that
  bool is_rollup() const { return !of_groups.empty(); }
};

ObviousMetric::Group GroupOf(const std::vector<std::string>& by, const ObviousVisit& visit) {
  ObviousMetric::Group group;
  for (const std::string& key : by) group.push_back(key == "region" ? visit.region : visit.customer);
  return group;
}

class Case {
 public:
  Case(const WindowCase& window, const std::vector<const Aggregate*>& aggregates, bool in_order, uint64_t seed)
      : window_(window), random_(seed), setting_(MakeSetting(window, random_)) {
    // No more than a slice counts, so that the counts stay exact.
    for (const Aggregate* aggregate : aggregates) {
      if (std::string(aggregate->name) == "topk") setting_.pages = 180;
    }
    stream_ = MakeStream(window_, setting_, in_order, random_);
    const bool with_rules = random_.OneIn(2);
    builder_.AllowedLateness(setting_.lateness);
    DeclareEvents();
    for (const Aggregate* aggregate : aggregates) AddMetric(*aggregate);
    const size_t base = metrics_.size();
    for (size_t i = 0; i < base && !window_.crowded; ++i) AddRollup(i);
    if (with_rules) AddRules();
    absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(builder_.config().engine);
    INFO(plan.status().message());
    REQUIRE(plan.ok());
    plan_ = *plan;
    Expect();
  }

  // In batches of at most so many; 0: all that lie between two calls of AdvanceTo. `restarts`: it goes on from
  // snapshots.
  void Run(size_t most, bool restarts) {
    auto engine = std::make_unique<Engine>(plan_);
    const std::span<const EventView> views = stream_->batch.views();
    size_t begin = 0;
    size_t end = 0;
    const auto flush = [&] {
      engine->Ingest(views.subspan(begin, end - begin));
      begin = end;
    };
    for (size_t i = 0; i < stream_->steps.size(); ++i) {
      const Step& step = stream_->steps[i];
      if (step.visit == nullptr) {
        flush();
        engine->AdvanceTo(step.advance);
      } else {
        ++end;
        if (most != 0 && (step.looks || end - begin == most)) flush();
      }
      if (restarts && random_.OneIn(40)) {
        flush();
        const std::string snapshot = engine->Snapshot();
        engine = std::make_unique<Engine>(plan_);
        REQUIRE(engine->Restore(snapshot).ok());
      }
      if (step.looks && (most != 0 || step.visit == nullptr)) Look(*engine, i);
    }
  }

 private:
  void DeclareEvents() {
    for (const char* name : {"visit", "call"}) {
      auto event = builder_.EventType(name)
                       .Attribute("region", Kind::kString)
                       .Attribute("customer", Kind::kInt)
                       .Attribute("amount", Type::Decimal(2))
                       .Attribute("points", Kind::kInt)
                       .Attribute("page", Kind::kString);
      if (std::string(name) == "call") continue;
      event.Attribute("score", Kind::kDouble).Attribute("late", Kind::kBool).Attribute("due", Kind::kTimestamp);
    }
  }

  void AddMetric(const Aggregate& aggregate) {
    Metric metric;
    metric.name = fmt::format("m{}", metrics_.size());
    metric.aggregate = &aggregate;
    metric.by = random_.Of(
        std::vector<std::vector<std::string>>{{}, {"region"}, {"region", "customer"}, {"region", "customer"}});
    metric.filtered = !window_.crowded && random_.OneIn(4);
    const std::set<std::string> common = {"", "amount", "points", "page", "type", "customer", "amount > 5.0"};
    metric.calls_too = !metric.filtered && common.count(aggregate.argument) != 0 && !random_.OneIn(3);
    auto declared = builder_.Metric(metric.name).Event("visit").Aggregate(Written(aggregate));
    if (metric.calls_too) declared.Event("call");
    if (metric.filtered) declared.Where("late");
    for (const std::string& key : metric.by) declared.By(key);
    ObviousWindow window = DeclareWindow(declared, aggregate);
    metric.obvious.emplace(window, ObviousAggregate(aggregate.name, aggregate.argument, aggregate.number));
    metrics_.push_back(metric);
    if (!window_.past) return;
    window.back = setting_.back;
    metric.name += "_past";
    metric.obvious.emplace(window, ObviousAggregate(aggregate.name, aggregate.argument, aggregate.number));
    builder_.Metric(metric.name)
        .Value(fmt::format("previous(m{}, duration('{}'))", metrics_.size() - 1, FormatDuration(setting_.back)));
    metrics_.push_back(metric);
  }

  ObviousWindow DeclareWindow(MetricBuilder& declared, const Aggregate& aggregate) {
    ObviousWindow window;
    window.counts_values = aggregate.keeps != 0;
    window.most = window.counts_values ? aggregate.keeps : 1024;
    switch (window_.over) {
      case Over::kAuto:
      case Over::kExact:
      case Over::kSlices:
        window.kind = ObviousWindow::Kind::kTime;
        window.length = setting_.length;
        declared.Window(setting_.length);
        if (window_.over == Over::kAuto) window.slice = AutomaticSlice(window.length, window.counts_values ? 64 : 1024);
        if (window_.over == Over::kSlices) {
          window.slice = setting_.slice;
          window.slice_at_once = true;
          declared.Slices(setting_.slice);
        }
        if (window_.over == Over::kExact) declared.Exact();
        break;
      case Over::kLast:
        window.kind = ObviousWindow::Kind::kLast;
        window.last = static_cast<size_t>(setting_.last);
        declared.Last(setting_.last);
        break;
      case Over::kCalendar:
      case Over::kClosed:
        window.kind = ObviousWindow::Kind::kCalendar;
        window.periods = &*setting_.periods;
        window.closed = window_.over == Over::kClosed;
        declared.Calendar(setting_.unit, SourceText(setting_.zone));
        if (window.closed) declared.Closed();
        break;
      case Over::kAll:
        break;
    }
    const bool keeps_all = window_.over == Over::kExact || window_.over == Over::kLast ||
                           (window_.over == Over::kAll && !window.counts_values);
    if (keeps_all) window.most = 0;
    return window;
  }

  void AddRollup(size_t over) {
    const Metric& finer = metrics_[over];
    const Shows shows = finer.aggregate->shows;
    if (finer.by.empty() || (shows != Shows::kNumber && shows != Shows::kDuration) || random_.OneIn(3)) return;
    Metric metric;
    metric.name = "over_" + finer.name;
    metric.over = over;
    metric.by =
        finer.by.size() == 2 && random_.OneIn(2) ? std::vector<std::string>{"region"} : std::vector<std::string>{};
    metric.aggregate = finer.aggregate;
    metric.of_groups = random_.Of(std::vector<std::string>{"count", "count", "mean", "min", "max", "quantile(0.5)"});
    if (shows == Shows::kNumber && random_.OneIn(3)) metric.of_groups = random_.OneIn(2) ? "sum" : "share";
    if (metric.of_groups == "share" || (shows == Shows::kNumber && random_.OneIn(3))) metric.above = 1.7183;
    const std::string above = fmt::format("{} > 1.7183", finer.name);
    auto declared = builder_.Metric(metric.name)
                        .Over(SourceText(finer.name))
                        .Aggregate(metric.of_groups == "share" ? fmt::format("share({})", above) : metric.of_groups);
    if (metric.above && metric.of_groups != "share") declared.Where(above);
    for (const std::string& key : metric.by) declared.By(key);
    metrics_.push_back(metric);
  }

  // So that timers are set, and thresholds kept.
  void AddRules() {
    for (const Metric& metric : metrics_) {
      if (metric.aggregate->shows == Shows::kRank || metric.aggregate->shows == Shows::kTime) continue;
      const bool of_groups = metric.is_rollup() && (metric.of_groups == "count" || metric.of_groups == "share");
      const Shows shows = of_groups ? Shows::kNumber : metric.aggregate->shows;
      const char* limit = shows == Shows::kNumber ? "< 2.6" : shows == Shows::kText ? "== 'a'" : "> duration('90s')";
      builder_.Rule("Rule_" + metric.name).When(fmt::format("{} {}", metric.name, limit)).IgnoreWarmUp();
    }
  }

  static std::vector<ObviousMetric::Group> AllGroups(const std::vector<std::string>& by) {
    if (by.empty()) return {{}};
    std::vector<ObviousMetric::Group> groups;
    for (const char* region : {"n", "s", "nowhere"}) {
      if (by.size() == 1) {
        groups.push_back({region});
        continue;
      }
      for (const char* customer : {"1", "2", "3"}) groups.push_back({region, customer});
    }
    return groups;
  }

  // What is expected of each metric and group at each step that is looked at.
  void Expect() {
    std::optional<Time> began;
    Time now{};
    for (size_t i = 0; i < stream_->steps.size(); ++i) {
      const Step& step = stream_->steps[i];
      const Time time = step.visit == nullptr ? step.advance : step.visit->time;
      const bool is_late = began && step.visit != nullptr && time < now - setting_.lateness;
      if (!began) began = now = time;
      now = std::max(now, time);
      if (step.visit != nullptr && !is_late) Take(*step.visit, now);
      if (!step.looks) continue;
      for (const Metric& metric : metrics_) {
        for (const auto& group : AllGroups(metric.by)) expected_[i].push_back(Read(metric, group, *began, now));
      }
    }
  }
  void Take(const ObviousVisit& visit, Time now) {
    for (Metric& metric : metrics_) {
      if (metric.is_rollup() || (visit.type == "call" && !metric.calls_too)) continue;
      if (metric.filtered && (visit.late.absent() || !visit.late.AsBool())) continue;
      metric.obvious->Take(GroupOf(metric.by, visit), visit, now);
    }
  }
  Expected Read(const Metric& metric, const ObviousMetric::Group& group, Time began, Time now) const {
    if (metric.is_rollup()) return ReadRollup(metric, group, began, now);
    if (metric.aggregate->shows == Shows::kRank) return metric.obvious->ReadRank(group, began, now);
    return metric.obvious->Read(group, began, now);
  }
  // 3.8: over the groups that have a value and hold an event.
  Expected ReadRollup(const Metric& metric, const ObviousMetric::Group& group, Time began, Time now) const {
    const Metric& finer = metrics_[metric.over];
    std::vector<double> values;
    double above = 0;
    bool is_span = false;
    for (const auto& inner : AllGroups(finer.by)) {
      if (!group.empty() && inner[0] != group[0]) continue;
      const Expected one = Read(finer, inner, began, now);
      if (one.value.absent() || !finer.obvious->Holds(inner, now)) continue;
      const Value value = one.value.view();
      is_span = value.kind() == Kind::kDuration;
      const double number = is_span ? static_cast<double>(ToNanos(value.AsDuration())) : value.AsDouble();
      if (!metric.above || number > *metric.above) above += 1;
      if (metric.of_groups == "share" || !metric.above || number > *metric.above) values.push_back(number);
    }
    const auto count = static_cast<double>(values.size());
    double sum = 0;
    for (const double value : values) sum += value;
    if (metric.of_groups == "count") return Expected(Value::Double(count));
    if (metric.of_groups == "sum") return Expected(Value::Double(sum));
    if (values.empty()) return {};
    if (metric.of_groups == "share") return Expected(Value::Double(above / count));
    std::sort(values.begin(), values.end());
    double result = metric.of_groups == "min"   ? values.front()
                    : metric.of_groups == "max" ? values.back()
                                                : values[(values.size() + 1) / 2 - 1];
    if (metric.of_groups == "mean") result = is_span ? std::floor(sum / count) : sum / count;
    return Expected(is_span ? Value::Span(Duration(static_cast<int64_t>(result))) : Value::Double(result));
  }

  void Look(const Engine& engine, size_t step) {
    auto expected = expected_.at(step).begin();
    for (const Metric& metric : metrics_) {
      for (const auto& group : AllGroups(metric.by)) {
        std::vector<Key> keys;
        for (size_t k = 0; k < group.size(); ++k) keys.push_back({metric.by[k], group[k]});
        const absl::StatusOr<OwnedValue> got = engine.Value(metric.name, keys);
        REQUIRE(got.ok());
        if (!expected->Agrees(got->view())) {
          INFO(metric.name << ", " << (metric.is_rollup() ? metric.of_groups + " over " : "")
                           << Written(*metric.aggregate) << (metric.filtered ? " where late" : "") << " by "
                           << fmt::format("{}", fmt::join(group, "/")) << " is '" << ToText(got->view())
                           << "' instead of '" << ToText(expected->value.view()) << "' at " << FormatTime(*engine.now())
                           << ", step " << step);
          CHECK(false);
          return;
        }
        ++expected;
      }
    }
  }

  const WindowCase& window_;
  Random random_;
  Setting setting_;
  std::unique_ptr<Stream> stream_;
  ConfigBuilder builder_;
  std::vector<Metric> metrics_;
  std::shared_ptr<const Plan> plan_;
  std::map<size_t, std::vector<Expected>> expected_;  // by step
};

TEST_CASE("randomised: every aggregate over every kind of window agrees with the obvious one", "[engine]") {
  constexpr size_t kTogether = 6;
  uint64_t seed = 0;
  for (const WindowCase& window : kWindows) {
    for (const bool in_order : {true, false}) {
      std::vector<const Aggregate*> aggregates;
      for (const Aggregate& aggregate : kAggregates) {
        if (MakesSense(aggregate, window)) aggregates.push_back(&aggregate);
      }
      Random random(++seed);
      for (size_t i = aggregates.size(); i > 1; --i)
        std::swap(aggregates[i - 1], aggregates[static_cast<size_t>(random.Below(static_cast<int64_t>(i)))]);
      for (size_t begin = 0; begin < aggregates.size(); begin += kTogether) {
        const size_t end = std::min(begin + kTogether, aggregates.size());
        CAPTURE(window.name, in_order, begin);
        Case one(window,
                 {aggregates.begin() + static_cast<std::ptrdiff_t>(begin),
                  aggregates.begin() + static_cast<std::ptrdiff_t>(end)},
                 in_order, seed * 1000 + begin);
        one.Run(7, false);
        one.Run(1, true);
        if (window.crowded) continue;
        one.Run(1, false);
        one.Run(0, false);
      }
    }
  }
}

}  // namespace
}  // namespace tocsin
