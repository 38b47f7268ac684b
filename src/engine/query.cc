// What is asked from outside: values, all of them, the largest.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "engine/query.h"
#include "engine/read_unseen.h"
#include "engine/state.h"
#include "metric/group_key.h"

namespace tocsin {

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

namespace {

// The canonical bytes of a group given by names.
absl::Status KeyBytes(const GroupingPlan& grouping, std::string_view metric, std::span<const Key> keys,
                      std::vector<Value>* values, std::string* bytes) {
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
    values->push_back(value);
  }
  return absl::OkStatus();
}

std::optional<uint32_t> FindMetric(const Plan& plan, std::string_view name) {
  const MetricInfo* info = plan.FindMetric(name);
  if (info == nullptr) return std::nullopt;
  return plan.layout().metric_of_info[static_cast<size_t>(info - plan.metrics().data())];
}

absl::Status NoMetric(const Plan& plan, std::string_view name) {
  std::vector<std::string> names;
  for (const MetricInfo& info : plan.metrics()) names.push_back(info.name);
  std::string closest = ClosestName(name, names);
  return absl::NotFoundError(fmt::format("no metric is named '{}'{}", name,
                                         closest.empty() ? "" : fmt::format("; did you mean '{}'?", closest)));
}

// A number by which values of a metric are ranked; nothing where they have no order worth a rank.
std::optional<double> Rank(const Value& value) {
  switch (value.kind()) {
    case Kind::kInt:
    case Kind::kDouble:
    case Kind::kDecimal:
      return value.AsNumber();
    case Kind::kDuration:
      return static_cast<double>(ToNanos(value.AsDuration()));
    case Kind::kTimestamp:
      return static_cast<double>(ToNanos(value.AsTime()));
    default:
      return std::nullopt;
  }
}

}  // namespace

// A group that could be freed is not told from one that has been.
bool Engine::State::IsForgettable(uint32_t grouping, uint32_t row) {
  return layout.groupings[grouping].may_free && Head(grouping, row).alerts == 0 && IsEmpty(grouping, row);
}

std::vector<uint32_t> Engine::State::RowsByKey(uint32_t grouping) {
  const GroupTable& table = groups[grouping];
  std::vector<uint32_t> sorted;
  for (uint32_t row = 0; row < table.end(); ++row) {
    if (table.alive(row) && !IsForgettable(grouping, row)) sorted.push_back(row);
  }
  std::sort(sorted.begin(), sorted.end(), [&](uint32_t a, uint32_t b) { return table.key(a) < table.key(b); });
  return sorted;
}

absl::StatusOr<OwnedValue> Engine::Value(std::string_view metric, std::span<const Key> keys) const {
  std::optional<uint32_t> index = FindMetric(*state_->plan, metric);
  if (!index) return NoMetric(*state_->plan, metric);
  const uint32_t grouping = state_->layout.metrics[*index].grouping;
  std::string bytes;
  std::vector<tocsin::Value> values;
  absl::Status status = KeyBytes(state_->layout.groupings[grouping], metric, keys, &values, &bytes);
  if (!status.ok()) return status;
  if (std::optional<uint32_t> row = state_->groups[grouping].Find(bytes)) return OwnedValue(state_->Read(*index, *row));
  // A group that was never seen answers like an empty one.
  return OwnedValue(ReadUnseen(*state_, *index, values));
}

absl::Status Engine::Scan(std::string_view metric, Visitor visit, void* context) const {
  std::optional<uint32_t> index = FindMetric(*state_->plan, metric);
  if (!index) return NoMetric(*state_->plan, metric);
  const uint32_t grouping = state_->layout.metrics[*index].grouping;
  std::vector<tocsin::Value> keys;
  for (uint32_t row : state_->RowsByKey(grouping)) {
    state_->KeysOf(grouping, row, &keys);
    visit(context, keys, state_->Read(*index, row));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Engine::Ranked>> Engine::Top(std::string_view metric, size_t count) const {
  std::optional<uint32_t> index = FindMetric(*state_->plan, metric);
  if (!index) return NoMetric(*state_->plan, metric);
  const uint32_t grouping = state_->layout.metrics[*index].grouping;
  const Kind kind = state_->layout.metrics[*index].type.kind;
  if (kind == Kind::kString || kind == Kind::kBool)
    return absl::InvalidArgumentError(fmt::format("'{}' is a {}, which has no rank", metric, TypeName(kind)));
  std::vector<std::pair<double, uint32_t>> ranked;
  for (uint32_t row : state_->RowsByKey(grouping)) {
    if (std::optional<double> rank = Rank(state_->Read(*index, row))) ranked.emplace_back(-*rank, row);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (ranked.size() > count) ranked.resize(count);
  std::vector<Ranked> top;
  std::vector<tocsin::Value> keys;
  for (const auto& [rank, row] : ranked) {
    state_->KeysOf(grouping, row, &keys);
    Ranked one;
    for (const tocsin::Value& key : keys) one.keys.emplace_back(key);
    one.value = OwnedValue(state_->Read(*index, row));
    top.push_back(std::move(one));
  }
  return top;
}

}  // namespace tocsin
