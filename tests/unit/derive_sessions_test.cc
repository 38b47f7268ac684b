// Sessions against a twin that keeps every event of the open session; and what becomes of patterns and sessions when
// somebody is forgotten, or a snapshot is damaged.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/digest.h"
#include "fmt/format.h"
#include "support/catch.h"
#include "support/seed.h"
#include "tocsin/config/builder.h"
#include "tocsin/engine/engine.h"

namespace tocsin {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Time kStart = FromNanos(1'700'000'000'000'000'000);
constexpr int kGap = 4;

struct Visit {
  int time = 0;
  int who = 0;
  int page = 0;
};

class SlowSessions {
 public:
  explicit SlowSessions(int lateness) : lateness_(lateness) {}

  void Take(const Visit& visit) {
    if (started_ && visit.time < now_ - lateness_) return;
    if (!started_ || visit.time > now_) {
      if (started_) CloseThrough(visit.time - 1);
      started_ = true;
      closed_ = false;
      now_ = visit.time;
    }
    Group& group = groups_[visit.who];
    if (visit.time <= group.closed_until) {
      ++skipped;
    } else if (group.open.empty() || visit.time + kGap >= First(group.open).time) {
      group.open.push_back(visit);
      if (Last(group.open).time + kGap <= (closed_ ? now_ : now_ - 1)) Close(&group);
    } else {
      Group before;
      before.open = {visit};
      Close(&before);
      group.closed_until = before.closed_until;
    }
  }

  void AdvanceTo(int t) {
    if (started_ && t < now_) return;
    started_ = true;
    CloseThrough(t);
    now_ = t;
    closed_ = true;
  }

  std::vector<std::string> told;
  uint64_t skipped = 0;

 private:
  struct Group {
    std::vector<Visit> open;  // as they came
    int closed_until = -1000;
  };

  static Visit First(const std::vector<Visit>& visits) {
    return *std::min_element(visits.begin(), visits.end(),
                             [](const Visit& a, const Visit& b) { return a.time < b.time; });
  }
  static Visit Last(const std::vector<Visit>& visits) {
    Visit last = visits.front();
    for (const Visit& visit : visits) {
      if (visit.time >= last.time) last = visit;
    }
    return last;
  }

  void CloseThrough(int t) {
    for (int second = closed_ ? now_ + 1 : now_; second <= t; ++second) {
      now_ = second;
      for (auto& [who, group] : groups_) {
        if (!group.open.empty() && Last(group.open).time + kGap <= second) Close(&group);
      }
    }
  }

  void Close(Group* group) {
    const Visit first = First(group->open);
    const Visit last = Last(group->open);
    told.push_back(fmt::format("{} {}: {} from {} to {} in {}s", now_, first.who, group->open.size(), first.page,
                               last.page, last.time - first.time));
    group->closed_until = last.time + kGap;
    group->open.clear();
  }

  int lateness_;
  bool started_ = false;
  bool closed_ = false;
  int now_ = 0;
  std::map<int, Group> groups_;
};

class ToldSink : public AlertSink {
 public:
  void OnAlert(const AlertChange& change) override {
    told.push_back(fmt::format("{} {}", ToNanos(change.time - kStart) / 1'000'000'000, change.summary));
  }
  std::vector<std::string> told;
};

std::shared_ptr<const Plan> MakePlan(const ConfigBuilder& builder) {
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(builder.config().engine);
  INFO(plan.status().ToString());
  REQUIRE(plan.ok());
  return *plan;
}

ConfigBuilder VisitConfig(int lateness) {
  ConfigBuilder builder;
  builder.AllowedLateness(seconds(lateness)).LimitEvidence(4096);
  builder.EventType("visit").Attribute("who", Kind::kInt).Attribute("page", Kind::kInt);
  builder.Session("s").Event("visit").Gap(seconds(kGap)).By("who").Emit("from", "first.page").Emit("to", "last.page");
  builder.Rule("R")
      .Event("s")
      .KeepFiringFor(hours(10000))
      .Summary("{who}: {event.count} from {event.from} to {event.to} in {event.duration}");
  return builder;
}

TEST_CASE("sessions close as a slow twin says", "[derive]") {
  const uint32_t seed = test::Seed(7);
  size_t closed = 0;
  uint64_t skipped = 0;
  for (uint32_t round = 0; round < 200; ++round) {
    std::mt19937_64 random(seed + round);
    const int lateness = static_cast<int>(random() % 12);
    const std::shared_ptr<const Plan> plan = MakePlan(VisitConfig(lateness));
    SlowSessions slow(lateness);
    ToldSink sink;
    auto engine = std::make_unique<Engine>(plan, &sink);
    int now = 0;
    for (int i = 0; i < 80; ++i) {
      now += static_cast<int>(random() % 3);
      if (random() % 10 == 0) now += 6;
      if (random() % 8 == 0) {
        slow.AdvanceTo(now);
        engine->AdvanceTo(kStart + seconds(now));
      }
      Visit visit{now, static_cast<int>(random() % 3), i};
      if (random() % 3 == 0) visit.time -= static_cast<int>(random() % static_cast<uint64_t>(lateness + 2));
      slow.Take(visit);
      const Value values[] = {Value::Int(visit.who), Value::Int(visit.page)};
      engine->Ingest(EventView{0, kStart + seconds(visit.time), {}, values});
      if (round % 2 == 0) continue;
      const std::string snapshot = engine->Snapshot();
      auto next = std::make_unique<Engine>(plan, &sink);
      REQUIRE(next->Restore(snapshot).ok());
      REQUIRE((next->Snapshot() == snapshot));
      engine = std::move(next);
    }
    slow.AdvanceTo(now + 100);
    engine->AdvanceTo(kStart + seconds(now + 100));
    std::sort(slow.told.begin(), slow.told.end());
    std::sort(sink.told.begin(), sink.told.end());
    INFO("round " << round);
    REQUIRE(sink.told == slow.told);
    uint64_t counted = 0;
    for (const auto& one : engine->Statistics().skipped) counted += one.count;
    REQUIRE(counted == slow.skipped);
    closed += slow.told.size();
    skipped += slow.skipped;
  }
  CHECK(closed > 1000);
  CHECK(skipped > 50);
}

TEST_CASE("with somebody go their attempts, their sessions, and what others keep of them", "[derive]") {
  ConfigBuilder builder;
  builder.EventType("placed").Attribute("order", Kind::kString).Attribute("customer", Kind::kString);
  builder.EventType("delivered").Attribute("order", Kind::kString);
  builder.Pattern("late")
      .Step("placed")
      .Not("delivered")
      .Within(hours(1))
      .By("order")
      .Emit("customer", "placed.customer");
  builder.Pattern("calm").Step("placed").Not("delivered").Within(hours(1)).By("customer");
  builder.EventType("delivered_to").Attribute("customer", Kind::kString);
  builder.Session("orders").Event("placed").Gap(hours(1)).By("customer");
  builder.Metric("lates").Event("late").Aggregate("count");
  EngineSpec spec = builder.config().engine;
  spec.patterns[1].sequence[1].events = {"delivered_to"};
  const auto plan = Plan::Create(spec);
  INFO(plan.status().ToString());
  REQUIRE(plan.ok());
  Engine engine(*plan);
  REQUIRE(engine.Ingest(Event("placed").At(kStart).Set("order", "1").Set("customer", "ada")).ok());
  REQUIRE(engine.Ingest(Event("placed").At(kStart).Set("order", "2").Set("customer", "bob")).ok());
  CHECK(engine.Statistics().attempts == 4);
  CHECK(engine.Statistics().open_sessions == 2);
  REQUIRE(engine.Forget("customer", "ada").ok());
  CHECK(engine.Statistics().attempts == 2);
  CHECK(engine.Statistics().open_sessions == 1);
  CHECK(engine.Snapshot().find("ada") == std::string::npos);
  engine.AdvanceTo(kStart + hours(2));
  CHECK(engine.Value("lates")->view().AsNumber() == 1);
  CHECK(engine.Statistics().derived == 3);
}

TEST_CASE("a damaged snapshot of attempts and sessions is refused or harmless", "[derive]") {
  ConfigBuilder builder = VisitConfig(30);
  builder.EventType("left").Attribute("who", Kind::kInt);
  builder.Pattern("p")
      .Step("visit")
      .Not("left")
      .Within(seconds(20))
      .By("who")
      .Emit("page", "visit.page")
      .ReorderWithin(seconds(2));
  builder.Rule("P").Event("p").Summary("{event.page}");
  const std::shared_ptr<const Plan> plan = MakePlan(builder);
  Engine engine(plan);
  for (int i = 0; i < 40; ++i) {
    const Value values[] = {Value::Int(i % 7), Value::Int(i)};
    engine.Ingest(EventView{0, kStart + seconds(i), {}, values});
  }
  const std::string good = engine.Snapshot();
  std::mt19937_64 random(test::Seed(8));
  for (int round = 0; round < 3000; ++round) {
    // The checksum is made right again, so that what is inside is looked at.
    std::string bytes = good.substr(0, good.size() - 8);
    const size_t from = bytes.size() - std::min<size_t>(bytes.size() / 2, 3000);
    for (uint64_t n = 1 + random() % 3; n > 0; --n)
      bytes[from + random() % (bytes.size() - from)] = static_cast<char>(random());
    const uint64_t digest = Digest().Add(bytes).value();
    bytes.append(reinterpret_cast<const char*>(&digest), sizeof(digest));
    Engine other(plan);
    if (!other.Restore(bytes).ok()) continue;
    for (int i = 0; i < 10; ++i) {
      const Value values[] = {Value::Int(i % 7), Value::Int(i)};
      other.Ingest(EventView{0, kStart + seconds(45 + i), {}, values});
    }
    other.AdvanceTo(kStart + hours(1));
  }
}

}  // namespace
}  // namespace tocsin
