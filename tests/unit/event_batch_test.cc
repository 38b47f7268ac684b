#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/event/event.h"

namespace tocsin {
namespace {

// What a batch should hold, by copies of everything.
struct Expected {
  uint32_t type;
  Time time;
  std::string id;
  std::vector<OwnedValue> attributes;
};

void Check(const EventBatch& batch, const std::vector<Expected>& expected) {
  REQUIRE(batch.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const EventView& view = batch.views()[i];
    REQUIRE(view.type == expected[i].type);
    REQUIRE(view.time == expected[i].time);
    REQUIRE(view.id == expected[i].id);
    REQUIRE(view.attributes.size() == expected[i].attributes.size());
    for (size_t k = 0; k < view.attributes.size(); ++k) REQUIRE(view.attributes[k] == expected[i].attributes[k].view());
  }
}

TEST_CASE("A batch owns what its views borrow, through growth, removal and reuse") {
  std::mt19937 random(tocsin::test::Seed(3));
  EventBatch batch;
  for (int round = 0; round < 20; ++round) {
    std::vector<Expected> expected;
    batch.Clear();
    const int count = static_cast<int>(random() % 3000);
    for (int i = 0; i < count; ++i) {
      if (!expected.empty() && random() % 10 == 0) {
        batch.RemoveLast();
        expected.pop_back();
        continue;
      }
      std::string id(random() % 20, static_cast<char>('a' + random() % 26));
      if (random() % 500 == 0) id.assign(100'000, 'z');  // larger than a block
      Expected event{static_cast<uint32_t>(random() % 5), FromNanos(i), id, std::vector<OwnedValue>(random() % 12)};
      Value* attributes = batch.Add(event.type, event.time, id, event.attributes.size());
      for (size_t k = 0; k < event.attributes.size(); ++k) {
        REQUIRE(attributes[k].absent());
        if (random() % 3 == 0) continue;
        const std::string text(random() % 30, static_cast<char>('A' + random() % 26));
        attributes[k] = random() % 2 == 0 ? Value::String(batch.Own(text)) : Value::Int(i);
        event.attributes[k] = OwnedValue(attributes[k]);
      }
      expected.push_back(std::move(event));
    }
    Check(batch, expected);
  }
}

TEST_CASE("An event by name keeps what it was given") {
  std::string name = "refund";
  Event event(name);
  CHECK_FALSE(event.has_time());
  event.At(FromNanos(5)).Id("7").Set("country", "France").Set("amount", 27.5).Set("lines", 3).Set("paid", true);
  name = "changed";
  CHECK(event.type() == "refund");
  CHECK(event.has_time());
  CHECK(event.time() == FromNanos(5));
  CHECK(event.id() == "7");
  REQUIRE(event.attributes().size() == 4);
  CHECK(std::get<std::string>(event.attributes()[0].second) == "France");
  CHECK(std::get<double>(event.attributes()[1].second) == 27.5);
  CHECK(std::get<int64_t>(event.attributes()[2].second) == 3);
  CHECK(std::get<bool>(event.attributes()[3].second));
}

}  // namespace
}  // namespace tocsin
