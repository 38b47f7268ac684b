// What an engine holds as a whole: snapshots, other rules, forgetting and export.
#include <string>
#include <string_view>
#include <utility>

#include "guard.h"
#include "objects.h"

using tocsin::capi::CheckGiven;
using tocsin::capi::Guard;
using tocsin::capi::Lend;
using tocsin::capi::LendNothing;
using tocsin::capi::ReadText;

const char* tocsin_buffer_data(const tocsin_buffer* buffer, size_t* length) {
  return buffer == nullptr ? LendNothing(length) : Lend(buffer->bytes, length);
}

void tocsin_buffer_free(tocsin_buffer* buffer) { delete buffer; }

int32_t tocsin_engine_snapshot(tocsin_engine* engine, tocsin_buffer** snapshot, tocsin_error** error) {
  if (snapshot != nullptr) *snapshot = nullptr;
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    TOCSIN_RETURN_IF_ERROR(CheckGiven(snapshot, "snapshot"));
    *snapshot = new tocsin_buffer{engine->handle->Snapshot()};
    return absl::OkStatus();
  });
}

int32_t tocsin_engine_restore(tocsin_engine* engine, const char* snapshot, size_t snapshot_length,
                              tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    std::string_view bytes;
    TOCSIN_RETURN_IF_ERROR(ReadText(snapshot, snapshot_length, "snapshot", &bytes));
    return engine->handle->Restore(bytes);
  });
}

int32_t tocsin_engine_reload_from_file(tocsin_engine* engine, const char* path, size_t path_length,
                                       tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    std::string_view file;
    TOCSIN_RETURN_IF_ERROR(ReadText(path, path_length, "path", &file));
    return engine->handle->ReloadFile(std::string(file));
  });
}

int32_t tocsin_engine_reload_from_string(tocsin_engine* engine, const char* yaml, size_t yaml_length, const char* name,
                                         size_t name_length, tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    std::string_view text, file;
    TOCSIN_RETURN_IF_ERROR(ReadText(yaml, yaml_length, "yaml", &text));
    TOCSIN_RETURN_IF_ERROR(ReadText(name, name_length, "name", &file));
    return engine->handle->ReloadString(text, file);
  });
}

int32_t tocsin_engine_forget(tocsin_engine* engine, const char* key, size_t key_length, const char* value,
                             size_t value_length, uint64_t* groups, uint64_t* alerts, tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    std::string_view name, wanted;
    TOCSIN_RETURN_IF_ERROR(ReadText(key, key_length, "key", &name));
    TOCSIN_RETURN_IF_ERROR(ReadText(value, value_length, "value", &wanted));
    absl::StatusOr<tocsin::Engine::Forgotten> forgotten = engine->handle->Forget(name, wanted);
    if (!forgotten.ok()) return forgotten.status();
    if (groups != nullptr) *groups = forgotten->groups;
    if (alerts != nullptr) *alerts = forgotten->alerts;
    return absl::OkStatus();
  });
}

int32_t tocsin_engine_export(tocsin_engine* engine, const char* key, size_t key_length, const char* value,
                             size_t value_length, tocsin_buffer** json, tocsin_error** error) {
  if (json != nullptr) *json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    TOCSIN_RETURN_IF_ERROR(CheckGiven(json, "json"));
    std::string_view name, wanted;
    TOCSIN_RETURN_IF_ERROR(ReadText(key, key_length, "key", &name));
    TOCSIN_RETURN_IF_ERROR(ReadText(value, value_length, "value", &wanted));
    absl::StatusOr<std::string> exported = engine->handle->Export(name, wanted);
    if (!exported.ok()) return exported.status();
    *json = new tocsin_buffer{*std::move(exported)};
    return absl::OkStatus();
  });
}
