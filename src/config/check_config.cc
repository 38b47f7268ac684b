// A config that was read or built -> its mistakes: the plan's, the specs', the receivers', the route's.
#include <map>
#include <string>
#include <string_view>

#include "config/map_reader.h"
#include "config/mistakes.h"
#include "config/read_config.h"
#include "fmt/format.h"
#include "tocsin/config/config.h"
#include "tocsin/notify/notifier.h"

namespace tocsin {
namespace {

void CheckSources(const Config& config, std::vector<Diagnostic>* diagnostics) {
  std::vector<Diagnostic> of_events;  // the plan's: they have been told
  const Catalog catalog = Catalog::Create(config.engine.events, &of_events);
  std::map<std::string_view, int> seen;
  for (const SourceSpec& source : config.sources) {
    CheckSource(source, catalog, diagnostics);
    if (seen[source.name]++ != 1) continue;
    diagnostics->push_back(source.origin.Error(fmt::format("two sources are called '{}'", source.name), {}, "sources"));
  }
}

void CheckReceivers(const Config& config, std::vector<Diagnostic>* diagnostics) {
  std::map<std::string_view, int> seen;
  for (const ReceiverSpec& receiver : config.receivers) {
    const std::string description = fmt::format("receiver {}", receiver.name);
    if (receiver.name.empty()) diagnostics->push_back(receiver.origin.Error("a receiver has no name", {}, "receivers"));
    if (seen[receiver.name]++ == 1) {
      diagnostics->push_back(
          receiver.origin.Error(fmt::format("two receivers are called '{}'", receiver.name), {}, description));
    }
    for (const NotifierSpec& notifier : receiver.notifiers) CheckNotifier(notifier, diagnostics);
  }
}

void CheckRoute(const Config& config, std::vector<Diagnostic>* diagnostics) {
  const SourceText& name = config.route.receiver;
  if (name.empty()) return;
  std::vector<std::string> names;
  for (const ReceiverSpec& receiver : config.receivers) {
    if (receiver.name == name.text()) return;
    names.push_back(receiver.name);
  }
  const std::string closest = ClosestName(name.text(), names);
  diagnostics->push_back(name.Error(
      fmt::format("there is no receiver {}", Shown(name.text())),
      closest.empty() ? names.empty() ? "declare it in 'receivers'" : "" : fmt::format("did you mean '{}'?", closest),
      "route, receiver"));
}

}  // namespace

std::vector<Diagnostic> FindMistakes(const Config& config) {
  std::vector<Diagnostic> diagnostics;
  const auto plan = Plan::Create(config.engine);
  if (!plan.ok()) {
    diagnostics = DiagnosticsOf(plan.status());
    if (diagnostics.empty()) {
      Diagnostic other;
      other.message = std::string(plan.status().message());
      diagnostics.push_back(std::move(other));
    }
  }
  CheckSpecs(config.engine, &diagnostics);
  CheckSources(config, &diagnostics);
  CheckReceivers(config, &diagnostics);
  CheckRoute(config, &diagnostics);
  SortMistakes(&diagnostics);
  return diagnostics;
}

absl::Status CheckConfig(const Config& config) { return ToStatus(FindMistakes(config)); }

}  // namespace tocsin
