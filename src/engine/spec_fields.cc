#include "engine/spec_fields.h"

#include <algorithm>
#include <utility>

namespace tocsin {

std::string_view FirstGiven(const MetricSpec& spec, std::initializer_list<std::string_view> fields) {
  const std::pair<std::string_view, bool> all[] = {
      {"event", !spec.events.empty()},        {"value", !spec.value.empty()}, {"over", !spec.over.empty()},
      {"aggregate", !spec.aggregate.empty()}, {"where", !spec.where.empty()}, {"window", spec.window || spec.calendar},
      {"last", spec.last.has_value()},        {"by", !spec.by.empty()},       {"every", spec.every.has_value()},
  };
  for (const auto& [field, is_given] : all) {
    if (is_given && std::find(fields.begin(), fields.end(), field) != fields.end()) return field;
  }
  return {};
}

}  // namespace tocsin
