// Summaries, and annotations, which are written the same way: text with named places, "{customer} refunded
// {refunds_24h:.2f} in a day". A place is a name (with dots) and, after a colon, fmt's format specification for the
// type of what it names; "{{" and "}}" stand for themselves. Compiled and tried once when the plan is made, so that
// writing one later cannot fail.
#ifndef TOCSIN_RULE_SUMMARY_H_
#define TOCSIN_RULE_SUMMARY_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/base/diagnostic.h"
#include "tocsin/event/type.h"
#include "tocsin/event/value.h"

namespace tocsin {

class Summary {
 public:
  // What a place may name.
  struct Name {
    std::string name;
    Type type;
    uint32_t slot = 0;
  };

  Summary() = default;
  // Adds each mistake to `diagnostics`; what is returned then must not be written.
  static Summary Compile(const SourceText& source, std::span<const Name> names, std::string_view description,
                         std::vector<Diagnostic>* diagnostics);

  bool empty() const { return parts_.empty(); }
  // The slots that it shows, in the order of the text.
  std::vector<uint32_t> slots() const;
  // `values` by slot. An absent value is written as "no data", whatever its specification.
  std::string Write(std::span<const Value> values) const;

  struct Part {
    std::string text;    // literal, or
    std::string format;  // "{:.2f}" for a place
    uint32_t slot = 0;
  };

 private:
  std::vector<Part> parts_;
};

}  // namespace tocsin

#endif  // TOCSIN_RULE_SUMMARY_H_
