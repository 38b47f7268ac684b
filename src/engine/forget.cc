// People ask to be forgotten, and what is known of them.
#include <algorithm>

#include <fmt/format.h>

#include "engine/query.h"
#include "engine/state.h"
#include "metric/group_key.h"

namespace tocsin {
namespace {

std::string KeyAt(const GroupingPlan& grouping, std::string_view bytes, size_t index) {
  std::string text;
  std::string canonical;
  for (size_t k = 0; k <= index; ++k) {
    const Value value = TakeKey(grouping.kinds[k], &bytes, &text);
    if (k == index) AppendKey(value, &canonical);
  }
  return canonical;
}

// Whether a text that evidence may have cut is that one.
bool IsText(std::string_view kept, std::string_view wanted) {
  constexpr std::string_view kCut = "\xE2\x80\xA6";  // "…"
  if (kept == wanted) return true;
  if (wanted.size() <= Evidence::kTextBytes || kept.size() < kCut.size()) return false;
  const std::string_view begin = kept.substr(0, kept.size() - kCut.size());
  return kept.substr(begin.size()) == kCut && wanted.substr(0, begin.size()) == begin;
}

// By keys, so that nothing depends on the order of definitions.
std::vector<uint32_t> InOrder(const std::vector<GroupingPlan>& groupings) {
  std::vector<uint32_t> order(groupings.size());
  for (uint32_t g = 0; g < order.size(); ++g) order[g] = g;
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return groupings[a].keys < groupings[b].keys; });
  return order;
}

}  // namespace

absl::StatusOr<std::vector<GroupRow>> Engine::State::RowsOf(std::string_view key, std::string_view value) {
  std::vector<GroupRow> found;
  bool known = false;
  for (const uint32_t g : InOrder(layout.groupings)) {
    const GroupingPlan& grouping = layout.groupings[g];
    auto place = std::find(grouping.keys.begin(), grouping.keys.end(), key);
    if (place == grouping.keys.end()) continue;
    known = true;
    const auto index = static_cast<size_t>(place - grouping.keys.begin());
    tocsin::Value wanted;
    if (!ParseKey(grouping.kinds[index], value, &wanted)) {
      return absl::InvalidArgumentError(
          fmt::format("the key '{}' is a {}, and '{}' is none", key, TypeName(grouping.kinds[index]), value));
    }
    std::string bytes;
    AppendKey(wanted, &bytes);
    for (uint32_t row : RowsByKey(g)) {
      if (KeyAt(grouping, groups[g].key(row), index) == bytes) found.push_back({g, row});
    }
  }
  if (!known) return absl::NotFoundError(fmt::format("nothing is grouped by '{}'", key));
  return found;
}

absl::StatusOr<Engine::Forgotten> Engine::Forget(std::string_view key, std::string_view value) {
  absl::StatusOr<std::vector<GroupRow>> rows = state_->RowsOf(key, value);
  if (!rows.ok()) return rows.status();
  Forgotten forgotten;
  forgotten.groups = rows->size();
  for (const GroupRow& which : *rows) forgotten.alerts += state_->ActiveRules(which).size();
  state_->RemoveGroups(*rows, EndReason::kForgotten);
  state_->EvaluateConcerned();
  state_->ForgetDerived(key, value);
  state_->ApplyMade();
  state_->EndLimits();
  state_->ForgetEvents(key, value);
  return forgotten;
}

// Those that are kept to be told with alerts of coarser groups, and those that wait to be applied.
void Engine::State::ForgetEvents(std::string_view key, std::string_view value) {
  auto is_theirs = [&](const EventView& view) {
    if (!IsWhole(view)) return false;
    const std::optional<uint32_t> slot = layout.catalog.FindSlot(view.type, key);
    if (!slot || view.attributes[*slot].absent()) return false;
    const tocsin::Value& theirs = view.attributes[*slot];
    tocsin::Value wanted;
    if (theirs.kind() == Kind::kString) return IsText(theirs.AsString(), value);
    return ParseKey(theirs.kind(), value, &wanted) && wanted == theirs;
  };
  if (layout.spec.limits.evidence_memory > 0) evidence.ForgetIf(is_theirs);
  held.RemoveIf(is_theirs);
  for (ReorderBuffer& lane : derived.lanes) lane.RemoveIf(is_theirs);
}

// The rules that have a pending or firing alert for the group, by name.
std::vector<uint32_t> Engine::State::ActiveRules(GroupRow which) {
  std::vector<uint32_t> rules;
  for (uint32_t number = Head(which.grouping, which.row).alerts; number != 0; number = alerts.At(number).next) {
    const AlertRecord& record = alerts.At(number);
    if (record.state.phase != AlertPhase::kInactive) rules.push_back(record.which.rule);
  }
  std::sort(rules.begin(), rules.end());
  return rules;
}

absl::StatusOr<std::string> Engine::Export(std::string_view key, std::string_view value) const {
  absl::StatusOr<std::vector<GroupRow>> rows = state_->RowsOf(key, value);
  if (!rows.ok()) return rows.status();
  std::string out = "{\"groups\": [";
  std::vector<tocsin::Value> keys;
  bool first = true;
  for (const GroupRow& which : *rows) {
    const GroupingPlan& grouping = state_->layout.groupings[which.grouping];
    out += first ? "{\"keys\": {" : ", {\"keys\": {";
    first = false;
    state_->KeysOf(which.grouping, which.row, &keys);
    for (size_t k = 0; k < keys.size(); ++k) {
      if (k > 0) out += ", ";
      AppendJsonString(grouping.keys[k], &out);
      out += ": ";
      AppendJson(keys[k], &out);
    }
    out += "}, \"metrics\": {";
    bool first_metric = true;
    for (const uint32_t metric : state_->layout.metric_of_info) {
      if (state_->layout.metrics[metric].grouping != which.grouping) continue;
      if (!first_metric) out += ", ";
      first_metric = false;
      AppendJsonString(state_->layout.metrics[metric].name, &out);
      out += ": ";
      AppendJson(state_->Read(metric, which.row), &out);
    }
    out += "}, \"alerts\": [";
    bool first_alert = true;
    for (const uint32_t rule : state_->ActiveRules(which)) {
      if (!first_alert) out += ", ";
      first_alert = false;
      AppendJsonString(state_->layout.rules[rule].name, &out);
    }
    out += "]}";
  }
  return out + "]}";
}

}  // namespace tocsin
