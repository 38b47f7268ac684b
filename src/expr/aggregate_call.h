// How a metric's `aggregate:` is written: a name, or a name with arguments, each of which is an expression of its own.
#ifndef TOCSIN_EXPR_AGGREGATE_CALL_H_
#define TOCSIN_EXPR_AGGREGATE_CALL_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/base/diagnostic.h"

namespace tocsin {

// Bytes of a source text.
struct SourceSlice {
  size_t offset = 0;
  size_t length = 0;
};

struct AggregateCall {
  std::string name;                    // "sum"
  SourceSlice place;                   // of the name
  bool called = false;                 // with parentheses: "count()" has them, "count" has not
  std::vector<SourceSlice> arguments;  // trimmed; source.Sub(offset, length) is what Expression::Compile takes
};

// Splits "quantile(0.95, actual / expected)" into its name and arguments. Which names there are, and what their
// arguments must be, is for the caller to say. Nothing, and a mistake added, for what is not of this form.
// `description` names the text where it has no file.
std::optional<AggregateCall> ParseAggregateCall(const SourceText& source, std::string_view description,
                                                std::vector<Diagnostic>* diagnostics);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_AGGREGATE_CALL_H_
