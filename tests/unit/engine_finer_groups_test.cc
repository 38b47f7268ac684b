// The groups of a coarser one are those that were added with its key and not removed, whatever came between.
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>

#include "engine/finer_groups.h"
#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

std::set<uint32_t> RowsOf(const FinerGroups& groups, const std::string& key) {
  std::set<uint32_t> rows;
  groups.ForEach(key, [&](uint32_t row) { CHECK(rows.insert(row).second); });
  return rows;
}

TEST_CASE("finer groups are found by the coarser one that they are a part of", "[engine][finer_groups]") {
  FinerGroups groups;
  std::map<uint32_t, std::string> twin;  // by row
  std::mt19937_64 random(test::Seed(1));
  for (int step = 0; step < 4000; ++step) {
    const auto row = static_cast<uint32_t>(random() % 200);
    if (twin.erase(row) != 0) {
      groups.Remove(row);
    } else {
      // Some keys are too long for a row.
      const uint64_t of = random() % 12;
      twin[row] = std::string(of % 3 == 0 ? 40 : 3, static_cast<char>('a' + of));
      groups.Add(row, twin[row]);
    }
    if (step % 20 != 0) continue;
    std::map<std::string, std::set<uint32_t>> expected;
    for (const auto& [member, key] : twin) expected[key].insert(member);
    for (uint64_t of = 0; of < 12; ++of) {
      const std::string key(of % 3 == 0 ? 40 : 3, static_cast<char>('a' + of));
      CHECK(RowsOf(groups, key) == expected[key]);
    }
  }
  CHECK(RowsOf(groups, "nobody's").empty());
}

}  // namespace
}  // namespace tocsin
