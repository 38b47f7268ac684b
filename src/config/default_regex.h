// Which regular expressions a config has where its host says nothing: RE2's, if that was built in.
#ifndef TOCSIN_CONFIG_DEFAULT_REGEX_H_
#define TOCSIN_CONFIG_DEFAULT_REGEX_H_

#include <memory>

#include "tocsin/expr/regex.h"
#if defined(TOCSIN_WITH_RE2)
#include "tocsin/expr/re2.h"
#endif

namespace tocsin {

inline std::shared_ptr<const RegexEngine> DefaultRegex() {
#if defined(TOCSIN_WITH_RE2)
  return Re2();
#else
  return nullptr;
#endif
}

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_DEFAULT_REGEX_H_
