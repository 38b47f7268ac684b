// The text of a config as the YAML parser may see it.
#ifndef TOCSIN_CONFIG_YAML_TEXT_H_
#define TOCSIN_CONFIG_YAML_TEXT_H_

#include <memory>
#include <string_view>

#include "config/mistakes.h"
#include "tocsin/base/diagnostic.h"

namespace tocsin {

// Without a byte order mark and with Unix line ends, so that a parser's positions are bytes of it. Null, and a mistake,
// when it is too large, not UTF-8, or holds control characters, which YAML forbids and parsers stumble over in ways of
// their own.
std::shared_ptr<const SourceFile> CleanYamlText(std::string_view text, std::string_view name, Mistakes& mistakes);

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_YAML_TEXT_H_
