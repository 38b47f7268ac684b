// What other tools call the aggregates, so that who is used to them is told what to write: `median`, `p95`, `avg`.
#ifndef TOCSIN_METRIC_AGGREGATE_WORDS_H_
#define TOCSIN_METRIC_AGGREGATE_WORDS_H_

#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

// A hint for an aggregate that is none: the word for it among `names`, or the closest of them; empty where there is
// neither. `argument` is what a quantile would be taken of: empty over groups.
std::string HintForAggregate(std::string_view word, const std::vector<std::string>& names, std::string_view argument);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_AGGREGATE_WORDS_H_
