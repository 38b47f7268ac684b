// Numbers as a config writes them.
#ifndef TOCSIN_CONFIG_YAML_NUMBER_H_
#define TOCSIN_CONFIG_YAML_NUMBER_H_

#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

// Decimal, as JSON writes it: "12", "-0.5", "1e6". Nothing for anything else, with a hint of what may have been meant:
// YAML parsers disagree about `010`, `0x1F` and `1_000`, so none of them is read.
std::optional<double> ParseNumberText(std::string_view text, std::string* hint);

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_YAML_NUMBER_H_
