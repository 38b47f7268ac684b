// An event with an attribute of every type, for fuzzers of what reads records.
#ifndef TOCSIN_TESTS_FUZZ_EVERY_TYPE_H_
#define TOCSIN_TESTS_FUZZ_EVERY_TYPE_H_

#include <utility>

#include "tocsin/event/catalog.h"

namespace tocsin::test {

inline EventSpec EventOfEveryType() {
  EventSpec event;
  event.name = "e";
  const std::pair<const char*, Type> attributes[] = {
      {"text", Kind::kString}, {"n", Kind::kInt},       {"x", Kind::kDouble},   {"m", Type::Decimal(3)},
      {"b", Kind::kBool},      {"t", Kind::kTimestamp}, {"d", Kind::kDuration},
  };
  for (const auto& [name, type] : attributes) {
    AttributeSpec attribute;
    attribute.name = name;
    attribute.type = type;
    event.attributes.push_back(attribute);
  }
  return event;
}

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_FUZZ_EVERY_TYPE_H_
