#include "metric/row_window.h"

#include <cstring>

#include "tocsin/window/aggregate.h"

namespace tocsin {
namespace {

template <typename T>
T& At(std::byte* base, uint16_t offset) {
  return *reinterpret_cast<T*>(base + offset);
}
template <typename T>
const T& At(const std::byte* base, uint16_t offset) {
  return *reinterpret_cast<const T*>(base + offset);
}

using DoubleSum = Sum<double>;

// Adds the pane `from` to the totals.
void MergeIntoTotals(const WindowPlan& plan, std::byte* totals, const std::byte* from) {
  for (const FieldPlan& field : plan.fields) {
    if (field.kind == FieldPlan::Kind::kSum) {
      DoubleSum::Merge(At<DoubleSum::Total>(totals, field.total_offset), At<DoubleDouble>(from, field.partial_offset));
    } else {
      At<uint64_t>(totals, field.total_offset) += At<uint64_t>(from, field.partial_offset);
    }
  }
}

struct Totals {
  const WindowPlan& plan;
  std::byte* totals;

  void Remove(const std::byte* partial) {
    for (const FieldPlan& field : plan.fields) {
      if (field.kind == FieldPlan::Kind::kSum) {
        DoubleSum::Remove(At<DoubleSum::Total>(totals, field.total_offset),
                          At<DoubleDouble>(partial, field.partial_offset));
      } else {
        At<uint64_t>(totals, field.total_offset) -= At<uint64_t>(partial, field.partial_offset);
      }
    }
  }
  bool Suspect() const {
    for (const FieldPlan& field : plan.fields) {
      if (field.kind == FieldPlan::Kind::kSum && DoubleSum::Suspect(At<DoubleSum::Total>(totals, field.total_offset)))
        return true;
    }
    return false;
  }
  void Rebuild(const Panes<WindowPlan, PanePool>& panes) {
    Reset();
    for (uint32_t i = 0; i < panes.size(); ++i) MergeIntoTotals(plan, totals, panes.partial(i));
  }
  void Reset() { std::memset(totals, 0, plan.total_bytes); }
};

}  // namespace

void WindowPlan::Clear(std::byte* partial) const { std::memset(partial, 0, partial_bytes); }

void WindowPlan::Merge(std::byte* into, const std::byte* partial) const {
  for (const FieldPlan& field : fields) {
    if (field.kind == FieldPlan::Kind::kSum) {
      At<DoubleDouble>(into, field.partial_offset).Add(At<DoubleDouble>(partial, field.partial_offset));
    } else {
      At<uint64_t>(into, field.partial_offset) += At<uint64_t>(partial, field.partial_offset);
    }
  }
}

uint16_t PlaceField(FieldPlan::Kind kind, uint16_t argument, WindowPlan* plan) {
  for (size_t i = 0; i < plan->fields.size(); ++i) {
    if (plan->fields[i].kind == kind && plan->fields[i].argument == argument) return static_cast<uint16_t>(i);
  }
  plan->fields.push_back({kind, argument, plan->partial_bytes, plan->total_bytes});
  bool is_sum = kind == FieldPlan::Kind::kSum;
  plan->partial_bytes = static_cast<uint16_t>(plan->partial_bytes + (is_sum ? sizeof(DoubleDouble) : sizeof(int64_t)));
  plan->total_bytes = static_cast<uint16_t>(plan->total_bytes + (is_sum ? sizeof(DoubleSum::Total) : sizeof(int64_t)));
  return static_cast<uint16_t>(plan->fields.size() - 1);
}

bool WindowInRow::Add(Time now, Time time, std::span<const Argument> arguments) {
  std::byte* partial = nullptr;
  Panes<WindowPlan, PanePool> panes(state_.ring, pool_, plan_);
  if (plan_.over_time) {
    LetGo(plan_.shape, now, state_.ring, panes, Totals{plan_, totals_});
    partial = PartialFor(plan_.shape, now, time, state_.ring, panes);
    if (partial == nullptr) return false;
  }
  for (const FieldPlan& field : plan_.fields) {
    const Argument* argument = field.kind == FieldPlan::Kind::kEvents ? nullptr : &arguments[field.argument];
    if (argument != nullptr && !argument->present) continue;
    if (field.kind == FieldPlan::Kind::kSum) {
      if (partial != nullptr) At<DoubleDouble>(partial, field.partial_offset).Add(argument->number);
      DoubleSum::Add(At<DoubleSum::Total>(totals_, field.total_offset), argument->number);
      continue;
    }
    uint64_t x = field.kind == FieldPlan::Kind::kExactSum ? static_cast<uint64_t>(argument->units) : 1;
    if (partial != nullptr) At<uint64_t>(partial, field.partial_offset) += x;
    At<uint64_t>(totals_, field.total_offset) += x;
  }
  if (plan_.over_time) SliceIfCrowded(plan_.shape, state_.ring, panes);
  return true;
}

bool WindowInRow::AdvanceTo(Time now) {
  if (!plan_.over_time || state_.ring.size == 0) return false;
  Panes<WindowPlan, PanePool> panes(state_.ring, pool_, plan_);
  return LetGo(plan_.shape, now, state_.ring, panes, Totals{plan_, totals_});
}

std::optional<Time> WindowInRow::NextExit() const {
  if (!plan_.over_time || state_.ring.size == 0) return std::nullopt;
  Panes<WindowPlan, PanePool> panes(state_.ring, pool_, plan_);
  return ExitTime(plan_.shape, panes.time(0));
}

int64_t WindowInRow::Count(const FieldPlan& field) const { return At<int64_t>(totals_, field.total_offset); }
int64_t WindowInRow::ExactSum(const FieldPlan& field) const { return At<int64_t>(totals_, field.total_offset); }
double WindowInRow::Sum(const FieldPlan& field) const {
  return At<DoubleSum::Total>(totals_, field.total_offset).sum.Value();
}

}  // namespace tocsin
