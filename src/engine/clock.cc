// Time: docs/semantics.md, section 1.
#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/state.h"

namespace tocsin {

constexpr Duration kMinute = std::chrono::minutes(1);

void Engine::State::Start(Time t) {
  now = t;
  started = true;
  closed = false;
  if (layout.any_rule_reads_now) timers.Set({RoundUp(t, kMinute), Timer::Kind::kMinute, 0, 0});
  if (observer != nullptr && tick > Duration::zero()) timers.Set({RoundUp(t, tick), Timer::Kind::kTick, 0, 0});
}

void Engine::State::MoveTo(Time t) {
  if (!closed) CloseInstant();
  for (std::optional<Time> next = timers.Next(); next && *next < t; next = timers.Next()) {
    now = *next;
    CloseInstant();
  }
  now = t;
  closed = false;
}

void Engine::State::CloseInstant() {
  closed = true;
  due.clear();
  timers.TakeDue(now, &due);
  to_evaluate.clear();
  std::swap(to_evaluate, awaited);
  deadlines.clear();
  bool ticked = false;
  for (const Timer& timer : due) {
    switch (timer.kind) {
      case Timer::Kind::kExit: {
        const WindowPlan& window = layout.windows[timer.index];
        WindowInRow state(window, groups[window.grouping].row(timer.row), pool);
        if (state.timer() != timer.time) break;  // another, earlier one was set since
        state.ClearTimer();
        state.AdvanceTo(now);
        for (uint32_t rule : layout.window_rules[timer.index]) to_evaluate.push_back({rule, timer.row});
        SetExitTimer(window, timer.index, timer.row, &state);
        break;
      }
      case Timer::Kind::kDeadline:
        deadlines.push_back({timer.index, timer.row});
        break;
      case Timer::Kind::kMinute:
        for (uint32_t rule = 0; rule < layout.rules.size(); ++rule) {
          if (!layout.rules[rule].reads_now) continue;
          uint32_t count = groups[layout.rules[rule].grouping].size();
          for (uint32_t row = 0; row < count; ++row) to_evaluate.push_back({rule, row});
        }
        timers.Set({SaturatingAdd(timer.time, kMinute), Timer::Kind::kMinute, 0, 0});
        break;
      case Timer::Kind::kTick:
        ticked = true;
        if (tick > Duration::zero()) timers.Set({SaturatingAdd(timer.time, tick), Timer::Kind::kTick, 0, 0});
        break;
    }
  }
  Order(&to_evaluate);
  for (RuleRow which : to_evaluate) {
    Alert(which).awaited = false;
    Evaluate(which);
  }
  Order(&deadlines);
  for (RuleRow which : deadlines) {
    if (ReachDeadline(Alert(which), now, layout.rules[which.rule].hold) != AlertStep::kFire) continue;
    --pending;
    ++firing;
    Tell(which, Change::kFiring);
  }
  if (ticked && observer != nullptr) observer->OnTick(now);
}

void Engine::State::SetExitTimer(const WindowPlan& plan_of_window, uint32_t window, uint32_t row, WindowInRow* state) {
  if (!plan_of_window.timed) return;
  std::optional<Time> exit = state->NextExit();
  if (!exit || (state->timer() && *state->timer() <= *exit)) return;
  state->SetTimer(*exit);
  timers.Set({*exit, Timer::Kind::kExit, window, row});
}

}  // namespace tocsin
