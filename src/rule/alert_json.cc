#include <string>

#include "tocsin/rule/alert.h"

namespace tocsin {
namespace {

void AppendMember(std::string_view name, std::string_view text, std::string* out) {
  if (out->back() != '{') *out += ", ";
  AppendJsonString(name, out);
  *out += ": ";
  AppendJsonString(text, out);
}

void AppendName(std::string_view name, std::string* out) {
  if (out->back() != '{') *out += ", ";
  AppendJsonString(name, out);
  *out += ": ";
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
  }
  return "unknown";
}

std::string ToJson(const AlertChange& change) {
  std::string out = "{";
  AppendMember("time", FormatTime(change.time), &out);
  AppendMember("change", ChangeName(change.change), &out);
  AppendMember("rule", change.rule, &out);
  if (!change.severity.empty()) AppendMember("severity", change.severity, &out);
  AppendName("labels", &out);
  out += '{';
  for (const auto& [name, value] : change.labels) AppendMember(name, value, &out);
  out += '}';
  AppendMember("active_at", FormatTime(change.active_at), &out);
  if (change.fired_at) AppendMember("fired_at", FormatTime(*change.fired_at), &out);
  if (change.resolved_at) AppendMember("resolved_at", FormatTime(*change.resolved_at), &out);
  AppendName("seq", &out);
  out += std::to_string(change.seq);
  AppendMember("version", change.version, &out);
  AppendName("values", &out);
  out += '{';
  for (const auto& [name, value] : change.values) {
    AppendName(name, &out);
    AppendJson(value.view(), &out);
  }
  out += '}';
  if (!change.summary.empty()) AppendMember("summary", change.summary, &out);
  out += '}';
  return out;
}

}  // namespace tocsin
