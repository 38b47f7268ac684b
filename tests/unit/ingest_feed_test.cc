#include "tocsin/ingest/feed.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "support/catch.h"
#include "support/seed.h"
#include "support/temporary_file.h"
#include "tocsin/config/config.h"
#include "tocsin/ingest/line_reader.h"

namespace tocsin {
namespace {

using test::TemporaryFile;

class Letters : public DeadLetterSink {
 public:
  void OnDeadLetter(const DeadLetter& letter) override { all.push_back(ToJson(letter)); }
  std::vector<std::string> all;
};

std::shared_ptr<const Plan> MakePlan(bool ignore_unknown_events = false) {
  const auto config = ParseConfig(fmt::format(R"(
ingest: {{allowed_lateness: 1m, unknown_events: {}}}
events:
  refund:
    country: {{type: string, from: attrs.country}}
    amount: {{type: decimal(2), from: value}}
metrics:
  refunds: {{event: refund, aggregate: sum(amount), window: 1h, by: [country]}}
)",
                                              ignore_unknown_events ? "ignore" : "refuse"));
  REQUIRE(config.ok());
  const auto plan = Plan::Create(config->engine);
  REQUIRE(plan.ok());
  return *plan;
}

std::string Refund(int second, int value) {
  return fmt::format(
      R"({{"type": "refund", "time": "2010-12-01T{:02}:{:02}:{:02}Z", "value": {}, "attrs": {{"country": "{}"}}}})",
      second / 3600, second / 60 % 60, second % 60, value, second % 3 == 0 ? "France" : "Spain");
}

// What a way of feeding did, as text.
std::string Effects(const Engine& engine, const std::vector<std::string>& letters) {
  std::string text;
  const Statistics statistics = engine.Statistics();
  for (size_t i = 0; i < kReasonCount; ++i) {
    text += fmt::format("{}: {}\n", ReasonName(static_cast<Reason>(i)), statistics.events[i]);
  }
  for (const char* country : {"France", "Spain"}) {
    const auto value = engine.Value("refunds", {{"country", country}});
    REQUIRE(value.ok());
    text += fmt::format("{}: {}\n", country, ToText(value->view()));
  }
  if (engine.now().has_value()) text += FormatTime(*engine.now()) + "\n";
  for (const std::string& letter : letters) text += letter + "\n";
  return text;
}

// A disordered and damaged stream.
std::string RandomLines() {
  std::mt19937 random(tocsin::test::Seed(99));
  std::string text;
  for (int i = 0; i < 2000; ++i) {
    const int second = std::max(0, i * 2 - static_cast<int>(random() % (random() % 20 == 0 ? 300 : 70)));
    switch (random() % 25) {
      case 0:
        text += "\n";
        break;
      case 1:
        text += Refund(second, i).substr(0, 40) + "\n";
        break;
      case 2:
        text += "{\"type\": \"unheard\", \"time\": \"2010-12-01T00:00:00Z\"}\r\n";
        break;
      case 3:
        text += "\xFF\n";
        break;
      default:
        text += Refund(second, static_cast<int>(random() % 500)) + (random() % 5 == 0 ? "\r\n" : "\n");
    }
  }
  return text + Refund(4000, 7);  // without a newline
}

TEST_CASE("Wherever batches are cut, and from a file too, the effects and the dead letters are the same") {
  const std::string text = RandomLines();
  const auto plan = MakePlan();
  std::string expected;
  for (const size_t batch_size : {size_t{1}, size_t{2}, size_t{7}, size_t{256}, size_t{10000}}) {
    INFO(batch_size);
    Engine engine(plan);
    Letters letters;
    Feed feed(engine, &letters, batch_size);
    feed.IngestLines(text);
    const std::string effects = Effects(engine, letters.all);
    if (expected.empty()) expected = effects;
    CHECK(effects == expected);

    Engine from_file(plan);
    Letters file_letters;
    Feed file_feed(from_file, &file_letters, batch_size);
    const TemporaryFile file(text);
    CHECK(file_feed.IngestFile(file.path()).ok());
    CHECK(Effects(from_file, file_letters.all) == expected);
  }
  // The stream was one that matters.
  for (const char* reason : {"late", "malformed", "encoding", "unknown_type", "empty"}) {
    CHECK(expected.find(fmt::format("\"reason\": \"{}\"", reason)) != std::string::npos);
  }
}

TEST_CASE("One by one does what many at once do, and answers each") {
  const auto plan = MakePlan();
  Engine engine(plan);
  Letters letters;
  Feed feed(engine, &letters);
  std::string detail = "untouched";
  CHECK(feed.Ingest(Refund(3600, 5), &detail) == Reason::kNone);
  CHECK(detail == "untouched");
  CHECK(ToText(engine.Value("refunds", {{"country", "France"}})->view()) == "5");  // applied when it returned
  CHECK(feed.Ingest(Refund(3539, 5), &detail) == Reason::kLate);
  CHECK(detail == "time 2010-12-01T00:58:59Z is 1m1s before the clock, more than the allowed lateness of 1m");
  CHECK(feed.Ingest(Refund(3540, 5), nullptr) == Reason::kNone);
  CHECK(feed.Ingest("{", &detail) == Reason::kMalformed);
  CHECK(detail == "the record is not JSON: it is cut off before its last '}'");
  CHECK(engine.Statistics().events[static_cast<size_t>(Reason::kNone)] == 2);
  CHECK(engine.Statistics().events[static_cast<size_t>(Reason::kLate)] == 1);
  CHECK(engine.Statistics().events[static_cast<size_t>(Reason::kMalformed)] == 1);
  REQUIRE(letters.all.size() == 2);
  CHECK(letters.all[1].find("\"line\": 4, \"offset\": 0, \"reason\": \"malformed\"") != std::string::npos);
}

TEST_CASE("A late event is measured against the clock of its turn, not of the batch's end") {
  Engine engine(MakePlan());
  Letters letters;
  Feed feed(engine, &letters);
  feed.IngestLines(Refund(3600, 1) + "\n" + Refund(3500, 1) + "\n" + Refund(7200, 1) + "\n");
  REQUIRE(letters.all.size() == 1);
  CHECK(letters.all[0].find("is 1m40s before the clock") != std::string::npos);
  CHECK(letters.all[0].find("\"line\": 2, \"offset\": " + std::to_string(Refund(3600, 1).size() + 1)) !=
        std::string::npos);
}

TEST_CASE("Ignored events are counted and make no dead letters") {
  Engine engine(MakePlan(true));
  Letters letters;
  Feed feed(engine, &letters);
  CHECK(feed.Ingest("{\"type\": \"unheard\", \"time\": \"2010-12-01T00:00:00Z\"}") == Reason::kIgnored);
  CHECK(letters.all.empty());
  CHECK(engine.Statistics().events[static_cast<size_t>(Reason::kIgnored)] == 1);
  CHECK_FALSE(engine.now().has_value());
}

TEST_CASE("Without a sink what is refused is counted") {
  Engine engine(MakePlan());
  Feed feed(engine);
  feed.IngestLines("\n" + Refund(1, 1) + "\nx\n");
  CHECK(engine.Statistics().events[static_cast<size_t>(Reason::kEmpty)] == 1);
  CHECK(engine.Statistics().events[static_cast<size_t>(Reason::kMalformed)] == 1);
  CHECK(engine.Statistics().events[static_cast<size_t>(Reason::kNone)] == 1);
}

TEST_CASE("A line that is too long is one dead letter, with its beginning") {
  Engine engine(MakePlan());
  Letters letters;
  Feed feed(engine, &letters);
  const TemporaryFile file(Refund(1, 1) + "\n" + std::string(LineReader::kMaxLineBytes + 10, 'x') + "\n" +
                           Refund(2, 1) + "\n");
  CHECK(feed.IngestFile(file.path()).ok());
  CHECK(engine.Statistics().events[static_cast<size_t>(Reason::kNone)] == 2);
  REQUIRE(letters.all.size() == 1);
  CHECK(letters.all[0].find("the line is longer than 16 MiB") != std::string::npos);
  CHECK(letters.all[0].size() < 5000);
}

TEST_CASE("A file that fails is told, and what was read before stands") {
  Engine engine(MakePlan());
  Feed feed(engine);
  CHECK(feed.IngestFile("/no/such/file.jsonl").code() == absl::StatusCode::kNotFound);
  // The header of a gzip file and nothing behind it.
  const TemporaryFile cut(std::string("\x1f\x8b\x08\x00", 4));
  CHECK(feed.IngestFile(cut.path()).code() == absl::StatusCode::kDataLoss);
  CHECK(feed.Ingest(Refund(1, 1)) == Reason::kNone);
}

TEST_CASE("Progress is told between batches and at the end") {
  struct Seen {
    std::vector<uint64_t> bytes;
    uint64_t total = 0;
  } seen;
  Engine engine(MakePlan());
  Feed feed(engine, nullptr, 10);
  feed.OnProgress(
      [](void* context, uint64_t bytes, uint64_t total) {
        static_cast<Seen*>(context)->bytes.push_back(bytes);
        static_cast<Seen*>(context)->total = total;
      },
      &seen);
  std::string text;
  for (int i = 0; i < 25; ++i) text += Refund(i, 1) + "\n";
  const TemporaryFile file(text);
  REQUIRE(feed.IngestFile(file.path()).ok());
  CHECK(seen.bytes.size() == 3);
  CHECK(seen.bytes.back() == text.size());
  CHECK(seen.total == text.size());
}

}  // namespace
}  // namespace tocsin
