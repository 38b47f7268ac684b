// Windows that share the pocket of their row against the same windows in a row without one.
#include <chrono>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "metric/claim_window.h"
#include "metric/metric_plan.h"
#include "metric/row_window.h"
#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);
constexpr uint32_t kWindows = 5;
constexpr uint32_t kPocketOffset = 64;

// Windows that keep so many words each, two of them the same.
std::vector<WindowPlan> MakePlans(uint32_t pocket_units) {
  constexpr uint32_t kWords[kWindows] = {1, 2, 3, 2, 7};
  constexpr Duration kLengths[kWindows] = {10s, 60s, 60s, 25s, 40s};
  std::vector<WindowPlan> plans(kWindows);
  for (uint32_t w = 0; w < kWindows; ++w) {
    WindowPlan& plan = plans[w];
    plan.kind = WindowPlan::Kind::kTime;
    plan.shape = w == 3 ? WindowShape::Fixed(kLengths[w], 5s) : WindowShape::Automatic(kLengths[w]);
    plan.sources.resize(1);
    plan.sources[0].arguments.resize(kWords[w]);
    plan.row_offset = 4 + 4 * w;
    plan.pocket = {0, kPocketOffset, pocket_units};
    PlaceField(FieldPlan::Kind::kEvents, 0, &plan);
    for (uint16_t i = 1; i < kWords[w]; ++i) PlaceField(FieldPlan::Kind::kExactSum, i, &plan);
  }
  return plans;
}

struct Row {
  alignas(8) std::byte bytes[kPocketOffset + PocketPlan::kUnits * PocketPlan::kUnit] = {};
};

// One group whose windows share a row.
struct Group {
  explicit Group(uint32_t pocket_units) : plans(MakePlans(pocket_units)), row(std::make_unique<Row>()) {}
  WindowInRow window(uint32_t w) { return WindowInRow(plans[w], row->bytes, pool, texts); }
  uint8_t taken() const { return std::to_integer<uint8_t>(row->bytes[0]); }

  std::vector<WindowPlan> plans;
  PanePool pool;
  TextPool texts;
  std::unique_ptr<Row> row;
};

void CheckAlike(Group& with, Group& without) {
  for (uint32_t w = 0; w < kWindows; ++w) {
    CAPTURE(w);
    const WindowInRow a = with.window(w);
    const WindowInRow b = without.window(w);
    REQUIRE(a.empty() == b.empty());
    REQUIRE(a.NextExit() == b.NextExit());
    REQUIRE(a.has_negative() == b.has_negative());
    REQUIRE(a.HasTimer() == b.HasTimer());
    for (const FieldPlan& field : with.plans[w].fields) REQUIRE(a.Word(field) == b.Word(field));
  }
}

// To a row of another plan, as a reload does.
void Move(Group* group, uint32_t pocket_units) {
  std::vector<WindowPlan> plans = MakePlans(pocket_units);
  auto row = std::make_unique<Row>();
  for (uint32_t w = 0; w < kWindows; ++w) {
    WindowBlock from(group->plans[w], group->row->bytes, group->pool);
    WindowBlock(plans[w], row->bytes, group->pool).TakeFrom(from);
    REQUIRE(group->window(w).empty());
  }
  REQUIRE(group->taken() == 0);
  group->plans = std::move(plans);
  group->row = std::move(row);
}

// As a snapshot does. False where the windows do not fit together.
bool ClaimAll(Group* group) {
  ByteWriter out;
  group->pool.Save(&out);
  const std::string bytes = std::move(out).Take();
  ByteReader in(bytes);
  REQUIRE(group->pool.Load(&in));
  const uint8_t taken = group->taken();
  group->row->bytes[0] = std::byte{0};
  for (uint32_t w = 0; w < kWindows; ++w) {
    if (!ClaimWindow(group->plans[w], group->row->bytes, group->pool, group->texts)) return false;
  }
  return group->taken() == taken && group->pool.EndClaims();
}

void Run(uint64_t seed) {
  std::mt19937_64 random(test::Seed(seed));
  auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  Group with(seed % 3 == 0 ? PocketPlan::kUnits : static_cast<uint32_t>(below(PocketPlan::kUnits + 1)));
  Group without(0);
  Time now = kStart;
  bool used = false;
  for (int step = 0; step < 3000; ++step) {
    now += 1s * below(below(20) == 0 ? 120 : 12);
    const auto w = static_cast<uint32_t>(below(kWindows));
    const Time time = below(3) == 0 ? now - 1s * below(30) : now;
    std::vector<Argument> arguments;
    for (size_t i = 0; i < with.plans[w].sources[0].arguments.size(); ++i)
      arguments.push_back(below(6) == 0 ? Value() : Value::Int(below(100) - (below(5) == 0 ? 50 : 0)));
    REQUIRE(with.window(w).Add(now, time, arguments) == without.window(w).Add(now, time, arguments));
    if (below(3) == 0 && !with.window(w).empty()) {
      const Time exit = *with.window(w).NextExit();
      with.window(w).SetTimer(exit);
      without.window(w).SetTimer(exit);
      REQUIRE(with.window(w).TimerIs(exit));
    }
    if (below(4) == 0) {
      const auto other = static_cast<uint32_t>(below(kWindows));
      REQUIRE(with.window(other).AdvanceTo(now) == without.window(other).AdvanceTo(now));
    }
    if (below(100) == 0) {
      with.window(w).Release();
      without.window(w).Release();
    }
    if (below(150) == 0) Move(&with, static_cast<uint32_t>(below(PocketPlan::kUnits + 1)));
    if (below(50) == 0) REQUIRE(ClaimAll(&with));
    used = used || with.taken() != 0;
    if (step % 5 == 0) CheckAlike(with, without);
  }
  CHECK((used || with.plans[0].pocket.units < 2));
  for (uint32_t w = 0; w < kWindows; ++w) with.window(w).Release();
  CHECK(with.taken() == 0);
  CHECK(ClaimAll(&with));
}

TEST_CASE("randomised: windows in a pocket agree with windows in the pool", "[metric]") {
  for (uint64_t seed = 0; seed < 24; ++seed) {
    CAPTURE(seed);
    Run(seed);
  }
}

TEST_CASE("two events of a customer stay in the row", "[metric]") {
  Group group(PocketPlan::kUnits);
  for (int i = 0; i < 2; ++i) CHECK(group.window(2).Add(kStart + i * 1s, kStart + i * 1s, std::vector<Argument>(3)));
  CHECK(group.taken() == 0xFF);  // two panes of a time and three words
  CHECK(group.pool.bytes() == 0);
  CHECK(group.window(0).Add(kStart + 2s, kStart + 2s, std::vector<Argument>(1)));
  CHECK(group.pool.bytes() != 0);
  CHECK(group.window(2).AdvanceTo(kStart + 60s));
  CHECK(group.taken() == 0x0F);
}

TEST_CASE("a handle from a snapshot that is no window's is refused", "[metric]") {
  auto claim = [](uint32_t handle, uint32_t other) {
    Group group(PocketPlan::kUnits);
    std::memcpy(group.row->bytes + group.plans[1].row_offset, &handle, sizeof(handle));
    std::memcpy(group.row->bytes + group.plans[2].row_offset, &other, sizeof(other));
    return ClaimWindow(group.plans[1], group.row->bytes, group.pool, group.texts) &&
           ClaimWindow(group.plans[2], group.row->bytes, group.pool, group.texts);
  };
  auto in_pocket = [](uint32_t unit, uint32_t panes) { return 1 | unit << 1 | panes << 5; };
  CHECK(claim(in_pocket(0, 1), in_pocket(3, 1)));
  CHECK_FALSE(claim(in_pocket(0, 1), in_pocket(2, 1)));  // both have the third unit
  CHECK_FALSE(claim(in_pocket(6, 1), 0));                // it ends beyond the pocket
  CHECK_FALSE(claim(in_pocket(0, 0), 0));
  CHECK_FALSE(claim(in_pocket(0, 7), 0));
  CHECK_FALSE(claim(2, 0));  // the pool has no block
}

}  // namespace
}  // namespace tocsin
