// What a score is short for: `health: {parts: {usage: {value: visits, good: 10, weight: 2}, survey: {value: csat}}}` is
//
//   health.usage: {value: visits}
//   health.survey: {value: csat}
//   health: {value: the mean of those that have a value, 0 where they are bad, 100 where they are good, by weight}
//   health.missing: the names of those that have none, "usage, survey"
#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/plan_stages.h"
#include "engine/spec_fields.h"

namespace tocsin {
namespace {

// The texts of all sets of missing parts are made beforehand.
constexpr size_t kMostParts = 10;

constexpr std::string_view kMissing = "missing";

bool Check(const MetricSpec& spec, bool strict, std::vector<Diagnostic>* diagnostics) {
  const size_t before = diagnostics->size();
  const auto complain = [&](const SourceText& place, std::string message) {
    diagnostics->push_back((place.empty() ? spec.origin : place).Error(std::move(message), "", "metric " + spec.name));
  };
  const std::string_view extra =
      FirstGiven(spec, {"event", "value", "over", "aggregate", "where", "window", "last", "by"});
  if (!extra.empty())
    complain(spec.origin, fmt::format("'{}' is a score of its parts and has no '{}' of its own", spec.name, extra));
  if (spec.parts.size() > kMostParts) complain(spec.origin, fmt::format("a score has at most {} parts", kMostParts));
  if (strict) complain(spec.origin, "a score asks which parts have a value, which strict_cel turns off");
  std::set<std::string_view> names;
  for (const PartSpec& part : spec.parts) {
    const auto complain_of = [&](std::string_view what) {
      complain(part.origin, fmt::format("the part '{}' {}", part.name, what));
    };
    if (part.name == kMissing) complain_of("has the name of what says which parts are missing");
    if (!names.insert(part.name).second) complain_of("is given twice");
    if (part.value.empty()) complain_of("has no 'value'");
    if (!(part.weight > 0) || !std::isfinite(part.weight)) complain_of("must have a weight above 0");
    if (!std::isfinite(part.bad) || !std::isfinite(part.good) || part.bad == part.good)
      complain_of("must say what is bad and what is good, two different numbers");
  }
  return diagnostics->size() == before;
}

// As a double of CEL: 10.0, 1e+20.
std::string Number(double number) {
  const std::string text = fmt::format("{}", number);
  return fmt::format("({}{})", text, text.find_first_of(".e") == std::string::npos ? ".0" : "");
}

class Score {
 public:
  Score(MetricSpec* spec, std::vector<MetricSpec>* more) : spec_(*spec), more_(*more) {}

  void Expand() {
    std::string sum;
    std::string weights;
    std::string missing;
    for (size_t i = 0; i < spec_.parts.size(); ++i) {
      const PartSpec& part = spec_.parts[i];
      const std::string name = spec_.name + "." + part.name;
      const std::string weight = Number(part.weight);
      const std::string between = i == 0 ? "" : " + ";
      sum += fmt::format("{}(has({}) ? {} * math.greatest(0.0, math.least(1.0, ({} - {}) / {})) : 0.0)", between, name,
                         weight, name, Number(part.bad), Number(part.good - part.bad));
      weights += fmt::format("{}(has({}) ? {} : 0.0)", between, name, weight);
      missing += fmt::format("{}(has({}) ? 0 : {})", between, name, size_t{1} << i);
      Add(name, part.value, part.origin);
    }
    Add(fmt::format("{}.{}", spec_.name, kMissing), SourceText(missing), spec_.origin);
    more_.back().words = Words();
    spec_.value = SourceText(fmt::format("100.0 * ({}) / ({})", sum, weights));
  }

 private:
  void Add(std::string name, const SourceText& value, const SourceText& origin) {
    MetricSpec metric;
    metric.name = std::move(name);
    metric.value = value;
    metric.origin = origin.empty() ? spec_.origin : origin;
    more_.push_back(std::move(metric));
  }

  // What is missing, by the sum of the parts' bits.
  std::vector<std::string> Words() const {
    std::vector<std::string> words;
    for (size_t set = 0; set < size_t{1} << spec_.parts.size(); ++set) {
      std::string text;
      for (size_t i = 0; i < spec_.parts.size(); ++i) {
        if ((set >> i & 1) != 0) text += (text.empty() ? "" : ", ") + spec_.parts[i].name;
      }
      words.push_back(std::move(text));
    }
    return words;
  }

  MetricSpec& spec_;
  std::vector<MetricSpec>& more_;
};

}  // namespace

void ExpandScores(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics) {
  EngineSpec& spec = layout->spec;
  std::vector<MetricSpec> more;
  std::erase_if(spec.metrics, [&](MetricSpec& metric) {
    if (metric.parts.empty()) return false;
    if (Check(metric, spec.strict_cel, diagnostics)) {
      Score(&metric, &more).Expand();
      return false;
    }
    layout->mistaken_metrics.push_back(metric.name);  // who reads it is not blamed
    layout->mistaken_metrics.push_back(fmt::format("{}.{}", metric.name, kMissing));
    return true;
  });
  std::move(more.begin(), more.end(), std::back_inserter(spec.metrics));
}

}  // namespace tocsin
