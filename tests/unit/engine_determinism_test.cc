// The same input gives the same bytes, wherever batches are cut (docs/semantics.md 1.6, 1.8).
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "support/catch.h"
#include "support/rich_engine.h"
#include "support/seed.h"
#include "tocsin/config/config.h"
#include "tocsin/engine/engine.h"
#include "tocsin/ingest/feed.h"

namespace tocsin {
namespace {

constexpr const char* kConfig = R"(
version: 1
ingest: {allowed_lateness: 30s}
events:
  refund: {customer: string, shop: int, amount: decimal(2)}
  visit: {customer: string, seconds: double}
metrics:
  refunds: {event: refund, aggregate: sum(amount), window: 10m, by: [shop]}
  refund_count: {event: refund, aggregate: count, window: 10m, by: [shop]}
  big: {event: refund, where: amount > 50, aggregate: count, window: 1h, by: [customer]}
  stay: {event: visit, aggregate: mean(seconds), window: 5m, by: [customer], resolution: 1m}
  stay_sum: {event: visit, aggregate: sum(seconds * 0.1), window: 1m}
rules:
  Spike:
    when: refunds > 300 && refund_count >= 3
    resolve_when: refunds < 200
    for: 2m
    summary: "{refunds:.2f} in shop {shop}"
  Often: {when: big >= 2, labels: {team: blue}}
  Short: {when: stay < 20, for: 30s}
  Busy: {when: stay_sum > 40}
  Minute: {when: 'big > 0 && now > timestamp("2026-01-01T00:10:00Z")'}
)";

std::string Stream(uint64_t seed, int events) {
  std::mt19937_64 random(tocsin::test::Seed(seed));
  auto below = [&](uint64_t n) { return static_cast<int64_t>(random() % n); };
  Time now = *ParseTime("2026-01-01T00:00:00Z");
  std::string text;
  for (int i = 0; i < events; ++i) {
    // Several events an instant, instants on full minutes, and some events behind the clock or too late.
    if (below(3) != 0)
      now += std::chrono::milliseconds(below(4) == 0 ? 60000 - ToNanos(now) / 1000000 % 60000 : below(4000));
    Time at = below(10) == 0 ? now - std::chrono::seconds(below(40)) : now;
    if (below(50) == 0) {
      text += R"({"type": "refund", "time": "not a time"})"
              "\n";
    } else if (below(2) == 0) {
      text += fmt::format(R"({{"type": "refund", "time": "{}", "shop": {}, "customer": "c{}", "amount": {}.{:02}}})"
                          "\n",
                          FormatTime(at), below(4) - 1, below(30), below(120), below(100));
    } else {
      text += fmt::format(R"({{"type": "visit", "time": "{}", "customer": {}, "seconds": {}}})"
                          "\n",
                          FormatTime(at), below(20) == 0 ? "null" : fmt::format("\"c{}\"", below(30)), below(100));
    }
  }
  return text;
}

// Every change and dead letter, as text.
class Log : public AlertSink, public DeadLetterSink {
 public:
  void OnAlert(const AlertChange& change) override { text += ToJson(change) + "\n"; }
  void OnDeadLetter(const DeadLetter& letter) override { letters += ToJson(letter) + "\n"; }
  std::string text;
  std::string letters;
};

std::string Run(const std::string& stream, size_t batch) {
  absl::StatusOr<Config> config = ParseConfig(kConfig);
  REQUIRE(config.ok());
  Log log;
  Engine engine(*Plan::Create(config->engine), &log);
  Feed feed(engine, &log, batch);
  feed.IngestLines(stream);
  engine.AdvanceTo(*engine.now() + std::chrono::hours(2));
  Statistics statistics = engine.Statistics();
  return log.text + log.letters + fmt::format("{}", fmt::join(statistics.events, " "));
}

std::string RunOneByOne(const std::string& stream) {
  absl::StatusOr<Config> config = ParseConfig(kConfig);
  Log log;
  Engine engine(*Plan::Create(config->engine), &log);
  Feed feed(engine, nullptr, 1);
  size_t begin = 0;
  for (size_t end = stream.find('\n'); end != std::string::npos; end = stream.find('\n', begin)) {
    feed.Ingest(std::string_view(stream).substr(begin, end - begin));
    begin = end + 1;
    // Reading values in between changes nothing.
    (void)engine.Value("refunds", {{"shop", "1"}});
    (void)engine.Value("stay", {{"customer", "c1"}});
    (void)engine.Value("stay_sum");
  }
  engine.AdvanceTo(*engine.now() + std::chrono::hours(2));
  return log.text;
}

TEST_CASE("the same input gives the same bytes, in batches of any size", "[engine]") {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    std::string stream = Stream(seed, 3000);
    std::string once = Run(stream, 256);
    REQUIRE(std::count(once.begin(), once.end(), '\n') > 500);
    REQUIRE(once.find("\"late\"") != std::string::npos);
    for (const char* rule : {"Spike", "Often", "Short", "Busy", "Minute"}) {
      REQUIRE(once.find(fmt::format("\"change\": \"firing\", \"rule\": \"{}\"", rule)) != std::string::npos);
    }
    CHECK(Run(stream, 256) == once);
    CHECK(Run(stream, 1) == once);
    CHECK(Run(stream, 7) == once);
    CHECK(Run(stream, 10000) == once);
    std::string one_by_one = RunOneByOne(stream);
    CHECK(one_by_one == once.substr(0, one_by_one.size()));
    CHECK(one_by_one.size() > once.size() / 2);
  }
}

// With everything that keeps state, by slot; asked in between, or not.
std::string RunRich(const std::shared_ptr<const Plan>& plan, const test::RichStream& stream, size_t batch, bool asks) {
  test::TextSink sink;
  Engine engine(plan, &sink);
  const std::span<const EventView> events = stream.events.views();
  for (size_t begin = 0; begin < events.size(); begin += batch) {
    engine.Ingest(events.subspan(begin, std::min(batch, events.size() - begin)));
    if (asks) (void)test::AskAll(engine);
  }
  engine.AdvanceTo(*engine.now() + std::chrono::minutes(20));
  return sink.text + test::AskAll(engine);
}

TEST_CASE("an engine with everything in it tells the same in batches of any size", "[engine]") {
  for (const bool reorder : {false, true}) {
    for (uint32_t seed = 0; seed < 2; ++seed) {
      CAPTURE(reorder, seed);
      test::RichOptions options;
      if (reorder) options.reorder = std::chrono::seconds(3);
      const auto plan = *Plan::Create(test::RichSpec(options));
      const auto stream = test::MakeRichStream(test::Seed(seed + 50), 3000);
      const std::string once = RunRich(plan, *stream, 1, false);
      REQUIRE(once.size() > 100'000);
      for (const size_t batch : {1, 7, 256, 10'000}) {
        CAPTURE(batch);
        CHECK((RunRich(plan, *stream, batch, false) == once));
      }
      CHECK((RunRich(plan, *stream, 100, true) == once));
    }
  }
}

}  // namespace
}  // namespace tocsin
