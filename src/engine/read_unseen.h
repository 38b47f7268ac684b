// Values of groups that are not there, in an engine.
#ifndef TOCSIN_ENGINE_READ_UNSEEN_H_
#define TOCSIN_ENGINE_READ_UNSEEN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/read.h"
#include "engine/state.h"
#include "metric/group_key.h"

namespace tocsin {

// What a metric is for a group that is not there, with these keys, in an engine: as for an empty one, so that nobody
// can tell whether a group was freed. Coarser groups that an expression reads may be there.
template <typename State>
Value ReadUnseen(State& state, uint32_t index, const std::vector<Value>& keys) {
  const Metric& metric = state.layout.metrics[index];
  if (!metric.value || metric.every) return state.ReadNothing(index);
  std::vector<Value> variables(metric.reads.size());
  for (size_t slot = 0; slot < variables.size(); ++slot) {
    const Variable& variable = metric.reads[slot];
    if (variable.source == Variable::Source::kKey) variables[slot] = keys[variable.index];
    if (variable.source != Variable::Source::kMetric) continue;
    if (variable.parent == 0) {
      variables[slot] = ReadUnseen(state, variable.index, keys);
      continue;
    }
    const ParentPlan& parent = state.layout.groupings[metric.grouping].parents[variable.parent - 1];
    std::vector<Value> own;
    std::string bytes;
    for (uint32_t key : parent.keys) {
      own.push_back(keys[key]);
      AppendKey(keys[key], &bytes);
    }
    const std::optional<uint32_t> row = state.groups[parent.grouping].Find(bytes);
    variables[slot] = row ? state.Read(variable.index, *row) : ReadUnseen(state, variable.index, own);
  }
  Scratch scratch;
  const Result result = metric.value->Evaluate(variables, state.now, scratch);
  return ValueOf(metric, result);
}

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_READ_UNSEEN_H_
