// A few short texts to be found among: `plan in ["pro", "team"]`. A lookup compares with one of them, and takes no
// branch that depends on the text but for one of less than 4 bytes.
//
//   std::optional<TextSet> plans = TextSet::Make({"pro", "team"});
//   if (plans->Has("team")) ...
#ifndef TOCSIN_EXPR_TEXT_SET_H_
#define TOCSIN_EXPR_TEXT_SET_H_

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tocsin {

// A text of up to 16 bytes as three numbers, which are all equal only where the texts are.
struct ShortText {
  static constexpr size_t kLongest = 16;

  ShortText() = default;
  // REQUIRES: text.size() <= kLongest.
  [[gnu::always_inline]] explicit ShortText(std::string_view text) : size(text.size()) {
    const char* const begin = text.data();
    if (size >= 4) {
      // Four bytes from the start and from the end, and four more inside of these where there are more than eight;
      // which overlap as they must.
      const char* const last = begin + size - 4;
      const size_t inner = size / 8 * 4;
      head = Four(begin) | Four(begin + inner) << 32;
      tail = Four(last) | Four(last - inner) << 32;
    } else if (size > 0) {
      head = One(begin) | One(begin + size / 2) << 8 | One(begin + size - 1) << 16;
    }
  }

  bool Is(const ShortText& other) const {  // without a branch
    return ((head ^ other.head) | (tail ^ other.tail) | (size ^ other.size)) == 0;
  }

  uint64_t head = 0;
  uint64_t tail = 0;
  uint64_t size = 0;

 private:
  static uint64_t One(const char* at) { return static_cast<unsigned char>(*at); }
  static uint64_t Four(const char* at) {
    uint32_t bytes = 0;
    std::memcpy(&bytes, at, sizeof(bytes));
    return bytes;
  }
};

class TextSet {
 public:
  // Nothing where there are too many texts, or one is longer than ShortText::kLongest.
  static std::optional<TextSet> Make(std::span<const std::string_view> texts);

  bool Has(std::string_view text) const {
    if (text.size() > ShortText::kLongest) return false;
    const ShortText wanted(text);
    return places_[PlaceOf(wanted)].text.Is(wanted);
  }

 private:
  // Some bits of the sum of what a text is: which, is found by trying when the set is made.
  [[gnu::always_inline]] size_t PlaceOf(const ShortText& text) const {
    return static_cast<size_t>((text.head + text.tail + text.size) >> shift_ & mask_);
  }
  bool Place(std::span<const ShortText> texts);

  struct alignas(32) Entry {  // to be found by a shift
    ShortText text;
  };
  std::vector<Entry> places_;  // mask_ + 1; what is free has a size that no text has
  uint64_t mask_ = 0;
  int shift_ = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_EXPR_TEXT_SET_H_
