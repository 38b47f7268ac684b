#include "tocsin/event/catalog.h"

#include <string>
#include <vector>

#include "support/catch.h"

namespace tocsin {
namespace {

AttributeSpec Attribute(std::string name, Type type = Kind::kString, std::string from = {}) {
  AttributeSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.from = std::move(from);
  return spec;
}

TEST_CASE("Event types and attributes are found by name") {
  std::vector<Diagnostic> mistakes;
  const Catalog catalog = Catalog::Create({{"visit", {Attribute("customer"), Attribute("seconds", Kind::kInt)}, {}},
                                           {"purchase", {}, {}},
                                           {"alert", {}, {}}},
                                          &mistakes);
  REQUIRE(mistakes.empty());
  REQUIRE(catalog.events().size() == 3);
  CHECK(catalog.FindEvent("visit") == 0);  // numbered as declared
  CHECK(catalog.FindEvent("purchase") == 1);
  CHECK(catalog.FindEvent("alert") == 2);
  CHECK_FALSE(catalog.FindEvent("visi").has_value());
  CHECK_FALSE(catalog.FindEvent("visits").has_value());
  CHECK_FALSE(catalog.FindEvent("").has_value());
  CHECK(catalog.FindSlot(0, "customer") == 0);
  CHECK(catalog.FindSlot(0, "seconds") == 1);
  CHECK_FALSE(catalog.FindSlot(1, "customer").has_value());
  CHECK_FALSE(Catalog().FindEvent("visit").has_value());
}

TEST_CASE("Each mistake is told, the rest is kept") {
  struct Example {
    EventSpec event;
    const char* problem;
  };
  AttributeSpec bounded = Attribute("amount", Type::Decimal(3));
  bounded.min = 5;
  bounded.max = 4;
  AttributeSpec text_with_min = Attribute("name");
  text_with_min.min = 0;
  AttributeSpec not_a_number = Attribute("amount", Kind::kDouble);
  not_a_number.max = std::stod("nan");
  const Example examples[] = {
      {{"", {}, {}}, "needs a name"},
      {{"order placed", {}, {}}, "needs a name"},
      {{"2nd", {}, {}}, "needs a name"},
      {{"known", {}, {}}, "declared twice"},
      {{"e", {Attribute("")}, {}}, "needs a name"},
      {{"e", {Attribute("a-b")}, {}}, "needs a name"},
      {{"e", {Attribute("a.b")}, {}}, "needs a name"},
      {{"e", {Attribute("a"), Attribute("a", Kind::kInt)}, {}}, "has the attribute 'a' twice"},
      {{"e", {Attribute("type")}, {}}, "'type' is taken"},
      {{"e", {Attribute("time")}, {}}, "'time' is taken"},
      {{"e", {Attribute("id")}, {}}, "'id' is taken"},
      {{"e", {Attribute("a", Type())}, {}}, "needs a type"},
      {{"e", {Attribute("a", Kind::kInt, ".")}, {}}, "empty part"},
      {{"e", {Attribute("a", Kind::kInt, "a..b")}, {}}, "empty part"},
      {{"e", {Attribute("a", Kind::kInt, ".a")}, {}}, "empty part"},
      {{"e", {Attribute("a", Kind::kInt, "a.")}, {}}, "empty part"},
      {{"e", {Attribute("a", Kind::kInt, "a b")}, {}}, "space"},
      {{"e", {Attribute("a", Kind::kInt, "a[0]")}, {}}, "bracket"},
      {{"e", {Attribute("a", Kind::kInt, "a\"b")}, {}}, "quote"},
      {{"e", {Attribute("a", Kind::kInt, "a\xFF")}, {}}, "UTF-8"},
      {{"e", {bounded}, {}}, "'min' of attribute 'amount', 5, is not below its 'max', 4"},
      {{"e", {text_with_min}, {}}, "'min' and 'max' are for numbers"},
      {{"e", {not_a_number}, {}}, "no number fits"},
  };
  for (const Example& example : examples) {
    std::vector<Diagnostic> mistakes;
    const Catalog catalog = Catalog::Create({{"known", {Attribute("customer")}, {}}, example.event}, &mistakes);
    INFO(example.problem);
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes[0].message.find(example.problem) != std::string::npos);
    CHECK(catalog.FindEvent("known") == 0);
    CHECK(catalog.FindSlot(0, "customer") == 0);
  }
}

TEST_CASE("Paths may hold what members of records are called") {
  for (const char* path : {"value", "attrs.country", "a.b.c", "first-name", "@timestamp", "$id", "größe", "0"}) {
    std::vector<Diagnostic> mistakes;
    Catalog::Create({{"e", {Attribute("a", Kind::kInt, path)}, {}}}, &mistakes);
    INFO(path);
    CHECK(mistakes.empty());
  }
}

TEST_CASE("A mistake points to where it was declared") {
  AttributeSpec attribute = Attribute("type");
  attribute.origin = SourceText("type: string");
  std::vector<Diagnostic> mistakes;
  Catalog::Create({{"e", {attribute}, {}}}, &mistakes);
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes[0].file == "event e, attribute type");
  CHECK(mistakes[0].source_line == "type: string");
}

}  // namespace
}  // namespace tocsin
