// Runs a program. Its only entry point is Run; what it keeps between runs is Scratch::Memory.
#ifndef TOCSIN_EXPR_EVALUATE_H_
#define TOCSIN_EXPR_EVALUATE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "expr/program.h"
#include "tocsin/event/value.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

// Text that an evaluation makes. Bounded, so that no expression can take the host's memory.
class TextArena {
 public:
  static constexpr size_t kBlock = 4096;
  static constexpr size_t kLimit = size_t{1} << 20;

  // Nothing when the limit is reached.
  char* Take(size_t size);
  void Clear();

 private:
  std::vector<std::pair<std::unique_ptr<char[]>, size_t>> blocks_;  // kept by Clear
  size_t block_ = 0;
  size_t used_ = 0;   // of the block
  size_t taken_ = 0;  // of all
};

struct Scratch::Memory {
  std::vector<Register> registers;
  TextArena arena;
  std::vector<Value> padded;  // the variables, where fewer were given than the program may read
};

Result Run(const Program& program, std::span<const Value> variables, Time now, Scratch::Memory* memory);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_EVALUATE_H_
