#include "cli/trace.h"

#include <fmt/format.h>

namespace tocsin::cli {
namespace {

// RFC 4180: quoted where it must be.
void AppendCell(std::string_view text, std::string* row) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    row->append(text);
    return;
  }
  row->push_back('"');
  for (char c : text) {
    if (c == '"') row->push_back('"');
    row->push_back(c);
  }
  row->push_back('"');
}

}  // namespace

absl::Status Trace::Start(Engine* engine, const std::string& metric, const std::string& at, Output* output) {
  const MetricInfo* info = engine->plan().FindMetric(metric);
  if (info == nullptr) return engine->Value(metric).status();  // says what might have been meant
  engine_ = engine;
  metric_ = metric;
  output_ = output;
  std::string header = "time,metric";
  for (const std::string& key : info->keys) header += "," + key;
  output->Write(header + ",value\n");
  if (at == "event") {
    engine->Observe(this, {static_cast<uint32_t>(info - engine->plan().metrics().data())});
    return absl::OkStatus();
  }
  absl::StatusOr<Duration> period = ParseDuration(at);
  if (!period.ok() || *period <= Duration::zero()) {
    return absl::InvalidArgumentError(
        fmt::format("--trace-at is 'event' or a period such as 1h, and '{}' is neither", at));
  }
  engine->Observe(this, {}, *period);
  return absl::OkStatus();
}

void Trace::OnUpdate(Time now, uint32_t, std::span<const Value> keys, const Value& value) {
  WriteRow(now, keys, value);
}

void Trace::OnTick(Time now) {
  struct Context {
    Trace* trace;
    Time now;
  } context{this, now};
  auto visit = [](void* opaque, std::span<const Value> keys, const Value& value) {
    auto* known = static_cast<Context*>(opaque);
    known->trace->WriteRow(known->now, keys, value);
  };
  (void)engine_->Scan(metric_, visit, &context);  // the metric is known
}

void Trace::WriteRow(Time now, std::span<const Value> keys, const Value& value) {
  row_ = FormatTime(now) + ",";
  AppendCell(metric_, &row_);
  for (const Value& key : keys) {
    row_ += ',';
    AppendCell(ToText(key), &row_);
  }
  row_ += ',';
  AppendCell(ToText(value), &row_);
  row_ += '\n';
  output_->Write(row_);
}

}  // namespace tocsin::cli
