// Groupings while a plan is made: found by their keys, made where there is none yet.
#ifndef TOCSIN_ENGINE_PLAN_GROUPINGS_H_
#define TOCSIN_ENGINE_PLAN_GROUPINGS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/layout.h"

namespace tocsin {

class Groupings {
 public:
  Groupings(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics)
      : layout_(*layout), diagnostics_(*diagnostics) {}

  // The grouping of these keys, each of which must be an attribute of every one of `events`. `description`: "metric
  // big, by". Nothing, with mistakes added, when one is not.
  std::optional<uint32_t> Find(const std::vector<SourceText>& by, const std::vector<uint32_t>& events,
                               const std::string& description);
  // The same of an event that there is not yet.
  std::optional<uint32_t> FindFor(const std::vector<SourceText>& by, const EventSpec& event,
                                  const std::string& description);

  // The grouping of these keys, in order of their names, which group elsewhere already.
  uint32_t Of(std::vector<std::string> keys, std::vector<Kind> kinds);

 private:
  using Events = std::vector<const EventSpec*>;
  std::optional<uint32_t> Find(const std::vector<SourceText>& by, const Events& events, const std::string& description);
  std::optional<Kind> KindOf(const SourceText& key, const Events& events, const std::string& description);
  std::optional<Kind> KindOfProfile(const SourceText& key, const Events& events, const std::string& description);

  Plan::Layout& layout_;
  std::vector<Diagnostic>& diagnostics_;
  std::map<std::vector<std::string>, uint32_t> by_keys_;
  std::map<std::string, Kind> kinds_;  // of every attribute that groups
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_PLAN_GROUPINGS_H_
