// How much one window of one group takes, by what it holds: the same after a snapshot, in whatever block it lies.
#ifndef TOCSIN_METRIC_WINDOW_BYTES_H_
#define TOCSIN_METRIC_WINDOW_BYTES_H_

#include <cstddef>
#include <cstdint>

#include "metric/pane_pool.h"
#include "metric/text_pool.h"
#include "metric/window_plan.h"

namespace tocsin {

// Panes, totals and sketches, and the texts that it keeps, though others may keep the same. `row`: the group's bytes.
// REQUIRES: the window has been advanced to now. Cost: O(1), but for windows of texts and of sketches, O(panes).
uint64_t HeldBytes(const WindowPlan& plan, std::byte* row, PanePool& pool, TextPool& texts);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_WINDOW_BYTES_H_
