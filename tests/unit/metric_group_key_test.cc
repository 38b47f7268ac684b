#include "metric/group_key.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "metric/group_table.h"
#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

std::string KeyOf(std::string_view text, int64_t number) {
  std::string key;
  AppendKey(Value::String(text), &key);
  AppendKey(Value::Int(number), &key);
  return key;
}

TEST_CASE("keys are ordered as their values are, whatever the bytes", "[metric]") {
  using namespace std::string_literals;
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  std::vector<std::string> texts = {""s,    "\0"s,   "\0\0"s, "\0\1"s, "\0\xff"s, "\1"s,  "a"s,
                                    "a\0"s, "a\0b"s, "a\1"s,  "ab"s,   "b"s,      "\xff"s};
  std::vector<int64_t> numbers = {kMin, -256, -1, 0, 1, 255, 256, kMax};
  for (const std::string& a : texts) {
    for (const std::string& b : texts) {
      for (int64_t i : numbers) {
        for (int64_t j : numbers) {
          REQUIRE((KeyOf(a, i) < KeyOf(b, j)) == (std::pair(a, i) < std::pair(b, j)));
          REQUIRE((KeyOf(a, i) == KeyOf(b, j)) == (a == b && i == j));
        }
      }
    }
  }
}

TEST_CASE("what was put into a key is taken out of it", "[metric]") {
  std::mt19937_64 random(tocsin::test::Seed(1));
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (uint64_t n = random() % 12; n > 0; --n) text += static_cast<char>(random() % 3);
    auto number = static_cast<int64_t>(random());
    std::string key = KeyOf(text, number);
    AppendKey(Value::Bool(round % 2 == 0), &key);
    std::string_view rest = key;
    std::string memory;
    REQUIRE(TakeKey(Kind::kString, &rest, &memory).AsString() == text);
    REQUIRE(TakeKey(Kind::kInt, &rest, &memory).AsInt() == number);
    REQUIRE(TakeKey(Kind::kBool, &rest, &memory).AsBool() == (round % 2 == 0));
    REQUIRE(rest.empty());
  }
}

TEST_CASE("rows are dense, zero at first, and never move", "[metric]") {
  GroupTable table(24);
  std::vector<std::byte*> rows;
  for (int i = 0; i < 5000; ++i) {
    std::string key = std::to_string(i) + std::string(i % 700 == 0 ? 40000 : 0, 'x');
    uint32_t row = table.FindOrAdd(key);
    REQUIRE(row == static_cast<uint32_t>(i));
    REQUIRE(table.FindOrAdd(key) == row);
    REQUIRE(table.key(row) == key);
    rows.push_back(table.row(row));
    for (int b = 0; b < 24; ++b) REQUIRE(rows.back()[b] == std::byte{0});
    rows.back()[23] = std::byte{1};
  }
  for (uint32_t i = 0; i < 5000; ++i) REQUIRE(table.row(i) == rows[i]);
  CHECK_FALSE(table.Find("no such"));
}

}  // namespace
}  // namespace tocsin
