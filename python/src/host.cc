#include "host.h"

#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "convert.h"
#include "errors.h"
#include "tocsin/expr/host_functions.h"

namespace py = pybind11;

namespace tocsin::python {
namespace {

Type TypeNamed(const std::string& name) {
  for (Kind kind : {Kind::kBool, Kind::kInt, Kind::kDouble, Kind::kString, Kind::kTimestamp, Kind::kDuration}) {
    if (TypeName(kind) == name) return kind;
  }
  return Type();  // refused with the others
}

// What the function answered, as its declared type. A text lives until the next call in this thread.
Value FromPython(const py::object& answer, Kind kind) {
  if (answer.is_none()) return Value();
  static thread_local std::string text;
  switch (kind) {
    case Kind::kBool:
      if (!PyBool_Check(answer.ptr())) break;
      return Value::Bool(answer.ptr() == Py_True);
    case Kind::kDouble:
      if (!PyFloat_Check(answer.ptr()) && !PyLong_Check(answer.ptr())) break;
      return Value::Double(py::cast<double>(answer));
    case Kind::kString:
      if (!PyUnicode_Check(answer.ptr())) break;
      text = py::cast<std::string>(answer);
      return Value::String(text);
    default: {
      if (!PyLong_Check(answer.ptr())) break;
      const long long integer = PyLong_AsLongLong(answer.ptr());
      if (PyErr_Occurred() != nullptr) throw py::error_already_set();
      if (kind == Kind::kTimestamp) return Value::Timestamp(FromNanos(integer));
      return kind == Kind::kDuration ? Value::Span(Duration(integer)) : Value::Int(integer);
    }
  }
  const std::string got = py::str(py::type::handle_of(answer).attr("__name__"));
  throw py::type_error("the answer is a " + got + ", not the " + std::string(TypeName(kind)) + " that was declared");
}

std::optional<Value> Call(const py::object& call, std::span<const Value> arguments, Kind result) {
  const py::gil_scoped_acquire held;
  try {
    py::tuple given(arguments.size());
    for (size_t i = 0; i < arguments.size(); ++i) given[i] = ToPython(arguments[i]);
    return FromPython(call(*given), result);
  } catch (py::error_already_set& error) {
    if (error.matches(PyExc_KeyboardInterrupt)) {  // it reaches the caller when the engine's call has returned
      PyErr_SetInterrupt();
      return std::nullopt;
    }
    error.restore();
  } catch (const py::builtin_exception& error) {
    error.set_error();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
  PyErr_WriteUnraisable(call.ptr());
  return std::nullopt;
}

}  // namespace

HostParts ToHost(const py::list& functions) {
  if (functions.empty()) return {};
  auto all = std::make_shared<HostFunctions>();
  for (const py::handle& item : functions) {
    const auto one = py::cast<py::tuple>(item);
    std::vector<Type> parameters;
    for (const py::handle& name : py::cast<py::tuple>(one[2]))
      parameters.push_back(TypeNamed(py::cast<std::string>(name)));
    const Type result = TypeNamed(py::cast<std::string>(one[3]));
    // Plans may go where the GIL is not held.
    const std::shared_ptr<py::object> call(new py::object(one[4]), [](py::object* it) {
      const py::gil_scoped_acquire held;
      delete it;
    });
    auto body = [call, kind = result.kind](std::span<const Value> arguments) {
      const std::optional<Value> answer = Call(*call, arguments, kind);
      if (!answer) throw std::runtime_error("it has raised");
      return *answer;
    };
    const absl::Status added = all->Register(py::cast<std::string>(one[0]), py::cast<std::string>(one[1]),
                                             std::move(parameters), result, std::move(body));
    if (!added.ok()) RaiseError(added);
  }
  HostParts host;
  host.functions = std::move(all);
  return host;
}

}  // namespace tocsin::python
