#include "expr/text_arena.h"

namespace tocsin {

char* TextArena::Take(size_t size) {
  if (size > kLimit - taken_) {
    exhausted_ = true;
    return nullptr;
  }
  taken_ += size;
  while (block_ < blocks_.size() && blocks_[block_].second < used_ + size) {
    ++block_;
    used_ = 0;
  }
  if (block_ == blocks_.size()) {
    const size_t block = size > kBlock ? size : kBlock;
    blocks_.emplace_back(std::make_unique<char[]>(block), block);
    used_ = 0;
  }
  char* const taken = blocks_[block_].first.get() + used_;
  used_ += size;
  return taken;
}

void TextArena::Clear() {
  block_ = used_ = taken_ = 0;
  exhausted_ = false;
}

}  // namespace tocsin
