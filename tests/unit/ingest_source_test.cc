// Sources: how records that are not of the flat form become events.
#include "tocsin/ingest/source_spec.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "tocsin/config/config.h"
#include "tocsin/ingest/json_decoder.h"

namespace tocsin {
namespace {

constexpr const char* kEvents = R"(
events:
  purchase:
    customer: string
    amount: {type: decimal(2), from: value, min: 0}
    placed: timestamp
    took: duration
  refund: {customer: string, amount: {type: decimal(2), from: value}}
)";

Config Load(const std::string& source) {
  const auto config = ParseConfig("sources:\n  s: " + source + kEvents);
  INFO(config.status().message());
  REQUIRE(config.ok());
  return *config;
}

// "purchase 2010-12-01T09:41:00Z id=1 customer=a amount=2", or the reason and what was said.
std::string Decode(const std::string& source, std::string_view record) {
  const Config config = Load(source);
  std::vector<Diagnostic> mistakes;
  const Catalog catalog = Catalog::Create(config.engine.events, &mistakes);
  JsonDecoder decoder(catalog, config.sources[0], 3);
  EventBatch batch;
  std::string detail;
  const Reason reason = decoder.Decode(record, &batch, &detail);
  CHECK(batch.size() == (reason == Reason::kNone ? 1 : 0));
  if (reason != Reason::kNone) return std::string(ReasonName(reason)) + ": " + detail;
  const EventView& event = batch.views()[0];
  CHECK(event.source == 3);
  std::string text = catalog.event(event.type).name + " " + FormatTime(event.time);
  if (!event.id.empty()) text += " id=" + std::string(event.id);
  for (size_t slot = 0; slot < event.attributes.size(); ++slot) {
    if (event.attributes[slot].absent()) continue;
    text += " " + catalog.event(event.type).attributes[slot].name + "=" + ToText(event.attributes[slot]);
  }
  return text;
}

TEST_CASE("Type, time and id are found where the source says") {
  struct Case {
    const char* source;
    const char* record;
    const char* expected;
  };
  const Case cases[] = {
      // What a source does not say is as in the flat form, but the id.
      {"{}", R"({"type": "refund", "time": "2010-12-01T09:41:00Z", "id": "1"})", "refund 2010-12-01T09:41:00Z"},
      {"{type: kind, time: at.created, id: number}",
       R"({"kind": "refund", "at": {"created": "2010-12-01T09:41:00Z"}, "number": 17})",
       "refund 2010-12-01T09:41:00Z id=17"},
      {"{type: {path: kind}, time: {path: t}}", R"({"type": "refund", "t": "2010-12-01T09:41:00Z"})",
       "missing_type: the record has no 'kind'"},
      {"{type: {const: purchase}, time: t}", R"({"type": "refund", "t": "2010-12-01T09:41:00Z"})",
       "purchase 2010-12-01T09:41:00Z"},
      {"{type: {const: purchase}, time: t}", R"({"t": null})", "missing_time: the record has no 't'"},
      {"{type: kind}", R"({"kind": true, "time": "2010-12-01T09:41:00Z"})",
       "unknown_type: 'kind' should be a string, not true"},
  };
  for (const Case& c : cases) {
    INFO(c.source);
    CHECK(Decode(c.source, c.record) == c.expected);
  }
}

TEST_CASE("A time is a number of units or a text of a format") {
  struct Case {
    const char* time;
    const char* value;
    const char* expected;
  };
  const Case cases[] = {
      {"{path: t, unit: s}", "1291196460", "purchase 2010-12-01T09:41:00Z"},
      {"{path: t, unit: s}", "1291196460.5", "purchase 2010-12-01T09:41:00.5Z"},
      {"{path: t, unit: s}", "1.2911964605e9", "purchase 2010-12-01T09:41:00.5Z"},
      {"{path: t, unit: ms}", "1291196460001", "purchase 2010-12-01T09:41:00.001Z"},
      {"{path: t, unit: us}", "1291196460000001", "purchase 2010-12-01T09:41:00.000001Z"},
      {"{path: t, unit: ns}", "1291196460000000001", "purchase 2010-12-01T09:41:00.000000001Z"},
      {"{path: t, unit: s}", "\"1291196460\"", "purchase 2010-12-01T09:41:00Z"},
      {"{path: t, unit: s}", "-1", "purchase 1969-12-31T23:59:59Z"},
      {"{path: t, unit: s}", "-9214560000", "purchase 1678-01-01T00:00:00Z"},
      {"{path: t, unit: s}", "-9214560001", "out_of_range: time '-9214560001' is outside the years 1678 to 2262"},
      {"{path: t, unit: s}", "9223372037", "out_of_range: 9223372037 seconds are more than can be held"},
      {"{path: t, unit: s}", "1e400", "out_of_range: 1e400 seconds are more than can be held"},
      {"{path: t, unit: ns}", "0.5", "bad_time: 0.5 nanoseconds are no whole nanoseconds"},
      {"{path: t, unit: ms}", "\"soon\"", "bad_time: 'soon' is not a number of milliseconds"},
      {"{path: t, unit: ms}", "true", "bad_time: 't' should be a number of milliseconds since 1970, not true"},
      {"{path: t, format: '%d.%m.%Y'}", "\"1.12.2010\"", "purchase 2010-12-01T00:00:00Z"},
      {"{path: t, format: '%d.%m.%Y'}", "\"2010-12-01\"",
       "bad_time: time '2010-12-01' is not of the format '%d.%m.%Y'"},
      {"{path: t, format: '%d.%m.%Y'}", "5",
       "bad_time: 't' should be a string of the format '%d.%m.%Y', not the number 5"},
      {"t", "5", "bad_time: 't' should be a string in RFC 3339 (such as 2010-12-01T09:41:00Z), not the number 5"},
  };
  for (const Case& c : cases) {
    INFO(c.time << " of " << c.value);
    CHECK(Decode("{type: {const: purchase}, time: " + std::string(c.time) + "}",
                 "{\"t\": " + std::string(c.value) + "}") == c.expected);
  }
}

std::string ComposedId(std::string_view members) {
  const std::string text =
      Decode("{type: {const: refund}, id: [a, b]}",
             "{\"time\": \"2010-12-01T09:41:00Z\"" + (members.empty() ? "" : ", " + std::string(members)) + "}");
  const std::string event = "refund 2010-12-01T09:41:00Z";
  return text.substr(0, event.size()) == event ? text.substr(event.size()) : text;
}

TEST_CASE("Different parts never give the same id") {
  CHECK(ComposedId(R"("a": 1, "b": "2")") == " id=1/2");
  CHECK(ComposedId(R"("a": "1/2", "b": "3")") == " id=1\\/2/3");
  CHECK(ComposedId(R"("a": "1", "b": "2/3")") == " id=1/2\\/3");
  CHECK(ComposedId(R"("a": "1\\", "b": "2")") == " id=1\\\\/2");
  CHECK(ComposedId(R"("a": "1")") == " id=1/\\-");
  CHECK(ComposedId(R"("a": "1", "b": "")") == " id=1/\\e");
  CHECK(ComposedId(R"("a": "1", "b": "\\-")") == " id=1/\\\\-");
  CHECK(ComposedId("") == "");
  CHECK(ComposedId(R"("b": null)") == "");
  CHECK(ComposedId(R"("a": 1.5, "b": 1)") == "bad_value: 'a' should be a string or a whole number, not the number 1.5");
}

TEST_CASE("Attributes are taken from where the source says, else from where they are declared") {
  const std::string head = "{time: time, attributes: ";
  const std::string record =
      R"({"type": "purchase", "time": "2010-12-01T09:41:00Z", "customer": "a", "value": 2, "usd": 3.25, "ms": 1500,)"
      R"( "day": "2010-11-30", "none": null})";
  const std::string event = "purchase 2010-12-01T09:41:00Z ";
  CHECK(Decode(head + "{}}", record) == event + "customer=a amount=2");
  CHECK(Decode(head + "{amount: usd}}", record) == event + "customer=a amount=3.25");
  CHECK(Decode(head + "{amount: none}}", record) == event + "customer=a");
  CHECK(Decode(head + "{amount: {const: 7.5}, customer: {const: 0012}}}", record) ==
        event + "customer=0012 amount=7.5");
  CHECK(Decode(head + "{took: {path: ms, unit: ms}}}", record) == event + "customer=a amount=2 took=1s500ms");
  CHECK(Decode(head + "{placed: {path: day, format: '%Y-%m-%d'}}}", record) ==
        event + "customer=a amount=2 placed=2010-11-30T00:00:00Z");
  CHECK(Decode(head + "{placed: {path: usd, unit: s}}}", record) ==
        event + "customer=a amount=2 placed=1970-01-01T00:00:03.25Z");
  CHECK(Decode(head + "{placed: {path: day, unit: s}}}", record) ==
        "bad_value: attribute 'placed': '2010-11-30' is not a number of seconds");
}

TEST_CASE("Records that are not wanted are ignored") {
  const std::string source = "{where: mode.live}";
  const auto with = [&](std::string_view member) {
    return Decode(source, R"({"type": "refund", "time": "2010-12-01T09:41:00Z")" + std::string(member) + "}");
  };
  CHECK(with(R"(, "mode": {"live": true})") == "refund 2010-12-01T09:41:00Z");
  CHECK(with(R"(, "mode": {"live": false})") == "ignored: 'mode.live' is not true");
  CHECK(with(R"(, "mode": {"live": null})") == "ignored: 'mode.live' is not true");
  CHECK(with("") == "ignored: 'mode.live' is not true");
  CHECK(with(R"(, "mode": {"live": "true"})") ==
        "bad_value: 'mode.live' should be true or false, not the string 'true'");
  // What is not wanted needs no type.
  CHECK(Decode(source, "{}") == "ignored: 'mode.live' is not true");
}

TEST_CASE("A source built in code is checked as one from a file") {
  std::vector<Diagnostic> mistakes;
  const Config config = Load("{}");
  const Catalog catalog = Catalog::Create(config.engine.events, &mistakes);
  SourceSpec source;
  source.type.constant = "purchas";
  source.id = {"a..b"};
  source.attributes = {{"colour", {"c", {}, {}, {}}}};
  CheckSource(source, catalog, &mistakes);
  std::string text;
  for (const Diagnostic& mistake : mistakes) text += mistake.message + "; " + mistake.hint + "\n";
  CHECK(text ==
        "a source has no name; \n"
        "no event of type 'purchas' is declared; did you mean 'purchase'?\n"
        "the path of 'id' has an empty part; the parts of a path are separated by single dots; \n");
}

}  // namespace
}  // namespace tocsin
