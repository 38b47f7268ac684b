// Values are read: from windows, by evaluating expressions, from coarser groups.
#include "engine/read.h"

#include <algorithm>
#include <vector>

#include "engine/read_unseen.h"
#include "engine/rollup.h"
#include "engine/state.h"
#include "metric/group_key.h"

namespace tocsin {

Value ValueOf(const Metric& metric, const Result& result) {
  if (result.outcome != Outcome::kValue) return {};
  if (metric.words.empty()) return AsMetricValue(result.value);
  return Value::String(metric.words[static_cast<size_t>(result.value.AsInt())]);
}

Value ReadEmpty(const Plan::Layout& layout, const Metric& metric, const std::vector<uint32_t>& unknown) {
  if (metric.every) return {};
  if (metric.aggregate) {
    if (metric.rollup) return ReadEmptyRollup(layout.rollups[*metric.rollup]);
    if (std::find(unknown.begin(), unknown.end(), metric.aggregate->window) != unknown.end()) return {};
    const WindowPlan& window = layout.windows[metric.aggregate->window];
    std::vector<int64_t> row(layout.groupings[metric.grouping].row_bytes / sizeof(int64_t) + 1);
    PanePool pool;
    TextPool texts;
    WindowInRow state(window, reinterpret_cast<std::byte*>(row.data()), pool, texts);
    return ReadMetric(*metric.aggregate, window, state, Time(), texts);
  }
  std::vector<Value> variables(metric.reads.size());
  for (size_t slot = 0; slot < variables.size(); ++slot) {
    const Variable& variable = metric.reads[slot];
    if (variable.source == Variable::Source::kMetric)
      variables[slot] = ReadEmpty(layout, layout.metrics[variable.index], unknown);
  }
  Scratch scratch;
  const Result result = metric.value->Evaluate(variables, Time(), scratch);
  return ValueOf(metric, result);
}

bool Engine::State::IsUnknown(uint32_t window) const {
  return !started || now < layout.windows[window].WholeAt(began[window]);
}

Value Engine::State::ReadNothing(uint32_t metric) const {
  std::vector<uint32_t> unknown;
  for (uint32_t window : layout.behind) {
    if (IsUnknown(window)) unknown.push_back(window);
  }
  return ReadEmpty(layout, layout.metrics[metric], unknown);
}

Value Engine::State::Read(uint32_t metric_index, uint32_t row_number) {
  const Metric& metric = layout.metrics[metric_index];
  std::byte* row = groups[metric.grouping].row(row_number);
  if (metric.aggregate) [[likely]] {
    if (metric.rollup) return ReadRollup(layout.rollups[*metric.rollup], row_number);
    const WindowPlan& window = layout.windows[metric.aggregate->window];
    WindowInRow state(window, row, pool, texts);
    if (started) state.AdvanceTo(now);
    if (window.behind() && IsUnknown(metric.aggregate->window)) [[unlikely]]
      return {};
    if (metric.aggregate->aggregate == AggregateKind::kRfm) [[unlikely]]
      return ReadRfm(metric_index, row_number);
    return ReadMetric(*metric.aggregate, window, state, now, texts);
  }
  if (metric.every) {
    StoredValue stored;
    std::memcpy(&stored, row + metric.row_offset, sizeof(stored));
    return stored.present ? FromBits(metric.type.kind, stored.bits) : tocsin::Value();
  }
  return Compute(metric, row_number);
}

Value Engine::State::ReadRfm(uint32_t metric_index, uint32_t row) {
  const MetricPlan& metric = *layout.metrics[metric_index].aggregate;
  const WindowPlan& window = layout.windows[metric.window];
  const GroupTable& table = groups[metric.grouping];
  const uint64_t accepted = events[static_cast<size_t>(Reason::kNone)];
  if (ranks.metric != metric_index || ranks.now != now || ranks.accepted != accepted || ranks.groups != table.size()) {
    ranks = {metric_index, now, accepted, table.size(), std::vector<int>(table.end(), 0)};
    std::vector<RfmInput> inputs;
    std::vector<uint32_t> rows_of_inputs;
    for (uint32_t r = 0; r < table.end(); ++r) {
      if (!table.alive(r)) continue;
      WindowInRow state(window, groups[metric.grouping].row(r), pool, texts);
      if (started) state.AdvanceTo(now);
      if (std::optional<RfmInput> input = ReadRfmInput(metric, window, state)) {
        inputs.push_back(*input);
        rows_of_inputs.push_back(r);
      }
    }
    const std::vector<RfmScore> scores = RfmScores(inputs);
    for (size_t i = 0; i < scores.size(); ++i) ranks.scores[rows_of_inputs[i]] = scores[i].Code();
  }
  return ranks.scores[row] == 0 ? tocsin::Value() : tocsin::Value::Double(ranks.scores[row]);
}

Value Engine::State::Compute(const Metric& metric, uint32_t row) {
  // Nested expressions take their variables from one stack, by index: it may move while it grows.
  const size_t base = value_stack.size();
  value_stack.resize(base + metric.reads.size());
  for (size_t slot = 0; slot < metric.reads.size(); ++slot) {
    const tocsin::Value value = ReadVariable(metric.reads[slot], metric.grouping, row);
    value_stack[base + slot] = value;
  }
  const Result result = metric.value->Evaluate(std::span(value_stack).subspan(base), now, scratch);
  value_stack.resize(base);
  return ValueOf(metric, result);
}

Value Engine::State::ReadVariable(const Variable& variable, uint32_t grouping, uint32_t row) {
  switch (variable.source) {
    case Variable::Source::kKey:
      return KeyOf(grouping, row, variable.index);
    case Variable::Source::kMetric: {
      if (variable.parent == 0) return Read(variable.index, row);
      std::optional<uint32_t> parent = ParentRow(grouping, row, variable.parent - 1);
      if (parent) return Read(variable.index, *parent);
      if (!layout.metrics[variable.index].value) return ReadNothing(variable.index);
      std::vector<tocsin::Value> parent_keys;
      for (uint32_t key : layout.groupings[grouping].parents[variable.parent - 1].keys)
        parent_keys.push_back(KeyOf(grouping, row, key));
      return ReadUnseen(*this, variable.index, parent_keys);
    }
    default:
      return {};
  }
}

Value Engine::State::KeyOf(uint32_t grouping, uint32_t row, uint32_t index) {
  const GroupingPlan& plan_of_grouping = layout.groupings[grouping];
  std::string_view bytes = groups[grouping].key(row);
  tocsin::Value value;
  for (uint32_t k = 0; k <= index; ++k) value = TakeKey(plan_of_grouping.kinds[k], &bytes, &key_text[grouping][k]);
  return value;
}

void Engine::State::KeysOf(uint32_t grouping, uint32_t row, std::vector<tocsin::Value>* out) {
  const GroupingPlan& plan_of_grouping = layout.groupings[grouping];
  std::string_view bytes = groups[grouping].key(row);
  out->clear();
  for (size_t k = 0; k < plan_of_grouping.kinds.size(); ++k)
    out->push_back(TakeKey(plan_of_grouping.kinds[k], &bytes, &key_text[grouping][k]));
}

std::optional<uint32_t> Engine::State::ParentRow(uint32_t grouping, uint32_t row, uint32_t index) {
  const ParentPlan& parent = layout.groupings[grouping].parents[index];
  const GroupTable& table = groups[parent.grouping];
  auto& link = *reinterpret_cast<ParentLink*>(groups[grouping].row(row) + parent.row_offset);
  if (link.row != 0 && table.generation(link.row - 1) == link.generation) return link.row - 1;
  std::string bytes;
  for (uint32_t key : parent.keys) AppendKey(KeyOf(grouping, row, key), &bytes);
  std::optional<uint32_t> found = table.Find(bytes);
  if (!found) return std::nullopt;
  link.row = *found + 1;
  link.generation = table.generation(*found);
  return found;
}

}  // namespace tocsin
