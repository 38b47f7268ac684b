#include "tocsin/ingest/line_reader.h"

#include <unistd.h>
#include <zlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"
#include "support/temporary_file.h"

namespace tocsin {
namespace {

using test::TemporaryFile;

std::string Gzip(const std::string& content) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, static_cast<uLong>(content.size())) + 64, '\0');
  std::string input = content;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct Read {
  std::vector<std::string> lines;
  std::vector<uint64_t> offsets;
  std::vector<bool> too_long;
  absl::Status status;
};

Read ReadAll(const std::string& path) {
  auto reader = LineReader::Open(path);
  REQUIRE(reader.ok());
  Read read;
  Line line;
  while ((*reader)->Next(&line)) {
    read.lines.emplace_back(line.text);
    read.offsets.push_back(line.offset);
    read.too_long.push_back(line.too_long);
    REQUIRE(line.number == read.lines.size());
    // The 64 bytes behind a line may be read: the address sanitizer says so if not.
    volatile char sum = 0;
    for (size_t i = 0; i < 64; ++i) sum = static_cast<char>(sum + line.text.data()[line.text.size() + i]);
  }
  read.status = (*reader)->status();
  CHECK_FALSE((*reader)->Next(&line));  // the end stays the end
  return read;
}

Read ReadContent(const std::string& content) { return ReadAll(TemporaryFile(content).path()); }

TEST_CASE("Lines are cut at newlines, with their numbers and offsets") {
  struct Example {
    std::string content;
    std::vector<std::string> lines;
    std::vector<uint64_t> offsets;
  };
  const Example examples[] = {
      {"", {}, {}},
      {"\n", {""}, {0}},
      {"a", {"a"}, {0}},
      {"a\n", {"a"}, {0}},
      {"a\n\nbc\n", {"a", "", "bc"}, {0, 2, 3}},
      {"a\r\nb\r\n", {"a", "b"}, {0, 3}},
      {"a\rb\n\r\n", {"a\rb", ""}, {0, 4}},
      {"a\r", {"a\r"}, {0}},
      {"\xEF\xBB\xBF{}\nx\n", {"{}", "x"}, {3, 6}},
      {"\xEF\xBB\xBF", {}, {}},
      {"\xEF\xBB", {"\xEF\xBB"}, {0}},
      {"a\n\xEF\xBB\xBFz", {"a", "\xEF\xBB\xBFz"}, {0, 2}},
      {std::string("a\0b\nc", 5), {std::string("a\0b", 3), "c"}, {0, 4}},
      {"\x1f", {"\x1f"}, {0}},
  };
  for (const Example& example : examples) {
    for (const bool packed : {false, true}) {
      INFO(example.content << (packed ? ", packed" : ""));
      const Read read = ReadContent(packed ? Gzip(example.content) : example.content);
      CHECK(read.status.ok());
      CHECK(read.lines == example.lines);
      CHECK(read.offsets == example.offsets);
    }
  }
}

TEST_CASE("Random lines are cut like the slow way cuts them, plain, packed, and packed in pieces") {
  std::mt19937 random(tocsin::test::Seed(17));
  for (int round = 0; round < 12; ++round) {
    std::string content;
    std::vector<std::string> lines;
    std::string pieces;
    size_t piece_begin = 0;
    for (int i = 0; i < 400; ++i) {
      std::string line(random() % 10 == 0 ? random() % 20000 : random() % 200, ' ');
      for (char& c : line) c = static_cast<char>('a' + random() % 26);
      lines.push_back(line);
      content += line + "\n";
      if (random() % 50 == 0) {
        pieces += Gzip(content.substr(piece_begin));
        piece_begin = content.size();
      }
    }
    pieces += Gzip(content.substr(piece_begin));
    CHECK(ReadContent(content).lines == lines);
    CHECK(ReadContent(Gzip(content)).lines == lines);
    const Read read = ReadContent(pieces);
    CHECK(read.status.ok());
    CHECK(read.lines == lines);
  }
}

TEST_CASE("A line that is too long is cut, and the next one is whole") {
  const size_t limit = LineReader::kMaxLineBytes;
  const std::string just_fits(limit, 'a');
  const std::string much_longer(limit * 2 + 12345, 'b');
  const Read read = ReadContent(just_fits + "\nx\n" + just_fits + "c\ny\n" + much_longer + "\nz\n" + much_longer);
  CHECK(read.status.ok());
  REQUIRE(read.lines.size() == 7);
  CHECK(read.too_long == std::vector<bool>{false, false, true, false, true, false, true});
  CHECK(read.lines[0] == just_fits);
  CHECK(read.lines[1] == "x");
  CHECK(read.lines[2] == just_fits);
  CHECK(read.lines[3] == "y");
  CHECK(read.lines[4].size() == limit);
  CHECK(read.lines[5] == "z");
  CHECK(read.offsets[3] == limit * 2 + 5);
  CHECK(read.offsets[5] == limit * 2 + 7 + much_longer.size() + 1);
}

TEST_CASE("A gzip file that is cut off gives its whole lines, then says so") {
  std::string content;
  std::mt19937 random(tocsin::test::Seed(23));
  for (int i = 0; i < 2000; ++i) content += std::to_string(random()) + "\n";
  const std::string packed = Gzip(content);
  std::vector<std::string> all = ReadContent(packed).lines;
  REQUIRE(all.size() == 2000);
  for (size_t size = 2; size < packed.size(); size += 1 + size / 7) {
    INFO(size);
    const Read read = ReadContent(packed.substr(0, size));
    CHECK(read.status.code() == absl::StatusCode::kDataLoss);
    CHECK(std::string(read.status.message()).find("cut off") != std::string::npos);
    REQUIRE(read.lines.size() <= all.size());
    CHECK(std::equal(read.lines.begin(), read.lines.end(), all.begin()));
  }
  // Cut off after the last byte of data, before the sums that check it.
  const Read read = ReadContent(packed.substr(0, packed.size() - 1));
  CHECK(read.status.code() == absl::StatusCode::kDataLoss);
  CHECK(read.lines == all);
}

TEST_CASE("A damaged gzip file is noticed") {
  const std::string packed = Gzip("some lines\nof text\n");
  std::string damaged = packed;
  damaged[packed.size() - 6] = static_cast<char>(damaged[packed.size() - 6] ^ 1);  // in the checksum
  CHECK(ReadContent(damaged).status.code() == absl::StatusCode::kDataLoss);
  damaged = packed;
  damaged[2] = 99;  // an unknown method
  CHECK(ReadContent(damaged).status.code() == absl::StatusCode::kDataLoss);

  const Read garbage = ReadContent(packed + "garbage");
  CHECK(garbage.status.code() == absl::StatusCode::kDataLoss);
  CHECK(garbage.lines == std::vector<std::string>{"some lines", "of text"});
  const Read padded = ReadContent(packed + std::string(1000, '\0'));
  CHECK(padded.status.ok());
  CHECK(padded.lines == std::vector<std::string>{"some lines", "of text"});
  CHECK(ReadContent(packed + std::string(10, '\0') + packed).status.code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("A file that cannot be opened is named") {
  const auto missing = LineReader::Open("/no/such/file.jsonl");
  CHECK(missing.status().code() == absl::StatusCode::kNotFound);
  CHECK(std::string(missing.status().message()) == "there is no file '/no/such/file.jsonl'");
  const auto folder = LineReader::Open(std::filesystem::temp_directory_path().string());
  REQUIRE_FALSE(folder.ok());
  CHECK(std::string(folder.status().message()).find("cannot be read") != std::string::npos);
  if (geteuid() != 0) {  // root may read everything
    const TemporaryFile file("x");
    std::filesystem::permissions(file.path(), std::filesystem::perms::none);
    CHECK(LineReader::Open(file.path()).status().code() == absl::StatusCode::kPermissionDenied);
  }
}

TEST_CASE("Progress is told in bytes of the file itself") {
  const std::string packed = Gzip(std::string(100000, 'x') + "\n");
  const TemporaryFile file(packed);
  auto reader = LineReader::Open(file.path());
  REQUIRE(reader.ok());
  CHECK((*reader)->bytes_total() == packed.size());
  Line line;
  while ((*reader)->Next(&line)) {
  }
  CHECK((*reader)->bytes_read() == packed.size());
}

}  // namespace
}  // namespace tocsin
