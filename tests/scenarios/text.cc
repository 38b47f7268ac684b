#include "scenarios/text.h"

#include <sstream>

#include <fmt/format.h>

#include "tocsin/event/value.h"

namespace tocsin::test {
namespace {

const Time kStart = *ParseTime("2026-01-01T00:00:00Z");

bool Contains(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

// The ids of the events behind an alert, as "e2,e1".
std::string EvidenceIds(const std::string& json) {
  std::string ids;
  for (size_t at = json.find("\"evidence\": ["); at != std::string::npos;) {
    at = json.find("\"id\": \"", at);
    if (at == std::string::npos) break;
    at += 7;
    ids += (ids.empty() ? "" : ",") + json.substr(at, json.find('"', at) - at);
  }
  return ids;
}

}  // namespace

std::vector<std::string> Words(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::pair<std::string, std::string> Pair(const std::string& text) {
  size_t equals = text.find('=');
  return {text.substr(0, equals), equals == std::string::npos ? "" : text.substr(equals + 1)};
}

Time Instant(const std::string& text) {
  int64_t nudge = 0;
  std::string offset = text;
  for (const char* suffix : {"-1ns", "+1ns"}) {
    if (offset.size() <= 4 || offset.substr(offset.size() - 4) != suffix) continue;
    nudge = suffix[0] == '-' ? -1 : 1;
    offset.resize(offset.size() - 4);
  }
  bool before = offset[0] == '-';
  Duration duration = *ParseDuration(before ? offset.substr(1) : offset);
  return (before ? kStart - duration : kStart + duration) + Duration(nudge);
}

std::string ChangeLine(const AlertChange& change) {
  std::string line =
      fmt::format("+{} {} {}", FormatDuration(change.time - kStart), ChangeName(change.change), change.rule);
  for (const auto& [name, value] : change.labels) line += fmt::format(" {}={}", name, value);
  return line;
}

std::string ChangeLine(const std::vector<std::string>& words) {
  std::string line = "+" + FormatDuration(Instant(words[0].substr(1)) - kStart);
  for (size_t i = 1; i < words.size(); ++i) line += " " + words[i];
  return line;
}

bool Says(const std::string& json, const std::string& detail) {
  auto [name, value] = Pair(detail);
  if (name == "evidence" && value != "none") return EvidenceIds(json) == value;
  const std::string member = fmt::format("\"{}\": ", name);
  if (value == "none") return !Contains(json, member);
  if (value[0] == '+') value = FormatTime(Instant(value.substr(1)));
  std::string quoted;
  AppendJsonString(value, &quoted);
  if (name == "because") return Contains(json, quoted);
  return Contains(json, member + quoted) || Contains(json, member + value + ",") ||
         Contains(json, member + value + "}");
}

}  // namespace tocsin::test
