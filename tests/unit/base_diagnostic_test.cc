#include "tocsin/base/diagnostic.h"

#include <string>
#include <vector>

#include "fmt/format.h"
#include "support/catch.h"

namespace tocsin {
namespace {

Diagnostic Make(int line, int column, int length, std::string source, std::string hint = {}) {
  Diagnostic diagnostic;
  diagnostic.file = "rules.yaml";
  diagnostic.line = line;
  diagnostic.column = column;
  diagnostic.length = length;
  diagnostic.message = "no metric or key named 'refund_24h'";
  diagnostic.hint = std::move(hint);
  diagnostic.source_line = std::move(source);
  return diagnostic;
}

TEST_CASE("A mistake is shown with its line, a caret and the hint") {
  CHECK(Render(Make(31, 11, 10, "    when: refund_24h > 500", "did you mean 'refunds_24h'?")) ==
        "rules.yaml:31:11: error: no metric or key named 'refund_24h'\n"
        "  31 |     when: refund_24h > 500\n"
        "     |           ^~~~~~~~~~ did you mean 'refunds_24h'?");
}

TEST_CASE("The gutter is as wide as the line number, the caret as long as what it covers") {
  CHECK(Render(Make(7, 1, 1, "abc")) ==
        "rules.yaml:7:1: error: no metric or key named 'refund_24h'\n  7 | abc\n    | ^");
  CHECK(Render(Make(1234, 2, 2, "abc")) ==
        "rules.yaml:1234:2: error: no metric or key named 'refund_24h'\n  1234 | abc\n       |  ^~");
}

TEST_CASE("The caret line follows the line's tabs and wide letters") {
  CHECK(Render(Make(1, 4, 2, "\ta\tbc")) ==
        "rules.yaml:1:4: error: no metric or key named 'refund_24h'\n  1 | \ta\tbc\n    | \t \t^~");
  CHECK(Render(Make(1, 3, 2, "告警xy")) ==
        "rules.yaml:1:3: error: no metric or key named 'refund_24h'\n  1 | 告警xy\n    |     ^~");
  CHECK(Render(Make(1, 1, 2, "告警xy")) ==
        "rules.yaml:1:1: error: no metric or key named 'refund_24h'\n  1 | 告警xy\n    | ^~~~");
}

TEST_CASE("A caret behind the line's end stands just behind it") {
  CHECK(Render(Make(1, 4, 1, "abc")) ==
        "rules.yaml:1:4: error: no metric or key named 'refund_24h'\n  1 | abc\n    |    ^");
  CHECK(Render(Make(1, 99, 50, "abc")) ==
        "rules.yaml:1:99: error: no metric or key named 'refund_24h'\n  1 | abc\n    |    ^");
}

TEST_CASE("Without a place or a line there is just the sentence") {
  Diagnostic diagnostic = Make(0, 0, 1, "", "did you mean 'x'?");
  CHECK(Render(diagnostic) == "rules.yaml: error: no metric or key named 'refund_24h' (did you mean 'x'?)");
  diagnostic.hint.clear();
  CHECK(Render(diagnostic) == "rules.yaml: error: no metric or key named 'refund_24h'");
  diagnostic.file.clear();
  CHECK(Render(diagnostic) == "error: no metric or key named 'refund_24h'");
  CHECK(Render(Make(3, 4, 1, "")) == "rules.yaml:3:4: error: no metric or key named 'refund_24h'");
}

TEST_CASE("What a terminal would obey is not shown") {
  const std::string shown = Render(Make(1, 2, 1, "a\x1b[31m\xFFz"));
  CHECK(shown.find('\x1b') == std::string::npos);
  CHECK(shown.find("a\xEF\xBF\xBD[31m\xEF\xBF\xBDz") != std::string::npos);
}

TEST_CASE("A very long line is cut around the caret") {
  for (const int column : {1, 100, 1000, 4991, 5000}) {
    std::string source(5000, '.');
    source[static_cast<size_t>(column) - 1] = '#';
    const std::string shown = Render(Make(1, column, 1, source));
    INFO(shown);
    const size_t line_begin = shown.find('\n') + 1;
    const size_t caret_begin = shown.find('\n', line_begin) + 1;
    const std::string text = shown.substr(line_begin, caret_begin - 1 - line_begin);
    const std::string carets = shown.substr(caret_begin);
    CHECK(text.size() < 180);
    // "…" is three bytes and one column.
    const size_t mark = text.find('#') - (text.find("  1 | …") == 0 ? 2 : 0);
    CHECK(carets.find('^') == mark);
    CHECK((text.find("  1 | …") == 0) == (column > 61));
  }
}

TEST_CASE("Fifty mistakes are shown, the others counted, and all are carried") {
  CHECK(ToStatus({}).ok());
  std::vector<Diagnostic> diagnostics;
  for (int i = 1; i <= 53; ++i)
    diagnostics.push_back(Make(i, i, 1, fmt::format("line: {}\n{}:", i, i), i % 2 == 0 ? "hint" : ""));
  const absl::Status status = ToStatus(diagnostics);
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  const std::string message(status.message());
  CHECK(message.find("rules.yaml:50:50") != std::string::npos);
  CHECK(message.find("rules.yaml:51:51") == std::string::npos);
  CHECK(message.substr(message.size() - 11) == "\nand 3 more");
  const std::vector<Diagnostic> carried = DiagnosticsOf(status);
  REQUIRE(carried.size() == 53);
  for (size_t i = 0; i < carried.size(); ++i) {
    CHECK(carried[i].file == diagnostics[i].file);
    CHECK(carried[i].line == diagnostics[i].line);
    CHECK(carried[i].column == diagnostics[i].column);
    CHECK(carried[i].length == diagnostics[i].length);
    CHECK(carried[i].message == diagnostics[i].message);
    CHECK(carried[i].hint == diagnostics[i].hint);
    CHECK(carried[i].source_line == diagnostics[i].source_line);
  }
  CHECK(DiagnosticsOf(absl::OkStatus()).empty());
  CHECK(DiagnosticsOf(absl::NotFoundError("x")).empty());
}

TEST_CASE("The nearest name is offered, a far one is not") {
  const std::vector<std::string> names = {"refunds_24h", "purchases_7d", "sales_7d", "idle", "Country", "x"};
  struct Example {
    const char* name;
    const char* closest;
  };
  const Example examples[] = {
      {"refund_24h", "refunds_24h"},
      {"refunds_24hh", "refunds_24h"},
      {"refudns_24h", "refunds_24h"},  // a swap is one edit
      {"erfudns_24h", "refunds_24h"},
      {"erfudns_24", ""},
      {"Refunds_24H", "refunds_24h"},
      {"country", "Country"},
      {"idel", "idle"},
      {"iddd", ""},
      {"ide", "idle"},
      {"y", ""},
      {"", ""},
      {"idle", ""},  // the name itself is no correction
      {"sale_7d", "sales_7d"},
  };
  for (const Example& example : examples) {
    INFO(example.name);
    CHECK(ClosestName(example.name, names) == example.closest);
  }
  CHECK(ClosestName("metric_c", {"metric_ab", "metric_a", "metric_b"}) == "metric_a");  // the first of the nearest
}

TEST_CASE("An error in a text from a file points into the file") {
  auto file = std::make_shared<SourceFile>();
  file->name = "rules.yaml";
  file->text = "rules:\r\n  R:\r\n    when: über >\r\n      500\r\n";
  // The folded scalar "über > 500".
  const std::string text = "über > 500";
  const size_t first = file->text.find("über");
  const size_t second = file->text.find("500");
  std::vector<size_t> offsets;
  for (size_t i = 0; i < 7; ++i) offsets.push_back(first + i);
  offsets.push_back(first + 7);  // the fold's space: the line's end
  for (size_t i = 0; i < 3; ++i) offsets.push_back(second + i);
  offsets.push_back(second + 3);
  const SourceText source(text, file, offsets);
  REQUIRE(offsets.size() == text.size() + 1);
  CHECK(source.located());

  Diagnostic error = source.Error(0, 5, "no such name");
  CHECK(Render(error) == "rules.yaml:3:11: error: no such name\n  3 |     when: über >\n    |           ^~~~");
  error = source.Error(8, 3, "too large");
  CHECK(Render(error) == "rules.yaml:4:7: error: too large\n  4 |       500\n    |       ^~~");
  error = source.Error("wrong as a whole");  // what goes on in the next line is not underlined
  CHECK(error.line == 3);
  CHECK(error.length == 6);
  error = source.Error(text.size(), 0, "expected more");
  CHECK(error.line == 4);
  CHECK(error.column == 10);
  error = source.Error(1000, 1000, "beyond the end");
  CHECK(error.line == 4);
}

TEST_CASE("An error in a text from code is described and placed in the text") {
  const SourceText source("a &&\n  b");
  CHECK_FALSE(source.located());
  const Diagnostic error = source.Error(7, 1, "no such name", "try 'c'", "rule R, when");
  CHECK(Render(error) == "rule R, when:2:3: error: no such name\n  2 |   b\n    |   ^ try 'c'");
  CHECK(Render(SourceText("").Error("is empty", "", "rule R, when")) == "rule R, when: error: is empty");
  CHECK(Render(SourceText("abc").Error(1, 1, "odd")) == "1:2: error: odd\n  1 | abc\n    |  ^");
}

TEST_CASE("Places that do not fit their text are not used") {
  auto file = std::make_shared<SourceFile>();
  file->name = "rules.yaml";
  file->text = "abc";
  CHECK_FALSE(SourceText("abc", file, {0, 1}).located());
  // Offsets beyond the file do not read beyond it.
  const Diagnostic error = SourceText("abc", file, {100, 200, 300, 400}).Error("odd");
  CHECK(error.line == 1);
}

}  // namespace
}  // namespace tocsin
