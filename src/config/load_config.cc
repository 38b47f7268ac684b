#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "config/cover_secrets.h"
#include "config/default_regex.h"
#include "config/map_reader.h"
#include "config/read_config.h"
#include "fmt/format.h"
#include "tocsin/config/config.h"

namespace tocsin {
namespace {

const MapKeys& TopKeys() {
  static const MapKeys kKeys = {"a config",
                                "{events: …, metrics: …, rules: …}",
                                {"version", "ingest", "sources", "events", "keys", "profiles", "metrics", "patterns",
                                 "sessions", "rules", "receivers", "route", "limits", "strict_cel"},
                                {"time_intervals", "inhibit", "silences", "store", "settle", "journal"}};
  return kKeys;
}

void ReadVersion(MapReader& reader, Mistakes& mistakes) {
  const auto version = reader.Text("version", "1");
  if (version && version->text() != "1") {
    mistakes.Add(*version, fmt::format("this is version 1 of configs, and {} is not known", Shown(version->text())),
                 "write 'version: 1'");
  }
}

absl::StatusOr<Config> Finish(std::string_view yaml, ReadResult result, Mistakes& mistakes) {
  std::vector<Diagnostic> diagnostics = mistakes.Take();
  if (result.complete) {
    const std::vector<Diagnostic> found = FindMistakes(result.config);
    diagnostics.insert(diagnostics.end(), found.begin(), found.end());
    SortMistakes(&diagnostics);
  }
  CoverSecrets(yaml, &diagnostics);
  if (!diagnostics.empty()) return ToStatus(diagnostics);
  return std::move(result.config);
}

}  // namespace

ReadResult ReadConfig(std::string_view yaml, std::string_view name, Mistakes& mistakes) {
  ReadResult result;
  const std::optional<YamlNode> root = ReadYaml(yaml, name, mistakes);
  if (!root || root->kind == YamlNode::Kind::kWrong) {
    result.complete = false;
    return result;
  }
  if (root->kind != YamlNode::Kind::kMap) {
    result.complete = false;
    if (root->kind == YamlNode::Kind::kNull) {
      Diagnostic empty;
      empty.file = name;
      empty.message = "the config is empty; it needs at least 'events', 'metrics' and 'rules'";
      mistakes.Add(std::move(empty));
    } else {
      ReportKind(*root, "config", "a map of sections such as events:, metrics: and rules:", mistakes);
    }
    return result;
  }
  MapReader reader(*root, SourceText("config"), TopKeys(), mistakes);
  result.complete = !reader.refused_a_key();
  ReadVersion(reader, mistakes);
  result.config.engine.strict_cel = reader.Bool("strict_cel").value_or(false);
  using Section = void (*)(const YamlNode&, ReadResult*, Mistakes&);
  constexpr std::pair<std::string_view, Section> kSections[] = {
      {"ingest", ReadIngest},     {"sources", ReadSources}, {"events", ReadEvents},       {"keys", ReadKeys},
      {"profiles", ReadProfiles}, {"metrics", ReadMetrics}, {"patterns", ReadPatterns},   {"sessions", ReadSessions},
      {"rules", ReadRules},       {"limits", ReadLimits},   {"receivers", ReadReceivers}, {"route", ReadRoute},
  };
  for (const auto& [key, read] : kSections) {
    const YamlNode* section = root->Find(key);
    if (section == nullptr) continue;
    if (section->kind == YamlNode::Kind::kWrong) result.complete = false;
    read(*section, &result, mistakes);
  }
  return result;
}

absl::StatusOr<Config> ParseConfig(std::string_view yaml, std::string_view name, const HostParts& host) {
  Mistakes mistakes;
  ReadResult result = ReadConfig(yaml, name, mistakes);
  result.config.engine.functions = host.functions;
  result.config.engine.regex = host.regex != nullptr ? host.regex : DefaultRegex();
  return Finish(yaml, std::move(result), mistakes);
}

absl::StatusOr<Config> LoadConfig(const std::string& path, const HostParts& host) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  // A folder can be opened but not read; an empty file has nothing to copy, which a stream takes for a failure.
  if (stream && stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
  if (!stream.is_open() || stream.bad() || text.fail()) {
    return absl::NotFoundError(fmt::format("cannot read the config '{}'", path));
  }
  return ParseConfig(text.str(), path, host);
}

}  // namespace tocsin
