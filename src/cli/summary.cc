#include "cli/summary.h"

#include <numeric>

#include <fmt/format.h>

namespace tocsin::cli {
namespace {

// 1234567 -> "1,234,567"
std::string Grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t i = digits.size(); i > 3;) {
    i -= 3;
    digits.insert(i, ",");
  }
  return digits;
}

// "1 group", "2 groups"
std::string Counted(uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", Grouped(number), noun, number == 1 ? "" : "s");
}

// "21 kB", "1,234 MB": rounded up, at most five digits where they matter.
std::string Size(uint64_t bytes) {
  constexpr uint64_t kKilo = 1000;
  constexpr uint64_t kMega = 1000 * kKilo;
  const bool small = bytes < 10 * kMega;
  const uint64_t unit = small ? kKilo : kMega;
  return fmt::format("{} {}", Grouped((bytes + unit - 1) / unit), small ? "kB" : "MB");
}

// What came and what became of it.
std::string Records(const Statistics& statistics, const Statistics& before, double seconds) {
  std::array<uint64_t, kReasonCount> events{};
  for (size_t r = 0; r < kReasonCount; ++r) events[r] = statistics.events[r] - before.events[r];
  const uint64_t records = std::accumulate(events.begin(), events.end(), uint64_t{0});
  std::string text =
      fmt::format("{} records in {:.2f} s, {} a second\n", Grouped(records), seconds,
                  Grouped(static_cast<uint64_t>(static_cast<double>(records) / (seconds > 0 ? seconds : 1e-9))));
  for (size_t r = 0; r < kReasonCount; ++r) {
    if (r != 0 && events[r] == 0) continue;
    text += fmt::format("  {:<24} {:>8}\n", ReasonName(static_cast<Reason>(r)), Grouped(events[r]));
  }
  for (const Statistics::Skipped& skipped : statistics.skipped) {
    text += fmt::format("  skipped: {:<15} {:>8}\n", skipped.where, Grouped(skipped.count));
  }
  return text;
}

// What the engine holds, by grouping.
std::string Holdings(const Statistics& statistics) {
  std::string text;
  for (const Statistics::Grouping& grouping : statistics.groupings) {
    if (grouping.keys.empty()) continue;
    text += fmt::format("  {:<24} {:>8} group{} {:>12}\n", fmt::format("by {}", fmt::join(grouping.keys, ", ")),
                        Grouped(grouping.groups), grouping.groups == 1 ? " " : "s", Size(grouping.bytes));
    if (grouping.series_bytes != 0)
      text += fmt::format("    {:<22} {:>28}\n", "detectors", Size(grouping.series_bytes));
    if (grouping.derived_bytes != 0)
      text += fmt::format("    {:<22} {:>28}\n", "patterns, sessions", Size(grouping.derived_bytes));
  }
  text += fmt::format("  {:<24} {:>28}\n", "windows", Size(statistics.pane_bytes));
  if (statistics.memory != 0)
    text += fmt::format("  {:<24} {:>28}\n", "counted by max_memory", Size(statistics.memory));
  if (statistics.derived != 0) text += Counted(statistics.derived, "event") + " made of events\n";
  if (statistics.attempts + statistics.attempts_unmatched + statistics.open_sessions != 0) {
    text += fmt::format("{} and {} open, {} ended without a match\n", Counted(statistics.attempts, "attempt"),
                        Counted(statistics.open_sessions, "session"), Grouped(statistics.attempts_unmatched));
  }
  if (statistics.held != 0) text += Counted(statistics.held, "event") + " held, to be put in order\n";
  if (statistics.ids != 0) text += Counted(statistics.ids, "id") + " remembered, to know duplicates\n";
  if (statistics.ids_forgotten != 0)
    text += Counted(statistics.ids_forgotten, "id") + " forgotten before the time, for want of room\n";
  return text;
}

}  // namespace

AlertCounts::AlertCounts(const Plan& plan) {
  for (const RuleInfo& rule : plan.rules()) counts_[rule.name] = {};
}

std::string AlertCounts::Text() const {
  std::string text;
  for (const auto& [rule, count] : counts_) {
    auto of = [&counts = count](Change change) { return counts[static_cast<size_t>(change)]; };
    text += fmt::format("  {:<24} {:>8} fired {:>8} resolved", rule, Grouped(of(Change::kFiring)),
                        Grouped(of(Change::kResolved)));
    if (of(Change::kAgain) != 0) text += fmt::format(" {:>8} again", Grouped(of(Change::kAgain)));
    if (of(Change::kSeverity) != 0) text += fmt::format(" {:>8} of another severity", Grouped(of(Change::kSeverity)));
    text += '\n';
  }
  return text;
}

std::string Summarise(const Engine& engine, const Statistics& before, const AlertCounts& counts,
                      const Dispatcher* dispatcher, double seconds) {
  const Statistics statistics = engine.Statistics();
  std::string text = Records(statistics, before, seconds);
  text += fmt::format("{}, {}, {} firing and {} pending at the end\n", Counted(statistics.groups, "group"),
                      Counted(statistics.alert_changes - before.alert_changes, "alert change"),
                      Grouped(statistics.firing), Grouped(statistics.pending));
  text += counts.Text();
  if (statistics.faults != 0) text += Counted(statistics.faults, "evaluation") + " ended in a fault\n";
  text += Holdings(statistics);
  if (dispatcher != nullptr) {
    text += fmt::format("{} delivered, {} failed\n", Counted(dispatcher->delivered(), "notification"),
                        Grouped(dispatcher->failed().size()));
  }
  return text;
}

}  // namespace tocsin::cli
