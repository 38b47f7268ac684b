// Windows that come from a snapshot are claimed before anything reads them.
#ifndef TOCSIN_METRIC_CLAIM_WINDOW_H_
#define TOCSIN_METRIC_CLAIM_WINDOW_H_

#include <cstddef>

#include "metric/pane_pool.h"
#include "metric/text_pool.h"
#include "metric/window_plan.h"

namespace tocsin {

// Claims the block and the texts of one window of one row. False where the row's bytes are no window's.
bool ClaimWindow(const WindowPlan& plan, std::byte* row, PanePool& pool, TextPool& texts);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_CLAIM_WINDOW_H_
