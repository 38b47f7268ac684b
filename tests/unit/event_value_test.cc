#include "tocsin/event/value.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/event/reason.h"
#include "tocsin/event/type.h"

namespace tocsin {
namespace {

std::string Number(double number) {
  std::string text;
  AppendNumber(number, &text);
  return text;
}

std::string Json(const Value& value) {
  std::string text;
  AppendJson(value, &text);
  return text;
}

std::string JsonString(std::string_view string) {
  std::string text;
  AppendJsonString(string, &text);
  return text;
}

TEST_CASE("Numbers are written in the shortest digits that people would write") {
  struct Example {
    double number;
    const char* text;
  };
  const Example examples[] = {
      {0, "0"},
      {-0.0, "0"},
      {612, "612"},
      {612.5, "612.5"},
      {-27.5, "-27.5"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {100000, "100000"},
      {1e15, "1000000000000000"},
      {1e16, "1e+16"},
      {1e300, "1e+300"},
      {9007199254740993.0, "9007199254740992"},
      {0.000001, "0.000001"},
      {0.0000001, "1e-07"},
      {5e-324, "5e-324"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
  };
  for (const Example& example : examples) CHECK(Number(example.number) == example.text);
}

TEST_CASE("Any double is read back from its text") {
  std::mt19937_64 random(tocsin::test::Seed(1));
  for (int i = 0; i < 50000; ++i) {
    const uint64_t bits = random();
    double number;
    std::memcpy(&number, &bits, sizeof(number));
    if (i % 2 == 0) number = std::ldexp(static_cast<double>(static_cast<int64_t>(bits >> 12)), i % 60 - 50);
    if (!std::isfinite(number)) continue;
    REQUIRE(std::strtod(Number(number).c_str(), nullptr) == number);
  }
}

TEST_CASE("Decimals are written exactly, without zeros at the end") {
  struct Example {
    int64_t units;
    uint8_t digits;
    const char* text;
  };
  const Example examples[] = {
      {27500, 3, "27.5"},
      {27000, 3, "27"},
      {-27500, 3, "-27.5"},
      {5, 3, "0.005"},
      {-5, 3, "-0.005"},
      {0, 3, "0"},
      {100, 0, "100"},
      {INT64_MAX, 0, "9223372036854775807"},
      {INT64_MIN, 0, "-9223372036854775808"},
      {INT64_MIN, 18, "-9.223372036854775808"},
      {1, 18, "0.000000000000000001"},
  };
  for (const Example& example : examples) {
    const Value value = Value::Decimal(example.units, example.digits);
    CHECK(ToText(value) == example.text);
    CHECK(Json(value) == example.text);
  }
}

TEST_CASE("Every kind has its text and its JSON") {
  struct Example {
    Value value;
    const char* text;
    const char* json;
  };
  const Time t = *ParseTime("2010-12-01T09:41:00Z");
  const Example examples[] = {
      {Value(), "", "null"},
      {Value::Bool(true), "true", "true"},
      {Value::Bool(false), "false", "false"},
      {Value::Int(-42), "-42", "-42"},
      {Value::Int(INT64_MIN), "-9223372036854775808", "-9223372036854775808"},
      {Value::Double(0.5), "0.5", "0.5"},
      {Value::Double(INFINITY), "inf", "null"},
      {Value::Double(NAN), "nan", "null"},
      {Value::String("a\"b"), "a\"b", "\"a\\\"b\""},
      {Value::Timestamp(t), "2010-12-01T09:41:00Z", "\"2010-12-01T09:41:00Z\""},
      {Value::Span(std::chrono::minutes(90)), "1h30m", "\"1h30m\""},
  };
  for (const Example& example : examples) {
    CHECK(ToText(example.value) == example.text);
    CHECK(Json(example.value) == example.json);
  }
}

TEST_CASE("JSON strings are always valid JSON") {
  CHECK(JsonString("") == "\"\"");
  CHECK(JsonString("a\\b\"c/d") == "\"a\\\\b\\\"c/d\"");
  CHECK(JsonString("\n\r\t\b\f") == "\"\\n\\r\\t\\b\\f\"");
  CHECK(JsonString(std::string_view("\0\x01\x1f\x7f", 4)) == "\"\\u0000\\u0001\\u001f\x7f\"");
  CHECK(JsonString("告警 €") == "\"告警 €\"");
  CHECK(JsonString("a\xFFz") == "\"a\xEF\xBF\xBDz\"");
  CHECK(JsonString("\xE5\x91") == "\"\xEF\xBF\xBD\"");
}

TEST_CASE("Values are equal when kind and value are") {
  const std::string text = "France";
  CHECK(Value() == Value());
  CHECK_FALSE(Value() == Value::Int(0));
  CHECK(Value::Int(1) == Value::Int(1));
  CHECK_FALSE(Value::Int(1) == Value::Double(1));
  CHECK(Value::Double(0.0) == Value::Double(-0.0));
  CHECK_FALSE(Value::Double(NAN) == Value::Double(NAN));
  CHECK(Value::String(text) == Value::String("France"));
  CHECK_FALSE(Value::String("a") == Value::String("b"));
  CHECK(Value::Decimal(275, 1) == Value::Decimal(27500, 3));
  CHECK_FALSE(Value::Decimal(275, 1) == Value::Decimal(275, 2));
  CHECK(Value::Decimal(INT64_MAX, 0) == Value::Decimal(INT64_MAX, 0));
  CHECK_FALSE(Value::Decimal(INT64_MAX, 0) == Value::Decimal(INT64_MAX, 18));
  CHECK(Value::Bool(true) == Value::Bool(true));
  CHECK_FALSE(Value::Bool(true) == Value::Bool(false));
}

TEST_CASE("An owned value outlives its text") {
  OwnedValue owned;
  CHECK(owned.absent());
  {
    const std::string text(100, 'x');
    owned = OwnedValue(Value::String(text));
  }
  const OwnedValue copy = owned;
  CHECK(copy.view().AsString() == std::string(100, 'x'));
  CHECK(OwnedValue(Value::Int(7)).view() == Value::Int(7));
}

TEST_CASE("Types are named and read back") {
  for (const char* name :
       {"string", "int", "double", "bool", "decimal(0)", "decimal(3)", "decimal(18)", "timestamp", "duration"}) {
    INFO(name);
    const auto type = ParseType(name);
    REQUIRE(type.has_value());
    CHECK(TypeName(*type) == name);
  }
  for (const char* name : {"", "none", "Int", "float", "decimal", "decimal()", "decimal(19)", "decimal(-1)",
                           "decimal(3", "decimal(3) ", "decimal( 3)", "decimal(003)", "list(int)"}) {
    INFO(name);
    CHECK_FALSE(ParseType(name).has_value());
  }
  CHECK(TypeName(Type()) == "none");
}

TEST_CASE("Reasons have the words of the dead letters") {
  const char* const names[] = {"accepted",     "malformed",    "empty",        "encoding",      "not_an_object",
                               "missing_type", "unknown_type", "missing_time", "bad_time",      "out_of_range",
                               "bad_value",    "late",         "duplicate",    "too_far_ahead", "ignored"};
  for (size_t i = 0; i < kReasonCount; ++i) CHECK(ReasonName(static_cast<Reason>(i)) == names[i]);
}

}  // namespace
}  // namespace tocsin
