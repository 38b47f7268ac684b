// The buffer against a list that is sorted again at every question.
#include "engine/reorder_buffer.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

std::string Saved(const ReorderBuffer& buffer) {
  ByteWriter out;
  buffer.Save(&out);
  return out.Take();
}

bool Loads(ReorderBuffer* buffer, const std::string& bytes) {
  ByteReader in(bytes);
  return buffer->Load(&in, [](const EventView&) { return true; });
}

std::vector<uint64_t> Given(ReorderBuffer* buffer) {
  std::vector<uint64_t> tags;
  EventView event;
  uint64_t tag = 0;
  while (buffer->Next(&event, &tag)) tags.push_back(tag);
  return tags;
}

EventView At(Time time) {
  EventView event;
  event.time = time;
  return event;
}

TEST_CASE("an event is held until the newest is D ahead of it", "[engine]") {
  ReorderBuffer buffer(10s);
  CHECK_FALSE(buffer.NextDue());
  buffer.Add(At(kStart), 1);
  CHECK(Given(&buffer).empty());
  CHECK(buffer.NextDue() == kStart + 10s);
  buffer.Add(At(kStart + 10s - 1ns), 2);
  CHECK(Given(&buffer).empty());
  buffer.Add(At(kStart + 10s), 3);
  CHECK(Given(&buffer) == std::vector<uint64_t>{1});
  buffer.SeenTime(kStart + 20s - 1ns);
  CHECK(Given(&buffer) == std::vector<uint64_t>{2});
  buffer.SeenTime(kStart);  // never back
  buffer.Add(At(kStart + 5s), 4);
  CHECK(Given(&buffer) == std::vector<uint64_t>{4});  // too late for its place, so at once
  CHECK(buffer.size() == 1);
}

TEST_CASE("without delay events pass through", "[engine]") {
  ReorderBuffer buffer(0s);
  buffer.Add(At(kStart), 1);
  buffer.Add(At(kStart - 1s), 2);
  CHECK(Given(&buffer) == std::vector<uint64_t>{2, 1});
}

TEST_CASE("the buffer owns what it holds, through a snapshot too", "[engine]") {
  ReorderBuffer buffer(1s);
  {
    std::string text(100, 'x');
    std::string id = "id-1";
    std::vector<Value> attributes{Value::String(text), Value(),           Value::Decimal(-27500, 3),
                                  Value::Double(0.1),  Value::Bool(true), Value::Timestamp(kStart),
                                  Value::Span(5s),     Value::Int(-1),    Value::String("")};
    EventView event{7, kStart, id, attributes};
    buffer.Add(event, 42);
  }
  ReorderBuffer loaded(1s);
  REQUIRE(Loads(&loaded, Saved(buffer)));
  for (ReorderBuffer* each : {&buffer, &loaded}) {
    each->SeenTime(kStart + 1s);
    EventView event;
    uint64_t tag = 0;
    REQUIRE(each->Next(&event, &tag));
    CHECK(tag == 42);
    CHECK(event.type == 7);
    CHECK(event.time == kStart);
    CHECK(event.id == "id-1");
    REQUIRE(event.attributes.size() == 9);
    CHECK(event.attributes[0].AsString() == std::string(100, 'x'));
    CHECK(event.attributes[1].absent());
    CHECK(event.attributes[2].AsDecimalUnits() == -27500);
    CHECK(event.attributes[2].digits() == 3);
    CHECK(event.attributes[3].AsDouble() == 0.1);
    CHECK(event.attributes[4].AsBool());
    CHECK(event.attributes[5].AsTime() == kStart);
    CHECK(event.attributes[6].AsDuration() == 5s);
    CHECK(event.attributes[7].AsInt() == -1);
    CHECK(event.attributes[8].AsString().empty());
  }
}

TEST_CASE("held events can be removed, and leave nothing", "[engine]") {
  ReorderBuffer buffer(1s);
  for (uint64_t i = 0; i < 10; ++i) {
    const std::string id = "id-" + std::to_string(i % 2);
    EventView event = At(kStart + 10ms * (10 - i));
    event.id = id;
    buffer.Add(event, i);
  }
  CHECK(buffer.RemoveIf([](const EventView& event) { return event.id == "id-1"; }) == 5);
  CHECK(Saved(buffer).find("id-1") == std::string::npos);
  buffer.SeenTime(kStart + 1min);
  CHECK(Given(&buffer) == std::vector<uint64_t>{8, 6, 4, 2, 0});
}

TEST_CASE("randomised: the order of a sorted list, through snapshots too", "[engine]") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(tocsin::test::Seed(seed));
    const Duration delay = Duration(random() % 20);
    ReorderBuffer buffer(delay);
    std::vector<std::pair<Time, uint64_t>> obvious;  // by arrival, which is also the tag
    Time newest = Time::min();
    uint64_t arrivals = 0;
    size_t settled = 0;
    for (int step = 0; step < 5000; ++step) {
      const Time time = kStart + Duration(static_cast<int64_t>(step / 3) + static_cast<int64_t>(random() % 30));
      newest = std::max(newest, time);
      if (random() % 5 == 0) {
        buffer.SeenTime(time);
      } else {
        buffer.Add(At(time), arrivals);
        obvious.emplace_back(time, arrivals++);
      }
      if (random() % 3 != 0) continue;
      std::sort(obvious.begin(), obvious.end());
      std::vector<uint64_t> expected;
      while (!obvious.empty() && obvious.front().first + delay <= newest) {
        expected.push_back(obvious.front().second);
        obvious.erase(obvious.begin());
      }
      REQUIRE(Given(&buffer) == expected);
      REQUIRE(buffer.size() == obvious.size());
      if (step == 2500) settled = buffer.bytes();
      if (random() % 200 == 0) {
        const std::string bytes = Saved(buffer);
        REQUIRE(Loads(&buffer, bytes));
        REQUIRE(Saved(buffer) == bytes);
      }
    }
    if (settled != 0) CHECK(buffer.bytes() <= settled * 2);
  }
}

TEST_CASE("damaged buffers are refused or harmless", "[engine]") {
  ReorderBuffer buffer(1s);
  for (int i = 0; i < 10; ++i) {
    const std::string id = std::to_string(i);
    const std::vector<Value> attributes{Value::String(id), Value::Int(i), Value()};
    buffer.Add({static_cast<uint32_t>(i % 2), kStart, id, attributes}, 0);
  }
  const std::string good = Saved(buffer);
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    std::mt19937_64 random(tocsin::test::Seed(seed));
    std::string bad = good;
    for (uint64_t n = 1 + random() % 3; n > 0; --n) bad[random() % bad.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bad.resize(random() % bad.size());
    ReorderBuffer loaded(1s);
    ByteReader in(bad);
    const bool taken = loaded.Load(&in, [](const EventView& event) { return event.type < 2; });
    if (!taken) REQUIRE(loaded.size() == 0);
    loaded.SeenTime(Time::max());
    EventView event;
    uint64_t tag = 0;
    size_t bytes = 0;
    while (loaded.Next(&event, &tag)) {
      REQUIRE(event.type < 2);
      for (const Value& value : event.attributes) bytes += ToText(value).size();
    }
    REQUIRE(bytes < 10'000);
  }
}

}  // namespace
}  // namespace tocsin
