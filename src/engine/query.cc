// Values are read.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "engine/state.h"
#include "metric/group_key.h"

namespace tocsin {
namespace {

bool ParseKey(Kind kind, std::string_view text, Value* value) {
  switch (kind) {
    case Kind::kString:
      *value = Value::String(text);
      return true;
    case Kind::kBool:
      *value = Value::Bool(text == "true");
      return text == "true" || text == "false";
    default: {
      int64_t number = 0;
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      *value = Value::Int(number);
      return error == std::errc() && end == text.data() + text.size();
    }
  }
}

// The canonical bytes of a group given by names.
absl::Status KeyBytes(const GroupingPlan& grouping, std::string_view metric, std::span<const Key> keys,
                      std::string* bytes) {
  for (const Key& key : keys) {
    if (std::find(grouping.keys.begin(), grouping.keys.end(), key.name) == grouping.keys.end()) {
      return absl::InvalidArgumentError(fmt::format("'{}' is no key of the metric '{}', which is kept by [{}]",
                                                    key.name, metric, fmt::join(grouping.keys, ", ")));
    }
  }
  for (size_t k = 0; k < grouping.keys.size(); ++k) {
    auto named = [&](const Key& key) { return key.name == grouping.keys[k]; };
    if (std::count_if(keys.begin(), keys.end(), named) != 1) {
      return absl::InvalidArgumentError(fmt::format("the metric '{}' is kept by [{}]: give each of these keys once",
                                                    metric, fmt::join(grouping.keys, ", ")));
    }
    auto key = std::find_if(keys.begin(), keys.end(), named);
    Value value;
    if (!ParseKey(grouping.kinds[k], key->value, &value)) {
      return absl::InvalidArgumentError(
          fmt::format("the key '{}' is a {}, and '{}' is none", key->name, TypeName(grouping.kinds[k]), key->value));
    }
    AppendKey(value, bytes);
  }
  return absl::OkStatus();
}

std::optional<uint32_t> FindMetric(const Plan& plan, std::string_view name) {
  const MetricInfo* info = plan.FindMetric(name);
  if (info == nullptr) return std::nullopt;
  return static_cast<uint32_t>(info - plan.metrics().data());
}

absl::Status NoMetric(const Plan& plan, std::string_view name) {
  std::vector<std::string> names;
  for (const MetricInfo& info : plan.metrics()) names.push_back(info.name);
  std::string closest = ClosestName(name, names);
  return absl::NotFoundError(fmt::format("no metric is named '{}'{}", name,
                                         closest.empty() ? "" : fmt::format("; did you mean '{}'?", closest)));
}

}  // namespace

Value Engine::State::ReadRow(uint32_t metric, std::byte* row) {
  const MetricPlan& metric_plan = layout.metrics[metric];
  const WindowPlan& window = layout.windows[metric_plan.window];
  WindowInRow state(window, row, pool);
  if (started) state.AdvanceTo(now);
  return ReadMetric(metric_plan, window, state);
}

Value Engine::State::Read(uint32_t metric, uint32_t row) {
  return ReadRow(metric, groups[layout.metrics[metric].grouping].row(row));
}

void Engine::State::KeysOf(uint32_t grouping, uint32_t row, std::vector<tocsin::Value>* out) {
  const GroupingPlan& grouping_plan = layout.groupings[grouping];
  std::string_view bytes = groups[grouping].key(row);
  out->clear();
  for (size_t k = 0; k < grouping_plan.kinds.size(); ++k)
    out->push_back(TakeKey(grouping_plan.kinds[k], &bytes, &key_text[k]));
}

void Engine::State::Fill(uint32_t grouping, uint32_t row, std::span<const uint32_t> slots) {
  const GroupingPlan& grouping_plan = layout.groupings[grouping];
  bool keys_filled = false;
  for (uint32_t slot : slots) {
    const GroupVariable& variable = grouping_plan.variables[slot];
    if (!variable.is_key) {
      variables[slot] = Read(variable.index, row);
      continue;
    }
    if (!keys_filled) KeysOf(grouping, row, &keys);
    keys_filled = true;
    variables[slot] = keys[variable.index];
  }
}

absl::StatusOr<OwnedValue> Engine::Value(std::string_view metric, std::span<const Key> keys) const {
  std::optional<uint32_t> index = FindMetric(*state_->plan, metric);
  if (!index) return NoMetric(*state_->plan, metric);
  const uint32_t grouping = state_->layout.metrics[*index].grouping;
  std::string bytes;
  absl::Status status = KeyBytes(state_->layout.groupings[grouping], metric, keys, &bytes);
  if (!status.ok()) return status;
  if (std::optional<uint32_t> row = state_->groups[grouping].Find(bytes)) return OwnedValue(state_->Read(*index, *row));
  // A group that was never seen answers like an empty one.
  std::vector<int64_t> empty(state_->layout.groupings[grouping].row_bytes / sizeof(int64_t) + 1);
  return OwnedValue(state_->ReadRow(*index, reinterpret_cast<std::byte*>(empty.data())));
}

absl::Status Engine::Scan(std::string_view metric, Visitor visit, void* context) const {
  std::optional<uint32_t> index = FindMetric(*state_->plan, metric);
  if (!index) return NoMetric(*state_->plan, metric);
  const uint32_t grouping = state_->layout.metrics[*index].grouping;
  const GroupTable& table = state_->groups[grouping];
  std::vector<uint32_t> rows(table.size());
  for (uint32_t row = 0; row < rows.size(); ++row) rows[row] = row;
  std::sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) { return table.key(a) < table.key(b); });
  std::vector<tocsin::Value> keys;
  for (uint32_t row : rows) {
    state_->KeysOf(grouping, row, &keys);
    visit(context, keys, state_->Read(*index, row));
  }
  return absl::OkStatus();
}

}  // namespace tocsin
