// What a plan does with a rule or a metric, in words.
#include "tocsin/engine/explain.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "engine/layout.h"
#include "tocsin/base/diagnostic.h"

namespace tocsin {
namespace {

std::string Join(const std::vector<std::string>& parts) { return fmt::format("{}", fmt::join(parts, ", ")); }
std::string Count(size_t n, const char* one, const char* many) { return fmt::format("{} {}", n, n == 1 ? one : many); }

class Explainer {
 public:
  explicit Explainer(const Plan& plan) : plan_(plan), layout_(plan.layout()) {}

  std::string OfRule(uint32_t r) {
    rule_ = r;
    const RulePlan& rule = layout_.rules[r];
    out_ = fmt::format("rule {}, version {}\n", rule.name, rule.version);
    TellConditions(rule);
    for (uint32_t slot : rule.condition_slots) TellRead(rule.reads[slot]);
    Line("groups", By(rule.grouping));
    TellWhenAsked(rule);
    TellHowFound(rule);
    TellCost(rule);
    TellWarming(rule);
    return std::move(out_);
  }

  std::string OfMetric(uint32_t m) {
    const Metric& metric = layout_.metrics[m];
    out_ = fmt::format("metric {}\n", metric.name);
    Line("is", Definition(metric));
    Line("groups", By(metric.grouping));
    if (metric.every) {
      Line("evaluated", fmt::format("for every group, when a multiple of {} is closed", FormatDuration(*metric.every)));
    } else if (metric.value) {
      Line("evaluated", "when something reads it");
    }
    std::vector<std::string> events;
    for (uint32_t window : metric.windows) AddEvents(window, &events);
    if (metric.rollup) {
      for (uint32_t window : layout_.rollups[*metric.rollup].windows) AddEvents(window, &events);
    }
    Line("changes", events.empty() ? "never" : "with events: " + Join(events));
    TellLeaving(metric);
    TellReaders(m);
    TellMetricCost(metric);
    return std::move(out_);
  }

 private:
  void Line(const char* what, const std::string& text) { out_ += fmt::format("  {:<12} {}\n", what, text); }

  std::string By(uint32_t grouping) const {
    const auto& keys = layout_.groupings[grouping].keys;
    return keys.empty() ? "over everything" : "by " + Join(keys);
  }

  const MetricInfo* InfoOf(const Metric& metric) const { return plan_.FindMetric(metric.name); }

  std::string EventsOf(const WindowPlan& window) const {
    std::vector<std::string> names;
    for (const WindowSource& source : window.sources) names.push_back(layout_.catalog.event(source.event).name);
    return Join(names);
  }

  std::string WindowText(const WindowPlan& window) const {
    constexpr const char* kUnits[] = {"hour", "day", "week", "month"};  // by CalendarUnit
    switch (window.kind) {
      case WindowPlan::Kind::kLast:
        return fmt::format("over the last {} events", window.last);
      case WindowPlan::Kind::kAll:
        return "over all time";
      default:
        break;
    }
    std::string text = window.calendar != nullptr
                           ? fmt::format("over the {} {}", window.closed ? "last complete" : "present",
                                         kUnits[static_cast<size_t>(window.calendar->unit())])
                           : fmt::format("over the last {}", FormatDuration(window.shape.length));
    if (window.delay > Duration::zero()) text += fmt::format(", as it was {} ago", FormatDuration(window.delay));
    return text;
  }

  std::string Definition(const Metric& metric) const {
    const MetricInfo* info = InfoOf(metric);
    const std::string text = info == nullptr ? "" : info->aggregate;
    if (!metric.aggregate) return text + (metric.every ? ", kept" : ", an expression");
    if (metric.rollup) return text + " over the groups of " + info->over;
    const WindowPlan& window = layout_.windows[metric.aggregate->window];
    return fmt::format("{} of {} {}", text, EventsOf(window), WindowText(window));
  }

  void TellConditions(const RulePlan& rule) {
    for (const LevelPlan& level : rule.levels)
      Line(level.severity.empty() || rule.levels.size() == 1 ? "when" : level.severity.c_str(), level.when.ToString());
    if (rule.scope) Line("scope", rule.scope->ToString());
    if (rule.resolve_when) Line("resolve_when", rule.resolve_when->ToString());
    if (rule.life.hold > Duration::zero()) Line("for", FormatDuration(rule.life.hold));
  }

  void TellRead(const Variable& variable) {
    std::string text = variable.name;
    if (variable.source == Variable::Source::kMetric) {
      const Metric& metric = layout_.metrics[variable.index];
      text += ": " + Definition(metric);
      if (variable.parent != 0) text += fmt::format(" ({})", By(metric.grouping));
    } else if (variable.source == Variable::Source::kKey) {
      text += ": a key of the group";
    } else if (variable.source == Variable::Source::kEvent) {
      text += ": of the event";
    }
    Line("reads", text);
  }

  void AddEvents(uint32_t window, std::vector<std::string>* names) const {
    for (const WindowSource& source : layout_.windows[window].sources) {
      const std::string& name = layout_.catalog.event(source.event).name;
      if (std::find(names->begin(), names->end(), name) == names->end()) names->push_back(name);
    }
  }

  void TellWhenAsked(const RulePlan& rule) {
    if (rule.every) {
      Line("asked", fmt::format("when a multiple of {} is closed, and at no other time", FormatDuration(*rule.every)));
      return;
    }
    std::vector<std::string> events;
    for (const EventSlots& event : rule.events) events.push_back(layout_.catalog.event(event.event).name);
    if (!rule.looks_at_events) {
      for (uint32_t window : rule.windows) AddEvents(window, &events);
    }
    if (!events.empty()) Line("asked", "at events: " + Join(events));
    std::vector<std::string> ends;
    for (uint32_t event : rule.resolve_events) ends.push_back(layout_.catalog.event(event).name);
    if (!ends.empty()) Line("ended", "by events: " + Join(ends));
    std::set<uint32_t> told;  // windows
    for (uint32_t slot : rule.condition_slots) {
      if (rule.reads[slot].source == Variable::Source::kMetric)
        TellExits(layout_.metrics[rule.reads[slot].index], &told);
    }
    if (!rule.flips.empty() || !rule.falls.empty()) Line("asked", "at the exact instants at which time alone turns it");
    if (rule.each_minute) Line("asked", "at every full minute, for every group");
    for (const CoarseTerm& term : layout_.terms) {
      if (std::binary_search(term.rules.begin(), term.rules.end(), rule_))
        Line("asked", fmt::format("when this turns, {}: {}", By(term.grouping), term.expression.ToString()));
    }
  }

  void TellExits(const Metric& metric, std::set<uint32_t>* told) {
    for (uint32_t window : metric.windows) {
      if (!layout_.windows[window].over_time() || !told->insert(window).second) continue;
      const WindowUse& use = layout_.uses[window];
      Line("asked", fmt::format("when something leaves {}, {}", NameOfWindow(metric, window),
                                use.timed               ? "in every group"
                                : use.timed_if_negative ? "where its alert is active or an amount was negative"
                                                        : "where its alert is active"));
    }
  }

  // The metric itself, or of an expression the metric that it reads.
  std::string NameOfWindow(const Metric& metric, uint32_t window) const {
    if (metric.aggregate) return metric.name;
    const auto kept = std::find_if(layout_.metrics.begin(), layout_.metrics.end(), [&](const Metric& other) {
      return other.aggregate && other.aggregate->window == window;
    });
    return kept == layout_.metrics.end() ? metric.name : kept->name;
  }

  void TellHowFound(const RulePlan& rule) {
    if (rule.looks_at_events || rule.every) {
      Line("found", rule.every ? "by the clock" : "by the type of the event");
      return;
    }
    if (rule.selector != 0) {
      const SelectorPlan& selector = layout_.groupings[rule.grouping].selectors[rule.selector - 1];
      const std::string& name = selector.is_key ? layout_.groupings[rule.grouping].keys[selector.index]
                                                : layout_.metrics[selector.index].name;
      Line("found", fmt::format("by the value of {}, one of {} that rules name: in other groups it costs nothing", name,
                                selector.numbers.size()));
    }
    if (!rule.indexed) {
      Line("found", "at each change of what it reads: no threshold leads to it");
      return;
    }
    for (const ThresholdIndex& index : layout_.groupings[rule.grouping].indices) TellAtoms(index);
    if (!rule.open_windows.empty()) {
      std::vector<std::string> names;
      for (uint32_t slot : rule.condition_slots) {
        const Variable& variable = rule.reads[slot];
        if (variable.source != Variable::Source::kMetric) continue;
        const std::vector<uint32_t>& windows = layout_.metrics[variable.index].windows;
        if (std::any_of(windows.begin(), windows.end(), [&](uint32_t window) {
              return std::find(rule.open_windows.begin(), rule.open_windows.end(), window) != rule.open_windows.end();
            }))
          names.push_back(variable.name);
      }
      Line("found", fmt::format("while that holds, at each change of {}", Join(names)));
    }
    if (!rule.calm) Line("found", "while its alert is active, at each change of what it reads");
  }

  void TellAtoms(const ThresholdIndex& index) {
    for (const ThresholdList& list : index.lists) {
      const std::span<const Atom> atoms = index.AtomsOf(list.begin, list.begin + list.above + list.below);
      for (const Atom& atom : atoms) {
        if (atom.rule != rule_) continue;
        std::string source = layout_.metrics[index.metric].name;
        if (index.minus != ThresholdIndex::kNothing) source += " - " + layout_.metrics[index.minus].name;
        const std::string among = atoms.size() == 1 ? "" : fmt::format(", among {} there", atoms.size());
        const char* how = atom.guard == Atom::kFree ? "crosses a threshold of it, which leads to it"
                          : atom.guard == Atom::kWhileActive
                              ? "crosses one that can end its alert, while that is active"
                              : "crosses a threshold of it, while another of it holds";
        Line("found", fmt::format("when {} {}{}", source, how, among));
      }
    }
  }

  void TellCost(const RulePlan& rule) {
    const GroupingPlan& grouping = layout_.groupings[rule.grouping];
    const char* order = rule.looks_at_events || rule.every ? "one evaluation each time it is asked"
                        : rule.indexed                     ? "nothing at an event that crosses none of these"
                                                           : "one evaluation at each such change";
    Line("costs", order);
    Line("costs", fmt::format("{} for a group {}, shared by {}", Count(grouping.row_bytes, "byte", "bytes"),
                              By(rule.grouping), Count(grouping.rules.size(), "rule", "rules")));
  }

  void TellWarming(const RulePlan& rule) {
    std::set<uint32_t> windows(rule.behind.begin(), rule.behind.end());
    for (const WarmingPlan& warming : rule.warming) windows.insert(warming.windows.begin(), warming.windows.end());
    if (windows.empty()) return Line("warmed up", "at once: an emptier window cannot make it true");
    Duration longest{};
    for (uint32_t window : windows) longest = std::max(longest, layout_.windows[window].WholeAt(Time()) - Time());
    Line("warmed up",
         fmt::format("when its windows have been fed for their length, at most {}", FormatDuration(longest)));
  }

  void TellLeaving(const Metric& metric) {
    for (uint32_t w : metric.windows) {
      const WindowPlan& window = layout_.windows[w];
      if (!window.over_time()) continue;
      const WindowUse& use = layout_.uses[w];
      Line("leaving", fmt::format("{} is noticed {}", WindowText(window).substr(5),
                                  use.timed  ? "at its instant, in every group: a rule could turn true"
                                  : use.read ? "at its instant where an alert is active, else at the next event"
                                             : "when somebody asks"));
    }
  }

  // Whether the metric is what the rollup puts together, or in its conditions.
  static bool Takes(const RollupPlan& rollup, uint32_t m) {
    return rollup.metric == m || std::any_of(rollup.reads.begin(), rollup.reads.end(), [&](const Variable& read) {
             return read.source == Variable::Source::kMetric && read.index == m;
           });
  }

  void TellReaders(uint32_t m) {
    constexpr size_t kShown = 5;
    std::vector<std::string> names;
    size_t count = 0;
    for (const RulePlan& rule : layout_.rules) {
      const bool reads = std::any_of(rule.condition_slots.begin(), rule.condition_slots.end(), [&](uint32_t slot) {
        return rule.reads[slot].source == Variable::Source::kMetric && rule.reads[slot].index == m;
      });
      if (reads && ++count <= kShown) names.push_back(rule.name);
    }
    for (const Metric& metric : layout_.metrics) {
      const bool reads = std::any_of(metric.reads.begin(), metric.reads.end(),
                                     [&](const Variable& variable) {
                                       return variable.source == Variable::Source::kMetric && variable.index == m;
                                     }) ||
                         (metric.rollup && Takes(layout_.rollups[*metric.rollup], m));
      if (reads && ++count <= kShown) names.push_back("metric " + metric.name);
    }
    std::string text = names.empty() ? "nothing" : Join(names);
    if (count > kShown) text += fmt::format(" and {} more", count - kShown);
    Line("read by", text);
  }

  void TellMetricCost(const Metric& metric) {
    const GroupingPlan& grouping = layout_.groupings[metric.grouping];
    if (metric.rollup) {
      Line("costs", "at each change of one of its groups, whatever their number, at most a logarithm of it");
    } else if (metric.aggregate) {
      const WindowPlan& window = layout_.windows[metric.aggregate->window];
      const auto sharing =
          static_cast<size_t>(std::count_if(layout_.metrics.begin(), layout_.metrics.end(), [&](const Metric& other) {
            return other.aggregate && other.aggregate->window == metric.aggregate->window;
          }));
      const bool whole = window.calendar != nullptr && window.shape.slice >= window.shape.length;
      Line("costs", fmt::format("a constant time an event; {} for {}{}", Count(window.stride(), "byte", "bytes"),
                                whole ? "the period" : "each time that its window holds",
                                sharing == 1 ? "" : fmt::format(", shared by {} metrics", sharing)));
      if (window.shape.slice > Duration::zero() && window.shape.slice < window.shape.length) {
        Line("costs",
             fmt::format("where crowded, slices of {}: memory is bounded", FormatDuration(window.shape.slice)));
      }
    } else {
      Line("costs",
           fmt::format("one evaluation for each reading, over {}", Count(metric.reads.size(), "value", "values")));
    }
    Line("costs", fmt::format("{} for a group {}, shared by all that is kept there",
                              Count(grouping.row_bytes, "byte", "bytes"), By(metric.grouping)));
  }

  const Plan& plan_;
  const Plan::Layout& layout_;
  uint32_t rule_ = 0;
  std::string out_;
};

}  // namespace

absl::StatusOr<std::string> Explain(const Plan& plan, std::string_view name) {
  const Plan::Layout& layout = plan.layout();
  std::string text;
  std::vector<std::string> names;
  for (uint32_t r = 0; r < layout.rules.size(); ++r) {
    names.push_back(layout.rules[r].name);
    if (layout.rules[r].name == name) text += Explainer(plan).OfRule(r);
  }
  for (uint32_t m = 0; m < layout.metrics.size(); ++m) {
    names.push_back(layout.metrics[m].name);
    if (layout.metrics[m].name == name) text += Explainer(plan).OfMetric(m);
  }
  if (!text.empty()) return text;
  for (const DerivedInfo& info : plan.derived()) {
    if (info.name == name)
      return absl::NotFoundError(fmt::format("'{}' is an event: rules and metrics are explained", name));
  }
  const std::string closest = ClosestName(name, names);
  return absl::NotFoundError(fmt::format("no rule or metric is named '{}'{}", name,
                                         closest.empty() ? "" : fmt::format("; did you mean '{}'?", closest)));
}

}  // namespace tocsin
