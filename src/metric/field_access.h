// A field at its offset, in a pane's partial or in the totals.
#ifndef TOCSIN_METRIC_FIELD_ACCESS_H_
#define TOCSIN_METRIC_FIELD_ACCESS_H_

#include <cstddef>

namespace tocsin {

template <typename T>
T& FieldAt(std::byte* base, size_t offset) {
  return *reinterpret_cast<T*>(base + offset);
}
template <typename T>
const T& FieldAt(const std::byte* base, size_t offset) {
  return *reinterpret_cast<const T*>(base + offset);
}

}  // namespace tocsin

#endif  // TOCSIN_METRIC_FIELD_ACCESS_H_
