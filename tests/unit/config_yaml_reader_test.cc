// YAML text -> nodes.
#include "config/yaml_reader.h"

#include <string>
#include <vector>

#include "fmt/format.h"
#include "support/catch.h"

namespace tocsin {
namespace {

// A node as a text: ~ null, ! wrong, 'quoted', plain, [lists], {maps}; a `*` marks what is written with brackets.
std::string Dump(const YamlNode& node) {
  std::string out;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return node.commented ? "~#" : "~";
    case YamlNode::Kind::kWrong:
      return "!";
    case YamlNode::Kind::kScalar:
      return node.quoted ? fmt::format("'{}'", node.text.text()) : node.text.text();
    case YamlNode::Kind::kList:
      for (const YamlNode& item : node.items) out += (out.empty() ? "" : " ") + Dump(item);
      return fmt::format("[{}]{}", out, node.flow ? "*" : "");
    case YamlNode::Kind::kMap:
      for (const YamlEntry& entry : node.entries) {
        out += fmt::format("{}{}={}", out.empty() ? "" : " ", entry.key.text(), Dump(entry.value));
      }
      return fmt::format("{{{}}}{}", out, node.flow ? "*" : "");
  }
  return "?";
}

struct Read {
  std::string dump;  // "-": nothing
  std::vector<Diagnostic> mistakes;
};

Read ReadText(const std::string& text) {
  Mistakes mistakes;
  const auto root = ReadYaml(text, "test.yaml", mistakes);
  return {root ? Dump(*root) : "-", mistakes.Take()};
}

TEST_CASE("What a config needs of YAML is read") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "~"},
      {"# only a comment\n", "~"},
      {"a: 1", "{a=1}"},
      {"a: 1\nb:\n  c: 2\n  d: [x, y]\n", "{a=1 b={c=2 d=[x y]*}}"},
      {"{a: 1, b: {c: 2}}", "{a=1 b={c=2}*}*"},
      {"a:\n- x\n- y: 1\n  z: 2\n", "{a=[x {y=1 z=2}]}"},
      {"a:\n  - x\n  -\n  - y\n", "{a=[x ~ y]}"},
      {"a:\nb: ~\nc: null\nd: ''\ne: \"null\"\n", "{a=~ b=~ c=~ d='' e='null'}"},
      {"a: # nothing\nb: 1\n", "{a=~# b=1}"},
      {"a: yes\nb: 010\nc: '5'\nd: 1.50\n", "{a=yes b=010 c='5' d=1.50}"},  // as written: nothing is guessed
      {"\"a b\": 1\n'c': 2\n", "{a b=1 c=2}"},
      {"a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{a='x\ny\n' b='x y'}"},
      {"a: x # c\n", "{a=x}"},
      {"a: x#c\n", "{a=x#c}"},
      {"a: don't # c\n", "{a=don't}"},
      {"a: {}\nb: []\n", "{a={}* b=[]*}"},
      {"---\na: 1\n...\n", "{a=1}"},
      {"%YAML 1.2\n---\na: 1\n", "{a=1}"},
      {"a: http://example.com:80/x\n", "{a=http://example.com:80/x}"},
      {"a: \"x\n  y\"\n", "{a='x y'}"},
  };
  for (const auto& [text, dump] : cases) {
    INFO(text);
    const Read read = ReadText(text);
    CHECK(read.dump == dump);
    CHECK(Render(read.mistakes).empty());
  }
}

TEST_CASE("What cannot be kept is reported once and left out") {
  struct Case {
    std::string text;
    std::string dump;
    std::vector<std::pair<int, int>> places;  // line and column of each mistake
  };
  const std::vector<Case> cases = {
      {"a: 1\nb: 2\na: 3\n", "{a=1 b=2}", {{3, 1}}},
      {"{a: 1, a: 2, a: 3}", "{a=1}*", {{1, 8}, {1, 14}}},
      {"a: !x\nb: 1\n", "{a=! b=1}", {{1, 4}}},
      {"a: !!str 5\n", "{a=!}", {{1, 4}}},
      {"a: ! 5\n", "{a=!}", {{1, 4}}},
      {"a: &x 5\nb: *x\n", "{a=! b=!}", {{1, 4}, {2, 4}}},
      {"a: &x\n  b: 5\n", "{a=!}", {{1, 4}}},
      {"a: !x {b: 5}\nc: !y [1]\n", "{a=! c=!}", {{1, 4}, {2, 4}}},
      {"!x a: 1\nb: 2\n", "{b=2}", {{1, 1}}},
      {"<<: {a: 1}\nb: 2\n", "{b=2}", {{1, 1}}},
      {"'<<': 1\n", "{<<=1}", {}},
      {"a: \"x\\_\"\nb: \"\\N\"\n", "{a=! b=!}", {{1, 4}, {2, 4}}},
      {"? [a]\n: 1\nb: 2\n", "{b=2}", {{1, 3}}},
      {"null: 1\nb: 2\n", "{b=2}", {{1, 1}}},
      {"'': 1\nb: 2\n", "{b=2}", {{1, 2}}},
      {"{a: 1,, b: 2}", "{a=1 b=2}*", {{1, 7}}},
      {"{a: f(b, c), d: 1}", "{a=! d=1}*", {{1, 10}}},
      {"{a: f(b, g(c, d), e), h: 1}", "{a=! h=1}*", {{1, 10}}},
      {"{a: 1,000, b: 2}", "{a=! b=2}*", {{1, 7}}},
      {"{a: f(b), c: 1}", "{a=f(b) c=1}*", {}},
      {"{a:1, b: 2}", "{a=! b=2}*", {{1, 2}}},
      {"a: x == \"y #1\"\nb: 2\n", "{a=! b=2}", {{1, 12}}},
      {"a: x == 'y #1'\nb: 2\n", "{a=! b=2}", {{1, 12}}},
      {"a: it's # fine\n", "{a=it's}", {}},
      {"a: the caf\xC3\xA9's # fine\n", "{a=the caf\xC3\xA9's}", {}},
      {"a: 1\n---\nb: 2\n", "-", {{2, 1}}},
      {"a: 1\n---\n", "-", {{2, 1}}},
      {"a: 'x\nb: 1\n", "-", {{1, 4}}},
      {"a: \"x\nb: \"y\"\n", "-", {{1, 4}}},
      {"a: \"x\nb: y\"\n", "-", {{1, 4}}},
      {"a: [b\n", "-", {{1, 4}}},
      {"a: {b: [c}\n", "-", {{1, 10}}},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const Read read = ReadText(c.text);
    CHECK(read.dump == c.dump);
    std::vector<std::pair<int, int>> places;
    for (const Diagnostic& mistake : read.mistakes) places.emplace_back(mistake.line, mistake.column);
    CHECK(places == c.places);
  }
}

TEST_CASE("A repeated name tells where it was first") {
  const Read read = ReadText("a: 1\nb: 2\n\na: 3\n");
  REQUIRE(read.mistakes.size() == 1);
  CHECK(read.mistakes[0].message == "'a' is given twice");
  CHECK(read.mistakes[0].hint == "first given in line 1");
}

TEST_CASE("Depth is bounded") {
  const auto nested = [](size_t depth) { return "a: " + std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(ReadText(nested(kMaxYamlDepth - 1)).mistakes.empty());
  const Read read = ReadText(nested(kMaxYamlDepth));
  REQUIRE(read.mistakes.size() == 1);
  CHECK(read.mistakes[0].message == "this is nested too deeply");
  CHECK(read.mistakes[0].column == 4 + static_cast<int>(kMaxYamlDepth) - 1);
  CHECK(ReadText(nested(100'000)).dump == "-");
  std::string block;
  for (size_t depth = 0; depth < 100; ++depth) block += std::string(depth, ' ') + "a:\n";
  CHECK(ReadText(block).dump == "-");
}

TEST_CASE("Texts that are not YAML's alphabet are refused at their place") {
  const std::vector<std::pair<std::string, std::pair<int, int>>> cases = {
      {"a: \xFF\n", {1, 4}},     {"a: 1\nb: \xC3\n", {2, 4}},
      {"a: \x04 b\n", {1, 4}},   {std::string("a: \0b", 5), {1, 4}},
      {"a: \x1B[31m\n", {1, 4}}, {"a: 1\rb: 2\n", {1, 5}},
      {"\xFE\xFF", {1, 1}},      {"\xC3\xA9\x7F", {1, 2}},
  };
  for (const auto& [text, place] : cases) {
    const Read read = ReadText(text);
    CHECK(read.dump == "-");
    REQUIRE(read.mistakes.size() == 1);
    CHECK(read.mistakes[0].line == place.first);
    CHECK(read.mistakes[0].column == place.second);
  }
  CHECK(ReadText("\xEF\xBB\xBF"
                 "a: \xE4\xB8\xAD\r\nb:\t1\r\n")
            .dump == "{a=\xE4\xB8\xAD b=1}");
}

TEST_CASE("Mistakes are bounded in number") {
  std::string text = "{";
  for (int i = 0; i < 5000; ++i) text += "a: 1,";
  text += "}";
  CHECK(ReadText(text).mistakes.size() <= Mistakes::kMost);
}

}  // namespace
}  // namespace tocsin
