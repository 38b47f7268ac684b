#include "rule/wording.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin {

Wording Wording::Compile(const RuleSpec& rule, std::span<const Summary::Name> names,
                         std::vector<Diagnostic>* diagnostics) {
  Wording wording;
  const auto compile = [&](const SourceText& text, std::string_view what) {
    Summary summary = Summary::Compile(text, names, fmt::format("rule {}, {}", rule.name, what), diagnostics);
    for (const uint32_t slot : summary.slots()) wording.slots_.push_back(slot);
    return summary;
  };
  wording.summary_ = compile(rule.summary, "summary");
  for (const auto& [name, text] : rule.annotations) {
    wording.annotations_.emplace_back(name, compile(text, fmt::format("annotation {}", name)));
  }
  std::vector<uint32_t>& slots = wording.slots_;
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return wording;
}

void Wording::Write(std::span<const Value> values, AlertWords* words) const {
  words->summary = summary_.Write(values);
  words->annotations.clear();
  for (const auto& [name, text] : annotations_) words->annotations.emplace_back(name, text.Write(values));
}

}  // namespace tocsin
