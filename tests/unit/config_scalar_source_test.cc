// Where the bytes of a scalar stand in the file, in every style of YAML.
#include "config/scalar_source.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "config/yaml_reader.h"
#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

// Line and column (1-based, in bytes) of the only occurrence of `needle`.
std::pair<int, int> PlaceOf(const std::string& text, const std::string& needle) {
  const size_t at = text.find(needle);
  REQUIRE(at != std::string::npos);
  const size_t newline = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  const int line = 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n'));
  return {line, static_cast<int>(at - (newline == std::string::npos ? 0 : newline + 1)) + 1};
}

TEST_CASE("A mistake inside a scalar of any style is placed in the file") {
  struct Case {
    const char* style;
    std::string yaml;   // a map with the one key `when`, whose value holds BAD once
    std::string value;  // what YAML makes of it
  };
  const std::vector<Case> cases = {
      {"plain", "when: a > BAD\n", "a > BAD"},
      {"plain, after blanks and a comment", "when:   a > BAD   # BA D\n", "a > BAD"},
      {"plain, on the next line", "when:\n  a > BAD\n", "a > BAD"},
      {"plain over lines", "when: a &&\n  b &&\n    BAD > 5\n", "a && b && BAD > 5"},
      {"plain over lines with a gap", "when: a &&\n\n  BAD > 5\n", "a &&\nBAD > 5"},
      {"plain with wide letters", "when: \xE4\xB8\xAD\xE5\x9B\xBD == BAD\n", "\xE4\xB8\xAD\xE5\x9B\xBD == BAD"},
      {"plain in a flow map", "{for: 1h, when: a > BAD, severity: x}\n", "a > BAD"},
      {"single quotes", "when: 'a > BAD'\n", "a > BAD"},
      {"single quotes with doubled ones", "when: 'a == ''x'' && ''y'' == BAD'\n", "a == 'x' && 'y' == BAD"},
      {"single quotes over lines", "when: 'a &&\n   b && BAD'\n", "a && b && BAD"},
      {"double quotes", "when: \"a > BAD\"\n", "a > BAD"},
      {"double quotes with escapes",
       R"(when: "a == \"x\\\" && \t\u00e9\U0001F600\x41\L == BAD")"
       "\n",
       "a == \"x\\\" && \t\xC3\xA9\xF0\x9F\x98\x80"
       "A\xE2\x80\xA8 == BAD"},
      {"double quotes over lines", "when: \"a &&\n    b &&\n\n   BAD\"\n", "a && b &&\nBAD"},
      {"double quotes with escaped breaks", "when: \"a && \\\n    b && \\\n   \\  BAD\"\n", "a && b &&   BAD"},
      {"literal block", "when: |\n  a &&\n  BAD > 5\n", "a &&\nBAD > 5\n"},
      {"literal block, deeper lines", "when: |-\n    a &&\n      b &&\n\n    BAD > 5\n\n", "a &&\n  b &&\n\nBAD > 5"},
      {"literal block, its indentation said", "when: |2+ # note\n    a\n   BAD\n\n", "  a\n BAD\n\n"},
      {"folded block", "when: >-\n  a &&\n  b &&\n\n  BAD > 5\n", "a && b &&\nBAD > 5"},
      {"folded block, deeper lines", "when: >\n  a &&\n    b &&\n  BAD > 5\n", "a &&\n  b &&\nBAD > 5\n"},
  };
  for (const Case& c : cases) {
    INFO(c.style << ":\n" << c.yaml);
    Mistakes mistakes;
    const auto root = ReadYaml(c.yaml, "test.yaml", mistakes);
    REQUIRE(root.has_value());
    CHECK(mistakes.empty());
    const YamlNode* when = root->Find("when");
    REQUIRE(when != nullptr);
    REQUIRE(when->kind == YamlNode::Kind::kScalar);
    CHECK(when->text.text() == c.value);
    const Diagnostic diagnostic = when->text.Error(when->text.text().find("BAD"), 3, "bad");
    const auto [line, column] = PlaceOf(c.yaml, "BAD");
    CHECK(diagnostic.line == line);
    CHECK(diagnostic.length == 3);
    CHECK(diagnostic.file == "test.yaml");
    // Columns are counted in code points; only one case has letters of more than one byte before BAD.
    const bool wide = c.yaml.find("\xE4\xB8\xAD") != std::string::npos;
    CHECK(diagnostic.column == column - (wide ? 4 : 0));
  }
}

TEST_CASE("Windows' line ends move no column") {
  Mistakes mistakes;
  const auto root = ReadYaml(
      "\xEF\xBB\xBF"
      "a: 1\r\nwhen: |\r\n  x &&\r\n  BAD\r\n",
      "test.yaml", mistakes);
  REQUIRE(root.has_value());
  const YamlNode* when = root->Find("when");
  CHECK(when->text.text() == "x &&\nBAD\n");
  const Diagnostic diagnostic = when->text.Error(5, 3, "bad");
  CHECK(diagnostic.line == 4);
  CHECK(diagnostic.column == 3);
  CHECK(diagnostic.source_line == "  BAD");
  CHECK(root->Find("a")->text.Error("x").column == 4);  // the byte order mark is no column
}

// A scalar written at random, in a style at random, by a writer that knows where it put every byte.
class Writer {
 public:
  explicit Writer(uint32_t seed) : random_(seed) {}

  void Write() {
    style_ = Pick(5);
    static const char* const kBegin[] = {"k: ", "k: '", "k: \"", "k: |\n  ", "k: >\n  "};
    text = kBegin[style_];
    const int words = 1 + Pick(8);
    for (int i = 0; i < words; ++i) {
      if (i > 0) Separate();
      Word();
    }
    if (style_ == 1) text += "'";
    if (style_ == 2) text += "\"";
    text += "\n";
    if (style_ >= 3) {
      value += "\n";
      offsets.push_back(text.size() - 1);
    }
    text += "next: 1\n";
  }

  std::string text;
  std::string value;
  std::vector<size_t> offsets;  // of blanks that came of folds: not checked by the test

 private:
  int Pick(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

  void Put(const std::string& meaning, const std::string& written) {
    for (size_t i = 0; i < meaning.size(); ++i)
      offsets.push_back(text.size() + (written.size() == meaning.size() ? i : 0));
    value += meaning;
    text += written;
  }

  void Word() {
    static const char* const kPlain[] = {"a", "b_7", ">", "&&", "(x)", "\xC3\xA9", "\xE4\xB8\xAD", "==", "500", "f(y)"};
    static const std::pair<const char*, const char*> kEscapes[] = {
        {"\"", "\\\""}, {"\\", "\\\\"}, {"\xC3\xA9", "\\u00e9"}, {"\xF0\x9F\x98\x80", "\\U0001F600"},
        {"A", "\\x41"}, {"/", "\\/"}};
    const int parts = 1 + Pick(4);
    Put("w", "w");  // so that no word begins with what YAML has a use for
    for (int i = 0; i < parts; ++i) {
      if (style_ == 1 && Pick(3) == 0) {
        Put("'", "''");
      } else if (style_ == 2 && Pick(3) == 0) {
        const auto& [meaning, written] = kEscapes[Pick(6)];
        Put(meaning, written);
      } else {
        const char* plain = kPlain[Pick(10)];
        Put(plain, plain);
      }
    }
  }

  // One blank, several, or a break: alone it folds to a space (kept in a literal block), with empty lines to line
  // breaks.
  void Separate() {
    const int kind = Pick(4);
    if (kind <= 1) {
      const std::string blanks(kind == 0 ? 1 : 2 + static_cast<size_t>(Pick(3)), ' ');
      return Put(blanks, blanks);
    }
    const size_t empty = kind == 2 ? 0 : 1 + static_cast<size_t>(Pick(2));
    const bool literal = style_ == 3;
    const std::string meaning = literal ? std::string(empty + 1, '\n') : empty == 0 ? " " : std::string(empty, '\n');
    // In quotes and plain text, blanks around a break belong to it.
    const std::string before = style_ <= 2 ? std::string(static_cast<size_t>(Pick(2)), ' ') : "";
    const std::string after = style_ <= 2 ? std::string(static_cast<size_t>(Pick(3)), ' ') : "";
    for (size_t i = 0; i < meaning.size(); ++i) offsets.push_back(std::string::npos);
    value += meaning;
    text += before + std::string(empty + 1, '\n') + "  " + after;
  }

  std::mt19937 random_;
  int style_ = 0;
};

TEST_CASE("Scalars written at random are placed byte by byte") {
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    Writer writer(tocsin::test::Seed(seed));
    writer.Write();
    INFO("seed " << seed << ":\n" << writer.text);
    Mistakes mistakes;
    const auto root = ReadYaml(writer.text, "test.yaml", mistakes);
    REQUIRE(root.has_value());
    REQUIRE(mistakes.empty());
    REQUIRE(root->Find("k")->text.text() == writer.value);
    REQUIRE(root->Find("next") != nullptr);
    const size_t begin = writer.text.find_first_not_of(' ', 2);
    const ScalarSource source = LocateScalar(writer.text, begin, writer.value);
    REQUIRE(source.closed);
    REQUIRE(source.offsets.size() == writer.value.size() + 1);
    for (size_t i = 0; i < writer.value.size(); ++i) {
      if (writer.value[i] == ' ' || writer.value[i] == '\n') continue;
      INFO("byte " << i);
      REQUIRE(source.offsets[i] == writer.offsets[i]);
    }
    REQUIRE(std::is_sorted(source.offsets.begin(), source.offsets.end()));
    REQUIRE(source.offsets.back() <= source.end);
  }
}

TEST_CASE("A value that the file does not hold is placed somewhere in it") {
  for (const char* file : {"", "x", "'", "\"", "|", "\"\\", "\"\\u00", "'ab", "\"ab\\\n"}) {
    for (const char* value : {"", "y", "yyyyyyyy", " \n y"}) {
      const ScalarSource source = LocateScalar(file, 0, value);
      REQUIRE(source.offsets.size() == std::string(value).size() + 1);
      for (const size_t offset : source.offsets) CHECK(offset <= std::string(file).size());
      CHECK(source.end <= std::string(file).size());
    }
  }
  CHECK_FALSE(LocateScalar("'ab", 0, "ab").closed);
  CHECK(LocateScalar("'ab'", 0, "ab").closed);
}

}  // namespace
}  // namespace tocsin
