// A state as bytes: a header (what it is, its version, the plan it belongs to), the parts one after another, a
// checksum. Nothing in it is a pointer; everything read is checked, because files get damaged.
#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "base/byte_io.h"
#include "base/digest.h"
#include "engine/state.h"
#include "metric/claim_window.h"
#include "metric/group_key.h"

namespace tocsin {
namespace {

constexpr std::string_view kMagic = "tocsin snapshot\n";
constexpr uint32_t kVersion = 6;

// What one group can be charged for: far beyond what there is, so that the sum of all is a sum.
constexpr uint64_t kMostCharge = uint64_t{1} << 40;

struct Clock {
  int64_t now = 0;
  int64_t warm_from = 0;
  uint64_t seq = 0;
  uint64_t firing = 0;
  uint64_t pending = 0;
  uint64_t faults = 0;
  uint64_t held_tag = 0;
  uint8_t started = 0;
  uint8_t closed = 0;
  std::array<uint8_t, 6> unused{};
};
static_assert(std::has_unique_object_representations_v<Clock>);
static_assert(std::has_unique_object_representations_v<LimitAlert>);

bool IsTruth(const bool& mark) { return *reinterpret_cast<const uint8_t*>(&mark) <= 1; }

}  // namespace

void Engine::State::Save(ByteWriter* out) const {
  const Clock clock{ToNanos(now), ToNanos(warm_from), seq, firing, pending, faults, held_tag, started, closed, {}};
  out->Put(clock);
  out->Put(events);
  out->Put(memory_limit);
  out->PutVector(began);
  out->PutVector(awaited);
  out->PutVector(at_close);
  out->PutVector(terms_at_close);
  out->PutVector(limits);
  out->PutVector(sweeps);
  out->PutVector(skipped_keys);
  out->PutVector(skipped_where);
  out->PutVector(skipped_arguments);
  for (const GroupTable& table : groups) table.Save(out);
  pool.Save(out);
  texts.Save(out);
  series.Save(out);
  alerts.Save(out);
  timers.Save(out);
  evidence.Save(out);
  seen_ids.Save(out);
  held.Save(out);
  SaveDerived(out);
}

bool Engine::State::Load(ByteReader* in) {
  const auto clock = in->Get<Clock>();
  now = FromNanos(clock.now);
  warm_from = FromNanos(clock.warm_from);
  seq = clock.seq;
  firing = clock.firing;
  pending = clock.pending;
  faults = clock.faults;
  held_tag = clock.held_tag;
  started = clock.started != 0;
  closed = clock.closed != 0;
  events = in->Get<std::array<uint64_t, kReasonCount>>();
  memory_limit = in->Get<LimitAlert>();
  const bool vectors = in->GetVector(&began) && in->GetVector(&awaited) && in->GetVector(&at_close) &&
                       in->GetVector(&terms_at_close) && in->GetVector(&limits) && in->GetVector(&sweeps) &&
                       in->GetVector(&skipped_keys) && in->GetVector(&skipped_where) &&
                       in->GetVector(&skipped_arguments);
  if (!vectors || (started && began.size() != layout.windows.size()) || limits.size() != groups.size() ||
      sweeps.size() != groups.size() || skipped_keys.size() != groups.size() ||
      skipped_where.size() != layout.windows.size() || skipped_arguments.size() != layout.windows.size())
    return false;
  for (GroupTable& table : groups) {
    if (!table.Load(in)) return false;
  }
  auto is_group = [&](uint32_t grouping, uint32_t row) {
    return row < groups[grouping].end() && groups[grouping].alive(row);
  };
  const bool is_sound = pool.Load(in) && texts.Load(in) && series.Load(in, is_group) && alerts.Load(in) &&
                        timers.Load(in) && evidence.Load(in) && seen_ids.Load(in) &&
                        held.Load(in, [&](const EventView& view) { return IsFromOutside(view) && IsTyped(view); }) &&
                        LoadDerived(in) && in->good() && in->left() == 0 && IsSound();
  if (!is_sound) return false;
  for (uint32_t g = 0; g < groups.size(); ++g) groups[g].ForEach([&](uint32_t row) { ListUnderCoarser(g, row); });
  return true;
}

// Each attribute is absent or of its declared type.
bool Engine::State::IsTyped(const EventView& view) const {
  const std::vector<AttributeSpec>& attributes = layout.catalog.event(view.type).attributes;
  for (size_t slot = 0; slot < attributes.size(); ++slot) {
    const tocsin::Value& value = view.attributes[slot];
    if (value.absent()) continue;
    const Type type = attributes[slot].type;
    if (value.kind() != type.kind || (type.kind == Kind::kDecimal && value.digits() != type.digits)) return false;
  }
  return true;
}

// Whether what the parts say of each other holds, so that nothing is read where there is nothing.
bool Engine::State::IsSound() {
  size_t active = 0;
  for (uint32_t g = 0; g < groups.size(); ++g) {
    // The group of everything has row 0, for ever.
    if (layout.groupings[g].keys.empty() && (groups[g].end() != 1 || groups[g].size() != 1)) return false;
    uint64_t occupied = 0;
    for (uint32_t row = 0; row < groups[g].end(); ++row) {
      if (!groups[g].alive(row)) continue;
      if (!IsSoundRow(g, row)) return false;
      if (Head(g, row).occupied) ++occupied;
      for (uint32_t number = Head(g, row).alerts; number != 0; number = alerts.At(number).next) ++active;
    }
    if (limits[g].occupied != occupied) return false;
    if (limits[g].state.phase != AlertPhase::kInactive && !layout.groupings[g].max_groups) return false;
  }
  if (memory_limit.state.phase != AlertPhase::kInactive && !layout.spec.limits.max_memory) return false;
  if (active != alerts.size() || !AreCountsRight() || !AreSoundRollups()) return false;
  for (const RuleRow which : at_close) {
    if (which.rule >= layout.rules.size()) return false;
    const GroupTable& table = groups[layout.rules[which.rule].grouping];
    if (which.row >= table.end() || !table.alive(which.row)) return false;
  }
  for (const TermRow which : terms_at_close) {
    if (which.term >= layout.terms.size() || which.row >= groups[layout.terms[which.term].grouping].end()) return false;
  }
  for (uint32_t number : awaited) {
    if (number == 0 || !alerts.Has(number)) return false;
  }
  if (!pool.EndClaims() || !texts.EndClaims()) return false;
  if (started ? !timers.MayStartAt(now) : timers.size() != 0) return false;
  return timers.AllOf([&](const Timer& timer) { return timer.time >= now && IsSoundTimer(timer); }) &&
         IsDerivedWatched();
}

bool Engine::State::AreCountsRight() const {
  uint64_t are_firing = 0;
  uint64_t are_pending = 0;
  alerts.ForEach([&](const AlertRecord& record) {
    if (record.state.phase == AlertPhase::kFiring) ++are_firing;
    if (record.state.phase == AlertPhase::kPending) ++are_pending;
  });
  for (const LimitAlert& limit : limits) {
    if (limit.state.phase == AlertPhase::kFiring) ++are_firing;
  }
  if (memory_limit.state.phase == AlertPhase::kFiring) ++are_firing;
  return firing == are_firing && pending == are_pending;
}

bool Engine::State::IsSoundTimer(const Timer& timer) const {
  size_t bound = 1;
  switch (timer.kind) {
    case Timer::Kind::kExit:
    case Timer::Kind::kWarm:
      bound = layout.windows.size();
      break;
    case Timer::Kind::kGroup:
      bound = layout.groupings.size();
      break;
    case Timer::Kind::kMember:
    case Timer::Kind::kMembers:
      bound = layout.rollups.size();
      break;
    case Timer::Kind::kFlip:
    case Timer::Kind::kAlert:
    case Timer::Kind::kEvery:
      bound = layout.rules.size();
      break;
    case Timer::Kind::kEveryMetric:
      bound = layout.metrics.size();
      break;
    case Timer::Kind::kPattern:
      bound = layout.derived.patterns.size();
      break;
    case Timer::Kind::kSession:
      bound = layout.derived.sessions.size();
      break;
    case Timer::Kind::kLane:
      bound = layout.derived.lanes.size();
      break;
    case Timer::Kind::kMinute:
    case Timer::Kind::kTick:
      break;
  }
  if (timer.index >= bound) return false;
  if (timer.kind == Timer::Kind::kGroup) {
    const GroupingPlan& grouping = layout.groupings[timer.index];
    if (!grouping.counted && !grouping.expire_after) return false;  // its rows have no place for the mark
  }
  if (timer.kind == Timer::Kind::kFlip && layout.rules[timer.index].flips.empty() &&
      layout.rules[timer.index].falls.empty())
    return false;
  if (timer.kind == Timer::Kind::kMember && layout.rollups[timer.index].flips.empty()) return false;
  if (timer.kind == Timer::Kind::kEvery && !layout.rules[timer.index].every) return false;
  if (timer.kind == Timer::Kind::kEveryMetric && !layout.metrics[timer.index].every) return false;
  const bool of_group = timer.kind == Timer::Kind::kExit || timer.kind == Timer::Kind::kGroup ||
                        timer.kind == Timer::Kind::kFlip || timer.kind == Timer::Kind::kAlert ||
                        timer.kind == Timer::Kind::kSession || timer.kind == Timer::Kind::kMember;
  return !of_group || timer.row < groups[GroupingOf(timer)].end();
}

bool Engine::State::IsSoundRow(uint32_t grouping, uint32_t row) {
  const GroupingPlan& grouping_plan = layout.groupings[grouping];
  if (!IsKey(groups[grouping].key(row), grouping_plan.kinds)) return false;
  RowHead& head = Head(grouping, row);
  if (!IsTruth(head.seen) || !IsTruth(head.greeted) || !IsTruth(head.occupied) ||
      (head.occupied && !grouping_plan.counted))
    return false;
  std::byte* bytes = groups[grouping].row(row);
  if (layout.spec.limits.max_memory) {
    const uint64_t charge = Charge(grouping, row);
    if (charge > kMostCharge || (charge != 0) != head.occupied) return false;
    charged += charge;
  }
  const uint8_t pocket = std::exchange(head.pocket, uint8_t{0});
  for (uint32_t window : grouping_plan.windows) {
    if (!ClaimWindow(layout.windows[window], bytes, pool, texts)) return false;
  }
  if (head.pocket != pocket) return false;
  for (uint32_t metric : grouping_plan.stored) {
    const auto& stored = *reinterpret_cast<const StoredValue*>(bytes + layout.metrics[metric].row_offset);
    if (stored.present > 1) return false;
  }
  for (const SelectorPlan& selector : grouping_plan.selectors) {
    if (*reinterpret_cast<const uint32_t*>(bytes + selector.row_offset) > selector.numbers.size() + 1) return false;
  }
  for (const ThresholdIndex& index : grouping_plan.indices) {
    const ThresholdPosition position = index.PositionIn(bytes);
    uint32_t number = 0;
    if (index.selector != 0) {
      const uint32_t mark =
          *reinterpret_cast<const uint32_t*>(bytes + grouping_plan.selectors[index.selector - 1].row_offset);
      number = mark == 0 ? ~uint32_t{0} : mark - 1;
    }
    const ThresholdList list = number < index.lists.size() ? index.lists[number] : ThresholdList();
    if (position.above > list.above || position.below > list.below) return false;
  }
  for (const ParentPlan& parent : grouping_plan.parents) {
    const auto& link = *reinterpret_cast<const ParentLink*>(bytes + parent.row_offset);
    if (link.row > groups[parent.grouping].end() || (link.row != 0 && (link.generation & 1) == 0)) return false;
  }
  return AreSoundAlerts(grouping, row);
}

// The alerts of one row are there, once for each rule, and are what their rules can have.
bool Engine::State::AreSoundAlerts(uint32_t grouping, uint32_t row) {
  size_t steps = 0;
  for (uint32_t number = Head(grouping, row).alerts; number != 0; number = alerts.At(number).next) {
    if (!alerts.Has(number) || ++steps > layout.groupings[grouping].rules.size()) return false;
    const AlertRecord& record = alerts.At(number);
    if (steps == 1 && record.previous != 0) return false;  // it is in the middle of another's
    if (record.which.row != row || record.which.rule >= layout.rules.size()) return false;
    const RulePlan& rule = layout.rules[record.which.rule];
    if (rule.grouping != grouping || (rule.life.flap_changes > 0) != (record.turns != 0)) return false;
    if (!tocsin::IsSound(record.state, static_cast<int>(std::max<size_t>(rule.levels.size(), 1)))) return false;
  }
  return true;
}

std::string Engine::Snapshot() const {
  ByteWriter out;
  out.Append(kMagic.data(), kMagic.size());
  out.Put(kVersion);
  out.Put(state_->layout.fingerprint);
  state_->Save(&out);
  std::string bytes = out.Take();
  Digest digest;
  digest.Add(bytes);
  ByteWriter end;
  end.Put(digest.value());
  return bytes + end.Take();
}

absl::Status Engine::Restore(std::string_view snapshot) {
  if (snapshot.size() < kMagic.size() + sizeof(uint64_t) || snapshot.substr(0, kMagic.size()) != kMagic)
    return absl::InvalidArgumentError("this is no snapshot of tocsin");
  const std::string_view body = snapshot.substr(0, snapshot.size() - sizeof(uint64_t));
  ByteReader end(snapshot.substr(body.size()));
  Digest digest;
  digest.Add(body);
  ByteReader in(body.substr(kMagic.size()));
  const auto version = in.Get<uint32_t>();
  if (version != kVersion) {
    return absl::InvalidArgumentError(
        fmt::format("the snapshot has version {}, and this tocsin reads version {}", version, kVersion));
  }
  if (end.Get<uint64_t>() != digest.value()) return absl::InvalidArgumentError("the snapshot is damaged");
  if (in.Get<uint64_t>() != state_->layout.fingerprint)
    return absl::InvalidArgumentError("the snapshot was taken under other rules: start with those, then reload");
  auto restored = std::make_unique<State>(state_->plan, state_->sink);
  if (!restored->Load(&in)) return absl::InvalidArgumentError("the snapshot is damaged");
  restored->observer = state_->observer;
  restored->observed = state_->observed;
  restored->tick = state_->tick;
  state_ = std::move(restored);
  return absl::OkStatus();
}

}  // namespace tocsin
