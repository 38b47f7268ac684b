// Regular expressions, for `matches` in conditions. The core has none of its own: tocsin::regex (regex/re2.h) brings
// RE2, a host can bring another.
//
//   spec.regex = tocsin::Re2();
#ifndef TOCSIN_EXPR_REGEX_H_
#define TOCSIN_EXPR_REGEX_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

namespace tocsin {

// A compiled pattern. Immutable; Matches may be called from any number of threads at once, and must take time linear in
// the text whatever the pattern: conditions come from users.
class Regex {
 public:
  virtual ~Regex() = default;
  // Whether some part of `text` matches: unanchored, as CEL says.
  virtual bool Matches(std::string_view text) const = 0;
};

class RegexEngine {
 public:
  virtual ~RegexEngine() = default;
  // InvalidArgument with a sentence for people when `pattern` is no pattern or too large. Safe to call from any thread.
  virtual absl::StatusOr<std::unique_ptr<Regex>> Compile(std::string_view pattern) const = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_EXPR_REGEX_H_
