// An alert change as JSON, byte for byte: the same in the command, in C and in Python.
#include "support/catch.h"
#include "tocsin/rule/alert.h"

namespace tocsin {
namespace {

Time At(const char* text) { return *ParseTime(text); }

AlertChange Firing() {
  AlertChange change;
  change.time = At("2010-12-02T10:41:00Z");
  change.change = Change::kFiring;
  change.rule = "RefundSpike";
  change.severity = "critical";
  change.labels = {{"country", "United Kingdom"}, {"department", "finance"}};
  change.active_at = At("2010-12-02T09:41:00Z");
  change.fired_at = change.time;
  change.seq = 812;
  change.version = "a41c09e2";
  change.values = {{"refunds_24h", OwnedValue(Value::Double(612.5))}};
  change.because = {"refunds_24h = 612.5 > 500"};
  change.summary = "Refunds of 612.50 GBP in a day in United Kingdom";
  change.evidence = {
      {"refund", "C536391", At("2010-12-02T09:41:00Z"), {{"amount", OwnedValue(Value::Decimal(14148, 2))}}}};
  return change;
}

TEST_CASE("a change with all that it can say") {
  AlertChange change = Firing();
  CHECK(ToJson(change) ==
        R"({"time": "2010-12-02T10:41:00Z", "change": "firing", "rule": "RefundSpike", "severity": "critical", )"
        R"("labels": {"country": "United Kingdom", "department": "finance"}, "active_at": "2010-12-02T09:41:00Z", )"
        R"("fired_at": "2010-12-02T10:41:00Z", "seq": 812, "version": "a41c09e2", "values": {"refunds_24h": 612.5}, )"
        R"("because": ["refunds_24h = 612.5 > 500"], "summary": "Refunds of 612.50 GBP in a day in United Kingdom", )"
        R"("evidence": [{"type": "refund", "id": "C536391", "time": "2010-12-02T09:41:00Z", "amount": 141.48}]})");
  change.change = Change::kResolved;
  change.resolved_at = At("2010-12-03T00:00:00.5Z");
  change.reason = "out_of_scope";
  change.annotations = {{"runbook", "https://crm.example/\"r\""}, {"action", "call {them}"}};
  change.because.push_back("country = \"France\"");
  change.evidence.push_back({"visit", "", At("2010-12-01T00:00:00Z"), {{"page", OwnedValue()}}});
  CHECK(ToJson(change) ==
        R"({"time": "2010-12-02T10:41:00Z", "change": "resolved", "rule": "RefundSpike", "severity": "critical", )"
        R"("labels": {"country": "United Kingdom", "department": "finance"}, "active_at": "2010-12-02T09:41:00Z", )"
        R"("fired_at": "2010-12-02T10:41:00Z", "resolved_at": "2010-12-03T00:00:00.5Z", "reason": "out_of_scope", )"
        R"("seq": 812, "version": "a41c09e2", "values": {"refunds_24h": 612.5}, )"
        R"("because": ["refunds_24h = 612.5 > 500", "country = \"France\""], )"
        R"("summary": "Refunds of 612.50 GBP in a day in United Kingdom", )"
        R"("annotations": {"runbook": "https://crm.example/\"r\"", "action": "call {them}"}, )"
        R"("evidence": [{"type": "refund", "id": "C536391", "time": "2010-12-02T09:41:00Z", "amount": 141.48}, )"
        R"({"type": "visit", "time": "2010-12-01T00:00:00Z"}]})");
}

TEST_CASE("what is absent is left out") {
  AlertChange change;
  change.change = Change::kPending;
  change.rule = "R";
  change.seq = 1;
  change.version = "0";
  CHECK(ToJson(change) == R"({"time": "1970-01-01T00:00:00Z", "change": "pending", "rule": "R", "labels": {}, )"
                          R"("active_at": "1970-01-01T00:00:00Z", "seq": 1, "version": "0", "values": {}})");
}

TEST_CASE("changes have names, and their numbers stay") {
  const char* names[] = {"unknown", "pending", "firing", "resolved", "cancelled", "again", "severity"};
  for (uint8_t number = 0; number < 7; ++number) CHECK(ChangeName(static_cast<Change>(number)) == names[number]);
  for (uint8_t number = 1; number < 7; ++number) {
    CHECK(IsPendingChange(static_cast<Change>(number)) == (number == 1 || number == 4));
  }
}

}  // namespace
}  // namespace tocsin
