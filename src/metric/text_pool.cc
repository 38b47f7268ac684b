#include "metric/text_pool.h"

namespace tocsin {

uint32_t TextPool::Acquire(std::string_view text) {
  const uint32_t number = texts_.FindOrAdd(text) + 1;
  ++Refs(number);
  return number;
}

void TextPool::Release(uint32_t number) {
  if (--Refs(number) == 0) texts_.Remove(number - 1);
}

bool TextPool::Load(ByteReader* in) {
  if (!texts_.Load(in)) return false;
  texts_.ForEach([&](uint32_t row) { Refs(row + 1) = 0; });
  return true;
}

bool TextPool::Claim(uint32_t number) {
  if (!contains(number)) return false;
  AddRef(number);
  return true;
}

bool TextPool::EndClaims() const {
  bool all = true;
  texts_.ForEach([&](uint32_t row) { all = all && Refs(row + 1) != 0; });
  return all;
}

}  // namespace tocsin
