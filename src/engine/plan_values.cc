// Metrics that are expressions over other metrics. Their order of definition does not matter: each is planned once all
// that it reads is; what never gets there leads back to itself.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/plan_deviation.h"
#include "engine/plan_rollups.h"
#include "engine/plan_series.h"
#include "engine/plan_stages.h"
#include "engine/spec_fields.h"
#include "expr/aggregate_call.h"

namespace tocsin {
namespace {

class ValuePlanner {
 public:
  ValuePlanner(Plan::Layout* layout, Groupings* groupings, Dictionary* names, std::vector<Diagnostic>* diagnostics)
      : layout_(*layout), groupings_(*groupings), names_(*names), diagnostics_(*diagnostics) {}

  void Run() {
    AddKnown();
    ForbidEvents();
    for (const auto& [name, why] : layout_.forbidden) names_.Forbid(name, why);
    std::vector<const MetricSpec*> waiting;
    for (const MetricSpec& spec : layout_.spec.metrics) {
      if (!spec.value.empty() && CheckShape(spec)) waiting.push_back(&spec);
      if (spec.value.empty() && !spec.over.empty() && CheckRollup(spec)) waiting.push_back(&spec);
    }
    std::stable_sort(waiting.begin(), waiting.end(),
                     [](const MetricSpec* a, const MetricSpec* b) { return a->name < b->name; });
    std::vector<MetricCall> calls = AllCalls();
    for (size_t before = waiting.size() + calls.size() + 1; waiting.size() + calls.size() < before;) {
      before = waiting.size() + calls.size();
      std::erase_if(waiting, [&](const MetricSpec* spec) { return TryOne(*spec); });
      std::erase_if(calls, [&](const MetricCall& call) { return TryCall(call); });
    }
    for (const std::string& name : layout_.mistaken_metrics) names_.AddMistaken(name);
    TellOfTheRest(std::move(waiting));
  }

 private:
  void AddKnown() {
    for (const GroupingPlan& grouping : layout_.groupings) {
      for (size_t k = 0; k < grouping.keys.size(); ++k) AddKey(grouping.keys[k], grouping.kinds[k]);
    }
    // Rules that look at events make groupings of their own, by which no metric may be kept.
    for (const RuleSpec& rule : layout_.spec.rules) {
      if (rule.events.empty()) continue;
      const std::optional<uint32_t> event = layout_.catalog.FindEvent(rule.events.front().text());
      if (!event) continue;
      for (const SourceText& key : rule.by) {
        if (const std::optional<uint32_t> slot = layout_.catalog.FindSlot(*event, key.text()))
          AddKey(key.text(), layout_.catalog.event(*event).attributes[*slot].type);
      }
    }
    for (uint32_t m = 0; m < layout_.metrics.size(); ++m) AddMetric(m);
  }

  // What is known of somebody is a metric, and where it groups a key as well.
  void AddKey(const std::string& name, Type type) {
    if (names_.Find(name) != nullptr || IsProfile(name)) return;
    Dictionary::Entry entry;
    entry.name = name;
    entry.type = type;
    names_.Add(std::move(entry));
  }

  // An event where a metric is meant. `list` and the like name types.
  void ForbidEvents() {
    for (const EventSpec& event : layout_.catalog.events()) {
      if (event.name == "list" || event.name == "map" || event.name == "type" || ParseType(event.name)) continue;
      names_.Forbid(event.name, fmt::format("'{}' is an event and has no value: count it in a metric, such as "
                                            "{{event: {}, aggregate: count}}",
                                            event.name, event.name));
    }
  }

  void AddMetric(uint32_t index) {
    const Metric& metric = layout_.metrics[index];
    if (const Dictionary::Entry* other = names_.Find(metric.name); other != nullptr) {
      const std::string message =
          other->source == Variable::Source::kKey
              ? fmt::format("'{}' is a key already and cannot name a metric too", metric.name)
              : fmt::format("two profiles have this attribute, and '{}' would be either", metric.name);
      diagnostics_.push_back(OriginOf(metric.name).Error(message, "", "metric " + metric.name));
      return;
    }
    if (metric.aggregate && metric.aggregate->aggregate == AggregateKind::kRfm) {
      names_.Forbid(metric.name,
                    fmt::format("'{}' ranks each group among all of them: it is shown when it is asked for, "
                                "and cannot be read in an expression",
                                metric.name));
      return;
    }
    Dictionary::Entry entry;
    entry.name = metric.name;
    entry.type = metric.type;
    entry.source = Variable::Source::kMetric;
    entry.index = index;
    entry.grouping = metric.grouping;
    entry.elapsed = metric.aggregate && metric.aggregate->aggregate == AggregateKind::kTimeSince;
    if (metric.rollup) {
      const RollupPlan& rollup = layout_.rollups[*metric.rollup];
      entry.elapsed = rollup.elapsed && rollup.NeedsValues();
    }
    names_.Add(std::move(entry));
  }

  const SourceText& OriginOf(const std::string& name) const {
    for (const MetricSpec& spec : layout_.spec.metrics) {
      if (spec.name == name) return spec.origin;
    }
    for (auto profile = layout_.spec.profiles.rbegin(); profile != layout_.spec.profiles.rend(); ++profile) {
      for (const SourceText& attribute : profile->attributes) {
        if (name == "profile." + attribute.text()) return attribute;
      }
    }
    static const SourceText kNowhere;
    return kNowhere;
  }

  bool CheckShape(const MetricSpec& spec) {
    const std::string_view extra = FirstGiven(spec, {"event", "aggregate", "where", "window", "last", "by"});
    if (extra.empty() && (!spec.every || *spec.every > Duration::zero())) return true;
    const std::string message =
        !extra.empty()
            ? fmt::format("'{}' is an expression over other metrics and has no '{}' of its own", spec.name, extra)
            : std::string("'every' must be longer than nothing");
    diagnostics_.push_back(spec.origin.Error(message, "", "metric " + spec.name));
    layout_.mistaken_metrics.push_back(spec.name);
    return false;
  }

  bool CheckRollup(const MetricSpec& spec) {
    const std::string_view extra = FirstGiven(spec, {"event", "window", "last", "every"});
    if (extra.empty()) return true;
    diagnostics_.push_back(
        spec.origin.Error(fmt::format("'{}' puts groups together and has no '{}' of its own", spec.name, extra), "",
                          "metric " + spec.name));
    layout_.mistaken_metrics.push_back(spec.name);
    return false;
  }

  bool TryRollup(const MetricSpec& spec) {
    std::vector<Diagnostic> unheard;
    if (!PlanRollup(spec, &layout_, &groupings_, names_, &unheard)) return false;
    AddMetric(static_cast<uint32_t>(layout_.metrics.size() - 1));
    return true;
  }

  std::vector<Wanted> Text(const MetricSpec& spec) const {
    return {{spec.value, Kind::kNone, Describe("metric", spec.name, "value")}};
  }

  // What conditions and values ask of metrics, each once, in an order of their own.
  std::vector<MetricCall> AllCalls() const {
    std::set<MetricCall> calls;
    auto add = [&](const SourceText& text) {
      for (MetricCall& call : FindMetricCalls(text.text())) {
        // What was is kept in windows, which have been planned.
        if (call.function != MetricCall::Function::kPrevious) calls.insert(std::move(call));
      }
    };
    if (names_.strict()) return {};
    for (const MetricSpec& metric : layout_.spec.metrics) {
      add(metric.value);
      if (metric.over.empty()) continue;
      add(metric.where);
      add(metric.aggregate);
    }
    for (const RuleSpec& rule : layout_.spec.rules) {
      for (const SourceText* text : {&rule.when, &rule.resolve_when, &rule.scope}) add(*text);
      for (const SeveritySpec& level : rule.severities) add(level.when);
    }
    return {calls.begin(), calls.end()};
  }

  // False when the metric is not known yet, or never will be.
  bool TryCall(const MetricCall& call) {
    const Dictionary::Entry* entry = names_.Find(call.metric);
    if (entry == nullptr || entry->mistaken || entry->source != Variable::Source::kMetric) return false;
    if (call.function == MetricCall::Function::kDeviation) return TryDeviation(call, *entry);
    if (const std::string why = WhyNoSeries(call, layout_.metrics[entry->index]); !why.empty()) {
      names_.Forbid(NameOf(call), why);
    } else {
      AddMetric(AddSeriesMetric(call, entry->index, &layout_));
    }
    return true;
  }

  bool TryDeviation(const MetricCall& call, const Dictionary::Entry& entry) {
    const Metric& metric = layout_.metrics[entry.index];
    if (const std::string why = WhyNoDeviation(call, metric, layout_.groupings[metric.grouping]); !why.empty()) {
      names_.Forbid(NameOf(call), why);
      return true;
    }
    std::vector<Diagnostic> unheard;
    for (const MetricSpec& quartile : QuartilesOf(call)) {
      if (names_.Find(quartile.name) != nullptr) continue;
      if (!PlanRollup(quartile, &layout_, &groupings_, names_, &unheard)) return false;
      AddMetric(static_cast<uint32_t>(layout_.metrics.size() - 1));
    }
    MetricSpec deviation;
    deviation.name = NameOf(call);
    deviation.value = SourceText(DeviationText(call));
    return TryOne(deviation);
  }

  // False when it cannot be planned yet, or ever.
  bool TryOne(const MetricSpec& spec) {
    if (!spec.over.empty()) return TryRollup(spec);
    std::vector<Diagnostic> unheard;
    Reader reader(&layout_, names_, &unheard);
    std::vector<Wanted> wanted = Text(spec);
    if (!reader.Compile(&wanted, std::nullopt)) return false;
    const Type type = wanted[0].compiled->type();
    if (type.kind == Kind::kString) {  // nobody would own the text
      diagnostics_.push_back(spec.value.Error("the value of a metric must be a number, a bool, a time or a duration",
                                              "", Describe("metric", spec.name, "value")));
      layout_.mistaken_metrics.push_back(spec.name);
      return true;
    }
    Metric metric;
    metric.name = spec.name;
    metric.type = !spec.words.empty() ? Type(Kind::kString) : type.kind == Kind::kInt ? Type(Kind::kDouble) : type;
    metric.words = spec.words;
    metric.grouping = reader.grouping();
    metric.reads = reader.TakeReads();
    metric.every = spec.every;
    for (const Variable& variable : metric.reads) Inherit(variable, &metric);
    const auto index = static_cast<uint32_t>(layout_.metrics.size());
    if (metric.every) {
      metric.stored = {index};
      metric.windows.clear();
      layout_.groupings[metric.grouping].stored.push_back(index);
      layout_.every_metrics.push_back(index);
    }
    metric.value = std::move(wanted[0].compiled);
    layout_.metrics.push_back(std::move(metric));
    AddMetric(index);
    return true;
  }

  // What a metric that it reads depends on, it depends on too.
  void Inherit(const Variable& variable, Metric* metric) const {
    if (variable.source != Variable::Source::kMetric) return;
    const Metric& read = layout_.metrics[variable.index];
    auto add = [](const std::vector<uint32_t>& from, std::vector<uint32_t>* to) {
      for (uint32_t item : from) {
        if (std::find(to->begin(), to->end(), item) == to->end()) to->push_back(item);
      }
    };
    add(read.windows, &metric->windows);
    add(read.stored, &metric->stored);
  }

  // The mistakes of those that could not be planned; the names of the others are good enough to find them. Who reads
  // one that has a mistake is not blamed for it; what is left then leads back to itself.
  void TellOfTheRest(std::vector<const MetricSpec*> waiting) {
    for (const MetricSpec* spec : waiting) {
      names_.AddMistaken(spec->name);
      layout_.mistaken_metrics.push_back(spec->name);
    }
    const std::vector<const MetricSpec*> all = waiting;
    std::erase_if(waiting, [&](const MetricSpec* spec) { return !IsMade(*spec) && TellMistakes(*spec); });
    for (size_t before = waiting.size() + 1; waiting.size() < before;) {
      before = waiting.size();
      const std::vector<const MetricSpec*> others = waiting;
      std::erase_if(waiting, [&](const MetricSpec* spec) { return !ReadsOnlyWaiting(*spec, others); });
    }
    for (const MetricSpec* spec : waiting) {
      if (IsMade(*spec)) continue;
      const bool rollup = !spec->over.empty();
      diagnostics_.push_back((rollup ? spec->over : spec->value)
                                 .Error(fmt::format("'{}' leads back to itself", spec->name), "",
                                        Describe("metric", spec->name, rollup ? "over" : "value")));
    }
    for (const MetricSpec* spec : all) {
      if (!spec->parts.empty()) TellOfParts(*spec);
    }
  }

  // Of parts that are right by themselves, and make no score.
  void TellOfParts(const MetricSpec& spec) {
    const size_t before = diagnostics_.size();
    for (const PartSpec& part : spec.parts) {
      const Dictionary::Entry* entry = names_.Find(fmt::format("{}.{}", spec.name, part.name));
      if (entry == nullptr || entry->mistaken) return;  // told of it
      if (entry->type.kind == Kind::kDouble) continue;
      diagnostics_.push_back(part.value.Error(
          fmt::format("a score is made of numbers, and the part '{}' is a {}", part.name, TypeName(entry->type)),
          entry->type.kind == Kind::kDuration ? "getHours() of it is a number" : "", "metric " + spec.name));
    }
    if (diagnostics_.size() == before) {
      diagnostics_.push_back(spec.origin.Error("the keys of one part of a score must contain those of the others", "",
                                               "metric " + spec.name));
    }
  }

  // Its text was made here, of parts that tell of their own mistakes.
  static bool IsMade(const MetricSpec& spec) { return !spec.parts.empty() || !spec.words.empty(); }

  // Whether it has any of its own.
  bool TellMistakes(const MetricSpec& spec) {
    const size_t before = diagnostics_.size();
    if (spec.over.empty()) {
      Reader reader(&layout_, names_, &diagnostics_);
      std::vector<Wanted> wanted = Text(spec);
      reader.Compile(&wanted, std::nullopt);
    } else {
      PlanRollup(spec, &layout_, &groupings_, names_, &diagnostics_);
    }
    return diagnostics_.size() != before;
  }

  // The expressions that a metric is made of.
  static std::vector<SourceText> TextsOf(const MetricSpec& spec) {
    if (spec.over.empty()) return {spec.value};
    std::vector<SourceText> texts = {spec.over};
    if (!spec.where.empty()) texts.push_back(spec.where);
    std::vector<Diagnostic> unheard;
    const std::optional<AggregateCall> call = ParseAggregateCall(spec.aggregate, "", &unheard);
    if (!call) return texts;
    for (const SourceSlice& place : call->arguments) texts.push_back(spec.aggregate.Sub(place.offset, place.length));
    return texts;
  }

  // Whether what keeps it from being planned is only that others wait too, and not a mistake told elsewhere.
  bool ReadsOnlyWaiting(const MetricSpec& spec, const std::vector<const MetricSpec*>& waiting) const {
    for (const SourceText& text : TextsOf(spec)) {
      std::vector<Diagnostic> unheard;
      std::optional<Expression> value = Expression::Compile(text, names_.environment(), Kind::kNone, "", &unheard);
      if (!value) return false;
      for (uint32_t slot : value->slots()) {
        const Dictionary::Entry& entry = names_.entries()[slot];
        if (!entry.mistaken) continue;
        const bool waits = std::any_of(waiting.begin(), waiting.end(),
                                       [&](const MetricSpec* other) { return other->name == entry.name; });
        if (!waits) return false;
      }
    }
    return true;
  }

  Plan::Layout& layout_;
  Groupings& groupings_;
  Dictionary& names_;
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace

void PlanValues(Plan::Layout* layout, Groupings* groupings, Dictionary* names, std::vector<Diagnostic>* diagnostics) {
  ValuePlanner(layout, groupings, names, diagnostics).Run();
}

}  // namespace tocsin
