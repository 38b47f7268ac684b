#include <string>

#include "tocsin/rule/alert.h"

namespace tocsin {
namespace {

void AppendName(std::string_view name, std::string* out) {
  if (out->back() != '{') *out += ", ";
  AppendJsonString(name, out);
  *out += ": ";
}

void AppendMember(std::string_view name, std::string_view text, std::string* out) {
  AppendName(name, out);
  AppendJsonString(text, out);
}

void AppendMember(std::string_view name, const OwnedValue& value, std::string* out) {
  AppendName(name, out);
  AppendJson(value.view(), out);
}

void AppendUnlessEmpty(std::string_view name, std::string_view text, std::string* out) {
  if (!text.empty()) AppendMember(name, text, out);
}

template <typename Pairs>
void AppendMap(std::string_view name, const Pairs& pairs, std::string* out) {
  AppendName(name, out);
  *out += '{';
  for (const auto& [key, value] : pairs) AppendMember(key, value, out);
  *out += '}';
}

void AppendList(std::string_view name, const std::vector<std::string>& texts, std::string* out) {
  AppendName(name, out);
  *out += '[';
  for (const std::string& text : texts) {
    if (out->back() != '[') *out += ", ";
    AppendJsonString(text, out);
  }
  *out += ']';
}

void AppendEvidence(const std::vector<EvidenceEvent>& events, std::string* out) {
  AppendName("evidence", out);
  *out += '[';
  for (const EvidenceEvent& event : events) {
    if (out->back() != '[') *out += ", ";
    *out += '{';
    AppendMember("type", event.type, out);
    AppendUnlessEmpty("id", event.id, out);
    AppendMember("time", FormatTime(event.time), out);
    for (const auto& [name, value] : event.attributes) {
      if (!value.absent()) AppendMember(name, value, out);
    }
    *out += '}';
  }
  *out += ']';
}

}  // namespace

std::string_view ChangeName(Change change) {
  switch (change) {
    case Change::kPending:
      return "pending";
    case Change::kFiring:
      return "firing";
    case Change::kResolved:
      return "resolved";
    case Change::kCancelled:
      return "cancelled";
    case Change::kAgain:
      return "again";
    case Change::kSeverity:
      return "severity";
  }
  return "unknown";
}

std::string ToJson(const AlertChange& change) {
  std::string out = "{";
  AppendMember("time", FormatTime(change.time), &out);
  AppendMember("change", ChangeName(change.change), &out);
  AppendMember("rule", change.rule, &out);
  AppendUnlessEmpty("severity", change.severity, &out);
  AppendMap("labels", change.labels, &out);
  AppendMember("active_at", FormatTime(change.active_at), &out);
  if (change.fired_at) AppendMember("fired_at", FormatTime(*change.fired_at), &out);
  if (change.resolved_at) AppendMember("resolved_at", FormatTime(*change.resolved_at), &out);
  AppendUnlessEmpty("reason", change.reason, &out);
  AppendName("seq", &out);
  out += std::to_string(change.seq);
  AppendMember("version", change.version, &out);
  AppendMap("values", change.values, &out);
  if (!change.because.empty()) AppendList("because", change.because, &out);
  AppendUnlessEmpty("summary", change.summary, &out);
  if (!change.annotations.empty()) AppendMap("annotations", change.annotations, &out);
  if (!change.evidence.empty()) AppendEvidence(change.evidence, &out);
  out += '}';
  return out;
}

}  // namespace tocsin
