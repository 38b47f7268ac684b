// How many of the thresholds of a metric hold for a value.
#ifndef TOCSIN_ENGINE_THRESHOLDS_H_
#define TOCSIN_ENGINE_THRESHOLDS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/layout.h"
#include "tocsin/event/value.h"

namespace tocsin {

inline bool Holds(const Atom& atom, double number) {
  switch (atom.op) {
    case Op::kGreater:
      return number > atom.number;
    case Op::kGreaterEqual:
      return number >= atom.number;
    case Op::kLess:
      return number < atom.number;
    default:
      return number <= atom.number;
  }
}

// All that hold are a beginning of the list. Usually as many as `before`, which two comparisons tell.
inline uint32_t CountHolding(const std::vector<Atom>& atoms, uint32_t before, const Value& value) {
  if (value.absent()) return 0;
  const double number = value.AsDouble();
  auto first = atoms.begin();
  auto last = atoms.end();
  if (before < atoms.size() && Holds(atoms[before], number)) {
    first += before;
  } else if (before > 0 && !Holds(atoms[before - 1], number)) {
    last = atoms.begin() + before;
  } else {
    return before;
  }
  return static_cast<uint32_t>(
      std::partition_point(first, last, [&](const Atom& atom) { return Holds(atom, number); }) - atoms.begin());
}

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_THRESHOLDS_H_
