// What an aggregate may be, over one event and over several, and how its value may move.
#include <string>
#include <vector>

#include "metric/metric_plan.h"
#include "support/catch.h"

namespace tocsin {
namespace {

EventSpec MakeEvent(std::string name, std::vector<std::pair<std::string, Type>> attributes) {
  EventSpec event;
  event.name = std::move(name);
  for (const auto& [attribute_name, type] : attributes) {
    AttributeSpec attribute;
    attribute.name = attribute_name;
    attribute.type = type;
    event.attributes.push_back(attribute);
  }
  return event;
}

const EventSpec kPurchase = MakeEvent("purchase", {{"amount", Type::Decimal(2)},
                                                   {"state", Kind::kString},
                                                   {"late", Kind::kBool},
                                                   {"due", Kind::kTimestamp},
                                                   {"items", Kind::kInt}});
const EventSpec kRefund = MakeEvent(
    "refund", {{"state", Kind::kString}, {"items", Kind::kInt}, {"amount", Type::Decimal(2)}, {"late", Kind::kInt}});
const EventSpec kQuote = MakeEvent("quote", {{"amount", Kind::kDouble}, {"items", Kind::kDouble}});

// The first mistake, or nothing.
std::string Mistake(const std::string& aggregate, const std::vector<const EventSpec*>& events,
                    CheckedAggregate* checked = nullptr, std::optional<Duration> window = std::chrono::hours(1),
                    std::optional<int64_t> last = std::nullopt) {
  MetricSpec spec;
  spec.name = "m";
  spec.aggregate = SourceText(aggregate);
  spec.window = window;
  spec.last = last;
  CheckedAggregate ignored;
  std::vector<Diagnostic> mistakes;
  const bool good = CheckAggregate(spec, events, false, checked == nullptr ? &ignored : checked, &mistakes);
  CHECK(good == mistakes.empty());
  return mistakes.empty() ? "" : mistakes[0].message;
}

MetricPlan Place(const std::string& aggregate, const std::vector<const EventSpec*>& events, WindowPlan* window) {
  CheckedAggregate checked;
  REQUIRE(Mistake(aggregate, events, &checked).empty());
  window->sources.resize(events.size());
  MetricPlan metric;
  PlaceAggregate(checked, window, &metric);
  return metric;
}

TEST_CASE("an aggregate's argument must be of its kind", "[metric]") {
  for (const char* good : {"count",
                           "rate",
                           "rate(amount)",
                           "sum(items)",
                           "mean(amount / 2)",
                           "min(due)",
                           "max(amount)",
                           "share(late)",
                           "share(state == \"open\")",
                           "last(state)",
                           "last(type)",
                           "time_since",
                           "mean_interval",
                           "count()",
                           "stddev(items)",
                           "first(state)",
                           "first(type)",
                           "delta(amount)",
                           "delta(due)",
                           "ewma(amount, days(7))",
                           "ewma(amount, duration('1h') * 2)",
                           "csat(items, 4)",
                           "csat(amount, 3 + 1)",
                           "nps(items)",
                           "ces(items)"}) {
    CAPTURE(good);
    CHECK(Mistake(good, {&kPurchase}).empty());
  }
  CHECK(Mistake("sum(state)", {&kPurchase}) == "'sum' needs a number, and this is a string");
  CHECK(Mistake("min(late)", {&kPurchase}) == "'min' needs a number, a timestamp or a duration, and this is a bool");
  CHECK(Mistake("share(amount)", {&kPurchase}) == "'share' needs a condition, and this is a double");
  CHECK(Mistake("mean", {&kPurchase}) == "'mean' takes one argument");
  CHECK(Mistake("time_since(due)", {&kPurchase}) == "'time_since' takes no argument");
  CHECK(Mistake("rate(amount, items)", {&kPurchase}) == "'rate' takes one argument or none");
  CHECK(Mistake("stddev(state)", {&kPurchase}) == "'stddev' needs a number, and this is a string");
  CHECK(Mistake("delta(state)", {&kPurchase}) ==
        "'delta' needs a number, a timestamp or a duration, and this is a string");
  CHECK(Mistake("nps(late)", {&kPurchase}) == "'nps' needs a number, and this is a bool");
  CHECK(Mistake("meen(amount)", {&kPurchase}) == "there is no aggregate 'meen'");
}

TEST_CASE("what stands beside an argument is a constant", "[metric]") {
  CHECK(Mistake("ewma(amount)", {&kPurchase}) == "'ewma' takes two arguments");
  CHECK(Mistake("csat(items)", {&kPurchase}) == "'csat' takes two arguments");
  CHECK(Mistake("ewma(amount, 7)", {&kPurchase}) != "");
  CHECK(Mistake("ewma(amount, items)", {&kPurchase}).find("'items'") != std::string::npos);
  CHECK(Mistake("ewma(amount, hours(0))", {&kPurchase}) == "a half-life must be longer than nothing");
  CHECK(Mistake("csat(items, 'good')", {&kPurchase}) != "");
  CHECK(Mistake("csat(items, 1 / 0)", {&kPurchase}) != "");
  CHECK(Mistake("quantile(amount)", {&kPurchase}) == "'quantile' takes two arguments");
  CHECK(Mistake("quantile(95, amount)", {&kPurchase}).find("a quantile is a number from 0 to 1") == 0);
  CHECK(Mistake("quantile(amount, 0.95)", {&kPurchase}) ==
        "'quantile' takes which quantile, and of what, in this order");
  CHECK(Mistake("quantile(0.95, state)", {&kPurchase}) == "'quantile' needs a number, and this is a string");
  CHECK(Mistake("topk(state)", {&kPurchase}) == "'topk' takes two arguments");
  CHECK(Mistake("topk(2.5, state)", {&kPurchase}) == "how many of them must be a whole number from 1 to 100");
  CHECK(Mistake("topk(0, state)", {&kPurchase}) == "how many of them must be a whole number from 1 to 100");
  CHECK(Mistake("distinct", {&kPurchase}) == "'distinct' takes one argument");
  for (const char* good : {"quantile(0, amount)", "quantile(1, items)", "quantile(0.5, amount * 2)", "distinct(state)",
                           "distinct(due)", "distinct(type)", "topk(100, state)", "topk(3, items)"}) {
    CAPTURE(good);
    CHECK(Mistake(good, {&kPurchase}).empty());
  }
  CheckedAggregate checked;
  CHECK(Mistake("ewma(amount, hours(2))", {&kPurchase}, &checked).empty());
  CHECK(checked.half_life == std::chrono::hours(2));
}

TEST_CASE("a score is taken for what it says", "[metric]") {
  WindowPlan window;
  CHECK(Place("nps(items)", {&kPurchase}, &window).exact);
  Place("csat(items, 4)", {&kPurchase}, &window);
  Place("csat(items, 5)", {&kPurchase}, &window);
  Place("csat(items, 4)", {&kPurchase}, &window);
  REQUIRE(window.sources[0].arguments.size() == 3);
  Scratch scratch;
  std::vector<Value> attributes(5);
  auto take = [&](size_t argument, const Value& score) {
    attributes[4] = score;
    EventView view;
    view.attributes = attributes;
    return ToText(TakeArgument(window.sources[0].arguments[argument], view, Time(), scratch));
  };
  const std::string expected[] = {"-100", "-100", "-100", "-100", "-100", "-100", "-100", "0", "0", "100", "100"};
  for (int64_t score = 0; score <= 10; ++score) {
    CAPTURE(score);
    CHECK(take(0, Value::Int(score)) == expected[score]);
    CHECK(take(1, Value::Int(score)) == (score >= 4 ? "true" : "false"));
    CHECK(take(2, Value::Int(score)) == (score >= 5 ? "true" : "false"));
  }
  const std::string nothing = ToText(Value());
  CHECK(take(0, Value::Int(11)) == nothing);
  CHECK(take(0, Value::Int(-1)) == nothing);
  CHECK(take(1, Value()) == nothing);
}

TEST_CASE("an aggregate must make sense over its window", "[metric]") {
  CHECK(Mistake("rate", {&kPurchase}, nullptr, std::nullopt).find("'rate' needs a window over time") == 0);
  CHECK(Mistake("rate", {&kPurchase}, nullptr, std::nullopt, 20).find("'rate' needs a window over time") == 0);
  CHECK(Mistake("time_since", {&kPurchase}, nullptr, std::nullopt, 20).find("'time_since' looks at the newest") == 0);
  CHECK(Mistake("time_since", {&kPurchase}, nullptr, std::nullopt).empty());
  CHECK(Mistake("mean_interval", {&kPurchase}, nullptr, std::nullopt, 20).empty());
}

TEST_CASE("over several events the types must agree", "[metric]") {
  CHECK(Mistake("sum(amount)", {&kPurchase, &kRefund}).empty());
  CHECK(Mistake("sum(amount)", {&kPurchase, &kQuote}).empty());
  CHECK(Mistake("last(items)", {&kPurchase, &kQuote}) == "this is a int in 'purchase' and a double in 'quote'");
  CHECK(Mistake("last(late)", {&kPurchase, &kRefund}) == "this is a bool in 'purchase' and a int in 'refund'");
  CHECK(Mistake("min(state)", {&kPurchase, &kQuote}).find("'min' needs a number") == 0);
}

TEST_CASE("sums are exact where all events count in the same units", "[metric]") {
  WindowPlan window;
  CHECK(Place("sum(amount)", {&kPurchase, &kRefund}, &window).exact);
  CHECK(window.sources[0].arguments[0].slot == 0);
  CHECK(window.sources[1].arguments[0].slot == 2);
  WindowPlan mixed;
  CHECK_FALSE(Place("sum(amount)", {&kPurchase, &kQuote}, &mixed).exact);
}

TEST_CASE("the last type is the event's, unless it has an attribute of that name", "[metric]") {
  WindowPlan window;
  const MetricPlan metric = Place("last(type)", {&kPurchase, &kRefund}, &window);
  CHECK(metric.type == Type(Kind::kString));
  Scratch scratch;
  CHECK(TakeArgument(window.sources[1].arguments[0], EventView(), Time(), scratch).AsString() == "refund");
  const EventSpec own = MakeEvent("own", {{"type", Kind::kInt}});
  WindowPlan other;
  CHECK(Place("last(type)", {&own}, &other).type == Type(Kind::kInt));
}

TEST_CASE("metrics share what they have in common", "[metric]") {
  WindowPlan window;
  window.kind = WindowPlan::Kind::kTime;
  Place("count", {&kPurchase}, &window);
  const MetricPlan sum = Place("sum(amount)", {&kPurchase}, &window);
  const MetricPlan mean = Place("mean( amount )", {&kPurchase}, &window);
  Place("rate", {&kPurchase}, &window);
  CHECK(sum.field == mean.field);
  CHECK(window.sources[0].arguments.size() == 1);
  CHECK(window.fields.size() == 3);
  CHECK(window.partial_bytes == 24);
  CHECK(window.others.empty());
}

TEST_CASE("how values may move", "[metric]") {
  WindowPlan window;
  window.kind = WindowPlan::Kind::kTime;
  auto exit = [&](const std::string& aggregate, bool nonnegative = false) {
    return OnExit(Place(aggregate, {&kPurchase}, &window), window, nonnegative);
  };
  CHECK(exit("count") == Moves::kDown);
  CHECK(exit("rate") == Moves::kDown);
  CHECK(exit("sum(amount)") == Moves::kBoth);
  CHECK(exit("sum(amount)", true) == Moves::kDown);
  CHECK(exit("min(amount)") == Moves::kUp);
  CHECK(exit("max(amount)") == Moves::kDown);
  for (const char* both : {"mean(amount)", "stddev(amount)", "first(items)", "delta(items)", "ewma(amount, hours(1))",
                           "csat(items, 4)", "nps(items)", "ces(items)"}) {
    CAPTURE(both);
    CHECK(exit(both, true) == Moves::kBoth);
    CHECK(OnEntry(Place(both, {&kPurchase}, &window), true) == Moves::kBoth);
    CHECK(MayBeAbsent(Place(both, {&kPurchase}, &window)));
  }
  CHECK(OnEntry(Place("count", {&kPurchase}, &window), false) == Moves::kUp);
  CHECK(OnEntry(Place("min(amount)", {&kPurchase}, &window), true) == Moves::kBoth);
  auto fresh = [&](const std::string& aggregate) {
    WindowPlan own;
    own.kind = WindowPlan::Kind::kTime;
    return OnExit(Place(aggregate, {&kPurchase}, &own), own, true);
  };
  CHECK(fresh("distinct(state)") == Moves::kDown);
  CHECK(fresh("quantile(0.5, amount)") == Moves::kBoth);
  CHECK(fresh("topk(3, state)") == Moves::kBoth);
  CHECK_FALSE(MayBeAbsent(Place("count", {&kPurchase}, &window)));
  CHECK(MayBeAbsent(Place("min(amount)", {&kPurchase}, &window)));
  window.kind = WindowPlan::Kind::kAll;
  CHECK(exit("count") == Moves::kNone);
}

}  // namespace
}  // namespace tocsin
