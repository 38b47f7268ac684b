// KeptTexts: texts that attempts and sessions keep, as numbers. Memory is used again; what is freed is wiped out.
#ifndef TOCSIN_DERIVE_KEPT_TEXTS_H_
#define TOCSIN_DERIVE_KEPT_TEXTS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_io.h"
#include "event/value_io.h"
#include "tocsin/event/value.h"

namespace tocsin {

class KeptTexts {
 public:
  uint32_t Keep(std::string_view text) {
    if (free_.empty()) {
      texts_.emplace_back(text);
      return static_cast<uint32_t>(texts_.size() - 1);
    }
    const uint32_t number = free_.back();
    free_.pop_back();
    texts_[number] = text;
    return number;
  }
  // REQUIRES of both: a number that is kept. A text is valid until the next Keep.
  std::string_view Text(uint32_t number) const { return texts_[number]; }
  void Free(uint32_t number) {
    std::fill(texts_[number].begin(), texts_[number].end(), '\0');
    texts_[number].clear();
    free_.push_back(number);
  }

  // A value as 64 bits, and back. `type` is the value's.
  uint64_t ToBits(const Value& value) {
    return value.kind() == Kind::kString ? Keep(value.AsString()) : static_cast<uint64_t>(ScalarBits(value));
  }
  Value FromBits(Type type, uint64_t bits) const {
    if (type.kind == Kind::kString) return Value::String(Text(static_cast<uint32_t>(bits)));
    return ScalarOf(type.kind, type.digits, static_cast<int64_t>(bits)).value_or(Value());
  }

 private:
  std::vector<std::string> texts_;
  std::vector<uint32_t> free_;
};

}  // namespace tocsin

#endif  // TOCSIN_DERIVE_KEPT_TEXTS_H_
