#include "errors.h"

#include <pybind11/pybind11.h>

#include <string>

#include "convert.h"
#include "tocsin/base/diagnostic.h"

namespace py = pybind11;

namespace tocsin::python {
namespace {

py::object Class(const char* name) { return py::module_::import("tocsin._errors").attr(name); }

[[noreturn]] void Raise(const py::object& exception) {
  PyErr_SetObject(py::type::handle_of(exception).ptr(), exception.ptr());
  throw py::error_already_set();
}

py::list Diagnostics(const absl::Status& status) {
  py::list diagnostics;
  const py::object make = Class("Diagnostic");
  for (const Diagnostic& d : DiagnosticsOf(status)) {
    diagnostics.append(make(MessageText(d.file), d.line, d.column, d.length, MessageText(d.message),
                            MessageText(d.hint), MessageText(d.source_line)));
  }
  return diagnostics;
}

}  // namespace

void RaiseConfigError(const absl::Status& status) {
  Raise(Class("ConfigError")(MessageText(std::string(status.message())), Diagnostics(status)));
}

void RaiseFileError(const absl::Status& status) {
  Raise(Class("FileError")(MessageText(std::string(status.message()))));
}

void RaiseError(const absl::Status& status) {
  const char* name = absl::IsNotFound(status)          ? "NotFoundError"
                     : absl::IsInvalidArgument(status) ? "ArgumentError"
                                                       : "Error";
  Raise(Class(name)(MessageText(std::string(status.message()))));
}

}  // namespace tocsin::python
