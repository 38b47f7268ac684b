#include "config/cover_secrets.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool IsNameByte(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-'; }

bool NamesASecret(std::string_view name) {
  static const std::vector<std::string> kNames = {"password", "passwd", "token", "secret", "key", "api_key"};
  return !ClosestName(name, kNames).empty();
}

// A piece of a line, by bytes.
struct Span {
  size_t begin = 0;
  size_t end = 0;
};

// `password: …`: from the value on, unless it is a reference.
void FindNamedSecrets(std::string_view line, std::vector<Span>* spans) {
  for (size_t colon = line.find(':'); colon != kNone; colon = line.find(':', colon + 1)) {
    size_t name_end = colon;
    while (name_end > 0 && (line[name_end - 1] == '"' || line[name_end - 1] == '\'' || line[name_end - 1] == ' '))
      --name_end;
    size_t name_begin = name_end;
    while (name_begin > 0 && IsNameByte(line[name_begin - 1])) --name_begin;
    if (!NamesASecret(line.substr(name_begin, name_end - name_begin))) continue;
    const size_t begin = line.find_first_not_of(" \t\"'", colon + 1);
    if (begin == kNone || line.substr(begin, 4) == "env:" || line.substr(begin, 5) == "file:") continue;
    spans->push_back({begin, line.size()});
    return;
  }
}

// `smtp://user:…@host`: from the first ':' to the last '@'.
void FindUrlPassword(std::string_view line, std::vector<Span>* spans) {
  const size_t slashes = line.find("//");
  if (slashes == kNone) return;
  const size_t colon = line.find(':', slashes);
  const size_t at = line.rfind('@');
  if (colon != kNone && at != kNone && colon + 1 < at) spans->push_back({colon + 1, at});
}

// Each code point of the spans becomes a star, so that the caret below keeps its place.
std::string Cover(std::string_view line, const std::vector<Span>& spans) {
  std::string covered;
  for (size_t at = 0; at < line.size();) {
    const size_t size = FirstCodePoint(line.substr(at)).size;
    const bool secret =
        std::any_of(spans.begin(), spans.end(), [at](const Span& s) { return s.begin <= at && at < s.end; });
    covered += secret ? "*" : line.substr(at, size);
    at += size;
  }
  return covered;
}

// What a message quotes of the user's text, where that is or holds what was covered.
void Scrub(std::string_view covered, std::string* text) {
  for (const char quote : {'\'', '"'}) {
    const size_t begin = text->find(quote);
    const size_t end = text->rfind(quote);
    if (begin == kNone || end <= begin + 3) continue;
    const std::string_view quoted = std::string_view(*text).substr(begin + 1, end - begin - 1);
    if (covered.find(quoted) != kNone || quoted.find(covered.substr(0, 3)) != kNone) {
      text->replace(begin + 1, end - begin - 1, "…");
    }
  }
}

void CoverIn(Diagnostic* diagnostic) {
  const std::string line = diagnostic->source_line;
  std::vector<Span> spans;
  FindNamedSecrets(line, &spans);
  FindUrlPassword(line, &spans);
  if (spans.empty()) return;
  diagnostic->source_line = Cover(line, spans);
  if (diagnostic->hint.rfind("put it in quotes", 0) == 0) diagnostic->hint = "put the whole value in quotes";
  for (const Span& span : spans) {
    const std::string_view covered = std::string_view(line).substr(span.begin, span.end - span.begin);
    Scrub(covered, &diagnostic->message);
    Scrub(covered, &diagnostic->hint);
  }
}

// For each line of the text, whether it belongs to the section `receivers` (or could).
std::vector<bool> LinesOfReceivers(std::string_view yaml) {
  std::vector<bool> lines;
  bool inside = false;
  for (size_t begin = 0; begin <= yaml.size();) {
    const size_t end = std::min(yaml.find('\n', begin), yaml.size());
    const std::string_view line = yaml.substr(begin, end - begin);
    const char first = line.empty() ? ' ' : line[0];
    if (first == '{') {
      inside = true;  // a config on one line, or between two brackets
    } else if (IsNameByte(first) || first == '"' || first == '\'') {
      inside = line.find("receiver") != kNone;
    }
    lines.push_back(inside);
    begin = end + 1;
  }
  return lines;
}

}  // namespace

void CoverSecrets(std::string_view yaml, std::vector<Diagnostic>* diagnostics) {
  if (diagnostics->empty()) return;
  const std::vector<bool> receivers = LinesOfReceivers(yaml);
  for (Diagnostic& diagnostic : *diagnostics) {
    const size_t line = static_cast<size_t>(std::max(diagnostic.line, 1)) - 1;
    if (line < receivers.size() && receivers[line] && !diagnostic.source_line.empty()) CoverIn(&diagnostic);
  }
}

}  // namespace tocsin
