// Values that stand with the time of their event: the newest of a window, the oldest of each pane and of the window.
//
// A text is held by whoever shows it last when it is let go: the newest by the totals, the oldest by its pane, of which
// the totals keep a copy; in a window without panes by the totals.
#ifndef TOCSIN_METRIC_STAMPED_VALUE_H_
#define TOCSIN_METRIC_STAMPED_VALUE_H_

#include <cstddef>

#include "metric/text_pool.h"
#include "metric/window_plan.h"
#include "tocsin/base/time.h"

namespace tocsin {

// An event's value into a kNewestValue. `totals` and `partial` are the beginnings of all of a window's.
void AddNewest(const FieldPlan& field, std::byte* totals, Time time, const Argument& argument, TextPool& texts);
// Into a kOldestValue; `partial` is null in a window without panes.
void AddOldest(const FieldPlan& field, std::byte* totals, std::byte* partial, Time time, const Argument& argument,
               TextPool& texts);
// A pane leaves: its text is let go. True when it held the oldest, which is not known then.
bool RemoveOldest(const FieldPlan& field, std::byte* totals, const std::byte* partial, TextPool& texts);
// Two panes are about to be merged: the text that goes is let go.
void LetTextGo(const FieldPlan& field, const std::byte* into, const std::byte* partial, TextPool& texts);

}  // namespace tocsin

#endif  // TOCSIN_METRIC_STAMPED_VALUE_H_
