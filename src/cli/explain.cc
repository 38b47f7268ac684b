// `tocsin explain`: what a rule or metric reads, when it is evaluated, how it is found, what it costs.
#include "tocsin/engine/explain.h"

#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "cli/commands.h"
#include "tocsin/config/config.h"
#include "tocsin/engine/plan.h"

namespace tocsin::cli {

int ExplainNames(const ExplainOptions& options) {
  absl::StatusOr<Config> config = LoadConfig(options.rules);
  if (!config.ok()) {
    fmt::print(stderr, "{}\n", std::string(config.status().message()));
    return kRefused;
  }
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(config->engine);
  if (!plan.ok()) {
    fmt::print(stderr, "{}\n", std::string(plan.status().message()));
    return kRefused;
  }
  int status = kFine;
  for (const std::string& name : options.names) {
    absl::StatusOr<std::string> text = Explain(**plan, name);
    if (text.ok()) {
      fmt::print("{}", *text);
    } else {
      fmt::print(stderr, "{}\n", std::string(text.status().message()));
      status = kRefused;
    }
  }
  return status;
}

}  // namespace tocsin::cli
