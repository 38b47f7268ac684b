// The book of alerts against a map.
#include "engine/alert_book.h"

#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

std::vector<uint32_t> RulesOf(AlertBook& book, uint32_t first) {
  std::vector<uint32_t> rules;
  for (uint32_t number = first; number != 0; number = book.At(number).next) rules.push_back(book.At(number).which.rule);
  return rules;
}

TEST_CASE("randomised: alerts are found, added and removed as in a map, the newest first, also after they were saved",
          "[engine]") {
  std::mt19937_64 random(test::Seed(20261129));
  auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  for (int round = 0; round < 20; ++round) {
    AlertBook book;
    constexpr uint32_t kRows = 5;
    std::vector<uint32_t> firsts(kRows);
    std::vector<std::vector<uint32_t>> expected(kRows);  // rules, the newest first
    const uint32_t rules = 1 + below(200);
    for (int step = 0; step < 1000; ++step) {
      const uint32_t row = below(kRows);
      const uint32_t rule = below(rules);
      auto& there = expected[row];
      const auto place = std::find(there.begin(), there.end(), rule);
      REQUIRE((book.Find(firsts[row], rule) != nullptr) == (place != there.end()));
      if (place == there.end()) {
        AlertRecord& record = book.Add(&firsts[row], {rule, row}, below(2) == 0);
        book.Words(record).summary = std::to_string(rule);
        there.insert(there.begin(), rule);
      } else if (below(2) == 0) {
        book.Remove(&firsts[row], rule);
        there.erase(place);
      }
      REQUIRE(RulesOf(book, firsts[row]) == there);
      if (below(200) != 0) continue;
      ByteWriter out;
      book.Save(&out);
      const std::string bytes = out.Take();
      ByteReader in(bytes);
      AlertBook loaded;
      REQUIRE(loaded.Load(&in));
      book = std::move(loaded);
    }
    for (uint32_t row = 0; row < kRows; ++row) {
      for (uint32_t rule : expected[row]) {
        const AlertRecord* const record = book.Find(firsts[row], rule);
        REQUIRE(record != nullptr);
        CHECK(book.Words(*record).summary == std::to_string(rule));
      }
    }
  }
}

TEST_CASE("a book in which two alerts are followed by the same one is refused", "[engine]") {
  AlertBook book;
  uint32_t first = 0;
  for (uint32_t rule = 0; rule < 3; ++rule) book.Add(&first, {rule, 0}, false);
  book.Find(first, 2)->next = 1;  // as 1 is
  ByteWriter out;
  book.Save(&out);
  const std::string bytes = out.Take();
  ByteReader in(bytes);
  AlertBook loaded;
  CHECK_FALSE(loaded.Load(&in));
}

}  // namespace
}  // namespace tocsin
