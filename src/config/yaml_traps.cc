#include "config/yaml_traps.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "config/yaml_error.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

int OpenParentheses(std::string_view text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '(') - std::count(text.begin(), text.end(), ')'));
}

// A byte of a letter, of any script, or a digit.
bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.size() <= 40 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// How many of the names after entry `i` are really parts of its value, which a comma cut off: of `quantile(0.5, x)`
// and of `1,000`. They lose their names.
size_t TakeCutOff(std::vector<YamlEntry>* entries, size_t i, Mistakes& mistakes) {
  YamlEntry& entry = (*entries)[i];
  std::string whole = entry.value.text.text();
  std::string digits = whole;
  int open = OpenParentheses(whole);
  size_t next = i + 1;
  for (; next < entries->size() && (*entries)[next].value.kind == YamlNode::Kind::kNull; ++next) {
    const std::string& more = (*entries)[next].key.text();
    if (open <= 0 && !(IsDigits(digits) && IsDigits(more))) break;
    open += OpenParentheses(more);
    whole += ", " + more;
    digits += more;
  }
  if (next == i + 1) return 0;
  mistakes.Add((*entries)[i + 1].key,
               fmt::format("inside {{ }} the ',' before this ends the value of '{}'", entry.key.text()),
               IsDigits(digits) ? fmt::format("write {}", digits) : QuoteHint(whole));
  entry.value.kind = YamlNode::Kind::kWrong;
  for (size_t cut = i + 1; cut < next; ++cut) (*entries)[cut].key = SourceText();
  return next - i - 1;
}

}  // namespace

bool HasOpenQuote(std::string_view text) {
  char open = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (open != '\0') {
      if (c == open) open = '\0';
    } else if (c == '"' || c == '\'') {
      if (i == 0 || !IsWordByte(text[i - 1])) open = c;
    }
  }
  return open != '\0';
}

void FindFlowTraps(YamlNode* map, Mistakes& mistakes) {
  std::vector<YamlEntry>& entries = map->entries;
  for (size_t i = 0; i < entries.size(); ++i) {
    YamlEntry& entry = entries[i];
    const size_t colon = entry.key.text().find(':');
    if (entry.value.kind == YamlNode::Kind::kNull && colon != std::string::npos) {
      mistakes.Add(entry.key, "there is no space after the ':'", SpaceHint(entry.key.text()));
      entry.value.kind = YamlNode::Kind::kWrong;
      entry.key = entry.key.Sub(0, colon);
    } else if (entry.value.kind == YamlNode::Kind::kScalar && !entry.value.quoted) {
      i += TakeCutOff(&entries, i, mistakes);
    }
  }
  std::erase_if(entries, [](const YamlEntry& entry) { return entry.key.empty(); });
}

void DropRepeated(YamlNode* map, Mistakes& mistakes) {
  std::unordered_map<std::string, size_t> first;
  std::vector<YamlEntry> kept;
  kept.reserve(map->entries.size());
  for (YamlEntry& entry : map->entries) {
    const auto [known, fresh] = first.emplace(entry.key.text(), kept.size());
    if (fresh) {
      kept.push_back(std::move(entry));
    } else if (!mistakes.Full()) {
      mistakes.Add(entry.key, fmt::format("'{}' is given twice", entry.key.text()),
                   fmt::format("first given in line {}", kept[known->second].key.Error({}).line));
    }
  }
  map->entries = std::move(kept);
}

}  // namespace tocsin
