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
  for (const char* good :
       {"count", "rate", "rate(amount)", "sum(items)", "mean(amount / 2)", "min(due)", "max(amount)", "share(late)",
        "share(state == \"open\")", "last(state)", "last(type)", "time_since", "mean_interval", "count()"}) {
    CAPTURE(good);
    CHECK(Mistake(good, {&kPurchase}).empty());
  }
  CHECK(Mistake("sum(state)", {&kPurchase}) == "'sum' needs a number, and this is a string");
  CHECK(Mistake("min(late)", {&kPurchase}) == "'min' needs a number, a timestamp or a duration, and this is a bool");
  CHECK(Mistake("share(amount)", {&kPurchase}) == "'share' needs a condition, and this is a double");
  CHECK(Mistake("mean", {&kPurchase}) == "'mean' takes one argument");
  CHECK(Mistake("time_since(due)", {&kPurchase}) == "'time_since' takes no argument");
  CHECK(Mistake("rate(amount, items)", {&kPurchase}) == "'rate' takes one argument or none");
  CHECK(Mistake("quantile(0.5, amount)", {&kPurchase}) == "the aggregate 'quantile' is not supported yet");
  CHECK(Mistake("meen(amount)", {&kPurchase}) == "there is no aggregate 'meen'");
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
  CHECK(exit("mean(amount)", true) == Moves::kBoth);
  CHECK(OnEntry(Place("count", {&kPurchase}, &window), false) == Moves::kUp);
  CHECK(OnEntry(Place("min(amount)", {&kPurchase}, &window), true) == Moves::kBoth);
  CHECK_FALSE(MayBeAbsent(Place("count", {&kPurchase}, &window)));
  CHECK(MayBeAbsent(Place("min(amount)", {&kPurchase}, &window)));
  window.kind = WindowPlan::Kind::kAll;
  CHECK(exit("count") == Moves::kNone);
}

}  // namespace
}  // namespace tocsin
