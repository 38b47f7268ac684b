#include "config/yaml_error.h"

#include <algorithm>
#include <optional>

#include "fmt/format.h"

namespace tocsin {
namespace {

constexpr size_t kNone = std::string_view::npos;

size_t LineBegin(std::string_view file, size_t at) {
  if (at == 0) return 0;
  const size_t newline = file.rfind('\n', at - 1);
  return newline == kNone ? 0 : newline + 1;
}

size_t LineEnd(std::string_view file, size_t at) {
  const size_t newline = file.find('\n', at);
  return newline == kNone ? file.size() : newline;
}

// The first byte of a line that is neither space nor tab, or the line's end.
size_t TextBegin(std::string_view file, size_t line_begin) {
  size_t at = line_begin;
  while (at < file.size() && (file[at] == ' ' || file[at] == '\t')) ++at;
  return at;
}

// Without blanks at its end, and without a comment.
std::string_view WithoutTail(std::string_view text) {
  const size_t comment = text.find(" #");
  if (comment != kNone) text = text.substr(0, comment);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Where the quoted text that begins at `at` ends (past its quote), or kNone.
size_t QuotedEnd(std::string_view file, size_t at, size_t limit) {
  const char quote = file[at];
  for (size_t i = at + 1; i < limit; ++i) {
    if (quote == '"' && file[i] == '\\') {
      ++i;
    } else if (file[i] == quote) {
      if (quote == '"' || i + 1 >= limit || file[i + 1] != '\'') return i + 1;
      ++i;
    }
  }
  return kNone;
}

bool IsColon(std::string_view file, size_t i) {
  return file[i] == ':' && (i + 1 >= file.size() || file[i + 1] == ' ' || file[i + 1] == '\t' || file[i + 1] == '\n');
}

// The value that the parser stumbled in, as its author sees it.
struct Value {
  size_t begin = 0;
  bool named = false;    // "name: " stands before it on its line
  bool in_flow = false;  // inside { } or [ ] that open on its line
};

// Reads the line of `error` up to it, as YAML would, to find where the value around `error` begins.
Value FindValue(std::string_view file, size_t error) {
  Value value;
  const size_t line_end = LineEnd(file, error);
  value.begin = TextBegin(file, LineBegin(file, error));
  std::vector<Value> outer;
  for (size_t i = value.begin; i < error; ++i) {
    const char c = file[i];
    const auto begin_at = [&](size_t at) {
      value.begin = std::min(TextBegin(file, at), line_end);
      i = value.begin - 1;
    };
    if (i == value.begin && (c == '"' || c == '\'')) {
      const size_t end = QuotedEnd(file, i, line_end);
      if (end == kNone || end > error) break;
      i = end - 1;
    } else if (i == value.begin && (c == '{' || c == '[')) {
      outer.push_back(value);
      value = {i, false, true};
      begin_at(i + 1);
    } else if (i == value.begin && c == '-' && i + 1 < line_end && file[i + 1] == ' ') {
      begin_at(i + 1);
    } else if ((c == '}' || c == ']') && !outer.empty()) {
      value = outer.back();
      outer.pop_back();
    } else if (c == ',' && !outer.empty()) {
      value.named = false;
      begin_at(i + 1);
    } else if (IsColon(file, i) && !value.named) {
      value.named = true;
      begin_at(i + 1);
    }
  }
  return value;
}

// `text: "…"`: the value as written, where its end is certain.
std::string Quoting(std::string_view file, const Value& value) {
  if (value.in_flow) return "put the whole value in quotes";
  return QuoteHint(WithoutTail(file.substr(value.begin, LineEnd(file, value.begin) - value.begin)));
}

// A value that begins with a character that YAML has a use for.
std::optional<YamlError> ExplainFirstCharacter(std::string_view file, size_t offset, const Value& value,
                                               std::string_view complaint) {
  if (!value.named || value.begin >= file.size()) return std::nullopt;
  const char first = file[value.begin];
  const std::string quoting = Quoting(file, value);
  switch (first) {
    case '!':
      return YamlError{value.begin, 1, "YAML takes a value that starts with '!' for a tag", quoting};
    case '*':
    case '&':
      return YamlError{value.begin, 1,
                       fmt::format("YAML takes a value that starts with '{}' for an alias or anchor", first), quoting};
    case '%':
    case '@':
    case '`':
      return YamlError{value.begin, 1, fmt::format("in YAML a value cannot start with '{}'", first), quoting};
    case '|':
    case '>':
      return YamlError{value.begin, 1,
                       fmt::format("YAML takes a value that starts with '{}' for a block of text", first), quoting};
    case '?':
    case ',':
      return YamlError{value.begin, 1, fmt::format("in YAML a value cannot start with '{}'", first), quoting};
    case '-':
      if (value.in_flow) return std::nullopt;
      return YamlError{value.begin, 1, "a list cannot begin on the line of its name",
                       "begin it on the next line, or write [a, b]"};
    case '"':
    case '\'':
      if (offset <= value.begin || complaint.find("escape") != kNone) return std::nullopt;
      return YamlError{offset, 1, "there is more after the closing quote",
                       "put the whole value in quotes, or none of it"};
    case '{':
    case '[':
      if (offset <= value.begin || complaint.find("flow") != kNone) return std::nullopt;
      return YamlError{
          value.begin, 1,
          fmt::format("YAML takes a value that starts with '{}' for a {}", first, first == '{' ? "map" : "list"),
          quoting};
    default:
      return std::nullopt;
  }
}

// Inside { } or [ ]: a text that YAML ends too early, or a bracket that is never closed.
std::optional<YamlError> ExplainFlow(std::string_view file, size_t offset, std::string_view complaint,
                                     const YamlProgress& progress) {
  if (complaint == "illegal flow end" && offset < file.size()) {
    return YamlError{offset, 1, fmt::format("this '{}' closes nothing", file[offset]), "remove it"};
  }
  if (progress.open_brackets.empty() || complaint.find("flow not found") == kNone) return std::nullopt;
  const size_t bracket = progress.open_brackets.back();
  const bool same_line = offset < file.size() && LineBegin(file, offset) == LineBegin(file, bracket);
  if (same_line && std::string_view("[]{}\"'").find(file[offset]) != kNone) {
    return YamlError{offset, 1,
                     fmt::format("inside {} a value that contains '{}' must be in quotes",
                                 file[bracket] == '{' ? "{ }" : "[ ]", file[offset]),
                     "put the whole value in quotes"};
  }
  if (same_line && IsColon(file, offset)) {
    return YamlError{offset, 1, "a value without quotes cannot contain ': '",
                     "is a ',' missing before this name? Or put the value in quotes"};
  }
  return YamlError{bracket, 1, fmt::format("this '{}' is not closed", file[bracket]),
                   fmt::format("close it with '{}'", file[bracket] == '{' ? '}' : ']')};
}

// A line whose beginning is at fault: tabs, indentation, no colon.
std::optional<YamlError> ExplainLine(std::string_view file, size_t offset, const Value& value) {
  const size_t line = LineBegin(file, offset);
  const size_t text = TextBegin(file, line);
  const size_t tab = file.substr(line, text - line).find('\t');
  if (tab != kNone) return YamlError{line + tab, 1, "a tab cannot indent YAML", "use spaces"};
  if (line == 0) return std::nullopt;

  // The nearest line above that says something.
  size_t above = LineBegin(file, line - 1);
  size_t above_text = TextBegin(file, above);
  while (above > 0 && (file[above_text] == '\n' || file[above_text] == '#')) {
    above = LineBegin(file, above - 1);
    above_text = TextBegin(file, above);
  }
  const std::string_view said = WithoutTail(file.substr(above_text, LineEnd(file, above_text) - above_text));
  const size_t indent = text - line;
  const size_t indent_above = above_text - above;

  if (offset < file.size() && file[offset] == ':' && value.begin == text && !said.empty()) {
    if (indent == indent_above) {
      const size_t colon = said.find(':');
      if (colon != kNone && said.find(": ") == kNone && said.back() != ':') {
        return YamlError{above_text + colon, 1, "there is no space after this ':'", SpaceHint(said)};
      }
      if (colon == kNone) {
        return YamlError{above_text, said.size(), "this line is neither 'name: value' nor a list entry",
                         "is a ':' missing, or quotes around a longer text?"};
      }
    }
    if (indent > indent_above && said.find(':') == kNone) {
      return YamlError{above_text, said.size(), "this line is neither 'name: value' nor a list entry",
                       fmt::format("is a ':' missing at its end? Write '{}:'", said)};
    }
    if (indent > indent_above) {
      return YamlError{text, 1,
                       "this line is indented deeper than the one above, so YAML takes it for a part of that value",
                       fmt::format("indent it by {} like the one above", indent_above)};
    }
  }
  if (offset == text && indent != indent_above) {
    return YamlError{text, 1, "the indentation of this line fits nothing above it",
                     fmt::format("the line above is indented by {}", indent_above)};
  }
  return std::nullopt;
}

}  // namespace

std::string QuoteHint(std::string_view text) {
  if (text.empty() || text.size() > 80 || text.find('\n') != kNone) return "put the whole value in quotes";
  if (text.find('\'') == kNone) return fmt::format("put it in quotes: '{}'", text);
  if (text.find('"') == kNone && text.find('\\') == kNone) return fmt::format("put it in quotes: \"{}\"", text);
  std::string doubled;
  for (const char c : text) doubled += c == '\'' ? "''" : std::string(1, c);
  return fmt::format("put it in quotes: '{}'", doubled);
}

std::string SpaceHint(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == kNone || colon == 0 || text.size() > 80 || text.find('\n') != kNone) return {};
  return fmt::format("write '{}: {}'", text.substr(0, colon), text.substr(colon + 1));
}

YamlError ExplainYamlError(std::string_view file, size_t offset, std::string_view complaint,
                           const YamlProgress& progress) {
  offset = std::min(offset, file.size());

  const YamlProgress::Scalar& last = progress.last;
  if (last.quoted && offset >= last.end && LineBegin(file, last.begin) != LineBegin(file, offset) &&
      file.substr(last.begin, last.end - last.begin).find('\n') != kNone && TextBegin(file, last.end) == offset) {
    return {last.begin, 1, "this quote is closed only some lines below, in the middle of another value",
            "close it where its text ends"};
  }
  constexpr std::string_view kEscape = "unknown escape character: ";
  if (complaint.substr(0, kEscape.size()) == kEscape) {
    const size_t backslash = file.rfind('\\', offset > 0 ? offset - 1 : 0);
    return {backslash == kNone ? offset : backslash, 2,
            fmt::format("'\\{}' means nothing inside double quotes", complaint.substr(kEscape.size())),
            "write '\\\\' for a backslash, or use single quotes"};
  }

  const Value value = FindValue(file, offset);
  if (auto error = ExplainFirstCharacter(file, offset, value, complaint)) return *error;
  if (auto error = ExplainFlow(file, offset, complaint, progress)) return *error;
  if (complaint == "illegal map value" && value.named && offset > value.begin) {
    return {offset, 1, "a value without quotes cannot contain ': '", Quoting(file, value)};
  }
  if (auto error = ExplainLine(file, offset, value)) return *error;
  return {offset, 1, fmt::format("this is not valid YAML: {}", complaint), {}};
}

}  // namespace tocsin
