// Patterns, sessions and alert changes, as far as events go: which there are, which is made of which, what they carry.
// Each is planned once all that it is made of is; what never gets there leads back to itself. Whose alerts nobody takes
// as events has none.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/plan_stages.h"

namespace tocsin {
namespace {

constexpr std::string_view kAlert = "alert.";

// Every name in a condition, whatever it turns out to be.
std::set<std::string> NamesIn(const std::string& text) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  std::set<std::string> names;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '"' || text[i] == '\'') {
      const char quote = text[i];
      for (++i; i < text.size() && text[i] != quote; ++i) i += text[i] == '\\' ? 1 : 0;
      ++i;
    } else if (is_part(text[i])) {
      size_t end = i;
      while (end < text.size() && is_part(text[end])) ++end;
      names.insert(text.substr(i, end - i));
      i = end;
    } else {
      ++i;
    }
  }
  return names;
}

// One kind of derived events.
struct Node {
  const PatternSpec* pattern = nullptr;
  const SessionSpec* session = nullptr;
  const RuleSpec* rule = nullptr;
  std::set<std::string> made_of;  // event types

  const SourceText& origin() const { return pattern ? pattern->origin : session ? session->origin : rule->origin; }
  std::string description() const {
    return pattern ? "pattern " + pattern->name : session ? "session " + session->name : "rule " + rule->name;
  }
};

class DerivePlanner {
 public:
  DerivePlanner(Plan::Layout* layout, Groupings* groupings, std::vector<Diagnostic>* diagnostics)
      : layout_(*layout), groupings_(*groupings), language_(LanguageOf(layout->spec)), diagnostics_(*diagnostics) {}

  void Run() {
    AddPatterns();
    AddSessions();
    AddAlerts();
    PlanLanes();
    for (bool any = true; any;) {
      any = false;
      for (auto& [name, node] : nodes_) {
        if (planned_.contains(name) || mistaken_.contains(name) || !IsReady(node)) continue;
        PlanOne(name, node);
        any = true;
      }
    }
    TellOfCycles();
    Rank();
    LeaveOutMistaken();
  }

 private:
  void AddNode(const std::string& name, Node node) {
    const auto complain = [&](std::string message) {
      diagnostics_.push_back(node.origin().Error(std::move(message), "", node.description()));
    };
    if (layout_.catalog.FindEvent(name)) return complain(fmt::format("there is an event named '{}' already", name));
    if (nodes_.contains(name)) return complain(fmt::format("there are two patterns or sessions named '{}'", name));
    nodes_.emplace(name, std::move(node));
  }

  void AddPatterns() {
    for (const PatternSpec& spec : layout_.spec.patterns) {
      Node node;
      node.pattern = &spec;
      for (const StepSpec& step : spec.sequence) {
        for (const SourceText& event : step.events) node.made_of.insert(event.text());
      }
      AddNode(spec.name, std::move(node));
    }
  }

  void AddSessions() {
    for (const SessionSpec& spec : layout_.spec.sessions) {
      Node node;
      node.session = &spec;
      for (const SourceText& event : spec.events) node.made_of.insert(event.text());
      AddNode(spec.name, std::move(node));
    }
  }

  // Of the rules whose changes somebody names.
  void AddAlerts() {
    std::set<std::string> wanted;
    const auto want = [&](const std::vector<SourceText>& events) {
      for (const SourceText& event : events) {
        if (event.text().starts_with(kAlert)) wanted.insert(event.text());
      }
    };
    const EngineSpec& spec = layout_.spec;
    for (const PatternSpec& pattern : spec.patterns) {
      for (const StepSpec& step : pattern.sequence) want(step.events);
    }
    for (const SessionSpec& session : spec.sessions) want(session.events);
    for (const ProfileSpec& profile : spec.profiles) want(profile.events);
    for (const MetricSpec& metric : spec.metrics) want(metric.events);
    for (const RuleSpec& rule : spec.rules) {
      want(rule.events);
      want(rule.resolve_events);
    }
    for (const RuleSpec& rule : spec.rules) {
      const std::string name = std::string(kAlert) + rule.name;
      if (!wanted.contains(name) || nodes_.contains(name)) continue;
      Node node;
      node.rule = &rule;
      for (const auto* list : {&rule.events, &rule.resolve_events}) {
        for (const SourceText& event : *list) node.made_of.insert(event.text());
      }
      for (const MetricSpec* metric : MetricsOf(rule)) {
        for (const SourceText& event : metric->events) node.made_of.insert(event.text());
      }
      nodes_.emplace(name, std::move(node));
    }
  }

  // All metrics over events that the rule's conditions lead to.
  std::vector<const MetricSpec*> MetricsOf(const RuleSpec& rule) const {
    std::set<std::string> seen;
    std::vector<std::string> names;
    const auto read = [&](const SourceText& text) {
      for (const std::string& name : NamesIn(text.text())) {
        if (seen.insert(name).second) names.push_back(name);
      }
    };
    read(rule.when);
    read(rule.resolve_when);
    read(rule.scope);
    for (const SeveritySpec& level : rule.severities) read(level.when);
    std::vector<const MetricSpec*> found;
    while (!names.empty()) {
      const std::string name = std::move(names.back());
      names.pop_back();
      for (const MetricSpec& metric : layout_.spec.metrics) {
        if (metric.name != name) continue;
        if (!metric.events.empty()) found.push_back(&metric);
        read(metric.value);
      }
    }
    return found;
  }

  void PlanLanes() {
    std::set<Duration> delays;
    for (const PatternSpec& pattern : layout_.spec.patterns) {
      if (pattern.reorder > Duration::zero()) delays.insert(pattern.reorder);
    }
    layout_.derived.lanes.assign(delays.begin(), delays.end());
  }

  bool IsReady(const Node& node) const {
    return std::none_of(node.made_of.begin(), node.made_of.end(), [&](const std::string& event) {
      return nodes_.contains(event) && !planned_.contains(event) && !mistaken_.contains(event);
    });
  }

  void PlanOne(const std::string& name, const Node& node) {
    for (const std::string& event : node.made_of) {
      if (mistaken_.contains(event)) return (void)mistaken_.insert(name);  // it is not blamed for it
    }
    const size_t before = diagnostics_.size();
    DerivedType type;
    type.name = name;
    for (const std::string& event : node.made_of) {
      const std::optional<uint32_t> number = layout_.catalog.FindEvent(event);
      if (number && *number >= layout_.derived.outer_events)
        type.delay = std::max(type.delay, layout_.derived.types[*number - layout_.derived.outer_events].delay);
    }
    if (node.pattern != nullptr) PlanPattern(*node.pattern, std::move(type));
    if (node.session != nullptr) PlanSession(*node.session, std::move(type));
    if (node.rule != nullptr) PlanAlert(*node.rule, std::move(type));
    if (diagnostics_.size() == before) {
      planned_.insert(name);
    } else {
      mistaken_.insert(name);
    }
  }

  void PlanPattern(const PatternSpec& spec, DerivedType type) {
    std::optional<PatternPlan> pattern = CompilePattern(spec, layout_.catalog, language_, &diagnostics_);
    std::vector<uint32_t> events;
    std::vector<Diagnostic> told;
    for (const StepSpec& step : spec.sequence) {
      for (const uint32_t event : FindEventTypes(step.events, layout_.catalog, "", &told)) events.push_back(event);
    }
    const std::optional<uint32_t> grouping =
        events.empty() ? std::nullopt : groupings_.Find(spec.by, events, Describe("pattern", spec.name, "by"));
    if (!pattern || !grouping) return;
    type.grouping = pattern->grouping = *grouping;
    type.delay += spec.reorder;
    if (spec.reorder > Duration::zero()) {
      const auto& lanes = layout_.derived.lanes;
      pattern->lane = static_cast<uint32_t>(std::find(lanes.begin(), lanes.end(), spec.reorder) - lanes.begin()) + 1;
    }
    EventSpec event;
    for (const EmitPlan& emit : pattern->emits) event.attributes.push_back(Attribute(emit.name, emit.type));
    pattern->type = AddEvent(spec.origin, std::move(event), std::move(type));
    DerivedInfo info = InfoOf(pattern->type);
    info.within = spec.within;
    layout_.derived_infos.push_back(std::move(info));
    layout_.derived.patterns.push_back(std::move(*pattern));
  }

  void PlanSession(const SessionSpec& spec, DerivedType type) {
    std::optional<SessionPlan> session = CompileSession(spec, layout_.catalog, language_, &diagnostics_);
    std::vector<uint32_t> events;
    if (session) {
      for (const SessionSource& source : session->sources) events.push_back(source.event);
    }
    const std::optional<uint32_t> grouping =
        events.empty() ? std::nullopt : groupings_.Find(spec.by, events, Describe("session", spec.name, "by"));
    if (!session || !grouping) return;
    type.grouping = session->grouping = *grouping;
    session->lateness = layout_.spec.allowed_lateness + type.delay;
    EventSpec event;
    event.attributes = {Attribute("start", Kind::kTimestamp), Attribute("duration", Kind::kDuration),
                        Attribute("count", Kind::kInt)};
    for (const EmitPlan& emit : session->emits) event.attributes.push_back(Attribute(emit.name, emit.type));
    session->type = AddEvent(spec.origin, std::move(event), std::move(type));
    DerivedInfo info = InfoOf(session->type);
    info.gap = spec.gap;
    layout_.derived_infos.push_back(std::move(info));
    layout_.derived.sessions.push_back(std::move(*session));
  }

  // The keys of a rule's groups are known before its conditions are planned: they are those of its metrics.
  void PlanAlert(const RuleSpec& rule, DerivedType type) {
    std::map<std::string, Kind> keys;
    const auto add = [&](const std::string& name, uint32_t event) {
      if (const std::optional<uint32_t> slot = layout_.catalog.FindSlot(event, name))
        keys.emplace(name, layout_.catalog.event(event).attributes[*slot].type.kind);
    };
    std::vector<uint32_t> events;
    std::vector<Diagnostic> told;
    for (const uint32_t event : FindEventTypes(rule.events, layout_.catalog, "", &told)) events.push_back(event);
    std::vector<SourceText> by = rule.by;
    if (by.empty()) by = KeysOfDerived(layout_, events);
    for (const SourceText& key : by) {
      if (!events.empty()) add(key.text(), events.front());
    }
    for (const MetricSpec* metric : rule.events.empty() ? MetricsOf(rule) : std::vector<const MetricSpec*>()) {
      const std::vector<uint32_t> of_metric = FindEventTypes(metric->events, layout_.catalog, "", &told);
      for (const SourceText& key : metric->by) {
        if (!of_metric.empty()) add(key.text(), of_metric.front());
      }
    }
    EventSpec event;
    event.attributes = {Attribute("change", Kind::kString), Attribute("severity", Kind::kString)};
    std::vector<std::pair<std::string, std::string>> labels = rule.labels;
    std::sort(labels.begin(), labels.end());
    std::set<std::string> taken = {"change", "severity"};
    const auto take = [&](const std::string& name) {
      if (taken.insert(name).second) return;
      diagnostics_.push_back(rule.origin.Error(
          fmt::format("'{}' is what every change of an alert carries, and cannot be a label or key of '{}', whose "
                      "changes are taken as events",
                      name, rule.name),
          "", "rule " + rule.name));
    };
    for (const auto& [name, text] : labels) {
      take(name);
      event.attributes.push_back(Attribute(name, Kind::kString));
    }
    for (const auto& [name, kind] : keys) take(name);
    if (taken.size() != 2 + labels.size() + keys.size()) return;
    type.delay = {};  // it is told at the clock
    type.grouping = GroupingOfKeys(keys);
    const uint32_t number = AddEvent(rule.origin, std::move(event), std::move(type));
    layout_.derived_infos.push_back(InfoOf(number));
  }

  uint32_t GroupingOfKeys(const std::map<std::string, Kind>& keys) {
    // A stand-in for the events that the rule's metrics are over.
    std::vector<SourceText> by;
    EventSpec event;
    for (const auto& [name, kind] : keys) {
      by.emplace_back(name);
      event.attributes.push_back(Attribute(name, kind));
    }
    return *groupings_.FindFor(by, event, "");
  }

  static AttributeSpec Attribute(const std::string& name, Type type) {
    AttributeSpec attribute;
    attribute.name = name;
    attribute.type = type;
    return attribute;
  }

  uint32_t AddEvent(const SourceText& origin, EventSpec event, DerivedType type) {
    event.name = type.name;
    event.origin = origin;
    const GroupingPlan& grouping = layout_.groupings[type.grouping];
    type.keys_at = static_cast<uint32_t>(event.attributes.size());
    for (size_t k = 0; k < grouping.keys.size(); ++k)
      event.attributes.push_back(Attribute(grouping.keys[k], grouping.kinds[k]));
    type.type = layout_.catalog.AddDerived(std::move(event));
    const uint32_t number = type.type;
    layout_.derived.types.push_back(std::move(type));
    return number;
  }

  DerivedInfo InfoOf(uint32_t type) const {
    const DerivedType& derived = layout_.derived.types[type - layout_.derived.outer_events];
    DerivedInfo info;
    info.name = derived.name;
    info.keys = layout_.groupings[derived.grouping].keys;
    info.event = layout_.catalog.event(type);
    return info;
  }

  // One sentence for each circle. What is made of one, and not in it, is left out without a word.
  void TellOfCycles() {
    for (const auto& [name, node] : nodes_) {
      if (planned_.contains(name) || mistaken_.contains(name)) continue;
      std::vector<std::string> path = {name};
      // Somewhere along the way it comes to what it has seen.
      for (bool closed = false; !closed;) {
        const std::set<std::string>& made_of = nodes_.at(path.back()).made_of;
        const auto next = std::find_if(made_of.begin(), made_of.end(), [&](const std::string& event) {
          return nodes_.contains(event) && !planned_.contains(event) && !mistaken_.contains(event);
        });
        if (next == made_of.end()) break;  // it is made of a circle that has been told of
        closed = std::find(path.begin(), path.end(), *next) != path.end();
        path.push_back(*next);
      }
      const auto begin = std::find(path.begin(), path.end(), path.back());
      if (begin + 1 != path.end()) {
        path.erase(path.begin(), begin);
        const Node& first = nodes_.at(path.front());
        diagnostics_.push_back(first.origin().Error(
            fmt::format("'{}' is made of events that it makes itself", path.front()),
            fmt::format("it is made of {}", fmt::join(path.begin() + 1, path.end(), ", of ")), first.description()));
      }
      mistaken_.insert(path.begin(), path.end());
      mistaken_.insert(name);
    }
  }

  // The order of rule and pattern names; a pattern comes before a rule of its name.
  void Rank() {
    std::vector<DerivedType*> order;
    for (DerivedType& type : layout_.derived.types) order.push_back(&type);
    const auto key = [](const DerivedType* type) {
      const bool alert = type->name.starts_with(kAlert);
      return std::make_pair(alert ? type->name.substr(kAlert.size()) : type->name, alert);
    };
    std::sort(order.begin(), order.end(), [&](const DerivedType* a, const DerivedType* b) { return key(a) < key(b); });
    for (uint32_t rank = 0; rank < order.size(); ++rank) order[rank]->rank = rank;
    const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
    std::sort(layout_.derived_infos.begin(), layout_.derived_infos.end(), by_name);
  }

  // Who takes a derived event that is mistaken is not blamed for it.
  void LeaveOutMistaken() {
    if (mistaken_.empty()) return;
    const auto takes = [&](const std::vector<SourceText>& events) {
      return std::any_of(events.begin(), events.end(),
                         [&](const SourceText& event) { return mistaken_.contains(event.text()); });
    };
    EngineSpec& spec = layout_.spec;
    for (const MetricSpec& metric : spec.metrics) {
      if (takes(metric.events)) layout_.mistaken_metrics.push_back(metric.name);
    }
    std::erase_if(spec.metrics, [&](const MetricSpec& metric) { return takes(metric.events); });
    std::erase_if(spec.rules, [&](const RuleSpec& rule) { return takes(rule.events) || takes(rule.resolve_events); });
    for (const ProfileSpec& profile : spec.profiles) {
      if (!takes(profile.events)) continue;
      for (const SourceText& attribute : profile.attributes)
        layout_.mistaken_metrics.push_back("profile." + attribute.text());
    }
    std::erase_if(spec.profiles, [&](const ProfileSpec& profile) { return takes(profile.events); });
  }

  static std::string Describe(const char* kind, const std::string& name, const char* part) {
    return fmt::format("{} {}, {}", kind, name, part);
  }

  Plan::Layout& layout_;
  Groupings& groupings_;
  const Language language_;
  std::vector<Diagnostic>& diagnostics_;
  std::map<std::string, Node> nodes_;
  std::set<std::string> planned_;
  std::set<std::string> mistaken_;
};

}  // namespace

std::vector<SourceText> KeysOfDerived(const Plan::Layout& layout, const std::vector<uint32_t>& events) {
  std::optional<uint32_t> grouping;
  for (const uint32_t event : events) {
    if (event < layout.derived.outer_events) return {};
    const uint32_t own = layout.derived.types[event - layout.derived.outer_events].grouping;
    if (grouping && *grouping != own) return {};
    grouping = own;
  }
  std::vector<SourceText> keys;
  if (!grouping) return keys;
  for (const std::string& key : layout.groupings[*grouping].keys) keys.emplace_back(key);
  return keys;
}

void PlanDerived(Plan::Layout* layout, Groupings* groupings, std::vector<Diagnostic>* diagnostics) {
  layout->outer = layout->catalog;
  layout->derived.outer_events = static_cast<uint32_t>(layout->catalog.events().size());
  DerivePlanner(layout, groupings, diagnostics).Run();
}

void LinkDerived(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics) {
  DerivedPlan& derived = layout->derived;
  for (uint32_t p = 0; p < derived.patterns.size(); ++p)
    layout->groupings[derived.patterns[p].grouping].patterns.push_back(p);
  for (uint32_t s = 0; s < derived.sessions.size(); ++s)
    layout->groupings[derived.sessions[s].grouping].sessions.push_back(s);
  const auto delay_of = [&](uint32_t event) {
    return event < derived.outer_events ? Duration() : derived.types[event - derived.outer_events].delay;
  };
  for (WindowPlan& window : layout->windows) {
    Duration delay{};
    for (const WindowSource& source : window.sources) delay = std::max(delay, delay_of(source.event));
    window.lateness += delay;
  }
  for (uint32_t r = 0; r < layout->rules.size(); ++r) {
    RulePlan& rule = layout->rules[r];
    // What ends it is taken in the same order, and as late, as the pattern's events.
    Duration reorder{};
    for (const EventSlots& event : rule.events) {
      for (const PatternPlan& pattern : derived.patterns) {
        if (pattern.type == event.event) reorder = std::max(reorder, pattern.reorder);
      }
    }
    const auto lane = std::find(derived.lanes.begin(), derived.lanes.end(), reorder);
    if (lane != derived.lanes.end()) rule.resolve_lane = static_cast<uint32_t>(lane - derived.lanes.begin()) + 1;
    const std::optional<uint32_t> type = layout->catalog.FindEvent(std::string(kAlert) + rule.name);
    if (!type || *type < derived.outer_events) continue;
    derived.alert_types.resize(layout->rules.size());
    derived.alert_types[r] = *type;
    if (derived.types[*type - derived.outer_events].grouping == rule.grouping) continue;
    diagnostics->push_back(SourceText().Error(
        fmt::format("the groups of '{}' cannot be told beforehand, so that its changes cannot be taken as events",
                    rule.name),
        "", "rule " + rule.name));
  }
}

}  // namespace tocsin
