// What is kept of a rollup: in each row of the finer grouping what it contributes, in each of the coarser one the sum
// of that.
#ifndef TOCSIN_ENGINE_ROLLUP_H_
#define TOCSIN_ENGINE_ROLLUP_H_

#include <cstdint>

#include "engine/layout.h"
#include "metric/exact_sum.h"
#include "tocsin/event/value.h"

namespace tocsin {

// Of one group of the finer grouping. All zero: it does not count.
struct RollupMember {
  int64_t bits = 0;     // of its value; one that grows with time is kept as what `now` has to be added to
  uint32_t coarse = 0;  // the row of the group that it is a part of, plus one
  uint8_t counted = 0;  // `where` holds
  uint8_t truth = 0;    // so does the condition of a share
  uint16_t unused = 0;

  bool operator==(const RollupMember&) const = default;
};

// Of one group of the coarser grouping; behind it an ExactSum, where there is one. There is a block as long as somebody
// is known.
struct RollupTotals {
  uint32_t known = 0;    // members
  uint32_t counted = 0;  // for which `where` holds
  uint32_t truths = 0;
  uint32_t root = 0;  // of the tree of their values, where there is one
};
static_assert(sizeof(RollupMember) == 16 && sizeof(RollupTotals) == 16);

// The value over nobody.
Value ReadEmptyRollup(const RollupPlan& rollup);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_ROLLUP_H_
