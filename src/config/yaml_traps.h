// What is valid YAML and still not what its author meant.
#ifndef TOCSIN_CONFIG_YAML_TRAPS_H_
#define TOCSIN_CONFIG_YAML_TRAPS_H_

#include <string_view>

#include "config/mistakes.h"
#include "config/yaml_reader.h"

namespace tocsin {

// True when `text` opens a quote and does not close it, as CEL would see it: an apostrophe inside a word opens nothing.
bool HasOpenQuote(std::string_view text);

// In `{a: max(b, c), d:1}` YAML ends a value at every comma, and takes `d:1` for a name: reports both, and makes the
// values that were meant kWrong. REQUIRES: a map.
void FindFlowTraps(YamlNode* map, Mistakes& mistakes);

// Reports every name that is given again, and keeps its first value. REQUIRES: a map.
void DropRepeated(YamlNode* map, Mistakes& mistakes);

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_YAML_TRAPS_H_
