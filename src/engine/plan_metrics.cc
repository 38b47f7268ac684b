// The second stage of a plan: metrics, the groupings they need and the windows that hold them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/layout.h"
#include "tocsin/base/time.h"

namespace tocsin {
namespace {

// Words that conditions and matchers use for something else.
constexpr std::string_view kReserved[] = {"now",  "event", "profile", "rule", "severity", "true", "false",
                                          "null", "in",    "type",    "time", "id",       "has",  "previous"};

class MetricPlanner {
 public:
  MetricPlanner(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics)
      : layout_(*layout), diagnostics_(*diagnostics) {}

  void Run() {
    std::vector<const MetricSpec*> specs;
    for (const MetricSpec& spec : layout_.spec.metrics) specs.push_back(&spec);
    std::stable_sort(specs.begin(), specs.end(),
                     [](const MetricSpec* a, const MetricSpec* b) { return a->name < b->name; });
    for (size_t i = 0; i < specs.size(); ++i) {
      if (i > 0 && specs[i]->name == specs[i - 1]->name) {
        Complain(*specs[i], fmt::format("there are two metrics named '{}'", specs[i]->name));
        continue;
      }
      const size_t before = diagnostics_.size();
      PlanOne(*specs[i]);
      if (diagnostics_.size() != before) layout_.mistaken_metrics.push_back(specs[i]->name);
    }
    for (const MetricPlan& metric : layout_.metrics) CheckNotAKey(metric.name);
    layout_.window_rules.resize(layout_.windows.size());
    for (GroupingPlan& grouping : layout_.groupings) {
      for (uint32_t k = 0; k < grouping.keys.size(); ++k) {
        grouping.variables.push_back({grouping.keys[k], grouping.kinds[k], true, k});
      }
    }
    for (uint32_t m = 0; m < layout_.metrics.size(); ++m) {
      const MetricPlan& metric = layout_.metrics[m];
      layout_.groupings[metric.grouping].variables.push_back({metric.name, metric.type, false, m});
    }
  }

 private:
  void Complain(const MetricSpec& spec, std::string message, std::string hint = {}) {
    diagnostics_.push_back(spec.origin.Error(std::move(message), std::move(hint), "metric " + spec.name));
  }
  void ComplainAt(const SourceText& place, const MetricSpec& spec, std::string_view part, std::string message,
                  std::string hint = {}) {
    diagnostics_.push_back(place.Error(std::move(message), std::move(hint), Describe("metric", spec.name, part)));
  }

  void PlanOne(const MetricSpec& spec) {
    if (std::find(std::begin(kReserved), std::end(kReserved), spec.name) != std::end(kReserved)) {
      Complain(spec, fmt::format("'{}' has a meaning of its own and cannot name a metric", spec.name));
      return;
    }
    std::optional<uint32_t> event = FindEvent(spec);
    if (!event) return;
    const EventSpec& event_spec = layout_.catalog.event(*event);
    size_t before = diagnostics_.size();
    CheckedAggregate aggregate;
    CheckAggregate(spec, event_spec, layout_.spec.strict_cel, &aggregate, &diagnostics_);
    std::optional<uint32_t> grouping = FindGrouping(spec, event_spec);
    WindowPlan window;
    window.event = *event;
    window.grouping = grouping.value_or(0);
    window.description = "metric " + spec.name;
    if (!spec.where.empty()) {
      window.where = Expression::Compile(spec.where, EventEnvironment(event_spec, layout_.spec.strict_cel), Kind::kBool,
                                         Describe("metric", spec.name, "where"), &diagnostics_);
    }
    PlanShape(spec, &window);
    if (diagnostics_.size() != before) return;
    Place(spec, std::move(window), aggregate);
  }

  std::optional<uint32_t> FindEvent(const MetricSpec& spec) {
    if (std::optional<uint32_t> event = layout_.catalog.FindEvent(spec.event.text())) return event;
    std::vector<std::string> names;
    for (const EventSpec& event : layout_.catalog.events()) names.push_back(event.name);
    std::string closest = ClosestName(spec.event.text(), names);
    if (spec.event.empty()) {
      Complain(spec, fmt::format("the metric '{}' does not say which event it is about", spec.name), "add 'event: …'");
    } else {
      ComplainAt(spec.event, spec, "event", fmt::format("no event is named '{}'", spec.event.text()),
                 closest.empty() ? "events are declared under 'events'" : fmt::format("did you mean '{}'?", closest));
    }
    return std::nullopt;
  }

  // The grouping of a metric's keys, made where there is none yet.
  std::optional<uint32_t> FindGrouping(const MetricSpec& spec, const EventSpec& event) {
    std::map<std::string, Kind> keys;
    bool good = true;
    for (const SourceText& key : spec.by) {
      auto attribute = std::find_if(event.attributes.begin(), event.attributes.end(),
                                    [&](const AttributeSpec& a) { return a.name == key.text(); });
      if (attribute == event.attributes.end()) {
        std::vector<std::string> names;
        for (const AttributeSpec& a : event.attributes) names.push_back(a.name);
        std::string closest = ClosestName(key.text(), names);
        ComplainAt(key, spec, "by",
                   fmt::format("the event '{}' has no attribute '{}' to group by", event.name, key.text()),
                   closest.empty() ? "" : fmt::format("did you mean '{}'?", closest));
        good = false;
      } else if (!IsKey(attribute->type.kind)) {
        ComplainAt(key, spec, "by",
                   fmt::format("'{}' is a {}, and only strings, ints and bools can group", key.text(),
                               TypeName(attribute->type)));
        good = false;
      } else if (!keys.emplace(key.text(), attribute->type.kind).second) {
        ComplainAt(key, spec, "by", fmt::format("'{}' is named twice", key.text()));
        good = false;
      } else if (auto [known, added] = key_kinds_.emplace(key.text(), attribute->type.kind);
                 !added && known->second != attribute->type.kind) {
        ComplainAt(key, spec, "by",
                   fmt::format("the key '{}' is a {} here and a {} in another event", key.text(),
                               TypeName(attribute->type), TypeName(known->second)),
                   "a key must have one type everywhere");
        good = false;
      }
    }
    if (!good) return std::nullopt;
    return GroupingOf(keys);
  }

  static bool IsKey(Kind kind) { return kind == Kind::kString || kind == Kind::kInt || kind == Kind::kBool; }

  uint32_t GroupingOf(const std::map<std::string, Kind>& keys) {
    GroupingPlan grouping;
    for (const auto& [name, kind] : keys) {
      grouping.keys.push_back(name);
      grouping.kinds.push_back(kind);
    }
    for (uint32_t i = 0; i < layout_.groupings.size(); ++i) {
      if (layout_.groupings[i].keys == grouping.keys) return i;
    }
    layout_.groupings.push_back(std::move(grouping));
    return static_cast<uint32_t>(layout_.groupings.size() - 1);
  }

  void PlanShape(const MetricSpec& spec, WindowPlan* window) {
    const Resolution& resolution = spec.resolution;
    if (!spec.window) {
      if (resolution.kind == Resolution::Kind::kFixed) {
        Complain(spec, "a resolution needs a window over time", "add 'window: 24h', or leave the resolution out");
      }
      return;
    }
    if (*spec.window <= Duration::zero()) {
      Complain(spec, "a window must be longer than nothing");
      return;
    }
    window->over_time = true;
    switch (resolution.kind) {
      case Resolution::Kind::kAuto:
        window->shape = WindowShape::Automatic(*spec.window);
        return;
      case Resolution::Kind::kExact:
        window->shape = WindowShape::Exact(*spec.window);
        return;
      case Resolution::Kind::kFixed:
        if (resolution.width <= Duration::zero() || *spec.window % resolution.width != Duration::zero()) {
          Complain(spec, fmt::format("the resolution {} does not divide the window {}",
                                     FormatDuration(resolution.width), FormatDuration(*spec.window)));
          return;
        }
        window->shape = WindowShape::Fixed(*spec.window, resolution.width);
        return;
    }
  }

  // Puts the metric into the window that it shares with others of the same events, or into a new one.
  void Place(const MetricSpec& spec, WindowPlan wanted, const CheckedAggregate& aggregate) {
    wanted.identity = fmt::format(
        "{}|{}|{}|{}|{}|{}|{}", wanted.event, wanted.grouping, wanted.where ? wanted.where->ToString() : "",
        wanted.over_time, ToNanos(wanted.shape.length), ToNanos(wanted.shape.slice), wanted.shape.slice_at_once);
    auto shared = std::find_if(layout_.windows.begin(), layout_.windows.end(),
                               [&](const WindowPlan& w) { return w.identity == wanted.identity; });
    if (shared == layout_.windows.end()) {
      layout_.windows.push_back(std::move(wanted));
      shared = layout_.windows.end() - 1;
    }
    MetricPlan metric;
    metric.name = spec.name;
    metric.aggregate = aggregate.kind;
    metric.grouping = shared->grouping;
    metric.window = static_cast<uint32_t>(shared - layout_.windows.begin());
    PlaceFields(aggregate, &*shared, &metric);
    Describe(spec, *shared);
    layout_.metrics.push_back(std::move(metric));
  }

  static uint16_t PlaceArgument(const ArgumentPlan& argument, WindowPlan* window) {
    auto& arguments = window->arguments;
    auto found = std::find_if(arguments.begin(), arguments.end(),
                              [&](const ArgumentPlan& a) { return a.text == argument.text; });
    if (found == arguments.end()) found = arguments.insert(arguments.end(), argument);
    return static_cast<uint16_t>(found - arguments.begin());
  }

  static void PlaceFields(const CheckedAggregate& aggregate, WindowPlan* window, MetricPlan* metric) {
    if (aggregate.kind == AggregateKind::kCount) {
      metric->field = PlaceField(FieldPlan::Kind::kEvents, 0, window);
      return;
    }
    uint16_t argument = PlaceArgument(aggregate.arguments[0], window);
    metric->exact = window->arguments[argument].exact;
    metric->digits = window->arguments[argument].digits;
    metric->field = PlaceField(metric->exact ? FieldPlan::Kind::kExactSum : FieldPlan::Kind::kSum, argument, window);
    if (aggregate.kind == AggregateKind::kMean) {
      metric->count_field = PlaceField(FieldPlan::Kind::kArguments, argument, window);
    }
  }

  void Describe(const MetricSpec& spec, const WindowPlan& window) {
    MetricInfo info;
    info.name = spec.name;
    info.type = Kind::kDouble;
    info.keys = layout_.groupings[window.grouping].keys;
    info.aggregate = spec.aggregate.text();
    info.window = spec.window;
    info.slice = window.shape.slice;
    layout_.metric_infos.push_back(std::move(info));
  }
  static std::string Describe(std::string_view kind, std::string_view name, std::string_view part) {
    return tocsin::Describe(kind, name, part);
  }

  void CheckNotAKey(const std::string& metric) {
    if (key_kinds_.count(metric) == 0) return;
    for (const MetricSpec& spec : layout_.spec.metrics) {
      if (spec.name == metric)
        Complain(spec, fmt::format("'{}' is a key already and cannot name a metric too", metric));
    }
  }

  Plan::Layout& layout_;
  std::vector<Diagnostic>& diagnostics_;
  std::map<std::string, Kind> key_kinds_;  // of every attribute that groups
};

}  // namespace

void PlanMetrics(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics) {
  MetricPlanner(layout, diagnostics).Run();
}

}  // namespace tocsin
