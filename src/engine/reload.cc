// The same engine under another plan: docs/semantics.md 9.4.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "engine/state.h"
#include "metric/window_block.h"

namespace tocsin {
namespace {

// Whether a window of one plan holds what that of another would: the same events and the same results, side by side.
bool HoldsTheSame(const WindowPlan& a, const WindowPlan& b) {
  if (a.identity != b.identity || a.fields.size() != b.fields.size() || a.partial_bytes != b.partial_bytes ||
      a.total_bytes != b.total_bytes || a.lateness != b.lateness)
    return false;
  for (size_t i = 0; i < a.fields.size(); ++i) {
    const FieldPlan& x = a.fields[i];
    const FieldPlan& y = b.fields[i];
    if (x.kind != y.kind || x.argument != y.argument || x.half_life != y.half_life || x.text != y.text ||
        x.partial_offset != y.partial_offset || x.total_offset != y.total_offset)
      return false;
  }
  for (size_t s = 0; s < a.sources.size(); ++s) {
    if (a.sources[s].arguments.size() != b.sources[s].arguments.size()) return false;
    for (size_t i = 0; i < a.sources[s].arguments.size(); ++i) {
      const ArgumentPlan& x = a.sources[s].arguments[i];
      const ArgumentPlan& y = b.sources[s].arguments[i];
      if (x.text != y.text || !(x.type == y.type)) return false;
    }
  }
  return true;
}

bool SameEvents(const Catalog& a, const Catalog& b) {
  if (a.events().size() != b.events().size()) return false;
  for (uint32_t e = 0; e < a.events().size(); ++e) {
    const EventSpec& x = a.event(e);
    const EventSpec& y = b.event(e);
    if (x.name != y.name || x.attributes.size() != y.attributes.size()) return false;
    for (size_t i = 0; i < x.attributes.size(); ++i) {
      if (x.attributes[i].name != y.attributes[i].name || !(x.attributes[i].type == y.attributes[i].type)) return false;
    }
  }
  return true;
}

// Of a metric that is kept at multiples of a duration.
std::string DefinitionOf(const Plan::Layout& layout, const Metric& metric) {
  return metric.value ? metric.value->Definition() : layout.series[metric.reading->series].identity;
}

constexpr uint32_t kNone = ~uint32_t{0};

}  // namespace

// For everything of the new plan, what it was in the old one.
struct Engine::State::Correspondence {
  Correspondence(const Plan::Layout& old, const Plan::Layout& next) {
    for (const GroupingPlan& grouping : next.groupings) {
      uint32_t found = kNone;
      for (uint32_t g = 0; g < old.groupings.size(); ++g) {
        if (old.groupings[g].keys == grouping.keys && old.groupings[g].kinds == grouping.kinds) found = g;
      }
      groupings.push_back(found);
    }
    std::map<std::string, uint32_t> by_identity;
    for (uint32_t w = 0; w < old.windows.size(); ++w) by_identity.emplace(old.windows[w].identity, w);
    for (const WindowPlan& window : next.windows) {
      if (window.kind == WindowPlan::Kind::kRollup) {  // made anew of what its groups hold
        windows.push_back(kNone);
        continue;
      }
      auto found = by_identity.find(window.identity);
      const bool same = found != by_identity.end() && HoldsTheSame(old.windows[found->second], window);
      windows.push_back(same ? found->second : kNone);
    }
    for (const Metric& metric : next.metrics) metrics.push_back(FindStored(old, next, metric));
    for (const SeriesPlan& one : next.series) {
      uint32_t found = kNone;
      for (uint32_t s = 0; s < old.series.size(); ++s) {
        if (old.series[s].identity == one.identity) found = s;
      }
      series.push_back(found);
    }
    std::map<std::string, uint32_t> by_name;
    for (uint32_t r = 0; r < next.rules.size(); ++r) by_name.emplace(next.rules[r].name, r);
    for (const RulePlan& rule : old.rules) {
      auto found = by_name.find(rule.name);
      const bool lives = found != by_name.end() && next.rules[found->second].labels == rule.labels &&
                         next.rules[found->second].looks_at_events == rule.looks_at_events &&
                         next.groupings[next.rules[found->second].grouping].keys == old.groupings[rule.grouping].keys;
      new_rules.push_back(lives ? found->second : kNone);
    }
  }
  std::vector<uint32_t> groupings;  // by new number
  std::vector<uint32_t> windows;    // by new number
  std::vector<uint32_t> metrics;    // by new number; only those that are kept at multiples of a duration
  std::vector<uint32_t> series;     // by new number
  std::vector<uint32_t> new_rules;  // by old number

  // Whether a grouping has the number that it had, wherever there was one: evidence is found by these.
  bool KeepsNumbers() const {
    for (uint32_t g = 0; g < groupings.size(); ++g) {
      if (groupings[g] != kNone && groupings[g] != g) return false;
    }
    return true;
  }

 private:
  static uint32_t FindStored(const Plan::Layout& old, const Plan::Layout& next, const Metric& metric) {
    for (uint32_t m = 0; m < old.metrics.size() && metric.every; ++m) {
      const Metric& before = old.metrics[m];
      if (before.name == metric.name && before.every == metric.every && before.type == metric.type &&
          DefinitionOf(old, before) == DefinitionOf(next, metric) &&
          old.groupings[before.grouping].keys == next.groupings[metric.grouping].keys)
        return m;
    }
    return kNone;
  }
};

namespace {

std::string_view SeverityName(const RulePlan& rule, int8_t severity) {
  if (rule.levels.empty() || severity < 0) return rule.severity_alone;
  return rule.levels[static_cast<size_t>(severity)].severity;
}

// Where the severity of an alert stands among the levels of the rule's new definition; its highest where it is gone.
int8_t NewLevel(const RulePlan& old, const RulePlan& next, int8_t level) {
  if (level < 0 || static_cast<size_t>(level) >= old.levels.size()) return level;
  for (size_t i = 0; i < next.levels.size(); ++i) {
    if (next.levels[i].severity == old.levels[static_cast<size_t>(level)].severity) return static_cast<int8_t>(i);
  }
  return 0;
}

}  // namespace

// The alerts of rules that are gone end under the old plan, which knows their words.
void Engine::State::EndAlertsOf(const std::vector<uint32_t>& new_rules) {
  std::vector<RuleRow> ending;
  alerts.ForEach([&](const AlertRecord& record) {
    if (new_rules[record.which.rule] == ~uint32_t{0}) ending.push_back(record.which);
  });
  Order(&ending);
  for (const RuleRow which : ending) {
    End(which, EndReason::kRuleRemoved);
    alerts.Remove(&Head(layout.rules[which.rule].grouping, which.row).alerts, which.rule);  // what it remembers
  }
}

// What limits and their counters have seen goes on; an alert about a limit that is gone ends.
void Engine::State::TakeLimits(State& old, const std::vector<uint32_t>& old_groupings) {
  for (uint32_t o = 0; o < old.groups.size(); ++o) {
    LimitAlert& limit = old.limits[o];
    const auto found = std::find(old_groupings.begin(), old_groupings.end(), o);
    const auto g = static_cast<uint32_t>(found - old_groupings.begin());
    const bool stays = found != old_groupings.end() && layout.groupings[g].max_groups;
    if (limit.state.phase == AlertPhase::kFiring && !stays) {
      limit.state.phase = AlertPhase::kInactive;
      old.TellLimit(o, Change::kResolved, EndReason::kRuleRemoved);
    }
    if (found == old_groupings.end()) continue;
    limits[g].state = limit.state;
    limits[g].skipped = limit.skipped;
    skipped_keys[g] = old.skipped_keys[o];
    if (limit.state.phase == AlertPhase::kFiring) ++firing;
  }
  if (old.memory_limit.state.phase != AlertPhase::kFiring) return;
  if (layout.spec.limits.max_memory) {
    memory_limit = old.memory_limit;
    ++firing;
  } else {
    old.memory_limit.state.phase = AlertPhase::kInactive;
    old.TellMemoryLimit(Change::kResolved, EndReason::kRuleRemoved);
  }
}

void Engine::State::TakeRows(State& old, uint32_t grouping, const Correspondence& was,
                             std::vector<uint32_t>* new_rows) {
  const uint32_t old_grouping = was.groupings[grouping];
  GroupTable& from = old.groups[old_grouping];
  for (uint32_t old_row = 0; old_row < from.end(); ++old_row) {
    new_rows->push_back(0);
    if (!from.alive(old_row)) continue;
    const uint32_t row = groups[grouping].FindOrAdd(from.key(old_row));
    new_rows->back() = row + 1;
    ListUnderCoarser(grouping, row);
    const RowHead& before = old.Head(old_grouping, old_row);
    RowHead& head = Head(grouping, row);
    head.newest = before.newest;
    head.seen = before.seen;
    head.greeted = before.greeted;
    head.evidence = evidence_taken ? before.evidence : 0;
    for (uint32_t window : layout.groupings[grouping].windows) {
      if (was.windows[window] == kNone) continue;
      const WindowPlan& old_window = old.layout.windows[was.windows[window]];
      for (uint32_t i = 0; i < old_window.handles(); ++i) {
        WindowBlock before_window(old_window, from.row(old_row), old.pool, i);
        WindowBlock(layout.windows[window], groups[grouping].row(row), old.pool, i).TakeFrom(before_window);
      }
    }
    for (uint32_t metric : layout.groupings[grouping].stored) {
      if (was.metrics[metric] == kNone) continue;
      const std::byte* stored = from.row(old_row) + old.layout.metrics[was.metrics[metric]].row_offset;
      std::memcpy(groups[grouping].row(row) + layout.metrics[metric].row_offset, stored, sizeof(StoredValue));
    }
    for (uint32_t s = 0; s < layout.series.size(); ++s) {
      if (layout.series[s].grouping == grouping && was.series[s] != kNone)
        series.Take(s, row, old.series, was.series[s], old_row);
    }
  }
}

// Gives those that fire and whose severity has another name now.
std::vector<Engine::State::Renamed> Engine::State::TakeAlerts(State& old, const std::vector<uint32_t>& new_rules,
                                                              const std::vector<std::vector<uint32_t>>& new_rows) {
  std::vector<Renamed> renamed;
  std::vector<RuleRow> moving;
  old.alerts.ForEach([&](const AlertRecord& record) { moving.push_back(record.which); });
  old.Order(&moving);
  for (const RuleRow which : moving) {
    const RulePlan& before = old.layout.rules[which.rule];
    const uint32_t rule = new_rules[which.rule];
    const RulePlan& after = layout.rules[rule];
    const RuleRow moved{rule, new_rows[before.grouping][which.row] - 1};
    AlertRecord& from = *old.alerts.Find(old.Head(before.grouping, which.row).alerts, which.rule);
    AlertRecord& record = alerts.Add(&Head(after.grouping, moved.row).alerts, moved, after.life.flap_changes > 0);
    record.state = from.state;
    record.state.severity = NewLevel(before, after, from.state.severity);
    record.state.level = NewLevel(before, after, from.state.level);
    alerts.Words(record) = old.alerts.Words(from);
    if (alerts.Turns(record) != nullptr && before.life.flap_changes == after.life.flap_changes)
      *alerts.Turns(record) = *old.alerts.Turns(from);
    if (record.state.phase == AlertPhase::kFiring) ++firing;
    if (record.state.phase == AlertPhase::kPending) ++pending;
    const bool is_renamed = SeverityName(before, from.state.severity) != SeverityName(after, record.state.severity);
    if (record.state.phase == AlertPhase::kFiring && is_renamed) renamed.push_back({moved, record.state.severity});
  }
  return renamed;
}

// Duplicates of before are known under another `deduplicate`, too.
void Engine::State::TakeIds(State& old) {
  if (!layout.spec.deduplicate || !old.layout.spec.deduplicate) return;
  if (layout.spec.deduplicate == old.layout.spec.deduplicate && layout.spec.max_ids == old.layout.spec.max_ids) {
    seen_ids = std::move(old.seen_ids);
    return;
  }
  ByteWriter out;
  old.seen_ids.Save(&out);
  const std::string bytes = out.Take();
  ByteReader in(bytes);
  seen_ids.Load(&in);
}

void Engine::State::TakeOver(State& old) {
  const Correspondence was(old.layout, layout);
  old.EndAlertsOf(was.new_rules);
  old.ApplyMade();
  TakeLimits(old, was.groupings);
  now = old.now;
  started = old.started;
  closed = old.closed;
  seq = old.seq;
  faults = old.faults;
  events = old.events;
  observer = old.observer;
  tick = old.tick;
  evidence_taken = was.KeepsNumbers() && SameEvents(old.layout.catalog, layout.catalog) &&
                   old.layout.spec.limits.evidence_memory == layout.spec.limits.evidence_memory;
  if (evidence_taken) evidence = std::move(old.evidence);
  TakeIds(old);
  if (CanHold(old)) {
    held = std::move(old.held);
    held_tag = old.held_tag;
  }

  std::vector<std::vector<uint32_t>> new_rows(old.groups.size());  // by old grouping and row, plus one
  for (uint32_t g = 0; g < groups.size(); ++g) {
    if (was.groupings[g] == kNone) continue;
    // The blocks of the windows that go on are in the old pool, which comes here when all have been found.
    TakeRows(old, g, was, &new_rows[was.groupings[g]]);
  }
  for (uint32_t g = 0; g < old.groups.size(); ++g) {
    for (uint32_t row = 0; row < old.groups[g].end(); ++row) {
      if (!old.groups[g].alive(row)) continue;
      for (uint32_t window : old.layout.groupings[g].windows)
        WindowInRow(old.layout.windows[window], old.groups[g].row(row), old.pool, old.texts).Release();
    }
  }
  pool = std::move(old.pool);
  texts = std::move(old.texts);
  TakeDerived(old, new_rows);
  const std::vector<Renamed> renamed = TakeAlerts(old, was.new_rules, new_rows);
  for (uint32_t w = 0; w < layout.windows.size(); ++w) {
    if (was.windows[w] == kNone) continue;
    skipped_where[w] = old.skipped_where[was.windows[w]];
    skipped_arguments[w] = old.skipped_arguments[was.windows[w]];
  }
  if (!started) return;
  timers.Start(now);
  began.clear();
  for (uint32_t w = 0; w < layout.windows.size(); ++w)
    began.push_back(was.windows[w] == kNone ? now : old.began[was.windows[w]]);
  SetStandingTimers();
  WatchDerived();
  AskEverything(renamed);
}

// Every window's thresholds, terms and timers, every group's, every rule's answer: as if all had just changed.
void Engine::State::AskEverything(const std::vector<Renamed>& renamed) {
  // Rollups over rollups come after those that they put together.
  for (uint32_t rollup = 0; rollup < layout.rollups.size(); ++rollup) UpdateAllMembers(rollup);
  for (uint32_t g = 0; g < groups.size(); ++g) {
    for (uint32_t row = 0; row < groups[g].end(); ++row) {
      if (!groups[g].alive(row)) continue;
      for (uint32_t window : layout.groupings[g].windows) {
        WindowInRow state(layout.windows[window], groups[g].row(row), pool, texts);
        state.ClearTimer();
        state.AdvanceTo(now);
        WatchExit(window, row, &state);
        if (layout.groupings[g].keys.empty() || Head(g, row).greeted) Cross(window, row, state);
      }
      if (layout.groupings[g].counted && !IsEmpty(g, row) && Head(g, row).seen) Occupy(g, row);
      if (layout.groupings[g].counted || layout.groupings[g].expire_after) SetGroupTimer(g, row);
    }
  }
  for (uint32_t term = 0; term < layout.terms.size(); ++term) {
    const GroupTable& table = groups[layout.terms[term].grouping];
    for (uint32_t row = 0; row < table.end(); ++row) {
      if (table.alive(row)) AskTerm(term, row);
    }
  }
  std::vector<RuleRow> active;
  alerts.ForEach([&](const AlertRecord& record) { active.push_back(record.which); });
  for (const RuleRow which : active) SetDeadline(which);
  ConcernAll();
  EvaluateConcerned();
  TellRenamed(renamed);
  ApplyMade();
  if (closed) CloseInstant();  // what is due by now under the new definitions
}

// An alert that still fires, with a severity that has not been told.
void Engine::State::TellRenamed(const std::vector<Renamed>& renamed) {
  for (const auto& [which, severity] : renamed) {
    const AlertRecord* record = alerts.Find(Head(layout.rules[which.rule].grouping, which.row).alerts, which.rule);
    if (record == nullptr || record->state.phase != AlertPhase::kFiring || record->state.severity != severity) continue;
    Tell(which, Change::kSeverity);
  }
}

// Whether events that wait under another plan can go on waiting.
bool Engine::State::CanHold(const State& old) const {
  return old.layout.spec.reorder == layout.spec.reorder && SameEvents(old.layout.outer, layout.outer);
}

void Engine::Reload(std::shared_ptr<const Plan> plan) {
  auto next = std::make_unique<State>(std::move(plan), state_->sink);
  if (!next->CanHold(*state_)) state_->ReleaseUpTo(Time::max());  // they belong to the old plan's types
  if (!next->CanHoldLanes(*state_)) state_->EmptyLanes();
  next->TakeOver(*state_);
  state_ = std::move(next);
}

}  // namespace tocsin
