// What an alert change says.
#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "engine/state.h"

namespace tocsin {
namespace {

std::string_view Words(EndReason reason) {
  switch (reason) {
    case EndReason::kNone:
      return "";
    case EndReason::kRuleRemoved:
      return "rule_removed";
    case EndReason::kOutOfScope:
      return "out_of_scope";
    case EndReason::kGroupExpired:
      return "group_expired";
    case EndReason::kForgotten:
      return "forgotten";
  }
  return "";
}

// A pending alert has the severity that holds; a firing one its own, until it ends.
const std::string& SeverityOf(const RulePlan& rule, const AlertRecord& record, Change change) {
  const int level = change == Change::kPending ? record.state.level : record.state.severity;
  return rule.levels.empty() ? rule.severity_alone : rule.levels[static_cast<size_t>(std::max(level, 0))].severity;
}

bool IsEnd(Change change) { return change == Change::kResolved || change == Change::kCancelled; }

// Fills a list anew, in the memory that its items have.
template <typename T>
class Refill {
 public:
  explicit Refill(std::vector<T>* items) : items_(*items) {}
  ~Refill() {
    if (count_ < items_.size()) items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(count_), items_.end());
  }
  Refill(const Refill&) = delete;
  Refill& operator=(const Refill&) = delete;

  T& Next() { return ++count_ > items_.size() ? items_.emplace_back() : items_[count_ - 1]; }

 private:
  std::vector<T>& items_;
  size_t count_ = 0;
};

}  // namespace

void Engine::State::Tell(RuleRow which, Change change, EndReason reason) {
  ++seq;
  const RulePlan& rule = layout.rules[which.rule];
  AlertRecord& record = *alerts.Find(Head(rule.grouping, which.row).alerts, which.rule);
  if (!layout.derived.alert_types.empty() && layout.derived.alert_types[which.rule] != 0)
    MakeAlertEvent(which, change, SeverityOf(rule, record, change));
  if (sink == nullptr) return;
  // Beginnings have evidence, ends do not: each kind finds the memory of the last of its own.
  AlertChange& told = IsEnd(change) ? told_end : told_beginning;
  told.time = now;
  told.change = change;
  told.seq = seq;
  told.rule = rule.name;
  told.version = rule.version;
  told.reason = Words(reason);
  told.severity = SeverityOf(rule, record, change);
  told.active_at = record.state.active_at;
  told.fired_at = IsPendingChange(change) ? std::nullopt : std::optional(record.state.fired_at);
  told.resolved_at = change == Change::kResolved ? std::optional(now) : std::nullopt;
  AddLabels(rule, which.row, &told);
  AddTexts(rule, which.row, record, &told);
  if (layout.spec.limits.evidence_memory > 0 && !IsEnd(change)) AddEvidence(rule.grouping, which.row, &told);
  sink->OnAlert(told);
}

void Engine::State::AddLabels(const RulePlan& rule, uint32_t row, AlertChange* told) {
  told->labels = rule.labels;
  KeysOf(rule.grouping, row, &keys);
  for (size_t k = 0; k < keys.size(); ++k)
    told->labels.emplace_back(layout.groupings[rule.grouping].keys[k], ToText(keys[k]));
  std::sort(told->labels.begin(), told->labels.end());
}

// The values and why, as they are at this change; the words of an end are those in which the alert was last told.
void Engine::State::AddTexts(const RulePlan& rule, uint32_t row, const AlertRecord& record, AlertChange* told) {
  Fill(rule, row, rule.all_slots);
  for (uint32_t slot : rule.severity_slots) variables[slot] = tocsin::Value::String(told->severity);
  {
    Refill values(&told->values);
    for (uint32_t slot : rule.value_slots) {
      auto& [name, value] = values.Next();
      name = rule.reads[slot].name;
      value = OwnedValue(variables[slot]);
    }
  }
  AlertWords& words = alerts.Words(record);
  if (told->change != Change::kResolved) rule.wording.Write(std::span(variables).first(rule.reads.size()), &words);
  told->summary = words.summary;
  told->annotations = words.annotations;
  told->because.clear();
  if (IsEnd(told->change) || rule.levels.empty()) return;
  const auto level = static_cast<size_t>(std::max(int{record.state.level}, 0));
  ExplanationOf(rule, level).Write(std::span(variables).first(rule.reads.size()), now, scratch, &told->because);
}

// Made when a condition is first told of: most never are.
const Explanation& Engine::State::ExplanationOf(const RulePlan& rule, size_t level) {
  std::optional<Explanation>& explanation = explanations[&rule.levels[level]];
  if (!explanation) explanation.emplace(rule.levels[level].when);
  return *explanation;
}

void Engine::State::AddEvidence(uint32_t grouping, uint32_t row, AlertChange* told) {
  Refill events_told(&told->evidence);
  evidence.Walk(Head(grouping, row).evidence, grouping, [&](const EventView& seen) {
    if (!IsWhole(seen) || !IsTyped(seen)) return;  // a damaged snapshot's
    const EventSpec& spec = layout.catalog.event(seen.type);
    EvidenceEvent& one = events_told.Next();
    one.type = spec.name;
    one.id = seen.id;
    one.time = seen.time;
    Refill attributes(&one.attributes);
    for (size_t slot = 0; slot < seen.attributes.size(); ++slot) {
      if (seen.attributes[slot].absent()) continue;
      auto& [name, value] = attributes.Next();
      name = spec.attributes[slot].name;
      value = OwnedValue(seen.attributes[slot]);
    }
  });
}

void Engine::State::TellLimit(uint32_t grouping, Change change, EndReason reason) {
  AlertChange told;
  told.change = change;
  const std::string keys_of_grouping = fmt::format("{}", fmt::join(layout.groupings[grouping].keys, ","));
  told.labels.emplace_back("grouping", keys_of_grouping);
  const int64_t most = *layout.groupings[grouping].max_groups;
  told.values.emplace_back("max_groups", OwnedValue(tocsin::Value::Double(static_cast<double>(most))));
  told.summary = fmt::format("there are {} groups by [{}], as many as there may be: events of new ones are skipped",
                             most, keys_of_grouping);
  TellOfLimit(limits[grouping], std::move(told), reason);
}

void Engine::State::TellMemoryLimit(Change change, EndReason reason) {
  AlertChange told;
  told.change = change;
  told.labels.emplace_back("limit", "max_memory");
  const int64_t most = *layout.spec.limits.max_memory;
  told.values.emplace_back("max_memory", OwnedValue(tocsin::Value::Double(static_cast<double>(most))));
  told.summary = fmt::format("what is kept takes {} bytes, as many as it may: events of new groups are skipped", most);
  TellOfLimit(memory_limit, std::move(told), reason);
}

void Engine::State::TellOfLimit(const LimitAlert& limit, AlertChange told, EndReason reason) {
  ++seq;
  if (sink == nullptr) return;
  told.time = now;
  told.seq = seq;
  told.rule = std::string(kLimitRule);
  told.version = "00000000";
  told.reason = Words(reason);
  told.active_at = limit.state.active_at;
  told.fired_at = limit.state.fired_at;
  if (told.change == Change::kResolved) told.resolved_at = now;
  sink->OnAlert(told);
}

}  // namespace tocsin
