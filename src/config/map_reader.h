// MapReader: takes the entries of one map of a config by name and kind, and says what is wrong with each in the words
// of that entry. Everything that YAML would guess at (numbers, truth values) is decided here, by the text as it was
// written.
#ifndef TOCSIN_CONFIG_MAP_READER_H_
#define TOCSIN_CONFIG_MAP_READER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/mistakes.h"
#include "config/yaml_reader.h"
#include "tocsin/base/time.h"

namespace tocsin {

// What may stand in a kind of map.
struct MapKeys {
  std::string_view where;                   // "a rule"
  std::string_view example;                 // "{when: refunds_24h > 500}"
  std::vector<std::string_view> supported;  // in the order in which a person would like to read them
  std::vector<std::string_view> planned;    // known, and refused by name
};

class MapReader {
 public:
  // Reports a node that is no map, and every key that is not supported. `name` is what the node is the value of.
  // Node, keys and mistakes must outlive the reader.
  MapReader(const YamlNode& node, SourceText name, const MapKeys& keys, Mistakes& mistakes);

  // False when the node is no map, or one that is of no use.
  bool usable() const { return usable_; }
  // True when a key was refused: what is missing may have been meant by it.
  bool refused_a_key() const { return refused_a_key_; }

  // The value of a supported key, or null when it is not there or a mistake in it has been reported.
  const YamlNode* Find(std::string_view key) const;
  // Says that `key` must be there, when it is not, unless it may have been meant by a key that was refused.
  void Require(std::string_view key, std::string_view example);

  // Each gives nothing when the key is not there, or is wrong and has been reported. `kind` completes the sentence
  // "'when' must be …".
  std::optional<SourceText> Text(std::string_view key, std::string_view kind);
  std::optional<Duration> ReadDuration(std::string_view key, std::string_view kind);
  std::optional<bool> Bool(std::string_view key);
  std::optional<double> Number(std::string_view key);

 private:
  void CheckKeys();

  const YamlNode& node_;
  SourceText name_;
  const MapKeys& keys_;
  Mistakes& mistakes_;
  bool usable_ = false;
  bool refused_a_key_ = false;
};

// Says that `key` must be `kind` ("a duration such as 24h"), which `node` is not, with what its author may have meant.
void ReportKind(const YamlNode& node, std::string_view key, std::string_view kind, Mistakes& mistakes);

// A scalar's text, whatever its kind; else reports.
std::optional<SourceText> ReadText(const YamlNode& node, std::string_view key, std::string_view kind,
                                   Mistakes& mistakes);
// The entries of a map of names ("events", "rules"), or none and a mistake. `example` shows what one looks like.
const std::vector<YamlEntry>& NamedEntries(const YamlNode& node, std::string_view key, std::string_view example,
                                           Mistakes& mistakes);
// One name, or a list of them. `example` shows what a list looks like.
std::vector<SourceText> ReadNames(const YamlNode& node, std::string_view key, Mistakes& mistakes,
                                  std::string_view example = "[country]");
// True for what conditions can read as a name: letters, digits and '_', not beginning with a digit. Else says so, of a
// "metric" or "label".
bool CheckName(const SourceText& name, std::string_view of_what, Mistakes& mistakes);
// A text of the user's inside a message: in quotes, and not longer than a line.
std::string Shown(std::string_view text);
// "24h"; a bare number, a blank, a capital letter or a word for a unit gets the correction.
std::optional<Duration> ParseDurationText(const SourceText& text, std::string_view key, Mistakes& mistakes);

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_MAP_READER_H_
