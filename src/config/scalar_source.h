// Where each byte of a YAML scalar's value stands in the file, so that an error inside a condition points at the
// condition and not at the line it begins in, whatever the quotes and folds around it.
#ifndef TOCSIN_CONFIG_SCALAR_SOURCE_H_
#define TOCSIN_CONFIG_SCALAR_SOURCE_H_

#include <cstddef>
#include <string_view>
#include <vector>

namespace tocsin {

enum class ScalarStyle { kPlain, kSingleQuoted, kDoubleQuoted, kBlock };

struct ScalarSource {
  ScalarStyle style = ScalarStyle::kPlain;
  std::vector<size_t> offsets;  // of each byte of the value, and one more: the end of the last
  size_t end = 0;               // the first byte of the file after the scalar
  bool closed = true;           // false for a quoted scalar whose closing quote is missing
};

// `begin` is the scalar's first byte in `file`: its quote, its `|` or `>`, or the first of a plain one; `value` is what
// a YAML parser made of it. Tolerant: it follows the value and the file side by side, and where they part (which a
// parser's quirk could cause) what is left is placed where they parted. Cost: linear.
ScalarSource LocateScalar(std::string_view file, size_t begin, std::string_view value);

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_SCALAR_SOURCE_H_
