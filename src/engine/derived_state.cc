// What is kept for derived events, through snapshots, reloads and forgetting.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "engine/derived_host.h"
#include "engine/state.h"

namespace tocsin {
namespace {

bool SameEvent(const EventSpec& a, const EventSpec& b) {
  return a.name == b.name && std::equal(a.attributes.begin(), a.attributes.end(), b.attributes.begin(),
                                        b.attributes.end(), [](const AttributeSpec& x, const AttributeSpec& y) {
                                          return x.name == y.name && x.type == y.type;
                                        });
}

}  // namespace

// --- groups ----------------------------------------------------------------------------------------------------------

bool Engine::State::HoldsOpen(uint32_t grouping, uint32_t row) {
  const GroupingPlan& plan_of_grouping = layout.groupings[grouping];
  for (const uint32_t p : plan_of_grouping.patterns) {
    // Those whose end is no match may still be there when they are over.
    const Time decided = started ? DecidedUntil(layout.derived.patterns[p].reorder) : Time::min();
    if (derived.attempts[p]->AnyAfter(PatternHeads(p, row), decided)) return true;
  }
  return std::any_of(plan_of_grouping.sessions.begin(), plan_of_grouping.sessions.end(),
                     [&](uint32_t s) { return derived.sessions[s]->IsOpen(*SessionHandle(s, row)); });
}

void Engine::State::WatchGroup(uint32_t grouping, uint32_t row) {
  const GroupingPlan& plan_of_grouping = layout.groupings[grouping];
  if (plan_of_grouping.counted || plan_of_grouping.expire_after) SetGroupTimer(grouping, row);
}

Time Engine::State::OpenUntil(uint32_t grouping, uint32_t row) {
  Time until = Time::min();
  for (const uint32_t p : layout.groupings[grouping].patterns) {
    until = std::max(
        until, SaturatingAdd(derived.attempts[p]->Latest(PatternHeads(p, row)), layout.derived.patterns[p].reorder));
  }
  for (const uint32_t s : layout.groupings[grouping].sessions) {
    const uint32_t handle = *SessionHandle(s, row);
    if (derived.sessions[s]->IsOpen(handle)) until = std::max(until, derived.sessions[s]->End(handle));
  }
  return until;
}

bool Engine::State::Remembers(uint32_t grouping, uint32_t row) {
  const std::vector<uint32_t>& sessions = layout.groupings[grouping].sessions;
  return std::any_of(sessions.begin(), sessions.end(), [&](uint32_t s) { return *SessionHandle(s, row) != 0; });
}

void Engine::State::DropDerived(uint32_t grouping, uint32_t row) {
  for (const uint32_t p : layout.groupings[grouping].patterns) derived.attempts[p]->Drop(PatternHeads(p, row));
  for (const uint32_t s : layout.groupings[grouping].sessions) derived.sessions[s]->Drop(SessionHandle(s, row));
}

// What attempts of other groups keep of somebody. Their groups' own have gone with them.
void Engine::State::ForgetDerived(std::string_view key, std::string_view value) {
  for (uint32_t p = 0; p < derived.attempts.size(); ++p) {
    DerivedHost host(*this, p);
    derived.attempts[p]->Forget(key, value, &host);
  }
}

// --- snapshots -------------------------------------------------------------------------------------------------------

void Engine::State::SaveDerived(ByteWriter* out) const {
  out->Put(derived.made);
  for (const auto& attempts : derived.attempts) attempts->Save(out);
  for (uint32_t s = 0; s < derived.sessions.size(); ++s) {
    const SessionPlan& session = layout.derived.sessions[s];
    const GroupTable& table = groups[session.grouping];
    derived.sessions[s]->SaveCounters(out);
    std::vector<std::pair<uint32_t, uint32_t>> kept;  // row, handle
    for (uint32_t row = 0; row < table.end(); ++row) {
      if (!table.alive(row)) continue;
      const uint32_t handle = *reinterpret_cast<const uint32_t*>(table.row(row) + session.row_offset);
      if (handle != 0) kept.emplace_back(row, handle);
    }
    out->Put<uint64_t>(kept.size());
    for (const auto& [row, handle] : kept) {
      out->Put(row);
      derived.sessions[s]->Save(handle, out);
    }
  }
  for (const ReorderBuffer& lane : derived.lanes) lane.Save(out);
  const auto put_times = [&](const std::vector<std::optional<Time>>& times) {
    for (const std::optional<Time>& time : times) {
      out->Put<uint8_t>(time ? 1 : 0);
      out->Put(time ? ToNanos(*time) : 0);
    }
  };
  put_times(derived.pattern_timers);
  put_times(derived.lane_timers);
}

// The rows have been read: what they hold of lists is of the engine that wrote them, and is made anew.
bool Engine::State::LoadDerived(ByteReader* in) {
  for (uint32_t g = 0; g < groups.size(); ++g) {
    for (uint32_t row = 0; row < groups[g].end(); ++row) {
      if (!groups[g].alive(row)) continue;
      for (const uint32_t p : layout.groupings[g].patterns)
        std::fill_n(PatternHeads(p, row), layout.derived.patterns[p].lists(), 0u);
      for (const uint32_t s : layout.groupings[g].sessions) *SessionHandle(s, row) = 0;
    }
  }
  derived.made = in->Get<uint64_t>();
  for (uint32_t p = 0; p < derived.attempts.size(); ++p) {
    const GroupTable& table = groups[layout.derived.patterns[p].grouping];
    const auto is_row = [&](uint32_t row) { return row < table.end() && table.alive(row); };
    DerivedHost host(*this, p);
    if (!derived.attempts[p]->Load(in, is_row, &host)) return false;
  }
  for (uint32_t s = 0; s < derived.sessions.size(); ++s) {
    const GroupTable& table = groups[layout.derived.sessions[s].grouping];
    if (!derived.sessions[s]->LoadCounters(in)) return false;
    for (uint64_t left = in->Get<uint64_t>(); left > 0 && in->good(); --left) {
      const auto row = in->Get<uint32_t>();
      if (!in->good() || row >= table.end() || !table.alive(row) || *SessionHandle(s, row) != 0) return false;
      if (!derived.sessions[s]->Load(in, SessionHandle(s, row))) return false;
    }
    if (!derived.sessions[s]->EndLoad()) return false;
  }
  for (ReorderBuffer& lane : derived.lanes) {
    if (!lane.Load(in, [&](const EventView& view) { return IsWhole(view) && IsTyped(view); })) return false;
  }
  const auto get_times = [&](std::vector<std::optional<Time>>* times) {
    for (std::optional<Time>& time : *times) {
      const bool set = in->Get<uint8_t>() != 0;
      const Time read = FromNanos(in->Get<int64_t>());
      if (set) time = read;
    }
  };
  get_times(&derived.pattern_timers);
  get_times(&derived.lane_timers);
  return in->good();
}

// Whether everything that is open will ring, so that a group that it keeps is let go of.
bool Engine::State::IsDerivedWatched() {
  using Set = std::tuple<Timer::Kind, uint32_t, uint32_t, uint16_t, Time>;
  std::set<Set> all;
  timers.AllOf([&](const Timer& timer) {
    const bool derives =
        timer.kind == Timer::Kind::kPattern || timer.kind == Timer::Kind::kSession || timer.kind == Timer::Kind::kLane;
    if (derives) all.emplace(timer.kind, timer.index, timer.row, timer.generation, timer.time);
    return true;
  });
  const auto rings = [&](Timer::Kind kind, uint32_t index, const std::optional<Time>& set, Time at) {
    return set && *set <= at && all.contains({kind, index, 0, 0, *set});
  };
  for (uint32_t p = 0; p < derived.attempts.size(); ++p) {
    const std::optional<Time> deadline = derived.attempts[p]->NextDeadline();
    if (!deadline || *deadline == Time::max()) continue;
    const Time at = std::max(SaturatingAdd(*deadline, layout.derived.patterns[p].reorder), now);
    if (!rings(Timer::Kind::kPattern, p, derived.pattern_timers[p], at)) return false;
  }
  for (uint32_t lane = 0; lane < derived.lanes.size(); ++lane) {
    const std::optional<Time> due_at = derived.lanes[lane].NextDue();
    if (due_at && !rings(Timer::Kind::kLane, lane, derived.lane_timers[lane], std::max(*due_at, now))) return false;
  }
  for (uint32_t s = 0; s < derived.sessions.size(); ++s) {
    const GroupTable& table = groups[layout.derived.sessions[s].grouping];
    for (uint32_t row = 0; row < table.end(); ++row) {
      const uint32_t handle = table.alive(row) ? *SessionHandle(s, row) : 0;
      if (handle == 0) continue;
      const std::optional<Time> set = derived.sessions[s]->timer(handle);
      if (!set || *set > std::max(derived.sessions[s]->Next(handle), now) ||
          !all.contains({Timer::Kind::kSession, s, row, table.generation(row), *set}))
        return false;
    }
  }
  return true;
}

// --- reload ----------------------------------------------------------------------------------------------------------

bool Engine::State::CanHoldLanes(const State& old) const {
  for (const Duration delay : old.layout.derived.lanes) {
    if (std::find(layout.derived.lanes.begin(), layout.derived.lanes.end(), delay) == layout.derived.lanes.end())
      return false;
  }
  const auto& before = old.layout.catalog.events();
  const auto& after = layout.catalog.events();
  return std::equal(before.begin(), before.end(), after.begin(), after.end(), SameEvent);
}

void Engine::State::TakeDerived(State& old, const std::vector<std::vector<uint32_t>>& new_rows) {
  derived.made = old.derived.made;
  std::map<std::string, uint32_t> before;
  for (uint32_t p = 0; p < old.layout.derived.patterns.size(); ++p) {
    const PatternPlan& pattern = old.layout.derived.patterns[p];
    before.emplace(pattern.name + "|" + pattern.identity, p);
  }
  for (uint32_t p = 0; p < layout.derived.patterns.size(); ++p) {
    const PatternPlan& pattern = layout.derived.patterns[p];
    const auto found = before.find(pattern.name + "|" + pattern.identity);
    if (found == before.end()) continue;
    DerivedHost host(*this, p);
    derived.attempts[p]->TakeOver(*old.derived.attempts[found->second],
                                  new_rows[old.layout.derived.patterns[found->second].grouping], &host);
  }
  before.clear();
  for (uint32_t s = 0; s < old.layout.derived.sessions.size(); ++s) {
    const SessionPlan& session = old.layout.derived.sessions[s];
    before.emplace(session.name + "|" + session.identity, s);
  }
  for (uint32_t s = 0; s < layout.derived.sessions.size(); ++s) {
    const SessionPlan& session = layout.derived.sessions[s];
    const auto found = before.find(session.name + "|" + session.identity);
    if (found == before.end()) continue;
    const uint32_t old_s = found->second;
    derived.sessions[s]->TakeCounters(*old.derived.sessions[old_s]);
    const std::vector<uint32_t>& moved = new_rows[old.layout.derived.sessions[old_s].grouping];
    for (uint32_t row = 0; row < moved.size(); ++row) {
      const uint32_t handle = moved[row] == 0 ? 0 : *old.SessionHandle(old_s, row);
      if (handle != 0)
        derived.sessions[s]->TakeOver(*old.derived.sessions[old_s], handle, SessionHandle(s, moved[row] - 1));
    }
  }
  if (!CanHoldLanes(old)) return;
  for (uint32_t lane = 0; lane < old.derived.lanes.size(); ++lane) {
    const auto place =
        std::find(layout.derived.lanes.begin(), layout.derived.lanes.end(), old.layout.derived.lanes[lane]);
    derived.lanes[static_cast<size_t>(place - layout.derived.lanes.begin())] = std::move(old.derived.lanes[lane]);
  }
}

// Sets the timers of everything that is open.
void Engine::State::WatchDerived() {
  for (uint32_t p = 0; p < derived.attempts.size(); ++p) WatchPattern(p);
  for (uint32_t s = 0; s < derived.sessions.size(); ++s) {
    const GroupTable& table = groups[layout.derived.sessions[s].grouping];
    for (uint32_t row = 0; row < table.end(); ++row) {
      if (table.alive(row)) WatchSession(s, row);
    }
  }
  for (uint32_t lane = 0; lane < derived.lanes.size(); ++lane) WatchLane(lane);
}

}  // namespace tocsin
