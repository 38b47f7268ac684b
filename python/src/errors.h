// Failures as Python exceptions: the classes of tocsin/_errors.py.
#ifndef TOCSIN_PYTHON_ERRORS_H_
#define TOCSIN_PYTHON_ERRORS_H_

#include "absl/status/status.h"

namespace tocsin::python {

// Each throws pybind11::error_already_set. REQUIRES: the GIL is held and `status` is not OK.
[[noreturn]] void RaiseConfigError(const absl::Status& status);
[[noreturn]] void RaiseFileError(const absl::Status& status);
// NotFoundError or ArgumentError by the status's code, Error for what is neither.
[[noreturn]] void RaiseError(const absl::Status& status);

}  // namespace tocsin::python

#endif  // TOCSIN_PYTHON_ERRORS_H_
