#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "notify/alert_text.h"
#include "notify/email_message.h"
#include "support/catch.h"

namespace tocsin {
namespace {

using std::chrono::hours;

AlertChange Firing() {
  AlertChange change;
  change.time = *ParseTime("2010-12-02T10:41:00Z");
  change.rule = "RefundSpike";
  change.severity = "critical";
  change.labels = {{"country", "United Kingdom"}, {"department", "finance"}};
  change.active_at = *ParseTime("2010-12-02T09:41:00Z");
  change.fired_at = change.time;
  change.seq = 812;
  change.values.emplace_back("refunds_24h", OwnedValue(Value::Double(612.5)));
  change.summary = "Refunds of 612.50 GBP";
  return change;
}

Notification Telling(AlertChange change) { return {"group/finance/812", "finance", {std::move(change)}}; }

EmailMessage Composed(const Notification& notification) {
  return ComposeEmail(notification, {"", "tocsin@example.com"}, {{"", "a@example.com"}},
                      *ParseTime("2010-12-02T10:41:05Z"));
}

TEST_CASE("text on one line") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"", ""},
      {"plain  text ", "plain  text"},
      {"a\r\nb", "a b"},
      {"\n\na\n\n", "a"},
      {"a\tb\x7F"
       "c",
       "a b c"},
      {"\x1B[31mred\x1B[0m", "[31mred [0m"},
      {"a\xC2\x85z", "a z"},
      {"a\xE2\x80\xA8z\xE2\x80\xA9y", "a z y"},
      {"退款\n告警", "退款 告警"},
      {"\xFF\xC3", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // a surrogate
  };
  for (const auto& [text, line] : table) CHECK(OneLine(text) == line);
}

TEST_CASE("the name of an alert") {
  AlertChange change = Firing();
  CHECK(AlertName(change) == R"(RefundSpike{country="United Kingdom",department="finance"})");
  change.labels = {{"x", "a\"b\\c\nd"}};
  CHECK(AlertName(change) == R"(RefundSpike{x="a\"b\\c\nd"})");
  change.labels.clear();
  CHECK(AlertName(change) == "RefundSpike");
}

TEST_CASE("lines of a log") {
  AlertChange change = Firing();
  CHECK(LogLine(change) ==
        R"(2010-12-02T10:41:00Z FIRING critical RefundSpike{country="United Kingdom",department="finance"} )"
        "refunds_24h=612.5 Refunds of 612.50 GBP");
  change.change = Change::kResolved;
  change.severity.clear();
  change.labels.clear();
  change.values = {{"mean", OwnedValue()}};
  change.summary = "two\nlines";
  CHECK(LogLine(change) == "2010-12-02T10:41:00Z RESOLVED RefundSpike two lines");
}

TEST_CASE("subjects") {
  Notification notification = Telling(Firing());
  AlertChange& change = notification.alerts[0];
  CHECK(Subject(notification) == "[FIRING] CRITICAL: Refunds of 612.50 GBP");
  change.change = Change::kResolved;
  CHECK(Subject(notification) == "[RESOLVED] CRITICAL: Refunds of 612.50 GBP");
  change.severity.clear();
  CHECK(Subject(notification) == "[RESOLVED] Refunds of 612.50 GBP");
  change.summary.clear();
  CHECK(Subject(notification) == R"([RESOLVED] RefundSpike{country="United Kingdom",department="finance"})");
  change.summary = "法国退款\r\nBcc: x";
  CHECK(Subject(notification) == "[RESOLVED] 法国退款 Bcc: x");
  change.summary.clear();
  for (int i = 0; i < 300; ++i) change.summary += "款";
  std::string cut = "[RESOLVED] ";
  for (int i = 0; i < 188; ++i) cut += "款";
  CHECK(Subject(notification) == cut + "…");

  notification.alerts = {Firing(), Firing(), Firing()};
  notification.alerts[1].change = Change::kResolved;
  notification.alerts[2].rule = "Idle";
  CHECK(Subject(notification) == "[2 FIRING, 1 RESOLVED] RefundSpike, Idle");
}

TEST_CASE("every change is counted in the subject of many") {
  Notification notification;
  for (const Change change : {Change::kCancelled, Change::kPending, Change::kResolved, Change::kSeverity,
                              Change::kAgain, Change::kAgain, Change::kFiring}) {
    notification.alerts.push_back(Firing());
    notification.alerts.back().change = change;
  }
  CHECK(Subject(notification) == "[1 FIRING, 2 AGAIN, 1 SEVERITY, 1 RESOLVED, 1 PENDING, 1 CANCELLED] RefundSpike");
}

TEST_CASE("an alert that was seen again, or changed its severity, still fires") {
  AlertChange change = Firing();
  change.change = Change::kAgain;
  CHECK(Subject(Telling(change)) == "[AGAIN] CRITICAL: Refunds of 612.50 GBP");
  CHECK(LogLine(change).starts_with("2010-12-02T10:41:00Z AGAIN critical RefundSpike{"));
  CHECK(Body(Telling(change)).find("Status:    firing, seen again\n") != std::string::npos);
  change.change = Change::kSeverity;
  CHECK(Subject(Telling(change)) == "[SEVERITY] CRITICAL: Refunds of 612.50 GBP");
  CHECK(Body(Telling(change)).find("Status:    firing, severity changed\n") != std::string::npos);
}

TEST_CASE("an end that is not the plain one says why") {
  AlertChange change = Firing();
  change.change = Change::kResolved;
  change.resolved_at = change.time + hours(2);
  CHECK(Body(Telling(change)).find("Reason:") == std::string::npos);
  change.reason = "group_expired";
  CHECK(Body(Telling(change)).find("after 2h\nReason:    group_expired\n") != std::string::npos);
}

TEST_CASE("bodies") {
  AlertChange change = Firing();
  change.change = Change::kResolved;
  change.time += hours(2);
  change.resolved_at = change.time;
  change.labels[0].second = "a\nSeverity:  low";
  change.values.emplace_back("mean_score", OwnedValue());
  CHECK(Body(Telling(change)) ==
        "Refunds of 612.50 GBP\n"
        "\n"
        "Status:    resolved\n"
        "Rule:      RefundSpike\n"
        "Severity:  critical\n"
        "Labels:    country = a Severity:  low\n"
        "           department = finance\n"
        "Values:    refunds_24h = 612.5\n"
        "           mean_score = no data\n"
        "Began:     2010-12-02T09:41:00Z\n"
        "Fired:     2010-12-02T10:41:00Z\n"
        "Ended:     2010-12-02T12:41:00Z, after 2h\n"
        "\n"
        "-- \n"
        "Tocsin, to finance: group/finance/812\n");
}

TEST_CASE("a whole message") {
  EmailMessage message = Composed(Telling(Firing()));
  message.message_id = "1@example.com";
  message.thread_id = "2@example.com";
  CHECK(FormatEmail(message) ==
        "Date: Thu, 02 Dec 2010 10:41:05 +0000\r\n"
        "From: tocsin@example.com\r\n"
        "To: a@example.com\r\n"
        "Subject: [FIRING] CRITICAL: Refunds of 612.50 GBP\r\n"
        "Message-ID: <1@example.com>\r\n"
        "References: <2@example.com>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "Refunds of 612.50 GBP\r\n"
        "\r\n"
        "Status:    firing\r\n"
        "Rule:      RefundSpike\r\n"
        "Severity:  critical\r\n"
        "Labels:    country =3D United Kingdom\r\n"
        "           department =3D finance\r\n"
        "Values:    refunds_24h =3D 612.5\r\n"
        "Began:     2010-12-02T09:41:00Z\r\n"
        "Fired:     2010-12-02T10:41:00Z\r\n"
        "\r\n"
        "--=20\r\n"
        "Tocsin, to finance: group/finance/812\r\n");
  message.body = "退款退款退款退款退款退款退款退款退款退款\n";
  CHECK(FormatEmail(message).find("Content-Transfer-Encoding: base64\r\n\r\n6YCA") != std::string::npos);
}

TEST_CASE("ids: the same for a second try, another for another message, one thread for one alert") {
  const EmailMessage first = Composed(Telling(Firing()));
  CHECK(first.message_id.ends_with("@example.com"));
  Notification again = Telling(Firing());
  CHECK(
      ComposeEmail(again, {"", "tocsin@example.com"}, {{"", "other@example.com"}}, first.date + hours(1)).message_id ==
      first.message_id);

  // The same key of an engine that began anew, a day later.
  again.alerts[0].time += hours(24);
  again.alerts[0].active_at += hours(24);
  CHECK(Composed(again).message_id != first.message_id);
  CHECK(Composed(again).thread_id != first.thread_id);

  AlertChange resolved = Firing();
  resolved.change = Change::kResolved;
  resolved.time += hours(1);
  const EmailMessage end = Composed(Telling(resolved));
  CHECK(end.message_id != first.message_id);
  CHECK(end.thread_id == first.thread_id);
}

TEST_CASE("dates of mail") {
  const std::pair<const char*, const char*> table[] = {
      {"1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 +0000"},
      {"1969-12-31T23:59:59.5Z", "Wed, 31 Dec 1969 23:59:59 +0000"},
      {"2024-02-29T12:34:56.999999999Z", "Thu, 29 Feb 2024 12:34:56 +0000"},
      {"2026-11-22T09:05:07Z", "Sun, 22 Nov 2026 09:05:07 +0000"},
  };
  for (const auto& [time, date] : table) CHECK(FormatEmailDate(*ParseTime(time)) == date);
}

}  // namespace
}  // namespace tocsin
