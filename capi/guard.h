// Guard: the firewall between C and C++. Every function of tocsin.h that can fail runs its body inside one, so that
// nothing is thrown into C and every failure becomes a status and an error object.
#ifndef TOCSIN_CAPI_GUARD_H_
#define TOCSIN_CAPI_GUARD_H_

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "tocsin.h"

namespace tocsin::capi {

// Each returns the status and, unless `error` is null, sets *error. None needs memory that might not be there: without
// any, the error is one that was made beforehand.
int32_t Fail(tocsin_error** error, const absl::Status& status) noexcept;
int32_t FailWithoutMemory(tocsin_error** error) noexcept;
int32_t FailWith(tocsin_error** error, const char* what) noexcept;

// `body` returns an absl::Status.
template <typename Body>
int32_t Guard(tocsin_error** error, Body&& body) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    absl::Status status = body();
    return status.ok() ? TOCSIN_OK : Fail(error, status);
  } catch (const std::bad_alloc&) {
    return FailWithoutMemory(error);
  } catch (const std::exception& e) {
    return FailWith(error, e.what());
  } catch (...) {
    return FailWith(error, "something that is not an exception was thrown");
  }
}

// InvalidArgument when something that must be there is null: "the parameter 'engine' must not be NULL".
absl::Status CheckGiven(const void* parameter, const char* name);

// A text of the caller's, borrowed.
absl::Status ReadText(const char* text, size_t length, const char* name, std::string_view* out);

}  // namespace tocsin::capi

// Leaves the body of a Guard with the status when it is not OK.
#define TOCSIN_RETURN_IF_ERROR(expression)                                                    \
  do {                                                                                        \
    if (absl::Status tocsin_status = (expression); !tocsin_status.ok()) return tocsin_status; \
  } while (false)

#endif  // TOCSIN_CAPI_GUARD_H_
