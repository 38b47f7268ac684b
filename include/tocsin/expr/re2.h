// RE2's regular expressions for `matches` in conditions: target tocsin::regex, CMake option TOCSIN_WITH_RE2.
//
//   config->engine.regex = tocsin::Re2();
#ifndef TOCSIN_EXPR_RE2_H_
#define TOCSIN_EXPR_RE2_H_

#include <memory>

#include "tocsin/expr/regex.h"

namespace tocsin {

// Matching takes time linear in the text, whatever the pattern. A pattern that would need more than 1 MiB is refused.
std::shared_ptr<const RegexEngine> Re2();

}  // namespace tocsin

#endif  // TOCSIN_EXPR_RE2_H_
