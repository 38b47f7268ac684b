#include "expr/text_set.h"

#include <algorithm>

namespace tocsin {

std::optional<TextSet> TextSet::Make(std::span<const std::string_view> texts) {
  constexpr size_t kMost = 64;
  constexpr int kMostBits = 12;
  std::vector<ShortText> shorts;
  for (const std::string_view text : texts) {
    if (text.size() > ShortText::kLongest) return std::nullopt;
    const ShortText one(text);
    const bool known = std::any_of(shorts.begin(), shorts.end(), [&](const ShortText& other) { return other.Is(one); });
    if (!known) shorts.push_back(one);
  }
  if (shorts.size() > kMost) return std::nullopt;
  TextSet set;
  for (int bits = 0; bits <= kMostBits; ++bits) {
    set.mask_ = (uint64_t{1} << bits) - 1;
    for (set.shift_ = 0; set.shift_ < 64; ++set.shift_) {
      if (set.Place(shorts)) return set;
    }
  }
  return std::nullopt;
}

// False where two texts would come to one place.
bool TextSet::Place(std::span<const ShortText> texts) {
  Entry free;
  free.text.size = ShortText::kLongest + 1;
  places_.assign(mask_ + 1, free);
  for (const ShortText& text : texts) {
    ShortText& place = places_[PlaceOf(text)].text;
    if (place.size <= ShortText::kLongest) return false;
    place = text;
  }
  return true;
}

}  // namespace tocsin
