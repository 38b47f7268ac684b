// YAML text -> nodes that know their exact place. A thin layer over yaml-cpp that takes only what a config needs (maps,
// lists, scalars) and refuses the rest of YAML (tags, anchors, aliases, merge keys, several documents) with a sentence.
#ifndef TOCSIN_CONFIG_YAML_READER_H_
#define TOCSIN_CONFIG_YAML_READER_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "config/mistakes.h"
#include "tocsin/base/diagnostic.h"

namespace tocsin {

constexpr size_t kMaxYamlDepth = 64;
constexpr size_t kMaxYamlBytes = size_t{256} << 20;

struct YamlEntry;

struct YamlNode {
  enum class Kind {
    kNull,
    kScalar,
    kList,
    kMap,
    kWrong,  // a mistake in it has been reported already: whoever reads it says nothing more
  };
  Kind kind = Kind::kNull;
  bool quoted = false;     // of a scalar: in quotes or a block, so never a number or a truth value
  bool flow = false;       // of a map or list: written with brackets
  bool commented = false;  // of null: a comment stands where the value would
  // Of a scalar its value. Otherwise what to point at: the opening bracket or first character, and of null the name
  // before it.
  SourceText text;
  std::vector<YamlNode> items;     // of a list
  std::vector<YamlEntry> entries;  // of a map, in the order written, each name once

  // The value of `name`, or null.
  const YamlNode* Find(std::string_view name) const;
};

struct YamlEntry {
  SourceText key;
  YamlNode value;
};

// Nothing, and a mistake, when the text is not YAML at all. Otherwise the one document; what is wrong in it is reported
// and left out, or of kind kWrong. An empty document is null. Line ends may be Unix's or Windows'.
std::optional<YamlNode> ReadYaml(std::string_view text, std::string_view name, Mistakes& mistakes);

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_YAML_READER_H_
