// Errors: the objects, and what the Guard makes of a failure.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "guard.h"
#include "objects.h"

namespace tocsin::capi {
namespace {

int32_t CodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return TOCSIN_OK;
    case absl::StatusCode::kInvalidArgument:
      return TOCSIN_INVALID_ARGUMENT;
    case absl::StatusCode::kNotFound:
      return TOCSIN_NOT_FOUND;
    case absl::StatusCode::kPermissionDenied:
      return TOCSIN_PERMISSION_DENIED;
    case absl::StatusCode::kDataLoss:
      return TOCSIN_DATA_LOSS;
    case absl::StatusCode::kResourceExhausted:
      return TOCSIN_OUT_OF_MEMORY;
    case absl::StatusCode::kUnimplemented:
      return TOCSIN_UNSUPPORTED;
    default:
      return TOCSIN_INTERNAL;
  }
}

// Made when the library is loaded, while there is memory.
tocsin_error out_of_memory{TOCSIN_OUT_OF_MEMORY, "out of memory", {}};

const Diagnostic* MistakeAt(const tocsin_error* error, size_t index) {
  if (error == nullptr || index >= error->mistakes.size()) return nullptr;
  return &error->mistakes[index];
}

}  // namespace

int32_t Fail(tocsin_error** error, const absl::Status& status) noexcept {
  const int32_t code = CodeOf(status);
  if (error == nullptr) return code;
  try {
    auto made = std::make_unique<tocsin_error>();
    made->code = code;
    made->message = std::string(status.message());
    made->mistakes = DiagnosticsOf(status);
    *error = made.release();
    return code;
  } catch (...) {
    return FailWithoutMemory(error);
  }
}

int32_t FailWithoutMemory(tocsin_error** error) noexcept {
  if (error != nullptr) *error = &out_of_memory;
  return TOCSIN_OUT_OF_MEMORY;
}

int32_t FailWith(tocsin_error** error, const char* what) noexcept {
  if (error == nullptr) return TOCSIN_INTERNAL;
  try {
    *error = new tocsin_error{TOCSIN_INTERNAL, what, {}};
    return TOCSIN_INTERNAL;
  } catch (...) {
    return FailWithoutMemory(error);
  }
}

absl::Status CheckGiven(const void* parameter, const char* name) {
  if (parameter != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("the parameter '{}' must not be NULL", name));
}

absl::Status ReadText(const char* text, size_t length, const char* name, std::string_view* out) {
  if (text == nullptr && length != 0) {
    return absl::InvalidArgumentError(fmt::format("the parameter '{}' is NULL, but its length is {}", name, length));
  }
  *out = text == nullptr ? std::string_view() : std::string_view(text, length);
  return absl::OkStatus();
}

}  // namespace tocsin::capi

using tocsin::Diagnostic;
using tocsin::capi::Lend;
using tocsin::capi::LendNothing;
using tocsin::capi::MistakeAt;

int32_t tocsin_error_code(const tocsin_error* error) { return error == nullptr ? TOCSIN_OK : error->code; }

const char* tocsin_error_message(const tocsin_error* error, size_t* length) {
  return error == nullptr ? LendNothing(length) : Lend(error->message, length);
}

size_t tocsin_error_count(const tocsin_error* error) { return error == nullptr ? 0 : error->mistakes.size(); }

const char* tocsin_error_file(const tocsin_error* error, size_t index, size_t* length) {
  const Diagnostic* mistake = MistakeAt(error, index);
  return mistake == nullptr ? LendNothing(length) : Lend(mistake->file, length);
}

int32_t tocsin_error_line(const tocsin_error* error, size_t index) {
  const Diagnostic* mistake = MistakeAt(error, index);
  return mistake == nullptr ? 0 : mistake->line;
}

int32_t tocsin_error_column(const tocsin_error* error, size_t index) {
  const Diagnostic* mistake = MistakeAt(error, index);
  return mistake == nullptr ? 0 : mistake->column;
}

const char* tocsin_error_detail(const tocsin_error* error, size_t index, size_t* length) {
  const Diagnostic* mistake = MistakeAt(error, index);
  return mistake == nullptr ? LendNothing(length) : Lend(mistake->message, length);
}

const char* tocsin_error_hint(const tocsin_error* error, size_t index, size_t* length) {
  const Diagnostic* mistake = MistakeAt(error, index);
  return mistake == nullptr ? LendNothing(length) : Lend(mistake->hint, length);
}

void tocsin_error_free(tocsin_error* error) {
  if (error != &tocsin::capi::out_of_memory) delete error;
}
