// tocsin._core.Engine: the engine as C++ sees it. tocsin/_engine.py gives it its pleasant face.
//
// Every call lets go of the GIL before it waits for the engine's lock, and holds no lock when it takes the GIL again:
// otherwise two threads could wait for each other for ever.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "binding/engine_handle.h"
#include "convert.h"
#include "errors.h"
#include "host.h"
#include "module.h"
#include "tocsin/base/time.h"

namespace py = pybind11;

namespace tocsin::python {
namespace {

using binding::EngineHandle;
using binding::KeptDeadLetter;
using binding::MetricTable;
using Keys = std::vector<std::pair<std::string, std::string>>;

// Runs `body` without the GIL.
template <typename Body>
auto Unlocked(Body&& body) {
  py::gil_scoped_release released;
  return body();
}

std::unique_ptr<EngineHandle> OrRaise(absl::StatusOr<std::unique_ptr<EngineHandle>> made) {
  if (!made.ok()) RaiseConfigError(made.status());
  return *std::move(made);
}

std::unique_ptr<EngineHandle> FromFile(const std::string& path, const py::list& functions) {
  const HostParts host = ToHost(functions);
  return OrRaise(Unlocked([&] { return EngineHandle::FromFile(path, host); }));
}

std::unique_ptr<EngineHandle> FromYaml(const std::string& text, const std::string& name, const py::list& functions) {
  const HostParts host = ToHost(functions);
  return OrRaise(Unlocked([&] { return EngineHandle::FromString(text, name, host); }));
}

// The bytes of a Python object that the caller keeps alive.
std::string_view View(const py::bytes& bytes) {
  return {PyBytes_AS_STRING(bytes.ptr()), static_cast<size_t>(PyBytes_GET_SIZE(bytes.ptr()))};
}

// None, or why it was not taken, in a word and for a person.
py::object Ingest(EngineHandle& engine, const py::bytes& record) {
  const std::string_view text = View(record);
  std::string detail;
  const Reason reason = Unlocked([&] { return engine.Ingest(text, &detail); });
  if (reason == Reason::kNone) return py::none();
  return py::make_tuple(ReasonName(reason), MessageText(detail));
}

// A tuple, because nobody can take its elements away while the GIL is free.
uint64_t IngestMany(EngineHandle& engine, const py::tuple& records) {
  std::vector<std::string_view> views;
  views.reserve(records.size());
  for (py::handle record : records) views.push_back(View(py::cast<py::bytes>(record)));
  uint64_t accepted = 0;
  Unlocked([&] { engine.IngestMany(views, &accepted); });
  return accepted;
}

uint64_t IngestLines(EngineHandle& engine, const py::bytes& text) {
  const std::string_view lines = View(text);
  uint64_t accepted = 0;
  Unlocked([&] { engine.IngestLines(lines, &accepted); });
  return accepted;
}

uint64_t IngestFile(EngineHandle& engine, const std::string& path) {
  uint64_t accepted = 0;
  const absl::Status status = Unlocked([&] { return engine.IngestFile(path, &accepted); });
  if (!status.ok()) RaiseFileError(status);
  return accepted;
}

void AdvanceTo(EngineHandle& engine, int64_t nanoseconds) {
  Unlocked([&] { engine.AdvanceTo(FromNanos(nanoseconds)); });
}

void Finish(EngineHandle& engine) {
  Unlocked([&] { engine.Finish(); });
}

std::optional<int64_t> Now(EngineHandle& engine) {
  const std::optional<Time> now = Unlocked([&] { return engine.now(); });
  return now.has_value() ? std::optional<int64_t>(ToNanos(*now)) : std::nullopt;
}

py::object ValueOf(EngineHandle& engine, const std::string& metric, const Keys& keys) {
  std::vector<Key> group;
  for (const auto& [name, value] : keys) group.push_back({name, value});
  const absl::StatusOr<OwnedValue> value = Unlocked([&] { return engine.Value(metric, group); });
  if (!value.ok()) RaiseError(value.status());
  return ToPython(value->view());
}

// [(keys, value), ...], the keys by name.
py::list ToRows(const absl::StatusOr<MetricTable>& table) {
  if (!table.ok()) RaiseError(table.status());
  py::list rows;
  for (const Engine::Ranked& row : table->rows) {
    py::dict keys;
    for (size_t k = 0; k < table->keys.size(); ++k) keys[py::str(table->keys[k])] = ToPython(row.keys[k].view());
    rows.append(py::make_tuple(keys, ToPython(row.value.view())));
  }
  return rows;
}

py::list ScanOf(EngineHandle& engine, const std::string& metric) {
  return ToRows(Unlocked([&] { return engine.Scan(metric); }));
}

py::list TopOf(EngineHandle& engine, const std::string& metric, size_t count) {
  return ToRows(Unlocked([&] { return engine.Top(metric, count); }));
}

py::bytes SnapshotOf(EngineHandle& engine) {
  return py::bytes(Unlocked([&] { return engine.Snapshot(); }));
}

void Restore(EngineHandle& engine, const py::bytes& snapshot) {
  const std::string_view bytes = View(snapshot);
  const absl::Status restored = Unlocked([&] { return engine.Restore(bytes); });
  if (!restored.ok()) RaiseError(restored);
}

void ReloadFile(EngineHandle& engine, const std::string& path) {
  const absl::Status reloaded = Unlocked([&] { return engine.ReloadFile(path); });
  if (!reloaded.ok()) RaiseConfigError(reloaded);
}

void ReloadYaml(EngineHandle& engine, const std::string& text, const std::string& name) {
  const absl::Status reloaded = Unlocked([&] { return engine.ReloadString(text, name); });
  if (!reloaded.ok()) RaiseConfigError(reloaded);
}

// (groups, alerts)
py::tuple Forget(EngineHandle& engine, const std::string& key, const std::string& value) {
  const absl::StatusOr<Engine::Forgotten> forgotten = Unlocked([&] { return engine.Forget(key, value); });
  if (!forgotten.ok()) RaiseError(forgotten.status());
  return py::make_tuple(forgotten->groups, forgotten->alerts);
}

std::string Export(EngineHandle& engine, const std::string& key, const std::string& value) {
  absl::StatusOr<std::string> exported = Unlocked([&] { return engine.Export(key, value); });
  if (!exported.ok()) RaiseError(exported.status());
  return *std::move(exported);
}

py::list Groupings(const Statistics& statistics) {
  py::list groupings;
  for (const Statistics::Grouping& grouping : statistics.groupings) {
    py::dict one;
    one["keys"] = grouping.keys;
    one["groups"] = grouping.groups;
    one["skipped"] = grouping.skipped;
    one["bytes"] = grouping.bytes;
    one["series_bytes"] = grouping.series_bytes;
    one["derived_bytes"] = grouping.derived_bytes;
    groupings.append(one);
  }
  return groupings;
}

py::dict StatisticsOf(EngineHandle& engine) {
  const Statistics statistics = Unlocked([&] { return engine.Statistics(); });
  py::dict events, skipped, all;
  for (size_t i = 0; i < kReasonCount; ++i) {
    events[py::cast(ReasonName(static_cast<Reason>(i)))] = statistics.events[i];
  }
  for (const Statistics::Skipped& place : statistics.skipped) skipped[py::str(place.where)] = place.count;
  all["events"] = events;
  all["groups"] = statistics.groups;
  all["alert_changes"] = statistics.alert_changes;
  all["firing"] = statistics.firing;
  all["pending"] = statistics.pending;
  all["faults"] = statistics.faults;
  all["held"] = statistics.held;
  all["ids"] = statistics.ids;
  all["ids_forgotten"] = statistics.ids_forgotten;
  all["groupings"] = Groupings(statistics);
  all["pane_bytes"] = statistics.pane_bytes;
  all["memory"] = statistics.memory;
  all["timers"] = statistics.timers;
  all["derived"] = statistics.derived;
  all["attempts"] = statistics.attempts;
  all["attempts_unmatched"] = statistics.attempts_unmatched;
  all["open_sessions"] = statistics.open_sessions;
  all["skipped"] = skipped;
  return all;
}

void WantPending(EngineHandle& engine, bool wanted) {
  Unlocked([&] { engine.WantPending(wanted); });
}

void KeepDeadLetters(EngineHandle& engine, size_t limit) {
  Unlocked([&] { engine.KeepDeadLetters(limit); });
}

std::vector<AlertChange> PollAlerts(EngineHandle& engine) {
  return Unlocked([&] { return engine.PollAlerts(); });
}

std::vector<KeptDeadLetter> PollDeadLetters(EngineHandle& engine) {
  return Unlocked([&] { return engine.PollDeadLetters(); });
}

int64_t ReadTime(const std::string& text) {
  const absl::StatusOr<Time> time = ParseTime(text);
  if (!time.ok()) RaiseError(time.status());
  return ToNanos(*time);
}

}  // namespace

void BindEngine(py::module_& m) {
  py::class_<EngineHandle>(m, "Engine")
      .def_static("from_file", &FromFile, py::arg("path"), py::arg("functions"))
      .def_static("from_yaml", &FromYaml, py::arg("text"), py::arg("name"), py::arg("functions"))
      .def("ingest", &Ingest, py::arg("record"))
      .def("ingest_many", &IngestMany, py::arg("records"))
      .def("ingest_lines", &IngestLines, py::arg("text"))
      .def("ingest_file", &IngestFile, py::arg("path"))
      .def("advance_to", &AdvanceTo, py::arg("time_ns"))
      .def("finish", &Finish)
      .def("now", &Now)
      .def("value", &ValueOf, py::arg("metric"), py::arg("keys"))
      .def("scan", &ScanOf, py::arg("metric"))
      .def("top", &TopOf, py::arg("metric"), py::arg("count"))
      .def("snapshot", &SnapshotOf)
      .def("restore", &Restore, py::arg("snapshot"))
      .def("reload_file", &ReloadFile, py::arg("path"))
      .def("reload_yaml", &ReloadYaml, py::arg("text"), py::arg("name"))
      .def("forget", &Forget, py::arg("key"), py::arg("value"))
      .def("export", &Export, py::arg("key"), py::arg("value"))
      .def("statistics", &StatisticsOf)
      .def("want_pending", &WantPending, py::arg("wanted"))
      .def("keep_dead_letters", &KeepDeadLetters, py::arg("limit"))
      .def("poll_alerts", &PollAlerts)
      .def("poll_dead_letters", &PollDeadLetters);
  m.def("parse_time", &ReadTime, py::arg("text"));
  m.def(
      "to_datetime", [](int64_t nanoseconds) { return ToDatetime(FromNanos(nanoseconds)); }, py::arg("time_ns"));
}

}  // namespace tocsin::python
