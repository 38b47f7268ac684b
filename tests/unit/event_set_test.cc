// What kind of attribute Event::Set makes of what a host hands it.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "support/catch.h"
#include "tocsin/event/event.h"

namespace tocsin {
namespace {

template <typename T>
Event::Attribute Kept(const T& value) {
  return Event("any").Set("name", value).attributes().at(0).second;
}

TEST_CASE("Set keeps numbers as what they are", "[event]") {
  CHECK(Kept(27.5) == Event::Attribute(27.5));
  CHECK(Kept(2.5F) == Event::Attribute(2.5));
  CHECK(Kept(true) == Event::Attribute(true));
  CHECK(Kept(7) == Event::Attribute(int64_t{7}));
  CHECK(Kept(int64_t{5'000'000'000}) == Event::Attribute(int64_t{5'000'000'000}));
  CHECK(Kept(5'000'000'000LL) == Event::Attribute(int64_t{5'000'000'000}));
  CHECK(Kept(size_t{7}) == Event::Attribute(int64_t{7}));
  CHECK(Kept(uint64_t{1} << 63) == Event::Attribute(9223372036854775808.0));
  CHECK(Event("any").Set("name", 27.5).attributes().at(0).second == Event::Attribute(27.5));
}

TEST_CASE("Set takes text in every form, and owns it", "[event]") {
  const Event::Attribute expected(std::string("France"));
  std::string text = "France";
  CHECK(Kept(text) == expected);
  CHECK(Kept(std::string_view(text)) == expected);
  CHECK(Kept(text.c_str()) == expected);
  CHECK(Event("any").Set("name", "France").attributes().at(0).second == expected);

  Event event("any");
  event.Set("name", std::string_view(text));
  text = "Norway";
  CHECK(event.attributes().at(0).second == expected);
}

TEST_CASE("Set takes times and durations of any precision", "[event]") {
  const Time time = FromNanos(1'500'000'000);
  CHECK(Kept(time) == Event::Attribute(time));
  CHECK(Kept(std::chrono::time_point_cast<std::chrono::milliseconds>(time)) == Event::Attribute(time));
  CHECK(Kept(std::chrono::minutes(2)) == Event::Attribute(Duration(std::chrono::seconds(120))));
  CHECK(Kept(Event::Attribute(2.0)) == Event::Attribute(2.0));
}

}  // namespace
}  // namespace tocsin
