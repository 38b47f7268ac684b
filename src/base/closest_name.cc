// "did you mean": the nearest name by Damerau and Levenshtein's distance.
#include <algorithm>

#include "tocsin/base/diagnostic.h"

namespace tocsin {
namespace {

constexpr size_t kShortName = 4;  // up to so many letters only one edit is forgiven
constexpr size_t kMaxEdits = 2;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Insertions, deletions, substitutions, and swaps of neighbours, by the table of prefixes of which three rows are kept.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

}  // namespace

std::string ClosestName(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string wanted = Lower(name);
  // Every other name is one edit away from a name of one letter; that would be no guess.
  size_t limit = wanted.size() <= kShortName ? 1 : kMaxEdits;
  limit = std::min(limit, wanted.empty() ? 0 : wanted.size() - 1);
  const std::string* closest = nullptr;
  for (const std::string& candidate : candidates) {
    const size_t difference =
        candidate.size() > wanted.size() ? candidate.size() - wanted.size() : wanted.size() - candidate.size();
    if (difference > limit || candidate == name) continue;
    const size_t distance = Distance(wanted, Lower(candidate));
    if (distance > limit || (closest != nullptr && distance == limit)) continue;
    closest = &candidate;
    if (distance == 0) break;
    limit = distance;
  }
  return closest == nullptr ? std::string() : *closest;
}

}  // namespace tocsin
