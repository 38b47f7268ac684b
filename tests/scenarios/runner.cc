#include "scenarios/runner.h"

#include <cmath>
#include <map>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "scenarios/text.h"

namespace tocsin::test {
namespace {

// Takes "-> REASON" off the end: what an event is expected to become.
std::string TakeOutcome(std::vector<std::string>* words) {
  if (words->size() < 3 || (*words)[words->size() - 2] != "->") return "accepted";
  std::string outcome = words->back();
  words->resize(words->size() - 2);
  return outcome;
}

// What an engine itself refuses; everything else is refused before an event has slots.
bool IsEngineOutcome(const std::string& outcome) {
  return outcome == "accepted" || outcome == "late" || outcome == "duplicate";
}

// An attribute of an event by slot. Text is borrowed.
Value ToValue(const Event::Attribute& attribute, Type type) {
  if (const bool* truth = std::get_if<bool>(&attribute)) return Value::Bool(*truth);
  if (const int64_t* integer = std::get_if<int64_t>(&attribute)) return Value::Int(*integer);
  if (const std::string* text = std::get_if<std::string>(&attribute)) return Value::String(*text);
  if (const Time* time = std::get_if<Time>(&attribute)) return Value::Timestamp(*time);
  if (const Duration* duration = std::get_if<Duration>(&attribute)) return Value::Span(*duration);
  double number = std::get<double>(attribute);
  if (type.kind != Kind::kDecimal) return Value::Double(number);
  return Value::Decimal(std::llround(number * static_cast<double>(PowerOfTen(type.digits))), type.digits);
}

}  // namespace

void Runner::Told::OnAlert(const AlertChange& change) { changes.emplace_back(ChangeLine(change), ToJson(change)); }

Runner::Runner(std::shared_ptr<const Plan> plan, Delivery delivery)
    : plan_(std::move(plan)),
      delivery_(delivery),
      engine_(plan_, &told_),
      decoder_(plan_->catalog(), plan_->spec().ignore_unknown_events) {}

std::string Runner::Run(const std::vector<std::string>& steps) {
  for (const std::string& step : steps) {
    std::string problem = RunStep(step);
    if (problem.empty()) problem = Restart();
    if (!problem.empty()) return fmt::format("at '{}': {}", step, problem);
  }
  std::string problem = Settle();
  return problem.empty() ? "" : "at the end: " + problem;
}

void Runner::Reload(std::shared_ptr<const Plan> plan) {
  plan_ = std::move(plan);
  decoder_ = JsonDecoder(plan_->catalog(), plan_->spec().ignore_unknown_events);
  engine_.Reload(plan_);
}

std::string Runner::Restart() {
  if (delivery_ != Delivery::kRestarted) return "";
  Engine another(plan_, &told_);
  absl::Status restored = another.Restore(engine_.Snapshot());
  engine_ = std::move(another);
  return restored.ok() ? "" : std::string(restored.message());
}

std::string Runner::RunStep(const std::string& step) {
  std::vector<std::string> words = Words(step);
  if (words.empty() || words[0][0] == '#') return "";
  if (words[0][0] == '+') {
    expected_.push_back(step);
    return "";
  }
  const bool is_event = words[0] != "json" && words[0] != "value" && words[0] != "counts" && words[1] != "close";
  if (is_event && delivery_ == Delivery::kBatches) return TakeEvent(std::move(words));
  if (std::string problem = Settle(); !problem.empty()) return problem;
  if (is_event) return TakeEvent(std::move(words));
  if (words[0] == "json") return TakeRecord(step);
  if (words[0] == "value") return CheckValue(words);
  if (words[0] == "counts") return CheckCounts(words);
  engine_.AdvanceTo(Instant(words[0]));
  return "";
}

std::string Runner::Settle() {
  if (batch_.size() > 0) {
    std::vector<Reason> reasons(batch_.size());
    engine_.Ingest(batch_.views(), reasons);
    batch_.Clear();
    std::vector<std::string> outcomes = std::exchange(outcomes_, {});
    for (size_t i = 0; i < outcomes.size(); ++i) {
      if (ReasonName(reasons[i]) == outcomes[i]) continue;
      return fmt::format("event {} of the batch before it is {}, not {}", i + 1, ReasonName(reasons[i]), outcomes[i]);
    }
  }
  return Compare();
}

std::string Runner::Compare() {
  std::vector<std::string> expected = std::exchange(expected_, {});
  for (const std::string& step : expected) {
    if (told_.changes.empty()) return fmt::format("not told before it: '{}'", step);
    auto [line, json] = told_.changes.front();
    told_.changes.pop_front();
    size_t bar = step.find(" | ");
    if (line != ChangeLine(Words(step.substr(0, bar)))) return fmt::format("told was '{}', not '{}'", line, step);
    while (bar != std::string::npos) {
      size_t next = step.find(" | ", bar + 3);
      std::string detail = step.substr(bar + 3, next == std::string::npos ? next : next - bar - 3);
      if (!Says(json, detail)) return fmt::format("'{}' is not said by {}", detail, json);
      bar = next;
    }
  }
  if (told_.changes.empty()) return "";
  return fmt::format("told before it, and not expected: '{}'", told_.changes.front().first);
}

std::string Runner::TakeEvent(std::vector<std::string> words) {
  std::string outcome = TakeOutcome(&words);
  if (delivery_ == Delivery::kBatches && plan_->Type(words[1]) && IsEngineOutcome(outcome)) {
    AddToBatch(words, outcome);
    return "";
  }
  std::string problem = Settle();
  return problem.empty() ? IngestByName(words, outcome) : problem;
}

std::string Runner::IngestByName(const std::vector<std::string>& words, const std::string& expected) {
  Event event(words[1]);
  event.At(Instant(words[0]));
  for (size_t i = 2; i < words.size(); ++i) {
    if (words[i][0] == '#') {
      event.Id(words[i].substr(1));
      continue;
    }
    auto [name, text] = Pair(words[i]);
    event.Set(name, Parse(words[1], name, text));
  }
  std::array<uint64_t, kReasonCount> before = engine_.Statistics().events;
  absl::Status status = engine_.Ingest(event);
  std::array<uint64_t, kReasonCount> after = engine_.Statistics().events;
  for (size_t r = 0; r < kReasonCount; ++r) {
    if (before[r] == after[r]) continue;
    std::string_view reason = ReasonName(static_cast<Reason>(r));
    return reason == expected ? "" : fmt::format("{}: {}", reason, std::string(status.message()));
  }
  return "nothing was counted";
}

void Runner::AddToBatch(const std::vector<std::string>& words, const std::string& expected) {
  const uint32_t type = *plan_->Type(words[1]);
  const EventSpec& spec = plan_->catalog().event(type);
  const bool has_id = words.size() > 2 && words[2][0] == '#';
  Value* values = batch_.Add(type, Instant(words[0]), has_id ? words[2].substr(1) : "", spec.attributes.size());
  for (size_t i = has_id ? 3 : 2; i < words.size(); ++i) {
    auto [name, text] = Pair(words[i]);
    const uint32_t slot = *plan_->Slot(words[1], name);
    Event::Attribute attribute = Parse(words[1], name, text);
    Value value = ToValue(attribute, spec.attributes[slot].type);
    values[slot] = value.kind() == Kind::kString ? Value::String(batch_.Own(value.AsString())) : value;
  }
  outcomes_.push_back(expected);
}

Event::Attribute Runner::Parse(const std::string& type, const std::string& name, const std::string& text) const {
  std::optional<uint32_t> event = plan_->Type(type);
  std::optional<uint32_t> slot = plan_->Slot(type, name);
  if (!event || !slot) return text;
  switch (plan_->catalog().event(*event).attributes[*slot].type.kind) {
    case Kind::kString:
      return text;
    case Kind::kBool:
      return text == "true";
    case Kind::kInt:
      return int64_t{std::stoll(text)};
    case Kind::kTimestamp:
      return Instant(text[0] == '+' ? text.substr(1) : text);
    case Kind::kDuration:
      return *ParseDuration(text);
    default:
      return std::stod(text);
  }
}

// json RECORD [-> REASON]
std::string Runner::TakeRecord(const std::string& step) {
  const size_t end = step.rfind(" -> ");
  const std::string expected = end == std::string::npos ? "accepted" : step.substr(end + 4);
  const std::string record = step.substr(std::min<size_t>(5, step.size()), end == std::string::npos ? end : end - 5);
  std::string detail;
  EventBatch batch;
  Reason reason = decoder_.Decode(record, &batch, &detail);
  if (reason == Reason::kNone) {
    engine_.Ingest(batch.views(), {&reason, 1});
  } else {
    engine_.CountRefused(reason);
  }
  return ReasonName(reason) == expected ? "" : fmt::format("{}: {}", ReasonName(reason), detail);
}

// value METRIC KEY=VALUE… = EXPECTED
std::string Runner::CheckValue(const std::vector<std::string>& words) const {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::vector<Key> keys;
  for (size_t i = 2; i + 2 < words.size(); ++i) pairs.push_back(Pair(words[i]));
  for (const auto& [name, value] : pairs) keys.push_back({name, value});
  absl::StatusOr<OwnedValue> value = engine_.Value(words[1], keys);
  if (!value.ok()) return std::string(value.status().message());
  std::string text = value->absent() ? "none" : ToText(value->view());
  return text == words.back() ? "" : fmt::format("the value is {}", text);
}

// counts NAME=NUMBER…
std::string Runner::CheckCounts(const std::vector<std::string>& words) const {
  const Statistics statistics = engine_.Statistics();
  std::map<std::string, uint64_t> counts = {{"groups", statistics.groups},     {"firing", statistics.firing},
                                            {"pending", statistics.pending},   {"changes", statistics.alert_changes},
                                            {"faults", statistics.faults},     {"derived", statistics.derived},
                                            {"attempts", statistics.attempts}, {"sessions", statistics.open_sessions}};
  for (size_t r = 0; r < kReasonCount; ++r) {
    counts[std::string(ReasonName(static_cast<Reason>(r)))] = statistics.events[r];
  }
  for (const Statistics::Skipped& skipped : statistics.skipped) counts["skipped"] += skipped.count;
  for (size_t i = 1; i < words.size(); ++i) {
    auto [name, number] = Pair(words[i]);
    if (std::to_string(counts[name]) != number) return fmt::format("{} is {}", name, counts[name]);
  }
  return "";
}

}  // namespace tocsin::test
