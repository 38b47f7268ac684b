#include "tocsin/route/route_spec.h"

namespace tocsin {

const SourceText* NotifierSpec::Find(std::string_view name) const {
  for (const auto& [key, value] : options) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace tocsin
