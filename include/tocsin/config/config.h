// Config: everything a user declares, as plain structs, from YAML or built in code.
//
//   absl::StatusOr<tocsin::Config> config = tocsin::LoadConfig("rules.yaml");
//   if (!config.ok()) std::cerr << config.status().message();   // every mistake, with file, line, column and caret
//   auto plan = tocsin::Plan::Create(config->engine);
#ifndef TOCSIN_CONFIG_CONFIG_H_
#define TOCSIN_CONFIG_CONFIG_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tocsin/engine/plan.h"
#include "tocsin/ingest/source_spec.h"
#include "tocsin/route/route_spec.h"

namespace tocsin {

struct Config {
  EngineSpec engine;
  std::vector<SourceSpec> sources;
  std::vector<ReceiverSpec> receivers;
  RouteSpec route;
};

// What a host brings along that a file cannot say.
struct HostParts {
  std::shared_ptr<const HostFunctions> functions;  // for conditions: host.risky(x)
  std::shared_ptr<const RegexEngine> regex;        // nothing: RE2, if that was built in
};

// Reads and checks a config, its conditions and its receivers included: a config that loads has a plan. All mistakes at
// once, as one InvalidArgument status (DiagnosticsOf); NotFound when the file cannot be read.
absl::StatusOr<Config> LoadConfig(const std::string& path, const HostParts& host = {});
// The same from a text; `name` stands for the file in messages.
absl::StatusOr<Config> ParseConfig(std::string_view yaml, std::string_view name = "config", const HostParts& host = {});

// Checks what was built in code as LoadConfig checks a file.
absl::Status CheckConfig(const Config& config);

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_CONFIG_H_
