#include "rule/wording.h"

#include <string>
#include <vector>

#include "support/catch.h"

namespace tocsin {
namespace {

const std::vector<Summary::Name> kNames = {
    {"country", Kind::kString, 0}, {"refunds_24h", Kind::kDouble, 1}, {"event.state", Kind::kString, 2}};

TEST_CASE("an alert's words are its summary and its annotations, by name and in order") {
  RuleSpec rule;
  rule.name = "RefundSpike";
  rule.summary = "{refunds_24h:.2f} in {country}";
  rule.annotations = {{"runbook", "https://wiki.example/{country}"}, {"action", "call {event.state}"}};
  std::vector<Diagnostic> mistakes;
  const Wording wording = Wording::Compile(rule, kNames, &mistakes);
  REQUIRE(mistakes.empty());
  CHECK_FALSE(wording.empty());
  CHECK(wording.slots() == std::vector<uint32_t>{0, 1, 2});
  const Value values[] = {Value::String("France"), Value::Double(612.5), Value::String("SP")};
  AlertWords words{"old", {{"old", "old"}}};
  wording.Write(values, &words);
  CHECK(words.summary == "612.50 in France");
  CHECK(words.annotations == std::vector<std::pair<std::string, std::string>>{
                                 {"runbook", "https://wiki.example/France"}, {"action", "call SP"}});
}

TEST_CASE("mistakes in an annotation say whose it is") {
  RuleSpec rule;
  rule.name = "RefundSpike";
  rule.annotations = {{"runbook", "{contry}"}};
  std::vector<Diagnostic> mistakes;
  Wording::Compile(rule, kNames, &mistakes);
  REQUIRE(mistakes.size() == 1);
  CHECK(Render(mistakes[0]).find("rule RefundSpike, annotation runbook") != std::string::npos);
  CHECK(mistakes[0].hint == "did you mean 'country'?");
}

TEST_CASE("a rule without words has none") { CHECK(Wording().empty()); }

}  // namespace
}  // namespace tocsin
