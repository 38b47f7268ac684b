#ifndef TOCSIN_EXPR_TEXT_ARENA_H_
#define TOCSIN_EXPR_TEXT_ARENA_H_

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace tocsin {

// Text and lists that an evaluation makes. Bounded, so that no expression can take the host's memory.
class TextArena {
 public:
  static constexpr size_t kBlock = 4096;
  static constexpr size_t kLimit = size_t{1} << 20;

  // Nothing when the limit is reached.
  char* Take(size_t size);
  // Room for `count` of what needs an alignment of up to 8; not made yet.
  template <typename T>
  T* TakeItems(size_t count) {
    static_assert(alignof(T) <= 8 && kBlock % 8 == 0);
    if (count > kLimit / sizeof(T)) {
      exhausted_ = true;
      return nullptr;
    }
    if (used_ % 8 != 0) used_ += 8 - used_ % 8;
    return reinterpret_cast<T*>(Take(count * sizeof(T)));
  }
  void Clear();
  // Whether it has given nothing since it was cleared.
  bool exhausted() const { return exhausted_; }

 private:
  std::vector<std::pair<std::unique_ptr<char[]>, size_t>> blocks_;  // kept by Clear
  size_t block_ = 0;
  size_t used_ = 0;   // of the block
  size_t taken_ = 0;  // of all
  bool exhausted_ = false;
};

}  // namespace tocsin

#endif  // TOCSIN_EXPR_TEXT_ARENA_H_
