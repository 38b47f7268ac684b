// The second stage of a plan: metrics over events, the groupings they need, the windows that hold them; and profile
// attributes, which are metrics too: the last value, over everything.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/dictionary.h"
#include "engine/plan_groupings.h"
#include "engine/plan_stages.h"
#include "expr/metric_call.h"
#include "metric/calendar_zone.h"
#include "tocsin/base/time.h"

namespace tocsin {
namespace {

// Words that conditions and matchers use for something else.
constexpr std::string_view kReserved[] = {"now",  "event", "profile", "rule", "severity", "true", "false",
                                          "null", "in",    "type",    "time", "id",       "has",  "previous"};

// A window of sketches has at least so many slices.
constexpr int64_t kLeastSketchSlices = 64;

class MetricPlanner {
 public:
  MetricPlanner(Plan::Layout* layout, Groupings* groupings, std::vector<Diagnostic>* diagnostics)
      : layout_(*layout), groupings_(*groupings), diagnostics_(*diagnostics) {}

  void PlanOne(const MetricSpec& spec) {
    const size_t before = diagnostics_.size();
    if (std::find(std::begin(kReserved), std::end(kReserved), spec.name) != std::end(kReserved)) {
      Complain(spec, fmt::format("'{}' has a meaning of its own and cannot name a metric", spec.name));
    } else {
      PlanAggregate(spec);
    }
    if (diagnostics_.size() != before) layout_.mistaken_metrics.push_back(spec.name);
  }

  // What conditions ask of the past.
  void PlanPrevious(const MetricCall& call) {
    const std::string name = NameOf(call);
    const auto& specs = layout_.spec.metrics;
    const auto spec =
        std::find_if(specs.begin(), specs.end(), [&](const MetricSpec& one) { return one.name == call.metric; });
    if (spec == specs.end()) return;  // told where it is read
    const auto metric = std::find_if(layout_.metrics.begin(), layout_.metrics.end(),
                                     [&](const Metric& one) { return one.name == call.metric; });
    if (const std::string why = WhyNoPast(*spec, metric == layout_.metrics.end() ? nullptr : &*metric); !why.empty()) {
      layout_.forbidden.emplace_back(name, why);
      return;
    }
    MetricSpec past = *spec;
    past.name = name;
    const size_t before = diagnostics_.size();
    PlanAggregate(past, call.span);
    if (diagnostics_.size() != before) {
      diagnostics_.resize(before);  // told of the metric itself
      layout_.mistaken_metrics.push_back(name);
    } else {
      layout_.metrics.back().past_of = call.metric;
    }
  }

  void PlanProfile(const ProfileSpec& spec) {
    const size_t before = diagnostics_.size();
    std::vector<uint32_t> events = FindEvents(spec.events, spec.origin, "profile " + spec.key);
    for (const SourceText& attribute : spec.attributes) {
      if (diagnostics_.size() == before) PlanProfileAttribute(spec, attribute);
      if (diagnostics_.size() != before) layout_.mistaken_metrics.push_back("profile." + attribute.text());
    }
  }

 private:
  void Complain(const MetricSpec& spec, std::string message, std::string hint = {}) {
    diagnostics_.push_back(spec.origin.Error(std::move(message), std::move(hint), "metric " + spec.name));
  }

  // Why previous() of the metric cannot be read; empty where it can. `metric`: as planned, null where it is mistaken.
  static std::string WhyNoPast(const MetricSpec& spec, const Metric* metric) {
    if (!spec.value.empty() || !spec.over.empty()) {
      return fmt::format(
          "previous() goes back in the window of a metric over events, and '{}' is made of other metrics: "
          "take previous() of those",
          spec.name);
    }
    if (!spec.window && !spec.calendar)
      return fmt::format("previous() goes back in a window over time, and '{}' has none", spec.name);
    if (metric == nullptr) return "";
    switch (metric->aggregate->aggregate) {
      case AggregateKind::kCount:
      case AggregateKind::kRate:
      case AggregateKind::kSum:
      case AggregateKind::kMean:
      case AggregateKind::kMin:
      case AggregateKind::kMax:
      case AggregateKind::kShare:
      case AggregateKind::kMeanInterval:
      case AggregateKind::kStdDev:
      case AggregateKind::kEwma:
        return "";
      default:
        return fmt::format("previous() cannot be taken of '{}': of what its window held, too little is kept",
                           spec.name);
    }
  }

  std::optional<Expression> CompileWhere(const MetricSpec& spec, const EventSpec& event) {
    const std::string description = Describe("metric", spec.name, "where");
    Environment environment = EventEnvironment(event, LanguageOf(layout_.spec));
    std::vector<Diagnostic> mistakes;
    std::optional<Expression> where = Expression::Compile(spec.where, environment, Kind::kBool, description, &mistakes);
    if (where) return where;
    // Once more for better words. Not at first: there can be very many metrics.
    for (const MetricSpec& other : layout_.spec.metrics) {
      if (environment.Find(other.name) != nullptr) continue;
      environment.Forbid(other.name,
                         fmt::format("'{}' is a metric, and a 'where' looks at a single event: it reads the "
                                     "attributes of '{}'",
                                     other.name, event.name));
    }
    return Expression::Compile(spec.where, environment, Kind::kBool, description, &diagnostics_);
  }

  void PlanAggregate(const MetricSpec& spec, Duration back = {}) {
    if (spec.events.empty()) {
      Complain(spec, fmt::format("the metric '{}' does not say which event it is about", spec.name), "add 'event: …'");
      return;
    }
    const size_t before = diagnostics_.size();
    const std::vector<uint32_t> events = FindEvents(spec.events, spec.origin, "metric " + spec.name);
    if (diagnostics_.size() != before) return;
    std::vector<const EventSpec*> event_specs;
    WindowPlan window;
    window.description = "metric " + spec.name;
    for (uint32_t event : events) {
      event_specs.push_back(&layout_.catalog.event(event));
      WindowSource source;
      source.event = event;
      if (!spec.where.empty()) {
        source.where = CompileWhere(spec, *event_specs.back());
      }
      window.sources.push_back(std::move(source));
      if (diagnostics_.size() != before) break;  // said once, not for each event
    }
    CheckedAggregate aggregate;
    CheckAggregate(spec, event_specs, LanguageOf(layout_.spec), &aggregate, &diagnostics_);
    if (diagnostics_.size() != before) return;
    if (aggregate.kind == AggregateKind::kCustomerValue || aggregate.kind == AggregateKind::kRfm) {
      for (size_t i = 0; i < events.size(); ++i)
        window.sources[i].where = WithArgument(spec, *event_specs[i], aggregate.arguments[i]);
    }
    std::optional<uint32_t> grouping = groupings_.Find(spec.by, events, Describe("metric", spec.name, "by"));
    window.grouping = grouping.value_or(0);
    PlanShape(spec, aggregate, back, &window);
    if (diagnostics_.size() != before) return;
    Place(spec, std::move(window), aggregate);
  }

  // These count events, or their times, beside what they add up: only of those that have it (docs/semantics.md 2.5).
  std::optional<Expression> WithArgument(const MetricSpec& spec, const EventSpec& event, const ArgumentPlan& argument) {
    std::string text = fmt::format("double({0}) == double({0})", argument.text);
    if (!spec.where.empty()) text = fmt::format("({}) && {}", spec.where.text(), text);
    return Expression::Compile(SourceText(text), EventEnvironment(event, LanguageOf(layout_.spec)), Kind::kBool,
                               Describe("metric", spec.name, "where"), &diagnostics_);
  }

  void PlanProfileAttribute(const ProfileSpec& profile, const SourceText& attribute) {
    MetricSpec spec;
    spec.name = "profile." + attribute.text();
    spec.by = {profile.origin.text() == profile.key ? profile.origin : SourceText(profile.key)};
    spec.origin = profile.origin;
    spec.aggregate = "last(" + attribute.text() + ")";
    for (const SourceText& event : profile.events) {
      if (layout_.catalog.FindSlot(*layout_.catalog.FindEvent(event.text()), attribute.text())) {
        spec.events.push_back(event);
      }
    }
    if (spec.events.empty()) {
      diagnostics_.push_back(
          attribute.Error(fmt::format("none of the events of this profile has an attribute '{}'", attribute.text()), "",
                          "profile " + profile.key));
      return;
    }
    PlanAggregate(spec);
  }

  std::vector<uint32_t> FindEvents(const std::vector<SourceText>& events, const SourceText& origin,
                                   const std::string& description) {
    std::vector<uint32_t> found;
    for (const SourceText& name : events) {
      std::optional<uint32_t> event = layout_.catalog.FindEvent(name.text());
      const SourceText& place = name.located() || !origin.located() ? name : origin;
      if (!event) {
        std::vector<std::string> names;
        for (const EventSpec& spec : layout_.catalog.events()) names.push_back(spec.name);
        const std::string closest = ClosestName(name.text(), names);
        diagnostics_.push_back(place.Error(
            fmt::format("no event is named '{}'", name.text()),
            closest.empty() ? "events are declared under 'events'" : fmt::format("did you mean '{}'?", closest),
            description + ", event"));
      } else if (std::find(found.begin(), found.end(), *event) != found.end()) {
        diagnostics_.push_back(
            place.Error(fmt::format("the event '{}' is named twice", name.text()), "", description + ", event"));
      } else {
        found.push_back(*event);
      }
    }
    return found;
  }

  void PlanShape(const MetricSpec& spec, const CheckedAggregate& aggregate, Duration back, WindowPlan* window) {
    const Resolution& resolution = spec.resolution;
    window->lateness = layout_.spec.allowed_lateness;
    window->kind = spec.window ? WindowPlan::Kind::kTime : spec.last ? WindowPlan::Kind::kLast : WindowPlan::Kind::kAll;
    window->last = static_cast<uint32_t>(spec.last.value_or(0));
    if (spec.last && spec.window) Complain(spec, "a metric has either 'last' or 'window'");
    if (spec.last && (*spec.last < 1 || *spec.last > 1'000'000)) Complain(spec, "'last' must be from 1 to 1000000");
    window->delay = back;
    window->exact_samples = resolution.kind == Resolution::Kind::kExact;
    if (back > Duration::zero()) window->kind = WindowPlan::Kind::kDelayed;
    if (spec.calendar) return PlanCalendar(spec, aggregate, window);
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
    switch (resolution.kind) {
      case Resolution::Kind::kAuto:
        window->shape = WindowShape::Automatic(*spec.window);
        if (SamplesOf(aggregate.kind) != Samples::kNone)
          window->shape.slice = AutomaticSlice(*spec.window, kLeastSketchSlices);
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

  void PlanCalendar(const MetricSpec& spec, const CheckedAggregate& aggregate, WindowPlan* window) {
    const CalendarSpec& calendar = *spec.calendar;
    const bool delayed = window->delay > Duration::zero();
    window->kind = delayed           ? WindowPlan::Kind::kDelayed
                   : calendar.closed ? WindowPlan::Kind::kClosed
                                     : WindowPlan::Kind::kTime;
    window->closed = calendar.closed;
    if (spec.window || spec.last) Complain(spec, "a metric has either a calendar period, 'window' or 'last'");
    if (spec.resolution.kind == Resolution::Kind::kFixed)
      Complain(spec, "a calendar period ends as a whole and has no resolution", "leave the resolution out");
    auto& periods = periods_[{calendar.unit, calendar.zone.text()}];
    if (periods == nullptr) {
      std::optional<std::vector<CalendarPeriods::Offset>> offsets = LoadZone(calendar.zone.text());
      if (!offsets) return ComplainAboutZone(spec);
      periods = std::make_shared<const CalendarPeriods>(calendar.unit, *std::move(offsets));
    }
    window->calendar = periods;
    // One partial result a period is enough, but for what depends on when exactly events were.
    const bool keep_times =
        aggregate.kind == AggregateKind::kMeanInterval || aggregate.kind == AggregateKind::kCustomerValue ||
        SamplesOf(aggregate.kind) != Samples::kNone || spec.resolution.kind == Resolution::Kind::kExact;
    window->shape = WindowShape::Calendar(*periods, keep_times);
    // A part of a period that grows as the clock moves on is the sum of slices.
    if (delayed && !calendar.closed) window->shape = WindowShape::Calendar(*periods, true, SliceOf(calendar.unit));
    if (spec.resolution.kind == Resolution::Kind::kExact) window->shape.slice = Duration::zero();
  }

  static Duration SliceOf(CalendarUnit unit) {
    switch (unit) {
      case CalendarUnit::kHour:
        return std::chrono::seconds(2);
      case CalendarUnit::kDay:
        return std::chrono::minutes(1);
      case CalendarUnit::kWeek:
        return std::chrono::minutes(5);
      default:
        return std::chrono::minutes(30);
    }
  }

  void ComplainAboutZone(const MetricSpec& spec) {
    const SourceText& zone = spec.calendar->zone;
    const std::string closest = ClosestZone(zone.text());
    diagnostics_.push_back((zone.located() || !spec.origin.located() ? zone : spec.origin)
                               .Error(fmt::format("there is no time zone '{}'", zone.text()),
                                      closest.empty() ? "zones have IANA names, such as Asia/Shanghai or Europe/London"
                                                      : fmt::format("did you mean '{}'?", closest),
                                      Describe("metric", spec.name, "window")));
  }

  // What metrics that share a window have in common, over all builds and orders of definition.
  std::string Identity(const WindowPlan& window) const {
    std::string identity = fmt::format("[{}]", fmt::join(layout_.groupings[window.grouping].keys, ","));
    for (const WindowSource& source : window.sources) {
      identity += fmt::format("|{}|{}", layout_.catalog.event(source.event).name,
                              source.where ? source.where->Definition() : "");
    }
    if (window.delay > Duration::zero()) identity += fmt::format("|{} before", ToNanos(window.delay));
    return identity + fmt::format("|{}|{}|{}|{}|{}", static_cast<int>(window.kind), window.last,
                                  ToNanos(window.shape.length), ToNanos(window.shape.slice),
                                  window.shape.slice_at_once);
  }

  // Single values are kept for one kind of aggregate over one argument; what is shown of them, for one metric.
  static std::string SamplesIdentity(const CheckedAggregate& aggregate) {
    std::string identity = fmt::format("|{}", static_cast<int>(SamplesOf(aggregate.kind)));
    for (const ArgumentPlan& argument : aggregate.arguments) identity += "|" + argument.text;
    return aggregate.kind == AggregateKind::kTop ? identity + fmt::format("|{}", aggregate.number) : identity;
  }

  // Zones by name: what is known of their clocks may be more on the next start.
  static std::string CalendarIdentity(const CalendarSpec& calendar) {
    return fmt::format("|{}|{}", static_cast<int>(calendar.unit), calendar.zone.text());
  }

  // Puts the metric into the window that it shares with others of the same events, or into a new one.
  void Place(const MetricSpec& spec, WindowPlan wanted, const CheckedAggregate& aggregate) {
    wanted.identity = Identity(wanted);
    if (SamplesOf(aggregate.kind) != Samples::kNone) wanted.identity += SamplesIdentity(aggregate);
    if (spec.calendar) wanted.identity += CalendarIdentity(*spec.calendar);
    // Of the last N events only those with the argument count: another argument makes another window.
    if (wanted.kind == WindowPlan::Kind::kLast && !aggregate.arguments.empty())
      wanted.identity += "|" + aggregate.arguments.front().text;
    auto [shared, added] = by_identity_.emplace(wanted.identity, static_cast<uint32_t>(layout_.windows.size()));
    if (added) {
      layout_.groupings[wanted.grouping].windows.push_back(shared->second);
      layout_.windows.push_back(std::move(wanted));
    }
    WindowPlan& window = layout_.windows[shared->second];
    MetricPlan plan;
    plan.name = spec.name;
    plan.grouping = window.grouping;
    plan.window = shared->second;
    PlaceAggregate(aggregate, &window, &plan);
    Metric metric;
    metric.name = spec.name;
    metric.type = plan.type;
    metric.grouping = window.grouping;
    metric.windows = {shared->second};
    metric.aggregate = std::move(plan);
    layout_.metrics.push_back(std::move(metric));
  }

  Plan::Layout& layout_;
  Groupings& groupings_;
  std::vector<Diagnostic>& diagnostics_;
  std::map<std::string, uint32_t> by_identity_;
  std::map<std::pair<CalendarUnit, std::string>, std::shared_ptr<const CalendarPeriods>> periods_;
};

}  // namespace

namespace {

// What conditions and values ask of the past, each once.
std::set<MetricCall> CallsOf(const EngineSpec& spec) {
  std::set<MetricCall> calls;
  auto add = [&](const SourceText& text) {
    for (MetricCall& call : FindMetricCalls(text.text())) {
      if (call.function == MetricCall::Function::kPrevious) calls.insert(std::move(call));
    }
  };
  for (const MetricSpec& metric : spec.metrics) {
    add(metric.value);
    if (metric.over.empty()) continue;
    add(metric.where);
    add(metric.aggregate);
  }
  for (const RuleSpec& rule : spec.rules) {
    for (const SourceText* text : {&rule.when, &rule.resolve_when, &rule.scope}) add(*text);
    for (const SeveritySpec& level : rule.severities) add(level.when);
  }
  return calls;
}

}  // namespace

void PlanAggregates(Plan::Layout* layout, Groupings* groupings, std::vector<Diagnostic>* diagnostics) {
  std::vector<const MetricSpec*> specs;
  for (const MetricSpec& spec : layout->spec.metrics) specs.push_back(&spec);
  std::stable_sort(specs.begin(), specs.end(),
                   [](const MetricSpec* a, const MetricSpec* b) { return a->name < b->name; });
  MetricPlanner planner(layout, groupings, diagnostics);
  for (size_t i = 0; i < specs.size(); ++i) {
    if (i > 0 && specs[i]->name == specs[i - 1]->name) {
      diagnostics->push_back(specs[i]->origin.Error(fmt::format("there are two metrics named '{}'", specs[i]->name), "",
                                                    "metric " + specs[i]->name));
    } else if (specs[i]->value.empty() && specs[i]->over.empty()) {
      planner.PlanOne(*specs[i]);
    }
  }
  if (!layout->spec.strict_cel) {
    for (const MetricCall& call : CallsOf(layout->spec)) planner.PlanPrevious(call);
  }
  for (const ProfileSpec& profile : layout->spec.profiles) planner.PlanProfile(profile);
}

}  // namespace tocsin
