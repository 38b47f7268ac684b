// What an engine keeps of derived events: open attempts and sessions, events that are held for patterns, and those that
// have been made and wait, within one call, to be applied.
#ifndef TOCSIN_ENGINE_DERIVED_STATE_H_
#define TOCSIN_ENGINE_DERIVED_STATE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "derive/attempts.h"
#include "derive/sessions.h"
#include "engine/derived_plan.h"
#include "engine/reorder_buffer.h"
#include "engine/timers.h"
#include "tocsin/event/event.h"

namespace tocsin {

struct DerivedState {
  explicit DerivedState(const DerivedPlan& plan) {
    for (const PatternPlan& pattern : plan.patterns) attempts.push_back(std::make_unique<Attempts>(pattern));
    for (const SessionPlan& session : plan.sessions) sessions.push_back(std::make_unique<Sessions>(session));
    for (const Duration delay : plan.lanes) lanes.emplace_back(delay);
    pattern_timers.resize(plan.patterns.size());
    lane_timers.resize(plan.lanes.size());
  }

  std::vector<std::unique_ptr<Attempts>> attempts;  // by pattern
  std::vector<std::unique_ptr<Sessions>> sessions;  // by session
  std::vector<ReorderBuffer> lanes;
  std::vector<std::optional<Time>> pattern_timers;  // the earliest that is set for each
  std::vector<std::optional<Time>> lane_timers;
  uint64_t made = 0;  // since the beginning

  // Within one call.
  struct Made {
    size_t view = 0;  // in `batch`
    uint32_t rank = 0;
    uint64_t order = 0;  // among those of one group
    uint32_t key = 0;    // where that begins in `keys`, and how long it is
    uint32_t key_size = 0;
  };
  EventBatch batch;
  std::string keys;             // of what is fresh, where there are several
  std::vector<Made> fresh;      // not in order yet
  std::vector<size_t> waiting;  // views, the next one last
  bool applying = false;
  std::vector<uint32_t> due;        // patterns with deadlines in the instant that is being closed
  std::vector<Timer> due_sessions;  // sessions whose timers ring in it
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_DERIVED_STATE_H_
