#include "rule/summary.h"

#include "support/catch.h"

namespace tocsin {
namespace {

const std::vector<Summary::Name> kNames = {
    {"country", Kind::kString, 0}, {"refunds_24h", Kind::kDouble, 1}, {"shop", Kind::kInt, 2}};

std::string WriteOrComplain(const char* text, double refunds) {
  std::vector<Diagnostic> mistakes;
  Summary summary = Summary::Compile(text, kNames, "summary", &mistakes);
  if (!mistakes.empty()) return mistakes[0].message + "|" + mistakes[0].hint;
  Value values[] = {Value::String("France"), Value::Double(refunds), Value::Int(7)};
  return summary.Write(values);
}

TEST_CASE("a summary is text with values", "[rule]") {
  struct Case {
    const char* text;
    const char* expected;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"", ""},
           {"plain", "plain"},
           {"Refunds of {refunds_24h:.2f} GBP in {country}", "Refunds of 612.50 GBP in France"},
           {"{refunds_24h}", "612.5"},
           {"{shop:04}", "0007"},
           {"{country:>8}|", "  France|"},
           {"{{{country}}}", "{France}"},
           {"{contry}", "nothing here is named 'contry'|did you mean 'country'?"},
           {"{", "a '{' without its '}'|write '{{' for the character itself"},
           {"}", "a '}' without its '{'|write '}}' for the character itself"},
           {"{}", "'{}' names nothing|write the name of a metric, key or label, such as {customer}"},
       }) {
    CAPTURE(c.text);
    CHECK(WriteOrComplain(c.text, 612.5) == c.expected);
  }
}

TEST_CASE("a format that does not suit its value is refused when the summary is compiled", "[rule]") {
  CHECK(WriteOrComplain("{country:.2f}", 1).find("'.2f' is no format for a string") == 0);
  CHECK(WriteOrComplain("{refunds_24h:d}", 1).find("'d' is no format for a double") == 0);
  CHECK(WriteOrComplain("{refunds_24h:{shop}}", 1).find("is no format") != std::string::npos);
}

TEST_CASE("an absent value is no data, whatever its format", "[rule]") {
  std::vector<Diagnostic> mistakes;
  Summary summary = Summary::Compile("{refunds_24h:.2f} in {country}", kNames, "summary", &mistakes);
  REQUIRE(mistakes.empty());
  Value values[] = {Value::String("France"), Value(), Value()};
  CHECK(summary.Write(values) == "no data in France");
}

}  // namespace
}  // namespace tocsin
