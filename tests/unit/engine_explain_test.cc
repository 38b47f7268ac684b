// Explain: a config and a name in, text out. TOCSIN_UPDATE=1 in the environment prints what is said now.
#include "tocsin/engine/explain.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "support/catch.h"
#include "tocsin/config/config.h"
#include "tocsin/engine/plan.h"

namespace tocsin {
namespace {

constexpr const char* kConfig = R"(
version: 1
events:
  refund: {customer: string, country: string, amount: decimal(2)}
  identify: {customer: string, segment: string, limit: double}
profiles:
  customer: {from: identify, attributes: [segment, limit]}
metrics:
  refunds_24h: {event: refund, aggregate: sum(amount), window: 24h, by: [customer]}
  count_1h: {event: refund, aggregate: count, window: 1h, by: [customer]}
  mean_size: {value: refunds_24h / count_1h}
  idle: {event: refund, aggregate: time_since, by: [customer]}
  all_refunds: {event: refund, aggregate: sum(amount), window: 7d}
  this_week: {event: refund, aggregate: count, window: {calendar: week, zone: Asia/Shanghai}}
  spenders: {over: refunds_24h, where: refunds_24h > 100, aggregate: count}
patterns:
  twice: {sequence: [refund, refund], within: 1h, by: [customer]}
rules:
  Spike: {when: refunds_24h > 500, for: 1h, resolve_when: refunds_24h < 300}
  Gold: {when: refunds_24h > 100 && count_1h >= 3, scope: profile.segment == "gold"}
  Silver: {when: refunds_24h > 200, scope: profile.segment == "silver"}
  Limit: {when: refunds_24h > profile.limit}
  Open: {when: count_1h >= 5 && (refunds_24h > 50 || mean_size > 20)}
  Few: {when: count_1h < 1 && idle > days(3)}
  Share: {when: refunds_24h > 1000 && all_refunds > 5000}
  Hourly: {when: mean_size > 10, every: 1h}
  Refund: {event: refund, by: [customer], when: event.amount > 900}
)";

const std::string& Expected();

// How rows are laid out is told elsewhere: "112 bytes" becomes "N bytes".
std::string WithoutSizes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (!out.ends_with(" bytes")) continue;
    size_t begin = out.size() - std::string_view(" bytes").size();
    const size_t end = begin;
    while (begin > 0 && out[begin - 1] >= '0' && out[begin - 1] <= '9') --begin;
    if (begin != end) out.replace(begin, end - begin, "N");
  }
  return out;
}

TEST_CASE("a plan says what it does with rules and metrics", "[engine][explain]") {
  const absl::StatusOr<Config> config = ParseConfig(kConfig);
  REQUIRE(config.ok());
  const auto plan = *Plan::Create(config->engine);
  std::string text;
  for (const char* name : {"Spike", "Gold", "Limit", "Open", "Few", "Share", "Hourly", "Refund", "refunds_24h",
                           "mean_size", "profile.segment", "this_week", "spenders"})
    text += *Explain(*plan, name);
  text = WithoutSizes(text);
  const char* update = std::getenv("TOCSIN_UPDATE");
  if (update != nullptr && std::string(update) == "1") fmt::print("{}", text);
  CHECK(text == Expected());
}

TEST_CASE("a name that is none is answered with the closest", "[engine][explain]") {
  const absl::StatusOr<Config> config = ParseConfig(kConfig);
  REQUIRE(config.ok());
  const auto text = Explain(**Plan::Create(config->engine), "Spke");
  CHECK(text.status().code() == absl::StatusCode::kNotFound);
  CHECK(std::string(text.status().message()) == "no rule or metric is named 'Spke'; did you mean 'Spike'?");
}

TEST_CASE("an event is no rule or metric", "[engine][explain]") {
  const absl::StatusOr<Config> config = ParseConfig(kConfig);
  REQUIRE(config.ok());
  const auto text = Explain(**Plan::Create(config->engine), "twice");
  CHECK(std::string(text.status().message()) == "'twice' is an event: rules and metrics are explained");
}

const std::string& Expected() {
  static const std::string kText = R"(rule Spike, version 282d44f9
  when         refunds_24h > 500.0
  resolve_when refunds_24h < 300.0
  for          1h
  reads        refunds_24h: sum(amount) of refund over the last 1d
  groups       by customer
  asked        at events: refund
  asked        when something leaves refunds_24h, in every group
  found        when refunds_24h crosses a threshold of it, which leads to it, among 3 there
  found        when refunds_24h crosses one that can end its alert, while that is active, among 3 there
  costs        nothing at an event that crosses none of these
  costs        N bytes for a group by customer, shared by 9 rules
  warmed up    at once: an emptier window cannot make it true
rule Gold, version 6343e2f6
  when         refunds_24h > 100.0 && count_1h >= 3.0
  scope        profile.segment == "gold"
  reads        count_1h: count of refund over the last 1h
  reads        refunds_24h: sum(amount) of refund over the last 1d
  reads        profile.segment: last(segment) of identify over all time
  groups       by customer
  asked        at events: refund, identify
  asked        when something leaves count_1h, in every group
  asked        when something leaves refunds_24h, in every group
  found        by the value of profile.segment, one of 2 that rules name: in other groups it costs nothing
  found        when count_1h crosses a threshold of it, while another of it holds
  found        when refunds_24h crosses a threshold of it, while another of it holds
  costs        nothing at an event that crosses none of these
  costs        N bytes for a group by customer, shared by 9 rules
  warmed up    at once: an emptier window cannot make it true
rule Limit, version 24b6c6f4
  when         refunds_24h > profile.limit
  reads        refunds_24h: sum(amount) of refund over the last 1d
  reads        profile.limit: last(limit) of identify over all time
  groups       by customer
  asked        at events: refund, identify
  asked        when something leaves refunds_24h, in every group
  found        when refunds_24h - profile.limit crosses a threshold of it, which leads to it
  costs        nothing at an event that crosses none of these
  costs        N bytes for a group by customer, shared by 9 rules
  warmed up    at once: an emptier window cannot make it true
rule Open, version 8734ffdc
  when         count_1h >= 5.0 && (refunds_24h > 50.0 || mean_size > 20.0)
  reads        count_1h: count of refund over the last 1h
  reads        refunds_24h: sum(amount) of refund over the last 1d
  reads        mean_size: refunds_24h / count_1h, an expression
  groups       by customer
  asked        at events: refund
  asked        when something leaves count_1h, in every group
  asked        when something leaves refunds_24h, in every group
  found        when count_1h crosses a threshold of it, which leads to it
  found        while that holds, at each change of count_1h, refunds_24h, mean_size
  found        while its alert is active, at each change of what it reads
  costs        nothing at an event that crosses none of these
  costs        N bytes for a group by customer, shared by 9 rules
  warmed up    when its windows have been fed for their length, at most 1d
rule Few, version 9011cab5
  when         count_1h < 1.0 && idle > days(3)
  reads        count_1h: count of refund over the last 1h
  reads        idle: time_since of refund over all time
  groups       by customer
  asked        at events: refund
  asked        when something leaves count_1h, in every group
  asked        at the exact instants at which time alone turns it
  found        at each change of what it reads: no threshold leads to it
  costs        one evaluation at each such change
  costs        N bytes for a group by customer, shared by 9 rules
  warmed up    when its windows have been fed for their length, at most 1h
rule Share, version 84350e1b
  when         refunds_24h > 1000.0 && all_refunds > 5000.0
  reads        all_refunds: sum(amount) of refund over the last 7d (over everything)
  reads        refunds_24h: sum(amount) of refund over the last 1d
  groups       by customer
  asked        at events: refund
  asked        when something leaves all_refunds, in every group
  asked        when something leaves refunds_24h, in every group
  asked        when this turns, over everything: all_refunds > 5000.0
  found        when refunds_24h crosses a threshold of it, which leads to it, among 3 there
  costs        nothing at an event that crosses none of these
  costs        N bytes for a group by customer, shared by 9 rules
  warmed up    at once: an emptier window cannot make it true
rule Hourly, version edbedac5
  when         mean_size > 10.0
  reads        mean_size: refunds_24h / count_1h, an expression
  groups       by customer
  asked        when a multiple of 1h is closed, and at no other time
  found        by the clock
  costs        one evaluation each time it is asked
  costs        N bytes for a group by customer, shared by 9 rules
  warmed up    when its windows have been fed for their length, at most 1d
rule Refund, version 26d316b3
  when         event.amount > 900.0
  reads        event.amount: of the event
  groups       by customer
  asked        at events: refund
  found        by the type of the event
  costs        one evaluation each time it is asked
  costs        N bytes for a group by customer, shared by 9 rules
  warmed up    at once: an emptier window cannot make it true
metric refunds_24h
  is           sum(amount) of refund over the last 1d
  groups       by customer
  changes      with events: refund
  leaving      the last 1d is noticed at its instant, in every group: a rule could turn true
  read by      Gold, Limit, Open, Share, Silver and 3 more
  costs        a constant time an event; N bytes for each time that its window holds
  costs        where crowded, slices of 1m: memory is bounded
  costs        N bytes for a group by customer, shared by all that is kept there
metric mean_size
  is           refunds_24h / count_1h, an expression
  groups       by customer
  evaluated    when something reads it
  changes      with events: refund
  leaving      the last 1h is noticed at its instant, in every group: a rule could turn true
  leaving      the last 1d is noticed at its instant, in every group: a rule could turn true
  read by      Hourly, Open
  costs        one evaluation for each reading, over 2 values
  costs        N bytes for a group by customer, shared by all that is kept there
metric profile.segment
  is           last(segment) of identify over all time
  groups       by customer
  changes      with events: identify
  read by      Gold, Silver
  costs        a constant time an event; N bytes for each time that its window holds, shared by 2 metrics
  costs        N bytes for a group by customer, shared by all that is kept there
metric this_week
  is           count of refund over the present week
  groups       over everything
  changes      with events: refund
  leaving      the present week is noticed when somebody asks
  read by      nothing
  costs        a constant time an event; N bytes for the period
  costs        N bytes for a group over everything, shared by all that is kept there
metric spenders
  is           count over the groups of refunds_24h
  groups       over everything
  changes      with events: refund
  read by      nothing
  costs        at each change of one of its groups, whatever their number, at most a logarithm of it
  costs        N bytes for a group over everything, shared by all that is kept there
)";
  return kText;
}

}  // namespace
}  // namespace tocsin
