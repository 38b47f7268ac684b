#include "tocsin/ingest/json_decoder.h"

#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

AttributeSpec Attribute(std::string name, Type type, std::string from = {}) {
  AttributeSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.from = std::move(from);
  return spec;
}

// Slots of "e": 0 text, 1 count, 2 ratio, 3 amount, 4 paid, 5 due, 6 wait, 7 country, 8 score (1 to 5), 9 whole (attrs
// itself).
const Catalog& TestCatalog() {
  static const Catalog catalog = [] {
    AttributeSpec score = Attribute("score", Kind::kInt);
    score.min = 1;
    score.max = 5;
    std::vector<Diagnostic> mistakes;
    Catalog made = Catalog::Create(
        {{"e",
          {Attribute("text", Kind::kString), Attribute("count", Kind::kInt), Attribute("ratio", Kind::kDouble),
           Attribute("amount", Type::Decimal(3)), Attribute("paid", Kind::kBool), Attribute("due", Kind::kTimestamp),
           Attribute("wait", Kind::kDuration), Attribute("country", Kind::kString, "attrs.country"), score},
          {}},
         {"other", {Attribute("whole", Kind::kString, "attrs"), Attribute("text", Kind::kInt)}, {}}},
        &mistakes);
    REQUIRE(mistakes.empty());
    return made;
  }();
  return catalog;
}

struct Decoded {
  Reason reason = Reason::kNone;
  std::string detail;
  std::string id;
  Time time;
  std::vector<std::string> values;  // as text, by slot
};

Decoded Decode(JsonDecoder* decoder, std::string_view record) {
  EventBatch batch;
  Decoded decoded;
  decoded.reason = decoder->Decode(record, &batch, &decoded.detail);
  CHECK(batch.size() == (decoded.reason == Reason::kNone ? 1 : 0));
  if (batch.size() == 1) {
    const EventView& view = batch.views()[0];
    decoded.id = view.id;
    decoded.time = view.time;
    for (const Value& value : view.attributes) decoded.values.push_back(ToText(value));
  }
  return decoded;
}

std::string Record(std::string_view members) {
  return "{\"type\": \"e\", \"time\": \"2010-12-01T09:41:00Z\"" +
         (members.empty() ? std::string() : ", " + std::string(members)) + "}";
}

TEST_CASE("A record becomes an event, in any order of its members") {
  JsonDecoder decoder(TestCatalog());
  const std::string members[] = {R"("type": "e")",
                                 R"("time": "2010-12-01T10:41:00+01:00")",
                                 R"("id": "C1")",
                                 R"("text": "a b")",
                                 R"("count": -7)",
                                 R"("ratio": 0.25)",
                                 R"("amount": 27.5)",
                                 R"("paid": true)",
                                 R"("due": "2011-01-01T00:00:00Z")",
                                 R"("wait": "1h30m")",
                                 R"("attrs": {"city": "X", "country": "United Kingdom", "n": [1, {"country": "no"}]})",
                                 R"("score": 5)",
                                 R"("unknown": {"type": "no", "text": [null, "\n", 1e5]})"};
  std::vector<size_t> order(std::size(members));
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::mt19937 random(tocsin::test::Seed(5));
  for (int round = 0; round < 200; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    std::string record = round % 2 == 0 ? "{" : " \t{ ";
    for (size_t i = 0; i < order.size(); ++i)
      record += (i == 0 ? "" : round % 3 == 0 ? "," : " ,\t") + members[order[i]];
    record += round % 5 == 0 ? "}" : " } ";
    INFO(record);
    const Decoded decoded = Decode(&decoder, record);
    REQUIRE(decoded.reason == Reason::kNone);
    CHECK(decoded.id == "C1");
    CHECK(FormatTime(decoded.time) == "2010-12-01T09:41:00Z");
    CHECK(decoded.values == std::vector<std::string>{"a b", "-7", "0.25", "27.5", "true", "2011-01-01T00:00:00Z",
                                                     "1h30m", "United Kingdom", "5"});
  }
}

TEST_CASE("Values are taken by their declared type") {
  struct Example {
    const char* members;
    size_t slot;
    const char* value;
  };
  const Example examples[] = {
      {"", 0, ""},
      {R"("text": null)", 0, ""},
      {R"("text": "")", 0, ""},
      {R"("text": "a\"\\\/\b\f\n\r\tz")", 0, "a\"\\/\b\f\n\r\tz"},
      {R"("text": "\u00e9\u544a\ud83d\ude00")", 0, "é告😀"},
      {R"("text": "告警")", 0, "告警"},
      {R"("te\u0078t": "escaped name")", 0, "escaped name"},
      {R"("text":"x"  )", 0, "x"},
      {R"("text": "\"")", 0, "\""},
      {R"("text": "ends in a backslash\\")", 0, "ends in a backslash\\"},
      {R"("count": 0)", 1, "0"},
      {R"("count": -0)", 1, "0"},
      {R"("count": 1.0)", 1, "1"},
      {R"("count": 1e3)", 1, "1000"},
      {R"("count": 9223372036854775807)", 1, "9223372036854775807"},
      {R"("count": -9223372036854775808)", 1, "-9223372036854775808"},
      {R"("ratio": 3)", 2, "3"},
      {R"("ratio": -1.5e-3)", 2, "-0.0015"},
      {R"("ratio": 1e-999)", 2, "0"},
      {R"("amount": 27.500)", 3, "27.5"},
      {R"("amount": 0.0005)", 3, "0.001"},
      {R"("amount": 168469.6 )", 3, "168469.6"},
      {R"("paid": false)", 4, "false"},
      {R"("wait": "0s")", 6, "0s"},
      {R"("attrs": {})", 7, ""},
      {R"("attrs": null)", 7, ""},
      {R"("attrs": "text")", 7, ""},
      {R"("attrs": [{"country": "no"}])", 7, ""},
      {R"("attrs": {"country": null})", 7, ""},
      {R"("attrs": {"x": {"country": "no"}, "country": "yes"})", 7, "yes"},
      {R"("score": 1)", 8, "1"},
  };
  JsonDecoder decoder(TestCatalog());
  for (const Example& example : examples) {
    INFO(example.members);
    const Decoded decoded = Decode(&decoder, Record(example.members));
    REQUIRE(decoded.reason == Reason::kNone);
    CHECK(decoded.values[example.slot] == example.value);
  }
}

TEST_CASE("An id is a string or a whole number") {
  JsonDecoder decoder(TestCatalog());
  CHECK(Decode(&decoder, Record(R"("id": "a\u0062")")).id == "ab");
  CHECK(Decode(&decoder, Record(R"("id": 42)")).id == "42");
  CHECK(Decode(&decoder, Record(R"("id": 123456789012345678901234567890 )")).id == "123456789012345678901234567890");
  CHECK(Decode(&decoder, Record(R"("id": null)")).id.empty());
  CHECK(Decode(&decoder, Record("")).id.empty());
  for (const char* id : {"1.5", "1e3", "true", "{}", "[1]"}) {
    const Decoded decoded = Decode(&decoder, Record("\"id\": " + std::string(id)));
    CHECK(decoded.reason == Reason::kBadValue);
    CHECK(decoded.detail.find("'id' should be a string or a whole number") != std::string::npos);
  }
}

struct Refusal {
  std::string record;
  Reason reason;
  const char* detail;  // a part of it
};

const std::vector<Refusal>& Refusals() {
  static const std::vector<Refusal> refusals = {
      {"", Reason::kEmpty, "the line is empty"},
      {" \t\r\n", Reason::kEmpty, "the line is empty"},
      {"{\"type\": \"\xFF\"}", Reason::kEncoding, "not UTF-8"},
      {"{\"type\": \"\xC0\x80\"}", Reason::kEncoding, "not UTF-8"},
      {"\xFF\xFE", Reason::kEncoding, "not UTF-8"},
      {"{\"a\xE5\x91\": 1}", Reason::kEncoding, "not UTF-8"},
      {"{", Reason::kMalformed, "cut off"},
      {"{\"type\": \"e\"", Reason::kMalformed, "cut off"},
      {"{\"type\": \"e", Reason::kMalformed, "not closed"},
      {"{\"type\": \"e\", \"attrs\": {\"country\": \"x\"}", Reason::kMalformed, "not JSON"},
      {"{}}", Reason::kMalformed, "follows after"},
      {Record("") + "x", Reason::kMalformed, "not JSON"},
      {Record("") + " 1", Reason::kMalformed, "not JSON"},
      {Record("") + Record(""), Reason::kMalformed, "follows after"},
      {Record("") + ",", Reason::kMalformed, "not JSON"},
      {Record("\"x\": NaN"), Reason::kMalformed, "'NaN' is not a value"},
      {Record("\"amount\": NaN"), Reason::kMalformed, "'NaN' is not a value"},
      {Record("\"x\": -Infinity"), Reason::kMalformed, "'-Infinity' is not a value"},
      {Record("\"x\": nul"), Reason::kMalformed, "'nul' is not a value"},
      {Record("\"x\": nullx"), Reason::kMalformed, "'nullx' is not a value"},
      {Record("\"x\": tru e"), Reason::kMalformed, "'tru' is not a value"},
      {Record("\"x\": true false"), Reason::kMalformed, "not JSON"},
      {Record("\"x\": 01"), Reason::kMalformed, "'01' is not a value"},
      {Record("\"x\": 1."), Reason::kMalformed, "'1.' is not a value"},
      {Record("\"x\": .5"), Reason::kMalformed, "'.5' is not a value"},
      {Record("\"x\": +1"), Reason::kMalformed, "'+1' is not a value"},
      {Record("\"x\": [1, 02]"), Reason::kMalformed, "'02' is not a value"},
      {Record("\"x\": {\"y\": [{\"z\": 1e}]}"), Reason::kMalformed, "'1e' is not a value"},
      {Record("\"x\": [1, ]"), Reason::kMalformed, "not JSON"},
      {Record("\"x\": [1 2]"), Reason::kMalformed, "not JSON"},
      {Record("\"x\": [1}"), Reason::kMalformed, "not JSON"},
      {Record("\"x\": {\"y\"}"), Reason::kMalformed, "not JSON"},
      {Record("\"x\": {y: 1}"), Reason::kMalformed, "not JSON"},
      {Record("\"x\": {1: 1}"), Reason::kMalformed, "not JSON"},
      {Record("\"x\": 'y'"), Reason::kMalformed, "not JSON"},
      {Record("\"x\": \"a\" \"b\""), Reason::kMalformed, "not JSON"},
      {Record("\"x\": \"a\"b"), Reason::kMalformed, "not JSON"},
      {Record("\"x\":"), Reason::kMalformed, "not JSON"},
      {Record("\"x\" 1"), Reason::kMalformed, "not JSON"},
      {Record("\"x\": 1,"), Reason::kMalformed, "not JSON"},
      {Record(",\"x\": 1"), Reason::kMalformed, "not JSON"},
      {Record("\"x\": \"\\q\""), Reason::kMalformed, "an escape that is none"},
      {Record("\"x\": \"\\ud800\""), Reason::kMalformed, "an escape that is none"},
      {Record("\"\\q\": 1"), Reason::kMalformed, "an escape that is none"},
      {Record("\"x\": {\"\\u12\": 1}"), Reason::kMalformed, "an escape that is none"},
      {Record("\"x\": \"a\nb\""), Reason::kMalformed, "control character"},
      {Record("\"x\": \"a\tb\""), Reason::kMalformed, "control character"},
      {Record(R"("type": "e")"), Reason::kMalformed, "the member 'type' twice"},
      {Record(R"("t\u0079pe": "e")"), Reason::kMalformed, "the member 'type' twice"},
      {Record(R"("attrs": {"country": "a", "country": "b"})"), Reason::kMalformed, "the member 'country' twice"},
      {Record(R"("attrs": {}, "attrs": {})"), Reason::kMalformed, "the member 'attrs' twice"},
      {Record("\"x\": " + std::string(200, '[') + std::string(200, ']')), Reason::kMalformed, "more than 128 deep"},
      {std::string(1'000'000, '['), Reason::kMalformed, "not JSON"},
      {"hello", Reason::kMalformed, "does not begin with '{'"},
      {"type=e", Reason::kMalformed, "does not begin with '{'"},
      {"[1, 2", Reason::kMalformed, "does not begin with '{'"},
      {"}", Reason::kMalformed, "does not begin with '{'"},
      {"[{\"type\": \"e\"}]", Reason::kNotAnObject, "the record is an array"},
      {"\"text\"", Reason::kNotAnObject, "the record is a string"},
      {"42", Reason::kNotAnObject, "the record is a number"},
      {"true", Reason::kNotAnObject, "the record is a boolean"},
      {"null", Reason::kNotAnObject, "the record is null"},
      {"{}", Reason::kMissingType, "no 'type'"},
      {"{\"type\": null, \"time\": \"2010-12-01T09:41:00Z\"}", Reason::kMissingType, "no 'type'"},
      {"{\"x\": {\"type\": \"e\"}}", Reason::kMissingType, "no 'type'"},
      {"{\"type\": \"nobody\"}", Reason::kUnknownType, "no event of type 'nobody' is declared"},
      {"{\"type\": \"\"}", Reason::kUnknownType, "no event of type ''"},
      {"{\"type\": 5}", Reason::kUnknownType, "'type' should be a string, not the number 5"},
      {"{\"type\": {}}", Reason::kUnknownType, "'type' should be a string, not an object"},
      {"{\"type\": \"e\"}", Reason::kMissingTime, "no 'time'"},
      {"{\"type\": \"e\", \"time\": null}", Reason::kMissingTime, "no 'time'"},
      {"{\"type\": \"e\", \"time\": 1291196460}", Reason::kBadTime,
       "a string in RFC 3339 (such as 2010-12-01T09:41:00Z), not the number 1291196460"},
      {"{\"type\": \"e\", \"time\": \"2010-13-01T09:41:00Z\"}", Reason::kBadTime,
       "time '2010-13-01T09:41:00Z' is not RFC 3339"},
      {"{\"type\": \"e\", \"time\": \"\"}", Reason::kBadTime, "time '' is not RFC 3339"},
      {"{\"type\": \"e\", \"time\": \"9999-01-01T00:00:00Z\"}", Reason::kOutOfRange, "outside the years 1678 to 2262"},
      {Record("\"text\": 5"), Reason::kBadValue,
       "attribute 'text' should be of type string, not the number 5; a string is written in quotes"},
      {Record("\"text\": true"), Reason::kBadValue, "attribute 'text' should be of type string, not true"},
      {Record("\"text\": {\"a\": 1}"), Reason::kBadValue, "not an object"},
      {Record("\"text\": []"), Reason::kBadValue, "not an array"},
      {Record("\"count\": \"5\""), Reason::kBadValue,
       "should be of type int, not the string '5'; a number is written without quotes"},
      {Record("\"count\": 1.5"), Reason::kBadValue, "attribute 'count' is an int, and 1.5 is not a whole number"},
      {Record("\"count\": 9223372036854775808"), Reason::kOutOfRange, "more than its type int can hold"},
      {Record("\"count\": 1e400"), Reason::kOutOfRange, "more than its type int can hold"},
      {Record("\"ratio\": 1e400"), Reason::kOutOfRange, "more than its type double can hold"},
      {Record("\"ratio\": false"), Reason::kBadValue, "should be of type double, not false"},
      {Record("\"amount\": 1e16"), Reason::kOutOfRange, "more than its type decimal(3) can hold"},
      {Record("\"amount\": \"27.5\""), Reason::kBadValue, "should be of type decimal(3), not the string '27.5'"},
      {Record("\"paid\": 1"), Reason::kBadValue, "should be of type bool, not the number 1"},
      {Record("\"due\": 5"), Reason::kBadValue, "should be of type timestamp"},
      {Record("\"due\": \"tomorrow\""), Reason::kBadValue, "attribute 'due': time 'tomorrow' is not RFC 3339"},
      {Record("\"due\": \"3000-01-01T00:00:00Z\""), Reason::kOutOfRange,
       "attribute 'due': time '3000-01-01T00:00:00Z' is outside"},
      {Record("\"wait\": 5"), Reason::kBadValue, "should be of type duration"},
      {Record("\"wait\": \"5\""), Reason::kBadValue, "attribute 'wait': duration '5' has no unit"},
      {Record("\"score\": 0"), Reason::kOutOfRange, "attribute 'score' is 0, below its min of 1"},
      {Record("\"score\": 6"), Reason::kOutOfRange, "attribute 'score' is 6, above its max of 5"},
      {Record("\"text\": " + std::string(100, '9')), Reason::kBadValue, "9999…"},
  };
  return refusals;
}

TEST_CASE("What cannot be taken is refused with its reason and a sentence, and the next record is not disturbed") {
  JsonDecoder decoder(TestCatalog());
  for (const Refusal& refusal : Refusals()) {
    INFO(refusal.record.substr(0, 200));
    const Decoded decoded = Decode(&decoder, refusal.record);
    INFO(decoded.detail);
    CHECK(ReasonName(decoded.reason) == ReasonName(refusal.reason));
    CHECK(decoded.detail.find(refusal.detail) != std::string::npos);
    const Decoded next = Decode(&decoder, Record("\"count\": 3"));
    REQUIRE(next.reason == Reason::kNone);
    CHECK(next.values[0].empty());
    CHECK(next.values[1] == "3");
  }
  EventBatch batch;
  CHECK(decoder.Decode("{", &batch, nullptr) == Reason::kMalformed);  // the sentence is not asked for
}

TEST_CASE("A path may be a value for one event type and an object for another") {
  JsonDecoder decoder(TestCatalog());
  const Decoded decoded =
      Decode(&decoder, R"({"attrs": "all", "text": 7, "time": "2010-12-01T09:41:00Z", "type": "other"})");
  REQUIRE(decoded.reason == Reason::kNone);
  CHECK(decoded.values == std::vector<std::string>{"all", "7"});
  CHECK(Decode(&decoder, R"({"attrs": {"country": "x"}, "time": "2010-12-01T09:41:00Z", "type": "other"})").detail ==
        "attribute 'whole' should be of type string, not an object");
}

TEST_CASE("Unknown event types are ignored where that is asked for, broken records still are not") {
  JsonDecoder decoder(TestCatalog(), true);
  CHECK(Decode(&decoder, "{\"type\": \"nobody\"}").reason == Reason::kIgnored);
  CHECK(Decode(&decoder, "{\"type\": \"nobody\", \"x\": NaN}").reason == Reason::kMalformed);
  CHECK(Decode(&decoder, "{\"type\": 5}").reason == Reason::kUnknownType);
}

TEST_CASE("A record cut off anywhere is refused, and the next is read right") {
  const std::string record =
      R"({"type": "e", "time": "2010-12-01T09:41:00Z", "id": 7, "text": "a\u00e9\"告", "count": -7, )"
      R"("attrs": {"country": "France", "n": [1, 2.5, {"x": null}]}, "paid": true})";
  JsonDecoder decoder(TestCatalog());
  for (size_t size = 0; size < record.size(); ++size) {
    INFO(size);
    const Reason reason = Decode(&decoder, record.substr(0, size)).reason;
    const bool inside_letter = size > 0 && (static_cast<unsigned char>(record[size]) & 0xC0) == 0x80;
    CHECK(reason == (size == 0 ? Reason::kEmpty : inside_letter ? Reason::kEncoding : Reason::kMalformed));
    const Decoded next = Decode(&decoder, record);
    REQUIRE(next.reason == Reason::kNone);
    REQUIRE(next.values == std::vector<std::string>{"aé\"告", "-7", "", "", "true", "", "", "France", ""});
  }
}

TEST_CASE("A record with one byte changed is taken or refused, and the next is read right") {
  const std::string record = Record(R"("text": "a\nb", "count": 12, "attrs": {"country": "France"})");
  JsonDecoder decoder(TestCatalog());
  std::mt19937 random(tocsin::test::Seed(8));
  size_t refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string changed = record;
    changed[random() % changed.size()] = static_cast<char>(random() % 256);
    EventBatch batch;
    refused += decoder.Decode(changed, &batch, nullptr) != Reason::kNone;
    REQUIRE(decoder.Decode(record, &batch, nullptr) == Reason::kNone);
    REQUIRE(ToText(batch.views().back().attributes[0]) == "a\nb");
  }
  CHECK(refused > 5000);
}

TEST_CASE("Records of all lengths are read, long after short and short after long") {
  JsonDecoder decoder(TestCatalog());
  for (size_t size : {size_t{0}, size_t{10}, size_t{5000}, size_t{100}, size_t{1} << 20, size_t{1}, size_t{64},
                      size_t{63}, size_t{4096}}) {
    const std::string text(size, 'x');
    const Decoded decoded = Decode(&decoder, Record("\"text\": \"" + text + "\""));
    REQUIRE(decoded.reason == Reason::kNone);
    CHECK(decoded.values[0] == text);
  }
}

TEST_CASE("What a batch holds stays when the decoder goes on, and when it has been moved") {
  EventBatch batch;
  JsonDecoder first(TestCatalog());
  REQUIRE(first.Decode(Record(R"("text": "one", "attrs": {"country": "a\u0062"})"), &batch, nullptr) == Reason::kNone);
  JsonDecoder second = std::move(first);
  REQUIRE(second.Decode(Record(R"("text": "two")"), &batch, nullptr) == Reason::kNone);
  CHECK(batch.views()[0].attributes[0].AsString() == "one");
  CHECK(batch.views()[0].attributes[7].AsString() == "ab");
  CHECK(batch.views()[1].attributes[0].AsString() == "two");
  CHECK(batch.views()[1].attributes[7].absent());
}

}  // namespace
}  // namespace tocsin
