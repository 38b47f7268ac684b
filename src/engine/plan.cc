// Plan::Create: the stages in their order (plan_stages.h).
#include "tocsin/engine/plan.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "engine/plan_stages.h"
#include "tocsin/base/diagnostic.h"

namespace tocsin {
namespace {

void CheckIngestion(const EngineSpec& spec, std::vector<Diagnostic>* diagnostics) {
  auto complain = [&](const char* message) { diagnostics->push_back(SourceText().Error(message, "", "engine")); };
  if (spec.allowed_lateness < Duration::zero()) complain("allowed_lateness is negative");
  if (spec.deduplicate && *spec.deduplicate <= Duration::zero()) complain("deduplicate must be longer than nothing");
  if (spec.max_ids < 1) complain("max_ids must be at least 1");
  if (spec.reorder < Duration::zero()) complain("reorder is negative");
  if (spec.limits.evidence_memory < 0) complain("evidence_memory is negative");
}

// The spec of a metric by its name; null for a profile's attribute.
const MetricSpec* SpecOf(const EngineSpec& spec, const std::string& name) {
  auto found = std::find_if(spec.metrics.begin(), spec.metrics.end(),
                            [&](const MetricSpec& metric) { return metric.name == name; });
  return found == spec.metrics.end() ? nullptr : &*found;
}

// What people are told of it.
std::string AggregateText(const MetricSpec& spec) {
  if (!spec.words.empty()) return "which parts have no value";
  if (spec.parts.empty()) return spec.value.empty() ? spec.aggregate.text() : spec.value.text();
  std::vector<std::string_view> names;
  for (const PartSpec& part : spec.parts) names.push_back(part.name);
  return fmt::format("a score of {}", fmt::join(names, ", "));
}

void Describe(Plan::Layout* layout) {
  std::vector<uint32_t> order(layout->metrics.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return layout->metrics[a].name < layout->metrics[b].name; });
  for (uint32_t m : order) {
    const Metric& metric = layout->metrics[m];
    MetricInfo info;
    info.name = metric.name;
    info.type = metric.type;
    info.keys = layout->groupings[metric.grouping].keys;
    info.past_of = metric.past_of;
    if (const MetricSpec* spec = SpecOf(layout->spec, metric.past_of.empty() ? metric.name : metric.past_of)) {
      info.aggregate = AggregateText(*spec);
      info.window = spec->window;
      info.calendar = spec->calendar;
      info.last = spec->last;
      info.over = spec->over.text();
    } else if (metric.rollup) {  // a part of a deviation
      const RollupPlan& rollup = layout->rollups[*metric.rollup];
      info.aggregate = fmt::format("quantile({})", rollup.quantile);
      info.over = layout->metrics[rollup.metric].name;
    } else if (metric.reading || metric.value) {
      info.aggregate = metric.name;
    } else {
      info.aggregate = fmt::format("last({})", metric.name.substr(metric.name.find('.') + 1));
    }
    info.is_expression = metric.value.has_value() || metric.reading.has_value();
    if (metric.aggregate) info.slice = layout->windows[metric.aggregate->window].shape.slice;
    layout->metric_infos.push_back(std::move(info));
  }
  layout->metric_of_info = std::move(order);
}

// Everything that the bytes of a snapshot depend on.
uint64_t Fingerprint(const Plan::Layout& layout) {
  Digest digest;
  for (const EventSpec& event : layout.spec.events) {
    digest.Add(event.name);
    for (const AttributeSpec& attribute : event.attributes) digest.Add(attribute.name).Add(TypeName(attribute.type));
  }
  for (const GroupingPlan& grouping : layout.groupings) {
    for (const std::string& key : grouping.keys) digest.Add(key);
    digest.Add(grouping.row_bytes).Add(static_cast<int64_t>(grouping.parents.size()));
    digest.Add(grouping.max_groups.value_or(-1)).Add(grouping.expire_after ? ToNanos(*grouping.expire_after) : -1);
  }
  for (const WindowPlan& window : layout.windows) {
    digest.Add(window.identity).Add(window.row_offset).Add(static_cast<int64_t>(window.fields.size()));
    digest.Add(window.partial_bytes).Add(window.total_bytes);
    for (const FieldPlan& field : window.fields)
      digest.Add(static_cast<int64_t>(field.kind)).Add(field.argument).Add(ToNanos(field.half_life));
    for (const WindowSource& source : window.sources) {
      for (const ArgumentPlan& argument : source.arguments) digest.Add(argument.text).Add(TypeName(argument.type));
    }
  }
  digest.Add(static_cast<int64_t>(layout.spec.expression_limits.max_cost));
  for (const Metric& metric : layout.metrics) {
    digest.Add(metric.name).Add(metric.row_offset).Add(metric.value ? metric.value->Definition() : "");
    digest.Add(metric.every ? ToNanos(*metric.every) : -1);
    for (const std::string& word : metric.words) digest.Add(word);
    if (metric.reading) {
      digest.Add(layout.series[metric.reading->series].identity);
      digest.Add(metric.reading->ahead ? ToNanos(*metric.reading->ahead) : -1);
    }
  }
  for (const RollupPlan& rollup : layout.rollups) {
    digest.Add(layout.metrics[rollup.metric].name).Add(static_cast<int64_t>(rollup.aggregate));
    digest.Add(rollup.where ? rollup.where->ToString() : "").Add(rollup.share ? rollup.share->ToString() : "");
    digest.Add(rollup.member_offset).Add(rollup.node_offset).Add(rollup.flip_offset);
  }
  for (const RulePlan& rule : layout.rules) digest.Add(rule.version).Add(rule.flip_offset);
  for (const CoarseTerm& term : layout.terms) digest.Add(term.expression.Definition()).Add(term.row_offset);
  for (const PatternPlan& pattern : layout.derived.patterns)
    digest.Add(pattern.name).Add(pattern.identity).Add(pattern.row_offset);
  for (const SessionPlan& session : layout.derived.sessions)
    digest.Add(session.name).Add(session.identity).Add(session.row_offset);
  for (const DerivedType& type : layout.derived.types) digest.Add(type.name);
  const EngineSpec& spec = layout.spec;
  digest.Add(ToNanos(spec.allowed_lateness)).Add(spec.deduplicate ? ToNanos(*spec.deduplicate) : -1);
  digest.Add(spec.max_ids).Add(ToNanos(spec.reorder)).Add(spec.limits.evidence_memory);
  digest.Add(spec.limits.max_memory.value_or(-1));
  return digest.value();
}

}  // namespace

Plan::Plan() = default;
Plan::~Plan() = default;

absl::StatusOr<std::shared_ptr<const Plan>> Plan::Create(const EngineSpec& spec) { return Layout::Make(spec, true); }

absl::StatusOr<std::shared_ptr<const Plan>> Plan::Layout::Make(const EngineSpec& spec, bool use_indices) {
  std::vector<Diagnostic> diagnostics;
  auto layout = std::make_unique<Layout>();
  layout->spec = spec;
  ExpandFunnels(&layout->spec, &diagnostics);
  ExpandScores(layout.get(), &diagnostics);
  layout->catalog = Catalog::Create(spec.events, &diagnostics);
  CheckIngestion(spec, &diagnostics);
  Groupings groupings(layout.get(), &diagnostics);
  Dictionary names(LanguageOf(spec));
  PlanDerived(layout.get(), &groupings, &diagnostics);
  PlanAggregates(layout.get(), &groupings, &diagnostics);
  PlanValues(layout.get(), &groupings, &names, &diagnostics);
  PlanRules(layout.get(), &groupings, names, &diagnostics);
  LinkDerived(layout.get(), &diagnostics);
  PlanKeys(layout.get(), &diagnostics);
  if (!diagnostics.empty()) return ToStatus(diagnostics);
  PlanWatching(layout.get());
  PlanIndices(layout.get(), use_indices);
  if (use_indices) PlanFinerLists(layout.get());
  PlanRows(layout.get());
  PlanEvents(layout.get());
  Describe(layout.get());
  layout->fingerprint = Fingerprint(*layout);
  std::shared_ptr<Plan> plan(new Plan);
  plan->layout_ = std::move(layout);
  return std::shared_ptr<const Plan>(std::move(plan));
}

const Catalog& Plan::catalog() const { return layout_->outer; }
const std::vector<DerivedInfo>& Plan::derived() const { return layout_->derived_infos; }
const EngineSpec& Plan::spec() const { return layout_->spec; }
const std::vector<MetricInfo>& Plan::metrics() const { return layout_->metric_infos; }
const std::vector<RuleInfo>& Plan::rules() const { return layout_->rule_infos; }

const MetricInfo* Plan::FindMetric(std::string_view name) const {
  const auto& infos = layout_->metric_infos;
  auto found = std::lower_bound(infos.begin(), infos.end(), name,
                                [](const MetricInfo& info, std::string_view wanted) { return info.name < wanted; });
  return found != infos.end() && found->name == name ? &*found : nullptr;
}

std::optional<uint32_t> Plan::Slot(std::string_view event, std::string_view attribute) const {
  std::optional<uint32_t> type = catalog().FindEvent(event);
  return type ? catalog().FindSlot(*type, attribute) : std::nullopt;
}

}  // namespace tocsin
