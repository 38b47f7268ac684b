// tocsin.Alert and tocsin.DeadLetter: read-only views of what the engine said.
#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>

#include "binding/engine_handle.h"
#include "convert.h"
#include "module.h"
#include "tocsin/rule/alert.h"

namespace py = pybind11;

namespace tocsin::python {
namespace {

using binding::KeptDeadLetter;

py::dict Labels(const AlertChange& change) {
  py::dict labels;
  for (const auto& [name, value] : change.labels) labels[py::str(name)] = py::str(value);
  return labels;
}

py::dict Values(const AlertChange& change) {
  py::dict values;
  for (const auto& [name, value] : change.values) values[py::str(name)] = ToPython(value.view());
  return values;
}

py::dict Annotations(const AlertChange& change) {
  py::dict annotations;
  for (const auto& [name, text] : change.annotations) annotations[py::str(name)] = py::str(text);
  return annotations;
}

py::list Evidence(const AlertChange& change) {
  py::list events;
  const py::object make = py::module_::import("tocsin._engine").attr("Evidence");
  for (const EvidenceEvent& event : change.evidence) {
    py::dict attributes;
    for (const auto& [name, value] : event.attributes) attributes[py::str(name)] = ToPython(value.view());
    const py::object id = event.id.empty() ? py::object(py::none()) : py::object(py::str(event.id));
    events.append(make(event.type, id, ToDatetime(event.time), ToNanos(event.time), attributes));
  }
  return events;
}

py::object ParseJson(const std::string& json) { return py::module_::import("json").attr("loads")(json); }

std::string Describe(const AlertChange& change) {
  std::string text = fmt::format("<tocsin.Alert {} {}", ChangeName(change.change), change.rule);
  for (const auto& [name, value] : change.labels) text += fmt::format(" {}={}", name, value);
  return text + fmt::format(" at {}>", FormatTime(change.time));
}

std::string Describe(const KeptDeadLetter& letter) {
  return fmt::format("<tocsin.DeadLetter {} in line {}: {}>", ReasonName(letter.reason), letter.line, letter.detail);
}

py::object NanosOrNone(const std::optional<Time>& time) {
  return time.has_value() ? py::object(py::int_(ToNanos(*time))) : py::none();
}

}  // namespace

void BindAlert(py::module_& m) {
  py::class_<AlertChange>(m, "Alert", "One change of an alert: it began, fired, was seen again or ended.")
      .def_property_readonly("time", [](const AlertChange& c) { return ToDatetime(c.time); })
      .def_property_readonly("time_ns", [](const AlertChange& c) { return ToNanos(c.time); })
      .def_property_readonly("change", [](const AlertChange& c) { return ChangeName(c.change); })
      .def_readonly("rule", &AlertChange::rule)
      .def_readonly("severity", &AlertChange::severity)
      .def_property_readonly("labels", &Labels)
      .def_property_readonly("active_at", [](const AlertChange& c) { return ToDatetime(c.active_at); })
      .def_property_readonly("active_at_ns", [](const AlertChange& c) { return ToNanos(c.active_at); })
      .def_property_readonly("fired_at", [](const AlertChange& c) { return ToDatetime(c.fired_at); })
      .def_property_readonly("fired_at_ns", [](const AlertChange& c) { return NanosOrNone(c.fired_at); })
      .def_property_readonly("resolved_at", [](const AlertChange& c) { return ToDatetime(c.resolved_at); })
      .def_property_readonly("resolved_at_ns", [](const AlertChange& c) { return NanosOrNone(c.resolved_at); })
      .def_readonly("seq", &AlertChange::seq)
      .def_readonly("version", &AlertChange::version)
      .def_property_readonly("values", &Values)
      .def_readonly("summary", &AlertChange::summary)
      .def_readonly("reason", &AlertChange::reason)
      .def_readonly("because", &AlertChange::because)
      .def_property_readonly("annotations", &Annotations)
      .def_property_readonly("evidence", &Evidence)
      .def("to_json", [](const AlertChange& c) { return ToJson(c); })
      .def("to_dict", [](const AlertChange& c) { return ParseJson(ToJson(c)); })
      .def("__repr__", [](const AlertChange& c) { return Describe(c); })
      .attr("__module__") = "tocsin";
}

void BindDeadLetter(py::module_& m) {
  py::class_<KeptDeadLetter>(m, "DeadLetter", "A record that was not taken, with where it stood and why.")
      .def_property_readonly("reason", [](const KeptDeadLetter& l) { return ReasonName(l.reason); })
      .def_property_readonly("detail", [](const KeptDeadLetter& l) { return MessageText(l.detail); })
      .def_readonly("line", &KeptDeadLetter::line)
      .def_readonly("offset", &KeptDeadLetter::offset)
      .def_readonly("source", &KeptDeadLetter::source)
      .def_property_readonly("record", [](const KeptDeadLetter& l) { return py::bytes(l.record); })
      .def("to_json", [](const KeptDeadLetter& l) { return ToJson(l.view()); })
      .def("to_dict", [](const KeptDeadLetter& l) { return ParseJson(ToJson(l.view())); })
      .def("__repr__", [](const KeptDeadLetter& l) { return MessageText(Describe(l)); })
      .attr("__module__") = "tocsin";
}

}  // namespace tocsin::python
