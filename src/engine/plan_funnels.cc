// What a funnel is short for: `checkout: {funnel: [visit, cart, purchase], within: 1d, by: [customer]}` is
//
//   patterns  checkout: {sequence: [visit, cart, purchase], overlap: false, …}
//             checkout.step2: {sequence: [visit, cart], overlap: false, …}
//   metrics   checkout.step1: {event: visit, aggregate: count, window: 1d}
//             checkout.step2: {event: checkout.step2, …}
//             checkout.step3: {event: checkout, …}
//             checkout.step2_conversion: {value: checkout.step2 / checkout.step1}
//             checkout.step3_conversion: {value: checkout.step3 / checkout.step2}
//             checkout.conversion: {value: checkout.step3 / checkout.step1}
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/plan_stages.h"

namespace tocsin {
namespace {

bool Check(const PatternSpec& spec, std::vector<Diagnostic>* diagnostics) {
  const size_t before = diagnostics->size();
  const auto complain = [&](const SourceText& place, std::string message) {
    diagnostics->push_back(place.Error(std::move(message), "", "pattern " + spec.name));
  };
  if (spec.sequence.size() < 2) complain(spec.origin, "a funnel has two steps at least");
  for (const StepSpec& step : spec.sequence) {
    const SourceText& place = step.origin.empty() ? spec.origin : step.origin;
    if (step.absent) complain(place, "a funnel is made of events that come: it has no 'not'");
    if (step.times != 1) complain(place, "a step of a funnel is one event: it has no 'times'");
  }
  if (spec.window && *spec.window <= Duration::zero()) complain(spec.origin, "'window' must be longer than nothing");
  for (const SourceText& key : spec.per) {
    const bool known =
        std::any_of(spec.by.begin(), spec.by.end(), [&](const SourceText& own) { return own.text() == key.text(); });
    if (!known) complain(key, fmt::format("'{}' is not among the keys of 'by'", key.text()));
  }
  return diagnostics->size() == before;
}

class Expansion {
 public:
  Expansion(const PatternSpec& spec, EngineSpec* engine) : spec_(spec), engine_(*engine) {}

  void Run() {
    const size_t steps = spec_.sequence.size();
    AddCount(1, {});
    for (size_t step = 2; step <= steps; ++step) {
      std::string event = spec_.name;
      if (step < steps) {
        event = Name(fmt::format("step{}", step));
        AddWay(event, step);
      }
      AddCount(step, event);
      AddShare(fmt::format("step{}_conversion", step), step, step - 1);
    }
    AddShare("conversion", steps, 1);
  }

 private:
  std::string Name(const std::string& part) const { return spec_.name + "." + part; }

  // The first `steps` of it.
  void AddWay(const std::string& name, size_t steps) {
    PatternSpec way = spec_;
    way.name = name;
    way.sequence.resize(steps);
    way.where = {};
    way.emit.clear();
    way.overlap = false;
    engine_.patterns.push_back(std::move(way));
  }

  MetricSpec Metric(const std::string& part) const {
    MetricSpec metric;
    metric.name = Name(part);
    metric.origin = spec_.origin;
    return metric;
  }

  // How many came as far as that.
  void AddCount(size_t step, const std::string& event) {
    MetricSpec metric = Metric(fmt::format("step{}", step));
    metric.events = {event};
    if (step == 1) {
      metric.events = spec_.sequence.front().events;
      metric.where = spec_.sequence.front().where;
    }
    metric.aggregate = "count";
    metric.window = spec_.window ? spec_.window : spec_.within;
    metric.by = spec_.per;
    engine_.metrics.push_back(std::move(metric));
  }

  void AddShare(const std::string& part, size_t step, size_t of) {
    MetricSpec metric = Metric(part);
    metric.value = fmt::format("{} / {}", Name(fmt::format("step{}", step)), Name(fmt::format("step{}", of)));
    engine_.metrics.push_back(std::move(metric));
  }

  const PatternSpec spec_;  // a copy: patterns are added to the list that it stands in
  EngineSpec& engine_;
};

}  // namespace

void ExpandFunnels(EngineSpec* spec, std::vector<Diagnostic>* diagnostics) {
  const size_t patterns = spec->patterns.size();
  for (size_t i = 0; i < patterns; ++i) {
    PatternSpec& funnel = spec->patterns[i];
    if (!funnel.funnel) {
      const char* extra = funnel.window ? "window" : !funnel.per.empty() ? "per" : nullptr;
      if (extra != nullptr)
        diagnostics->push_back(
            funnel.origin.Error(fmt::format("'{}' is for funnels", extra), "", "pattern " + funnel.name));
      continue;
    }
    funnel.overlap = false;
    if (Check(funnel, diagnostics)) Expansion(funnel, spec).Run();
  }
}

}  // namespace tocsin
