// What is said of keys: when their groups are forgotten, how many there may be.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/plan_stages.h"

namespace tocsin {
namespace {

template <typename T>
void Lower(const std::optional<T>& limit, std::optional<T>* to) {
  if (limit && (!*to || *limit < **to)) *to = limit;
}

bool IsAttribute(const Catalog& catalog, const std::string& name) {
  for (uint32_t event = 0; event < catalog.events().size(); ++event) {
    if (catalog.FindSlot(event, name)) return true;
  }
  return false;
}

}  // namespace

void PlanKeys(Plan::Layout* layout, std::vector<Diagnostic>* diagnostics) {
  for (const KeySpec& key : layout->spec.keys) {
    auto complain = [&](std::string message) {
      diagnostics->push_back(key.origin.Error(std::move(message), "", "key " + key.name));
    };
    if (!IsAttribute(layout->catalog, key.name)) complain(fmt::format("no event has an attribute '{}'", key.name));
    if (key.expire_after && *key.expire_after <= Duration::zero())
      complain("'expire_after' must be longer than nothing");
    if (key.max_groups && *key.max_groups < 1) complain("'max_groups' must be at least 1");
    for (GroupingPlan& grouping : layout->groupings) {
      if (std::find(grouping.keys.begin(), grouping.keys.end(), key.name) == grouping.keys.end()) continue;
      Lower(key.expire_after, &grouping.expire_after);
      Lower(key.max_groups, &grouping.max_groups);
    }
  }
  const LimitSpec& limits = layout->spec.limits;
  for (const auto& [name, limit] : {std::pair("max_groups", limits.max_groups), {"max_memory", limits.max_memory}}) {
    if (limit && *limit < 1)
      diagnostics->push_back(SourceText().Error(fmt::format("'{}' must be at least 1", name), "", "limits"));
  }
  for (GroupingPlan& grouping : layout->groupings) {
    if (!grouping.keys.empty()) Lower(layout->spec.limits.max_groups, &grouping.max_groups);
    grouping.counted = grouping.max_groups || layout->spec.limits.max_memory;
  }
}

}  // namespace tocsin
