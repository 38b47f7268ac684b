// What the sections that declare metrics, rules, keys and limits read alike: counts, sizes, choices of a word, and keys
// that do not go together. Each function says what is wrong and then gives nothing, or false.
#ifndef TOCSIN_CONFIG_SPEC_VALUES_H_
#define TOCSIN_CONFIG_SPEC_VALUES_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "config/map_reader.h"
#include "config/mistakes.h"
#include "config/yaml_reader.h"
#include "tocsin/base/time.h"

namespace tocsin {

// A whole number, at least `least` and at most `most`: "20".
std::optional<int64_t> ReadCount(MapReader& reader, std::string_view key, int64_t least, int64_t most,
                                 Mistakes& mistakes);
// A number of bytes: "64MB" (millions), "64MiB" (2^20), "4096".
std::optional<int64_t> ReadBytes(MapReader& reader, std::string_view key, Mistakes& mistakes);
// A duration longer than 0.
std::optional<Duration> ReadSpan(MapReader& reader, std::string_view key, std::string_view kind, Mistakes& mistakes);
// One of `words`, as its index.
std::optional<size_t> ReadChoice(MapReader& reader, std::string_view key, std::initializer_list<std::string_view> words,
                                 Mistakes& mistakes);
// One name or a list of them, at least one. Empty when the key is not there, or when a name had to be left out.
std::vector<SourceText> ReadSomeNames(MapReader& reader, std::string_view key, std::string_view example,
                                      Mistakes& mistakes);

// A key and why it is out of place.
struct Misplaced {
  std::string_view key;
  std::string_view hint;
};
// Where `present` stands in the map, none of `others` may: true when none does.
bool RefuseBeside(const YamlNode& map, std::string_view present, std::initializer_list<Misplaced> others,
                  Mistakes& mistakes);
// Where `absent` does not stand in the map, none of `others` may: true when none does.
bool RefuseWithout(const YamlNode& map, std::string_view absent, std::initializer_list<Misplaced> others,
                   Mistakes& mistakes);

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_SPEC_VALUES_H_
