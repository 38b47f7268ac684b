// The ring against lists of all events, of which it may only lose the oldest.
#include "engine/evidence.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);

std::string Saved(const Evidence& evidence) {
  ByteWriter out;
  evidence.Save(&out);
  return out.Take();
}

bool Loads(Evidence* evidence, const std::string& bytes) {
  ByteReader in(bytes);
  return evidence->Load(&in);
}

std::vector<std::string> Ids(Evidence* evidence, uint64_t newest, uint32_t grouping, size_t most = Evidence::kTold) {
  std::vector<std::string> ids;
  evidence->Walk(
      newest, grouping, [&](const EventView& event) { ids.emplace_back(event.id); }, most);
  return ids;
}

uint64_t Add(Evidence* evidence, const std::string& id, std::vector<Evidence::Link> groups,
             const std::vector<Value>& attributes = {}) {
  return evidence->Add({3, kStart, id, attributes}, groups);
}

TEST_CASE("an event comes back as it was", "[engine]") {
  Evidence evidence(100'000);
  const std::string just(64, 'x');
  const std::string longer(65, 'x');
  const std::string umlauts = "x" + [] {
    std::string text;
    for (int i = 0; i < 40; ++i) text += "\xC3\xA4";
    return text;
  }();
  const std::vector<Value> attributes{Value::String(just),       Value(),
                                      Value::Decimal(-27500, 3), Value::Double(0.1),
                                      Value::Bool(true),         Value::Timestamp(kStart),
                                      Value::Span(Duration(5)),  Value::Int(-1),
                                      Value::String(""),         Value::String(longer),
                                      Value::String(umlauts)};
  const uint64_t position = Add(&evidence, "id-1", {{0, 0}}, attributes);
  int visits = 0;
  evidence.Walk(position, 0, [&](const EventView& event) {
    ++visits;
    CHECK(event.type == 3);
    CHECK(event.time == kStart);
    CHECK(event.id == "id-1");
    REQUIRE(event.attributes.size() == attributes.size());
    for (size_t i = 0; i < 9; ++i) {
      CHECK(event.attributes[i].kind() == attributes[i].kind());
      CHECK(event.attributes[i] == attributes[i]);
    }
    CHECK(event.attributes[2].digits() == 3);
    CHECK(event.attributes[9].AsString() == std::string(61, 'x') + "\xE2\x80\xA6");
    CHECK(event.attributes[10].AsString() == umlauts.substr(0, 61) + "\xE2\x80\xA6");
  });
  CHECK(visits == 1);
}

TEST_CASE("an event is found by each group that it reached, five of them at most", "[engine]") {
  Evidence evidence(100'000);
  uint64_t customer = 0;
  uint64_t country = 0;
  for (int i = 0; i < 8; ++i) {
    std::vector<Evidence::Link> groups{{1, country}};
    if (i % 2 == 0) groups.push_back({0, customer});
    const uint64_t position = Add(&evidence, std::to_string(i), groups);
    country = position;
    if (i % 2 == 0) customer = position;
  }
  CHECK(Ids(&evidence, customer, 0) == std::vector<std::string>{"6", "4", "2", "0"});
  CHECK(Ids(&evidence, country, 1) == std::vector<std::string>{"7", "6", "5", "4", "3"});
  CHECK(Ids(&evidence, 0, 1).empty());
  evidence.Forget(customer, 0);
  CHECK(Ids(&evidence, customer, 0).empty());
  CHECK(Ids(&evidence, country, 1) == std::vector<std::string>{"7", "5", "3", "1"});
}

TEST_CASE("what is forgotten is not in the memory", "[engine]") {
  Evidence evidence(4096);
  const std::string name = "Ada Lovelace";
  uint64_t ada = 0;
  uint64_t other = 0;
  for (int i = 0; i < 200; ++i) {
    if (i % 3 == 0) {
      ada = Add(&evidence, "ada", {{0, ada}}, {Value::String(name)});
    } else {
      other = Add(&evidence, "id", {{0, other}}, {Value::Int(i)});
    }
  }
  CHECK(Saved(evidence).find("Lovelace") != std::string::npos);
  evidence.Forget(ada, 0);
  CHECK(Saved(evidence).find("Lovelace") == std::string::npos);
  CHECK(Saved(evidence).find("ada") == std::string::npos);
  CHECK(Ids(&evidence, other, 0).size() == 5);
}

TEST_CASE("an event too large for the ring is not kept, and the ring goes on", "[engine]") {
  Evidence evidence(1024);
  const uint64_t first = Add(&evidence, "a", {{0, 0}});
  CHECK(first != 0);
  CHECK(Add(&evidence, "b", {{0, first}}, std::vector<Value>(40, Value::Int(1))) == 0);
  CHECK(Ids(&evidence, Add(&evidence, "c", {{0, first}}), 0) == std::vector<std::string>{"c", "a"});
  Evidence none(0);
  CHECK(Add(&none, "a", {{0, 0}}) == 0);
  CHECK(Loads(&none, Saved(none)));
}

TEST_CASE("randomised: what is found is what was last, through snapshots too", "[engine]") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(tocsin::test::Seed(seed));
    const size_t memory = 1000 + random() % 20000;
    Evidence evidence(memory);
    std::map<std::pair<uint32_t, uint64_t>, std::pair<uint64_t, std::vector<std::string>>> groups;
    for (int step = 0; step < 5000; ++step) {
      const std::string id = std::to_string(step) + std::string(random() % 20, 'i');
      std::vector<Evidence::Link> links;
      std::vector<std::pair<uint32_t, uint64_t>> reached;
      for (uint32_t grouping = 0; grouping < 3; ++grouping) {
        if (random() % 3 == 0) continue;
        reached.emplace_back(grouping, random() % (grouping * 20 + 1));
        links.push_back({grouping, groups[reached.back()].first});
      }
      const std::vector<Value> attributes(random() % 5, random() % 2 == 0 ? Value::Int(step) : Value::String(id));
      const uint64_t position = Add(&evidence, id, links, attributes);
      REQUIRE(position != 0);
      for (const auto& group : reached) {
        groups[group].first = position;
        groups[group].second.insert(groups[group].second.begin(), id);
      }
      if (random() % 1000 == 0) {
        const std::string bytes = Saved(evidence);
        REQUIRE(Loads(&evidence, bytes));
        REQUIRE(Saved(evidence) == bytes);
      }
      if (groups.empty()) continue;
      const auto& [group, told] = *std::next(groups.begin(), static_cast<long>(random() % groups.size()));
      const std::vector<std::string> found = Ids(&evidence, told.first, group.first);
      REQUIRE(found.size() <= std::min<size_t>(5, told.second.size()));
      REQUIRE(std::equal(found.begin(), found.end(), told.second.begin()));
      // No event takes more than 220 bytes here, so the last few of them all are still there.
      if (!reached.empty()) {
        const auto& newest = groups[reached.front()];
        REQUIRE(Ids(&evidence, newest.first, reached.front().first).at(0) == id);
      }
    }
  }
}

TEST_CASE("the ring holds as much as it was given", "[engine]") {
  Evidence evidence(64 * 1000);
  uint64_t newest = 0;
  for (int i = 0; i < 5000; ++i) newest = Add(&evidence, "12345678", {{0, newest}}, {Value::Int(1)});
  // 24 bytes, a group, an id, a word of kinds and one value: 56 bytes. What cannot be used is less than one event's
  // most, at the end.
  const size_t held = Ids(&evidence, newest, 0, SIZE_MAX).size();
  CHECK(held <= 64 * 1000 / 56);
  CHECK(held >= 64 * 1000 / 56 - 5);
}

TEST_CASE("damaged rings and positions find nothing or something of the right form", "[engine]") {
  Evidence evidence(2048);
  uint64_t newest = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string text = std::to_string(i);
    newest = Add(&evidence, text, {{0, newest}}, {Value::String(text), Value::Int(i), Value::Decimal(i, 2)});
  }
  const std::string good = Saved(evidence);
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    std::mt19937_64 random(tocsin::test::Seed(seed));
    std::string bad = good;
    for (uint64_t n = 1 + random() % 30; n > 0; --n)
      bad[20 + random() % (bad.size() - 20)] = static_cast<char>(random());
    if (random() % 8 == 0) bad[random() % 32] = static_cast<char>(random());
    if (random() % 8 == 0) bad.resize(random() % bad.size());
    Evidence loaded(2048);
    Loads(&loaded, bad);
    size_t length = 0;
    for (uint64_t position = 0; position < newest + 100; ++position) {
      loaded.Walk(position, 0, [&](const EventView& event) {
        for (const Value& value : event.attributes) length += ToText(value).size();
      });
    }
    loaded.Forget(newest, 0);
    for (int i = 0; i < 60; ++i) Add(&loaded, "x", {{0, random()}});
  }
}

}  // namespace
}  // namespace tocsin
