// The table against a std::map, with removals, growth and snapshots.
#include "metric/group_table.h"

#include <cstring>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

std::string Saved(const GroupTable& table) {
  ByteWriter out;
  table.Save(&out);
  return out.Take();
}

bool Loads(GroupTable* table, const std::string& bytes) {
  ByteReader in(bytes);
  return table->Load(&in);
}

uint64_t State(const GroupTable& table, uint32_t row) {
  uint64_t state = 0;
  std::memcpy(&state, table.row(row), sizeof(state));
  return state;
}

void SetState(const GroupTable& table, uint32_t row, uint64_t state) {
  std::memcpy(table.row(row), &state, sizeof(state));
}

TEST_CASE("a removed row's number is given again, with another generation and state zero", "[metric]") {
  GroupTable table(8);
  bool added = false;
  const std::string text = "a key that is longer than what a row holds itself";
  const uint32_t a = table.FindOrAdd("a", GroupTable::Hash("a"), &added);
  CHECK(added);
  const uint32_t b = table.FindOrAdd(text, GroupTable::Hash(text), &added);
  CHECK(table.FindOrAdd(text, GroupTable::Hash(text), &added) == b);
  CHECK_FALSE(added);
  SetState(table, b, 77);
  const uint16_t generation = table.generation(b);
  table.Remove(a);
  table.Remove(b);
  CHECK(table.size() == 0);
  CHECK(table.end() == 2);
  CHECK_FALSE(table.alive(b));
  CHECK(table.generation(b) != generation);
  CHECK(table.key(b).empty());
  CHECK_FALSE(table.Find(text));
  CHECK(State(table, b) == 0);
  CHECK(Saved(table).find("longer") == std::string::npos);  // not in freed memory either
  CHECK(table.FindOrAdd("c") == b);
  CHECK(table.FindOrAdd("") == a);
  CHECK(State(table, b) == 0);
  CHECK(table.generation(b) != generation);
  CHECK(table.key(b) == "c");
}

TEST_CASE("rows of 40 to 64 bytes with their keys have a line each, and all are aligned", "[metric]") {
  for (size_t bytes : {size_t{0}, size_t{4}, size_t{8}, size_t{9}, size_t{32}, size_t{33}}) {
    CAPTURE(bytes);
    GroupTable table(bytes);
    for (int i = 0; i < 10; ++i) {
      const uint32_t row = table.FindOrAdd(std::to_string(i));
      const auto address = reinterpret_cast<uintptr_t>(table.row(row));
      CHECK(address % 8 == 0);
      if (bytes > 8 && bytes <= 32) CHECK(address % 64 == 32);
    }
  }
}

TEST_CASE("randomised: the table agrees with a map, through growth, removals and snapshots", "[metric]") {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(tocsin::test::Seed(seed));
    const size_t row_bytes = 8 + random() % 100;
    GroupTable table(row_bytes);
    std::map<std::string, uint32_t> rows;
    std::map<std::string, uint64_t> states;
    const uint64_t variety = seed % 3 == 0 ? 50 : 20000;
    for (int step = 0; step < 20000; ++step) {
      const uint64_t number = random() % variety;
      std::string key = std::to_string(number) + std::string(number % 4 == 0 ? number % 60 : 0, 'k');
      if (random() % 4 != 0) {
        bool added = false;
        const uint32_t row = table.FindOrAdd(key, GroupTable::Hash(key), &added);
        REQUIRE(added == !rows.contains(key));
        if (added) {
          REQUIRE(State(table, row) == 0);
          rows[key] = row;
        }
        REQUIRE(rows[key] == row);
        SetState(table, row, states[key] = random());
      } else if (rows.contains(key)) {
        table.Remove(rows[key]);
        rows.erase(key);
        states.erase(key);
      } else {
        REQUIRE_FALSE(table.Find(key));
      }
      REQUIRE(table.size() == rows.size());
      if (step % 6000 == 5999) {
        const std::string bytes = Saved(table);
        GroupTable loaded(row_bytes);
        REQUIRE(Loads(&loaded, bytes));
        REQUIRE(Saved(loaded) == bytes);
        std::swap(table, loaded);
      }
    }
    std::set<uint32_t> visited;
    table.ForEach([&](uint32_t row) { visited.insert(row); });
    REQUIRE(visited.size() == rows.size());
    for (const auto& [key, row] : rows) {
      REQUIRE(table.Find(key) == row);
      REQUIRE(table.key(row) == key);
      REQUIRE(State(table, row) == states[key]);
      REQUIRE(visited.contains(row));
    }
  }
}

TEST_CASE("keys of one hash are told apart", "[metric]") {
  GroupTable table(8);
  std::vector<std::string> keys;
  for (int i = 0; i < 500; ++i) keys.push_back(std::to_string(i));
  for (uint32_t i = 0; i < 500; ++i) REQUIRE(table.FindOrAdd(keys[i], 5) == i);
  for (uint32_t i = 0; i < 500; ++i) REQUIRE(table.Find(keys[i], 5) == i);
  CHECK_FALSE(table.Find("500", 5));
}

TEST_CASE("a snapshot of another row size is refused", "[metric]") {
  GroupTable table(8);
  table.FindOrAdd("a");
  GroupTable other(100);
  CHECK_FALSE(Loads(&other, Saved(table)));
  CHECK(other.FindOrAdd("a") == 0);
}

TEST_CASE("damaged tables are refused or harmless", "[metric]") {
  GroupTable table(8);
  for (int i = 0; i < 40; ++i) table.FindOrAdd(std::to_string(i) + std::string(i % 3 == 0 ? 40 : 0, 'x'));
  for (uint32_t row = 0; row < 40; row += 5) table.Remove(row);
  const std::string good = Saved(table);
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    std::mt19937_64 random(tocsin::test::Seed(seed));
    std::string bad = good;
    for (uint64_t n = 1 + random() % 3; n > 0; --n) bad[random() % bad.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bad.resize(random() % bad.size());
    GroupTable loaded(8);
    if (!Loads(&loaded, bad)) {
      REQUIRE(loaded.size() == 0);
      REQUIRE(loaded.end() == 0);
    }
    size_t length = 0;
    loaded.ForEach([&](uint32_t row) { length += loaded.key(row).size(); });
    for (int i = 0; i < 60; ++i) loaded.FindOrAdd(std::to_string(i) + std::string(50, 'y'));
    while (loaded.size() > 0) loaded.ForEach([&](uint32_t row) { loaded.Remove(row); });
    REQUIRE(length < 1'000'000);
  }
}

}  // namespace
}  // namespace tocsin
