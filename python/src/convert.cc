#include "convert.h"

#include <cstdint>

namespace py = pybind11;

namespace tocsin::python {
namespace {

py::object Timedelta(int64_t nanoseconds) {
  const int64_t microseconds = nanoseconds / 1000 - (nanoseconds % 1000 < 0 ? 1 : 0);
  return py::module_::import("datetime").attr("timedelta")(0, 0, microseconds);
}

}  // namespace

py::object ToDatetime(Time time) {
  const py::module_ datetime = py::module_::import("datetime");
  const py::object utc = datetime.attr("timezone").attr("utc");
  return datetime.attr("datetime")(1970, 1, 1, 0, 0, 0, 0, utc) + Timedelta(ToNanos(time));
}

py::object ToDatetime(const std::optional<Time>& time) { return time.has_value() ? ToDatetime(*time) : py::none(); }

py::str MessageText(const std::string& text) {
  return py::reinterpret_steal<py::str>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace"));
}

py::object ToPython(const Value& value) {
  switch (value.kind()) {
    case Kind::kNone:
      return py::none();
    case Kind::kBool:
      return py::bool_(value.AsBool());
    case Kind::kInt:
      return py::int_(value.AsInt());
    case Kind::kDouble:
    case Kind::kDecimal:
      return py::float_(value.AsNumber());
    case Kind::kString:
      return py::str(value.AsString().data(), value.AsString().size());
    case Kind::kTimestamp:
      return ToDatetime(value.AsTime());
    case Kind::kDuration:
      return Timedelta(ToNanos(value.AsDuration()));
  }
  return py::none();
}

}  // namespace tocsin::python
