// YAML -> Config without a plan: everything that can be said of a config before its conditions are compiled.
#ifndef TOCSIN_CONFIG_READ_CONFIG_H_
#define TOCSIN_CONFIG_READ_CONFIG_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "config/mistakes.h"
#include "config/yaml_reader.h"
#include "tocsin/config/config.h"

namespace tocsin {

struct ReadResult {
  Config config;
  // False when something was left out that other parts may refer to: a plan of the rest would complain of names that
  // the user did give.
  bool complete = true;
};

ReadResult ReadConfig(std::string_view yaml, std::string_view name, Mistakes& mistakes);

// The sections, one file each. What is wrong is reported; what can be kept is kept.
void ReadIngest(const YamlNode& section, ReadResult* result, Mistakes& mistakes);
void ReadSources(const YamlNode& section, ReadResult* result, Mistakes& mistakes);
void ReadEvents(const YamlNode& section, ReadResult* result, Mistakes& mistakes);
void ReadKeys(const YamlNode& section, ReadResult* result, Mistakes& mistakes);
void ReadProfiles(const YamlNode& section, ReadResult* result, Mistakes& mistakes);
void ReadMetrics(const YamlNode& section, ReadResult* result, Mistakes& mistakes);
void ReadPatterns(const YamlNode& section, ReadResult* result, Mistakes& mistakes);
void ReadSessions(const YamlNode& section, ReadResult* result, Mistakes& mistakes);
void ReadRules(const YamlNode& section, ReadResult* result, Mistakes& mistakes);
void ReadLimits(const YamlNode& section, ReadResult* result, Mistakes& mistakes);
void ReadReceivers(const YamlNode& section, ReadResult* result, Mistakes& mistakes);
void ReadRoute(const YamlNode& section, ReadResult* result, Mistakes& mistakes);

// The most severities that `when` may map.
constexpr size_t kMostSeverities = 16;
// What contradicts itself in a config that was built in code.
void CheckSpecs(const EngineSpec& engine, std::vector<Diagnostic>* diagnostics);
// The mistakes that CheckConfig would find, all of them.
std::vector<Diagnostic> FindMistakes(const Config& config);

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_READ_CONFIG_H_
