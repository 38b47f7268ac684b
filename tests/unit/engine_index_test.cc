// Rules that are found through indices tell the same as rules that are asked whenever anything that they read changes.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/layout.h"
#include "engine/thresholds.h"
#include "support/catch.h"
#include "support/rich_engine.h"
#include "support/seed.h"
#include "tocsin/engine/engine.h"

namespace tocsin {
namespace {

TEST_CASE("the thresholds that hold are counted from wherever the last count was", "[engine][index]") {
  std::mt19937_64 random(test::Seed(7));
  for (int round = 0; round < 300; ++round) {
    std::vector<double> numbers(random() % 40);
    for (double& number : numbers) number = static_cast<double>(random() % 12);
    std::sort(numbers.begin(), numbers.end());
    std::vector<double> down(numbers.rbegin(), numbers.rend());
    for (int value = -1; value <= 12; ++value) {
      const auto above = std::count_if(numbers.begin(), numbers.end(), [&](double n) { return value > n; });
      const auto below = std::count_if(down.begin(), down.end(), [&](double n) { return value < n; });
      for (uint32_t before = 0; before <= numbers.size(); ++before) {
        REQUIRE(CountAbove(numbers, before, value) == above);
        REQUIRE(CountBelow(down, before, value) == below);
      }
    }
  }
}

TEST_CASE("a value at a threshold is beyond it where the operator says so", "[engine][index]") {
  constexpr double kMost = std::numeric_limits<double>::max();
  for (const double number : {0.0, -0.0, 5.0, -5.0, 0.1, std::numeric_limits<double>::denorm_min(), kMost, -kMost}) {
    for (const double value : {number, std::nextafter(number, kMost), std::nextafter(number, -kMost), 0.0, -0.0}) {
      CAPTURE(number, value);
      CHECK((value > Beyond(Op::kGreater, number)) == (value > number));
      CHECK((value > Beyond(Op::kGreaterEqual, number)) == (value >= number));
      CHECK((value < Beyond(Op::kLess, number)) == (value < number));
      CHECK((value < Beyond(Op::kLessEqual, number)) == (value <= number));
    }
  }
}

// Rules of all that the indices tell apart: thresholds alone and together, against profiles and other metrics, about
// one value, open to what is no threshold, of coarser metrics.
class RuleMaker {
 public:
  explicit RuleMaker(uint64_t seed) : random_(seed) {}

  std::vector<RuleSpec> Make(size_t count) {
    std::vector<RuleSpec> rules;
    for (size_t i = 0; i < count; ++i) rules.push_back(One(fmt::format("R{:03}", i)));
    return rules;
  }

 private:
  enum Group { kCustomer, kShop, kAll, kBoth };  // the last: customers of shops

  size_t Below(size_t n) { return random_() % n; }
  bool Maybe(size_t n) { return Below(n) == 0; }
  std::string Pick(const std::vector<std::string>& from) { return from[Below(from.size())]; }
  std::string Number(double most) { return fmt::format("{:.1f}", static_cast<double>(random_() % 1000) / 1000 * most); }
  std::string Order() { return Pick({">", ">=", "<", "<="}); }

  std::string Threshold(Group group) {
    struct Range {
      const char* metric;
      double most;
    };
    static const std::vector<Range> kRanges[] = {
        {{"bought", 8}, {"spent", 400}, {"dearest", 100}, {"big", 4}, {"ever", 20}, {"stay", 120}, {"worth", 60}},
        {{"cheapest", 40}, {"takings", 60}, {"odd", 1}, {"pace", 1}, {"part", 1}},
        {{"all_takings", 1500}},
        {{"here", 4}, {"spent_here", 200}}};
    const Range& range = kRanges[group][Below(kRanges[group].size())];
    std::string number = Number(range.most);
    if (Maybe(3)) number = fmt::format("{}.0", Below(static_cast<size_t>(range.most) + 1));  // where counts lie
    return Maybe(6) ? fmt::format("{} {} {}", number, Order(), range.metric)
                    : fmt::format("{} {} {}", range.metric, Order(), number);
  }

  std::string Term(Group group) {
    if (group == kAll || !Maybe(3)) return Threshold(group);
    if (group == kBoth) {
      return Pick({Threshold(kCustomer), Threshold(kShop), Threshold(kCustomer), Threshold(kShop),
                   "spent_here * 2.0 > spent", "bought + ever > " + Number(30), "profile.segment == 'vip'",
                   fmt::format("customer == 'c{}'", Below(8)), "slow_part > " + Number(100),
                   "silence > duration('50s')", "all_takings > " + Number(1500)});
    }
    if (group == kShop) {
      return Pick({fmt::format("shop == {}", Below(4)), "takings > pace * 40.0", "pace * 30.0 > cheapest",
                   "all_takings > " + Number(1500), "slow_part > " + Number(100), "odd > part", "has(cheapest)",
                   "(odd > 0.5 || pace > 0.3)", "part < 0.4 && odd < 0.6"});
    }
    return Pick({fmt::format("customer == 'c{}'", Below(8)), "profile.segment == 'vip'", "profile.segment == 'other'",
                 "profile.segment != 'vip'", fmt::format("profile.score == {}", Below(6)), "bought > profile.score",
                 "profile.score <= big", "spent > dearest", "big * 50.0 >= spent", "all_takings > " + Number(1500),
                 "page == 'exit'", "has(stay)", fmt::format("bought == {}.0", Below(5)),
                 fmt::format("(bought > {} || ever > {})", Number(6), Number(30)), "customer.startsWith('c')",
                 "!(spent > 100.0)", "int(ever) / (int(bought) - 2) > 3"});
  }

  std::string Condition(Group group) {
    std::string text = Maybe(4) ? Term(group) : Threshold(group);
    for (size_t more = Below(4); more > 0; --more) text += " && " + Term(group);
    return text;
  }

  RuleSpec One(std::string name) {
    const Group group = Maybe(5) ? kAll : Maybe(4) ? kShop : Maybe(3) ? kBoth : kCustomer;
    RuleSpec rule;
    rule.name = std::move(name);
    if (Maybe(5)) {
      for (const char* severity : {"critical", "warning"}) {
        SeveritySpec level;
        level.severity = severity;
        level.when = AtLeast(group, Condition(group));
        rule.severities.push_back(std::move(level));
      }
    } else {
      rule.when = AtLeast(group, Condition(group));
    }
    if (Maybe(4)) rule.scope = Maybe(2) ? Term(group) : About(group);
    if (Maybe(4)) rule.resolve_when = Maybe(2) ? Threshold(group) : Condition(group);
    if (Maybe(5)) rule.hold = std::chrono::seconds(Below(60));
    if (Maybe(5)) rule.keep_firing_for = std::chrono::seconds(Below(60));
    if (Maybe(8)) rule.on_no_data = Maybe(2) ? OnNoData::kKeep : OnNoData::kAlerting;
    if (Maybe(6)) rule.warm_up = false;
    if (Maybe(15)) rule.every = std::chrono::minutes(1);
    if (Maybe(12)) rule.flapping = FlappingSpec{2, std::chrono::minutes(2)};
    if (Maybe(15) && group == kCustomer)
      rule.when = rule.when.empty() ? rule.when : SourceText("silence >= duration('40s')");
    return rule;
  }
  std::string About(Group group) {
    if (group == kBoth) return Term(kBoth);
    if (group == kCustomer) return Maybe(2) ? "profile.segment == 'vip'" : fmt::format("customer == 'c{}'", Below(8));
    return group == kShop ? fmt::format("shop == {}", Below(4)) : Threshold(group);
  }
  // A rule's groups are those of the finest metric that it reads.
  std::string AtLeast(Group group, const std::string& condition) {
    if (group == kShop) return condition + " && takings >= 0.0";
    if (group == kBoth) return condition + " && here >= 0.0";
    return group == kCustomer ? condition + " && ever >= 1.0" : condition;
  }

  std::mt19937_64 random_;
};

EngineSpec SpecWith(std::vector<RuleSpec> rules) {
  EngineSpec spec = test::RichSpec({});
  // A pattern of it takes the alerts of a rule that is not among these.
  std::erase_if(spec.patterns, [](const PatternSpec& pattern) { return pattern.name == "trouble"; });
  spec.profiles[0].events.push_back("complaint");
  spec.profiles[0].attributes.push_back("score");
  MetricSpec worth;
  worth.name = "worth";
  worth.value = "spent / bought";
  spec.metrics.push_back(worth);
  for (const auto& [name, aggregate] : {std::pair("here", "count"), {"spent_here", "sum(amount)"}}) {
    MetricSpec metric;
    metric.name = name;
    metric.events = {"purchase"};
    metric.aggregate = aggregate;
    metric.window = std::chrono::minutes(4);
    metric.by = {"customer", "shop"};
    spec.metrics.push_back(metric);
  }
  spec.rules = std::move(rules);
  return spec;
}

struct Plans {
  std::shared_ptr<const Plan> fast;
  std::shared_ptr<const Plan> slow;
};
Plans PlansOf(std::vector<RuleSpec> rules) {
  const EngineSpec spec = SpecWith(std::move(rules));
  const auto fast = Plan::Create(spec);
  INFO(fast.status().ToString());
  REQUIRE(fast.ok());
  return {*fast, *Plan::Layout::Make(spec, /*use_indices=*/false)};
}

// Every value; what is counted may differ.
std::string ValuesOf(const Engine& engine) {
  const std::string all = test::AskAll(engine);
  return all.substr(0, all.rfind("worth\n"));
}

// Every change; a snapshot is taken and restored, and other rules come, where it says so.
std::string Run(const std::shared_ptr<const Plan>& plan, const std::shared_ptr<const Plan>& next,
                const test::RichStream& stream, size_t count) {
  test::TextSink sink;
  Engine engine(plan, &sink);
  const std::span<const EventView> events = stream.events.views();
  for (size_t i = 0; i < count; ++i) {
    if (stream.advance[i]) engine.AdvanceTo(*stream.advance[i]);
    engine.Ingest(events[i]);
    if (i % 100 == 50) sink.text += ValuesOf(engine);
    if (i == count / 3) REQUIRE(engine.Restore(engine.Snapshot()).ok());
    if (i == count / 2) engine.Reload(next);
    if (i == count * 3 / 5) (void)engine.Forget("customer", "c3");
  }
  engine.AdvanceTo(*engine.now() + std::chrono::minutes(20));
  return sink.text;
}

std::string FirstDifference(const std::string& a, const std::string& b) {
  const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  auto line = [](const std::string& text, std::string::const_iterator at) {
    const auto place = static_cast<size_t>(at - text.begin());
    const size_t begin = place == 0 ? 0 : text.rfind('\n', place - 1) + 1;
    return text.substr(begin, text.find('\n', place) - begin);
  };
  return left == a.end() && right == b.end() ? "" : line(a, left) + "\n" + line(b, right);
}

// Which rules differ by themselves, so that a failure is small.
void TellCulprits(const std::vector<RuleSpec>& rules, const std::vector<RuleSpec>& others,
                  const test::RichStream& stream, size_t events) {
  for (size_t r = 0; r < rules.size(); ++r) {
    const Plans plans = PlansOf({rules[r]});
    const Plans next = PlansOf({others[r]});
    const std::string difference =
        FirstDifference(Run(plans.slow, next.slow, stream, events), Run(plans.fast, next.fast, stream, events));
    if (difference.empty()) continue;
    for (const RuleSpec& rule : {rules[r], others[r]}) {
      UNSCOPED_INFO(fmt::format("{}: when: {}, scope: {}, resolve_when: {}", rule.name, rule.when.text(),
                                rule.scope.text(), rule.resolve_when.text()));
    }
    CHECK(difference == "");
  }
}

// Many rules share their indices, few lead each other in ways that many hide. How many lines were told.
size_t CompareRules(uint64_t seed, size_t count, size_t events) {
  RuleMaker maker(test::Seed(seed + 100));
  const std::vector<RuleSpec> rules = maker.Make(count);
  const Plans plans = PlansOf(rules);
  const std::vector<RuleSpec> others = maker.Make(count);
  const Plans next = PlansOf(others);
  const auto stream = test::MakeRichStream(static_cast<uint32_t>(test::Seed(seed + 900)), events);
  const std::string slow = Run(plans.slow, next.slow, *stream, events);
  const std::string fast = Run(plans.fast, next.fast, *stream, events);
  if (slow != fast) {
    for (const RuleSpec& rule : count > 10 ? std::vector<RuleSpec>() : rules) {
      UNSCOPED_INFO(fmt::format("{}: when: {}, scope: {}, resolve_when: {}", rule.name, rule.when.text(),
                                rule.scope.text(), rule.resolve_when.text()));
    }
    CHECK(FirstDifference(slow, fast) == "");
    TellCulprits(rules, others, *stream, events);
  }
  return static_cast<size_t>(std::count(slow.begin(), slow.end(), '\n'));
}

TEST_CASE("indices change nothing that is told", "[engine][index]") {
  size_t told = 0;
  for (uint64_t seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    told += CompareRules(seed, 60, 1500);
  }
  CHECK(told > 10'000);
}

TEST_CASE("indices change nothing that is told where rules are few", "[engine][index]") {
  size_t told = 0;
  for (uint64_t seed = 1000; seed < 1000 + 60; ++seed) {
    CAPTURE(seed);
    told += CompareRules(seed, 2 + seed % 5, 700);
  }
  CHECK(told > 1000);
}

}  // namespace
}  // namespace tocsin
