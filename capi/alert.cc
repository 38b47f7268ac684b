// Alert changes: taking them from an engine, and reading them.
#include <string>
#include <string_view>

#include "guard.h"
#include "objects.h"
#include "tocsin/base/time.h"

using tocsin::AlertChange;
using tocsin::capi::CheckGiven;
using tocsin::capi::Guard;
using tocsin::capi::Lend;
using tocsin::capi::LendNothing;

int32_t tocsin_engine_poll_alert(tocsin_engine* engine, tocsin_alert** alert, tocsin_error** error) {
  if (alert != nullptr) *alert = nullptr;
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    TOCSIN_RETURN_IF_ERROR(CheckGiven(alert, "alert"));
    engine->handle->PollAlert([&](const AlertChange& change) { *alert = new tocsin_alert(change); });
    return absl::OkStatus();
  });
}

const char* tocsin_alert_json(const tocsin_alert* alert, size_t* length) {
  return alert == nullptr ? LendNothing(length) : Lend(alert->json, length);
}

int32_t tocsin_alert_change(const tocsin_alert* alert) {
  return alert == nullptr ? 0 : static_cast<int32_t>(alert->change.change);
}

int64_t tocsin_alert_time_ns(const tocsin_alert* alert) {
  return alert == nullptr ? 0 : tocsin::ToNanos(alert->change.time);
}

uint64_t tocsin_alert_seq(const tocsin_alert* alert) { return alert == nullptr ? 0 : alert->change.seq; }

const char* tocsin_alert_rule(const tocsin_alert* alert, size_t* length) {
  return alert == nullptr ? LendNothing(length) : Lend(alert->change.rule, length);
}

const char* tocsin_alert_severity(const tocsin_alert* alert, size_t* length) {
  return alert == nullptr ? LendNothing(length) : Lend(alert->change.severity, length);
}

const char* tocsin_alert_summary(const tocsin_alert* alert, size_t* length) {
  return alert == nullptr ? LendNothing(length) : Lend(alert->change.summary, length);
}

const char* tocsin_alert_reason(const tocsin_alert* alert, size_t* length) {
  return alert == nullptr ? LendNothing(length) : Lend(alert->change.reason, length);
}

const char* tocsin_alert_label(const tocsin_alert* alert, const char* name, size_t name_length, size_t* length) {
  if (alert == nullptr || name == nullptr) return LendNothing(length);
  const std::string_view wanted(name, name_length);
  for (const auto& [label, value] : alert->change.labels) {
    if (label == wanted) return Lend(value, length);
  }
  return LendNothing(length);
}

void tocsin_alert_free(tocsin_alert* alert) { delete alert; }
