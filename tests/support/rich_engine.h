// An engine with a little of everything that keeps state, and streams that reach all of it: for tests of what must not
// depend on when an engine is stopped, or on how events are cut into batches.
#ifndef TOCSIN_TESTS_SUPPORT_RICH_ENGINE_H_
#define TOCSIN_TESTS_SUPPORT_RICH_ENGINE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/config/builder.h"
#include "tocsin/engine/engine.h"

namespace tocsin::test {

// Windows of every kind and aggregate, small enough to be left often.
inline void AddRichMetrics(ConfigBuilder builder) {
  using std::chrono::minutes;
  using std::chrono::seconds;
  builder.Metric("bought").Event("purchase").Aggregate("count").Window(minutes(10)).By("customer");
  builder.Metric("spent").Event("purchase").Aggregate("sum(amount)").Window(minutes(10)).By("customer");
  builder.Metric("dearest").Event("purchase").Aggregate("max(amount)").Window(minutes(3)).By("customer").Exact();
  builder.Metric("cheapest").Event("purchase").Aggregate("min(amount)").Window(minutes(3)).By("shop");
  builder.Metric("takings").Event("purchase").Aggregate("sum(amount * 0.1)").Window(minutes(2)).By("shop");
  builder.Metric("odd").Event("purchase").Aggregate("share(amount > 50.0)").Window(minutes(5)).By("shop");
  builder.Metric("pace").Event("purchase", "visit").Aggregate("rate").Window(minutes(1)).By("shop").Slices(seconds(5));
  builder.Metric("stay").Event("visit").Aggregate("mean(seconds)").Last(4).By("customer");
  builder.Metric("page").Event("visit").Aggregate("last(page)").Window(minutes(2)).By("customer");
  builder.Metric("silence").Event("purchase", "visit").Aggregate("time_since").By("customer");
  builder.Metric("gap").Event("purchase").Aggregate("mean_interval").Window(minutes(10)).By("customer", "shop");
  builder.Metric("big").Event("purchase").Where("amount > 60.0").Aggregate("count").Window(minutes(4)).By("customer");
  builder.Metric("ever").Event("purchase").Aggregate("count").By("customer");
  builder.Metric("all_takings").Event("purchase").Aggregate("sum(amount)").Window(minutes(5));
  builder.Metric("part").Value("takings * 10.0 / all_takings");
  builder.Metric("slow_part").Value("part * 100.0").Every(minutes(1));
  builder.Metric("strange").Value("anomaly(takings, minutes(10)) * 1.0");
}

inline void AddRichRules(ConfigBuilder builder) {
  using std::chrono::minutes;
  using std::chrono::seconds;
  builder.Rule("Spender")
      .When("critical", "spent > 300.0")
      .When("warning", "spent > 150.0 && bought >= 2.0")
      .ResolveWhen("spent < 100.0")
      .KeepFiringFor(seconds(40))
      .Label("team", "blue")
      .Summary("{spent:.2f} by {customer}, {severity}")
      .Annotation("last", "on {page}");
  builder.Rule("Held").When("takings > 12.0").For(seconds(30)).Summary("{takings:.3f} in {shop}");
  builder.Rule("Quiet").When("ever >= 3.0 && silence >= duration('90s')").KeepFiringFor(seconds(5));
  builder.Rule("Flaps").When("cheapest < 30.0").Flapping(3, minutes(4));
  builder.Rule("Empty").When("bought < 1.0").Scope("profile.segment == 'vip'");
  builder.Rule("Unknown").When("stay < 40.0").WhenNoData(OnNoData::kKeep);
  builder.Rule("Share").When("part > 0.5 && odd > 0.2").IgnoreWarmUp();
  builder.Rule("Each").When("slow_part > 40.0").Every(minutes(2));
  builder.Rule("Low").When("all_takings < 100.0").For(seconds(20));
  builder.Rule("Coarse").When("all_takings > 200.0 && spent > 50.0");
  builder.Rule("Clock").When("big > 0.0 && int(now) % 120 >= 60");
  builder.Rule("Strange").When("strange > 3.0 || forecast(takings, minutes(1)) > 20.0");
  builder.Rule("Faulty").When("int(ever) / (int(bought) - 2) > 3");
  builder.Rule("Pages").When("page == 'exit' && pace > 0.01 || gap < duration('20s') && odd < 0.9");
  builder.Rule("Complaint")
      .Event("complaint")
      .When("event.score < 3")
      .By("customer")
      .KeepFiringFor(seconds(50))
      .Summary("{customer}: {event.text}");
  builder.Rule("Open").Event("complaint").ResolveEvent("closed").By("customer", "shop").TellOnce();
}

// Patterns that wait for events, for their absence and in order, a session, and what is made of alerts.
inline void AddRichPatterns(ConfigBuilder builder) {
  using std::chrono::minutes;
  using std::chrono::seconds;
  builder.Pattern("converted")
      .Step("visit")
      .Not("complaint")
      .Step("purchase")
      .StepWhere("amount > 20.0 && amount > visit.seconds * 0.1")
      .Within(minutes(2))
      .By("customer")
      .Emit("page", "visit.page")
      .Emit("amount", "purchase.amount")
      .Emit("took", "purchase.time - visit.time");
  builder.Pattern("lost")
      .Step("purchase")
      .Not("visit")
      .Within(minutes(1))
      .By("customer", "shop")
      .Emit("amount", "purchase.amount")
      .ReorderWithin(seconds(5));
  builder.Pattern("angry").Step("complaint").Times(2).Within(minutes(3)).By("shop").NoOverlap();
  builder.Pattern("trouble").Step("angry", "alert.Held").Step("lost").Within(minutes(5)).By("shop");
  builder.Session("tour")
      .Event("visit")
      .Gap(seconds(20))
      .By("customer")
      .Emit("exit", "last.page")
      .Where("seconds > 5.0");
  builder.Metric("conversions").Event("converted").Aggregate("sum(amount)").Window(minutes(3)).By("customer");
  builder.Metric("tours").Event("tour").Aggregate("mean(count)").Window(minutes(4));
  builder.Metric("losses").Event("lost").Aggregate("count").Window(minutes(2)).By("shop");
  builder.Rule("Converts").When("conversions > 100.0").Summary("{conversions:.2f} by {customer}");
  builder.Rule("Lost").Event("lost").ResolveEvent("visit").Summary("{event.amount:.2f} of {customer}");
  builder.Rule("Trouble").Event("trouble").KeepFiringFor(minutes(1));
  builder.Rule("Tours").Event("tour").When("event.count >= 2").Summary("{event.exit} {event.duration}");
  builder.Rule("Loses").When("losses > 3.0");
}

struct RichOptions {
  Duration reorder{};
  bool limits = true;
};

inline EngineSpec RichSpec(const RichOptions& options = {}) {
  using std::chrono::minutes;
  using std::chrono::seconds;
  ConfigBuilder builder;
  builder.AllowedLateness(seconds(20)).Deduplicate(minutes(2)).MaxIds(200).LimitEvidence(16 << 10);
  if (options.reorder > Duration::zero()) builder.Reorder(options.reorder);
  builder.EventType("purchase")
      .Attribute("customer", Kind::kString)
      .Attribute("shop", Kind::kInt)
      .Attribute("amount", Type::Decimal(2));
  builder.EventType("visit")
      .Attribute("customer", Kind::kString)
      .Attribute("shop", Kind::kInt)
      .Attribute("seconds", Kind::kDouble)
      .Attribute("page", Kind::kString);
  builder.EventType("joined").Attribute("customer", Kind::kString).Attribute("segment", Kind::kString);
  builder.EventType("complaint")
      .Attribute("customer", Kind::kString)
      .Attribute("shop", Kind::kInt)
      .Attribute("score", Kind::kInt)
      .Attribute("text", Kind::kString);
  builder.EventType("closed").Attribute("customer", Kind::kString).Attribute("shop", Kind::kInt);
  builder.Key("customer").ExpireAfter(minutes(6));
  if (options.limits) builder.Key("shop").MaxGroups(4);
  builder.Profile("customer").From("joined").Attributes("segment");
  AddRichMetrics(builder);
  AddRichRules(builder);
  AddRichPatterns(builder);
  return builder.config().engine;
}

// Events, and before some of them a call of AdvanceTo. Several of an instant, instants that are borders of windows and
// slices, events behind the clock, too late and twice, groups that come once.
struct RichStream {
  EventBatch events;
  std::vector<std::optional<Time>> advance;  // before the event of that number
};

inline std::unique_ptr<RichStream> MakeRichStream(uint32_t seed, size_t count) {
  auto stream = std::make_unique<RichStream>();
  std::mt19937_64 random(seed);
  auto below = [&](uint64_t n) { return static_cast<int64_t>(random() % n); };
  auto text = [&](std::string_view name, int64_t number) {
    return Value::String(stream->events.Own(std::string(name) + std::to_string(number)));
  };
  Time now = FromNanos(1'700'000'000'000'000'000);
  for (size_t i = 0; i < count; ++i) {
    if (below(3) != 0)
      now += below(6) == 0 ? std::chrono::milliseconds(below(60) * 1000) : std::chrono::milliseconds(below(3000));
    if (below(5) == 0) now = FromNanos((ToNanos(now) + 999'999'999) / 1'000'000'000 * 1'000'000'000);
    stream->advance.push_back(below(12) == 0 ? std::optional(now) : std::nullopt);
    const Time at = below(8) == 0 ? now - std::chrono::milliseconds(below(30'000)) : now;
    const std::string id = below(4) == 0 ? "id" + std::to_string(below(300)) : "";
    const Value customer = below(40) == 0 ? Value() : text("c", below(6) == 0 ? 10 + below(2000) : below(8));
    const Value shop = Value::Int(below(12) == 0 ? below(9) : below(3));
    const int64_t kind = below(20);
    if (kind < 10) {
      Value* to = stream->events.Add(0, at, id, 3);
      to[0] = customer, to[1] = shop;
      if (below(15) != 0) to[2] = Value::Decimal(below(10'000) - 500, 2);
    } else if (kind < 15) {
      Value* to = stream->events.Add(1, at, id, 4);
      to[0] = customer, to[1] = shop, to[2] = Value::Double(static_cast<double>(below(1000)) / 8);
      if (below(3) != 0) to[3] = below(4) == 0 ? Value::String("exit") : text("page", below(50));
    } else if (kind < 17) {
      Value* to = stream->events.Add(2, at, id, 2);
      to[0] = customer, to[1] = Value::String(below(2) == 0 ? "vip" : "other");
    } else if (kind < 19) {
      Value* to = stream->events.Add(3, at, id, 4);
      to[0] = customer, to[1] = shop, to[2] = Value::Int(below(6)), to[3] = text("broken ", below(100));
    } else {
      Value* to = stream->events.Add(4, at, id, 2);
      to[0] = customer, to[1] = shop;
    }
  }
  return stream;
}

// Every change, a line each.
class TextSink : public AlertSink {
 public:
  void OnAlert(const AlertChange& change) override { text += ToJson(change) + "\n"; }
  std::string text;
};

// All that can be asked: every value of every metric, and what is counted. Asking changes nothing that is ever told.
inline std::string AskAll(const Engine& engine) {
  std::string text;
  auto visit = [](void* to, std::span<const Value> keys, const Value& value) {
    auto& line = *static_cast<std::string*>(to);
    for (const Value& key : keys) line += ToText(key) + " ";
    line += "= " + ToText(value) + "\n";
  };
  for (const MetricInfo& metric : engine.plan().metrics()) {
    text += metric.name + "\n";
    (void)engine.Scan(metric.name, visit, &text);
  }
  const Statistics statistics = engine.Statistics();
  for (const uint64_t number : statistics.events) text += std::to_string(number) + " ";
  for (const uint64_t number :
       {statistics.groups, statistics.alert_changes, statistics.firing, statistics.pending, statistics.faults,
        statistics.held, statistics.ids, statistics.ids_forgotten, statistics.derived, statistics.open_sessions})
    text += std::to_string(number) + " ";
  for (const Statistics::Skipped& skipped : statistics.skipped)
    text += skipped.where + " " + std::to_string(skipped.count) + "\n";
  return text;
}

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SUPPORT_RICH_ENGINE_H_
