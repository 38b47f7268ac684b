// Engines: making, feeding, advancing and asking.
#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guard.h"
#include "objects.h"
#include "tocsin/base/time.h"
#include "tocsin/event/type.h"

using tocsin::Reason;
using tocsin::binding::EngineHandle;
using tocsin::capi::CheckGiven;
using tocsin::capi::Guard;
using tocsin::capi::ReadKeys;
using tocsin::capi::ReadText;

namespace {

absl::Status Give(absl::StatusOr<std::unique_ptr<EngineHandle>> made, tocsin_engine** engine) {
  if (!made.ok()) return made.status();
  auto owner = std::make_unique<tocsin_engine>();
  owner->handle = *std::move(made);
  *engine = owner.release();
  return absl::OkStatus();
}

// A copy, so that functions added later concern only engines that are made later.
tocsin::HostParts PartsOf(const tocsin_host* host) {
  tocsin::HostParts parts;
  if (host != nullptr) parts.functions = std::make_shared<const tocsin::HostFunctions>(host->functions);
  return parts;
}

absl::Status GiveNumber(std::string_view metric, const tocsin::Value& value, double* number, int32_t* has_value) {
  switch (value.kind()) {
    case tocsin::Kind::kNone:
      *has_value = 0;
      return absl::OkStatus();
    case tocsin::Kind::kInt:
    case tocsin::Kind::kDouble:
    case tocsin::Kind::kDecimal:
      *number = value.AsNumber();
      *has_value = 1;
      return absl::OkStatus();
    default:
      return absl::UnimplementedError(
          fmt::format("metric '{}' is a {}, and tocsin_engine_value reads numbers: use tocsin_engine_lookup", metric,
                      TypeName(value.kind())));
  }
}

}  // namespace

int32_t tocsin_engine_new_from_file(const char* path, size_t path_length, tocsin_engine** engine,
                                    tocsin_error** error) {
  return tocsin_engine_new_from_file_with(path, path_length, nullptr, engine, error);
}

int32_t tocsin_engine_new_from_string(const char* yaml, size_t yaml_length, const char* name, size_t name_length,
                                      tocsin_engine** engine, tocsin_error** error) {
  return tocsin_engine_new_from_string_with(yaml, yaml_length, name, name_length, nullptr, engine, error);
}

int32_t tocsin_engine_new_from_file_with(const char* path, size_t path_length, const tocsin_host* host,
                                         tocsin_engine** engine, tocsin_error** error) {
  if (engine != nullptr) *engine = nullptr;
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    std::string_view file;
    TOCSIN_RETURN_IF_ERROR(ReadText(path, path_length, "path", &file));
    return Give(EngineHandle::FromFile(std::string(file), PartsOf(host)), engine);
  });
}

int32_t tocsin_engine_new_from_string_with(const char* yaml, size_t yaml_length, const char* name, size_t name_length,
                                           const tocsin_host* host, tocsin_engine** engine, tocsin_error** error) {
  if (engine != nullptr) *engine = nullptr;
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    std::string_view text, file;
    TOCSIN_RETURN_IF_ERROR(ReadText(yaml, yaml_length, "yaml", &text));
    TOCSIN_RETURN_IF_ERROR(ReadText(name, name_length, "name", &file));
    return Give(EngineHandle::FromString(text, file, PartsOf(host)), engine);
  });
}

void tocsin_engine_free(tocsin_engine* engine) { delete engine; }

int32_t tocsin_engine_ingest_json(tocsin_engine* engine, const char* record, size_t record_length, int32_t* reason,
                                  tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    std::string_view text;
    TOCSIN_RETURN_IF_ERROR(ReadText(record, record_length, "record", &text));
    const Reason refused = engine->handle->Ingest(text, nullptr);
    if (reason != nullptr) *reason = static_cast<int32_t>(refused);
    return absl::OkStatus();
  });
}

int32_t tocsin_engine_ingest_json_lines(tocsin_engine* engine, const char* text, size_t text_length, uint64_t* accepted,
                                        tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    std::string_view lines;
    TOCSIN_RETURN_IF_ERROR(ReadText(text, text_length, "text", &lines));
    engine->handle->IngestLines(lines, accepted);
    return absl::OkStatus();
  });
}

int32_t tocsin_engine_ingest_json_file(tocsin_engine* engine, const char* path, size_t path_length, uint64_t* accepted,
                                       tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    std::string_view file;
    TOCSIN_RETURN_IF_ERROR(ReadText(path, path_length, "path", &file));
    return engine->handle->IngestFile(std::string(file), accepted);
  });
}

int32_t tocsin_engine_advance_to(tocsin_engine* engine, int64_t time_ns, tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    engine->handle->AdvanceTo(tocsin::FromNanos(time_ns));
    return absl::OkStatus();
  });
}

int32_t tocsin_engine_now(tocsin_engine* engine, int64_t* time_ns, int32_t* has_time, tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    TOCSIN_RETURN_IF_ERROR(CheckGiven(time_ns, "time_ns"));
    TOCSIN_RETURN_IF_ERROR(CheckGiven(has_time, "has_time"));
    std::optional<tocsin::Time> now = engine->handle->now();
    if (now.has_value()) *time_ns = tocsin::ToNanos(*now);
    *has_time = now.has_value();
    return absl::OkStatus();
  });
}

int32_t tocsin_engine_value(tocsin_engine* engine, const char* metric, size_t metric_length, const tocsin_key* keys,
                            size_t key_count, double* value, int32_t* has_value, tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    TOCSIN_RETURN_IF_ERROR(CheckGiven(value, "value"));
    TOCSIN_RETURN_IF_ERROR(CheckGiven(has_value, "has_value"));
    std::string_view name;
    TOCSIN_RETURN_IF_ERROR(ReadText(metric, metric_length, "metric", &name));
    std::vector<tocsin::Key> group;
    TOCSIN_RETURN_IF_ERROR(ReadKeys(keys, key_count, &group));
    absl::StatusOr<tocsin::OwnedValue> answer = engine->handle->Value(name, group);
    if (!answer.ok()) return answer.status();
    return GiveNumber(name, answer->view(), value, has_value);
  });
}

int32_t tocsin_engine_count(tocsin_engine* engine, int32_t reason, uint64_t* count, tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    TOCSIN_RETURN_IF_ERROR(CheckGiven(count, "count"));
    if (reason < 0 || static_cast<size_t>(reason) >= tocsin::kReasonCount) {
      return absl::InvalidArgumentError(
          fmt::format("there is no reason {}: they are 0 to {}", reason, tocsin::kReasonCount - 1));
    }
    *count = engine->handle->Statistics().events[static_cast<size_t>(reason)];
    return absl::OkStatus();
  });
}

int32_t tocsin_engine_want_pending(tocsin_engine* engine, int32_t wanted, tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    engine->handle->WantPending(wanted != 0);
    return absl::OkStatus();
  });
}

int32_t tocsin_engine_keep_dead_letters(tocsin_engine* engine, size_t limit, tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    engine->handle->KeepDeadLetters(limit);
    return absl::OkStatus();
  });
}
