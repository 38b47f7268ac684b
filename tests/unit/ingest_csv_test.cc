// CSV from text to events: cells, records, rows that are damaged, and headers.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "ingest/csv_cells.h"
#include "ingest/csv_reader.h"
#include "support/catch.h"
#include "support/seed.h"
#include "support/temporary_file.h"
#include "tocsin/config/config.h"
#include "tocsin/ingest/feed.h"

namespace tocsin {
namespace {

using Cells = std::vector<std::string>;

// The cells, or the problem alone.
Cells Split(std::string_view record) {
  CsvCells cells;
  if (!cells.Split(record)) return {"problem: " + std::string(cells.problem())};
  return {cells.cells().begin(), cells.cells().end()};
}

TEST_CASE("A record is split into its cells") {
  const std::string out_of_place = "problem: a quote stands in a cell that does not begin with one";
  const std::string behind = "problem: behind a closing quote stands neither a comma nor the end of the line";
  const std::string open = "problem: a quote is not closed";
  CHECK(Split("") == Cells{""});
  CHECK(Split("a") == Cells{"a"});
  CHECK(Split("a,b,c") == Cells{"a", "b", "c"});
  CHECK(Split(",") == Cells{"", ""});
  CHECK(Split("a,,") == Cells{"a", "", ""});
  CHECK(Split(" a , b ") == Cells{" a ", " b "});
  CHECK(Split(R"("a","b")") == Cells{"a", "b"});
  CHECK(Split(R"("a,b",c)") == Cells{"a,b", "c"});
  CHECK(Split("\"a\nb\r\nc\",d") == Cells{"a\nb\r\nc", "d"});
  CHECK(Split(R"("",x)") == Cells{"", "x"});
  CHECK(Split(R"("""")") == Cells{"\""});
  CHECK(Split(R"("5"" pipe","""a""","b""")") == Cells{"5\" pipe", "\"a\"", "b\""});
  CHECK(Split(R"(5" pipe,a)") == Cells{out_of_place});
  CHECK(Split(R"(a, "b")") == Cells{out_of_place});
  CHECK(Split(R"("a"b,c)") == Cells{behind});
  CHECK(Split(R"("a" ,c)") == Cells{behind});
  CHECK(Split(R"("a,b)") == Cells{open});
  CHECK(Split(R"(a,")") == Cells{open});
  CHECK(Split(R"(a,"b"")") == Cells{open});
}

TEST_CASE("Whatever is in cells, quoting and splitting gives it back") {
  std::mt19937 random(test::Seed(11));
  CsvCells cells;
  for (int i = 0; i < 3000; ++i) {
    Cells expected(1 + random() % 4);
    std::string record;
    for (std::string& cell : expected) {
      while (random() % 5 != 0) cell += ",\"\n\r ab"[random() % 7];
      if (&cell != &expected[0]) record += ',';
      const bool quoted = cell.find_first_of(",\"\n\r") != std::string::npos || random() % 3 == 0;
      if (!quoted) {
        record += cell;
        continue;
      }
      record += '"';
      for (const char c : cell) record += c == '"' ? std::string("\"\"") : std::string(1, c);
      record += '"';
    }
    INFO(record);
    REQUIRE(cells.Split(record));
    CHECK(Cells(cells.cells().begin(), cells.cells().end()) == expected);
  }
}

// A record as text, its place, and whether it was given up.
struct Found {
  std::string text;
  uint64_t line = 0;
  uint64_t offset = 0;
  friend bool operator==(const Found&, const Found&) = default;
};

bool Damaged(const std::string& text) { return !CsvCells().Split(text); }

// The slow twin: at each line, look for the shortest run of lines that closes its quotes.
std::vector<Found> FindRecords(const std::string& text) {
  std::vector<Found> found;
  size_t begin = 0;
  uint64_t line = 1;
  const auto without_end = [&](size_t from, size_t to) {
    std::string record = text.substr(from, to - from);
    if (!record.empty() && record.back() == '\n') {
      record.pop_back();
      if (!record.empty() && record.back() == '\r') record.pop_back();
    }
    return record;
  };
  const auto next_line = [&](size_t at) { return std::min(text.find('\n', at), text.size() - 1) + 1; };
  while (begin < text.size()) {
    const size_t first_end = next_line(begin);
    size_t end = first_end;
    while (std::count(&text[begin], &text[0] + end, '"') % 2 != 0 && end < text.size()) end = next_line(end);
    std::string record = without_end(begin, end);
    if (Damaged(record)) {
      record = without_end(begin, first_end);
      end = first_end;
    }
    found.push_back({record, line, begin});
    line += static_cast<uint64_t>(std::count(&text[begin], &text[0] + end, '\n'));
    begin = end;
  }
  return found;
}

std::vector<Found> ReadRecords(const std::string& text) {
  const std::unique_ptr<LineReader> lines = LineReader::OfText(text);
  CsvReader reader(*lines);
  std::vector<Found> found;
  CsvRecord record;
  while (reader.Next(&record)) {
    const bool damaged = Damaged(std::string(record.text));
    if (damaged) reader.GiveUp();
    found.push_back({std::string(damaged ? record.first_line : record.text), record.line, record.offset});
  }
  return found;
}

TEST_CASE("Records are found, and found again behind damaged ones, as the slow way finds them") {
  std::mt19937 random(test::Seed(12));
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    const size_t size = random() % 60;
    while (text.size() < size) {
      constexpr std::string_view kPieces[] = {"a", "b,", ",", "\"", "\"\"", "\n", "\r\n", "\n", "\"c\"", "\",\""};
      text += kPieces[random() % std::size(kPieces)];
    }
    INFO(text);
    REQUIRE(ReadRecords(text) == FindRecords(text));
  }
}

TEST_CASE("A quote that is never closed costs its line, also in a large file") {
  const size_t kLines = 3 * CsvReader::kMaxRecordBytes / 8;
  std::string text = "a,\"b\n";
  for (size_t i = 0; i < kLines; ++i) text += "1234567\n";
  const std::unique_ptr<LineReader> lines = LineReader::OfText(text);
  CsvReader reader(*lines);
  CsvRecord record;
  REQUIRE(reader.Next(&record));
  CHECK(record.text == "a,\"b");
  size_t count = 0;
  while (reader.Next(&record)) {
    ++count;
    if (record.text != "1234567" || record.line != count + 1 || record.offset != 5 + (count - 1) * 8) break;
  }
  CHECK(count == kLines);
}

TEST_CASE("A record may be as long as the bound") {
  for (const size_t more : {size_t{0}, size_t{1}}) {
    // The first line and those that follow, without the last, are what is held against the bound.
    const std::string held = "\"" + std::string(CsvReader::kMaxRecordBytes - 2 + more, 'x') + "\n";
    const std::string text = held + "y\"\nz\n";
    const std::unique_ptr<LineReader> lines = LineReader::OfText(text);
    CsvReader reader(*lines);
    CsvRecord record;
    REQUIRE(reader.Next(&record));
    CHECK((record.text == held + "y\"") == (more == 0));
    CHECK(record.first_line == held.substr(0, held.size() - 1));
  }
}

// Dead letters as text, and where their records began.
class Letters : public DeadLetterSink {
 public:
  void OnDeadLetter(const DeadLetter& letter) override {
    text += fmt::format("{} {} {}: {} [{}]\n", letter.source, letter.line, ReasonName(letter.reason), letter.detail,
                        letter.record);
    places.emplace_back(letter.offset, letter.record);
  }
  std::string text;
  std::vector<std::pair<uint64_t, std::string>> places;
};

constexpr const char* kConfig = R"(
ingest: {allowed_lateness: 1d}
sources:
  shop: {type: {const: sale}, time: {path: Order Date, format: "%d.%m.%Y"}, id: [no], attributes: {amount: Total}}
events:
  sale:
    customer: string
    amount: {type: decimal(2), from: value, min: 0}
    count: int
    ratio: double
    paid: bool
    due: timestamp
    wait: duration
metrics:
  sales: {event: sale, aggregate: count, by: [customer]}
  total: {event: sale, aggregate: sum(amount), by: [customer]}
  counted: {event: sale, aggregate: sum(count), by: [customer]}
)";

// An engine with its feed; what of CSV was not taken.
struct Shop {
  explicit Shop(size_t batch_size = 256) {
    const auto config = ParseConfig(kConfig);
    INFO(config.status().message());
    REQUIRE(config.ok());
    const auto plan = Plan::Create(config->engine);
    REQUIRE(plan.ok());
    engine = std::make_unique<Engine>(*plan);
    feed = std::make_unique<Feed>(*engine, &letters, batch_size);
    REQUIRE(feed->AddSources(config->sources).ok());
    REQUIRE(feed->FindSource("shop") == 1u);
    REQUIRE(!feed->FindSource("shops").has_value());
  }
  std::string Value(std::string_view metric, std::string_view customer) const {
    const auto value = engine->Value(metric, {{"customer", customer}});
    REQUIRE(value.ok());
    return ToText(value->view());
  }
  uint64_t Count(Reason reason) const { return engine->Statistics().events[static_cast<size_t>(reason)]; }

  std::unique_ptr<Engine> engine;
  Letters letters;
  std::unique_ptr<Feed> feed;
};

TEST_CASE("Rows become events") {
  Shop shop;
  const std::string text =
      "\xEF\xBB\xBForder,no,customer,Order Date,Total,count\r\n"
      "x,1,Ann,1.12.2010,2.50,7\r\n"
      "x,2,\"Bob, \"\"the\"\"\r\nsecond\",01.12.2010,10,\r\n"
      "x,3,Ann,1.12.2010,,\"\"\n"
      "x,4,,1.12.2010,5,1";
  const test::TemporaryFile file(text);
  REQUIRE(shop.feed->IngestFile(file.path(), {1, RecordFormat::kCsv}).ok());
  CHECK(shop.letters.text == "");
  CHECK(shop.Count(Reason::kNone) == 4);
  CHECK(shop.Value("sales", "Ann") == "2");
  CHECK(shop.Value("total", "Ann") == "2.5");
  CHECK(shop.Value("counted", "Ann") == "7");
  CHECK(shop.Value("total", "Bob, \"the\"\r\nsecond") == "10");
}

TEST_CASE("Each row that cannot be taken is refused alone, with its place and reason") {
  const std::string text =
      "no,customer,Order Date,Total,count,ratio,paid,due,wait\n"
      "1,Ann,1.12.2010,1,1,1e3,true,2010-12-01T00:00:00Z,1h\n"
      "2,Ann,1.12.2010\n"
      "3,Ann,\"1.12.2010,1,1,1,1,,\n"
      "4,Ann,1.12.2010,1,1,.5,1,,\n"
      "\n"
      "5,\"Ann\n\nBob\",soon,1,1,1,1,,\n"
      "6,Ann,1.12.2010,1,1.5,1,FALSE,,\n"
      "7,Ann,1.12.2010,-1,1,1,0,,\n"
      "8,Ann,,1,1,1,0,,\n"
      "9,An\xFF,1.12.2010,1,1,1,0,,\n"
      "10,Ann,1.12.2010,1,1,1,maybe,,\n"
      "11,Ann,1.12.2010,1,1,nan,0,,\n"
      "12,Ann,1.12.2010,1,1,1,0,today,\n"
      "13,Ann,1.12.2010,1,1,1,0,,5\n"
      "14,Ann,1.12.2000,1,1,1,0,,5m\n"
      "15,Ann,1.12.2010,99999999999999999999,1,1,0,,\n"
      "16,Ann,1.12.2010,1,1,1,0,,5m\n";
  std::string expected;
  for (const size_t batch_size : {size_t{1}, size_t{3}, size_t{256}}) {
    Shop shop(batch_size);
    REQUIRE(shop.feed->IngestCsv(text, 1).ok());
    if (expected.empty()) expected = shop.letters.text;
    CHECK(shop.letters.text == expected);
    for (const auto& [offset, record] : shop.letters.places) CHECK(text.compare(offset, record.size(), record) == 0);
    CHECK(shop.Count(Reason::kNone) == 2);
    CHECK(shop.Value("sales", "Ann") == "2");
  }
  CHECK(expected ==
        "shop 3 malformed: the record has 3 cells, and the header 9 [2,Ann,1.12.2010]\n"
        "shop 4 malformed: the record is not CSV: behind a closing quote stands neither a comma nor the end of the "
        "line [3,Ann,\"1.12.2010,1,1,1,1,,]\n"
        "shop 5 bad_value: attribute 'ratio' should be of type double, not the text '.5' "
        "[4,Ann,1.12.2010,1,1,.5,1,,]\n"
        "shop 6 empty: the line is empty []\n"
        "shop 7 bad_time: time 'soon' is not of the format '%d.%m.%Y' [5,\"Ann\n\nBob\",soon,1,1,1,1,,]\n"
        "shop 10 bad_value: attribute 'count' is an int, and 1.5 is not a whole number "
        "[6,Ann,1.12.2010,1,1.5,1,FALSE,,]\n"
        "shop 11 out_of_range: attribute 'amount' is -1, below its min of 0 [7,Ann,1.12.2010,-1,1,1,0,,]\n"
        "shop 12 missing_time: the record has no 'Order Date' [8,Ann,,1,1,1,0,,]\n"
        "shop 13 encoding: the record is not UTF-8 [9,An\xFF,1.12.2010,1,1,1,0,,]\n"
        "shop 14 bad_value: attribute 'paid' should be of type bool, not the text 'maybe' "
        "[10,Ann,1.12.2010,1,1,1,maybe,,]\n"
        "shop 15 bad_value: attribute 'ratio' should be of type double, not the text 'nan' "
        "[11,Ann,1.12.2010,1,1,nan,0,,]\n"
        "shop 16 bad_value: attribute 'due': time 'today' is not RFC 3339 (such as 2010-12-01T09:41:00Z) "
        "[12,Ann,1.12.2010,1,1,1,0,today,]\n"
        "shop 17 bad_value: attribute 'wait': duration '5' has no unit at its end; the units are w d h m s ms "
        "[13,Ann,1.12.2010,1,1,1,0,,5]\n"
        "shop 18 late: time 2000-12-01T00:00:00Z is 3652d before the clock, more than the allowed lateness of 1d "
        "[14,Ann,1.12.2000,1,1,1,0,,5m]\n"
        "shop 19 out_of_range: attribute 'amount' is 99999999999999999999, more than its type decimal(2) can hold "
        "[15,Ann,1.12.2010,99999999999999999999,1,1,0,,]\n");
}

TEST_CASE("A header that does not fit the source refuses the file") {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"no,Order Date\n", "there is no column named 'Total'"},
      {"no,Total,order date\n", "there is no column named 'Order Date'; there is 'order date'"},
      {"no,Total,Order Date,no\n", "there are 2 columns named 'no'"},
      {"no,\"Total,Order Date\n", "the first line, which names the columns, is not CSV: a quote is not closed"},
      {"\nno,Total,Order Date\n", "the first line is empty; it should name the columns"},
      {"no,Total,Order Date,\xFF\n", "the first line, which names the columns, is not UTF-8"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    Shop shop;
    const absl::Status status = shop.feed->IngestCsv(c.text, 1);
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(std::string(status.message()) == c.message);
  }
  Shop shop;
  CHECK(shop.feed->IngestCsv("", 1).ok());
  CHECK(shop.feed->IngestCsv("Total,no,Order Date", 1).ok());
  // Columns that nobody asks for may be called alike.
  CHECK(shop.feed->IngestCsv("x,x,Total,no,Order Date", 1).ok());
}

TEST_CASE("Without a source a file has the columns of the flat form") {
  Shop shop;
  REQUIRE(shop.feed->IngestCsv("type,time,customer,value\nsale,2010-12-01T09:41:00Z,Ann,2.5\nrefund,2010-12-01,Ann,1\n")
              .ok());
  CHECK(shop.Value("total", "Ann") == "2.5");
  CHECK(shop.letters.text == " 3 unknown_type: no event of type 'refund' is declared [refund,2010-12-01,Ann,1]\n");
}

TEST_CASE("The name of a file says what it is, unless one is told") {
  const auto ingest = [](const std::string& name, const std::string& text, RecordFormat format) {
    Shop shop;
    const test::TemporaryFile placeholder("");
    const std::string path = placeholder.path() + name;
    std::ofstream(path, std::ios::binary) << text;
    REQUIRE(shop.feed->IngestFile(path, {0, format}).ok());
    if (!name.empty()) std::remove(path.c_str());
    return shop.Count(Reason::kNone);
  };
  const std::string json = "{\"type\": \"sale\", \"time\": \"2010-12-01T09:41:00Z\"}\n";
  const std::string csv = "type,time\nsale,2010-12-01T09:41:00Z\n";
  CHECK(ingest(".jsonl", json, RecordFormat::kByName) == 1);
  CHECK(ingest(".csv", csv, RecordFormat::kByName) == 1);
  CHECK(ingest(".csv.gz", csv, RecordFormat::kByName) == 1);
  CHECK(ingest(".csv", json, RecordFormat::kJsonLines) == 1);
  CHECK(ingest("", csv, RecordFormat::kCsv) == 1);
}

}  // namespace
}  // namespace tocsin
