// What the stages of the pipeline find wrong, by bytes of the source; Expression::Compile makes diagnostics of them.
#ifndef TOCSIN_EXPR_MISTAKE_H_
#define TOCSIN_EXPR_MISTAKE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace tocsin {

struct Mistake {
  size_t offset = 0;
  size_t length = 0;
  std::string message;
  std::string hint;
};

using Mistakes = std::vector<Mistake>;

}  // namespace tocsin

#endif  // TOCSIN_EXPR_MISTAKE_H_
