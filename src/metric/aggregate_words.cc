#include "metric/aggregate_words.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tocsin/base/diagnostic.h"

namespace tocsin {
namespace {

constexpr std::pair<std::string_view, std::string_view> kOtherWords[] = {
    {"avg", "mean"},
    {"average", "mean"},
    {"total", "sum"},
    {"std", "stddev"},
    {"stdev", "stddev"},
    {"stddev_samp", "stddev"},
    {"unique", "distinct"},
    {"uniq", "distinct"},
    {"nunique", "distinct"},
    {"count_distinct", "distinct"},
    {"cardinality", "distinct"},
    {"top", "topk"},
    {"latest", "last"},
    {"newest", "last"},
    {"oldest", "first"},
    {"earliest", "first"},
    {"recency", "time_since"},
};

// Of "p95" the 0.95, of "median" the 0.5; empty of other words.
std::string QuantileOf(std::string_view word) {
  if (word == "median") return "0.5";
  if (word == "percentile") return "0.95";
  if (word.size() < 2 || word.size() > 5 || word[0] != 'p') return "";
  const std::string_view digits = word.substr(1);
  const bool number = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number && digits.size() > 1 ? fmt::format("0.{}", digits) : "";
}

}  // namespace

std::string HintForAggregate(std::string_view word, const std::vector<std::string>& names, std::string_view argument) {
  const auto is_one = [&](std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  if (const std::string quantile = QuantileOf(word); !quantile.empty() && is_one("quantile"))
    return fmt::format("write quantile({}{}{})", quantile, argument.empty() ? "" : ", ", argument);
  for (const auto& [other, ours] : kOtherWords) {
    if (word == other && is_one(ours)) return fmt::format("here it is called '{}'", ours);
  }
  const std::string closest = ClosestName(word, names);
  return closest.empty() ? "" : fmt::format("did you mean '{}'?", closest);
}

}  // namespace tocsin
